//! How a row is named when it is not as it should be.

use crate::{Claim, Effect, Fact, HoldState};

/// The row in a few words.
pub(super) fn label(effect: &Effect) -> String {
    match effect {
        Effect::Concert(row) => format!("concert {}", row.id),
        Effect::Performance(row) => format!("performance {}", row.id),
        Effect::Stage(row) => format!("a hot row of {} events", row.event_sequence),
        Effect::Claim(row) => claim(row),
        Effect::Count { user, seats, .. } => format!("{seats} seats of user {user}"),
        Effect::Hold(row) => {
            let state = match row.state {
                HoldState::Live => "live".into(),
                HoldState::Booked(booking, payment) => format!("booked by {booking}, paid by {payment}"),
                HoldState::Released => "released".into(),
                HoldState::Expired => "expired".into(),
                HoldState::Cancelled(booking, payment) => {
                    format!("booked by {booking}, paid by {payment}, cancelled")
                }
            };
            format!("hold {} of user {} ({state})", row.id, row.user)
        }
        Effect::Booking(row) => {
            let state = if row.cancelled { ", cancelled" } else { "" };
            format!("booking {} of user {} (paid by {}{state})", row.id, row.user, row.payment)
        }
        Effect::Payment(row) => {
            let state = if row.refund.is_some() { ", refunded" } else { "" };
            format!("payment {} of user {} ({}{state})", row.id, row.user, row.amount)
        }
        Effect::Account(row) => format!("a balance of {}", row.balance),
        Effect::Movement(row) => {
            format!("transfer {} ({:?} of {}, leaves {})", row.id, row.reason, row.amount, row.balance_after)
        }
        Effect::Event(row) => {
            format!("event {} ({} with sequence {})", row.id, fact(&row.fact), row.sequence)
        }
        Effect::ClaimEnded { seat, .. } => format!("seat {seat} set free"),
        Effect::Room(row) => format!("room {}", row.id),
        Effect::Place(row) => format!("place {} of user {} in room {}", row.number, row.user, row.room),
        Effect::PlaceReplaced { room, number } => format!("place {number} of room {room} replaced"),
        Effect::Answer(_) => "an answer".into(),
        Effect::Webhook(row) => format!("webhook {}", row.id),
        Effect::WebhookRemoved(id) => format!("webhook {id} removed"),
        Effect::Delivery(row) => format!("delivery of webhook {}", row.webhook),
    }
}

fn claim(row: &Claim) -> String {
    match (row.hold, &row.user) {
        (Some(hold), Some(user)) => format!("hold {hold} of user {user}"),
        (hold, user) => format!("hold {hold:?} of user {user:?}"),
    }
}

fn fact(fact: &Fact) -> &'static str {
    match fact {
        Fact::PerformanceCreated(_) => "performance created",
        Fact::PerformanceClosed(_) => "performance closed",
        Fact::PerformanceCancelled(..) => "performance cancelled",
        Fact::SeatsBlocked(..) => "seats blocked",
        Fact::SeatsUnblocked(..) => "seats unblocked",
        Fact::HoldPlaced(_) => "hold placed",
        Fact::HoldReleased(_) => "hold released",
        Fact::HoldExpired(_) => "hold expired",
        Fact::BookingMade(..) => "booking made",
        Fact::BookingCancelled(_) => "booking cancelled",
        Fact::Balance(_) => "balance moved",
        Fact::PlaceJoined(_) => "place joined",
        Fact::PlaceLeft(_) => "place left",
        Fact::PassGiven(_) => "pass given",
        Fact::PassEnded(_) => "pass ended",
    }
}
