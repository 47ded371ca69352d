//! Blocking seats, closing a sale, calling a performance off.

use hyper::StatusCode;
use usher_api::json::Json;
use usher_api::{Problem, ProblemCode, body, render, shape};
use usher_core::{Command, PerformanceId, SeatNumber};

use crate::answer::{Answer, json};
use crate::call::Call;

/// Take seats off sale, all or none.
#[utoipa::path(
    post, path = "/admin/performances/{concertOptionId}/seats/block", tag = "operator",
    request_body = shape::SeatsRequest, params(("concertOptionId" = u64, Path)),
    responses(
        (status = 200, body = shape::Blocked),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn block(call: Call) -> Result<Answer, Problem> {
    with_seats(call, |performance, seats| Command::Block { performance, seats }).await
}

/// Put blocked seats back on sale.
#[utoipa::path(
    post, path = "/admin/performances/{concertOptionId}/seats/unblock", tag = "operator",
    request_body = shape::SeatsRequest, params(("concertOptionId" = u64, Path)),
    responses(
        (status = 200, body = shape::Blocked),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn unblock(call: Call) -> Result<Answer, Problem> {
    with_seats(call, |performance, seats| Command::Unblock { performance, seats }).await
}

async fn with_seats(
    mut call: Call,
    command: fn(PerformanceId, std::sync::Arc<[SeatNumber]>) -> Command,
) -> Result<Answer, Problem> {
    let performance = call.performance()?;
    let bytes = call.body().await?;
    let json = Json::parse(&bytes)?;
    let seats = body::seats_in_bulk(&json, call.parse())?;
    call.order(command(performance, seats), Some(&json)).await
}

/// No new holds; live ones may be paid.
#[utoipa::path(
    post, path = "/admin/performances/{concertOptionId}/close", tag = "operator",
    params(("concertOptionId" = u64, Path)),
    responses(
        (status = 200, body = shape::ConcertOption),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn close(call: Call) -> Result<Answer, Problem> {
    without_body(call, |performance| Command::Close { performance }).await
}

/// Call a performance off: its holds are released and its bookings refunded, one by one.
#[utoipa::path(
    post, path = "/admin/performances/{concertOptionId}/cancel", tag = "operator",
    params(("concertOptionId" = u64, Path)),
    responses(
        (status = 202, body = shape::Cancellation),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn cancel(call: Call) -> Result<Answer, Problem> {
    without_body(call, |performance| Command::CancelPerformance { performance }).await
}

async fn without_body(mut call: Call, command: fn(PerformanceId) -> Command) -> Result<Answer, Problem> {
    let performance = call.performance()?;
    let bytes = call.body().await?;
    let json = if bytes.is_empty() { None } else { Some(Json::parse(&bytes)?) };
    call.order(command(performance), json.as_ref()).await
}

/// How far a cancellation has come.
#[utoipa::path(
    get, path = "/admin/performances/{concertOptionId}/cancel", tag = "operator",
    params(("concertOptionId" = u64, Path)),
    responses(
        (status = 200, body = shape::Cancellation),
        (status = 404, body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn cancellation(call: Call) -> Result<Answer, Problem> {
    let performance = call.performance()?;
    let found = call.front.read(move |reader| reader.programme(performance)).await?;
    let (_, stage) = found.ok_or_else(|| Problem::new(ProblemCode::ConcertOptionNotFound))?;
    let mut body = Vec::with_capacity(64);
    render::cancellation(&mut body, &stage);
    Ok(json(StatusCode::OK, body))
}
