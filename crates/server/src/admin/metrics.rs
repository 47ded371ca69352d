//! Metrics for Prometheus.

use hyper::header::HeaderValue;
use usher_api::Problem;

use crate::answer::{Answer, found};
use crate::call::Call;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Every metric, in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "operator",
    responses((status = 200, description = "Metrics", content_type = "text/plain")),
)]
pub(crate) async fn metrics(call: Call) -> Result<Answer, Problem> {
    let backing = &call.front.backing;
    let (orders, reads) = (backing.house.waiting(), backing.house.reads().waiting());
    Ok(found(TEXT, backing.metrics.render(orders, reads, backing.views.bytes())))
}
