//! Where settings come from: flags over environment over file over defaults.

use std::path::PathBuf;

use figment::error::Kind;
use figment::providers::{Env, Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Error, Figment, Metadata, Profile, Provider};

use super::Config;
use crate::failed::Failed;

/// The commented file.
pub const DEFAULTS: &str = include_str!("../../../../config/usher.toml");

const ENVIRONMENT: &str = "USHER_";

/// What the command line says about settings.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// `--set`: key and value as written.
    pub set: Vec<(String, String)>,
    /// Flags with a setting behind them: the flag, its key, its value.
    pub flags: Vec<(&'static str, &'static str, String)>,
}

/// Settings, checked; and sentences about what was given and has no effect.
pub fn load(given: &Given) -> Result<(Config, Vec<String>), Failed> {
    let known = known_keys();
    let mut notes = Vec::new();
    let mut figment = Figment::from(Toml::string(DEFAULTS));
    if let Some(file) = &given.file {
        // A file that is not there is told as such, not as settings that are missing.
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failed::usage(format!("--config {}: {error}", file.display())))?;
        let layer = Layer::new(file.display().to_string(), parse(&text, &file.display().to_string())?);
        figment = figment.merge(layer);
    }
    figment = figment.merge(environment(&known, &mut notes));
    for (key, text) in &given.set {
        let value: Value = text.parse().expect("any text is at least a string");
        figment = figment.merge(Layer::one(format!("--set {key}"), key, value));
    }
    for (flag, key, text) in &given.flags {
        figment = figment.merge(Layer::one((*flag).to_string(), key, Value::from(text.as_str())));
    }
    let config: Config = figment.extract().map_err(|error| Failed::usage(explain(error, &known)))?;
    config.check()?;
    Ok((config, notes))
}

fn parse(text: &str, path: &str) -> Result<Dict, Failed> {
    let data = Toml::string(text).data().map_err(|error| Failed::usage(format!("{path}: {}", error.kind)))?;
    Ok(data.into_values().next().unwrap_or_default())
}

/// Variables of the environment. One that names no setting and no section is another program's.
fn environment(known: &[String], notes: &mut Vec<String>) -> Env {
    let names: Vec<String> = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    for name in names {
        let Some(rest) = name.strip_prefix(ENVIRONMENT) else { continue };
        let key = rest.to_lowercase().replace("__", ".");
        if !key.contains('.') && !known.contains(&key) {
            notes.push(format!(
                "{name} is in the environment and names no setting{}",
                suggestion(&key, known)
            ));
        }
    }
    let known = known.to_vec();
    let is_ours = move |key: &figment::value::UncasedStr| {
        let key = key.as_str().to_lowercase().replace("__", ".");
        key.contains('.') || known.contains(&key)
    };
    Env::prefixed(ENVIRONMENT).filter(is_ours).split("__")
}

/// Settings of one source.
struct Layer {
    name: String,
    values: Dict,
}

impl Layer {
    fn new(name: String, values: Dict) -> Self {
        Self { name, values }
    }

    fn one(name: String, key: &str, value: Value) -> Self {
        let nested = figment::util::nest(key, value);
        Self { name, values: nested.into_dict().unwrap_or_default() }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

/// Every key of the commented file, dotted.
pub fn known_keys() -> Vec<String> {
    let table: toml::Table =
        DEFAULTS.parse().expect("the compiled-in file is valid TOML, which a test proves");
    let mut keys = Vec::new();
    for (name, value) in &table {
        match value.as_table() {
            Some(section) => keys.extend(section.keys().map(|key| format!("{name}.{key}"))),
            None => keys.push(name.clone()),
        }
    }
    keys
}

/// One line for every error, each with the key and where it came from.
fn explain(errors: Error, known: &[String]) -> String {
    let lines: Vec<String> = errors.into_iter().map(|error| explain_one(&error, known)).collect();
    lines.join("\n")
}

fn explain_one(error: &Error, known: &[String]) -> String {
    let from = error.metadata.as_ref().map_or(String::new(), |from| format!(" (from {})", from.name));
    let path = error.path.join(".");
    match &error.kind {
        Kind::UnknownField(field, _) => {
            let key = match error.path.last() {
                Some(last) if last == field => path,
                Some(_) => format!("{path}.{field}"),
                None => field.clone(),
            };
            format!("`{key}` is no setting{from}{}", suggestion(&key, known))
        }
        Kind::Message(says) => format!("{path}{from}: {says}"),
        Kind::UnknownVariant(found, expected) => {
            format!("{path}{from}: `{found}` is none of {}", expected.join(", "))
        }
        _ => format!("{path}{from}: {}", error.kind),
    }
}

fn suggestion(key: &str, known: &[String]) -> String {
    let likeness = |known: &&String| (strsim::jaro_winkler(key, known) * 1000.0) as u32;
    match known.iter().max_by_key(likeness).filter(|best| likeness(best) >= 750) {
        Some(best) => format!("; did you mean `{best}`?"),
        None => "; config/usher.toml lists them all".into(),
    }
}
