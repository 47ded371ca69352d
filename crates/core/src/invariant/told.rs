//! Events against the changes that they tell of.

use std::hash::Hash;

use super::sheet::{Entity, Posting, Sheet, Side, token};
use crate::{
    Account, Booking, Event, EventId, Fact, Hold, HoldState, IdKind, Movement, Payment, Performance, Place,
    Reason, SaleState, Span, Stage, Timestamp,
};

/// From where on changes must have been told.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    mark: Vec<(IdKind, u64)>,
    forgotten_until: Option<Timestamp>,
}

impl Scope {
    /// Events are kept for seven days.
    const EVENTS_KEPT: Span = Span::from_secs(7 * 24 * 3600);
    /// More of the oldest events may be forgotten while rows are walked.
    const MARGIN: Span = Span::from_secs(600);

    /// A house with the dataset's mark, if it was seeded, and the oldest event that is kept.
    ///
    /// If that is not the first that was ever written, older ones were forgotten by their age: then only changes
    /// made since can be compared, and sequences cannot. If none is kept, changes of the last days must be none.
    pub fn new(
        mark: Option<Vec<(IdKind, u64)>>,
        oldest: Option<(EventId, Timestamp)>,
        now: Timestamp,
    ) -> Scope {
        let mut scope = Scope { mark: mark.unwrap_or_default(), forgotten_until: None };
        let first = scope.marked(IdKind::Event) + 1;
        scope.forgotten_until = match oldest {
            Some((id, _)) if id.get() <= first => None,
            Some((_, at)) => Some(at.plus(Self::MARGIN)),
            None => Some(now.minus(Self::EVENTS_KEPT).plus(Self::MARGIN)),
        };
        scope
    }

    /// How many rows of a kind, with ids from 1, the dataset wrote.
    pub fn marked(&self, kind: IdKind) -> u64 {
        self.mark.iter().find(|(marked, _)| *marked == kind).map_or(0, |(_, rows)| *rows)
    }

    /// Up to which moment events are forgotten; `None` if all are kept.
    pub fn forgotten_until(&self) -> Option<Timestamp> {
        self.forgotten_until
    }

    pub(super) fn is_seeded(&self, kind: IdKind, id: u64) -> bool {
        id <= self.marked(kind)
    }

    fn is_told(&self, kind: IdKind, id: u64, at: Timestamp) -> bool {
        !self.is_seeded(kind, id) && self.is_kept(at)
    }

    fn is_kept(&self, at: Timestamp) -> bool {
        self.forgotten_until.is_none_or(|until| at > until)
    }
}

/// What happened, as both a row and an event show it.
#[derive(Hash)]
enum Change {
    Made,
    Cancelled(u32),
    Placed,
    Released,
    Expired,
    Booked,
    Refunded,
    Moved(Reason),
}

fn told(entity: Entity, side: Side, what: impl Hash) -> Posting {
    Posting { sheet: Sheet::Told, token: token((&entity, what)), entity, side, amount: 1 }
}

fn of_hold(hold: &Hold, side: Side, change: Change) -> Posting {
    let seats = (&hold.user, hold.performance, &hold.seats, hold.amount, hold.created_at);
    told(Entity::Hold(hold.id), side, (seats, change))
}

fn of_booking(booking: &Booking, side: Side) -> Posting {
    let what = (booking.id, booking.payment, booking.created_at, Change::Booked);
    told(Entity::Hold(booking.hold), side, what)
}

fn of_payment(payment: &Payment, side: Side) -> Posting {
    let what = (payment.id, payment.booking, payment.amount, payment.refund, Change::Refunded);
    told(Entity::Hold(payment.hold), side, what)
}

fn of_movement(movement: &Movement, side: Side) -> Posting {
    let what = (&movement.user, movement.amount, movement.balance_after, Change::Moved(movement.reason));
    told(Entity::Transfer(movement.id), side, what)
}

pub(super) fn performance(row: &Performance, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if scope.is_told(IdKind::Performance, row.id.get(), row.created_at) {
        to(told(Entity::Performance(row.id), Side::Left, Change::Made));
    }
}

/// When an operator changed the state stands in no row: it is compared only if all events are kept. Closing is not
/// compared, since a performance that was closed and then cancelled shows the latter alone.
pub(super) fn stage(row: &Stage, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if scope.forgotten_until.is_some() {
        return;
    }
    let entity = Entity::Performance(row.performance);
    match row.state {
        SaleState::OnSale | SaleState::Closed => {}
        SaleState::Cancelled => {
            let cancelled = Change::Cancelled(row.bookings_when_cancelled);
            to(told(entity.clone(), Side::Left, cancelled));
        }
    }
    last(entity, row.event_sequence, to);
}

