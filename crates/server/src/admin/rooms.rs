//! Waiting rooms: how they stand, and what the operator changes about them.

use hyper::StatusCode;
use usher_api::json::Json;
use usher_api::render::{self, RoomView};
use usher_api::{Problem, ProblemCode, address, body, shape};
use usher_core::{Command, RoomId};
use usher_engine::waiting::RoomOverview;

use crate::answer::{Answer, json};
use crate::call::Call;

/// Every room.
#[utoipa::path(get, path = "/admin/rooms", tag = "operator", responses((status = 200, body = shape::Rooms)))]
pub(crate) async fn list(call: Call) -> Result<Answer, Problem> {
    let overviews = call.front.backing.waiting.overviews();
    Ok(json(StatusCode::OK, render::rooms(overviews.iter().map(view))))
}

/// One room.
#[utoipa::path(
    get, path = "/admin/rooms/{waitingQueueId}", tag = "operator", params(("waitingQueueId" = String, Path)),
    responses(
        (status = 200, body = shape::Room),
        (status = 404, body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(call: Call) -> Result<Answer, Problem> {
    let room = room_of(&call)?;
    shown(&call, &room)
}

/// Make a room or change one; a cap below the live passes ends none.
#[utoipa::path(
    patch, path = "/admin/rooms/{waitingQueueId}", tag = "operator", request_body = shape::RoomPatchRequest,
    params(("waitingQueueId" = String, Path)),
    responses(
        (status = 200, body = shape::Room),
        (status = 400, body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn change(mut call: Call) -> Result<Answer, Problem> {
    let room = room_of(&call)?;
    let bytes = call.body().await?;
    let patch = body::room_patch(&Json::parse(&bytes)?, call.parse())?;
    call.submit_line(Command::PatchRoom { room: room.clone(), patch }).await?;
    shown(&call, &room)
}

fn room_of(call: &Call) -> Result<RoomId, Problem> {
    address::path_room(&call.param("waitingQueueId"))
}

fn shown(call: &Call, room: &RoomId) -> Result<Answer, Problem> {
    let overview = call.front.backing.waiting.overview(room);
    let overview = overview.ok_or_else(|| Problem::new(ProblemCode::RoomNotFound))?;
    let mut body = Vec::with_capacity(512);
    render::room(&mut body, &view(&overview));
    Ok(json(StatusCode::OK, body))
}

fn view(overview: &RoomOverview) -> RoomView<'_> {
    let row = &overview.row;
    RoomView {
        id: &row.id,
        opens_at: row.opens_at,
        paused: row.paused,
        message: row.message.as_deref(),
        live_passes_max: overview.live_passes_max,
        admits_per_second: overview.admits_per_second,
        waiting: u64::from(row.waiting),
        live_passes: row.live_passes.into(),
        admitted: row.admitted,
        outflow_per_second: overview.outflow_per_second,
    }
}
