//! What code may not do: reach outside from `core`, be unsafe, panic without a reason.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::syntax::{attributes, is_for_tests, product_files};
use crate::{Verdict, Workspace};

/// Libraries that `core` may name outside its tests: none has a clock, dice, threads or I/O.
pub const PURE_LIBRARIES: [&str; 6] =
    ["compact_str", "hashbrown", "rustc-hash", "serde", "siphasher", "thiserror"];

/// What `core` may not name, and why.
const REFUSED_IN_CORE: [(&[&str], &str); 15] = [
    (&["std", "time"], "time is an argument"),
    (&["Instant"], "time is an argument"),
    (&["SystemTime"], "time is an argument"),
    (&["std", "env"], "settings are arguments"),
    (&["std", "fs"], "core does no I/O"),
    (&["std", "io"], "core does no I/O"),
    (&["std", "net"], "core does no I/O"),
    (&["std", "process"], "core does no I/O"),
    (&["std", "thread"], "core has no threads"),
    (&["std", "collections", "HashMap"], "its order is random: FxHashMap or BTreeMap"),
    (&["std", "collections", "HashSet"], "its order is random: FxHashSet or BTreeSet"),
    (&["RandomState"], "dice are an argument"),
    (&["rand"], "dice are an argument"),
    (&["getrandom"], "dice are an argument"),
    (&["tokio"], "core has no runtime"),
];

/// `core` has no clock, randomness, environment or I/O: neither in its code nor in the libraries it names.
pub fn core_is_pure(workspace: &Workspace) -> Verdict {
    let mut verdict = Verdict::default();
    for (path, text) in workspace.rust_under("crates/core/src/") {
        verdict.examined += 1;
        match syn::parse_file(text) {
            Ok(file) => check_paths(path, text, &file, &mut verdict),
            Err(error) => verdict.violated(path, error),
        }
    }
    let manifests = workspace.manifests().into_iter().flatten();
    for manifest in manifests.filter(|manifest| manifest.name == "usher-core") {
        for section in ["dependencies", "build-dependencies"] {
            let named = manifest.table.get(section).and_then(|section| section.as_table());
            for name in named.into_iter().flat_map(|table| table.keys()) {
                if !PURE_LIBRARIES.contains(&name.as_str()) {
                    let says = format!("{name} is not in PURE_LIBRARIES of crates/tidy/src/purity.rs");
                    verdict.violated(&manifest.path, says);
                }
            }
        }
    }
    verdict
}

fn check_paths(path: &str, text: &str, file: &syn::File, verdict: &mut Verdict) {
    let tokens: TokenStream = text.parse().expect("what parses as a file parses as tokens");
    let mut found = Vec::new();
    written_paths(tokens, &mut found);
    used_paths(file, &mut found);
    found.sort();
    found.dedup();
    for (line, parts) in found {
        for (refused, why) in REFUSED_IN_CORE {
            let is_named = match refused {
                [name] => parts.iter().any(|part| part == name),
                names => parts.len() >= names.len() && parts.iter().zip(names).all(|(a, b)| a == b),
            };
            if is_named {
                verdict.violated(format!("{path}:{line}"), format!("`{}`: {why}", parts.join("::")));
                break;
            }
        }
    }
}

/// Every path as written, also within macros: runs of names joined by `::`.
fn written_paths(tokens: TokenStream, found: &mut Vec<(usize, Vec<String>)>) {
    let (mut line, mut parts, mut joined) = (0, Vec::<String>::new(), false);
    for token in tokens {
        match &token {
            TokenTree::Ident(name) => {
                if !joined && !parts.is_empty() {
                    found.push((line, std::mem::take(&mut parts)));
                }
                if parts.is_empty() {
                    line = name.span().start().line;
                }
                parts.push(name.to_string());
                joined = false;
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => joined = true,
            TokenTree::Group(group) => {
                written_paths(group.stream(), found);
                joined = false;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => joined = false,
        }
    }
    if !parts.is_empty() {
        found.push((line, parts));
    }
}

/// Every path that a `use` brings in, written out.
fn used_paths(file: &syn::File, found: &mut Vec<(usize, Vec<String>)>) {
    struct Finder<'a>(&'a mut Vec<(usize, Vec<String>)>);
    impl<'ast> Visit<'ast> for Finder<'_> {
        fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
            let line = item.use_token.span.start().line;
            write_out(&item.tree, &mut Vec::new(), &mut |parts| self.0.push((line, parts)));
        }
    }
    Finder(found).visit_file(file);
}

fn write_out(tree: &syn::UseTree, before: &mut Vec<String>, see: &mut impl FnMut(Vec<String>)) {
    let mut end_with = |name: String, before: &[String]| {
        let mut parts = before.to_vec();
        parts.push(name);
        see(parts);
    };
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            write_out(&path.tree, before, see);
            before.pop();
        }
        syn::UseTree::Name(name) => end_with(name.ident.to_string(), before),
        syn::UseTree::Rename(name) => end_with(name.ident.to_string(), before),
        syn::UseTree::Glob(_) => see(before.clone()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| write_out(tree, before, see)),
    }
}

/// `unsafe` is forbidden in the workspace, and every crate takes the workspace's lints.
pub fn nothing_is_unsafe(workspace: &Workspace) -> Verdict {
    let mut verdict = Verdict::default();
    let root: toml::Table =
        workspace.text("Cargo.toml").and_then(|text| text.parse().ok()).unwrap_or_default();
    let lint = root.get("workspace").and_then(|w| w.get("lints")?.get("rust")?.get("unsafe_code")?.as_str());
    if lint != Some("forbid") {
        verdict.violated("Cargo.toml", "[workspace.lints.rust] must say unsafe_code = \"forbid\"");
    }
    for manifest in workspace.manifests().into_iter().flatten() {
        verdict.examined += 1;
        let takes = manifest.table.get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
        if takes != Some(true) {
            verdict.violated(&manifest.path, "must say [lints] workspace = true");
        }
    }
    verdict
}

/// No `.unwrap()` outside tests: `expect("why it cannot fail")`.
pub fn panics_say_why(workspace: &Workspace) -> Verdict {
    let mut verdict = Verdict::default();
    for (path, text) in product_files(workspace) {
        verdict.examined += 1;
        let Ok(file) = syn::parse_file(text) else { continue };
        let mut finder = Unwraps(Vec::new());
        finder.visit_file(&file);
        for line in finder.0 {
            verdict.violated(format!("{path}:{line}"), "`.unwrap()`: say `expect(\"why it cannot fail\")`");
        }
    }
    verdict
}

struct Unwraps(Vec<usize>);

impl<'ast> Visit<'ast> for Unwraps {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }
    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "unwrap" {
            self.0.push(call.method.span().start().line);
        }
        visit::visit_expr_method_call(self, call);
    }
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let mut after_dot = false;
        crate::syntax::walk(call.tokens.clone(), &mut |token| {
            match token {
                TokenTree::Ident(name) if after_dot && name == "unwrap" => {
                    self.0.push(name.span().start().line);
                }
                TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            after_dot = matches!(token, TokenTree::Punct(mark) if mark.as_char() == '.');
        });
    }
}
