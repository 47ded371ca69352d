//! What a command needs to be decided: facts that never change, rows to lock in one global order, and rows that
//! these locks guard.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::{
    Answer, AnswerKey, Answered, BookingId, Command, ConcertId, Hold, HoldId, Order, PassShown,
    PerformanceId, RoomId, SeatNumber, TransferId, UserId, WebhookId,
};

/// Something immutable that must be looked up before the rows to lock are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactId {
    /// Whose a hold is, and where.
    Hold(HoldId),
    /// What a payment paid.
    Payment(TransferId),
}

/// What never changes about a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldFact {
    /// Where.
    pub performance: PerformanceId,
    /// Whose.
    pub user: UserId,
    /// The room of the pass it was made with, if any.
    pub room: Option<RoomId>,
}

impl HoldFact {
    /// The fact of a hold.
    pub fn of(hold: &Hold) -> Self {
        let room = hold.pass.as_ref().map(|pass| pass.room.clone());
        Self { performance: hold.performance, user: hold.user.clone(), room }
    }
}

/// What never changes about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFact {
    /// Where.
    pub performance: PerformanceId,
    /// Who paid.
    pub user: UserId,
    /// What for.
    pub hold: HoldId,
    /// What it bought.
    pub booking: BookingId,
}

/// Facts that were found. What was asked for and is not here does not exist.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// By hold.
    pub holds: FxHashMap<HoldId, HoldFact>,
    /// By payment.
    pub payments: FxHashMap<TransferId, PaymentFact>,
}

/// A row to lock. The order of the variants, and of ids within each, is the one global order of locks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A remembered answer; made if absent.
    Answer(AnswerKey),
    /// A performance's hot row; guards its seats, counts, holds, bookings and payments.
    Performance(PerformanceId),
    /// A waiting room's hot row; made if absent.
    Room(RoomId),
    /// A user's place in a room, with its pass; made if absent.
    Place(RoomId, UserId),
    /// A user's account.
    Account(UserId),
}

/// Rows to lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// In the order in which they must be locked.
    pub locks: BTreeSet<Key>,
    /// Accounts among them that the command may open.
    pub opens: BTreeSet<UserId>,
}

/// Rows to load under the locks. Everything absent simply does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Concerts.
    pub concerts: BTreeSet<ConcertId>,
    /// Performances that are only shown, not decided about.
    pub houses: BTreeSet<PerformanceId>,
    /// Claims on these seats.
    pub seats: BTreeSet<(PerformanceId, SeatNumber)>,
    /// Every blocked seat of these performances.
    pub blocked: BTreeSet<PerformanceId>,
    /// Held and booked seats of these users.
    pub counts: BTreeSet<(PerformanceId, UserId)>,
    /// Holds, each with its booking if it has one.
    pub holds: BTreeSet<HoldId>,
    /// Payments.
    pub payments: BTreeSet<TransferId>,
    /// Transfers.
    pub movements: BTreeSet<TransferId>,
    /// Webhooks.
    pub webhooks: BTreeSet<WebhookId>,
}

/// The facts that a command's [`keys`] and [`reads`] depend on; at most one.
pub fn facts_needed(command: &Command) -> Option<FactId> {
    match command {
        Command::Confirm { hold, .. }
        | Command::Pay { hold, .. }
        | Command::GiveBack { hold, .. }
        | Command::ExpireHold { hold } => Some(FactId::Hold(*hold)),
        Command::CancelPayment { payment, .. } => Some(FactId::Payment(*payment)),
        Command::PlaceHold { .. }
        | Command::MakeConcert { .. }
        | Command::MakePerformance(_)
        | Command::Charge { .. }
        | Command::Use { .. }
        | Command::Block { .. }
        | Command::Unblock { .. }
        | Command::Close { .. }
        | Command::CancelPerformance { .. }
        | Command::AddWebhook { .. }
        | Command::RemoveWebhook { .. }
        | Command::Join { .. }
        | Command::Leave { .. }
        | Command::FetchPass { .. }
        | Command::Admit { .. }
        | Command::EndPass { .. }
        | Command::PatchRoom { .. }
        | Command::RecordDelivery(_) => None,
    }
}

