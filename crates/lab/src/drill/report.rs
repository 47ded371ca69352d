//! What came of a drill.

use std::fmt;
use std::path::Path;

use super::house::House;

/// A kill under load.
#[derive(Clone, Debug, Default)]
pub struct Round {
    pub number: usize,
    /// Writes acknowledged before the kill.
    pub writes: u64,
    /// Requests that had no answer yet at the kill.
    pub in_flight: usize,
    /// Keys that got no answer and were sent again.
    pub resent: usize,
    /// How often some had to be sent again.
    pub passes: usize,
}

/// A whole drill.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub rounds: Vec<Round>,
    /// Kills of a server that did not listen yet.
    pub kills_in_start_up: usize,
    /// How the server ended when it was told to.
    pub ended_with: String,
    /// Acknowledged writes by kind.
    pub acknowledged: Vec<(&'static str, u64)>,
    /// Facts that were looked up, repeats of keys included.
    pub looked_up: u64,
    /// What is not as the clients were told.
    pub failures: Vec<String>,
    /// What `usher verify` says.
    pub verified: String,
}

impl Report {
    pub(super) fn verify(&mut self, house: &House, acks: &Path) -> anyhow::Result<()> {
        let (is_clean, says) = house.verify(acks)?;
        if !is_clean {
            self.failures.push("`usher verify` is not clean".to_owned());
        }
        self.verified = says;
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "| round | writes acknowledged | in flight at the kill | keys sent again | passes |\n|--:|--:|--:|--:|--:|"
        )?;
        for Round { number, writes, in_flight, resent, passes } in &self.rounds {
            writeln!(out, "| {number} | {writes} | {in_flight} | {resent} | {passes} |")?;
        }
        writeln!(out, "\n* kills during start-up: {}", self.kills_in_start_up)?;
        for (kind, count) in &self.acknowledged {
            writeln!(out, "* acknowledged {kind}: {count}")?;
        }
        writeln!(out, "* answers of look-ups and repeats compared with the record: {}", self.looked_up)?;
        writeln!(out, "* the server told to end: {}", self.ended_with)?;
        match self.failures.as_slice() {
            [] => writeln!(out, "* verdict: nothing acknowledged was lost or doubled")?,
            failures => writeln!(out, "* verdict: {} FAILURES", failures.len())?,
        }
        self.failures.iter().take(50).try_for_each(|failure| writeln!(out, "  * {failure}"))?;
        writeln!(out, "\n```text\n{}```", self.verified)
    }
}
