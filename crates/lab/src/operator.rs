//! The operator of a house under test: sets its sale up and its rooms' pace, and records what was set.

use std::time::Duration;

use anyhow::{Context, bail};
use hyper::Method;
use serde_json::Value;

use crate::acks::{Ack, Op, Recorder, now_ms};
use crate::client::{Answer, Client, Silence};
use crate::draft::Draft;
use crate::seen::Room;
use crate::target::Target;

const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to the buyers' side and one to the operator's.
pub struct Operator {
    front: Client,
    admin: Client,
    draft: Draft,
}

/// A performance to put on sale.
#[derive(Clone, Debug)]
pub struct Night {
    pub title: String,
    /// How long from now until it begins.
    pub begins_in: Duration,
    pub price: u64,
    pub seats: u32,
    pub hold_secs: u32,
    pub room: String,
}

impl Operator {
    /// Works with the house that serves at these two addresses.
    pub fn of(front: Target, admin: Target) -> Self {
        Self {
            front: Client::new(front, PATIENCE),
            admin: Client::new(admin, PATIENCE),
            draft: Draft::default(),
        }
    }

    /// Makes a concert.
    pub async fn concert(&mut self, title: &str) -> anyhow::Result<u64> {
        let title = Value::from(title);
        self.draft
            .start("concert", Method::POST, format_args!("/api/concerts"))
            .json(format_args!(r#"{{"title":{title}}}"#));
        let outcome = self.front.send(&mut self.draft).await;
        id(&done(&self.draft, outcome)?, "concertId")
    }

    /// Puts a performance of a concert on sale.
    pub async fn night(&mut self, concert: u64, night: &Night) -> anyhow::Result<u64> {
        let begins_at = jiff::Timestamp::now().checked_add(night.begins_in).context("a night so late")?;
        let (title, room) = (Value::from(night.title.as_str()), Value::from(night.room.as_str()));
        let Night { price, seats, hold_secs, .. } = night;
        self.draft
            .start("option", Method::POST, format_args!("/api/concerts/{concert}/options"))
            .json(format_args!(
                r#"{{"concertDate":"{begins_at:.3}","concertDuration":"PT2H","title":{title},"price":{price},"maxSeats":{seats},"holdSeconds":{hold_secs},"waitingQueueId":{room}}}"#
            ));
        let outcome = self.front.send(&mut self.draft).await;
        id(&done(&self.draft, outcome)?, "concertOptionId")
    }

    /// How a room stands.
    pub async fn room(&mut self, room: &str, record: &mut Recorder) -> anyhow::Result<Room> {
        self.draft.start("room", Method::GET, format_args!("/admin/rooms/{room}"));
        self.ask_room(record).await
    }

    /// Changes a room by the members of a JSON object.
    pub async fn change(&mut self, room: &str, patch: &str, record: &mut Recorder) -> anyhow::Result<Room> {
        self.draft
            .start("room change", Method::PATCH, format_args!("/admin/rooms/{room}"))
            .json(format_args!("{patch}"));
        self.ask_room(record).await
    }

    async fn ask_room(&mut self, record: &mut Recorder) -> anyhow::Result<Room> {
        let sent_ms = now_ms();
        let outcome = self.admin.send(&mut self.draft).await;
        let answer = done(&self.draft, outcome)?;
        let room: Room = serde_json::from_slice(&answer.body).context("a room that cannot be read")?;
        let told = Ack::now(Op::Room, "", answer.status.as_u16());
        record.record(&Ack { sent_ms: Some(sent_ms), room: Some(Box::new(room.clone())), ..told });
        Ok(room)
    }
}

fn done(draft: &Draft, outcome: Result<Answer, Silence>) -> anyhow::Result<Answer> {
    let answer = outcome.with_context(|| format!("{} got no answer", draft.kind()))?;
    if !answer.is_ok() {
        let says = String::from_utf8_lossy(&answer.body).into_owned();
        bail!("{} was answered with {}: {says}", draft.kind(), answer.status);
    }
    Ok(answer)
}

fn id(answer: &Answer, name: &str) -> anyhow::Result<u64> {
    let made: Value = serde_json::from_slice(&answer.body).context("an answer that is not JSON")?;
    made.get(name).and_then(Value::as_u64).with_context(|| format!("an answer without {name}"))
}
