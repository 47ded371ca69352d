//! What was measured beside what was promised.

use std::fmt::Write;
use std::str::FromStr;

use anyhow::Context;
use serde::Serialize;

use crate::report::Phase;

/// Which side of its bound a figure must be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Side {
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "<=")]
    AtMost,
}

/// A figure and its bound.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    pub what: String,
    pub measured: f64,
    pub side: Side,
    pub bound: f64,
}

impl Bar {
    /// Whether the figure is on the right side; a bound reached is kept.
    pub fn is_met(&self) -> bool {
        match self.side {
            Side::AtLeast => self.measured >= self.bound,
            Side::AtMost => self.measured <= self.bound,
        }
    }
}

/// `restart, s = 1.2 <= 3`
impl FromStr for Bar {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let form = || format!("`{text}` is not of the form WHAT=FIGURE<=BOUND or WHAT=FIGURE>=BOUND");
        let (what, figures) = text.split_once('=').with_context(form)?;
        let at_most = figures.split_once("<=").map(|figures| (figures, Side::AtMost));
        let at_least = figures.split_once(">=").map(|figures| (figures, Side::AtLeast));
        let ((measured, bound), side) = at_most.or(at_least).with_context(form)?;
        let number = |text: &str| text.trim().parse::<f64>().with_context(form);
        Ok(Self { what: what.trim().to_owned(), measured: number(measured)?, side, bound: number(bound)? })
    }
}

/// The bars of the line, as far as their phases are there.
pub fn of_the_line(phases: &[Phase]) -> Vec<Bar> {
    let phase = |name: &str| phases.iter().find(|phase| phase.phase == name);
    let rate = |name: &str| phase(name)?.lines.first().map(|line| line.ok_per_second);
    let micros = |name: &str| phase(name)?.server_micros_per_request;
    let share = |part: Option<f64>, whole: Option<f64>| Some(part? / whole?);
    let polls = rate("polls-256");
    let figures = [
        ("joins, durable, a second", rate("joins-256"), Side::AtLeast, 60_000.0),
        ("joins, share of polls", share(rate("joins-256"), polls), Side::AtLeast, 0.5),
        ("polls a second", polls, Side::AtLeast, 90_000.0),
        ("polls a second, a million waiting", rate("polls-with-a-million"), Side::AtLeast, 90_000.0),
        (
            "server CPU of a poll, to a bare server's",
            share(micros("polls-256"), micros("polls-bare-256")),
            Side::AtMost,
            1.4,
        ),
        ("seats a second", rate("seats-256"), Side::AtLeast, 80_000.0),
        ("holds, share of polls", share(rate("holds-hot-256"), polls), Side::AtLeast, 0.25),
    ];
    let bar = |(what, measured, side, bound): (&str, Option<f64>, Side, f64)| {
        Some(Bar { what: what.to_owned(), measured: measured?, side, bound })
    };
    figures.into_iter().filter_map(bar).collect()
}

/// A table of them.
pub fn table(bars: &[Bar]) -> String {
    let mut table = "| what | measured | bar | |\n|---|--:|--:|---|\n".to_owned();
    for bar in bars {
        let sign = match bar.side {
            Side::AtLeast => ">=",
            Side::AtMost => "<=",
        };
        let says = if bar.is_met() { "met" } else { "**missed**" };
        let Bar { what, measured, bound, .. } = bar;
        writeln!(table, "| {what} | {measured:.2} | {sign} {bound} | {says} |").expect("a string grows");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_that_is_just_reached_is_met_and_one_just_missed_is_not() {
        let bar = |text: &str| text.parse::<Bar>().unwrap();
        assert!(bar("restart, s=3.0<=3").is_met() && !bar("restart, s=3.01<=3").is_met());
        assert!(bar("joins=60000>=60000").is_met() && !bar("joins=59999>=60000").is_met());
        assert!("joins=many>=60000".parse::<Bar>().is_err());
    }
}
