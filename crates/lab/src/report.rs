//! What a run says of itself: JSON for machines, a table for people.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cpu;
use crate::load::Run;
use crate::measure::Tally;

/// One phase of a bench.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Phase {
    pub phase: String,
    /// How to run it again.
    pub command: String,
    pub seconds: f64,
    pub lines: Vec<Line>,
    /// CPU of the generator's threads for each request.
    pub generator_micros_per_request: f64,
    /// CPU of the server, user and system, for each request; unknown without its process id.
    pub server_micros_per_request: Option<f64>,
    /// Arrivals of the plan for which nothing was sent.
    pub unsent: u64,
    /// What the server's own counters grew by.
    pub counters: BTreeMap<String, f64>,
    pub read_back: Option<ReadBack>,
    pub wal: Option<Wal>,
    /// What else a reader should know.
    pub notes: Vec<String>,
    /// What was expected and is not so. Empty if all is well.
    pub failures: Vec<String>,
}

/// The requests of one kind. Times are those of the 2xx answers, in milliseconds from when they were due.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub kind: String,
    pub requests: u64,
    pub ok: u64,
    pub ko: u64,
    /// What the others were answered: `409 seat-taken`, or why no answer came.
    pub refusals: BTreeMap<String, u64>,
    /// 2xx answers in a second.
    pub ok_per_second: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
    /// The longest of the answers that were not 2xx.
    pub ko_max_ms: f64,
    /// How late the generator itself was.
    pub lag_p99_ms: f64,
    /// p99 of the first and of the last whole slice: a tenth of the run, at least 1 s and at most a minute.
    pub first_p99_ms: f64,
    pub last_p99_ms: f64,
}

/// Acknowledged changes looked up again after the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    pub acknowledged: u64,
    pub examined: u64,
    pub missing: u64,
}

/// The size of a write-ahead log during the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wal {
    pub max_bytes: u64,
    pub last_bytes: u64,
}

impl Phase {
    /// A phase of runs that took place at the same time.
    pub fn of_runs(phase: String, runs: &[Run]) -> Self {
        let lasted = runs.iter().map(|run| run.lasted).max().unwrap_or_default();
        let tallies =
            runs.iter().flat_map(|run| run.measure.tallies().iter().map(|tally| (tally, run.lasted)));
        let lines: Vec<_> = tallies.map(|(tally, lasted)| Line::of(tally, lasted)).collect();
        let requests = lines.iter().map(|line| line.requests).sum();
        Self {
            phase,
            seconds: lasted.as_secs_f64(),
            generator_micros_per_request: cpu::micros_per_request(
                runs.iter().map(|run| run.generator_cpu).sum(),
                requests,
            ),
            unsent: runs.iter().map(|run| run.unsent).sum(),
            lines,
            ..Self::default()
        }
    }

    /// All requests of the phase.
    pub fn requests(&self) -> u64 {
        self.lines.iter().map(|line| line.requests).sum()
    }

    /// The requests of one kind.
    pub fn line(&self, kind: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.kind == kind)
    }
}

