//! Words for orders, so that a case reads like what an organiser would say.

use std::sync::Arc;

use usher_core::{
    AnswerKey, Command, ConcertId, Hold, Money, NewPerformance, Order, PaymentMethod, PerformanceId,
    RequestKey, SeatNumber, Span, TransferId, UserId,
};
use usher_engine::Clock;

use crate::clock::TestClock;

const DAY: Span = Span::from_secs(24 * 3600);

/// On sale at once, for ten days.
pub(crate) fn new_performance(
    concert: ConcertId,
    clock: &TestClock,
    price: u64,
    seats_max: u32,
) -> NewPerformance {
    NewPerformance {
        concert,
        begins_at: clock.now().plus(Span::from_ms(10 * DAY.ms())),
        duration: Span::from_secs(2 * 3600),
        title: "첫날".into(),
        description: None,
        price: Money::from_minor_units(price),
        seats_max,
        sale_opens_at: None,
        sale_closes_at: None,
        hold_ttl: None,
        seats_per_user_max: None,
        room: None,
    }
}

pub(crate) fn seats(numbers: &[u32]) -> Arc<[SeatNumber]> {
    numbers.iter().copied().map(SeatNumber::new).collect()
}

pub(crate) fn place(user: &str, performance: PerformanceId, numbers: &[u32]) -> Command {
    Command::PlaceHold {
        user: UserId::stored(user),
        performance,
        seats: seats(numbers),
        pass: usher_core::PassShown::NotNeeded,
    }
}

pub(crate) fn confirm(hold: &Hold) -> Command {
    Command::Confirm { user: hold.user.clone(), hold: hold.id }
}

pub(crate) fn pay(hold: &Hold) -> Command {
    Command::Pay { user: hold.user.clone(), hold: hold.id, amount: None, method: PaymentMethod::CreditCard }
}

pub(crate) fn give_back(hold: &Hold) -> Command {
    Command::GiveBack { user: Some(hold.user.clone()), hold: hold.id }
}

pub(crate) fn cancel(payment: TransferId) -> Command {
    Command::CancelPayment { user: None, payment }
}

pub(crate) fn charge(user: &str, amount: u64) -> Command {
    Command::Charge { user: UserId::stored(user), amount: Money::from_minor_units(amount) }
}

pub(crate) fn spend(user: &str, amount: u64) -> Command {
    Command::Use { user: UserId::stored(user), amount: Money::from_minor_units(amount) }
}

/// The command under a key; the same number is the same key, and the same request.
pub(crate) fn keyed(number: u128, command: Command) -> Order {
    Order { command, key: Some(RequestKey { key: AnswerKey(number), request: number as u64 }) }
}

/// The command under a key that came with another request.
pub(crate) fn keyed_otherwise(number: u128, command: Command) -> Order {
    Order { command, key: Some(RequestKey { key: AnswerKey(number), request: !(number as u64) }) }
}
