//! `usher demo`: a small sale, sold out by a few fans over HTTP, and what came of it.

mod crowd;
mod fan;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use usher_core::invariant::Report;
use usher_lab::target::Target;

use crate::cli::Demo;
use crate::config::{self, Config};
use crate::failed::Failed;
use crate::verify::{examine, tell};
use crate::wiring::{Store, refuse_data};
use crate::{logs, say, serve};

/// Seats for each fan; a fan may have up to four, so that the sale sells out.
const SEATS_PER_FAN: u32 = 2;

/// What the crowd was told, added up.
#[derive(Debug, Default)]
pub struct Tally {
    /// Seats that fans paid for.
    pub sold: u32,
    /// Fans who have a seat.
    pub served: u32,
    /// Requests that were answered.
    pub requests: u32,
    /// Refusals by their code: normal answers.
    pub refused: BTreeMap<String, u32>,
    /// Answers that no fan should get.
    pub failed: BTreeMap<String, u32>,
}

/// Serves a sale, lets a crowd at it, and reports.
pub fn run(asked: &Demo) -> Result<(), Failed> {
    let temporary = match &asked.data {
        Some(dir) => {
            refuse_data(dir)?;
            None
        }
        None => Some(
            tempfile::tempdir()
                .map_err(|error| Failed::environment(format!("no temporary directory: {error}")))?,
        ),
    };
    let data = asked.data.as_deref().or(temporary.as_ref().map(|dir| dir.path()));
    let config = settings(asked, data.expect("a directory is given or temporary"))?;
    logs::start(&config.log.level)?;
    let store = Store::of(&config)?;
    let serving = serve::open(&config, &store)?;
    let server = &serving.server;
    say(format_args!("the sale is on http://{}", server.address()));
    say(format_args!("the operator's side is on http://{}", server.admin_address()));

    let seats = asked.fans * SEATS_PER_FAN;
    let began = Instant::now();
    let sale = crowd::Sale {
        target: Target::from(server.address()),
        seats,
        fans: asked.fans,
        lasting: asked.lasting,
    };
    let tally = crowd::sell_out(&sale);
    let took = began.elapsed();
    serving.stop();
    let tally = tally?;
    let mut reader = store.open_to_read()?.ok_or_else(|| Failed::environment("the store is gone"))?;
    let report = examine(&mut *reader)?;
    conclude(asked.fans, seats, took, &tally, &report)
}

fn settings(asked: &Demo, data: &std::path::Path) -> Result<Config, Failed> {
    let listen = asked.listen.map(|address| address.to_string());
    let given = asked.settings.with([
        ("--data", "data", Some(data.display().to_string())),
        ("--listen", "listen", listen),
        ("demo", "auth.mode", Some("open".into())),
        ("demo", "admin.listen", Some("127.0.0.1:0".into())),
    ]);
    let (config, _) = config::load(&given)?;
    if !config.listen.ip().is_loopback() {
        return Err(Failed::usage(format!(
            "a demo is for this machine alone: {} is no loopback address",
            config.listen
        )));
    }
    Ok(config)
}

/// Says what came of it. The fans' count and the store's must be the same.
fn conclude(fans: u32, seats: u32, took: Duration, tally: &Tally, report: &Report) -> Result<(), Failed> {
    say("");
    say(format_args!("seats sold     {} of {seats}", tally.sold));
    say(format_args!("fans           {fans}, {} of them with a seat", tally.served));
    say(format_args!("requests       {} answered in {:.1} s", tally.requests, took.as_secs_f64()));
    if !tally.refused.is_empty() {
        say(format_args!("refusals       {}", listed(&tally.refused)));
    }
    if !tally.failed.is_empty() {
        say(format_args!("failures       {}", listed(&tally.failed)));
    }
    say("");
    tell(report)?;
    if report.seats_sold != u64::from(tally.sold) {
        let (told, stored) = (tally.sold, report.seats_sold);
        return Err(Failed::check(format!(
            "fans were told of {told} seats, and the store has sold {stored}"
        )));
    }
    match tally.failed.is_empty() {
        true => Ok(()),
        false => Err(Failed::check("some fans got an answer that no fan should get")),
    }
}

fn listed(counts: &BTreeMap<String, u32>) -> String {
    let each: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    each.join(", ")
}
