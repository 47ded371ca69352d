//! Holds at saturation: on hot performances, one after another, or spread over the dataset.

use hyper::Method;
use serde::Deserialize;

use super::prepare::{self, Offer};
use super::read_back::{Expected, read_back};
use super::record::{Record, Told};
use super::{Bench, Held, Press, Seat, note_read_back};
use crate::client::{Answer, Silence};
use crate::draft::Draft;
use crate::load::Script;
use crate::report::Phase;

/// More holds a second than any machine of two cores will do: as many seats are offered.
const HOLDS_PER_SECOND_MAX: u64 = 100_000;

/// Holds on performances of `seats`, one performance after another, seats in random order, each by another user.
pub fn hot(bench: &Bench, press: Press, seats: u32) -> anyhow::Result<Phase> {
    let offered = HOLDS_PER_SECOND_MAX * press.lasting.as_secs().max(1);
    let performances = offered.div_ceil(u64::from(seats)).max(1);
    let ids = prepare::create(&bench.target, performances, Offer::of_seats(seats))?;
    let name = format!("holds-hot-{}", press.in_flight);
    take(bench, press, &name, one_after_another(ids, seats, bench.dice()))
}

/// Holds spread over the performances that lie ahead, seats 2 to the last at random, each by another user.
pub fn spread(bench: &Bench, press: Press, concerts: std::ops::RangeInclusive<u64>) -> anyhow::Result<Phase> {
    let ahead = prepare::performances_ahead(&bench.target, concerts)?;
    let performances = ahead.len();
    anyhow::ensure!(performances > 0, "none of these concerts has a performance ahead");
    let name = format!("holds-spread-{}", press.in_flight);
    let mut report = take(bench, press, &name, at_random(ahead, bench.dice()))?;
    report.notes.push(format!("spread over {performances} performances"));
    Ok(report)
}

fn take(
    bench: &Bench,
    press: Press,
    name: &str,
    seats: impl Iterator<Item = Seat> + 'static,
) -> anyhow::Result<Phase> {
    let record = Record::keep(&bench.run, bench.acks.as_deref())?;
    let script = Holds { run: bench.run.clone(), seats, asked: 0, held: Vec::new(), sold_out: false, record };
    let (mut report, script) = bench.measure(name, &bench.load(press), script)?;
    script.record.finish()?;
    if script.sold_out {
        report.notes.push("every seat that was offered was asked for before the time was over".to_owned());
    }
    note_read_back(&mut report, read_back(bench, &script.held, Expected::Hold)?);
    Ok(report)
}

/// Every seat of one performance in random order, then the next performance.
pub(crate) fn one_after_another(
    performances: Vec<u64>,
    seats: u32,
    mut dice: fastrand::Rng,
) -> impl Iterator<Item = Seat> {
    let mut order: Vec<u32> = (1..=seats).collect();
    performances.into_iter().flat_map(move |performance| {
        dice.shuffle(&mut order);
        order.clone().into_iter().map(move |number| Seat { performance, number })
    })
}

/// Random performances, and random seats of theirs from the second on, none twice.
fn at_random(ahead: Vec<prepare::Ahead>, mut dice: fastrand::Rng) -> impl Iterator<Item = Seat> {
    /// Tries at a seat that was not asked for, before the performances count as sold.
    const TRIES_MAX: usize = 1_000;
    let mut asked = vec![0_u64; ahead.len()];
    std::iter::from_fn(move || {
        (0..TRIES_MAX).find_map(|_| {
            let index = dice.usize(..ahead.len());
            let last = ahead[index].seats_total.min(64);
            let number = dice.u32(2..=last.max(2));
            let bit = 1 << (number - 1);
            let is_new = number <= last && asked[index] & bit == 0;
            asked[index] |= bit;
            is_new.then_some(Seat { performance: ahead[index].performance, number })
        })
    })
}

/// Writes the request for a hold.
pub(crate) fn ask_for_hold(draft: &mut Draft, run: &str, buyer: u64, key: u64, seat: Seat) {
    let Seat { performance, number } = seat;
    draft
        .start("hold", Method::POST, format_args!("/api/reservations"))
        .key(format_args!("{run}-h{key}"))
        .json(format_args!(
            r#"{{"userId":"{run}-{buyer}","concertOptionId":{performance},"seatNumber":{number}}}"#
        ));
}

/// The id of the hold that an answer grants, if it grants one.
pub(crate) fn granted(outcome: &Result<Answer, Silence>) -> Option<u64> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Granted {
        temporal_reservation_id: u64,
    }
    let answer = outcome.as_ref().ok().filter(|answer| answer.is_ok())?;
    let granted: Granted = serde_json::from_slice(&answer.body).ok()?;
    Some(granted.temporal_reservation_id)
}

/// Asks for one seat after another, each for another user.
struct Holds<I> {
    run: String,
    seats: I,
    asked: u64,
    held: Vec<Held>,
    sold_out: bool,
    record: Record,
}

impl<I: Iterator<Item = Seat>> Script for Holds<I> {
    type Errand = (u64, Seat);

    fn ask(&mut self, draft: &mut Draft) -> Option<(u64, Seat)> {
        let Some(seat) = self.seats.next() else {
            self.sold_out = true;
            return None;
        };
        self.asked += 1;
        ask_for_hold(draft, &self.run, self.asked, self.asked, seat);
        Some((self.asked, seat))
    }

    fn answered(&mut self, (buyer, seat): (u64, Seat), outcome: Result<Answer, Silence>) {
        let hold = granted(&outcome);
        self.held.extend(hold.map(|hold| Held { buyer, seat, hold }));
        self.record.hold(buyer, buyer, seat, Told::from(&outcome), hold);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_seat_of_a_hot_performance_is_asked_for_once_before_the_next() {
        let seats: Vec<_> = one_after_another(vec![7, 8], 100, fastrand::Rng::with_seed(1)).collect();
        let distinct: HashSet<_> = seats.iter().collect();
        assert_eq!((seats.len(), distinct.len()), (200, 200));
        assert!(seats[..100].iter().all(|seat| seat.performance == 7));
        assert!(!seats[..100].is_sorted_by_key(|seat| seat.number));
    }

    #[test]
    fn spread_holds_never_ask_for_the_first_seat_or_for_one_twice() {
        let ahead = (1..=20).map(|performance| prepare::Ahead { performance, seats_total: 50 }).collect();
        let seats: Vec<_> = at_random(ahead, fastrand::Rng::with_seed(1)).collect();
        let distinct: HashSet<_> = seats.iter().collect();
        assert_eq!(seats.len(), distinct.len());
        assert!(seats.len() > 900, "nearly all of the 980 seats are found, not {}", seats.len());
        assert!(seats.iter().all(|seat| (2..=50).contains(&seat.number)));
    }
}
