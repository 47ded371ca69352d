//! Places as a stream of events, for those near the front and those let in.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Either;
use http_body_util::channel::{Channel, Sender};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use tokio::time::{Instant, timeout_at};
use usher_api::{Problem, ProblemCode};
use usher_core::{Command, RoomId, UserId};
use usher_engine::waiting::{Seen, StreamGuard};

use super::line::{no_place, room_of};
use crate::answer::Answer;
use crate::call::Call;
use crate::waiting::write_place;

/// Only so many at the front are told by a stream; further back polling is lighter.
const FRONT: u32 = 1_000;
/// A comment is sent so often, so that nobody on the way takes the stream for dead.
const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// Changes within this time are told as one.
const SETTLE: Duration = Duration::from_millis(100);
const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What happens to a place, as it happens: `event: place` with the data of the place on every change.
#[utoipa::path(
    get, path = "/api/waiting-queue-token/{userId}/events", tag = "line",
    params(("userId" = String, Path), ("waitingQueueId" = Option<String>, Query)),
    responses(
        (status = 200, description = "The stream; it ends with the pass", content_type = "text/event-stream"),
        (status = 404, body = usher_api::shape::ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Too far back", body = usher_api::shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn events(call: Call) -> Result<Answer, Problem> {
    let (user, room) = (call.user()?, room_of(&call)?);
    let waiting = &call.front.backing.waiting;
    match waiting.poll(&room, &user, fastrand::u16(..)) {
        Seen::Waiting(_, wait) if wait.position_shown >= FRONT => {
            return Err(Problem::new(ProblemCode::PollInstead).retry_after_ms(wait.poll_after.ms()));
        }
        Seen::Waiting(..) | Seen::Passed(..) => {}
        seen @ (Seen::Ended(_) | Seen::NotInLine) => return Err(no_place(seen)),
    }
    let guard = waiting.stream(&room, &user).ok_or_else(|| Problem::new(ProblemCode::NotInLine))?;
    let (sender, body) = Channel::new(4);
    tokio::spawn(Stream { call, room, user, told: None }.run(sender, guard));
    let mut answer = Answer::new(Either::Right(body));
    answer.headers_mut().insert(CONTENT_TYPE, EVENT_STREAM);
    answer.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    Ok(answer)
}

struct Stream {
    call: Call,
    room: RoomId,
    user: UserId,
    /// What was told last, of that which a fan sees as a change.
    told: Option<String>,
}

impl Stream {
    /// Tells until the place is over, the client is gone or the server ends.
    async fn run(mut self, mut sender: Sender<Bytes, std::io::Error>, _guard: StreamGuard) {
        let front = self.call.front.clone();
        tokio::select! {
            () = self.tell(&mut sender) => {}
            () = front.stop.told() => {}
        }
    }

    async fn tell(&mut self, sender: &mut Sender<Bytes, std::io::Error>) {
        let mut changes = self.call.front.backing.waiting.changes(&self.room);
        loop {
            match self.event().await {
                Ok(Some(event)) => {
                    if sender.send_data(event).await.is_err() {
                        return;
                    }
                }
                Ok(None) => {}
                Err(()) => return,
            }
            let comment_at = Instant::now() + COMMENT_EVERY;
            tokio::time::sleep(SETTLE).await;
            match timeout_at(comment_at, changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return,
                Err(_) if sender.send_data(Bytes::from_static(b": waiting\n\n")).await.is_err() => return,
                Err(_) => {}
            }
        }
    }

    /// The next event, if something changed; an error once the place is over.
    async fn event(&mut self) -> Result<Option<Bytes>, ()> {
        let waiting = &self.call.front.backing.waiting;
        let seen = waiting.look(&self.room, &self.user);
        if let Seen::Passed(_, pass) = seen
            && !pass.is_fetched
        {
            let fetched = Command::FetchPass { user: self.user.clone(), room: self.room.clone() };
            // Not shown until it is on record; tried again at the next change.
            if self.call.submit_line(fetched).await.is_err() {
                return Ok(None);
            }
        }
        let row = waiting.row(&self.room);
        let said = row.map(|row| (row.paused, row.message.clone()));
        let key = match seen {
            Seen::Waiting(shown, wait) => {
                let outlook = waiting.outlook(&self.room, u64::from(wait.position_shown));
                format!("{} {} {outlook:?} {said:?}", shown.number, wait.position_shown)
            }
            Seen::Passed(shown, pass) => format!("{} {} {said:?}", shown.number, pass.valid_until),
            Seen::Ended(_) | Seen::NotInLine => return Err(()),
        };
        if self.told.as_ref() == Some(&key) {
            return Ok(None);
        }
        let mut event = b"event: place\ndata: ".to_vec();
        if !write_place(&self.call, &self.room, &self.user, seen, &mut event) {
            return Err(());
        }
        event.extend_from_slice(b"\n\n");
        self.told = Some(key);
        Ok(Some(event.into()))
    }
}
