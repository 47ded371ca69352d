//! The answer to a command. A repeated reply is written by the same function, so its bytes are equal.

use usher_core::{Reply, SaleState};

use super::hold::{booking, hold, state_when_booked};
use super::money::{balance_after, payment};
use super::operator::{blocked, cancelled, webhook};
use super::option::{concert, option};

/// A status with its body; 204 has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, as `application/json`.
    pub body: Vec<u8>,
}

/// Writes what was done. A hold is only granted while its performance is on sale and shows it so for good; a booking
/// shows whether the sale was closed when it was made.
pub fn reply(reply: &Reply) -> Answer {
    let mut body = Vec::with_capacity(1024);
    let out = &mut body;
    let status = match reply {
        Reply::Held { hold: held, programme } => {
            hold(out, held, programme, SaleState::OnSale);
            201
        }
        Reply::Booked { booking: booked, hold, programme } => {
            booking(out, booked, hold, programme, state_when_booked(booked));
            200
        }
        Reply::Paid(paid) | Reply::Cancelled(paid) => {
            payment(out, paid);
            200
        }
        Reply::Concert(made) => {
            concert(out, made);
            201
        }
        Reply::Performance(programme) => {
            option(out, programme, SaleState::OnSale);
            201
        }
        Reply::Moved { account, movement } => {
            balance_after(out, account, movement);
            200
        }
        Reply::Blocked(seats) => {
            blocked(out, seats);
            200
        }
        Reply::Closed(programme) => {
            option(out, programme, SaleState::Closed);
            200
        }
        Reply::PerformanceCancelled { bookings, refunded, .. } => {
            cancelled(out, *bookings, *refunded);
            202
        }
        Reply::Webhook(added) => {
            webhook(out, added);
            201
        }
        // Places and rooms are answered with what the line knows beside their rows: see `place_answer` and `room`.
        Reply::Joined(_) | Reply::Room(_) => 200,
        Reply::LeftLine { .. } | Reply::Admitted(_) | Reply::PassEnded => 204,
        Reply::GivenBack | Reply::Expired | Reply::WebhookRemoved | Reply::DeliveryRecorded => 204,
    };
    Answer { status, body }
}
