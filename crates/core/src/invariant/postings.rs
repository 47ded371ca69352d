//! Which row posts what to which sheet.

use super::sheet::{Entity, Posting, Sheet, Side, token};
use super::told::{self, Scope};
use crate::{
    Account, Booking, BookingId, Claim, ClaimState, Effect, Hold, HoldId, HoldState, IdKind, Movement,
    Payment, PerformanceId, Reason, SeatNumber, Stage, TransferId, UserId,
};

/// Gives every posting of a row to `to`. What is no row of a house posts nothing.
pub(super) fn post(effect: &Effect, scope: &Scope, to: &mut impl FnMut(Posting)) {
    match effect {
        Effect::Concert(row) => seeded(IdKind::Concert, row.id.get(), scope, to),
        Effect::Performance(row) => {
            to(one(Sheet::Stages, Entity::Performance(row.id), Side::Left, ()));
            seeded(IdKind::Performance, row.id.get(), scope, to);
            told::performance(row, scope, to);
        }
        Effect::Stage(row) => stage(row, scope, to),
        Effect::Claim(row) => claim(row, to),
        Effect::Count { performance, user, seats } => {
            let guest = Entity::Guest(*performance, user.clone());
            to(sum(Sheet::UserCount, guest, Side::Left, i64::from(*seats)));
        }
        Effect::Hold(row) => hold(row, scope, to),
        Effect::Booking(row) => booking(row, scope, to),
        Effect::Payment(row) => payment(row, scope, to),
        Effect::Account(row) => account(row, scope, to),
        Effect::Movement(row) => movement(row, scope, to),
        Effect::Event(row) => told::event(row, scope, to),
        Effect::Place(row) => told::place(row, scope, to),
        Effect::ClaimEnded { .. }
        | Effect::Room(_)
        | Effect::PlaceReplaced { .. }
        | Effect::Answer(_)
        | Effect::Webhook(_)
        | Effect::WebhookRemoved(_)
        | Effect::Delivery(_) => {}
    }
}

/// What the dataset's mark counts: the left side of [`Sheet::Seeded`].
pub(super) fn mark(scope: &Scope, to: &mut impl FnMut(Posting)) {
    for kind in IdKind::ALL {
        for id in 1..=scope.marked(kind) {
            to(one(Sheet::Seeded, Entity::Row(kind, id), Side::Left, ()));
        }
    }
}

fn one(sheet: Sheet, entity: Entity, side: Side, what: impl std::hash::Hash) -> Posting {
    Posting { sheet, token: token((&entity, what)), entity, side, amount: 1 }
}

fn sum(sheet: Sheet, entity: Entity, side: Side, amount: i64) -> Posting {
    Posting { sheet, token: token(&entity), entity, side, amount }
}

fn seeded(kind: IdKind, id: u64, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if scope.is_seeded(kind, id) {
        to(one(Sheet::Seeded, Entity::Row(kind, id), Side::Right, ()));
    }
}

fn stage(row: &Stage, scope: &Scope, to: &mut impl FnMut(Posting)) {
    let entity = Entity::Performance(row.performance);
    let counts = [
        (Sheet::HeldCount, row.held),
        (Sheet::SoldCount, row.sold),
        (Sheet::BlockedCount, row.blocked),
        (Sheet::BookingCount, row.bookings),
    ];
    for (sheet, count) in counts {
        to(sum(sheet, entity.clone(), Side::Left, i64::from(count)));
    }
    to(one(Sheet::Stages, entity, Side::Right, ()));
    told::stage(row, scope, to);
}

fn claim(row: &Claim, to: &mut impl FnMut(Posting)) {
    let (count, seat) = match row.state {
        ClaimState::Held => (Sheet::HeldCount, Some(Sheet::Held)),
        ClaimState::Sold => (Sheet::SoldCount, Some(Sheet::Sold)),
        ClaimState::Blocked => (Sheet::BlockedCount, None),
    };
    to(sum(count, Entity::Performance(row.performance), Side::Right, 1));
    if let Some(sheet) = seat {
        to(taken(sheet, row.performance, row.seat, Side::Left, row.hold, row.user.as_ref()));
    }
    if let Some(user) = &row.user {
        to(sum(Sheet::UserCount, Entity::Guest(row.performance, user.clone()), Side::Right, 1));
    }
}

fn taken(
    sheet: Sheet,
    performance: PerformanceId,
    seat: SeatNumber,
    side: Side,
    hold: Option<HoldId>,
    user: Option<&UserId>,
) -> Posting {
    one(sheet, Entity::Seat(performance, seat), side, (hold, user))
}

