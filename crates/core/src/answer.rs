//! Answers: the reply to a command, or why it was refused. A refusal is a normal answer, never an error.

use std::sync::Arc;

use crate::{
    Account, Booking, Concert, Hold, HoldId, Movement, Payment, Performance, PerformanceId, Place, Room,
    SeatNumber, Timestamp, Webhook,
};

/// A performance with its concert: what an option on the wire is rendered from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// The performance.
    pub performance: Arc<Performance>,
    /// Its concert.
    pub concert: Arc<Concert>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Seats are held. Rendered as granted, whatever became of the hold since.
    Held { hold: Hold, programme: Programme },
    /// Seats are booked (2).
    Booked { booking: Booking, hold: Hold, programme: Programme },
    /// A hold is paid (8).
    Paid(Payment),
    /// A payment is cancelled (9).
    Cancelled(Payment),
    /// A hold is given back, or was not live any more.
    GivenBack,
    /// A hold is expired now.
    Expired,
    /// A concert is made.
    Concert(Arc<Concert>),
    /// A performance is made.
    Performance(Programme),
    /// A balance was charged or used. `account` gives the balance's id and when it was opened; the amounts and
    /// times of the answer come from `movement`, which never changes.
    Moved { account: Account, movement: Movement },
    /// Every blocked seat of the performance, ascending.
    Blocked(Arc<[SeatNumber]>),
    /// No new holds.
    Closed(Programme),
    /// The performance is called off.
    PerformanceCancelled { performance: PerformanceId, bookings: u32, refunded: u32 },
    /// A webhook was added.
    Webhook(Webhook),
    /// A webhook is gone.
    WebhookRemoved,
    /// The place as it is: just taken, found again, or fetched.
    Joined(Place),
    /// The line is left; these live holds were made with the pass and are to be given back.
    LeftLine { holds: Vec<HoldId> },
    /// So many were let in.
    Admitted(u32),
    /// The pass has ended, now or before.
    PassEnded,
    /// The room as it is now.
    Room(Room),
    /// A delivery is recorded.
    DeliveryRecorded,
}

/// A reply, and whether it is the remembered one of an earlier request with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was done.
    pub reply: Reply,
    /// Whether this repeats an earlier answer and changed nothing.
    pub replayed: bool,
}

/// Why a command was refused. These are normal answers, not failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such concert.
    ConcertNotFound,
    /// No such performance.
    PerformanceNotFound,
    /// The house has no such seats.
    SeatNotFound(Vec<SeatNumber>),
    /// Another hold, a booking or a block has these seats. Lists every one of them, so the buyer can be shown a
    /// map that is right the first time.
    SeatsTaken(Vec<SeatNumber>),
    /// This user may hold and book so many seats of this performance, and has so many.
    HoldLimitReached { seats_max: u32, seats_now: u32 },
    /// The sale opens later.
    SaleNotOpen { opens_at: Timestamp },
    /// The sale has ended.
    SaleClosed,
    /// The performance is called off.
    PerformanceCancelled,
    /// No such hold, or somebody else's.
    HoldNotFound,
    /// Its time passed before the payment.
    HoldExpired,
    /// It was given back, or its booking was cancelled.
    HoldReleased,
    /// The hold is booked already.
    AlreadyPaid,
    /// The hold still lives (only the sweeper is told so).
    HoldLives,
    /// The balance does not cover the amount. `balance` is what there is.
    InsufficientBalance { balance: crate::Money, needed: crate::Money },
    /// The amount named is not the price of the hold.
    AmountMismatch { price: crate::Money },
    /// No such payment, or somebody else's.
    PaymentNotFound,
    /// The performance has begun: no refunds any more.
    RefundClosed,
    /// This user has no balance.
    BalanceNotFound,
    /// An amount must be above zero.
    AmountNotPositive,
    /// The amount, or the balance after it, would be over 10^15.
    AmountTooLarge,
    /// A pass is needed and none was shown.
    PassRequired,
    /// What was shown is not a pass that is live in this room.
    PassNotActive,
    /// The pass shown belongs to somebody else.
    PassOfAnotherUser,
    /// The pass still lives (only the line is told so).
    PassLives,
    /// The room has as many waiting as it may.
    LineFull,
    /// This user has no place in the room.
    NotInLine,
    /// The idempotency key was used for another request.
    KeyReused,
}
