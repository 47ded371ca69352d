//! What a crowd was told, added up.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::measure::Times;

/// Counts that only rise, and what fans do now.
#[derive(Debug, Default)]
pub struct Tally {
    /// Fans who have come.
    pub came: u32,
    /// Fans who wait now, those who stopped asking left out.
    pub waiting: u32,
    /// Fans who are inside now.
    pub inside: u32,
    /// Times that somebody was let in.
    pub let_in: u32,
    /// Fans who have a seat.
    pub bought: u32,
    /// Seats that were paid for.
    pub sold: u32,
    /// What those seats came to, in minor units.
    pub paid: u64,
    /// Fans who went without a seat, by why.
    pub without: BTreeMap<&'static str, u32>,
    /// From the answer to the join until the fan saw to be let in.
    pub waits: Times,
    /// Requests that were answered.
    pub answered: u64,
    /// Requests without an answer; fans hung up on most of them.
    pub unanswered: u64,
    /// Refusals by code: normal answers.
    pub refused: BTreeMap<String, u32>,
    /// Answers that no fan should get.
    pub failed: BTreeMap<String, u32>,
    /// Answer times of all requests that were answered.
    pub times: Times,
}

impl Tally {
    /// A fan goes home without a seat.
    pub fn gave_up(&mut self, why: &'static str) {
        *self.without.entry(why).or_default() += 1;
    }

    /// Fans who went without a seat.
    pub fn went_without(&self) -> u32 {
        self.without.values().sum()
    }

    pub(super) fn answered(&mut self, kind: &'static str, status: u16, code: &str, took: Duration) {
        self.answered += 1;
        self.times.record(took);
        match status {
            200..=299 => {}
            402 | 403 | 404 | 409 | 429 | 503 if !code.is_empty() => {
                *self.refused.entry(code.to_owned()).or_default() += 1;
            }
            _ => *self.failed.entry(format!("{kind} {status} {code}")).or_default() += 1,
        }
    }
}
