//! Which dates lie ahead, and which seats are free: served from views.

use usher_api::address::{self, SeatsForm};
use usher_api::{Problem, ProblemCode, shape};
use usher_core::SaleState;

use crate::answer::{Answer, JSON, OCTETS, VERSION, found, not_modified, tagged};
use crate::call::Call;
use crate::front::read_problem;
use crate::metrics::View;

/// The performances of a concert that lie ahead, by date, with how many seats are left.
#[utoipa::path(
    get, path = "/api/availability/dates/{concertId}", tag = "availability",
    params(("concertId" = u64, Path), ("If-None-Match" = Option<String>, Header)),
    responses(
        (status = 200, body = shape::Dates, headers(("ETag" = String))),
        (status = 304, description = "As known"),
        (status = 404, body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn dates(call: Call) -> Result<Answer, Problem> {
    let concert = call.concert()?;
    call.may_look(None)?;
    let backing = &call.front.backing;
    let loaded = || {
        backing.metrics.loaded(View::Dates);
        backing.metrics.rendered(View::Dates);
    };
    let shown = backing.views.dates(concert, call.front.now(), backing.house.reads(), loaded).await;
    let shown = shown.map_err(|error| read_problem(&error))?;
    let shown = shown.ok_or_else(|| Problem::new(ProblemCode::ConcertNotFound))?;
    if let Some(answer) = not_modified(&call.head.headers, &shown.tag) {
        return Ok(answer);
    }
    Ok(tagged(found(JSON, shown.body.clone()), &shown.tag))
}

/// The free seats of a performance, or with `?view=bitmap` two bits for every seat: 0 free, 1 held, 2 sold, 3 blocked.
#[utoipa::path(
    get, path = "/api/availability/seats/{concertOptionId}/{requestAt}", tag = "availability",
    params(
        ("concertOptionId" = u64, Path), ("requestAt" = String, Path, description = "Epoch milliseconds or a time"),
        ("view" = Option<String>, Query, description = "`bitmap`"), ("If-None-Match" = Option<String>, Header),
    ),
    responses(
        (status = 200, content((shape::Seats = "application/json"), (Vec<u8> = "application/octet-stream")),
            headers(("ETag" = String), ("X-Usher-Version" = u64))),
        (status = 304, description = "As known"),
        (status = 404, body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn seats(call: Call) -> Result<Answer, Problem> {
    let performance = call.performance()?;
    let asked_at = address::path_request_at(&call.param("requestAt"), call.parse())?;
    let form = address::query_view(call.query())?;
    let backing = &call.front.backing;
    let loaded = || backing.metrics.loaded(View::Seats);
    let shown = backing.views.seats(performance, backing.house.reads(), loaded).await;
    let shown = shown.map_err(|error| read_problem(&error))?;
    let shown = shown.ok_or_else(|| Problem::new(ProblemCode::ConcertOptionNotFound))?;
    call.may_look(Some(&shown.programme.performance.room))?;
    let has_begun = asked_at.max(call.front.now()) >= shown.programme.performance.begins_at;
    let tag = shown.tag(has_begun);
    if let Some(answer) = not_modified(&call.head.headers, tag) {
        return Ok(answer);
    }
    let answer = match (form, has_begun, shown.state) {
        (SeatsForm::Bitmap, _, _) => found(OCTETS, shown.bitmap.clone()),
        (SeatsForm::List, false, SaleState::OnSale | SaleState::Closed) => {
            found(JSON, shown.list(|| backing.metrics.rendered(View::Seats)).await)
        }
        (SeatsForm::List, true, _) | (SeatsForm::List, false, SaleState::Cancelled) => {
            found(JSON, shown.none().await)
        }
    };
    let mut answer = tagged(answer, tag);
    answer.headers_mut().insert(VERSION, shown.version_text.clone());
    Ok(answer)
}
