//! When requests are due: as soon as the one before is answered, or at moments fixed before the run.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::cpu;

/// How a run is paced.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// Closed: every connection asks again as soon as it is answered, until the time is over.
    Saturating { lasting: Duration },
    /// Open: arrivals are due at fixed moments, whatever the server does.
    Arriving(Arrivals),
}

impl Pace {
    /// How long requests are sent, if the script does not end before.
    pub fn lasting(&self) -> Duration {
        match self {
            Pace::Saturating { lasting } => *lasting,
            Pace::Arriving(arrivals) => arrivals.lasting,
        }
    }
}

/// A plan of arrivals at one constant rate, fixed before the run.
#[derive(Clone, Copy, Debug)]
pub struct Arrivals {
    per_second: f64,
    lasting: Duration,
}

impl Arrivals {
    /// `per_second` arrivals, evenly spaced, for so long.
    pub fn constant(per_second: f64, lasting: Duration) -> Self {
        Self { per_second, lasting }
    }

    /// How many arrivals the plan has.
    pub fn count(&self) -> u64 {
        (self.per_second * self.lasting.as_secs_f64()).round() as u64
    }

    /// When arrival `index` is due, counted from the start; `None` after the last.
    pub fn due(&self, index: u64) -> Option<Duration> {
        (index < self.count()).then(|| Duration::from_secs_f64(index as f64 / self.per_second))
    }
}

/// Gives out the moments of a [`Pace`], each once, and wakes whoever waits for one.
pub(crate) struct Pacer {
    pace: Pace,
    start: Instant,
    next: Cell<u64>,
    waiting: RefCell<VecDeque<(Instant, Rc<Notify>)>>,
    tick: Arc<Notify>,
}

/// A moment at which a request is due.
pub(crate) enum Due {
    Now,
    At(Instant),
}

impl Pacer {
    pub(crate) fn new(pace: Pace, start: Instant) -> Self {
        let waiting = RefCell::new(VecDeque::new());
        Self { pace, start, next: Cell::new(0), waiting, tick: Arc::new(Notify::new()) }
    }

    /// The next moment, waiting until it has come; `None` when there is no further one.
    pub(crate) async fn next(&self, own: &Rc<Notify>) -> Option<Due> {
        let arrivals = match self.pace {
            Pace::Saturating { lasting } => return (self.start.elapsed() < lasting).then_some(Due::Now),
            Pace::Arriving(arrivals) => arrivals,
        };
        let index = self.next.get();
        let due = self.start + arrivals.due(index)?;
        self.next.set(index + 1);
        if due > Instant::now() {
            self.waiting.borrow_mut().push_back((due, own.clone()));
            own.notified().await;
        }
        Some(Due::At(due))
    }

    /// Arrivals of the plan that nobody has taken.
    pub(crate) fn untaken(&self) -> u64 {
        match self.pace {
            Pace::Saturating { .. } => 0,
            Pace::Arriving(arrivals) => arrivals.count() - self.next.get(),
        }
    }

    /// Starts the clock that [`Pacer::wake`] listens to; a closed pace has none.
    pub(crate) fn clock(&self) -> Option<PaceClock> {
        match self.pace {
            Pace::Saturating { .. } => None,
            Pace::Arriving(arrivals) => Some(PaceClock::start(arrivals, self.start, self.tick.clone())),
        }
    }

    /// Wakes each waiter when its moment has come, for ever. Moments are given out in order, so the first in line is
    /// due first.
    pub(crate) async fn wake(&self) {
        loop {
            self.tick.notified().await;
            let now = Instant::now();
            let mut waiting = self.waiting.borrow_mut();
            while waiting.front().is_some_and(|(due, _)| *due <= now) {
                let (_, waiter) = waiting.pop_front().expect("the front was just seen");
                waiter.notify_one();
            }
        }
    }
}

/// A thread that sleeps until each arrival is due: it is 0.1 to 0.5 ms late, tokio's timers are 1 to 2 ms.
///
/// It does not spin, which would take a core from the server that is measured.
pub(crate) struct PaceClock {
    stop: Sender<()>,
    thread: JoinHandle<Duration>,
}

impl PaceClock {
    fn start(arrivals: Arrivals, start: Instant, tick: Arc<Notify>) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            tell_when_due(arrivals, start, &tick, &stopped);
            cpu::of_this_thread()
        });
        Self { stop, thread }
    }

    /// Ends it; the CPU time it has used.
    pub(crate) fn stop(self) -> Duration {
        drop(self.stop);
        self.thread.join().expect("the clock does not panic")
    }
}

/// Arrivals closer together than this are told of together: waking for each would cost more than its request.
const TICK: Duration = Duration::from_micros(400);

fn tell_when_due(arrivals: Arrivals, start: Instant, tick: &Notify, stopped: &Receiver<()>) {
    let (mut index, mut told) = (0, Duration::ZERO);
    while let Some(due) = arrivals.due(index) {
        let next = due.max(told + TICK);
        match stopped.recv_timeout(next.saturating_sub(start.elapsed())) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
        told = start.elapsed();
        while arrivals.due(index).is_some_and(|due| due <= told) {
            index += 1;
        }
        tick.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_fixes_every_arrival_before_the_run() {
        let plan = Arrivals::constant(500.0, Duration::from_secs(10));
        assert_eq!(plan.count(), 5_000);
        assert_eq!(plan.due(0), Some(Duration::ZERO));
        assert_eq!(plan.due(4_999), Some(Duration::from_millis(9_998)));
        assert_eq!(plan.due(5_000), None);
    }
}
