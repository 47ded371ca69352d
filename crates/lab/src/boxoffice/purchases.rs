//! Full purchases: a hold, then its payment. For a time, or until a performance is sold out.

use std::collections::HashSet;
use std::time::Duration;

use hyper::Method;
use serde::Deserialize;

use super::holds::{ask_for_hold, granted, one_after_another};
use super::prepare::{self, Offer};
use super::read_back::{Expected, read_back};
use super::record::{Record, Told};
use super::{Bench, Held, Press, Seat, note_read_back};
use crate::acks::now_ms;
use crate::client::{Answer, Client, Silence};
use crate::draft::Draft;
use crate::load::Script;
use crate::report::{Phase, ReadBack};

/// What every buyer has: enough for a hundred thousand seats.
const BALANCE: u64 = 1_000_000_000;
/// More purchases a second than any machine of two cores will do: as many seats are offered.
const PURCHASES_PER_SECOND_MAX: u64 = 50_000;
/// Seats of each performance that purchases for a time are made on.
const SEATS: u32 = 100_000;
/// How long a sold-out sale may take.
const SALE_MAX: Duration = Duration::from_secs(600);

/// Purchases for a time, by `buyers` who take turns and were charged before.
pub fn lasting(bench: &Bench, press: Press, buyers: u64) -> anyhow::Result<Phase> {
    let offered = PURCHASES_PER_SECOND_MAX * press.lasting.as_secs().max(1);
    let ids = prepare::create(&bench.target, offered.div_ceil(u64::from(SEATS)), Offer::of_seats(SEATS))?;
    let seats = one_after_another(ids, SEATS, bench.dice());
    let name = format!("purchases-{}", press.in_flight);
    let (mut report, bought) = buy(bench, press, &name, buyers, seats)?;
    note_read_back(&mut report, bought.read_back(bench)?);
    Ok(report)
}

/// A performance of `seats` sold out: every seat is asked for, every fifth by a second buyer too. The count of paid seats
/// must be that of the seats, and the performance must show none left.
pub fn sell_out(bench: &Bench, in_flight: usize, seats: u32) -> anyhow::Result<Phase> {
    let ids = prepare::create(&bench.target, 1, Offer::of_seats(seats))?;
    let [performance] = ids[..] else { anyhow::bail!("one performance was asked for") };
    let contested = one_after_another(ids, seats, bench.dice())
        .flat_map(|seat| std::iter::repeat_n(seat, if seat.number % 5 == 0 { 2 } else { 1 }));
    let press = Press { in_flight, lasting: SALE_MAX };
    let (mut report, bought) = buy(bench, press, "sold-out", u64::from(seats), contested)?;
    let payments = bought.paid.len();
    let distinct: HashSet<_> = bought.paid.iter().map(|held| held.seat).collect();
    report.notes.push(format!("{} of {seats} seats sold, by {payments} payments", distinct.len()));
    if distinct.len() != seats as usize || payments != distinct.len() {
        report.failures.push("the performance is not sold out exactly".to_owned());
    }
    let left = seats_left(bench, performance)?;
    if left != 0 {
        report.failures.push(format!("the performance shows {left} seats left"));
    }
    note_read_back(&mut report, bought.read_back(bench)?);
    Ok(report)
}

fn buy(
    bench: &Bench,
    press: Press,
    name: &str,
    buyers: u64,
    seats: impl Iterator<Item = Seat> + 'static,
) -> anyhow::Result<(Phase, Bought)> {
    let record = Record::keep(&bench.run, bench.acks.as_deref())?;
    let record = prepare::charge(&bench.target, &bench.run, buyers, BALANCE, record)?;
    let run = bench.run.clone();
    let script = Purchases { run, buyers, seats, asked: 0, again: Vec::new(), paid: Vec::new(), record };
    let (report, script) = bench.measure(name, &bench.load(press), script)?;
    script.record.finish()?;
    let unpaid = script.again.iter().filter_map(|step| match step {
        Step::Hold { .. } => None,
        Step::Pay(held) => Some(*held),
    });
    Ok((report, Bought { unpaid: unpaid.collect(), paid: script.paid }))
}

