//! What rules need to see in Rust source: functions, strings, and which of it is for tests.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::Workspace;

/// Whether these attributes say `#[cfg(test)]`.
pub(crate) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// The attributes of an item, if it is of a kind that can be left out of a build by them.
pub(crate) fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        _ => &[],
    }
}

/// Rust files of the product: those under `src` of a crate that no `#[cfg(test)] mod x;` brings in.
pub(crate) fn product_files(workspace: &Workspace) -> Vec<(&str, &str)> {
    let in_src = |path: &str| path.starts_with("crates/") && path.split('/').nth(2) == Some("src");
    let for_tests: BTreeSet<String> = workspace
        .rust()
        .filter(|(path, _)| in_src(path))
        .flat_map(|(p, text)| test_modules(p, text))
        .collect();
    let is_for_tests = |path: &str| {
        for_tests.iter().any(|module| {
            let rest = path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        })
    };
    workspace.rust().filter(|(path, _)| in_src(path) && !is_for_tests(path)).collect()
}

/// Where the files of `#[cfg(test)] mod x;` stand, without `.rs`.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let Ok(file) = syn::parse_file(text) else { return Vec::new() };
    let stem = path.trim_end_matches(".rs");
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let folder = if matches!(name, "lib" | "main" | "mod") { folder } else { stem };
    let modules = file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if module.content.is_none() && is_for_tests(&module.attrs) => Some(module),
        _ => None,
    });
    modules.map(|module| format!("{folder}/{}", module.ident)).collect()
}

/// A function and the lines from its signature to its closing brace.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
}

/// Every function with a body.
pub(crate) fn functions(file: &syn::File) -> Vec<Function> {
    struct Finder(Vec<Function>);
    impl Finder {
        fn found(&mut self, signature: &syn::Signature, block: &syn::Block) {
            self.0.push(Function {
                name: signature.ident.to_string(),
                first_line: signature.span().start().line,
                last_line: block.span().end().line,
            });
        }
    }
    impl<'ast> Visit<'ast> for Finder {
        fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
            self.found(&item.sig, &item.block);
            visit::visit_item_fn(self, item);
        }
        fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
            self.found(&item.sig, &item.block);
            visit::visit_impl_item_fn(self, item);
        }
        fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
            if let Some(block) = &item.default {
                self.found(&item.sig, block);
            }
            visit::visit_trait_item_fn(self, item);
        }
    }
    let mut finder = Finder(Vec::new());
    finder.visit_file(file);
    finder.0
}

/// Every string in code that is not for tests, with its line; doc comments and attributes are not code.
pub(crate) fn strings(file: &syn::File) -> Vec<(usize, String)> {
    struct Finder(Vec<(usize, String)>);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_item(&mut self, item: &'ast syn::Item) {
            if !is_for_tests(attributes(item)) {
                visit::visit_item(self, item);
            }
        }
        fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
        fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
            self.0.push((text.span().start().line, text.value()));
        }
        fn visit_macro(&mut self, call: &'ast syn::Macro) {
            walk(call.tokens.clone(), &mut |token| {
                if let TokenTree::Literal(literal) = token
                    && let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string())
                {
                    self.0.push((literal.span().start().line, text.value()));
                }
            });
        }
    }
    let mut finder = Finder(Vec::new());
    finder.visit_file(file);
    finder.0
}

/// Shows `see` every token, also those within brackets.
pub(crate) fn walk(tokens: TokenStream, see: &mut impl FnMut(&TokenTree)) {
    for token in tokens {
        see(&token);
        if let TokenTree::Group(group) = &token {
            walk(group.stream(), see);
        }
    }
}
