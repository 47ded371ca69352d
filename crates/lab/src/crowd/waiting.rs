//! Waiting in line: joining, asking when told to, watching a stream near the front, growing tired.

use std::time::{Duration, Instant};

use hyper::Method;

use super::fan::Fan;
use super::ground::problem;
use super::plan::Habit;
use super::stream::Stream;
use crate::acks::{Ack, Op};
use crate::client::Answer;
use crate::seen::{Outlook, Place, Status};

/// How waiting ended.
pub(super) enum Waited {
    /// With a pass.
    LetIn(String),
    /// Without, and why.
    Home(&'static str),
}

/// Fans with fewer people ahead watch a stream, if there is one to spare.
const NEAR_THE_FRONT: u64 = 200;
/// Polls before a fan gives up.
const POLLS_MAX: u32 = 5_000;

impl Fan {
    /// Waits until let in, or until there is nothing to wait for.
    pub async fn wait_in_line(&mut self, tired_at: Option<Instant>) -> Waited {
        let place = match self.join().await {
            Ok(place) => place,
            Err(why) => return Waited::Home(why),
        };
        if self.habit == Habit::Silent {
            return Waited::Home("never asked again");
        }
        let joined = Instant::now();
        self.ground.tally.borrow_mut().waiting += 1;
        let waited = self.wait_from(place, tired_at).await;
        let mut tally = self.ground.tally.borrow_mut();
        tally.waiting -= 1;
        if let Waited::LetIn(_) = waited {
            tally.let_in += 1;
            tally.waits.record(joined.elapsed());
        }
        waited
    }

    async fn wait_from(&mut self, mut place: Place, tired_at: Option<Instant>) -> Waited {
        for _ in 0..POLLS_MAX {
            if place.status == Status::Processing {
                return Waited::LetIn(place.token_value);
            }
            if place.outlook == Outlook::SoldOut {
                return Waited::Home("sold out");
            }
            let after = Duration::from_millis(place.poll_after_ms.unwrap_or(1_000));
            let rested = match self.stream_for(&place).await {
                Some(stream) => self.watch(stream, tired_at).await,
                None => self.rest_until_poll(after, tired_at).await,
            };
            match rested {
                Rested::Told(told) => place = told,
                Rested::AskNow => match self.poll().await {
                    Ok(told) => place = told,
                    Err(why) => return Waited::Home(why),
                },
                Rested::Tired => return self.give_up_waiting().await,
                Rested::Over => return Waited::Home("went home at closing time"),
            }
        }
        Waited::Home("asked too often")
    }

    async fn rest_until_poll(&mut self, after: Duration, tired_at: Option<Instant>) -> Rested {
        let is_tired_first = tired_at.is_some_and(|tired_at| tired_at <= Instant::now() + after);
        let rest = match tired_at {
            Some(tired_at) if is_tired_first => tired_at.saturating_duration_since(Instant::now()),
            Some(_) | None => after,
        };
        match (self.ground.rest(rest).await, is_tired_first) {
            (false, _) => Rested::Over,
            (true, true) => Rested::Tired,
            (true, false) => Rested::AskNow,
        }
    }

    async fn give_up_waiting(&mut self) -> Waited {
        if let Habit::Leaving { says_so: true, .. } = self.habit {
            self.leave().await;
            return Waited::Home("left the line");
        }
        Waited::Home("stopped asking")
    }

    /// A stream of one's own place, for some of those near the front.
    async fn stream_for(&mut self, place: &Place) -> Option<Stream> {
        let is_near = place.position.is_some_and(|position| position < NEAR_THE_FRONT);
        // Retrying fans have bad connections.
        if !is_near || self.habit == Habit::Retrying || self.ground.streams.available_permits() == 0 {
            return None;
        }
        let path =
            format!("/api/waiting-queue-token/{}/events?waitingQueueId={}", self.name, self.ground.plan.room);
        Stream::open(&self.ground.plan.target, &path).await
    }

    /// Watches until let in, until the stream ends, or until it is time to go.
    async fn watch(&mut self, mut stream: Stream, tired_at: Option<Instant>) -> Rested {
        let ground = self.ground.clone();
        let _one_of_few = ground.streams.try_acquire();
        let mut since_ms = crate::acks::now_ms();
        let tired = async {
            match tired_at {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        let mut tired = std::pin::pin!(tired);
        let rested = loop {
            let told = tokio::select! {
                told = stream.next() => told,
                () = &mut tired => break Rested::Tired,
                () = ground.over() => break Rested::Over,
            };
            let Some(mut place) = told else { break Rested::AskNow };
            place.waiting_queue_id.clone_from(&ground.plan.room);
            let mut ack = Ack { status: 200, sent_ms: Some(since_ms), ..self.ack(Op::Watch) };
            ack.place = Some(place.clone());
            since_ms = ack.at_ms;
            ground.record(&ack);
            if place.status == Status::Processing || place.outlook == Outlook::SoldOut {
                break Rested::Told(place);
            }
        };
        let ended = Ack { status: 200, sent_ms: Some(since_ms), ..self.ack(Op::WatchEnd) };
        ground.record(&ended);
        rested
    }

    async fn join(&mut self) -> Result<Place, &'static str> {
        let (name, room) = (self.name.clone(), self.ground.plan.room.clone());
        let read = self.reads_place();
        let answer = self
            .ask(
                &self.ack(Op::Join),
                &|draft| {
                    draft
                        .start("join", Method::POST, format_args!("/api/waiting-queue-token"))
                        .json(format_args!(r#"{{"userId":"{name}","waitingQueueId":"{room}"}}"#));
                },
                &read,
            )
            .await;
        place_of(answer)
    }

    async fn poll(&mut self) -> Result<Place, &'static str> {
        let (name, room) = (self.name.clone(), self.ground.plan.room.clone());
        let read = self.reads_place();
        let answer = self
            .ask(
                &self.ack(Op::Poll),
                &|draft| {
                    let path = format_args!("/api/waiting-queue-token/{name}?waitingQueueId={room}");
                    draft.start("poll", Method::GET, path);
                },
                &read,
            )
            .await;
        place_of(answer)
    }

    /// Leaves the line, or gives the pass back with its holds.
    pub async fn leave(&mut self) {
        let (name, room) = (self.name.clone(), self.ground.plan.room.clone());
        self.ask(
            &self.ack(Op::Leave),
            &|draft| {
                let path = format_args!("/api/waiting-queue-token/{name}?waitingQueueId={room}");
                draft.start("leave", Method::DELETE, path);
            },
            &|_, _| {},
        )
        .await;
    }

    fn reads_place(&self) -> impl Fn(&Answer, &mut Ack<'static>) + use<> {
        let room = self.ground.plan.room.clone();
        move |answer, ack| {
            if let Ok(place) = serde_json::from_slice::<Place>(&answer.body) {
                ack.place = Some(Place { waiting_queue_id: room.clone(), ..place });
            }
        }
    }
}

/// What a rest in line led to.
enum Rested {
    AskNow,
    Told(Place),
    Tired,
    Over,
}

fn place_of(answer: Option<Answer>) -> Result<Place, &'static str> {
    let answer = answer.ok_or("nobody answered")?;
    if answer.is_ok() {
        return serde_json::from_slice(&answer.body).map_err(|_| "an answer that cannot be read");
    }
    Err(match problem(&answer).code.as_str() {
        "line-closed" => "the line was closed",
        "line-full" => "the line was full",
        "pass-expired" => "the pass ran out unseen",
        "left-line" | "not-in-line" | "pass-used" => "the place was gone",
        _ => "a refusal that nobody expects",
    })
}