impl Line {
    fn of(tally: &Tally, lasted: Duration) -> Self {
        let refusals = tally.refusals.iter().map(|refusal| {
            let status = refusal.status.map(|status| format!("{status} ")).unwrap_or_default();
            (format!("{status}{}", refusal.code), refusal.count)
        });
        // The last slice holds what was answered while the run drained.
        let whole = tally.slices.split_last().map_or(&[][..], |(_, whole)| whole);
        let p99_of =
            |times: Option<&crate::measure::Times>| times.map_or(0.0, |times| times.quantile_ms(0.99));
        Self {
            kind: tally.kind.to_owned(),
            requests: tally.requests(),
            ok: tally.ok.count(),
            ko: tally.ko.count(),
            refusals: refusals.collect(),
            ok_per_second: tally.ok.count() as f64 / lasted.as_secs_f64(),
            p50_ms: tally.ok.quantile_ms(0.50),
            p95_ms: tally.ok.quantile_ms(0.95),
            p99_ms: tally.ok.quantile_ms(0.99),
            max_ms: tally.ok.max_ms(),
            ko_max_ms: tally.ko.max_ms(),
            lag_p99_ms: tally.lag.quantile_ms(0.99),
            first_p99_ms: p99_of(whole.first()),
            last_p99_ms: p99_of(whole.last()),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} ({:.1} s)", self.phase, self.seconds)?;
        let columns = "requests         ok         ko      ok/s      p50      p95      p99      max  lag p99";
        writeln!(out, "  {:<12}{columns:>87}", "")?;
        for line in &self.lines {
            write!(
                out,
                "  {:<12}{:>11}{:>11}{:>11}{:>10.0}",
                line.kind, line.requests, line.ok, line.ko, line.ok_per_second
            )?;
            for time in [line.p50_ms, line.p95_ms, line.p99_ms, line.max_ms, line.lag_p99_ms] {
                write!(out, "{time:>9.2}")?;
            }
            writeln!(out)?;
            for (refusal, count) in &line.refusals {
                writeln!(out, "  {:<12}{count:>11}  {refusal}", "")?;
            }
        }
        for (name, value) in self.facts() {
            writeln!(out, "  {name}: {value}")?;
        }
        for (series, grown) in &self.counters {
            writeln!(out, "  {series} +{grown}")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(out, "  {note}"))?;
        self.failures.iter().try_for_each(|failure| writeln!(out, "  FAILED: {failure}"))
    }
}

impl Phase {
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts =
            vec![("generator CPU", format!("{:.1} us a request", self.generator_micros_per_request))];
        if let Some(micros) = self.server_micros_per_request {
            facts.push(("server CPU", format!("{micros:.1} us a request")));
        }
        if self.unsent > 0 {
            facts.push(("unsent", self.unsent.to_string()));
        }
        if let Some(ReadBack { acknowledged, examined, missing }) = self.read_back {
            let says = format!("{acknowledged} acknowledged, {examined} read back, {missing} missing");
            facts.push(("read back", says));
        }
        if let Some(Wal { max_bytes, last_bytes }) = self.wal {
            let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
            facts.push((
                "WAL",
                format!("at most {:.1} MiB, {:.1} MiB at the end", mib(max_bytes), mib(last_bytes)),
            ));
        }
        facts
    }
}

/// All phases as a page: where and how they were measured, one table, then what each says.
pub fn page(title: &str, facts: &BTreeMap<String, String>, phases: &[Phase]) -> String {
    let mut page = format!("# {title}\n\n");
    let mut put = |line: fmt::Arguments<'_>| page.write_fmt(line).expect("a string grows");
    for (name, value) in facts {
        put(format_args!("* {name}: {value}\n"));
    }
    put(format_args!(
        "\nOnly 2xx answers count as ok; times are theirs, in milliseconds from when the request was due.\n\n"
    ));
    put(format_args!(
        "| phase | kind | ok/s | ok | ko | p50 | p95 | p99 | max | first p99 | last p99 | generator us | server us | read back, missing |\n"
    ));
    put(format_args!("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"));
    for phase in phases {
        let server =
            phase.server_micros_per_request.map_or("–".to_owned(), |micros| format!("{micros:.1}"));
        let read_back =
            phase.read_back.map_or("–".to_owned(), |r| format!("{}, {}", r.examined, r.missing));
        for line in &phase.lines {
            put(format_args!(
                "| {} | {} | {:.0} | {} | {} ",
                phase.phase, line.kind, line.ok_per_second, line.ok, line.ko
            ));
            for time in
                [line.p50_ms, line.p95_ms, line.p99_ms, line.max_ms, line.first_p99_ms, line.last_p99_ms]
            {
                put(format_args!("| {time:.2} "));
            }
            put(format_args!("| {:.1} | {server} | {read_back} |\n", phase.generator_micros_per_request));
        }
    }
    for phase in phases {
        put(format_args!("\n## {}\n\n`{}`\n\n```text\n{phase}```\n", phase.phase, phase.command));
    }
    page
}
