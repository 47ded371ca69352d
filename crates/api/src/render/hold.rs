//! Holds and bookings, as granted: what became of them since does not show.

use usher_core::{Booking, Hold, Programme, SaleState};

use super::option::{option, seats_taken};
use crate::writer::{Object, list};

/// Appends a hold. `state` is the performance's to show: one that is granted is on sale.
pub fn hold(out: &mut Vec<u8>, hold: &Hold, programme: &Programme, state: SaleState) {
    let mut object = Object::open(out);
    hold_members(&mut object, hold, programme, state);
    object.close();
}

fn hold_members(object: &mut Object<'_>, hold: &Hold, programme: &Programme, state: SaleState) {
    object.number("temporalReservationId", hold.id.get());
    object.plain("userId", hold.user.as_str());
    object.with("concertOption", |out| option(out, programme, state));
    seats_taken(object, hold.performance, &hold.seats);
    object.number("amount", hold.amount.minor_units());
    object.bool("isConfirmed", false);
    object.time("reserveAt", hold.created_at);
    object.time("expireAt", hold.expires_at);
    object.time("createdAt", hold.created_at);
    object.time("requestAt", hold.created_at);
}

/// Appends a booking of `hold`. `state` is the performance's to show.
pub fn booking(out: &mut Vec<u8>, booking: &Booking, hold: &Hold, programme: &Programme, state: SaleState) {
    let mut object = Object::open(out);
    booking_members(&mut object, booking, hold, programme, state);
    object.close();
}

fn booking_members(
    object: &mut Object<'_>,
    booking: &Booking,
    hold: &Hold,
    programme: &Programme,
    state: SaleState,
) {
    object.number("reservationId", booking.id.get());
    object.number("temporalReservationId", booking.hold.get());
    object.number("transactionId", booking.payment.get());
    object.plain("userId", booking.user.as_str());
    object.with("concertOption", |out| option(out, programme, state));
    seats_taken(object, booking.performance, &hold.seats);
    object.time("reserveAt", booking.created_at);
    object.time("createdAt", booking.created_at);
    object.bool("isConfirmed", true);
}

/// The state that a booking shows: whether the operator had closed the sale by then.
pub(super) const fn state_when_booked(booking: &Booking) -> SaleState {
    match booking.closed_when_booked {
        true => SaleState::Closed,
        false => SaleState::OnSale,
    }
}

/// The body of endpoint 3: live bookings with their holds, then live holds, each by id, as they stand now.
pub fn statuses<'a>(
    programme: &Programme,
    state: SaleState,
    bookings: impl IntoIterator<Item = (&'a Booking, &'a Hold)>,
    holds: impl IntoIterator<Item = &'a Hold>,
) -> Vec<u8> {
    enum Status<'a> {
        Booked(&'a Booking, &'a Hold),
        Held(&'a Hold),
    }
    let booked = bookings.into_iter().map(|(booking, hold)| Status::Booked(booking, hold));
    let all = booked.chain(holds.into_iter().map(Status::Held));
    let mut out = Vec::with_capacity(1024);
    let mut object = Object::open(&mut out);
    object.with("reservationStatusResponses", |out| {
        list(out, all, |out, status| {
            let mut object = Object::open(out);
            match status {
                Status::Booked(booking, hold) => {
                    booking_members(&mut object, booking, hold, programme, state);
                    object.bool("isTemporary", false);
                }
                Status::Held(hold) => {
                    object.null("reservationId");
                    hold_members(&mut object, hold, programme, state);
                    object.bool("isTemporary", true);
                }
            }
            object.close();
        });
    });
    object.close();
    out
}
