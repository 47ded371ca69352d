//! The views of endpoints 6 and 7, rendered once per version.

use usher_core::{ClaimState, Performance, Programme, SaleState, SeatNumber, Stage};

use super::option::{option, seat_id};
use crate::duration::write_duration;
use crate::writer::{Object, list};

/// The body of endpoint 6. Which performances lie ahead and are not cancelled is the caller's to say, and their order.
pub fn dates<'a>(ahead: impl IntoIterator<Item = (&'a Performance, &'a Stage)>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut object = Object::open(&mut out);
    object.with("availableDateResponses", |out| {
        list(out, ahead, |out, (performance, stage)| date(out, performance, stage))
    });
    object.close();
    out
}

fn date(out: &mut Vec<u8>, performance: &Performance, stage: &Stage) {
    let mut object = Object::open(out);
    object.number("concertOptionId", performance.id.get());
    object.time("concertDate", performance.begins_at);
    object.with("concertDuration", |out| {
        out.push(b'"');
        write_duration(out, performance.duration);
        out.push(b'"');
    });
    object.text("title", &performance.title);
    object.text_or_null("description", performance.description.as_deref());
    object.number("price", performance.price.minor_units());
    object.number("seatsTotal", performance.seats_max.into());
    object.number("seatsAvailable", stage.available(performance.seats_max).into());
    object.close();
}

/// The body of endpoint 7: every seat that is not among `claimed`, which ascends.
pub fn seats(
    programme: &Programme,
    state: SaleState,
    version: u64,
    claimed: impl IntoIterator<Item = SeatNumber>,
) -> Vec<u8> {
    let performance = &*programme.performance;
    let mut claimed = claimed.into_iter().peekable();
    let free = (1..=performance.seats_max).map(SeatNumber::new).filter(|seat| {
        while claimed.next_if(|claimed| claimed < seat).is_some() {}
        claimed.peek() != Some(seat)
    });
    seats_view(programme, state, version, performance.seats_max as usize * 64, free)
}

/// The body of endpoint 7 for a performance that has begun or is cancelled: no seat is on offer.
pub fn seats_none(programme: &Programme, state: SaleState, version: u64) -> Vec<u8> {
    seats_view(programme, state, version, 0, [])
}

fn seats_view(
    programme: &Programme,
    state: SaleState,
    version: u64,
    seats_len: usize,
    free: impl IntoIterator<Item = SeatNumber>,
) -> Vec<u8> {
    let performance = programme.performance.id;
    let mut out = Vec::with_capacity(1024 + seats_len);
    let mut object = Object::open(&mut out);
    object.with("concertOption", |out| option(out, programme, state));
    object.number("version", version);
    object.with("availableSeatsResponses", |out| {
        list(out, free, |out, seat| {
            let mut object = Object::open(out);
            object.number("seatId", seat_id(performance, seat));
            object.number("seatNumber", seat.get().into());
            object.bool("occupied", false);
            object.close();
        });
    });
    object.close();
    out
}

/// `?view=bitmap` of endpoint 7: seat n is bits 2((n−1) mod 4) of byte ⌊(n−1)/4⌋; 0 free, 1 held, 2 sold, 3 blocked.
/// Claims on seats that the house does not have are left out.
pub fn seat_bitmap(seats_max: u32, claims: impl IntoIterator<Item = (SeatNumber, ClaimState)>) -> Vec<u8> {
    let mut bitmap = vec![0; seats_max.div_ceil(4) as usize];
    for (seat, state) in claims {
        let Some(index) = seat.get().checked_sub(1).filter(|index| *index < seats_max) else { continue };
        let bits: u8 = match state {
            ClaimState::Held => 1,
            ClaimState::Sold => 2,
            ClaimState::Blocked => 3,
        };
        bitmap[(index / 4) as usize] |= bits << (2 * (index % 4));
    }
    bitmap
}
