//! Commands: every change that anybody may ask of the house.

use std::sync::Arc;

use crate::{
    AnswerKey, ConcertId, Delivery, HoldId, Money, PassShown, PaymentMethod, PerformanceId, RoomId,
    RoomPatch, SeatNumber, Span, Timestamp, TransferId, UserId, WebhookId,
};

/// A command with the idempotency key it came under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What is asked.
    pub command: Command,
    /// Under which key, if any.
    pub key: Option<RequestKey>,
}

impl Order {
    /// A command without a key.
    pub fn unkeyed(command: Command) -> Self {
        Self { command, key: None }
    }
}

/// An idempotency key, and the request it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestKey {
    /// Hash of (user, key).
    pub key: AnswerKey,
    /// Hash of route, path and body.
    pub request: u64,
}

/// What a performance is to be made with. Checked against the limits of api.md before it becomes a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerformance {
    /// See [`crate::Performance`] for every field.
    pub concert: ConcertId,
    /// When it begins.
    pub begins_at: Timestamp,
    /// How long it lasts.
    pub duration: Span,
    /// Its title.
    pub title: Arc<str>,
    /// Its description.
    pub description: Option<Arc<str>>,
    /// Price of each seat.
    pub price: Money,
    /// Seats from 1 to this.
    pub seats_max: u32,
    /// `None`: at once.
    pub sale_opens_at: Option<Timestamp>,
    /// `None`: when it begins.
    pub sale_closes_at: Option<Timestamp>,
    /// `None`: the setting `hold.ttl`.
    pub hold_ttl: Option<Span>,
    /// `None`: the setting `hold.seats_per_user`.
    pub seats_per_user_max: Option<u32>,
    /// `None`: room `main`.
    pub room: Option<RoomId>,
}

/// What is asked of the house. Numbers in brackets are endpoints of api.md.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Hold seats, all or nothing (1). `seats` ascending, each once.
    PlaceHold { user: UserId, performance: PerformanceId, seats: Arc<[SeatNumber]>, pass: PassShown },
    /// Pay from the balance if not yet paid, and book (2).
    Confirm { user: UserId, hold: HoldId },
    /// Charge the price of a hold and book it (8).
    Pay { user: UserId, hold: HoldId, amount: Option<Money>, method: PaymentMethod },
    /// Money back, seats free (9). `user`: who asks, if that must be the owner.
    CancelPayment { user: Option<UserId>, payment: TransferId },
    /// Give a hold back. `user`: who asks, if that must be the owner.
    GiveBack { user: Option<UserId>, hold: HoldId },
    /// End a hold whose time has passed; proposed by the sweeper. A hold that still lives is refused.
    ExpireHold { hold: HoldId },
    /// Make a concert (4).
    MakeConcert { title: Arc<str> },
    /// Make a performance (5).
    MakePerformance(NewPerformance),
    /// Put money into a balance (13).
    Charge { user: UserId, amount: Money },
    /// Spend money elsewhere (14).
    Use { user: UserId, amount: Money },
    /// Take seats off sale.
    Block { performance: PerformanceId, seats: Arc<[SeatNumber]> },
    /// Put blocked seats back on sale.
    Unblock { performance: PerformanceId, seats: Arc<[SeatNumber]> },
    /// No new holds from now on.
    Close { performance: PerformanceId },
    /// Call a performance off; its holds and bookings follow, one command each.
    CancelPerformance { performance: PerformanceId },
    /// Add a receiver of events. `secret` is fresh randomness; it gets what stands after position `since`.
    AddWebhook { url: Arc<str>, types: Arc<[Arc<str>]>, secret: Arc<[u8]>, since: u64 },
    /// Remove a receiver; removing it again is no refusal.
    RemoveWebhook { webhook: WebhookId },
    /// Join the line of a room (17); again: the same place.
    Join { user: UserId, room: RoomId },
    /// Leave it; what one never joined is no refusal.
    Leave { user: UserId, room: RoomId },
    /// Note that a user has seen that they are let in.
    FetchPass { user: UserId, room: RoomId },
    /// Let these in, in this order, as far as cap and rate allow; proposed by the line.
    Admit { room: RoomId, users: Arc<[UserId]> },
    /// End or withdraw a pass whose time has passed; proposed by the line. One that lives is refused.
    EndPass { user: UserId, room: RoomId, number: u64 },
    /// Make or change a room.
    PatchRoom { room: RoomId, patch: RoomPatch },
    /// Record how far a receiver has come; said by the relay alone. Ignored once the receiver is removed.
    RecordDelivery(Delivery),
}
