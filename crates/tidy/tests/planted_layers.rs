//! Planted violations of the table of crates: each is found.

use usher_tidy::{Workspace, layers};

fn violations(name: &str, sections: &str) -> Vec<String> {
    let manifest = format!("[package]\nname = \"{name}\"\n{sections}");
    let workspace = Workspace::of(&[("crates/planted/Cargo.toml", &manifest)]);
    layers::crates_name_only_lower_rows(&workspace).violations
}

#[track_caller]
fn refused(name: &str, sections: &str, why: &str) {
    let found = violations(name, sections);
    assert!(found.iter().any(|told| told.contains(why)), "{name} with {sections:?}: {found:?}");
}

#[test]
fn what_the_table_allows_passes() {
    let proven = "[dependencies]\nusher-engine.workspace = true\n[dev-dependencies]\nusher-conformance.workspace = true";
    for (name, sections) in [
        ("usher-core", "[dependencies]\nserde = \"1\""),
        ("usher-store-sqlite", proven),
        (
            "usher-server",
            "[dependencies]\nusher-api.workspace = true\n[dev-dependencies]\nusher-store-sqlite = {}",
        ),
        ("usher-lab", "[dependencies]\nusher-api = {}\n[dev-dependencies]\nusher-engine = {}"),
        (
            "usher",
            "[dependencies]\nusher-lab = {}\nusher-server = {}\nusher-store-mysql = { optional = true }",
        ),
    ] {
        assert_eq!(violations(name, sections), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_crate_that_stands_in_no_row_is_refused() {
    refused("usher-extras", "", "stands in no row");
    refused("usher", "[dependencies]\nusher-extras = {}", "stands in no row");
}

#[test]
fn a_crate_that_names_a_higher_row_is_refused() {
    refused("usher-core", "[dependencies]\nusher-engine = {}", "does not lie lower");
    refused("usher-engine", "[build-dependencies]\nusher-server = {}", "does not lie lower");
    refused("usher-engine", "[dev-dependencies]\nusher-store-sqlite = {}", "does not lie lower");
}

#[test]
fn a_crate_that_names_its_own_row_is_refused() {
    refused("usher-engine", "[dependencies]\nusher-api = {}", "does not lie lower");
    refused("usher-events", "[dependencies]\nusher-store-sqlite = {}", "does not lie lower");
    refused("usher-lab", "[dev-dependencies]\nusher-server = {}", "does not lie lower");
}

#[test]
fn a_server_that_names_a_store_outside_its_tests_is_refused() {
    refused("usher-server", "[dependencies]\nusher-store-sqlite = {}", "outside its tests it may name only");
    refused("usher-server", "[target.'cfg(unix)'.dependencies]\nusher-store-mysql = {}", "outside its tests");
    refused(
        "usher-server",
        "[dependencies]\nstore = { package = \"usher-store-mysql\" }",
        "outside its tests",
    );
}

#[test]
fn a_lab_that_looks_inside_the_house_is_refused() {
    refused("usher-lab", "[dependencies]\nusher-engine = {}", "outside its tests it may name only");
}

#[test]
fn a_store_without_its_proof_is_refused() {
    refused("usher-store-postgres", "", "stands in no row");
    refused("usher-store-mysql", "[dependencies]\nusher-core = {}", "must prove itself");
    refused("usher-store-mysql", "[dependencies]\nusher-conformance = {}", "outside [dev-dependencies]");
}

#[test]
fn a_manifest_that_cannot_be_read_is_refused() {
    let workspace = Workspace::of(&[("crates/planted/Cargo.toml", "[package]\nname = ")]);
    assert_eq!(layers::crates_name_only_lower_rows(&workspace).violations.len(), 1);
}
