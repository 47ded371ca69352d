//! Confirming a hold, and what a user holds and has booked.

use hyper::StatusCode;
use usher_api::json::Json;
use usher_api::{Problem, body, render, shape};
use usher_core::{HoldState, PerformanceId, Programme, SaleState, Timestamp, UserId};
use usher_engine::HoldLine;

use crate::answer::{Answer, json};
use crate::call::Call;
use crate::front::read_problem;
use crate::metrics::View;
use crate::views::KEPT_FROM_SEATS;

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
    let read = call.front.read({
        let user = user.clone();
        move |reader| {
            let programme = reader.programme(performance)?;
            let is_big = |(programme, _): &(Programme, _)| programme.performance.seats_max >= KEPT_FROM_SEATS;
            let lines = match programme.as_ref().is_some_and(is_big) {
                true => None,
                false => Some(reader.holds_of(&user, performance)?),
            };
            Ok((programme, lines))
        }
    });
    let (programme, lines) = read.await?;
    let Some((programme, stage)) = programme else { return Ok(json(StatusCode::OK, NOTHING.to_vec())) };
    let lines = match lines {
        Some(lines) => lines,
        None => lines_of_a_big_hall(&call, user, performance).await?,
    };
    Ok(json(StatusCode::OK, live(&programme, stage.state, &lines, call.front.now())))
}

async fn lines_of_a_big_hall(
    call: &Call,
    user: UserId,
    performance: PerformanceId,
) -> Result<Vec<HoldLine>, Problem> {
    let backing = &call.front.backing;
    let loaded = || backing.metrics.loaded(View::Seats);
    let holds = backing.views.holds_of(&user, performance, backing.house.reads(), loaded).await;
    let holds = holds.map_err(|error| read_problem(&error))?;
    let read = call.front.read(move |reader| {
        let Some(holds) = holds else { return reader.holds_of(&user, performance) };
        let mut lines = Vec::new();
        for id in holds {
            lines.extend(reader.hold(id)?.filter(|line| line.hold.user == user));
        }
        Ok(lines)
    });
    read.await
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
