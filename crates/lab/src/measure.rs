//! What was measured: answers counted, response times in histograms, the generator's own lateness beside them.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Deserialize;

use crate::client::{Answer, Silence};

/// Longest time told apart; longer ones count as this.
const MICROS_MAX: u64 = 600_000_000;

/// Times, each known to 0.1 %.
#[derive(Clone, Debug)]
pub struct Times(Histogram<u64>);

impl Default for Times {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, MICROS_MAX, 3).expect("the bounds are valid"))
    }
}

impl Times {
    /// Counts one time.
    pub fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.saturating_record(micros.max(1));
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time that a share of them (0.0 to 1.0) did not exceed, in milliseconds.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1e3
    }

    /// The longest, in milliseconds.
    pub fn max_ms(&self) -> f64 {
        self.0.max() as f64 / 1e3
    }
}

/// The three moments of a request. Response time is answered − due, the generator's lag sent − due.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    pub due: Instant,
    pub sent: Instant,
    pub answered: Instant,
}

/// Answers that were not 2xx, alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals {
    /// HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// The problem's code, or why no answer came.
    pub code: String,
    pub count: u64,
}

/// What was measured of the requests of one kind.
#[derive(Debug)]
pub struct Tally {
    pub kind: &'static str,
    pub ok: Times,
    pub ko: Times,
    pub lag: Times,
    /// Times of the 2xx answers by the slice of the run in which they came.
    pub slices: Vec<Times>,
    pub refusals: Vec<Refusals>,
}

impl Tally {
    fn new(kind: &'static str) -> Self {
        let (ok, ko, lag) = <(Times, Times, Times)>::default();
        Self { kind, ok, ko, lag, slices: Vec::new(), refusals: Vec::new() }
    }

    /// Requests that were sent.
    pub fn requests(&self) -> u64 {
        self.ok.count() + self.ko.count()
    }

    fn refused(&mut self, status: Option<u16>, code: &str) {
        match self.refusals.iter_mut().find(|known| known.status == status && known.code == code) {
            Some(known) => known.count += 1,
            None => self.refusals.push(Refusals { status, code: code.to_owned(), count: 1 }),
        }
    }
}

/// What was measured in one run.
#[derive(Debug)]
pub struct Measure {
    started: Instant,
    slice: Duration,
    tallies: Vec<Tally>,
}

impl Measure {
    /// Begins at `started`; `slice` is the length of the slices whose times are kept apart.
    pub fn new(started: Instant, slice: Duration) -> Self {
        Self { started, slice, tallies: Vec::new() }
    }

    /// Counts a request of `kind` and what came of it.
    pub fn record(&mut self, kind: &'static str, moments: Moments, outcome: &Result<Answer, Silence>) {
        let at = moments.answered.saturating_duration_since(self.started);
        let slice = (at.as_nanos() / self.slice.as_nanos().max(1)) as usize;
        let response = moments.answered.saturating_duration_since(moments.due);
        let tally = self.tally(kind);
        tally.lag.record(moments.sent.saturating_duration_since(moments.due));
        match outcome {
            Ok(answer) if answer.is_ok() => {
                tally.ok.record(response);
                if tally.slices.len() <= slice {
                    tally.slices.resize_with(slice + 1, Times::default);
                }
                tally.slices[slice].record(response);
            }
            Ok(answer) => {
                tally.ko.record(response);
                tally.refused(Some(answer.status.as_u16()), problem_code(&answer.body));
            }
            Err(silence) => {
                tally.ko.record(response);
                tally.refused(None, &silence.to_string());
            }
        }
    }

    /// What was measured, by kind, in the order in which the kinds were first met.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    fn tally(&mut self, kind: &'static str) -> &mut Tally {
        let known = self.tallies.iter().position(|tally| tally.kind == kind);
        let index = known.unwrap_or_else(|| {
            self.tallies.push(Tally::new(kind));
            self.tallies.len() - 1
        });
        &mut self.tallies[index]
    }
}

/// The `code` of a problem document; empty if the body is none.
pub fn problem_code(body: &[u8]) -> &str {
    #[derive(Deserialize)]
    struct Problem<'a> {
        code: &'a str,
    }
    serde_json::from_slice::<Problem<'_>>(body).map_or("", |problem| problem.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::{HeaderMap, StatusCode};

    fn answer(status: u16, body: &'static str) -> Result<Answer, Silence> {
        let status = StatusCode::from_u16(status).unwrap();
        Ok(Answer { status, headers: HeaderMap::new(), body: Bytes::from_static(body.as_bytes()) })
    }

    #[test]
    fn only_a_2xx_counts_and_its_time_runs_from_when_it_was_due() {
        let started = Instant::now();
        let after = |millis| started + Duration::from_millis(millis);
        let mut measure = Measure::new(started, Duration::from_secs(1));
        let late = Moments { due: after(0), sent: after(900), answered: after(1_500) };
        measure.record("hold", late, &answer(201, "{}"));
        measure.record("hold", late, &answer(409, r#"{"code":"seat-taken","status":409}"#));
        measure.record("hold", late, &answer(409, r#"{"code":"seat-taken","status":409}"#));
        measure.record("hold", late, &Err(Silence::Lost));
        let [tally] = measure.tallies() else { panic!("one kind was sent") };
        assert_eq!((tally.requests(), tally.ok.count(), tally.ko.count()), (4, 1, 3));
        assert!((tally.ok.max_ms() - 1_500.0).abs() < 2.0, "the lag is part of what the buyer felt");
        assert!((tally.lag.max_ms() - 900.0).abs() < 1.0);
        assert_eq!(tally.slices.iter().map(Times::count).collect::<Vec<_>>(), [0, 1]);
        let taken = Refusals { status: Some(409), code: "seat-taken".into(), count: 2 };
        let lost = Refusals { status: None, code: "connection lost".into(), count: 1 };
        assert_eq!(tally.refusals, [taken, lost]);
    }
}
