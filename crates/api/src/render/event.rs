//! Events as webhooks, Kafka and the operator see them.

use usher_core::{Aggregate, Event, EventId, Fact, PerformanceId, Programme, SaleState};

use super::history::movement;
use super::hold::{booking, hold, state_when_booked};
use super::money::payment;
use super::operator::{blocked, cancelled};
use super::option::option;
use super::place::place_row;
use crate::event_type::event_type;
use crate::writer::{Object, list, write_plain};

/// The performance that an event cannot be written without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgrammeMissing(pub PerformanceId);

/// The performance whose programme [`event`] needs, if any.
pub fn programme_needed(fact: &Fact) -> Option<PerformanceId> {
    match fact {
        Fact::PerformanceCreated(id) | Fact::PerformanceClosed(id) => Some(*id),
        Fact::HoldPlaced(hold) | Fact::HoldReleased(hold) | Fact::HoldExpired(hold) => Some(hold.performance),
        Fact::BookingMade(booking, _) => Some(booking.performance),
        Fact::PerformanceCancelled(..)
        | Fact::SeatsBlocked(..)
        | Fact::SeatsUnblocked(..)
        | Fact::BookingCancelled(_)
        | Fact::PlaceJoined(_)
        | Fact::PlaceLeft(_)
        | Fact::PassGiven(_)
        | Fact::PassEnded(_)
        | Fact::Balance(_) => None,
    }
}

/// Appends an event; `data` is what the endpoint answered. An event always reads the same, whenever it is published.
///
/// Appends nothing if it needs a programme ([`programme_needed`]) and `programme` is not that one.
pub fn event(
    out: &mut Vec<u8>,
    event: &Event,
    programme: Option<&Programme>,
) -> Result<(), ProgrammeMissing> {
    let needed = programme_needed(&event.fact);
    let programme = programme.filter(|programme| Some(programme.performance.id) == needed);
    if let (Some(id), None) = (needed, programme) {
        return Err(ProgrammeMissing(id));
    }
    let mut object = Object::open(out);
    object.number("id", event.id.get());
    object.plain("type", event_type(&event.fact));
    object.time("timestamp", event.at);
    object.with("aggregate", |out| aggregate(out, &event.fact.aggregate()));
    object.number("sequence", event.sequence);
    object.with("data", |out| data(out, &event.fact, programme));
    object.close();
    Ok(())
}

fn aggregate(out: &mut Vec<u8>, aggregate: &Aggregate) {
    match aggregate {
        Aggregate::Performance(id) => write_plain(out, &format!("performance:{id}")),
        Aggregate::User(user) => write_plain(out, &format!("user:{user}")),
        Aggregate::Place(room, user) => write_plain(out, &format!("place:{room}:{user}")),
    }
}

fn data(out: &mut Vec<u8>, fact: &Fact, programme: Option<&Programme>) {
    let programme = || programme.expect("checked by `event` before anything is written");
    match fact {
        Fact::PerformanceCreated(_) => option(out, programme(), SaleState::OnSale),
        Fact::PerformanceClosed(_) => option(out, programme(), SaleState::Closed),
        Fact::PerformanceCancelled(_, bookings) => cancelled(out, *bookings, 0),
        Fact::SeatsBlocked(_, seats) | Fact::SeatsUnblocked(_, seats) => blocked(out, seats),
        Fact::HoldPlaced(held) | Fact::HoldReleased(held) | Fact::HoldExpired(held) => {
            hold(out, held, programme(), SaleState::OnSale);
        }
        Fact::BookingMade(made, held) => booking(out, made, held, programme(), state_when_booked(made)),
        Fact::BookingCancelled(refunded) => payment(out, refunded),
        Fact::Balance(moved) => movement(out, moved),
        Fact::PlaceJoined(row) | Fact::PlaceLeft(row) | Fact::PassGiven(row) | Fact::PassEnded(row) => {
            place_row(out, row);
        }
    }
}

/// The body of the operator's events: each already rendered. `next_after`: the last one's id, or what was asked
/// after if there are none.
pub fn events_page<'a>(events: impl IntoIterator<Item = &'a [u8]>, next_after: Option<EventId>) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    let mut object = Object::open(&mut out);
    object.with("events", |out| list(out, events, |out, event| out.extend_from_slice(event)));
    match next_after {
        Some(id) => object.number("nextAfter", id.get()),
        None => object.null("nextAfter"),
    }
    object.close();
    out
}
