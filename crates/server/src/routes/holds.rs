//! Holding seats and giving them back.

use usher_api::json::Json;
use usher_api::{Problem, body, shape};
use usher_core::Command;

use crate::answer::Answer;
use crate::call::Call;

/// Hold seats, all or nothing.
#[utoipa::path(
    post, path = "/api/reservations", tag = "holds", request_body = shape::HoldRequest,
    params(("Idempotency-Key" = Option<String>, Header), ("X-Queue-Token" = Option<String>, Header)),
    responses(
        (status = 201, body = shape::Hold),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn place(mut call: Call) -> Result<Answer, Problem> {
    let bytes = call.body().await?;
    let json = Json::parse(&bytes)?;
    let command = body::hold(&json, call.pass_shown(), call.parse())?;
    call.order(command, Some(&json)).await
}

/// Give a hold back; giving back what has ended is no refusal.
#[utoipa::path(
    delete, path = "/api/reservations/{temporalReservationId}", tag = "holds",
    params(("temporalReservationId" = u64, Path)),
    responses(
        (status = 204, description = "Its seats are free"),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn give_back(call: Call) -> Result<Answer, Problem> {
    let command = Command::GiveBack { user: call.caller.owner(), hold: call.hold()? };
    call.order_unkeyed(command).await
}
