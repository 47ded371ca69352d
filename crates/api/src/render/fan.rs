//! Why things went for one fan as they did.

use usher_core::{Event, Fact, PlaceEnd, PlaceState, Reason, SeatNumber, Timestamp};

use crate::writer::{Object, list, write_number};

/// Something that a support desk reads out.
#[derive(Clone, Copy, Debug)]
pub enum FanEvent<'a> {
    /// It is on record.
    Told(&'a Event),
    /// Where the fan stands now.
    Place {
        /// Now.
        at: Timestamp,
        /// The place's number.
        number: u64,
        /// Live people ahead.
        position: u64,
    },
    /// The last seat of the room's performances was sold.
    LastSeat {
        /// When.
        at: Timestamp,
    },
}

impl FanEvent<'_> {
    /// When it happened.
    pub fn at(&self) -> Timestamp {
        match self {
            FanEvent::Told(event) => event.at,
            FanEvent::Place { at, .. } | FanEvent::LastSeat { at } => *at,
        }
    }
}

/// The body of `GET /admin/fans/{userId}`: events in the order given.
pub fn fan(events: &[FanEvent<'_>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut object = Object::open(&mut out);
    object.with("events", |out| list(out, events, |out, event| one(out, event)));
    object.close();
    out
}

fn one(out: &mut Vec<u8>, event: &FanEvent<'_>) {
    let mut object = Object::open(out);
    object.time("at", event.at());
    match event {
        FanEvent::Told(event) => told(&mut object, &event.fact),
        FanEvent::Place { number, position, .. } => {
            object.plain("kind", "place");
            object.number("number", *number);
            object.number("position", *position);
        }
        FanEvent::LastSeat { .. } => object.plain("kind", "last-seat-sold"),
    }
    object.close();
}

fn told(object: &mut Object<'_>, fact: &Fact) {
    object.plain("kind", kind(fact));
    match fact {
        Fact::PlaceJoined(place) | Fact::PlaceLeft(place) | Fact::PassEnded(place) => {
            object.plain("waitingQueueId", place.room.as_str());
            object.number("number", place.number);
        }
        Fact::PassGiven(place) => {
            object.plain("waitingQueueId", place.room.as_str());
            object.number("number", place.number);
            if let PlaceState::Passed(pass) = &place.state {
                object.time("validUntil", pass.expires_at);
            }
        }
        Fact::HoldPlaced(hold) | Fact::HoldReleased(hold) | Fact::HoldExpired(hold) => {
            object.number("temporalReservationId", hold.id.get());
            object.number("concertOptionId", hold.performance.get());
            seats(object, &hold.seats);
            object.time("expireAt", hold.expires_at);
        }
        Fact::BookingMade(booking, hold) => {
            object.number("reservationId", booking.id.get());
            object.number("concertOptionId", booking.performance.get());
            seats(object, &hold.seats);
        }
        Fact::BookingCancelled(payment) => {
            object.number("reservationId", payment.booking.get());
            object.number("concertOptionId", payment.performance.get());
        }
        Fact::Balance(movement) => {
            object.number("transactionId", movement.id.get());
            object.number("amount", movement.amount.minor_units());
            object.number("balanceAfter", movement.balance_after.minor_units());
        }
        Fact::PerformanceCreated(id)
        | Fact::PerformanceClosed(id)
        | Fact::PerformanceCancelled(id, _)
        | Fact::SeatsBlocked(id, _)
        | Fact::SeatsUnblocked(id, _) => object.number("concertOptionId", id.get()),
    }
}

fn seats(object: &mut Object<'_>, seats: &[SeatNumber]) {
    object.with("seatNumbers", |out| list(out, seats, |out, seat| write_number(out, seat.get().into())));
}

const fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::PlaceJoined(_) => "joined",
        Fact::PlaceLeft(_) => "left",
        Fact::PassGiven(_) => "admitted",
        Fact::PassEnded(place) => match &place.state {
            PlaceState::Ended(PlaceEnd::Used, _) => "pass-used",
            PlaceState::Ended(PlaceEnd::Expired, _) => "pass-expired",
            PlaceState::Ended(PlaceEnd::Left, _) => "left",
            PlaceState::Waiting | PlaceState::Passed(_) => "pass-withdrawn",
        },
        Fact::HoldPlaced(_) => "held",
        Fact::HoldReleased(_) => "hold-released",
        Fact::HoldExpired(_) => "hold-expired",
        Fact::BookingMade(..) => "booked",
        Fact::BookingCancelled(_) => "booking-cancelled",
        Fact::Balance(movement) => match movement.reason {
            Reason::Charge => "charged",
            Reason::Use => "used",
            Reason::Payment => "paid",
            Reason::Refund => "refunded",
        },
        Fact::PerformanceCreated(_)
        | Fact::PerformanceClosed(_)
        | Fact::PerformanceCancelled(..)
        | Fact::SeatsBlocked(..)
        | Fact::SeatsUnblocked(..) => "performance",
    }
}
