//! How true expected times are: what each fan was told, beside how long that fan then waited.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::{Evening, by_user};
use crate::acks::Ack;
use crate::crowd::plan::{Arrivals, Group, Habit, Purpose, Shape};
use crate::seen::Status;

/// Estimates count from so long after the first fan was seen to be let in.
const OUTFLOW_MS: u64 = 60_000;
/// Shorter waits are shown apart: the time to the next poll is most of them.
const SHORT_S: f64 = 10.0;
const MEDIAN_MAX: f64 = 0.10;
const P90_MAX: f64 = 0.25;
const OPENS_IN: Duration = Duration::from_secs(20);

/// Rates and drop-outs that the formula was not tuned with (`crates/core/tests/line_eta`).
pub fn evenings() -> [Evening; 3] {
    let secs = Duration::from_secs;
    let early = Arrivals { from: Duration::ZERO, lasting: OPENS_IN, shape: Shape::Heaviside };
    let group = |fans, habit, linger: (u64, u64)| {
        let purpose = Purpose::Linger { from: secs(linger.0), to: secs(linger.1) };
        Group { fans, habit, arrivals: early, purpose }
    };
    let leaving =
        |after, at_most, says_so| Habit::Leaving { after: secs(after), at_most: secs(at_most), says_so };
    let evening = |room, admits_per_second, live_passes_max, dice, groups| Evening {
        room,
        live_passes_max,
        admits_per_second,
        opens_in: OPENS_IN,
        lasting: secs(240),
        groups,
        seats: 0,
        dice,
    };
    let steady = Habit::Steady;
    let by_rate = vec![group(2_000, steady, (2, 9)), group(500, leaving(15, 700, true), (2, 9))];
    let by_cap = vec![
        group(3_000, steady, (4, 11)),
        group(400, leaving(25, 400, false), (4, 11)),
        group(300, Habit::Retrying, (4, 11)),
    ];
    let silent = vec![
        group(6_500, steady, (1, 20)),
        group(1_500, Habit::Silent, (1, 20)),
        group(1_000, leaving(10, 300, true), (1, 20)),
        group(1_000, leaving(10, 300, false), (1, 20)),
    ];
    [
        evening("by-rate", 11, 5_000, 201, by_rate),
        evening("by-cap", 65, 110, 205, by_cap),
        evening("silent", 44, 5_000, 203, silent),
    ]
}

/// The errors of an evening, each relative to the wait.
#[derive(Clone, Debug)]
pub struct Errors {
    /// Of waits of ten seconds and more, in rising order.
    pub long: Vec<f64>,
    /// Of all waits, in rising order.
    pub all: Vec<f64>,
}

impl Errors {
    /// Whether enough was told and it came true.
    pub fn are_within_the_bars(&self) -> bool {
        self.long.len() >= 1_000 && at(&self.long, 0.5) <= MEDIAN_MAX && at(&self.long, 0.9) <= P90_MAX
    }
}

fn at(errors: &[f64], share: f64) -> f64 {
    let index = (errors.len() as f64 * share) as usize;
    errors.get(index).copied().unwrap_or(f64::INFINITY)
}

impl fmt::Display for Errors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says = if self.are_within_the_bars() { "met" } else { "**missed**" };
        for errors in [&self.long, &self.all] {
            let (median, p90) = (100.0 * at(errors, 0.5), 100.0 * at(errors, 0.9));
            write!(out, "| {} | {median:.1} % | {p90:.1} % ", errors.len())?;
        }
        write!(out, "| {says} |")
    }
}

/// Compares every time a fan was told, from a minute of outflow on, with when that fan saw to be let in.
pub fn judge(acks: &Path) -> anyhow::Result<Errors> {
    let users = by_user(acks)?;
    let let_in = |told: &[Ack<'_>]| {
        let is_in =
            |ack: &&Ack<'_>| ack.place.as_ref().is_some_and(|place| place.status == Status::Processing);
        told.iter().find(is_in).map(|ack| ack.at_ms)
    };
    let first_ms = users.values().filter_map(|told| let_in(told)).min().unwrap_or(u64::MAX);
    let mut errors = Errors { long: Vec::new(), all: Vec::new() };
    for told in users.values() {
        let Some(let_in_ms) = let_in(told) else { continue };
        let counts =
            |ack: &&Ack<'_>| ack.at_ms < let_in_ms && ack.at_ms >= first_ms.saturating_add(OUTFLOW_MS);
        for ack in told.iter().filter(counts) {
            let Some(eta_s) = ack.place.as_ref().and_then(|place| place.eta_seconds) else { continue };
            let waited_s = (let_in_ms - ack.at_ms) as f64 / 1e3;
            let error = (eta_s as f64 - waited_s).abs() / waited_s;
            errors.all.push(error);
            if waited_s >= SHORT_S {
                errors.long.push(error);
            }
        }
    }
    errors.all.sort_by(f64::total_cmp);
    errors.long.sort_by(f64::total_cmp);
    Ok(errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acks::{Op, Recorder};
    use crate::seen::{Outlook, Place};

    fn told(user: &str, at_s: u64, eta_seconds: Option<u64>) -> Ack<'_> {
        let status = if eta_seconds.is_some() { Status::Waiting } else { Status::Processing };
        let place = Place {
            waiting_queue_id: "main".to_owned(),
            number: 1,
            status,
            position: eta_seconds,
            eta_seconds,
            poll_after_ms: None,
            outlook: Outlook::Enough,
            token_value: String::new(),
        };
        Ack { at_ms: at_s * 1_000, place: Some(place), ..Ack::now(Op::Poll, user, 200) }
    }

    #[test]
    fn a_time_counts_from_a_minute_of_outflow_on_and_is_compared_with_the_wait() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acks");
        let mut recorder = Recorder::append(&path).unwrap();
        let answers = [
            told("first", 100, None),
            told("kim", 159, Some(1_000)),
            told("kim", 160, Some(50)),
            told("kim", 195, Some(4)),
            told("kim", 200, None),
            told("never let in", 170, Some(9)),
        ];
        answers.iter().for_each(|ack| recorder.record(ack));
        recorder.finish().unwrap();
        let errors = judge(&path).unwrap();
        assert_eq!((errors.long, errors.all), (vec![0.25], vec![0.2, 0.25]));
    }
}
