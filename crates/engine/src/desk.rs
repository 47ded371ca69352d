//! The desk's loop, written once for every store: take all orders that have arrived, decide them in order against
//! one working set, commit once, then answer all.

mod attempt;
mod report;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use tokio::sync::oneshot;
use usher_core::{Changes, HoldId, Ids, Order, Outcome, Refusal, Settings, Timestamp};

pub(crate) use attempt::State;
use attempt::{Trouble, attempt};
pub use report::{BatchReport, Step};

use crate::due::Due;
use crate::house::Failure;
use crate::port::{Desk, StoreError};
use crate::working_set::{Bounds, WorkingSet};

/// Who watches what is committed. Called on the desk's thread, between a commit and its answers: must be quick.
pub trait Follower: Send + Sync {
    /// These changes are durable.
    fn committed(&self, changes: &Changes, at: Timestamp);
    /// A batch was answered.
    fn ran(&self, _report: &BatchReport) {}
}

/// What to do when the store must not be used any more: log the cause and end the process.
pub type Fatal = Arc<dyn Fn(&StoreError) + Send + Sync>;

/// Outside: whether the house could answer. Inside: what it said.
pub type Answer = Result<Result<Outcome, Refusal>, Failure>;

pub(crate) enum Job {
    Order(Box<Order>, oneshot::Sender<Answer>),
    Stop,
}

/// How many orders one batch takes at most.
pub const BATCH_MAX: usize = 1024;

/// A desk with its loop. A [`crate::House`] runs one on a thread of its own; a test may hand it batches of its
/// choosing.
pub struct DeskLoop<D: Desk> {
    desk: D,
    state: State,
    followers: Vec<Arc<dyn Follower>>,
    fatal: Fatal,
    tended_at: Instant,
}

impl<D: Desk> DeskLoop<D> {
    const TEND_EVERY: Duration = Duration::from_millis(20);
    const WHOLE_TRIES: u32 = 3;

    /// A loop around a desk.
    ///
    /// # Errors
    /// If the desk cannot read what it must know before it serves.
    pub fn new(
        mut desk: D,
        ids: Box<dyn Ids + Send>,
        settings: Settings,
        followers: Vec<Arc<dyn Follower>>,
        fatal: Fatal,
    ) -> Result<Self, StoreError> {
        let mut due = Due::default();
        for (at, hold) in desk.live_holds()? {
            due.watch(at, hold);
        }
        let state = State { set: WorkingSet::new(Bounds::DEFAULT), due, ids, settings, keeps_rows: D::ALONE };
        Ok(Self { desk, state, followers, fatal, tended_at: Instant::now() })
    }

    /// Decides one batch and makes it durable; without orders, only expires what is due.
    pub fn serve_batch(&mut self, orders: &[&Order]) -> Vec<Answer> {
        let answers = self.decide(orders);
        self.state.set.trim();
        answers
    }

    /// Has the desk do its housekeeping, whether it is time or not.
    ///
    /// # Errors
    /// What the desk says.
    pub fn tend_now(&mut self) -> Result<(), StoreError> {
        self.desk.tend()
    }

