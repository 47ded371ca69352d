//! What handlers share about the waiting room: how a place is answered, and what a gate asks to be shown.

use hyper::header::HeaderName;
use usher_api::render::{self, PlaceAnswer};
use usher_api::{Problem, ProblemCode};
use usher_core::{Command, Order, PassShown, PlaceEnd, Reply, RoomId, UserId};
use usher_engine::waiting::{JoinRefusal, Outlook, Seen};

use crate::call::Call;
use crate::config::Gate;
use crate::token::Kind;

/// How a client shows its pass.
pub(crate) const PASS_HEADER: HeaderName = HeaderName::from_static("x-queue-token");

/// The body of 17 and 18. Whoever is shown the pass has fetched it, and that is durable before it is shown.
pub(crate) async fn place_body(
    call: &Call,
    room: &RoomId,
    user: &UserId,
    seen: Seen,
) -> Result<Vec<u8>, Problem> {
    if let Seen::Passed(_, pass) = seen
        && !pass.is_fetched
    {
        call.submit_line(Command::FetchPass { user: user.clone(), room: room.clone() }).await?;
    }
    let mut body = Vec::with_capacity(512);
    match write_place(call, room, user, seen, &mut body) {
        true => Ok(body),
        false => Err(crate::routes::no_place(seen)),
    }
}

/// Appends a place that waits or is let in; whether it is one.
pub(crate) fn write_place(call: &Call, room: &RoomId, user: &UserId, seen: Seen, out: &mut Vec<u8>) -> bool {
    let waiting = &call.front.backing.waiting;
    let row = waiting.row(room);
    let signed = |kind, number| call.front.signer.sign(kind, room, user, number);
    let (shown, token, position, wait, valid_until) = match seen {
        Seen::Waiting(shown, wait) => {
            (shown, signed(Kind::Place, shown.number), Some(u64::from(wait.position_shown)), Some(wait), None)
        }
        Seen::Passed(shown, pass) => {
            (shown, signed(Kind::Pass, shown.number), None, None, Some(pass.valid_until))
        }
        Seen::Ended(_) | Seen::NotInLine => return false,
    };
    let answer = PlaceAnswer {
        user,
        token: &token,
        number: shown.number,
        joined_at: shown.joined_at,
        position,
        valid_until,
        eta_secs: wait.and_then(|wait| wait.eta).map(|eta| eta.ms().div_ceil(1000)),
        poll_after_ms: wait.map(|wait| wait.poll_after.ms()),
        outlook: outlook(waiting.outlook(room, position.unwrap_or(0))),
        paused: row.as_ref().is_some_and(|row| row.paused),
        message: row.as_ref().and_then(|row| row.message.as_deref()),
    };
    render::place_answer(out, &answer);
    true
}

fn outlook(outlook: Outlook) -> render::Outlook {
    match outlook {
        Outlook::Enough => render::Outlook::Enough,
        Outlook::Unlikely => render::Outlook::Unlikely,
        Outlook::SoldOut => render::Outlook::SoldOut,
    }
}

/// Why a place is over.
pub(crate) fn ended_problem(end: PlaceEnd) -> Problem {
    Problem::new(match end {
        PlaceEnd::Left => ProblemCode::LeftLine,
        PlaceEnd::Expired => ProblemCode::PassExpired,
        PlaceEnd::Used => ProblemCode::PassUsed,
    })
}

/// Why somebody new may not join.
pub(crate) fn join_problem(refusal: JoinRefusal) -> Problem {
    Problem::new(match refusal {
        JoinRefusal::RoomNotFound => ProblemCode::RoomNotFound,
        JoinRefusal::LineClosed => ProblemCode::LineClosed,
    })
}

impl Call {
    /// Has a command of the line decided: safe to repeat by nature, so without a key.
    pub(crate) async fn submit_line(&self, command: Command) -> Result<Reply, Problem> {
        Ok(self.decide(Order::unkeyed(command)).await?.reply)
    }

    /// Takes a user out of the line, or gives the pass back with its holds.
    pub(crate) async fn leave_line(&self, user: UserId, room: RoomId) -> Result<(), Problem> {
        if let Reply::LeftLine { holds } = self.submit_line(Command::Leave { user, room }).await? {
            for hold in holds {
                // One that was paid meanwhile stays paid.
                match self.submit_line(Command::GiveBack { user: None, hold }).await {
                    Err(problem) if problem.code != ProblemCode::AlreadyPaid => return Err(problem),
                    Ok(_) | Err(_) => {}
                }
            }
        }
        Ok(())
    }

    /// What this request shows as its right to hold.
    pub(crate) fn pass_shown(&self) -> PassShown {
        match self.front.backing.gate {
            Gate::Off => PassShown::NotNeeded,
            Gate::Bookings | Gate::All => {
                let token = self.head.headers.get(PASS_HEADER).filter(|token| !token.is_empty());
                self.front.signer.shown(token.map(|token| token.as_bytes()))
            }
        }
    }

    /// With the gate `all`, refuses to show seats to whoever has no live pass: of this room, if one is named.
    pub(crate) fn may_look(&self, room: Option<&RoomId>) -> Result<(), Problem> {
        match self.front.backing.gate {
            Gate::Off | Gate::Bookings => return Ok(()),
            Gate::All => {}
        }
        match self.pass_shown() {
            PassShown::NotNeeded => Ok(()),
            PassShown::Missing => Err(Problem::new(ProblemCode::PassRequired)),
            PassShown::Signed { room: of, user, number } if room.is_none_or(|room| *room == of) => {
                match self.front.backing.waiting.look(&of, &user) {
                    Seen::Passed(shown, pass)
                        if shown.number == number && self.front.now() < pass.valid_until =>
                    {
                        Ok(())
                    }
                    Seen::Passed(..) | Seen::Waiting(..) | Seen::Ended(_) | Seen::NotInLine => {
                        Err(Problem::new(ProblemCode::PassNotActive))
                    }
                }
            }
            PassShown::Signed { .. } | PassShown::Unreadable => Err(Problem::new(ProblemCode::PassNotActive)),
        }
    }
}
