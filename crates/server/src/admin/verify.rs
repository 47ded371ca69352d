//! Every invariant, checked on the live store.

use hyper::StatusCode;
use usher_api::{Problem, ProblemCode};

use crate::answer::{Answer, json};
use crate::call::Call;

/// What `usher verify` prints, as JSON.
#[utoipa::path(
    get, path = "/admin/verify", tag = "operator",
    responses((status = 200, description = "Each invariant with what it examined", content_type = "application/json")),
)]
pub(crate) async fn verify(call: Call) -> Result<Answer, Problem> {
    let verify = call.front.backing.verify.clone();
    let report = tokio::task::spawn_blocking(move || verify()).await;
    let report = report.unwrap_or_else(|_| Err("verifying panicked".into()));
    let report = report.map_err(|error| {
        tracing::error!(%error, "the store could not be verified");
        Problem::new(ProblemCode::Internal)
    })?;
    Ok(json(StatusCode::OK, report))
}