/// Adds the rows that an order must lock to `keys`.
pub fn keys(order: &Order, facts: &Facts, keys: &mut Keys) {
    if let Some(request) = order.key {
        keys.locks.insert(Key::Answer(request.key));
    }
    match &order.command {
        Command::PlaceHold { user, performance, pass, .. } => {
            keys.lock_performance(*performance);
            // Only an own pass is looked at; somebody else's is refused unseen.
            if let PassShown::Signed { room, user: owner, .. } = pass
                && owner == user
            {
                keys.locks.insert(Key::Place(room.clone(), user.clone()));
            }
        }
        Command::Block { performance, .. }
        | Command::Unblock { performance, .. }
        | Command::Close { performance }
        | Command::CancelPerformance { performance } => keys.lock_performance(*performance),
        Command::Confirm { user, hold } | Command::Pay { user, hold, .. } => {
            if let Some(fact) = facts.holds.get(hold) {
                keys.lock_hold(fact);
                keys.locks.insert(Key::Account(user.clone()));
            }
        }
        Command::GiveBack { hold, .. } | Command::ExpireHold { hold } => {
            if let Some(fact) = facts.holds.get(hold) {
                keys.lock_hold(fact);
            }
        }
        Command::CancelPayment { payment, .. } => {
            if let Some(fact) = facts.payments.get(payment) {
                keys.lock_performance(fact.performance);
                keys.locks.insert(Key::Account(fact.user.clone()));
            }
        }
        Command::Charge { user, .. } => {
            keys.locks.insert(Key::Account(user.clone()));
            keys.opens.insert(user.clone());
        }
        Command::Use { user, .. } => drop(keys.locks.insert(Key::Account(user.clone()))),
        Command::Join { user, room }
        | Command::Leave { user, room }
        | Command::EndPass { user, room, .. } => {
            keys.locks.insert(Key::Room(room.clone()));
            keys.locks.insert(Key::Place(room.clone(), user.clone()));
        }
        Command::FetchPass { user, room } => drop(keys.locks.insert(Key::Place(room.clone(), user.clone()))),
        Command::Admit { room, users } => {
            keys.locks.insert(Key::Room(room.clone()));
            keys.locks.extend(users.iter().map(|user| Key::Place(room.clone(), user.clone())));
        }
        Command::PatchRoom { room, .. } => drop(keys.locks.insert(Key::Room(room.clone()))),
        Command::MakeConcert { .. }
        | Command::MakePerformance(_)
        | Command::AddWebhook { .. }
        | Command::RemoveWebhook { .. }
        | Command::RecordDelivery(_) => {}
    }
}

impl Keys {
    fn lock_performance(&mut self, id: PerformanceId) {
        self.locks.insert(Key::Performance(id));
    }

    /// A hold's performance, and the pass that lists it.
    fn lock_hold(&mut self, fact: &HoldFact) {
        self.lock_performance(fact.performance);
        if let Some(room) = &fact.room {
            self.locks.insert(Key::Room(room.clone()));
            self.locks.insert(Key::Place(room.clone(), fact.user.clone()));
        }
    }
}

/// Adds the rows that a command needs under its locks to `reads`.
pub fn reads(command: &Command, facts: &Facts, reads: &mut Reads) {
    match command {
        Command::PlaceHold { user, performance, seats, .. } => {
            reads.seats.extend(seats.iter().map(|seat| (*performance, *seat)));
            reads.counts.insert((*performance, user.clone()));
        }
        Command::Confirm { hold, .. }
        | Command::Pay { hold, .. }
        | Command::GiveBack { hold, .. }
        | Command::ExpireHold { hold } => read_hold(*hold, facts, reads),
        Command::CancelPayment { payment, .. } => {
            if let Some(fact) = facts.payments.get(payment) {
                reads.payments.insert(*payment);
                reads.holds.insert(fact.hold);
                reads.counts.insert((fact.performance, fact.user.clone()));
            }
        }
        Command::MakePerformance(new) => drop(reads.concerts.insert(new.concert)),
        Command::Block { performance, seats } | Command::Unblock { performance, seats } => {
            reads.seats.extend(seats.iter().map(|seat| (*performance, *seat)));
            reads.blocked.insert(*performance);
        }
        Command::MakeConcert { .. }
        | Command::Charge { .. }
        | Command::Use { .. }
        | Command::Close { .. }
        | Command::CancelPerformance { .. }
        | Command::Join { .. }
        | Command::Leave { .. }
        | Command::FetchPass { .. }
        | Command::Admit { .. }
        | Command::EndPass { .. }
        | Command::PatchRoom { .. }
        | Command::AddWebhook { .. }
        | Command::RemoveWebhook { .. } => {}
        Command::RecordDelivery(delivery) => drop(reads.webhooks.insert(delivery.webhook)),
    }
}

fn read_hold(hold: HoldId, facts: &Facts, reads: &mut Reads) {
    if let Some(fact) = facts.holds.get(&hold) {
        reads.holds.insert(hold);
        reads.counts.insert((fact.performance, fact.user.clone()));
    }
}

/// Adds the rows that a remembered answer is rendered from to `reads`. All of them are immutable in what the
/// answer shows, so they need no lock.
pub fn replay_reads(answer: &Answer, reads: &mut Reads) {
    match &answer.answered {
        Answered::Hold(hold) | Answered::Booking(hold) => drop(reads.holds.insert(*hold)),
        Answered::Payment(payment) | Answered::Cancel(payment) => drop(reads.payments.insert(*payment)),
        Answered::Movement(_, transfer) => drop(reads.movements.insert(*transfer)),
        Answered::Concert(concert) => drop(reads.concerts.insert(*concert)),
        Answered::Performance(performance) | Answered::Closed(performance) => {
            reads.houses.insert(*performance);
        }
        Answered::Cancelled(..) | Answered::Blocked(..) | Answered::Webhook(_) => {}
    }
}
