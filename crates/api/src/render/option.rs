//! Concerts, performances (on the wire: options) and seats.

use usher_core::{Concert, PerformanceId, Programme, SaleState, SeatNumber};

use crate::duration::write_duration;
use crate::writer::{Object, list};

/// Appends a concert.
pub fn concert(out: &mut Vec<u8>, concert: &Concert) {
    let mut object = Object::open(out);
    object.number("concertId", concert.id.get());
    object.text("title", &concert.title);
    object.time("createdAt", concert.created_at);
    object.time("requestAt", concert.created_at);
    object.close();
}

/// Appends a performance as it stands in `state`.
pub fn option(out: &mut Vec<u8>, programme: &Programme, state: SaleState) {
    let performance = &*programme.performance;
    let mut object = Object::open(out);
    object.number("concertOptionId", performance.id.get());
    object.with("concert", |out| concert(out, &programme.concert));
    object.time("concertDate", performance.begins_at);
    object.with("concertDuration", |out| {
        out.push(b'"');
        write_duration(out, performance.duration);
        out.push(b'"');
    });
    object.text("title", &performance.title);
    object.text_or_null("description", performance.description.as_deref());
    object.number("price", performance.price.minor_units());
    object.number("maxSeats", performance.seats_max.into());
    object.time("saleOpensAt", performance.sale_opens_at);
    object.time("saleClosesAt", performance.sale_closes_at);
    object.number("holdSeconds", performance.hold_ttl.ms() / 1000);
    object.number("maxSeatsPerUser", performance.seats_per_user_max.into());
    object.plain("waitingQueueId", performance.room.as_str());
    object.plain("state", state_name(state));
    object.time("createdAt", performance.created_at);
    object.time("requestAt", performance.created_at);
    object.close();
}

/// The name of a state on the wire.
pub(super) const fn state_name(state: SaleState) -> &'static str {
    match state {
        SaleState::OnSale => "ON_SALE",
        SaleState::Closed => "CLOSED",
        SaleState::Cancelled => "CANCELLED",
    }
}

/// Seats have ids by arithmetic: every house has room for 100,000.
pub(super) const fn seat_id(performance: PerformanceId, seat: SeatNumber) -> u64 {
    (performance.get().saturating_sub(1)).saturating_mul(100_000).saturating_add(seat.get() as u64)
}

/// Writes `seat` and `seats` of a hold or booking.
pub(super) fn seats_taken(object: &mut Object<'_>, performance: PerformanceId, seats: &[SeatNumber]) {
    object.with("seat", |out| match seats.first() {
        Some(first) => seat_taken(out, performance, *first),
        None => out.extend_from_slice(b"null"),
    });
    object.with("seats", |out| list(out, seats, |out, seat| seat_taken(out, performance, *seat)));
}

fn seat_taken(out: &mut Vec<u8>, performance: PerformanceId, seat: SeatNumber) {
    let mut object = Object::open(out);
    object.number("seatId", seat_id(performance, seat));
    object.null("section");
    object.null("seatRow");
    object.number("seatNumber", seat.get().into());
    object.bool("occupied", true);
    object.close();
}
