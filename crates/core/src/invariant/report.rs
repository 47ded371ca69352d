//! What an examination found: one line an invariant, and a digest.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::audit::Tally;
use super::{Finding, Invariant, Scope};

/// What was found. On the wire: `GET /admin/verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Rows that were examined.
    pub rows: u64,
    /// Seats that are sold.
    pub seats_sold: u64,
    /// 128 bits over all rows, in hex: equal for equal rows, whatever their order and their store.
    pub digest: String,
    /// One line each.
    pub invariants: Vec<Line>,
}

/// What was found of one invariant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Which.
    pub invariant: Invariant,
    /// How it stands.
    pub verdict: Verdict,
    /// What was looked at.
    pub examined: String,
    /// What breaks it, one sentence each, at most [`Line::VIOLATIONS_TOLD_MAX`] of them.
    pub violations: Vec<String>,
    /// How many there are.
    pub violations_total: u64,
    /// How many groups of rows were not judged: they kept changing while they were looked at, or enough was found.
    pub unsettled: u64,
}

/// How an invariant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Something was examined and nothing breaks it.
    Holds,
    /// Something breaks it.
    Violated,
    /// There is nothing to examine, so nothing is shown.
    NothingToExamine,
    /// A store alone cannot show it.
    NeedsAcks,
}

impl Line {
    /// Violations that a line tells; more are only counted.
    pub const VIOLATIONS_TOLD_MAX: usize = 20;

    /// A line of what was found; `rows` says how many there were to look at.
    pub fn new(invariant: Invariant, rows: u64, examined: String, violations: Vec<String>) -> Line {
        let verdict = match (violations.len(), rows) {
            (0, 0) => Verdict::NothingToExamine,
            (0, _) => Verdict::Holds,
            (_, _) => Verdict::Violated,
        };
        let violations_total = violations.len() as u64;
        let told = violations.into_iter().take(Self::VIOLATIONS_TOLD_MAX).collect();
        Line { invariant, verdict, examined, violations: told, violations_total, unsettled: 0 }
    }

    fn needs_acks(invariant: Invariant) -> Line {
        Line { verdict: Verdict::NeedsAcks, ..Line::new(invariant, 0, String::new(), Vec::new()) }
    }
}

impl Report {
    /// Puts together what the walks found; `unsettled` are invariants of rows that were not judged.
    pub fn new(
        tally: &Tally,
        digest: u128,
        scope: &Scope,
        findings: &[Finding],
        unsettled: &[Invariant],
    ) -> Report {
        let line = |invariant: Invariant| {
            if invariant.needs_acks() {
                return Line::needs_acks(invariant);
            }
            let broken = findings.iter().filter(|finding| finding.invariant == invariant);
            let broken = broken.map(|finding| finding.says.clone()).collect();
            let (rows, examined) = examined(invariant, tally, scope);
            let unsettled = unsettled.iter().filter(|unsettled| **unsettled == invariant).count() as u64;
            Line { unsettled, ..Line::new(invariant, rows, examined, broken) }
        };
        Report {
            rows: tally.rows(),
            seats_sold: tally.seats_sold(),
            digest: format!("{digest:032x}"),
            invariants: Invariant::ALL.map(line).to_vec(),
        }
    }

    /// Whether nothing breaks an invariant.
    pub fn is_clean(&self) -> bool {
        self.invariants.iter().all(|line| line.verdict != Verdict::Violated)
    }

    /// Puts a line in the place of the one of the same invariant.
    pub fn replace(&mut self, line: Line) {
        if let Some(place) = self.invariants.iter_mut().find(|old| old.invariant == line.invariant) {
            *place = line;
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.invariant;
        match self.verdict {
            Verdict::Holds => write!(f, "{name:16} holds     {}", self.examined)?,
            Verdict::NothingToExamine => write!(f, "{name:16} -         nothing to examine")?,
            Verdict::NeedsAcks => write!(f, "{name:16} -         needs --acks")?,
            Verdict::Violated => {
                let total = self.violations_total;
                write!(f, "{name:16} VIOLATED  {total} times in {}", self.examined)?;
                for violation in &self.violations {
                    write!(f, "\n                   {violation}")?;
                }
                let more = total - self.violations.len() as u64;
                if more > 0 {
                    write!(f, "\n                   and {more} more")?;
                }
            }
        }
        if self.unsettled > 0 {
            write!(f, "; {} groups of rows were not judged", self.unsettled)?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.invariants {
            writeln!(f, "{line}")?;
        }
        write!(f, "digest {} over {} rows", self.digest, grouped(self.rows))
    }
}

/// How many rows an invariant looks at, and which.
fn examined(invariant: Invariant, tally: &Tally, scope: &Scope) -> (u64, String) {
    match invariant {
        Invariant::NoDoubleSale => {
            counted(&[(tally.claims, "claims"), (tally.holds, "holds"), (tally.performances, "performances")])
        }
        Invariant::SoldStaysSold => counted(&[(tally.sold, "sold seats"), (tally.booked, "booked holds")]),
        Invariant::OwnLiveHold => counted(&[(tally.bookings, "bookings"), (tally.holds, "holds")]),
        Invariant::MoneyConserved => money(tally),
        Invariant::PaidIffSold => counted(&[(tally.payments, "payments"), (tally.bookings, "bookings")]),
        Invariant::OneRefund => counted(&[(tally.payments, "payments"), (tally.refunds, "refunds")]),
        Invariant::EventPerChange => events(tally, scope),
        Invariant::OneEffect | Invariant::NoLostAck | Invariant::CapHeld | Invariant::Fair => {
            (0, String::new())
        }
    }
}

fn counted(rows: &[(u64, &str)]) -> (u64, String) {
    let texts: Vec<String> = rows.iter().map(|(count, what)| format!("{} {what}", grouped(*count))).collect();
    (rows.iter().map(|(count, _)| count).sum(), texts.join(", "))
}

fn money(tally: &Tally) -> (u64, String) {
    let (rows, mut text) = counted(&[(tally.accounts, "balances"), (tally.movements, "transfers")]);
    let money = tally.money;
    // While money moves, what was read at different moments need not add up; the balances are settled one by one.
    if money.cash == money.revenue + money.elsewhere + money.balances {
        let sums = [money.cash, money.revenue, money.elsewhere, money.balances];
        let [cash, revenue, elsewhere, balances] = sums.map(|sum| grouped(u64::try_from(sum).unwrap_or(0)));
        text += &format!(": {cash} in = {revenue} revenue + {elsewhere} spent elsewhere + {balances} left");
    }
    (rows, text)
}

fn events(tally: &Tally, scope: &Scope) -> (u64, String) {
    let (rows, mut text) = counted(&[(tally.events, "events"), (tally.seeded, "rows by the dataset's mark")]);
    if let (Some(until), true) = (scope.forgotten_until(), tally.events > 0) {
        text += &format!("; events up to {until} are forgotten, so changes since then and no sequences");
    }
    (rows, text)
}

/// A number with a comma after every three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