    /// Serves until told to stop; what has arrived by then is still decided and answered.
    pub(crate) fn run(mut self, inbox: &Receiver<Job>) {
        let mut jobs = Vec::with_capacity(BATCH_MAX);
        let mut stopping = false;
        while !stopping {
            match inbox.recv_timeout(Self::TEND_EVERY) {
                Ok(job) => {
                    stopping = take(job, &mut jobs);
                    while jobs.len() < BATCH_MAX {
                        let Ok(job) = inbox.try_recv() else { break };
                        stopping |= take(job, &mut jobs);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => stopping = true,
            }
            self.serve(&mut jobs);
            self.tend();
        }
        if let Err(error) = self.desk.close() {
            self.note(&error);
        }
    }

    fn tend(&mut self) {
        if self.tended_at.elapsed() < Self::TEND_EVERY {
            return;
        }
        if let Err(error) = self.desk.tend() {
            self.note(&error);
        }
        self.tended_at = Instant::now();
    }

    /// Decides and answers a batch; without orders, only what has expired.
    fn serve(&mut self, jobs: &mut Vec<(Box<Order>, oneshot::Sender<Answer>)>) {
        let orders: Vec<&Order> = jobs.iter().map(|(order, _)| &**order).collect();
        let answers = self.decide(&orders);
        for ((_, reply), answer) in jobs.drain(..).zip(answers) {
            // A caller that has gone away does not want its answer; the effect stands all the same.
            let _ = reply.send(answer);
        }
        self.state.set.trim();
    }

    fn decide(&mut self, orders: &[&Order]) -> Vec<Answer> {
        for _ in 0..Self::WHOLE_TRIES {
            match self.attempt(orders) {
                Ok(answers) => return answers,
                Err(Trouble::Again(error)) => tracing::debug!(%error, "a batch is run again"),
                Err(Trouble::Offender(_)) => break,
                Err(trouble) => return orders.iter().map(|_| Err(trouble.failure())).collect(),
            }
        }
        self.decide_one_by_one(orders)
    }

    /// Only the offender fails.
    fn decide_one_by_one(&mut self, orders: &[&Order]) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(orders.len());
        for order in orders {
            answers.push(match self.attempt(&[order]) {
                Ok(mut answers) => answers.pop().expect("one order has one answer"),
                Err(trouble) => {
                    self.alarm(&trouble, order);
                    Err(trouble.failure())
                }
            });
        }
        answers
    }

    fn attempt(&mut self, orders: &[&Order]) -> Result<Vec<Answer>, Trouble> {
        if orders.is_empty() && !self.state.is_due(&mut self.desk) {
            return Ok(Vec::new());
        }
        let began = Instant::now();
        match attempt(&mut self.desk, &mut self.state, orders) {
            Ok(done) => {
                if let Some(changes) = &done.changes {
                    self.followers.iter().for_each(|follower| follower.committed(changes, done.at));
                    self.state.due.follow_if(D::ALONE, changes);
                }
                let report = BatchReport { took: began.elapsed(), ..done.report };
                self.followers.iter().for_each(|follower| follower.ran(&report));
                Ok(done.answers.into_iter().map(Ok).collect())
            }
            Err(trouble) => {
                self.state.set.clear();
                self.note_trouble(&trouble);
                Err(trouble)
            }
        }
    }

    fn note_trouble(&self, trouble: &Trouble) {
        match trouble {
            Trouble::Again(_) => {}
            Trouble::Offender(error) | Trouble::Unavailable(error) | Trouble::Unknown(error) => {
                self.note(error)
            }
            Trouble::Fatal(error) => (self.fatal)(error),
        }
    }

    fn note(&self, error: &StoreError) {
        if let StoreError::Fatal { .. } = error {
            (self.fatal)(error);
        }
        tracing::error!(error = %chain(error), "{}", chain(error));
    }

    fn alarm(&self, trouble: &Trouble, order: &Order) {
        if let Trouble::Offender(error) = trouble {
            let command = std::mem::discriminant(&order.command);
            tracing::error!(
                alarm = true,
                ?command,
                "the store failed at what the rules allow: {}",
                chain(error)
            );
        }
    }
}

impl Due {
    fn follow_if(&mut self, alone: bool, changes: &Changes) {
        if alone {
            self.follow(changes);
        }
    }
}

fn take(job: Job, jobs: &mut Vec<(Box<Order>, oneshot::Sender<Answer>)>) -> bool {
    match job {
        Job::Order(order, reply) => {
            jobs.push((order, reply));
            false
        }
        Job::Stop => true,
    }
}

/// An error with its causes, one sentence.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// An order of the house itself: this hold's time has passed.
pub(crate) fn expire(hold: HoldId) -> Order {
    Order::unkeyed(usher_core::Command::ExpireHold { hold })
}
