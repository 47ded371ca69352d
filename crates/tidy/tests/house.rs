//! The house rules, applied to this repository.

use usher_tidy::{Workspace, documents, layers, purity, routes, shape};

fn here() -> Workspace {
    Workspace::here().expect("the repository can be read")
}

#[test]
fn a_crate_names_only_lower_rows() {
    layers::crates_name_only_lower_rows(&here()).must_hold("which crate may name which");
}

#[test]
fn no_file_is_over_400_lines() {
    shape::files_are_short(&here()).must_hold("a file can be read in one sitting");
}

#[test]
fn no_function_is_over_70_lines() {
    shape::functions_are_short(&here()).must_hold("a function fits a screen");
}

#[test]
fn every_file_says_what_it_is_for() {
    shape::files_say_what_they_are_for(&here()).must_hold("a file says what it is for");
}

#[test]
fn no_name_hides_what_is_inside() {
    shape::names_say_what_is_inside(&here()).must_hold("a name says what is inside");
}

#[test]
fn core_has_no_clock_no_dice_and_no_environment() {
    purity::core_is_pure(&here()).must_hold("time, dice and settings are arguments");
}

#[test]
fn nothing_is_unsafe() {
    purity::nothing_is_unsafe(&here()).must_hold("unsafe code is forbidden");
}

#[test]
fn a_panic_says_why_it_cannot_happen() {
    purity::panics_say_why(&here()).must_hold("`expect` with a reason, never `unwrap`");
}

#[test]
fn every_route_has_a_test_file() {
    routes::every_route_has_a_test_file(&here()).must_hold("a route is tested");
}

#[test]
fn every_problem_code_is_documented() {
    documents::problem_codes_are_documented(&here()).must_hold("a problem says what to do next");
}

#[test]
fn every_metric_is_documented() {
    documents::metrics_are_documented(&here()).must_hold("a metric is explained");
}

#[test]
fn every_setting_is_documented() {
    documents::settings_are_documented(&here()).must_hold("a setting is explained");
}
