//! Buyers of a drill: each charges, holds, pays, and some cancel; every answer is kept and looked up again.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use hyper::Method;
use serde_json::Value;

use super::crowd::{Crowd, Heard};
use super::house::House;
use super::report::Report;
use super::{Drill, rush};
use crate::acks::{Ack, Op, Recorder};
use crate::boxoffice::prepare::{Offer, create};
use crate::client::{Answer, Silence};
use crate::draft::Draft;

const SEATS: u32 = 100_000;
const PERFORMANCES: u64 = 4;
const PRICE: u64 = 10_000;
const CHARGED: u64 = 25_000;

/// A step of a purchase, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Charge,
    Hold,
    Pay,
    Cancel,
}

/// A request of a buyer, by the buyer's index.
#[derive(Clone, Copy, Debug)]
pub(super) enum Errand {
    /// A step; sent again under the same key if nobody answered.
    Do(usize, Step),
    /// The same key once more, after its answer: the same answer, replayed.
    Repeat(usize, Step),
    Status(usize),
    Balance(usize),
    Movements(usize),
    Payments(usize),
}

/// What a buyer was told.
#[derive(Default)]
struct Buyer {
    /// Hashes of the bodies of the steps that were acknowledged, by step.
    told: [Option<u64>; 4],
    hold: Option<u64>,
    payment: Option<u64>,
    /// The seat was taken by the buyer before, who wanted the same.
    lost_the_seat: bool,
}

impl Buyer {
    fn has(&self, step: Step) -> bool {
        self.told[step as usize].is_some()
    }
}

/// The crowd and its record.
pub(super) struct Buyers {
    performances: Vec<u64>,
    buyers: Vec<Buyer>,
    ready: VecDeque<Errand>,
    recorder: Recorder,
    acks: PathBuf,
    looked_up: u64,
    looked_until: usize,
    failures: Vec<String>,
}

impl Buyers {
    fn seat(&self, index: usize) -> (u64, u32) {
        let wanted = if is_contested(index) { index - 1 } else { index };
        let performance = self.performances[wanted % self.performances.len()];
        let number = wanted / self.performances.len() + 1;
        (performance, u32::try_from(number).expect("a drill has fewer buyers than seats"))
    }

