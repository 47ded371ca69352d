//! The rows that decisions are made on: a store's working set, or all there is (the model).

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::{
    Account, Answer, AnswerKey, Booking, BookingId, Claim, Concert, ConcertId, Delivery, Effect, Event, Hold,
    HoldId, Movement, Payment, Performance, PerformanceId, Place, Room, RoomId, SeatNumber, Stage,
    TransferId, UserId, Webhook, WebhookId,
};

/// A performance with what changes about it.
#[derive(Clone, Debug)]
pub struct House {
    /// What it was made with.
    pub performance: Arc<Performance>,
    /// The concert it belongs to.
    pub concert: Arc<Concert>,
    /// Its hot row.
    pub stage: Stage,
    /// Claims by seat: all of them, or (a store that keeps none between batches) those that were asked for.
    pub claims: BTreeMap<SeatNumber, Claim>,
    /// Held and booked seats by user: all, or those that were asked for.
    pub counts: FxHashMap<UserId, u32>,
}

/// Rows in memory. What a command needs (see [`crate::needs`]) must be here before it is decided; a row that is
/// needed and not here does not exist.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Concerts.
    pub concerts: FxHashMap<ConcertId, Arc<Concert>>,
    /// Performances with their claims.
    pub houses: FxHashMap<PerformanceId, House>,
    /// Holds, live and ended.
    pub holds: FxHashMap<HoldId, Hold>,
    /// Bookings, live and cancelled.
    pub bookings: FxHashMap<BookingId, Booking>,
    /// Payments, live and cancelled.
    pub payments: FxHashMap<TransferId, Payment>,
    /// Accounts by user.
    pub accounts: FxHashMap<UserId, Account>,
    /// Transfers.
    pub movements: FxHashMap<TransferId, Movement>,
    /// Waiting rooms.
    pub rooms: FxHashMap<RoomId, Room>,
    /// Places by room and user.
    pub places: FxHashMap<(RoomId, UserId), Place>,
    /// Remembered answers.
    pub answers: FxHashMap<AnswerKey, Answer>,
    /// Webhooks.
    pub webhooks: BTreeMap<WebhookId, Webhook>,
    /// How far each webhook has come.
    pub deliveries: BTreeMap<WebhookId, Delivery>,
    /// Events made and not yet taken away by their keeper.
    pub events: Vec<Event>,
}

impl Rows {
    /// Makes an effect true of these rows.
    ///
    /// # Panics
    /// If the effect belongs to a performance that is not here: the caller did not load what it changed.
    pub fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Concert(concert) => {
                self.concerts.insert(concert.id, concert.clone());
            }
            Effect::Performance(performance) => self.add_house(performance),
            Effect::Stage(stage) => self.house_mut(stage.performance).stage = *stage,
            Effect::Claim(claim) => {
                self.house_mut(claim.performance).claims.insert(claim.seat, claim.clone());
            }
            Effect::ClaimEnded { performance, seat, .. } => {
                self.house_mut(*performance).claims.remove(seat);
            }
            Effect::Count { performance, user, seats } => {
                let counts = &mut self.house_mut(*performance).counts;
                match seats {
                    0 => counts.remove(user),
                    seats => counts.insert(user.clone(), *seats),
                };
            }
            Effect::Hold(hold) => drop(self.holds.insert(hold.id, hold.clone())),
            Effect::Booking(booking) => drop(self.bookings.insert(booking.id, booking.clone())),
            Effect::Payment(payment) => drop(self.payments.insert(payment.id, payment.clone())),
            Effect::Account(account) => drop(self.accounts.insert(account.user.clone(), account.clone())),
            Effect::Movement(movement) => drop(self.movements.insert(movement.id, movement.clone())),
            Effect::Room(room) => drop(self.rooms.insert(room.id.clone(), room.clone())),
            Effect::Place(place) => {
                self.places.insert((place.room.clone(), place.user.clone()), place.clone());
            }
            // The new place stands under the same user.
            Effect::PlaceReplaced { .. } => {}
            Effect::Answer(answer) => drop(self.answers.insert(answer.key, answer.clone())),
            Effect::Event(event) => self.events.push(event.clone()),
            Effect::Webhook(webhook) => drop(self.webhooks.insert(webhook.id, webhook.clone())),
            Effect::WebhookRemoved(id) => {
                self.webhooks.remove(id);
                self.deliveries.remove(id);
            }
            Effect::Delivery(delivery) => drop(self.deliveries.insert(delivery.webhook, delivery.clone())),
        }
    }

    fn add_house(&mut self, performance: &Arc<Performance>) {
        let concert =
            self.concerts.get(&performance.concert).expect("a performance's concert is loaded before it");
        let house = House {
            performance: performance.clone(),
            concert: concert.clone(),
            stage: Stage::new(performance.id),
            claims: BTreeMap::new(),
            counts: FxHashMap::default(),
        };
        self.houses.insert(performance.id, house);
    }

    fn house_mut(&mut self, id: PerformanceId) -> &mut House {
        self.houses.get_mut(&id).expect("a performance is loaded before it is changed")
    }
}

impl Stage {
    /// The hot row of a performance that nobody has touched.
    pub const fn new(performance: PerformanceId) -> Stage {
        Stage {
            performance,
            state: crate::SaleState::OnSale,
            version: 1,
            event_sequence: 0,
            held: 0,
            sold: 0,
            blocked: 0,
            bookings: 0,
            bookings_when_cancelled: 0,
            refunded: 0,
        }
    }

    /// Seats that nobody has taken and nobody has blocked, of a house of `seats_max`.
    pub const fn available(&self, seats_max: u32) -> u32 {
        seats_max.saturating_sub(self.held + self.sold + self.blocked)
    }
}
