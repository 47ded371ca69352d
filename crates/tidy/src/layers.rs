//! Which crate may name which: the table of ARCHITECTURE.md.

use crate::{Manifest, Verdict, Workspace};

/// The rows, lowest first. A crate names only lower rows; none names another of its own row.
pub const ROWS: [&[&str]; 6] = [
    &["usher-core"],
    &["usher-engine", "usher-api"],
    &["usher-conformance"],
    &["usher-store-sqlite", "usher-store-mysql", "usher-line-redis", "usher-events"],
    &["usher-server", "usher-lab"],
    &["usher"],
];

/// Crates that may name less than their row allows; their tests may name whatever lies lower.
const NARROWER: [(&str, &[&str]); 2] = [
    ("usher-server", &["usher-core", "usher-engine", "usher-api"]),
    ("usher-lab", &["usher-core", "usher-api"]),
];

/// Named by tests alone.
const FOR_TESTS: &str = "usher-conformance";

/// Stands beside the rows: names none of ours, and none of ours names it.
const BESIDE: &str = "usher-tidy";

/// Checks every crate's `Cargo.toml` against the rows.
pub fn crates_name_only_lower_rows(workspace: &Workspace) -> Verdict {
    let mut verdict = Verdict::default();
    for manifest in workspace.manifests() {
        match manifest {
            Ok(manifest) => check(&manifest, &mut verdict),
            Err((path, why)) => verdict.violated(path, why),
        }
    }
    verdict
}

fn check(manifest: &Manifest, verdict: &mut Verdict) {
    let (path, name) = (&manifest.path, &manifest.name);
    verdict.examined += 1;
    if row(name).is_none() && name != BESIDE {
        verdict.violated(path, format!("{name} stands in no row; give it one in crates/tidy/src/layers.rs"));
        return;
    }
    let named = ours(&manifest.table);
    for (other, in_tests) in &named {
        if let Err(why) = may_name(name, other, *in_tests) {
            verdict.violated(path, why);
        }
    }
    let is_adapter = name.starts_with("usher-store-") || name.starts_with("usher-line-");
    if is_adapter && !named.contains(&(FOR_TESTS.to_string(), true)) {
        verdict.violated(path, format!("{name} must prove itself: {FOR_TESTS} under [dev-dependencies]"));
    }
}

fn may_name(name: &str, other: &str, in_tests: bool) -> Result<(), String> {
    let Some(other_row) = row(other) else {
        return Err(format!("{name} names {other}, which stands in no row"));
    };
    if row(name).is_none_or(|own| other_row >= own) {
        return Err(format!("{name} names {other}, which does not lie lower"));
    }
    if in_tests {
        return Ok(());
    }
    if other == FOR_TESTS {
        return Err(format!("{name} names {other} outside [dev-dependencies]"));
    }
    match NARROWER.iter().find(|(narrow, _)| *narrow == name) {
        Some((_, allowed)) if !allowed.contains(&other) => {
            Err(format!("{name} names {other}; outside its tests it may name only {}", allowed.join(", ")))
        }
        Some(_) | None => Ok(()),
    }
}

fn row(name: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&name))
}

/// Our crates that a manifest names, and whether only its tests do.
fn ours(table: &toml::Table) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let targets = table.get("target").and_then(|targets| targets.as_table());
    let under_targets = targets.into_iter().flat_map(|targets| targets.values()).filter_map(|t| t.as_table());
    for table in std::iter::once(table).chain(under_targets) {
        for (section, in_tests) in
            [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
        {
            let named = table.get(section).and_then(|section| section.as_table());
            let names = named.into_iter().flatten().map(|(key, value)| package(key, value));
            found.extend(names.filter(|name| is_ours(name)).map(|name| (name, in_tests)));
        }
    }
    found
}

fn package(key: &str, value: &toml::Value) -> String {
    value.get("package").and_then(|name| name.as_str()).unwrap_or(key).to_string()
}

fn is_ours(name: &str) -> bool {
    name == "usher" || name.starts_with("usher-")
}
