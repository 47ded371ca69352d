//! What a demo says while it goes on, and at its end.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

use usher_core::invariant::Report;
use usher_lab::crowd::Tally;

use super::sale::Sale;
use crate::failed::Failed;
use crate::say;
use crate::verify::tell;

/// A demo that is over.
pub struct Outcome {
    pub sale: Sale,
    pub tally: Tally,
    pub took: Duration,
    pub report: Report,
}

/// A line a second.
pub fn progress(sale: &Sale, tally: &Tally, elapsed: Duration) -> String {
    let Tally { came, waiting, inside, sold, bought, .. } = tally;
    let (secs, seats) = (elapsed.as_secs(), sale.seats());
    format!(
        "{secs:3} s  {came:5} came  {waiting:5} wait  {inside:4} inside  {bought:4} bought  {sold:5} of {seats} seats sold"
    )
}

/// Says what came of it. The fans' count and the store's must be the same.
pub fn conclude(outcome: &Outcome) -> Result<(), Failed> {
    let Outcome { sale, tally, took, report } = outcome;
    say("");
    say(format_args!("seats sold     {} of {}", tally.sold, sale.seats()));
    say(format_args!("in the store   {} seats sold", report.seats_sold));
    say(format_args!(
        "fans           {} came, {} were let in, {} bought, {} went without",
        tally.came,
        tally.let_in,
        tally.bought,
        tally.went_without()
    ));
    say(format_args!("went without   {}", listed(&tally.without)));
    if tally.waits.count() > 0 {
        let [p50, p95] = [0.50, 0.95].map(|share| tally.waits.quantile_ms(share) / 1e3);
        say(format_args!(
            "waited         {p50:.1} s (p50), {p95:.1} s (p95), {:.1} s at most",
            tally.waits.max_ms() / 1e3
        ));
    }
    say(format_args!(
        "answers        {} in {:.0} s, {:.1} ms (p50), {:.1} ms (p95); {} requests without one, sent again",
        tally.answered,
        took.as_secs_f64(),
        tally.times.quantile_ms(0.50),
        tally.times.quantile_ms(0.95),
        tally.unanswered
    ));
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

fn listed<W: Display>(counts: &BTreeMap<W, u32>) -> String {
    let each: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    if each.is_empty() { "nobody".into() } else { each.join(", ") }
}
