//! Endpoints 1, 2 and 17: holding seats, confirming, joining the line.

use std::sync::Arc;

use usher_core::{Command, HoldId, PassShown, PerformanceId, RoomId, SeatNumber, UserId};

use crate::fault::Wrong;
use crate::fields::{Fields, ParseSettings};
use crate::json::Json;
use crate::problem::Problem;
use crate::read;

/// The most seats of one hold.
const SEATS_PER_HOLD_MAX: usize = 10;

/// Endpoint 1 as [`Command::PlaceHold`]; `pass` is what the request's head shows.
pub fn hold(body: &Json<'_>, pass: PassShown, settings: &ParseSettings) -> Result<Command, Problem> {
    let mut fields = Fields::of(body, settings)?;
    let user = fields.required("userId", read::user_id);
    let performance = fields.required("concertOptionId", read::id).map(PerformanceId::new);
    let seats = seats(&mut fields);
    match (user, performance, seats) {
        (Some(user), Some(performance), Some(seats)) if fields.sound() => {
            Ok(Command::PlaceHold { user, performance, seats, pass })
        }
        _ => Err(fields.problem()),
    }
}

fn seats(fields: &mut Fields<'_, '_>) -> Option<Arc<[SeatNumber]>> {
    let one = fields.optional("seatNumber", read::seat);
    let many = fields.optional("seatNumbers", |json| read::seats(json, SEATS_PER_HOLD_MAX));
    let is_given = |name| !matches!(fields.member(name), None | Some(Json::Null));
    match (is_given("seatNumber"), is_given("seatNumbers")) {
        (true, true) => fields.fault("seatNumber", Wrong::NotBoth("seatNumbers")),
        (false, false) => fields.fault("seatNumber", Wrong::Missing),
        (true, false) => one.map(|seat| Arc::from([seat])),
        (false, true) => many,
    }
}

/// Endpoint 2 as [`Command::Confirm`].
pub fn confirm(body: &Json<'_>, settings: &ParseSettings) -> Result<Command, Problem> {
    let mut fields = Fields::of(body, settings)?;
    let user = fields.required("userId", read::user_id);
    let hold = fields.required("temporalReservationId", read::id).map(HoldId::new);
    match (user, hold) {
        (Some(user), Some(hold)) if fields.sound() => Ok(Command::Confirm { user, hold }),
        _ => Err(fields.problem()),
    }
}

/// Endpoint 17.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinBody {
    /// Who joins.
    pub user: UserId,
    /// Which room; `None` if the body names none.
    pub room: Option<RoomId>,
}

/// Endpoint 17.
pub fn join(body: &Json<'_>, settings: &ParseSettings) -> Result<JoinBody, Problem> {
    let mut fields = Fields::of(body, settings)?;
    let user = fields.required("userId", read::user_id);
    let room = fields.optional("waitingQueueId", read::room_id);
    match user {
        Some(user) if fields.sound() => Ok(JoinBody { user, room }),
        _ => Err(fields.problem()),
    }
}
