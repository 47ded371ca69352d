//! The waiting room: joining, asking where one stands, leaving, and showing a pass.

use hyper::StatusCode;
use usher_api::json::Json;
use usher_api::{Problem, ProblemCode, address, body, render, shape};
use usher_core::{Command, RoomId, UserId};
use usher_engine::waiting::Seen;

use crate::answer::{Answer, json, no_content};
use crate::call::Call;
use crate::token::Kind;
use crate::waiting::{PASS_HEADER, ended_problem, place_body};

/// Join the line of a room; again: the same place.
#[utoipa::path(
    post, path = "/api/waiting-queue-token", tag = "line", request_body = shape::JoinRequest,
    params(("waitingQueueId" = Option<String>, Query)),
    responses(
        (status = 201, body = shape::Place),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The line is full", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn join(mut call: Call) -> Result<Answer, Problem> {
    let bytes = call.body().await?;
    let asked = body::join(&Json::parse(&bytes)?, call.parse())?;
    call.caller.may_be(&asked.user)?;
    let room = match asked.room {
        Some(room) => room,
        None => room_of(&call)?,
    };
    let waiting = call.front.backing.waiting.clone();
    let mut seen = waiting.poll(&room, &asked.user, fastrand::u16(..));
    if let Seen::Ended(_) | Seen::NotInLine = seen {
        waiting.may_join(&room).map_err(crate::waiting::join_problem)?;
        call.submit_line(Command::Join { user: asked.user.clone(), room: room.clone() }).await?;
        // A join is no poll: whoever never asks again has 60 s.
        seen = waiting.look(&room, &asked.user);
    }
    let body = place_body(&call, &room, &asked.user, seen).await?;
    Ok(json(StatusCode::CREATED, body))
}

/// Where a user stands.
#[utoipa::path(
    get, path = "/api/waiting-queue-token/{userId}", tag = "line",
    params(("userId" = String, Path), ("waitingQueueId" = Option<String>, Query)),
    responses(
        (status = 200, body = shape::Place),
        (status = 404, body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn place(call: Call) -> Result<Answer, Problem> {
    let (user, room) = (call.user()?, room_of(&call)?);
    let seen = call.front.backing.waiting.poll(&room, &user, fastrand::u16(..));
    let body = place_body(&call, &room, &user, seen).await?;
    Ok(json(StatusCode::OK, body))
}

/// Leave the line, or give the pass back with its holds.
#[utoipa::path(
    delete, path = "/api/waiting-queue-token/{userId}", tag = "line",
    params(("userId" = String, Path), ("waitingQueueId" = Option<String>, Query)),
    responses((status = 204, description = "Not in line any more")),
)]
pub(crate) async fn leave(call: Call) -> Result<Answer, Problem> {
    let (user, room) = (call.user()?, room_of(&call)?);
    call.leave_line(user, room).await?;
    Ok(no_content())
}

/// Whether a pass is live and this user's.
#[utoipa::path(
    get, path = "/api/processing-queue-token/check-availability/{userId}", tag = "line",
    params(("userId" = String, Path), ("X-Queue-Token" = String, Header)),
    responses(
        (status = 200, body = shape::Pass),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn own_pass(call: Call) -> Result<Answer, Problem> {
    let user = call.user()?;
    let (room, owner, number, token) = pass_of(&call)?;
    if owner != user {
        return Err(Problem::new(ProblemCode::PassOfAnotherUser));
    }
    check_pass(&call, &room, &owner, number, &token)
}

/// Whether a pass is live.
#[utoipa::path(
    get, path = "/api/processing-queue-token/check-availability", tag = "line",
    params(("X-Queue-Token" = String, Header)),
    responses(
        (status = 200, body = shape::Pass),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn any_pass(call: Call) -> Result<Answer, Problem> {
    let (room, owner, number, token) = pass_of(&call)?;
    call.caller.may_be(&owner)?;
    check_pass(&call, &room, &owner, number, &token)
}

fn pass_of(call: &Call) -> Result<(RoomId, UserId, u64, String), Problem> {
    let missing = || Problem::new(ProblemCode::PassMissing);
    let token = call.head.headers.get(PASS_HEADER).ok_or_else(missing)?;
    let token = std::str::from_utf8(token.as_bytes()).unwrap_or_default();
    if token.is_empty() {
        return Err(missing());
    }
    let (room, owner, number) = call.front.signer.read(Kind::Pass, token).ok_or_else(not_active)?;
    Ok((room, owner, number, token.to_string()))
}

fn not_active() -> Problem {
    Problem::new(ProblemCode::PassNotActive).status(404)
}

fn check_pass(
    call: &Call,
    room: &RoomId,
    owner: &UserId,
    number: u64,
    token: &str,
) -> Result<Answer, Problem> {
    match call.front.backing.waiting.look(room, owner) {
        Seen::Passed(shown, pass) if shown.number == number && call.front.now() < pass.valid_until => {
            let mut body = Vec::with_capacity(256);
            render::pass_answer(&mut body, owner, token, number, pass.valid_until);
            Ok(json(StatusCode::OK, body))
        }
        Seen::Passed(..) | Seen::Waiting(..) | Seen::Ended(_) | Seen::NotInLine => Err(not_active()),
    }
}

/// The room that the query names, or `main`.
pub(super) fn room_of(call: &Call) -> Result<RoomId, Problem> {
    Ok(address::query_room(call.query())?.unwrap_or_else(RoomId::main))
}

/// Why there is no place to show.
pub(crate) fn no_place(seen: Seen) -> Problem {
    match seen {
        Seen::Ended(end) => ended_problem(end),
        Seen::NotInLine | Seen::Waiting(..) | Seen::Passed(..) => Problem::new(ProblemCode::NotInLine),
    }
}
