//! Effects: what a decision changes, one row each, as the row is afterwards.

use std::sync::Arc;

use crate::{
    Account, Answer, Booking, Claim, Concert, Delivery, Event, Hold, HoldId, Movement, Payment, Performance,
    PerformanceId, Place, Room, RoomId, SeatNumber, Stage, UserId, Webhook, WebhookId,
};

/// One row as it is after a decision. A closed set: it is what stores write, what views follow, what the
/// dataset is made of and what an audit reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A concert was made.
    Concert(Arc<Concert>),
    /// A performance was made (its [`Stage`] comes as an effect of its own).
    Performance(Arc<Performance>),
    /// A performance's hot row.
    Stage(Stage),
    /// A seat was taken, or its claim went from held to sold under the same hold.
    Claim(Claim),
    /// A seat became free again; `hold` is whose claim ended, `None` for a blocked seat.
    ClaimEnded {
        /// Where.
        performance: PerformanceId,
        /// Which seat.
        seat: SeatNumber,
        /// Whose claim it was.
        hold: Option<HoldId>,
    },
    /// How many seats a user now holds and has booked; 0 is as good as no row.
    Count {
        /// Where.
        performance: PerformanceId,
        /// Who.
        user: UserId,
        /// Held and booked seats.
        seats: u32,
    },
    /// A hold.
    Hold(Hold),
    /// A booking.
    Booking(Booking),
    /// A payment.
    Payment(Payment),
    /// A user's account.
    Account(Account),
    /// A transfer; never changes once written.
    Movement(Movement),
    /// A waiting room's hot row.
    Room(Room),
    /// A user's place in a room, with its pass.
    Place(Place),
    /// An ended place that its user's new one replaces.
    PlaceReplaced {
        /// Where.
        room: RoomId,
        /// The number it had.
        number: u64,
    },
    /// An idempotency key with its answer; never changes once written.
    Answer(Answer),
    /// An event to publish; never changes once written.
    Event(Event),
    /// A webhook was added.
    Webhook(Webhook),
    /// A webhook was removed, with its delivery.
    WebhookRemoved(WebhookId),
    /// How far a webhook has come.
    Delivery(Delivery),
}
