//! Whether histories reach every answer there is: an aim that is never hit proves nothing.

use std::collections::BTreeMap;

use usher_core::{Outcome, Refusal, Reply};
use usher_engine::Answer;

/// How often each answer was given, by name.
#[derive(Default)]
pub(crate) struct Coverage(BTreeMap<&'static str, usize>);

/// Every answer of the box office.
const BOX_OFFICE: [&str; 37] = [
    "held",
    "booked",
    "paid",
    "cancelled",
    "given back",
    "expired",
    "concert",
    "performance",
    "moved",
    "blocked",
    "closed",
    "performance cancelled",
    "webhook",
    "webhook removed",
    "delivery recorded",
    "replayed",
    "no such concert",
    "no such performance",
    "no such seat",
    "seats taken",
    "hold limit reached",
    "sale not open",
    "sale closed",
    "called off",
    "no such hold",
    "hold expired",
    "hold released",
    "already paid",
    "hold lives",
    "insufficient balance",
    "amount mismatch",
    "no such payment",
    "refund closed",
    "no such balance",
    "amount not positive",
    "amount too large",
    "key reused",
];

/// Every answer that a waiting room adds.
const WAITING_ROOM: [&str; 11] = [
    "joined",
    "left the line",
    "admitted",
    "pass ended",
    "room",
    "pass required",
    "pass not active",
    "pass of another user",
    "pass lives",
    "line full",
    "not in line",
];

impl Coverage {
    pub(crate) fn note(&mut self, answer: &Answer) {
        let name = match answer {
            Ok(Ok(Outcome { replayed: true, .. })) => "replayed",
            Ok(Ok(outcome)) => of_reply(&outcome.reply),
            Ok(Err(refusal)) => of_refusal(refusal),
            Err(failure) => panic!("the model never fails: {failure}"),
        };
        *self.0.entry(name).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Coverage) {
        other.0.into_iter().for_each(|(name, count)| *self.0.entry(name).or_default() += count);
    }

    pub(crate) fn assert_complete(&self, waiting_room: bool) {
        let more = if waiting_room { &WAITING_ROOM[..] } else { &[] };
        let all = BOX_OFFICE.iter().chain(more);
        let missing: Vec<_> = all.filter(|answer| !self.0.contains_key(*answer)).collect();
        assert!(missing.is_empty(), "no history of this case reached {missing:?}, only {:?}", self.0);
    }
}

fn of_reply(reply: &Reply) -> &'static str {
    match reply {
        Reply::Held { .. } => "held",
        Reply::Booked { .. } => "booked",
        Reply::Paid(_) => "paid",
        Reply::Cancelled(_) => "cancelled",
        Reply::GivenBack => "given back",
        Reply::Expired => "expired",
        Reply::Concert(_) => "concert",
        Reply::Performance(_) => "performance",
        Reply::Moved { .. } => "moved",
        Reply::Blocked(_) => "blocked",
        Reply::Closed(_) => "closed",
        Reply::PerformanceCancelled { .. } => "performance cancelled",
        Reply::Webhook(_) => "webhook",
        Reply::WebhookRemoved => "webhook removed",
        Reply::DeliveryRecorded => "delivery recorded",
        Reply::Joined(_) => "joined",
        Reply::LeftLine { .. } => "left the line",
        Reply::Admitted(_) => "admitted",
        Reply::PassEnded => "pass ended",
        Reply::Room(_) => "room",
    }
}

fn of_refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::ConcertNotFound => "no such concert",
        Refusal::PerformanceNotFound => "no such performance",
        Refusal::SeatNotFound(_) => "no such seat",
        Refusal::SeatsTaken(_) => "seats taken",
        Refusal::HoldLimitReached { .. } => "hold limit reached",
        Refusal::SaleNotOpen { .. } => "sale not open",
        Refusal::SaleClosed => "sale closed",
        Refusal::PerformanceCancelled => "called off",
        Refusal::HoldNotFound => "no such hold",
        Refusal::HoldExpired => "hold expired",
        Refusal::HoldReleased => "hold released",
        Refusal::AlreadyPaid => "already paid",
        Refusal::HoldLives => "hold lives",
        Refusal::InsufficientBalance { .. } => "insufficient balance",
        Refusal::AmountMismatch { .. } => "amount mismatch",
        Refusal::PaymentNotFound => "no such payment",
        Refusal::RefundClosed => "refund closed",
        Refusal::BalanceNotFound => "no such balance",
        Refusal::AmountNotPositive => "amount not positive",
        Refusal::AmountTooLarge => "amount too large",
        Refusal::KeyReused => "key reused",
        Refusal::PassRequired => "pass required",
        Refusal::PassNotActive => "pass not active",
        Refusal::PassOfAnotherUser => "pass of another user",
        Refusal::PassLives => "pass lives",
        Refusal::LineFull => "line full",
        Refusal::NotInLine => "not in line",
    }
}