fn hold(row: &Hold, scope: &Scope, to: &mut impl FnMut(Posting)) {
    let seats = match row.state {
        HoldState::Live => Some(Sheet::Held),
        HoldState::Booked(..) => Some(Sheet::Sold),
        HoldState::Released | HoldState::Expired | HoldState::Cancelled(..) => None,
    };
    if let Some(sheet) = seats {
        for seat in row.seats.iter() {
            to(taken(sheet, row.performance, *seat, Side::Right, Some(row.id), Some(&row.user)));
        }
    }
    let booked = match row.state {
        HoldState::Booked(booking, payment) => Some((booking, payment, false)),
        HoldState::Cancelled(booking, payment) => Some((booking, payment, true)),
        HoldState::Live | HoldState::Released | HoldState::Expired => None,
    };
    if let Some((booking, payment, cancelled)) = booked {
        let sale = Sale { booking, payment, performance: row.performance, user: &row.user, cancelled };
        to(one(Sheet::Booked, Entity::Hold(row.id), Side::Left, sale));
        to(sum(Sheet::Price, Entity::Hold(row.id), Side::Left, row.amount.minor_units() as i64));
    }
    seeded(IdKind::Hold, row.id.get(), scope, to);
    told::hold(row, scope, to);
}

/// What hold, booking and payment must say alike of one sale.
#[derive(Hash)]
struct Sale<'a> {
    booking: BookingId,
    payment: TransferId,
    performance: PerformanceId,
    user: &'a UserId,
    cancelled: bool,
}

fn booking(row: &Booking, scope: &Scope, to: &mut impl FnMut(Posting)) {
    let sale = || Sale {
        booking: row.id,
        payment: row.payment,
        performance: row.performance,
        user: &row.user,
        cancelled: row.cancelled,
    };
    to(one(Sheet::Booked, Entity::Hold(row.hold), Side::Right, sale()));
    to(one(Sheet::Paid, Entity::Hold(row.hold), Side::Left, sale()));
    if !row.cancelled {
        to(sum(Sheet::BookingCount, Entity::Performance(row.performance), Side::Right, 1));
    }
    seeded(IdKind::Booking, row.id.get(), scope, to);
    told::booking(row, scope, to);
}

fn payment(row: &Payment, scope: &Scope, to: &mut impl FnMut(Posting)) {
    let sale = Sale {
        booking: row.booking,
        payment: row.id,
        performance: row.performance,
        user: &row.user,
        cancelled: row.refund.is_some(),
    };
    to(one(Sheet::Paid, Entity::Hold(row.hold), Side::Right, sale));
    to(sum(Sheet::Price, Entity::Hold(row.hold), Side::Right, row.amount.minor_units() as i64));
    if !row.amount.is_zero() {
        let moved = (Some(row.hold), &row.user, row.amount);
        to(one(Sheet::Charged, Entity::Transfer(row.id), Side::Left, moved));
    }
    if let Some(transfer) = row.refund.and_then(|refund| refund.transfer) {
        to(one(Sheet::Refunded, Entity::Hold(row.hold), Side::Left, (transfer, &row.user, row.amount)));
    }
    told::payment(row, scope, to);
}

fn account(row: &Account, scope: &Scope, to: &mut impl FnMut(Posting)) {
    let entity = Entity::User(row.user.clone());
    to(sum(Sheet::Balance, entity.clone(), Side::Left, row.balance.minor_units() as i64));
    to(sum(Sheet::ChangeCount, entity.clone(), Side::Left, row.event_sequence as i64));
    to(one(Sheet::Chain, entity.clone(), Side::Left, 0u64));
    to(one(Sheet::Chain, entity, Side::Right, row.balance.minor_units()));
    seeded(IdKind::Balance, row.id.get(), scope, to);
    told::account(row, scope, to);
}

fn movement(row: &Movement, scope: &Scope, to: &mut impl FnMut(Posting)) {
    let entity = Entity::User(row.user.clone());
    let amount = row.amount.minor_units() as i64;
    let change = if row.reason.is_income() { amount } else { -amount };
    to(sum(Sheet::Balance, entity.clone(), Side::Right, change));
    if let Some(before) = before(row) {
        to(one(Sheet::Chain, entity.clone(), Side::Right, before));
        to(one(Sheet::Chain, entity.clone(), Side::Left, row.balance_after.minor_units()));
    }
    if !scope.is_seeded(IdKind::Transfer, row.id.get()) {
        to(sum(Sheet::ChangeCount, entity, Side::Right, 1));
    }
    match (row.reason, row.hold) {
        (Reason::Payment, hold) => {
            to(one(Sheet::Charged, Entity::Transfer(row.id), Side::Right, (hold, &row.user, row.amount)));
        }
        (Reason::Refund, Some(hold)) => {
            to(one(Sheet::Refunded, Entity::Hold(hold), Side::Right, (row.id, &row.user, row.amount)));
        }
        // A refund of nothing is found row by row.
        (Reason::Refund, None) | (Reason::Charge | Reason::Use, _) => {}
    }
    seeded(IdKind::Transfer, row.id.get(), scope, to);
    told::movement(row, scope, to);
}

/// The balance before a transfer; `None` if there can have been none.
pub(super) fn before(row: &Movement) -> Option<u64> {
    let (amount, after) = (row.amount.minor_units(), row.balance_after.minor_units());
    if row.reason.is_income() { after.checked_sub(amount) } else { after.checked_add(amount) }
}
