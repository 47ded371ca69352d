//! The files that rules look at: this repository, or a few planted ones.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

/// Files by path from the root of the repository, `/` between the parts.
#[derive(Debug)]
pub struct Workspace {
    files: BTreeMap<String, String>,
}

/// A crate's `Cargo.toml`.
#[derive(Debug)]
pub struct Manifest {
    /// Where it stands.
    pub path: String,
    /// The package's name.
    pub name: String,
    /// All of it.
    pub table: toml::Table,
}

impl Workspace {
    /// This repository.
    pub fn here() -> io::Result<Self> {
        Self::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
    }

    /// Every file under `root` that people write: nothing built, fetched or hidden, but for `.ci`.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in WalkDir::new(root).into_iter().filter_entry(is_written_by_people) {
            let entry = entry?;
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(root).expect("the walk stays under its root");
                let bytes = std::fs::read(entry.path())?;
                let text = String::from_utf8(bytes).unwrap_or_default();
                files.insert(path.to_string_lossy().replace('\\', "/"), text);
            }
        }
        Ok(Self { files })
    }

    /// Planted files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect() }
    }

    /// The text of a file; empty if it is not text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every path.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Every Rust file with its text.
    pub fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(|(path, _)| path.ends_with(".rs"))
    }

    /// Every Rust file under a folder.
    pub fn rust_under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.rust().filter(move |(path, _)| path.starts_with(folder))
    }

    /// The manifests of `crates/*`; a manifest that cannot be read is told by its path and why.
    pub fn manifests(&self) -> Vec<Result<Manifest, (String, String)>> {
        let is_manifest = |path: &&str| {
            let parts: Vec<&str> = path.split('/').collect();
            matches!(parts[..], ["crates", _, "Cargo.toml"])
        };
        self.paths().filter(is_manifest).map(|path| self.manifest(path)).collect()
    }

    fn manifest(&self, path: &str) -> Result<Manifest, (String, String)> {
        let told = |why: String| (path.to_string(), why);
        let table: toml::Table =
            self.files[path].parse().map_err(|e: toml::de::Error| told(e.to_string()))?;
        let name = table.get("package").and_then(|package| package.get("name")?.as_str());
        let name = name.ok_or_else(|| told("a crate needs a package name".into()))?.to_string();
        Ok(Manifest { path: path.to_string(), name, table })
    }
}

fn is_written_by_people(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_hidden = name.starts_with('.') && name.len() > 1 && name != ".." && name != ".ci";
    let is_built = name == "target" || name.starts_with("target-") || name == "node_modules";
    entry.depth() == 0 || !(is_hidden || is_built || name == "usher-data")
}
