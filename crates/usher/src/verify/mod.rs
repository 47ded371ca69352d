//! `usher verify`: every invariant, one line each, and a digest. Changes nothing.

mod acks;
mod remote;

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use usher_core::invariant::Report;
use usher_engine::Reader;

use crate::cli::Verify;
use crate::config;
use crate::failed::{Failed, chain};
use crate::seed::now;
use crate::wiring::Store;
use crate::{logs, say};

/// Examines a store or asks a server to, and says what was found.
pub fn run(asked: &Verify) -> Result<(), Failed> {
    let data = asked.data.as_ref().map(|dir| dir.display().to_string());
    let (config, _) = config::load(&asked.settings.with([("--data", "data", data)]))?;
    logs::start(&config.log.level)?;
    let report = match &asked.target {
        Some(_) if asked.acks.is_some() => {
            return Err(Failed::usage(
                "--acks is compared with the rows of a store: give --data DIR or --set store.url=…, not --target",
            ));
        }
        Some(url) => remote::ask(url)?,
        None => {
            let mut reader = open(&Store::of(&config)?)?;
            examine_with(&mut *reader, asked.acks.as_deref())?
        }
    };
    tell(&report)
}

fn open(store: &Store) -> Result<Box<dyn Reader>, Failed> {
    let there = match store {
        Store::Sqlite(dir) => format!("in {}", dir.display()),
        Store::Mysql(_) => "under store.url".into(),
    };
    store
        .open_to_read()?
        .ok_or_else(|| Failed::usage(format!("there is no data {there}: seed or serve it first")))
}

/// Examines a store, with a count of rows on a terminal.
pub fn examine(reader: &mut dyn Reader) -> Result<Report, Failed> {
    let style = "{spinner} examined {human_pos} rows, {per_sec}";
    let style = ProgressStyle::with_template(style).expect("the template is a constant, seen in tests");
    let bar = ProgressBar::new_spinner().with_style(style);
    let report = usher_engine::verify::verify(reader, now(), &mut |rows| bar.inc(rows));
    bar.finish_and_clear();
    report.map_err(|error| Failed::environment(chain(&error)))
}

/// Examines a store, and compares it with the record of what clients were told, if there is one.
pub fn examine_with(reader: &mut dyn Reader, acks: Option<&Path>) -> Result<Report, Failed> {
    let mut report = examine(reader)?;
    if let Some(file) = acks {
        acks::compare(file, reader)?.into_iter().for_each(|line| report.replace(line));
    }
    Ok(report)
}

/// Prints the report; an invariant that is broken is a failure.
pub fn tell(report: &Report) -> Result<(), Failed> {
    if report.rows == 0 {
        return Err(Failed::usage("there is no data: not one row to examine, and nothing is shown by that"));
    }
    say(report);
    match report.is_clean() {
        true => Ok(()),
        false => Err(Failed::check("an invariant is broken")),
    }
}
