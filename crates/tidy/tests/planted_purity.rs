//! Planted violations of what code may not do: each is found, and what only looks like one passes.

use usher_tidy::{Workspace, purity};

fn core(text: &str) -> Vec<String> {
    let text = format!("//! A file.\n{text}\n");
    purity::core_is_pure(&Workspace::of(&[("crates/core/src/a.rs", &text)])).violations
}

#[test]
fn a_clock_in_core_is_refused() {
    for text in [
        "use std::time::Instant;",
        "use std::{fmt, time::{Duration, SystemTime}};",
        "use std::time as t;",
        "fn now() -> u64 { std::time::SystemTime::now() }",
        "fn now() { println!(\"{:?}\", std::time::Instant::now()) }",
    ] {
        assert!(!core(text).is_empty(), "{text}");
    }
}

#[test]
fn dice_environment_threads_and_files_in_core_are_refused() {
    for text in [
        "fn dice() -> u8 { rand::random() }",
        "use std::collections::{BTreeMap, HashMap};",
        "use std::collections::hash_map::RandomState;",
        "fn home() { let _ = std::env::var(\"HOME\"); }",
        "use std::fs;",
        "fn later() { std::thread::spawn(|| {}); }",
        "use tokio::sync::oneshot;",
    ] {
        assert!(!core(text).is_empty(), "{text}");
    }
}

#[test]
fn rules_over_values_pass() {
    let text = "use std::collections::BTreeMap;\nuse std::sync::Arc;\n/// Not `std::time::Instant`.\nfn at(environment: u8) {}";
    assert_eq!(core(text), Vec::<String>::new());
}

#[test]
fn a_library_that_core_may_not_name_is_refused() {
    let manifest = "[package]\nname = \"usher-core\"\n[dependencies]\nserde = \"1\"\njiff = \"1\"\n[dev-dependencies]\nproptest = \"1\"";
    let workspace =
        Workspace::of(&[("crates/core/Cargo.toml", manifest), ("crates/core/src/lib.rs", "//! A file.\n")]);
    let found = purity::core_is_pure(&workspace).violations;
    assert_eq!(found, ["crates/core/Cargo.toml: jiff is not in PURE_LIBRARIES of crates/tidy/src/purity.rs"]);
}

#[test]
fn unsafe_code_that_is_not_forbidden_is_refused() {
    let root = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
    let takes = "[package]\nname = \"usher-core\"\n[lints]\nworkspace = true\n";
    let own = "[package]\nname = \"usher-core\"\n[lints.rust]\nunsafe_code = \"allow\"\n";
    let check = |root, member| {
        let workspace = Workspace::of(&[("Cargo.toml", root), ("crates/core/Cargo.toml", member)]);
        purity::nothing_is_unsafe(&workspace).violations.len()
    };
    assert_eq!(check(root, takes), 0);
    assert_eq!(check(root, own), 1);
    assert_eq!(check("[workspace.lints.rust]\nunsafe_code = \"warn\"\n", takes), 1);
}

#[test]
fn an_unwrap_outside_tests_is_refused() {
    let check = |path: &str, text: &str| {
        let text = format!("//! A file.\n{text}\n");
        purity::panics_say_why(&Workspace::of(&[(path, &text)])).violations.len()
    };
    let src = "crates/x/src/a.rs";
    assert_eq!(check(src, "fn a() { b().unwrap(); }"), 1);
    assert_eq!(check(src, "fn a() { println!(\"{}\", b().unwrap()); }"), 1);
    assert_eq!(check(src, "impl A { fn a(&self) -> u8 { self.b.unwrap() } }"), 1);
    assert_eq!(check(src, "fn a() { b().expect(\"b is there\"); c.unwrap_or(1); }"), 0);
    assert_eq!(check(src, "#[cfg(test)]\nmod tests { fn a() { b().unwrap(); } }"), 0);
    assert_eq!(check(src, "#[test]\nfn a() { b().unwrap(); }"), 0);
    assert_eq!(check("crates/x/tests/a.rs", "fn a() { b().unwrap(); }"), 0);
}

#[test]
fn a_file_that_only_tests_bring_in_may_unwrap() {
    let unwraps = "//! A file.\nfn a() { b().unwrap(); }\n";
    let check = |lib: &str| {
        let files = [("crates/x/src/lib.rs", lib), ("crates/x/src/trial.rs", unwraps)];
        purity::panics_say_why(&Workspace::of(&files)).violations.len()
    };
    assert_eq!(check("//! A file.\n#[cfg(test)]\nmod trial;\n"), 0);
    assert_eq!(check("//! A file.\nmod trial;\n"), 1);
}
