//! Every kind of id is a type of its own; all of them are registered here.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// The largest id that travels: JSON integers are exact up to 2^53 − 1.
pub const ID_MAX: u64 = (1 << 53) - 1;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(u64);

        impl $name {
            /// Wraps a number that a store or a request gave.
            pub const fn new(number: u64) -> Self { Self(number) }
            /// The bare number, for storing and printing.
            pub const fn get(self) -> u64 { self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    )+};
}

ids! {
    /// A concert: a title with performances. On the wire: `concertId`.
    ConcertId,
    /// A performance: one date of a concert. On the wire: `concertOptionId`.
    PerformanceId,
    /// A hold: seats kept for one buyer for a time. On the wire: `temporalReservationId`.
    HoldId,
    /// A booking: seats sold. On the wire: `reservationId`.
    BookingId,
    /// A transfer of money, and the payment it settles. On the wire: `transactionId`.
    TransferId,
    /// A user's balance. On the wire: `balanceId`.
    BalanceId,
    /// An event as published.
    EventId,
    /// A receiver of events.
    WebhookId,
}

/// What a fresh id is for; each kind counts on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdKind {
    /// [`ConcertId`]
    Concert,
    /// [`PerformanceId`]
    Performance,
    /// [`HoldId`]
    Hold,
    /// [`BookingId`]
    Booking,
    /// [`TransferId`]
    Transfer,
    /// [`BalanceId`]
    Balance,
    /// [`EventId`]
    Event,
    /// [`WebhookId`]
    Webhook,
}

impl IdKind {
    /// Every kind, in a fixed order (stores keep one counter each).
    pub const ALL: [IdKind; 8] = [
        IdKind::Concert,
        IdKind::Performance,
        IdKind::Hold,
        IdKind::Booking,
        IdKind::Transfer,
        IdKind::Balance,
        IdKind::Event,
        IdKind::Webhook,
    ];
}

/// Where fresh ids come from. Ids are never given twice; gaps are allowed.
pub trait Ids {
    /// The next id of this kind, greater than every one given before by the same source.
    fn next(&mut self, kind: IdKind) -> u64;
}

/// A seat's number within its performance, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeatNumber(u32);

impl SeatNumber {
    /// Wraps a number from 1; whether the house has such a seat is decided elsewhere.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }
    /// The bare number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for SeatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(CompactString);

        impl $name {
            /// Takes 1 to 64 characters of `A-Z a-z 0-9 . _ @ -`; anything else is `None`.
            pub fn parse(text: &str) -> Option<Self> {
                is_name(text).then(|| Self(CompactString::new(text)))
            }
            /// Wraps text that was parsed once and stored since.
            pub fn stored(text: &str) -> Self { Self(CompactString::new(text)) }
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    )+};
}

names! {
    /// Who somebody is. On the wire: `userId`.
    UserId,
    /// A waiting room. On the wire: `waitingQueueId`.
    RoomId,
}

impl RoomId {
    /// The room that serves every performance which names no other.
    pub fn main() -> Self {
        Self(CompactString::const_new("main"))
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'@' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_one_to_64_plain_characters() {
        assert!(UserId::parse("kim.minji_7@example-1").is_some());
        assert!(UserId::parse(&"a".repeat(64)).is_some());
        for refused in ["", "a b", "김민지", "a/b", "a\n", &"a".repeat(65)] {
            assert!(UserId::parse(refused).is_none(), "{refused:?} must be refused");
        }
    }
}
