//! Planted violations of how files and functions look: each is found, and what is just within bounds passes.

use usher_tidy::{Workspace, shape};

fn file_of(lines: usize) -> String {
    format!("//! A file.\n{}", "// line\n".repeat(lines - 1))
}

fn function_of(lines: usize) -> String {
    format!("//! A file.\n/// Not counted.\npub fn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2))
}

#[test]
fn a_file_of_400_lines_passes_and_one_of_401_is_refused() {
    let check = |lines| shape::files_are_short(&Workspace::of(&[("crates/x/src/a.rs", &file_of(lines))]));
    assert_eq!(check(400).violations, Vec::<String>::new());
    assert_eq!(check(401).violations, ["crates/x/src/a.rs: 401 lines; at most 400"]);
}

#[test]
fn a_function_of_70_lines_passes_and_one_of_71_is_refused() {
    let check = |lines| shape::functions_are_short(&Workspace::of(&[("tests/a.rs", &function_of(lines))]));
    assert_eq!(check(70).violations, Vec::<String>::new());
    assert_eq!(check(71).violations, ["tests/a.rs:3: `long` has 71 lines; at most 70"]);
}

#[test]
fn a_long_method_is_refused_wherever_it_stands() {
    let body = "        step();\n".repeat(80);
    let method = format!("//! A file.\nimpl A {{\n    fn long(&self) {{\n{body}    }}\n}}\n");
    let default = format!("//! A file.\ntrait A {{\n    fn long(&self) {{\n{body}    }}\n}}\n");
    let inner = format!("//! A file.\nmod inner {{\n    fn long() {{\n{body}    }}\n}}\n");
    for text in [method, default, inner] {
        assert_eq!(
            shape::functions_are_short(&Workspace::of(&[("a.rs", &text)])).violations.len(),
            1,
            "{text}"
        );
    }
}

#[test]
fn a_file_that_does_not_say_what_it_is_for_is_refused() {
    for text in
        ["", "use std::fmt;\n", "// a comment\n", "//!\n", "\n//! Late.\n", "#![allow(x)]\n//! Late.\n"]
    {
        let verdict = shape::files_say_what_they_are_for(&Workspace::of(&[("crates/x/tests/a.rs", text)]));
        assert_eq!(verdict.violations.len(), 1, "{text:?}");
    }
}

#[test]
fn a_name_that_does_not_say_what_is_inside_is_refused() {
    for path in [
        "crates/x/src/utils.rs",
        "crates/x/src/common/seat.rs",
        "crates/x/tests/helpers/mod.rs",
        "docs/misc.md",
        "crates/shared/Cargo.toml",
        "scripts/manager",
    ] {
        assert_eq!(
            shape::names_say_what_is_inside(&Workspace::of(&[(path, "")])).violations.len(),
            1,
            "{path}"
        );
    }
    let inline = Workspace::of(&[("crates/x/src/a.rs", "//! A file.\nmod helpers { fn a() {} }\n")]);
    assert_eq!(
        shape::names_say_what_is_inside(&inline).violations,
        ["crates/x/src/a.rs:2: `helpers` does not say what is inside"]
    );
}

#[test]
fn a_rule_that_looked_at_nothing_has_not_passed() {
    let verdict = shape::files_are_short(&Workspace::of(&[("README.md", "")]));
    assert!(verdict.violations.is_empty());
    assert!(std::panic::catch_unwind(|| verdict.must_hold("files are short")).is_err());
}
