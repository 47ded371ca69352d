//! What stands in the code stands in its document, and the other way round: problem codes, metrics, settings.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenTree;

use crate::syntax::{product_files, strings, walk};
use crate::{Verdict, Workspace};

/// Every problem code of `crates/api/src/problem/code*` stands in `docs/problems.md`. A code is a string there that is
/// the kebab-case form of a name in the same file: `SeatTaken`, `"seat-taken"`.
pub fn problem_codes_are_documented(workspace: &Workspace) -> Verdict {
    let is_registry = |path: &str| path.starts_with("crates/api/src/problem/code");
    let is_kebab = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let mut variants = BTreeSet::new();
    for (_, text) in workspace.rust().filter(|(path, _)| is_registry(path)) {
        walk(text.parse().unwrap_or_default(), &mut |token| {
            if let TokenTree::Ident(name) = token {
                variants.insert(kebab(&name.to_string()));
            }
        });
    }
    let in_code = named_in(workspace, is_registry, |text| is_kebab(text) && variants.contains(text));
    compare(workspace, "docs/problems.md", is_kebab, in_code)
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        // A name in lower case is no variant; the underscore keeps it from looking like one.
        text.push(if text.is_empty() && letter.is_lowercase() { '_' } else { letter.to_ascii_lowercase() });
    }
    text
}

/// Every metric, a string beginning with `usher_` in the product, stands in `docs/metrics.md`.
pub fn metrics_are_documented(workspace: &Workspace) -> Verdict {
    let is_crate =
        |text: &str| workspace.text(&format!("crates/{}/Cargo.toml", &text[6..].replace('_', "-")));
    let is_metric = |text: &str| {
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        text.starts_with("usher_") && text.len() > 6 && text.bytes().all(is_name) && is_crate(text).is_none()
    };
    let has_metrics =
        |path: &str| !path.starts_with("crates/tidy/") && !path.starts_with("crates/conformance/");
    compare(workspace, "docs/metrics.md", is_metric, named_in(workspace, has_metrics, is_metric))
}

/// Every setting of `config/usher.toml` stands in `docs/settings.md` and is a field of the settings in
/// `crates/usher/src`, and the other way round.
pub fn settings_are_documented(workspace: &Workspace) -> Verdict {
    let file = "config/usher.toml";
    let is_setting = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'))
    };
    let written = match workspace.text(file).map(|text| keys(text, file)) {
        Some(Ok(keys)) => keys,
        Some(Err(error)) => return broken(file, error),
        None => BTreeMap::new(),
    };
    let mut verdict = compare(workspace, "docs/settings.md", is_setting, written.clone());
    let fields = fields(workspace);
    for (key, place) in written.iter().filter(|(key, _)| !fields.contains_key(*key)) {
        verdict.violated(place, format!("`{key}` is no field of the settings in crates/usher/src"));
    }
    for (key, place) in fields.iter().filter(|(key, _)| !written.contains_key(*key)) {
        verdict.violated(place, format!("`{key}` does not stand in {file}"));
    }
    verdict
}

fn broken(place: &str, error: impl std::fmt::Display) -> Verdict {
    let mut verdict = Verdict::default();
    verdict.violated(place, error);
    verdict
}

/// Names in strings of the product, each with the first place where it stands.
fn named_in(
    workspace: &Workspace,
    looks_at: impl Fn(&str) -> bool,
    is_name: impl Fn(&str) -> bool,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (path, text) in product_files(workspace).into_iter().filter(|(path, _)| looks_at(path)) {
        let Ok(file) = syn::parse_file(text) else { continue };
        for (line, name) in strings(&file).into_iter().filter(|(_, name)| is_name(name)) {
            names.entry(name).or_insert_with(|| format!("{path}:{line}"));
        }
    }
    names
}

/// Compares names in code with those that begin a row or a heading of a document, in backticks.
fn compare(
    workspace: &Workspace,
    document: &str,
    is_name: impl Fn(&str) -> bool,
    in_code: BTreeMap<String, String>,
) -> Verdict {
    let mut verdict = Verdict { examined: in_code.len(), violations: Vec::new() };
    let Some(text) = workspace.text(document) else { return broken(document, "does not exist") };
    let documented: BTreeSet<&str> =
        text.lines().filter_map(begins_with).filter(|name| is_name(name)).collect();
    for (name, place) in in_code.iter().filter(|(name, _)| !documented.contains(name.as_str())) {
        verdict.violated(place, format!("`{name}` has no row in {document}"));
    }
    for name in documented.into_iter().filter(|name| !in_code.contains_key(*name)) {
        verdict.violated(document, format!("`{name}` is described and does not exist"));
    }
    verdict
}

/// The name that a row of a table (`` | `name` | ``) or a heading (`` ## `name` ``) is about.
fn begins_with(line: &str) -> Option<&str> {
    let rest =
        line.strip_prefix('|').or_else(|| line.starts_with('#').then(|| line.trim_start_matches('#')))?;
    let name = rest.trim_start().strip_prefix('`')?.split('`').next()?;
    Some(name.split('{').next().unwrap_or(name))
}

/// Settings of the commented file by dotted key; a setting without a default stands there as `# key = value`.
fn keys(text: &str, path: &str) -> Result<BTreeMap<String, String>, toml::de::Error> {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let set: toml::Table = text.parse()?;
    let (mut found, mut section) = (BTreeMap::new(), String::new());
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = format!("{name}.");
            continue;
        }
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let Some((name, value)) = bare.split_once(" = ") else { continue };
        let is_set = bare == line;
        if is_name(name) && (is_set || value.parse::<toml::Value>().is_ok()) {
            found.insert(format!("{section}{name}"), format!("{path}:{}", n + 1));
        }
    }
    debug_assert!(found.len() >= set.len(), "every section and key is on a line of its own");
    Ok(found)
}

/// Fields of the struct `Config` in `crates/usher/src/config*`, by dotted key.
fn fields(workspace: &Workspace) -> BTreeMap<String, String> {
    let mut structs = BTreeMap::new();
    for (path, text) in workspace.rust_under("crates/usher/src/config") {
        let Ok(file) = syn::parse_file(text) else { continue };
        for item in file.items {
            if let syn::Item::Struct(item) = item {
                structs.insert(item.ident.to_string(), (path, item));
            }
        }
    }
    let mut found = BTreeMap::new();
    add_fields("Config", "", &structs, &mut found);
    found
}

fn add_fields(
    name: &str,
    prefix: &str,
    structs: &BTreeMap<String, (&str, syn::ItemStruct)>,
    found: &mut BTreeMap<String, String>,
) {
    let Some((path, item)) = structs.get(name) else { return };
    for field in &item.fields {
        let Some(ident) = &field.ident else { continue };
        let key = format!("{prefix}{ident}");
        let kind = match &field.ty {
            syn::Type::Path(kind) => kind.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        match kind.filter(|kind| kind != name && structs.contains_key(kind) && is_section(&structs[kind].1)) {
            Some(kind) => add_fields(&kind, &format!("{key}."), structs, found),
            None => drop(found.insert(key, format!("{path}:{}", ident.span().start().line))),
        }
    }
}

/// A struct with named fields is a section; a tuple struct is a kind of value.
fn is_section(item: &syn::ItemStruct) -> bool {
    matches!(item.fields, syn::Fields::Named(_))
}
