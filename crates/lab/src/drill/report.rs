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
    /// The same by kind.
    pub acknowledged: Vec<(&'static str, u64)>,
    /// Requests that had no answer yet at the kill.
    pub in_flight: usize,
    /// Requests that got no answer and were sent again.
    pub resent: usize,
    /// How often some had to be sent again.
    pub sendings: usize,
}

/// A whole drill.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub rounds: Vec<Round>,
    /// Kills of a server that did not listen yet, or of a database that did not answer yet.
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

    fn write_rounds(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.rounds.first().map_or(&[][..], |round| &round.acknowledged);
        write!(out, "| round | writes acknowledged |")?;
        kinds.iter().try_for_each(|(kind, _)| write!(out, " {kind} |"))?;
        writeln!(out, " in flight at the kill | sent again | times |")?;
        writeln!(out, "|{}", "--:|".repeat(5 + kinds.len()))?;
        for Round { number, writes, acknowledged, in_flight, resent, sendings } in &self.rounds {
            write!(out, "| {number} | {writes} |")?;
            acknowledged.iter().try_for_each(|(_, count)| write!(out, " {count} |"))?;
            writeln!(out, " {in_flight} | {resent} | {sendings} |")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_rounds(out)?;
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
