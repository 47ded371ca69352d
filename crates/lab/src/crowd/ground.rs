//! What all fans of a crowd share: connections to take turns on, the record, the count, and the word that it is over.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, watch};

use super::plan::Plan;
use super::tally::Tally;
use crate::acks::{Ack, Recorder, now_ms};
use crate::client::{Answer, Client, Silence};
use crate::draft::Draft;
use crate::seen::Problem;

/// How long a fan waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Ground {
    pub plan: Plan,
    pub began: Instant,
    pub tally: RefCell<Tally>,
    pub streams: Semaphore,
    record: RefCell<Recorder>,
    turns: Semaphore,
    idle: RefCell<Vec<(Client, Draft)>>,
    over: watch::Receiver<bool>,
}

/// An answer, or the lack of one, with when it was asked for.
pub(super) struct Exchange {
    pub outcome: Result<Answer, Silence>,
    pub sent_ms: u64,
    /// The fan hung up.
    pub cut: bool,
}

impl Ground {
    pub fn new(plan: Plan, record: Recorder, over: watch::Receiver<bool>) -> Self {
        Self {
            began: Instant::now(),
            tally: RefCell::default(),
            streams: Semaphore::new(plan.streams_max),
            record: RefCell::new(record),
            turns: Semaphore::new(plan.connections),
            idle: RefCell::default(),
            over,
            plan,
        }
    }

    /// Sends a request on whichever connection is free. With `cut_after` the fan hangs up if there is no answer by then.
    pub async fn exchange(&self, write: &dyn Fn(&mut Draft), cut_after: Option<Duration>) -> Exchange {
        let _turn = self.turns.acquire().await.expect("turns are never closed");
        let fresh = || (Client::new(self.plan.target.clone(), PATIENCE), Draft::default());
        let idle = self.idle.borrow_mut().pop();
        let (mut client, mut draft) = idle.unwrap_or_else(fresh);
        write(&mut draft);
        let (sent_ms, sent) = (now_ms(), Instant::now());
        let (outcome, cut) = match cut_after {
            None => (client.send(&mut draft).await, false),
            Some(after) => match tokio::time::timeout(after, client.send(&mut draft)).await {
                Ok(outcome) => (outcome, false),
                Err(_) => (Err(Silence::TimedOut), true),
            },
        };
        let kind = draft.kind();
        self.count(kind, &outcome, sent.elapsed());
        if !cut {
            self.idle.borrow_mut().push((client, draft));
        }
        Exchange { outcome, sent_ms, cut }
    }

    fn count(&self, kind: &'static str, outcome: &Result<Answer, Silence>, took: Duration) {
        let mut tally = self.tally.borrow_mut();
        match outcome {
            Ok(answer) => {
                let code = if answer.is_ok() { String::new() } else { problem(answer).code };
                tally.answered(kind, answer.status.as_u16(), &code, took);
            }
            Err(_) => tally.unanswered += 1,
        }
    }

    pub fn record(&self, ack: &Ack<'_>) {
        self.record.borrow_mut().record(ack);
    }

    /// Waits for so long; false if it is over before.
    pub async fn rest(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.over() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    /// Ends when the crowd is to go home.
    pub async fn over(&self) {
        // A sender that is gone has nothing more to say: the crowd ends by itself.
        if self.over.clone().wait_for(|is_over| *is_over).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub fn end(self) -> (Tally, Recorder) {
        (self.tally.into_inner(), self.record.into_inner())
    }
}

/// Why a request was refused; empty if the answer does not say.
pub(super) fn problem(answer: &Answer) -> Problem {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}
