//! The names of events on the wire.

use usher_core::{Fact, Reason};

/// Every type that a receiver may ask for.
pub const EVENT_TYPES: &[&str] = &[
    "performance.created",
    "performance.closed",
    "performance.cancelled",
    "seats.blocked",
    "seats.unblocked",
    "hold.placed",
    "hold.released",
    "hold.expired",
    "booking.made",
    "booking.cancelled",
    "balance.charged",
    "balance.used",
    "balance.paid",
    "balance.refunded",
    "place.joined",
    "place.left",
    "pass.given",
    "pass.ended",
];

/// The type of a fact.
pub const fn event_type(fact: &Fact) -> &'static str {
    match fact {
        Fact::PerformanceCreated(_) => "performance.created",
        Fact::PerformanceClosed(_) => "performance.closed",
        Fact::PerformanceCancelled(..) => "performance.cancelled",
        Fact::SeatsBlocked(..) => "seats.blocked",
        Fact::SeatsUnblocked(..) => "seats.unblocked",
        Fact::HoldPlaced(_) => "hold.placed",
        Fact::HoldReleased(_) => "hold.released",
        Fact::HoldExpired(_) => "hold.expired",
        Fact::BookingMade(..) => "booking.made",
        Fact::BookingCancelled(_) => "booking.cancelled",
        Fact::Balance(movement) => match movement.reason {
            Reason::Charge => "balance.charged",
            Reason::Use => "balance.used",
            Reason::Payment => "balance.paid",
            Reason::Refund => "balance.refunded",
        },
        Fact::PlaceJoined(_) => "place.joined",
        Fact::PlaceLeft(_) => "place.left",
        Fact::PassGiven(_) => "pass.given",
        Fact::PassEnded(_) => "pass.ended",
    }
}
