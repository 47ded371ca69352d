//! What the house does by itself: expiring holds where no desk is alone, and finishing what a cancellation began.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use usher_core::{Command, HoldId, Order, PerformanceId};

use super::House;
use crate::port::Ended;

/// Lets the chores' thread sleep, and wakes it to end.
#[derive(Default)]
pub(super) struct Chores {
    stopped: Mutex<bool>,
    wake: Condvar,
}

impl Chores {
    pub(super) fn stop(&self) {
        *self.stopped.lock().expect("no holder of this lock panics") = true;
        self.wake.notify_all();
    }

    /// Sleeps; whether to go on.
    fn rest(&self, span: Duration) -> bool {
        let stopped = self.stopped.lock().expect("no holder of this lock panics");
        let (stopped, _) = self
            .wake
            .wait_timeout_while(stopped, span, |stopped| !*stopped)
            .expect("no holder of this lock panics");
        !*stopped
    }
}

/// How often a chore looks for work.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Commands of one chore in flight at a time.
const IN_FLIGHT_MAX: usize = 64;

pub(super) fn start(house: &House, sweeps: bool) {
    let at_work = house.clone();
    house.run_chore("chores", LOOK_EVERY, move || {
        if sweeps {
            sweep(&at_work);
        }
        finish_cancellations(&at_work);
    });
}

impl House {
    /// Does something again and again on a thread of its own, until the house closes.
    pub(crate) fn run_chore(&self, name: &str, every: Duration, mut chore: impl FnMut() + Send + 'static) {
        let chores = self.chores.clone();
        let run = move || {
            while chores.rest(every) {
                chore();
            }
        };
        let thread = std::thread::Builder::new().name(name.into()).spawn(run);
        let thread = thread.expect("a thread can be started");
        self.threads.lock().expect("no holder of this lock panics").push(thread);
    }

    /// Has commands of the house itself decided, a bounded number in flight, and waits for them. What fails is found
    /// again at the next look.
    pub(crate) fn propose(&self, commands: impl Iterator<Item = Command>) {
        let mut waiting = Vec::with_capacity(IN_FLIGHT_MAX);
        for command in commands {
            waiting.extend(self.hand_in(Order::unkeyed(command)));
            if waiting.len() == IN_FLIGHT_MAX {
                waiting.drain(..).for_each(|answered| drop(answered.blocking_recv()));
            }
        }
        waiting.into_iter().for_each(|answered| drop(answered.blocking_recv()));
    }
}

/// Proposes holds whose time has passed.
fn sweep(house: &House) {
    match house.reads.run_blocking(|reader| reader.due(IN_FLIGHT_MAX * 8)) {
        Ok(due) => house.propose(due.into_iter().map(expire)),
        Err(error) => tracing::warn!(%error, "expired holds could not be looked up; trying again"),
    }
}

fn expire(hold: HoldId) -> Command {
    Command::ExpireHold { hold }
}

/// Releases the holds and refunds the bookings of cancelled performances, until none is left.
fn finish_cancellations(house: &House) {
    match house.reads.run_blocking(|reader| reader.unfinished_cancellations()) {
        Ok(performances) => performances.into_iter().for_each(|id| finish(house, id)),
        Err(error) => tracing::warn!(%error, "cancelled performances could not be looked up; trying again"),
    }
}

fn finish(house: &House, performance: PerformanceId) {
    let found = house.reads.run_blocking(move |reader| reader.unfinished(performance, IN_FLIGHT_MAX * 8));
    match found {
        Ok(found) => house.propose(found.into_iter().map(end)),
        Err(error) => tracing::warn!(%error, "what a cancellation has left could not be read; trying again"),
    }
}

fn end(left: Ended) -> Command {
    match left {
        Ended::Hold(hold) => Command::GiveBack { user: None, hold },
        Ended::Payment(payment) => Command::CancelPayment { user: None, payment },
    }
}
