//! Making concerts and performances.

use usher_api::json::Json;
use usher_api::{Problem, body, shape};

use crate::answer::Answer;
use crate::call::Call;

/// Make a concert.
#[utoipa::path(
    post, path = "/api/concerts", tag = "catalogue", request_body = shape::ConcertRequest,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, body = shape::Concert),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn make_concert(mut call: Call) -> Result<Answer, Problem> {
    let bytes = call.body().await?;
    let json = Json::parse(&bytes)?;
    let command = body::concert(&json, call.parse())?;
    call.order(command, Some(&json)).await
}

/// Make a performance of a concert, on sale at once unless it says otherwise.
#[utoipa::path(
    post, path = "/api/concerts/{concertId}/options", tag = "catalogue", request_body = shape::PerformanceRequest,
    params(("concertId" = u64, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, body = shape::ConcertOption),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn make_performance(mut call: Call) -> Result<Answer, Problem> {
    let concert = call.concert()?;
    let bytes = call.body().await?;
    let json = Json::parse(&bytes)?;
    let command = body::performance(concert, &json, call.parse())?;
    call.order(command, Some(&json)).await
}
