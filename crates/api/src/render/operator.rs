//! What the operator's verbs answer: blocked seats, cancellations, bookings as CSV, receivers of events, rooms.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use usher_core::{Booking, Delivery, Hold, Money, Parked, RoomId, SeatNumber, Stage, Timestamp, Webhook};

use super::option::state_name;
use crate::time::write_time;
use crate::writer::{Object, list, write_number, write_text};

/// Appends every blocked seat of a performance.
pub fn blocked(out: &mut Vec<u8>, seats: &[SeatNumber]) {
    let mut object = Object::open(out);
    object.with("blocked", |out| list(out, seats, |out, seat| write_number(out, seat.get().into())));
    object.close();
}

/// Appends how far a performance's cancellation has come.
pub fn cancellation(out: &mut Vec<u8>, stage: &Stage) {
    write_cancellation(out, state_name(stage.state), stage.bookings_when_cancelled, stage.refunded);
}

pub(super) fn cancelled(out: &mut Vec<u8>, bookings: u32, refunded: u32) {
    write_cancellation(out, "CANCELLED", bookings, refunded);
}

fn write_cancellation(out: &mut Vec<u8>, state: &str, bookings: u32, refunded: u32) {
    let mut object = Object::open(out);
    object.plain("state", state);
    object.number("bookings", bookings.into());
    object.number("refunded", refunded.into());
    object.close();
}

/// The first line of `bookings.csv`.
pub const CSV_HEADER: &str = "reservationId,userId,seatNumbers,amount,paidAt\r\n";

/// Appends one line of `bookings.csv` (RFC 4180). Nothing in it needs quotes.
pub fn csv_line(out: &mut Vec<u8>, booking: &Booking, hold: &Hold, amount: Money) {
    write_number(out, booking.id.get());
    out.push(b',');
    out.extend_from_slice(booking.user.as_str().as_bytes());
    out.push(b',');
    for (n, seat) in hold.seats.iter().enumerate() {
        if n > 0 {
            out.push(b' ');
        }
        write_number(out, seat.get().into());
    }
    out.push(b',');
    write_number(out, amount.minor_units());
    out.push(b',');
    write_time(out, booking.created_at);
    out.extend_from_slice(b"\r\n");
}

/// Appends a receiver of events with its secret: shown once, when it is added.
pub fn webhook(out: &mut Vec<u8>, webhook: &Webhook) {
    let mut object = Object::open(out);
    webhook_members(&mut object, webhook);
    object.plain("secret", &secret_text(&webhook.secret));
    object.close();
}

/// A signing secret as receivers configure it (Standard Webhooks): `whsec_` and Base64.
pub fn secret_text(secret: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

fn webhook_members(object: &mut Object<'_>, webhook: &Webhook) {
    object.number("id", webhook.id.get());
    object.text("url", &webhook.url);
    object.with("events", |out| list(out, webhook.types.iter(), |out, name| write_text(out, name)));
}

/// A receiver of events with how far it has come.
#[derive(Clone, Copy, Debug)]
pub struct WebhookView<'a> {
    /// The receiver.
    pub webhook: &'a Webhook,
    /// How far it has come.
    pub delivery: &'a Delivery,
    /// Events that stand after its position.
    pub pending: u64,
}

/// The body of `GET /admin/webhooks`: `parked` counts, `parkedEvents` lists the latest of them.
pub fn webhooks<'a>(webhooks: impl IntoIterator<Item = WebhookView<'a>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut object = Object::open(&mut out);
    object.with("webhooks", |out| {
        list(out, webhooks, |out, view| {
            let mut object = Object::open(out);
            webhook_members(&mut object, view.webhook);
            object.number("delivered", view.delivery.delivered);
            object.number("pending", view.pending);
            object.number("parked", view.delivery.parked_total);
            object.with("parkedEvents", |out| list(out, &view.delivery.parked, parked));
            object.close();
        });
    });
    object.close();
    out
}

fn parked(out: &mut Vec<u8>, parked: &Parked) {
    let mut object = Object::open(out);
    object.number("id", parked.event.get());
    object.number("status", parked.status.into());
    object.time("at", parked.at);
    object.close();
}

/// A waiting room as the operator sees it.
#[derive(Clone, Copy, Debug)]
pub struct RoomView<'a> {
    /// Which room.
    pub id: &'a RoomId,
    /// When admission begins; `None`: it has no such time.
    pub opens_at: Option<Timestamp>,
    /// Whether admission pauses.
    pub paused: bool,
    /// The operator's words to all who wait.
    pub message: Option<&'a str>,
    /// How many passes may be live at once.
    pub live_passes_max: u32,
    /// How many are let in per second at most.
    pub admits_per_second: u32,
    /// Live places.
    pub waiting: u64,
    /// Live passes.
    pub live_passes: u64,
    /// Passes ever given.
    pub admitted: u64,
    /// How many are let in per second as measured.
    pub outflow_per_second: f64,
}

/// Appends a room.
pub fn room(out: &mut Vec<u8>, room: &RoomView<'_>) {
    let mut object = Object::open(out);
    object.plain("waitingQueueId", room.id.as_str());
    match room.opens_at {
        Some(at) => object.time("opensAt", at),
        None => object.null("opensAt"),
    }
    object.bool("paused", room.paused);
    object.text_or_null("message", room.message);
    object.number("livePassesMax", room.live_passes_max.into());
    object.number("admitsPerSecond", room.admits_per_second.into());
    object.number("waiting", room.waiting);
    object.number("livePasses", room.live_passes);
    object.number("admitted", room.admitted);
    object.with("outflowPerSecond", |out| {
        serde_json::to_writer(out, &room.outflow_per_second)
            .expect("a number is always JSON, and memory takes it");
    });
    object.close();
}

/// The body of `GET /admin/rooms`.
pub fn rooms<'a>(rooms: impl IntoIterator<Item = RoomView<'a>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut object = Object::open(&mut out);
    object.with("rooms", |out| list(out, rooms, |out, view| room(out, &view)));
    object.close();
    out
}
