//! Confirming a hold, and what a user holds and has booked.

use hyper::StatusCode;
use usher_api::json::Json;
use usher_api::{Problem, body, render, shape};
use usher_core::{HoldState, Programme, SaleState, Timestamp};
use usher_engine::HoldLine;

use crate::answer::{Answer, json};
use crate::call::Call;

/// Pay from the balance if not yet paid, and book; a booked hold shows its booking again.
#[utoipa::path(
    post, path = "/api/reservations/confirm", tag = "bookings", request_body = shape::ConfirmRequest,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = shape::Booking),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn confirm(mut call: Call) -> Result<Answer, Problem> {
    let bytes = call.body().await?;
    let json = Json::parse(&bytes)?;
    let command = body::confirm(&json, call.parse())?;
    call.order(command, Some(&json)).await
}

/// A user's live bookings and holds at a performance.
#[utoipa::path(
    get, path = "/api/reservations/status/{userId}/{concertOptionId}", tag = "bookings",
    params(("userId" = String, Path), ("concertOptionId" = u64, Path)),
    responses((status = 200, body = shape::Statuses)),
)]
pub(crate) async fn statuses(call: Call) -> Result<Answer, Problem> {
    let (user, performance) = (call.user()?, call.performance()?);
    let read = call.front.read(move |reader| {
        let programme = reader.programme(performance)?;
        Ok((programme, reader.holds_of(&user, performance)?))
    });
    let body = match read.await? {
        (Some((programme, stage)), lines) => live(&programme, stage.state, &lines, call.front.now()),
        (None, _) => NOTHING.to_vec(),
    };
    Ok(json(StatusCode::OK, body))
}

/// A performance that does not exist has no bookings and no holds.
const NOTHING: &[u8] = br#"{"reservationStatusResponses":[]}"#;

fn live(programme: &Programme, state: SaleState, lines: &[HoldLine], now: Timestamp) -> Vec<u8> {
    let mut bookings: Vec<_> = lines
        .iter()
        .filter_map(|line| Some((line.booking.as_ref().filter(|booking| !booking.cancelled)?, &line.hold)))
        .collect();
    bookings.sort_unstable_by_key(|(booking, _)| booking.id);
    // One whose time has passed is over, also before the sweeper has come by.
    let is_live = |line: &&HoldLine| match line.hold.state {
        HoldState::Live => now < line.hold.expires_at,
        HoldState::Booked(..) | HoldState::Released | HoldState::Expired | HoldState::Cancelled(..) => false,
    };
    let mut holds: Vec<_> = lines.iter().filter(is_live).map(|line| &line.hold).collect();
    holds.sort_unstable_by_key(|hold| hold.id);
    render::statuses(programme, state, bookings, holds)
}
