//! What a store keeps: the rows of the house, each a plain value.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    BalanceId, BookingId, ConcertId, EventId, HoldId, Money, PassRef, PerformanceId, RoomId, SeatNumber,
    Span, Timestamp, TransferId, UserId, WebhookId,
};

/// A title with performances. Never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Concert {
    /// Its id.
    pub id: ConcertId,
    /// 1 to 200 characters.
    pub title: Arc<str>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a performance was made with. Never changes; what does stands in its [`Stage`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Performance {
    /// Its id.
    pub id: PerformanceId,
    /// The concert it belongs to.
    pub concert: ConcertId,
    /// When it begins.
    pub begins_at: Timestamp,
    /// How long it lasts.
    pub duration: Span,
    /// 1 to 200 characters.
    pub title: Arc<str>,
    /// At most 4,000 characters.
    pub description: Option<Arc<str>>,
    /// The price of each seat.
    pub price: Money,
    /// Seats are numbered from 1 to this.
    pub seats_max: u32,
    /// From here on (inclusive) seats may be held.
    pub sale_opens_at: Timestamp,
    /// From here on (inclusive) no new hold.
    pub sale_closes_at: Timestamp,
    /// How long a hold lives.
    pub hold_ttl: Span,
    /// How many seats one user may hold and have booked.
    pub seats_per_user_max: u32,
    /// The waiting room that serves it.
    pub room: RoomId,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Whether a performance sells, as the operator has set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SaleState {
    /// Within its window, it sells.
    OnSale,
    /// No new holds; live ones may be paid.
    Closed,
    /// Called off: holds are released, bookings refunded.
    Cancelled,
}

/// A performance's hot row: all of it that changes. Small, since every sale rewrites it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stage {
    /// Whose.
    pub performance: PerformanceId,
    /// What the operator has set.
    pub state: SaleState,
    /// Rises with every change of seats or state: the version of the views.
    pub version: u64,
    /// The sequence of the last event of this performance.
    pub event_sequence: u64,
    /// Seats in live holds.
    pub held: u32,
    /// Seats in live bookings.
    pub sold: u32,
    /// Seats blocked by the operator.
    pub blocked: u32,
    /// Live bookings.
    pub bookings: u32,
    /// Live bookings when it was cancelled; zero before.
    pub bookings_when_cancelled: u32,
    /// Of these, how many are refunded.
    pub refunded: u32,
}

/// Why a seat is not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ClaimState {
    /// In a live hold.
    Held,
    /// In a live booking.
    Sold,
    /// Taken off sale by the operator; belongs to no hold and no user.
    Blocked,
}

/// The one live claim on a seat. A seat that nobody has taken has no row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Claim {
    /// Where.
    pub performance: PerformanceId,
    /// Which seat.
    pub seat: SeatNumber,
    /// Why.
    pub state: ClaimState,
    /// The hold that has it (also once sold); `None` if blocked.
    pub hold: Option<HoldId>,
    /// Whose it is; `None` if blocked.
    pub user: Option<UserId>,
}

/// What became of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HoldState {
    /// Its seats are claimed, until it expires.
    Live,
    /// Paid: its seats are sold by this booking, paid by this payment.
    Booked(BookingId, TransferId),
    /// Given back by its user, or released with a cancelled performance.
    Released,
    /// Its time passed without a payment.
    Expired,
    /// It was booked, and the booking was cancelled and refunded.
    Cancelled(BookingId, TransferId),
}

/// Seats kept for one buyer for a time. All but `state` never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Where.
    pub performance: PerformanceId,
    /// Whose.
    pub user: UserId,
    /// Which seats, ascending, 1 to 10.
    pub seats: Arc<[SeatNumber]>,
    /// What they cost.
    pub amount: Money,
    /// When it was granted.
    pub created_at: Timestamp,
    /// From here on (inclusive) it is expired.
    pub expires_at: Timestamp,
    /// The pass it was made with, if one was needed.
    pub pass: Option<PassRef>,
    /// What became of it.
    pub state: HoldState,
}

/// Seats sold. All but `cancelled` never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// The hold it came from; seats and amount stand there.
    pub hold: HoldId,
    /// The payment that bought it.
    pub payment: TransferId,
    /// Where.
    pub performance: PerformanceId,
    /// Whose.
    pub user: UserId,
    /// When it was booked.
    pub created_at: Timestamp,
    /// Whether the operator had closed the sale by then (an answer repeated later shows it so).
    pub closed_when_booked: bool,
    /// Whether it was cancelled and refunded.
    pub cancelled: bool,
}

/// How the buyer said they pay. Every method draws on the balance and is only recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PaymentMethod {
    /// `CREDIT_CARD`
    CreditCard,
    /// `DEBIT_CARD`
    DebitCard,
    /// `PAYPAL`
    Paypal,
    /// `BANK_TRANSFER`
    BankTransfer,
}

