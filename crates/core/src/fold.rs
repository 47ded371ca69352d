//! Folding: the effects of a whole batch, reduced to each row's last state, ready to be written.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::{
    Account, Answer, Booking, BookingId, Claim, ClaimState, Concert, Delivery, Effect, Event, Hold, HoldId,
    Movement, Payment, Performance, PerformanceId, Place, Room, RoomId, SeatNumber, Stage, TransferId,
    UserId, Webhook, WebhookId,
};

/// A claim before and after a batch. A store writes it so that it fails if the row is not as `before` says: that
/// is the last line against selling a seat twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimChange {
    /// Whether a row stood there, and whose: `Some(None)` is a blocked seat.
    pub before: Option<Option<HoldId>>,
    /// The row as it must be; `None`: gone.
    pub after: Option<Claim>,
}

/// The effects of a batch, folded. Sorted where a store's tree is, so that writing walks it once.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// New concerts.
    pub concerts: Vec<Arc<Concert>>,
    /// New performances.
    pub performances: Vec<Arc<Performance>>,
    /// Hot rows, new or changed.
    pub stages: BTreeMap<PerformanceId, Stage>,
    /// Claims taken, sold or ended.
    pub claims: BTreeMap<(PerformanceId, SeatNumber), ClaimChange>,
    /// Held and booked seats by user.
    pub counts: BTreeMap<(PerformanceId, UserId), u32>,
    /// Holds, new or changed.
    pub holds: BTreeMap<HoldId, Hold>,
    /// Bookings, new or changed.
    pub bookings: BTreeMap<BookingId, Booking>,
    /// Payments, new or changed.
    pub payments: BTreeMap<TransferId, Payment>,
    /// Accounts, new or changed.
    pub accounts: FxHashMap<UserId, Account>,
    /// New transfers, in order.
    pub movements: Vec<Movement>,
    /// Rooms, new or changed.
    pub rooms: BTreeMap<RoomId, Room>,
    /// Places by room and number, new or changed; `None`: replaced by a new one of the same user.
    pub places: BTreeMap<(RoomId, u64), Option<Place>>,
    /// New answers.
    pub answers: Vec<Answer>,
    /// New events, in order.
    pub events: Vec<Event>,
    /// Webhooks added (`Some`) or removed.
    pub webhooks: BTreeMap<WebhookId, Option<Webhook>>,
    /// How far webhooks have come.
    pub deliveries: BTreeMap<WebhookId, Delivery>,
}

impl Changes {
    /// Folds effects in the order in which they were decided.
    pub fn fold(effects: &[Effect]) -> Changes {
        let mut changes = Changes::default();
        for effect in effects {
            changes.add(effect);
        }
        changes
    }

    fn add(&mut self, effect: &Effect) {
        match effect {
            Effect::Concert(concert) => self.concerts.push(concert.clone()),
            Effect::Performance(performance) => self.performances.push(performance.clone()),
            Effect::Stage(stage) => drop(self.stages.insert(stage.performance, *stage)),
            Effect::Claim(claim) => self.add_claim(claim),
            Effect::ClaimEnded { performance, seat, hold } => {
                let place = self.claims.entry((*performance, *seat));
                place.or_insert(ClaimChange { before: Some(*hold), after: None }).after = None;
            }
            Effect::Count { performance, user, seats } => {
                self.counts.insert((*performance, user.clone()), *seats);
            }
            Effect::Hold(hold) => drop(self.holds.insert(hold.id, hold.clone())),
            Effect::Booking(booking) => drop(self.bookings.insert(booking.id, booking.clone())),
            Effect::Payment(payment) => drop(self.payments.insert(payment.id, payment.clone())),
            Effect::Account(account) => drop(self.accounts.insert(account.user.clone(), account.clone())),
            Effect::Movement(movement) => self.movements.push(movement.clone()),
            Effect::Room(room) => drop(self.rooms.insert(room.id.clone(), room.clone())),
            Effect::Place(place) => {
                self.places.insert((place.room.clone(), place.number), Some(place.clone()));
            }
            Effect::PlaceReplaced { room, number } => drop(self.places.insert((room.clone(), *number), None)),
            Effect::Answer(answer) => self.answers.push(answer.clone()),
            Effect::Event(event) => self.events.push(event.clone()),
            Effect::Webhook(webhook) => drop(self.webhooks.insert(webhook.id, Some(webhook.clone()))),
            Effect::WebhookRemoved(id) => {
                self.webhooks.insert(*id, None);
                self.deliveries.remove(id);
            }
            Effect::Delivery(delivery) => drop(self.deliveries.insert(delivery.webhook, delivery.clone())),
        }
    }

    fn add_claim(&mut self, claim: &Claim) {
        // A sold claim was held by the same hold before; a held or blocked one was free.
        let before = match claim.state {
            ClaimState::Sold => Some(claim.hold),
            ClaimState::Held | ClaimState::Blocked => None,
        };
        let place = self.claims.entry((claim.performance, claim.seat));
        place.or_insert(ClaimChange { before, after: None }).after = Some(claim.clone());
    }
}
