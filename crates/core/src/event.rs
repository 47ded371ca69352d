//! What happened, as published: one event per committed change, numbered within its aggregate.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Booking, EventId, Hold, Movement, Payment, PerformanceId, Place, RoomId, SeatNumber, Timestamp, UserId,
};

/// One published fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// Its id; receivers tell duplicates by it.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Its number among the events of its aggregate, from 1, without gaps.
    pub sequence: u64,
    /// What happened.
    pub fact: Fact,
}

/// What happened. Carries what never changes, so that it reads the same whenever it is published.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// `performance.created`
    PerformanceCreated(PerformanceId),
    /// `performance.closed`
    PerformanceClosed(PerformanceId),
    /// `performance.cancelled`, with the bookings that were live.
    PerformanceCancelled(PerformanceId, u32),
    /// `seats.blocked`, with every seat blocked afterwards.
    SeatsBlocked(PerformanceId, Arc<[SeatNumber]>),
    /// `seats.unblocked`, with every seat blocked afterwards.
    SeatsUnblocked(PerformanceId, Arc<[SeatNumber]>),
    /// `hold.placed`
    HoldPlaced(Hold),
    /// `hold.released`
    HoldReleased(Hold),
    /// `hold.expired`
    HoldExpired(Hold),
    /// `booking.made`
    BookingMade(Booking, Hold),
    /// `booking.cancelled`
    BookingCancelled(Payment),
    /// `balance.charged`, `.used`, `.paid` or `.refunded`, by the movement's reason.
    Balance(Movement),
    /// `place.joined`
    PlaceJoined(Place),
    /// `place.left`
    PlaceLeft(Place),
    /// `pass.given`
    PassGiven(Place),
    /// `pass.ended`: used, expired, or withdrawn (then the place waits again).
    PassEnded(Place),
}

/// What events are ordered by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aggregate {
    /// `performance:<id>`
    Performance(PerformanceId),
    /// `user:<userId>`
    User(UserId),
    /// `place:<waitingQueueId>:<userId>`
    Place(RoomId, UserId),
}

impl Fact {
    /// The aggregate whose sequence this event continues.
    pub fn aggregate(&self) -> Aggregate {
        match self {
            Fact::PerformanceCreated(id)
            | Fact::PerformanceClosed(id)
            | Fact::PerformanceCancelled(id, _)
            | Fact::SeatsBlocked(id, _)
            | Fact::SeatsUnblocked(id, _) => Aggregate::Performance(*id),
            Fact::HoldPlaced(hold) | Fact::HoldReleased(hold) | Fact::HoldExpired(hold) => {
                Aggregate::Performance(hold.performance)
            }
            Fact::BookingMade(booking, _) => Aggregate::Performance(booking.performance),
            Fact::BookingCancelled(payment) => Aggregate::Performance(payment.performance),
            Fact::Balance(movement) => Aggregate::User(movement.user.clone()),
            Fact::PlaceJoined(place)
            | Fact::PlaceLeft(place)
            | Fact::PassGiven(place)
            | Fact::PassEnded(place) => Aggregate::Place(place.room.clone(), place.user.clone()),
        }
    }
}
