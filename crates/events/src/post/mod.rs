//! One receiver's letters: which may be sent now, and what follows from what came of them. No I/O, and the time is an
//! argument.

mod pulse;
#[cfg(test)]
mod tests;
mod window;

use std::collections::{BTreeSet, VecDeque};

use rustc_hash::FxHashMap;
use tokio::time::Instant;
use usher_core::{Aggregate, EventId};

use crate::patience::Patience;
use crate::sink::{Letter, Sent};
use crate::slice::{Found, SLICE};
pub(crate) use pulse::IN_FLIGHT_MAX;
use pulse::Pulse;
use window::{Standing, Window};

/// An event that is refused so often is given up.
const REFUSALS_MAX: u32 = 5;
/// Positions between the oldest event that waits and the newest that was read.
const WINDOW_MAX: usize = 65_536;
/// Bytes of the letters that wait; what was read last may be over it.
const WAITING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The letters of an aggregate, in order. Only the first is ever under way.
#[derive(Default)]
struct Lane {
    letters: VecDeque<Letter>,
    /// How often the first was sent in vain.
    attempts: u32,
    /// How often of these it was refused.
    refusals: u32,
}

/// A letter under way.
pub(crate) struct Attempt {
    pub(crate) letter: Letter,
    pub(crate) sent_at: Instant,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    Delivered,
    Again,
    GivenUp { event: EventId, status: u16 },
}

/// One receiver's letters.
pub(crate) struct Post {
    patience: Patience,
    window: Window,
    lanes: FxHashMap<Aggregate, Lane>,
    /// Lanes whose first letter may be sent.
    ready: VecDeque<Aggregate>,
    /// Lanes whose first letter must not be sent before a time.
    resting: BTreeSet<(Instant, Aggregate)>,
    in_flight: usize,
    waiting_bytes: usize,
    pulse: Pulse,
}

impl Post {
    /// Nothing waits yet; `delivered` events up to `position` were delivered.
    pub(crate) fn new(patience: Patience, position: u64, delivered: u64) -> Post {
        Post {
            patience,
            window: Window::after(position, delivered),
            lanes: FxHashMap::default(),
            ready: VecDeque::new(),
            resting: BTreeSet::new(),
            in_flight: 0,
            waiting_bytes: 0,
            pulse: Pulse::default(),
        }
    }

    /// Everything up to here is delivered, given up or not wanted.
    pub(crate) fn position(&self) -> u64 {
        self.window.position()
    }

    /// Events delivered up to the position, since the receiver was added.
    pub(crate) fn delivered(&self) -> u64 {
        self.window.delivered()
    }

    /// The last position that was taken in.
    pub(crate) fn read_to(&self) -> u64 {
        self.window.read_to()
    }

    /// Whether the receiver failed and has not answered since.
    pub(crate) fn is_ill(&self) -> bool {
        self.pulse.is_ill()
    }

    /// Whether another slice may be taken in.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting_bytes < WAITING_BYTES_MAX && self.window.len() + SLICE <= WINDOW_MAX
    }

    /// Takes the next position in.
    pub(crate) fn take(&mut self, found: Found) {
        let Some(letter) = found.letter else {
            self.window.push(found.position, Standing::Passed);
            return;
        };
        self.window.push(found.position, Standing::Waiting);
        self.waiting_bytes += letter.body.len();
        let lane = self.lanes.entry(letter.aggregate.clone()).or_default();
        if lane.letters.is_empty() {
            self.ready.push_back(letter.aggregate.clone());
        }
        lane.letters.push_back(letter);
    }

    /// The next letter to send, if one may be sent now.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Attempt> {
        while self.resting.first().is_some_and(|(until, _)| *until <= now) {
            self.ready.extend(self.resting.pop_first().map(|(_, aggregate)| aggregate));
        }
        if self.in_flight >= self.pulse.in_flight_max(now) {
            return None;
        }
        let aggregate = self.ready.pop_front()?;
        let letter = self.lanes.get(&aggregate)?.letters.front()?.clone();
        self.in_flight += 1;
        Some(Attempt { letter, sent_at: now })
    }

    /// When [`Post::next`] may have one that it has not now, if nothing else happens.
    pub(crate) fn wake_at(&self, now: Instant) -> Option<Instant> {
        let rests_until = self.pulse.rests_until(now);
        let next = self.resting.first().map(|(until, _)| *until);
        match rests_until {
            Some(until) if !self.ready.is_empty() => Some(until),
            Some(until) => next.map(|next| next.max(until)),
            None => next,
        }
    }

    /// Notes what came of a letter.
    pub(crate) fn came_back(&mut self, attempt: Attempt, sent: Sent, now: Instant) -> Came {
        self.in_flight -= 1;
        let Attempt { letter, sent_at } = attempt;
        match sent {
            Sent::Delivered => {
                self.pulse.answered(sent_at);
                self.settle(&letter, Standing::Delivered);
                Came::Delivered
            }
            Sent::Refused { status } => {
                self.pulse.answered(sent_at);
                let lane = self.lanes.entry(letter.aggregate.clone()).or_default();
                lane.refusals += 1;
                if lane.refusals < REFUSALS_MAX {
                    self.rest(&letter, now);
                    return Came::Again;
                }
                self.settle(&letter, Standing::Passed);
                Came::GivenUp { event: letter.event, status }
            }
            Sent::Unavailable { retry_after, .. } => {
                self.pulse.failed(sent_at, now, &self.patience, retry_after);
                self.rest(&letter, now);
                Came::Again
            }
        }
    }

    fn rest(&mut self, letter: &Letter, now: Instant) {
        let lane = self.lanes.entry(letter.aggregate.clone()).or_default();
        lane.attempts = lane.attempts.saturating_add(1);
        self.resting.insert((now + self.patience.after(lane.attempts), letter.aggregate.clone()));
    }

    /// The first letter of a lane is done with; the next may go.
    fn settle(&mut self, letter: &Letter, standing: Standing) {
        self.window.settle(letter.position, standing);
        self.waiting_bytes -= letter.body.len();
        let Some(lane) = self.lanes.get_mut(&letter.aggregate) else { return };
        lane.letters.pop_front();
        (lane.attempts, lane.refusals) = (0, 0);
        if lane.letters.is_empty() {
            self.lanes.remove(&letter.aggregate);
        } else {
            self.ready.push_back(letter.aggregate.clone());
        }
    }
}