    fn draft_step(&self, index: usize, step: Step, draft: &mut Draft) {
        let buyer = &self.buyers[index];
        let (performance, number) = self.seat(index);
        let (hold, payment) = (buyer.hold.unwrap_or_default(), buyer.payment.unwrap_or_default());
        match step {
            Step::Charge => draft
                .start("charge", Method::PUT, format_args!("/api/user-balance/charge/b{index}"))
                .json(format_args!(r#"{{"amount":{CHARGED}}}"#)),
            Step::Hold => {
                draft.start("hold", Method::POST, format_args!("/api/reservations")).json(format_args!(
                    r#"{{"userId":"b{index}","concertOptionId":{performance},"seatNumber":{number}}}"#
                ))
            }
            Step::Pay => draft.start("pay", Method::POST, format_args!("/api/user-balance/payment")).json(
                format_args!(r#"{{"userId":"b{index}","targetId":"{hold}","paymentMethod":"CREDIT_CARD"}}"#),
            ),
            Step::Cancel => draft
                .start("cancel", Method::POST, format_args!("/api/user-balance/payment/cancel/{payment}"))
                .json(format_args!("{{}}")),
        };
        draft.key(format_args!("b{index}-{step:?}"));
    }

    fn record(&mut self, index: usize, step: Step, status: u16) {
        let op = match step {
            Step::Charge => Op::Charge,
            Step::Hold => Op::Hold,
            Step::Pay => Op::Pay,
            Step::Cancel => Op::Cancel,
        };
        let mut ack = Ack::now(op, format!("b{index}"), status);
        ack.key = Some(format!("b{index}-{step:?}").into());
        let (performance, number) = self.seat(index);
        let buyer = &self.buyers[index];
        match step {
            Step::Charge => ack.amount = Some(CHARGED),
            Step::Hold => {
                (ack.concert_option_id, ack.seat_numbers) = (Some(performance), vec![number]);
                ack.temporal_reservation_id = buyer.hold;
            }
            Step::Pay => {
                (ack.temporal_reservation_id, ack.transaction_id) = (buyer.hold, buyer.payment);
            }
            Step::Cancel => ack.transaction_id = buyer.payment,
        }
        self.recorder.record(&ack);
    }

    /// An answer to a step that had none.
    fn hear_step(&mut self, index: usize, step: Step, answer: &Answer) -> Heard {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if !answer.is_ok() {
            self.record(index, step, answer.status.as_u16());
            if answer.status == 503 || body["code"] == "request-in-flight" {
                return Heard::Silence;
            }
            let is_rivals = step == Step::Hold && body["code"] == "seat-taken";
            self.buyers[index].lost_the_seat = is_rivals;
            if !is_rivals || !(is_contested(index) || is_contested(index + 1)) {
                self.failures.push(format!("{step:?} of b{index}: {} {}", answer.status, body["code"]));
            }
            return Heard::Answered;
        }
        let buyer = &mut self.buyers[index];
        buyer.told[step as usize] = Some(hash(&answer.body));
        match step {
            Step::Hold => buyer.hold = body["temporalReservationId"].as_u64(),
            Step::Pay => buyer.payment = body["transactionId"].as_u64(),
            Step::Charge | Step::Cancel => {}
        }
        self.record(index, step, answer.status.as_u16());
        self.ready.extend(match step {
            Step::Charge => Some(Errand::Do(index, Step::Hold)),
            Step::Hold => Some(Errand::Do(index, Step::Pay)),
            Step::Pay if index.is_multiple_of(3) => Some(Errand::Do(index, Step::Cancel)),
            Step::Pay | Step::Cancel => None,
        });
        Heard::Acknowledged
    }

    /// Compares what is there with what the buyer was told; what differs.
    fn differs(&self, errand: Errand, answer: &Answer) -> Option<String> {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let list = |name: &str| body[name].as_array().cloned().unwrap_or_default();
        let is_as_told = match errand {
            Errand::Do(..) => true,
            Errand::Repeat(index, step) => {
                self.buyers[index].told[step as usize] == Some(hash(&answer.body))
                    && answer.headers.contains_key("idempotent-replayed")
            }
            Errand::Status(index) => {
                let buyer = &self.buyers[index];
                let shown: Vec<_> = list("reservationStatusResponses")
                    .iter()
                    .map(|held| (held["temporalReservationId"].as_u64(), held["isTemporary"].as_bool()))
                    .collect();
                let is_held = buyer.has(Step::Hold) && !buyer.has(Step::Cancel);
                let told = is_held.then_some((buyer.hold, Some(!buyer.has(Step::Pay))));
                shown == Vec::from_iter(told)
            }
            Errand::Balance(index) => {
                let is_paid = self.buyers[index].has(Step::Pay) && !self.buyers[index].has(Step::Cancel);
                body["amount"].as_u64() == Some(CHARGED - if is_paid { PRICE } else { 0 })
            }
            Errand::Movements(index) => {
                let buyer = &self.buyers[index];
                let steps = [(Step::Cancel, "REFUND"), (Step::Pay, "PAYMENT"), (Step::Charge, "CHARGE")];
                let told = steps.iter().filter(|(step, _)| buyer.has(*step)).map(|(_, reason)| *reason);
                let shown = list("balanceTransactionResponses");
                told.eq(shown.iter().map(|moved| moved["reason"].as_str().unwrap_or_default()))
            }
            Errand::Payments(index) => {
                let buyer = &self.buyers[index];
                let status = if buyer.has(Step::Cancel) { "CANCELLED" } else { "COMPLETE" };
                let told = buyer.payment.map(|payment| (Some(payment), Some(status)));
                let shown = list("paymentResponses");
                let shown = shown.iter().map(|p| (p["transactionId"].as_u64(), p["paymentStatus"].as_str()));
                Vec::from_iter(shown) == Vec::from_iter(told)
            }
        };
        let says = || format!("{errand:?}: {} {body}", answer.status);
        (!answer.is_ok() || !is_as_told).then(says)
    }
}

/// Every tenth buyer wants the seat of the buyer before.
fn is_contested(index: usize) -> bool {
    index % 10 == 9
}

fn hash(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

impl Crowd for Buyers {
    type Errand = Errand;

    fn arrive(house: &House, drill: &Drill) -> anyhow::Result<Self> {
        let acks = drill.work.join("acks");
        Ok(Self {
            performances: create(house.target()?, PERFORMANCES, Offer { seats: SEATS, price: PRICE })?,
            buyers: Vec::new(),
            ready: VecDeque::new(),
            recorder: Recorder::append(&acks)?,
            acks,
            looked_up: 0,
            looked_until: 0,
            failures: Vec::new(),
        })
    }

    fn next(&mut self) -> Errand {
        self.ready.pop_front().unwrap_or_else(|| {
            self.buyers.push(Buyer::default());
            Errand::Do(self.buyers.len() - 1, Step::Charge)
        })
    }

    fn write(&mut self, errand: Errand, draft: &mut Draft) {
        match errand {
            Errand::Do(index, step) | Errand::Repeat(index, step) => self.draft_step(index, step, draft),
            Errand::Status(index) => {
                let (performance, _) = self.seat(index);
                let path = format_args!("/api/reservations/status/b{index}/{performance}");
                draft.start("status", Method::GET, path);
            }
            Errand::Balance(index) => {
                draft.start("balance", Method::GET, format_args!("/api/user-balance/b{index}"));
            }
            Errand::Movements(index) => {
                draft.start("movements", Method::GET, format_args!("/api/user-balance/histories/b{index}"));
            }
            Errand::Payments(index) => {
                let path = format_args!("/api/user-balance/payment/history/b{index}");
                draft.start("payments", Method::GET, path);
            }
        }
    }

    fn hear(&mut self, errand: Errand, outcome: Result<Answer, Silence>) -> Heard {
        let Ok(answer) = outcome else {
            if let Errand::Do(index, step) = errand {
                self.record(index, step, 0);
            }
            return Heard::Silence;
        };
        if let Errand::Do(index, step) = errand {
            return self.hear_step(index, step, &answer);
        }
        if answer.status == 503 {
            return Heard::Silence;
        }
        self.looked_up += 1;
        self.failures.extend(self.differs(errand, &answer));
        Heard::Answered
    }

    fn check(mut self, house: &House, everything: bool) -> anyhow::Result<Self> {
        const STEPS: [Step; 4] = [Step::Charge, Step::Hold, Step::Pay, Step::Cancel];
        let from = if everything { 0 } else { self.looked_until };
        let mut errands = Vec::new();
        for (index, buyer) in self.buyers.iter().enumerate().skip(from) {
            let told = STEPS.iter().filter(|step| buyer.has(**step));
            errands.extend(told.map(|step| Errand::Repeat(index, *step)));
            errands.push(Errand::Status(index));
            errands.push(Errand::Balance(index));
            errands.push(Errand::Movements(index));
            errands.push(Errand::Payments(index));
        }
        self.looked_until = self.buyers.len();
        Ok(rush::settle(house.target()?, self, errands)?.1)
    }

    fn acknowledged(&self) -> Vec<(&'static str, u64)> {
        let count = |step| self.buyers.iter().filter(|buyer| buyer.has(step)).count() as u64;
        vec![
            ("charges", count(Step::Charge)),
            ("holds", count(Step::Hold)),
            ("payments", count(Step::Pay)),
            ("cancels", count(Step::Cancel)),
        ]
    }

    fn leave(mut self, report: &mut Report) -> anyhow::Result<PathBuf> {
        for pair in (0..self.buyers.len()).filter(|index| is_contested(*index)) {
            let live = |buyer: &&Buyer| buyer.has(Step::Hold) && !buyer.has(Step::Cancel);
            let rivals = &self.buyers[pair - 1..=pair];
            if rivals.iter().filter(live).count() > 1 {
                self.failures.push(format!("buyers {} and {pair} have one seat", pair - 1));
            }
        }
        report.failures.append(&mut self.failures);
        report.looked_up = self.looked_up;
        self.recorder.finish()?;
        Ok(self.acks)
    }
}
