//! How files and functions look: how long they are, how they begin, what they are called.

use syn::visit::{self, Visit};

use crate::syntax::functions;
use crate::{Verdict, Workspace};

/// No Rust file is longer.
pub const FILE_LINES_MAX: usize = 400;
/// No function is longer, from its signature to its closing brace.
pub const FUNCTION_LINES_MAX: usize = 70;
/// Names that say nothing about what is inside.
pub const REFUSED_NAMES: [&str; 9] =
    ["util", "utils", "common", "helper", "helpers", "misc", "shared", "manager", "managers"];

/// No Rust file over [`FILE_LINES_MAX`] lines.
pub fn files_are_short(workspace: &Workspace) -> Verdict {
    let mut verdict = Verdict::default();
    for (path, text) in workspace.rust() {
        verdict.examined += 1;
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            verdict.violated(path, format!("{lines} lines; at most {FILE_LINES_MAX}"));
        }
    }
    verdict
}

/// No function over [`FUNCTION_LINES_MAX`] lines.
pub fn functions_are_short(workspace: &Workspace) -> Verdict {
    let mut verdict = Verdict::default();
    for (path, text) in workspace.rust() {
        let file = match syn::parse_file(text) {
            Ok(file) => file,
            Err(error) => {
                verdict.violated(path, error);
                continue;
            }
        };
        for function in functions(&file) {
            verdict.examined += 1;
            let lines = function.last_line + 1 - function.first_line;
            if lines > FUNCTION_LINES_MAX {
                let place = format!("{path}:{}", function.first_line);
                let says = format!("`{}` has {lines} lines; at most {FUNCTION_LINES_MAX}", function.name);
                verdict.violated(place, says);
            }
        }
    }
    verdict
}

/// Every Rust file begins with `//!` and words that say what it is for.
pub fn files_say_what_they_are_for(workspace: &Workspace) -> Verdict {
    let mut verdict = Verdict::default();
    for (path, text) in workspace.rust() {
        verdict.examined += 1;
        let says = text.lines().next().and_then(|line| line.strip_prefix("//!"));
        if says.is_none_or(|says| says.trim().is_empty()) {
            verdict.violated(path, "must begin with `//!` and what it is for");
        }
    }
    verdict
}

/// No file, folder or module is called by one of [`REFUSED_NAMES`].
pub fn names_say_what_is_inside(workspace: &Workspace) -> Verdict {
    let mut verdict = Verdict::default();
    let is_refused = |name: &str| REFUSED_NAMES.contains(&name.to_lowercase().as_str());
    for path in workspace.paths() {
        verdict.examined += 1;
        let stems = path.split('/').map(|part| part.split('.').next().unwrap_or(part));
        if let Some(name) = stems.into_iter().find(|name| is_refused(name)) {
            verdict.violated(path, format!("`{name}` does not say what is inside"));
        }
    }
    for (path, text) in workspace.rust() {
        let Ok(file) = syn::parse_file(text) else { continue };
        for (line, name) in inline_modules(&file) {
            if is_refused(&name) {
                verdict.violated(format!("{path}:{line}"), format!("`{name}` does not say what is inside"));
            }
        }
    }
    verdict
}

fn inline_modules(file: &syn::File) -> Vec<(usize, String)> {
    struct Finder(Vec<(usize, String)>);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
            if module.content.is_some() {
                self.0.push((module.ident.span().start().line, module.ident.to_string()));
            }
            visit::visit_item_mod(self, module);
        }
    }
    let mut finder = Finder(Vec::new());
    finder.visit_file(file);
    finder.0
}
