//! Whether the server lives and is ready.

use hyper::StatusCode;
use usher_api::Problem;

use crate::answer::{Answer, json};
use crate::call::Call;

/// The process serves.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, description = "It lives")))]
pub(crate) async fn live(call: Call) -> Result<Answer, Problem> {
    Ok(up(&call))
}

/// The store answers reads.
#[utoipa::path(
    get, path = "/health/ready", tag = "health",
    responses((status = 200, description = "It is ready"), (status = 503, description = "Not now")),
)]
pub(crate) async fn ready(call: Call) -> Result<Answer, Problem> {
    call.front.read(|reader| reader.event_position(None)).await?;
    Ok(up(&call))
}

fn up(call: &Call) -> Answer {
    json(StatusCode::OK, format!("{{\"status\":\"UP\",\"mode\":\"{}\"}}", call.front.mode.name()))
}