/// Money taken for a hold, once. All but `refund` never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Payment {
    /// Its id; the transfer that moved the money has the same.
    pub id: TransferId,
    /// What was paid for.
    pub hold: HoldId,
    /// What it bought.
    pub booking: BookingId,
    /// Where.
    pub performance: PerformanceId,
    /// Who paid.
    pub user: UserId,
    /// How much.
    pub amount: Money,
    /// How they said they pay; `None` if confirmed without saying (endpoint 2).
    pub method: Option<PaymentMethod>,
    /// When.
    pub created_at: Timestamp,
    /// If cancelled: when, and the transfer that brought the money back (none for a price of 0).
    pub refund: Option<Refund>,
}

/// How a payment was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Refund {
    /// When.
    pub at: Timestamp,
    /// The transfer; `None` if there was nothing to move.
    pub transfer: Option<TransferId>,
}

/// A user's balance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: BalanceId,
    /// Whose; one account each.
    pub user: UserId,
    /// What is in it.
    pub balance: Money,
    /// When it was opened, by a first charge.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The sequence of the last event of this user's balance.
    pub event_sequence: u64,
}

/// Why money moved; with it, the account on the other side of the transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// From cash to the user.
    Charge,
    /// From the user to "spent elsewhere".
    Use,
    /// From the user to revenue.
    Payment,
    /// From revenue back to the user.
    Refund,
}

impl Reason {
    /// Whether the user's balance grows by it.
    pub const fn is_income(self) -> bool {
        match self {
            Reason::Charge | Reason::Refund => true,
            Reason::Use | Reason::Payment => false,
        }
    }
}

/// One transfer between a user's account and an account of the house: the ledger. Never changes.
///
/// One amount for both sides, as in TigerBeetle, so that the sides cannot differ.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Movement {
    /// Its id.
    pub id: TransferId,
    /// The user's side.
    pub user: UserId,
    /// Why, and which account is the other side.
    pub reason: Reason,
    /// How much, always above zero.
    pub amount: Money,
    /// The user's balance after it.
    pub balance_after: Money,
    /// The hold that was paid or refunded, if any.
    pub hold: Option<HoldId>,
    /// When.
    pub created_at: Timestamp,
}

/// A receiver of events.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Where events go.
    pub url: Arc<str>,
    /// Which types it wants; empty for all.
    pub types: Arc<[Arc<str>]>,
    /// The signing secret, 24 to 64 bytes.
    pub secret: Arc<[u8]>,
    /// When it was added; it gets what happened since.
    pub created_at: Timestamp,
}

/// How far a receiver of events has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Delivery {
    /// Whose.
    pub webhook: WebhookId,
    /// Everything up to this position of the outbox is delivered, parked or not wanted.
    pub position: u64,
    /// Events delivered.
    pub delivered: u64,
    /// Events given up after repeated refusals, newest last, at most [`Delivery::PARKED_LISTED`] of them.
    pub parked: Vec<Parked>,
    /// How many were ever parked.
    pub parked_total: u64,
}

impl Delivery {
    /// How many parked events are listed by id; the total goes on counting.
    pub const PARKED_LISTED: usize = 100;
}

/// An event that a receiver kept refusing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parked {
    /// Which.
    pub event: EventId,
    /// The HTTP status it was last refused with.
    pub status: u16,
    /// When it was given up.
    pub at: Timestamp,
}

/// The name of a remembered answer: a 128-bit keyed hash of (user, idempotency key).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AnswerKey(pub u128);

/// What a remembered answer was about: enough to render it again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answered {
    /// A hold was granted.
    Hold(HoldId),
    /// A hold was booked by endpoint 2.
    Booking(HoldId),
    /// A hold was paid by endpoint 8.
    Payment(TransferId),
    /// A payment was cancelled.
    Cancel(TransferId),
    /// A balance was charged or used, by this transfer.
    Movement(UserId, TransferId),
    /// A concert was made.
    Concert(ConcertId),
    /// A performance was made.
    Performance(PerformanceId),
    /// A sale was closed.
    Closed(PerformanceId),
    /// A performance was cancelled with so many live bookings, so many of them refunded by then.
    Cancelled(PerformanceId, u32, u32),
    /// Seats were blocked or unblocked; these were blocked afterwards.
    Blocked(PerformanceId, Arc<[SeatNumber]>),
    /// A webhook was added.
    Webhook(Webhook),
}

/// An idempotency key with its answer, kept for 24 h.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Answer {
    /// Which key.
    pub key: AnswerKey,
    /// 64 bits of the request's hash: another request under this key is refused.
    pub request: u64,
    /// What was answered.
    pub answered: Answered,
    /// When.
    pub at: Timestamp,
}