/// What a crowd was told it has.
struct Bought {
    paid: Vec<Held>,
    /// Held, but the time was over before the payment was acknowledged.
    unpaid: Vec<Held>,
}

impl Bought {
    fn read_back(&self, bench: &Bench) -> anyhow::Result<ReadBack> {
        let paid = read_back(bench, &self.paid, Expected::Booking)?;
        let unpaid = read_back(bench, &self.unpaid, Expected::HoldOrBooking)?;
        Ok(ReadBack {
            acknowledged: paid.acknowledged + unpaid.acknowledged,
            examined: paid.examined + unpaid.examined,
            missing: paid.missing + unpaid.missing,
        })
    }
}

/// Views may be 50 ms behind a commit.
const VIEW_AGE_MAX: Duration = Duration::from_millis(50);

fn seats_left(bench: &Bench, performance: u64) -> anyhow::Result<usize> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Seats {
        available_seats_responses: Vec<serde::de::IgnoredAny>,
    }
    std::thread::sleep(2 * VIEW_AGE_MAX);
    let mut draft = Draft::default();
    let path = format_args!("/api/availability/seats/{performance}/{}", now_ms());
    draft.start("seats", Method::GET, path);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut client = Client::new(bench.target.clone(), Duration::from_secs(10));
    let answer = runtime.block_on(client.send(&mut draft))?;
    let seats: Seats = serde_json::from_slice(&answer.body)?;
    Ok(seats.available_seats_responses.len())
}

/// A step of a purchase. A step that nobody answered is asked again with the same key.
#[derive(Clone, Copy)]
enum Step {
    Hold { key: u64, buyer: u64, seat: Seat },
    Pay(Held),
}

struct Purchases<I> {
    run: String,
    buyers: u64,
    seats: I,
    asked: u64,
    /// What comes before the next purchase is begun.
    again: Vec<Step>,
    paid: Vec<Held>,
    record: Record,
}

impl<I: Iterator<Item = Seat>> Purchases<I> {
    fn begin(&mut self) -> Option<Step> {
        let seat = self.seats.next()?;
        self.asked += 1;
        Some(Step::Hold { key: self.asked, buyer: self.asked % self.buyers + 1, seat })
    }
}

impl<I: Iterator<Item = Seat>> Script for Purchases<I> {
    type Errand = Step;

    fn ask(&mut self, draft: &mut Draft) -> Option<Step> {
        let step = match self.again.pop() {
            Some(step) => step,
            None => self.begin()?,
        };
        match step {
            Step::Hold { key, buyer, seat } => ask_for_hold(draft, &self.run, buyer, key, seat),
            Step::Pay(Held { buyer, hold, .. }) => {
                let run = &self.run;
                draft
                    .start("pay", Method::POST, format_args!("/api/user-balance/payment"))
                    .key(format_args!("{run}-p{hold}"))
                    .json(format_args!(
                        r#"{{"userId":"{run}-{buyer}","targetId":"{hold}","paymentMethod":"CREDIT_CARD"}}"#
                    ));
            }
        }
        Some(step)
    }

    fn answered(&mut self, step: Step, outcome: Result<Answer, Silence>) {
        let told = Told::from(&outcome);
        match step {
            Step::Hold { key, buyer, seat } => {
                let hold = granted(&outcome);
                self.record.hold(buyer, key, seat, told, hold);
                self.again.extend(hold.map(|hold| Step::Pay(Held { buyer, seat, hold })));
            }
            Step::Pay(held) => {
                let transaction = paid(&outcome);
                self.record.pay(&held, told, transaction);
                self.paid.extend(transaction.map(|_| held));
            }
        }
        if outcome.is_err() {
            self.again.push(step);
        }
    }
}

/// The payment that an answer acknowledges, if it does.
fn paid(outcome: &Result<Answer, Silence>) -> Option<u64> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Paid {
        transaction_id: u64,
    }
    let answer = outcome.as_ref().ok().filter(|answer| answer.is_ok())?;
    let paid: Paid = serde_json::from_slice(&answer.body).ok()?;
    Some(paid.transaction_id)
}
