//! Every HTTP route has a test file that names it.
//!
//! A route is a `#[utoipa::path(get, path = "/…")]` on its handler, a `.route("/…", get(…))`, or a line of a table
//! `get("/…", …)`, in `crates/server/src`. A test file in `crates/server/tests` names the routes it tests in its first lines, one a line:
//! `//! GET /api/availability/seats/{concertOptionId}/{requestAt}`.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};

use crate::syntax::{product_files, walk};
use crate::{Verdict, Workspace};

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Every route is named by a test file, and every route that a test file names exists.
pub fn every_route_has_a_test_file(workspace: &Workspace) -> Verdict {
    let mut verdict = Verdict::default();
    let mut routes = BTreeMap::new();
    for (path, text) in product_files(workspace) {
        if path.starts_with("crates/server/src/")
            && let Ok(file) = syn::parse_file(text)
        {
            let mut finder = Routes(Vec::new());
            finder.visit_file(&file);
            routes.extend(finder.0.into_iter().map(|(line, route)| (route, format!("{path}:{line}"))));
        }
    }
    let mut tested = BTreeMap::new();
    for (path, text) in workspace.rust_under("crates/server/tests/") {
        tested.extend(named_first(text).into_iter().map(|route| (route, path)));
    }
    verdict.examined = routes.len();
    for (route, place) in routes.iter().filter(|(route, _)| !tested.contains_key(*route)) {
        verdict.violated(place, format!("no file in crates/server/tests begins with `//! {route}`"));
    }
    for (route, place) in tested.iter().filter(|(route, _)| !routes.contains_key(*route)) {
        verdict.violated(place, format!("`{route}` is no route of crates/server/src"));
    }
    verdict
}

/// The routes that the first lines of a test file name.
fn named_first(text: &str) -> BTreeSet<String> {
    let header = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    header.filter(|line| is_route(line)).map(str::to_string).collect()
}

fn is_route(line: &str) -> bool {
    line.split_once(' ').is_some_and(|(method, path)| {
        METHODS.contains(&method.to_lowercase().as_str())
            && method == method.to_uppercase()
            && path.starts_with('/')
            && !path.contains(' ')
    })
}

struct Routes(Vec<(usize, String)>);

impl<'ast> Visit<'ast> for Routes {
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let is_path = attribute.path().segments.last().is_some_and(|last| last.ident == "path");
        if let (true, syn::Meta::List(list)) = (is_path, &attribute.meta) {
            self.described(&list.tokens);
        }
    }

    /// Tables are written as `vec![…]`, whose inside is only tokens to the parser.
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let inside = call.parse_body_with(Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated);
        if let (true, Ok(inside)) = (call.path.is_ident("vec"), inside) {
            let mut finder = Routes(Vec::new());
            for line in &inside {
                finder.visit_expr(line);
            }
            self.0.extend(finder.0);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let (syn::Expr::Path(function), Some(path)) = (&*call.func, call.args.first().and_then(text))
            && let Some(name) = function.path.get_ident()
            && METHODS.contains(&name.to_string().as_str())
            && path.starts_with('/')
        {
            self.0.push((name.span().start().line, route(&name.to_string(), &path)));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "route"
            && let (Some(path), Some(handlers)) = (call.args.first().and_then(text), call.args.iter().nth(1))
        {
            let mut methods = Called(Vec::new());
            methods.visit_expr(handlers);
            let line = call.method.span().start().line;
            self.0.extend(methods.0.into_iter().map(|method| (line, route(&method, &path))));
        }
        visit::visit_expr_method_call(self, call);
    }
}

impl Routes {
    /// `get, path = "/…", …`, or `method(get, head), path = "/…", …`.
    fn described(&mut self, tokens: &TokenStream) {
        let (mut methods, mut path, mut before) = (Vec::new(), None, Vec::<String>::new());
        let top: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let line = top.first().map_or(0, |token| token.span().start().line);
        for token in top {
            match &token {
                TokenTree::Ident(name) if METHODS.contains(&name.to_string().as_str()) => {
                    methods.push(name.to_string());
                }
                TokenTree::Group(group) if before.last().is_some_and(|last| last == "method") => {
                    walk(group.stream(), &mut |token| methods.extend(method(token)));
                }
                TokenTree::Literal(literal) if before.ends_with(&["path".into(), "=".into()]) => {
                    path = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok().map(|text| text.value());
                }
                TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
            before.push(token.to_string());
        }
        if let Some(path) = path {
            self.0.extend(methods.iter().map(|method| (line, route(method, &path))));
        }
    }
}

/// Methods that an expression such as `get(show).delete(remove)` routes.
struct Called(Vec<String>);

impl<'ast> Visit<'ast> for Called {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(function) = &*call.func
            && let Some(last) = function.path.segments.last()
            && METHODS.contains(&last.ident.to_string().as_str())
        {
            self.0.push(last.ident.to_string());
        }
        visit::visit_expr_call(self, call);
    }
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        if METHODS.contains(&name.as_str()) {
            self.0.push(name);
        }
        visit::visit_expr_method_call(self, call);
    }
}

fn method(token: &TokenTree) -> Option<String> {
    let name = token.to_string();
    METHODS.contains(&name.as_str()).then_some(name)
}

fn route(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_uppercase())
}

fn text(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}