pub(super) fn account(row: &Account, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if scope.forgotten_until.is_none() {
        last(Entity::User(row.user.clone()), row.event_sequence, to);
    }
}

pub(super) fn hold(row: &Hold, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if !scope.is_told(IdKind::Hold, row.id.get(), row.created_at) {
        return;
    }
    to(of_hold(row, Side::Left, Change::Placed));
    match row.state {
        HoldState::Released => to(of_hold(row, Side::Left, Change::Released)),
        HoldState::Expired => to(of_hold(row, Side::Left, Change::Expired)),
        HoldState::Live | HoldState::Booked(..) | HoldState::Cancelled(..) => {}
    }
}

pub(super) fn booking(row: &Booking, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if scope.is_told(IdKind::Booking, row.id.get(), row.created_at) {
        to(of_booking(row, Side::Left));
    }
}

/// A payment of the dataset may be refunded, and that is told.
pub(super) fn payment(row: &Payment, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if row.refund.is_some_and(|refund| scope.is_kept(refund.at)) {
        to(of_payment(row, Side::Left));
    }
}

pub(super) fn movement(row: &Movement, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if scope.is_told(IdKind::Transfer, row.id.get(), row.created_at) {
        to(of_movement(row, Side::Left));
    }
}

pub(super) fn place(row: &Place, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if scope.forgotten_until.is_none() {
        last(Entity::Place(row.room.clone(), row.user.clone()), row.event_sequence, to);
    }
}

/// The events of an aggregate lead from 0 to what its row counts: each posts where it comes from and where it leads.
fn last(entity: Entity, sequence: u64, to: &mut impl FnMut(Posting)) {
    to(step(entity.clone(), Side::Left, sequence));
    to(step(entity, Side::Right, 0));
}

fn step(entity: Entity, side: Side, sequence: u64) -> Posting {
    Posting { sheet: Sheet::Sequence, token: token((&entity, sequence)), entity, side, amount: 1 }
}

pub(super) fn event(row: &Event, scope: &Scope, to: &mut impl FnMut(Posting)) {
    if scope.forgotten_until.is_none() {
        let entity = match row.fact.aggregate() {
            crate::Aggregate::Performance(id) => Entity::Performance(id),
            crate::Aggregate::User(id) => Entity::User(id),
            crate::Aggregate::Place(room, user) => Entity::Place(room, user),
        };
        to(step(entity.clone(), Side::Right, row.sequence));
        to(step(entity, Side::Left, row.sequence.saturating_sub(1)));
    }
    if let Some(posting) = fact(row, scope) {
        to(posting);
    }
}

fn fact(event: &Event, scope: &Scope) -> Option<Posting> {
    let all_kept = scope.forgotten_until.is_none();
    let right = Side::Right;
    match &event.fact {
        Fact::PerformanceCreated(id) => {
            scope.is_kept(event.at).then(|| told(Entity::Performance(*id), right, Change::Made))
        }
        Fact::PerformanceCancelled(id, bookings) => {
            all_kept.then(|| told(Entity::Performance(*id), right, Change::Cancelled(*bookings)))
        }
        Fact::PerformanceClosed(_)
        | Fact::SeatsBlocked(..)
        | Fact::SeatsUnblocked(..)
        | Fact::PlaceJoined(_)
        | Fact::PlaceLeft(_)
        | Fact::PassGiven(_)
        | Fact::PassEnded(_) => None,
        Fact::HoldPlaced(hold) => {
            scope.is_kept(hold.created_at).then(|| of_hold(hold, right, Change::Placed))
        }
        Fact::HoldReleased(hold) => {
            scope.is_kept(hold.created_at).then(|| of_hold(hold, right, Change::Released))
        }
        Fact::HoldExpired(hold) => {
            scope.is_kept(hold.created_at).then(|| of_hold(hold, right, Change::Expired))
        }
        Fact::BookingMade(booking, _) => {
            scope.is_kept(booking.created_at).then(|| of_booking(booking, right))
        }
        Fact::BookingCancelled(payment) => scope.is_kept(event.at).then(|| of_payment(payment, right)),
        Fact::Balance(movement) => scope.is_kept(movement.created_at).then(|| of_movement(movement, right)),
    }
}
