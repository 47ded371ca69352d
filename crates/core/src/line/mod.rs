//! The waiting line of one room, in memory: who waits, who is next, how far along each one is.
//!
//! The store decides who joins and who is let in; the line follows its commits ([`Line::joined`],
//! [`Line::admitted`], ...) and proposes ([`Line::next`], [`Line::passes_due`]). What it adds is liveness, which no
//! row knows: a fan who stops asking falls silent, is skipped, and is next again when heard from.
//!
//! A poll takes `&self`: it moves a deadline and takes note of what was shown in atomics, so that polls run beside
//! each other under a read lock. Time and dice are arguments.

mod flow;
mod follow;
mod forecast;
mod live_count;
mod passes;
mod place;
mod places;
mod row;
mod turnover;
mod user_index;
mod wheel;

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::{PlaceEnd, Span, Timestamp, UserId};
use flow::Flow;
use passes::Passes;
use place::{Ordinal, Place, State};
use places::Places;
use user_index::UserIndex;
use wheel::Wheel;

pub use flow::Pace;

/// Polls between two ticks whose deadlines moved closer are found on time up to this many.
const HURRIED_MAX: usize = 65_536;

/// A live pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassView {
    /// When its place was let in.
    pub given_at: Timestamp,
    /// The later of its own expiry and that of its user's live holds.
    pub valid_until: Timestamp,
    /// Whether its fan knows of it.
    pub is_fetched: bool,
}

/// How a place stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Waits and is counted.
    Waiting,
    /// Waits, has not been heard from in time, and is skipped until it is.
    Silent,
    /// Has been let in.
    Pass(PassView),
    /// Is over since less than a day.
    Ended(PlaceEnd),
}

/// A place as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceView {
    /// Its number.
    pub number: u64,
    /// When it was taken.
    pub joined_at: Timestamp,
    /// How it stands.
    pub state: Standing,
}

/// What a waiting fan is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The least number of live people ahead that this fan was ever shown; 0: next.
    pub position_shown: u32,
    /// When to ask again: 1 to 30 s.
    pub poll_after: Span,
    /// The wait that measured outflow and drop-out let expect; `None` without outflow.
    pub eta: Option<Span>,
}

/// The answer to a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Still waiting.
    Waiting(Wait),
    /// Silent until now: [`Line::revive`] it, which answers as a poll does.
    NeedsRevival,
    /// Let in.
    Pass(PassView),
    /// Over since less than a day.
    Ended(PlaceEnd),
    /// No such place, or over for longer.
    Unknown,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All who wait, the silent too.
    pub waiting: u32,
    /// Those of them who were heard from in time.
    pub live_waiting: u32,
    /// Passes that were given and not ended; they count against the cap.
    pub live_passes: u32,
    /// Passes ever given.
    pub admitted: u64,
}

/// The line of one room. Holds up to 4 billion joins between two starts.
#[derive(Debug)]
pub struct Line {
    places: Places,
    users: UserIndex,
    wheel: Wheel,
    passes: Passes,
    flow: Flow,
    /// Live places that stand too far on in the wheel since their last poll.
    hurried: Mutex<Vec<Ordinal>>,
    /// How many streams are open to a place; a place without one has no entry.
    streams: FxHashMap<Ordinal, u32>,
    /// Ended places in the order of their ends, to be forgotten.
    ended: Option<Ended>,
    waiting: u32,
    admitted: u64,
}

/// The ends of a list of places.
#[derive(Clone, Copy, Debug)]
struct Ended {
    first: Ordinal,
    last: Ordinal,
}

impl Line {
    /// An empty line, in a room that lets people in as `pace` says.
    pub fn new(now: Timestamp, pace: Pace) -> Self {
        Self {
            places: Places::default(),
            users: UserIndex::new(),
            wheel: Wheel::new(now),
            passes: Passes::default(),
            flow: Flow::new(now, pace),
            hurried: Mutex::default(),
            streams: FxHashMap::default(),
            ended: None,
            waiting: 0,
            admitted: 0,
        }
    }

    /// Answers a fan who asks, and keeps the place live for twice the time after which to ask again and 10 s.
    ///
    /// `jitter` are fresh dice, so that fans who came together do not ask together.
    pub fn poll(&self, number: u64, now: Timestamp, jitter: u16) -> Polled {
        let Some(ordinal) = self.places.find(number) else { return Polled::Unknown };
        let place = self.places.place(ordinal);
        let polled = self.answer(ordinal, place, now, jitter);
        if let Polled::Waiting(wait) = polled {
            place.told_to_poll_after(wait.poll_after);
            if place.set_until(now.plus(place::patience(wait.poll_after))) {
                let mut hurried = self.hurried.lock().unwrap_or_else(PoisonError::into_inner);
                if hurried.len() < HURRIED_MAX {
                    hurried.push(ordinal);
                }
            }
        }
        polled
    }

    /// Answers as [`Line::poll`] does without keeping the place live: for the answer to a join, and for streams.
    pub fn look(&self, number: u64, now: Timestamp, jitter: u16) -> Polled {
        match self.places.find(number) {
            Some(ordinal) => self.answer(ordinal, self.places.place(ordinal), now, jitter),
            None => Polled::Unknown,
        }
    }

    fn answer(&self, ordinal: Ordinal, place: &Place, now: Timestamp, jitter: u16) -> Polled {
        match self.state_of(ordinal, place, now) {
            Some(Standing::Waiting) => {
                let position = self.places.live_ahead(ordinal);
                let eta = self.flow.wait(position);
                let poll_after = self.flow.poll_after(position, eta, now, jitter);
                Polled::Waiting(Wait { position_shown: place.show(position), poll_after, eta })
            }
            Some(Standing::Silent) => Polled::NeedsRevival,
            Some(Standing::Pass(pass)) => Polled::Pass(pass),
            Some(Standing::Ended(reason)) => Polled::Ended(reason),
            None => Polled::Unknown,
        }
    }

    fn state_of(&self, ordinal: Ordinal, place: &Place, now: Timestamp) -> Option<Standing> {
        match place.state {
            State::Live => Some(Standing::Waiting),
            State::Silent => Some(Standing::Silent),
            State::Pass => {
                let pass = self.passes.get(ordinal).expect("a place in this state has a pass");
                Some(Standing::Pass(pass))
            }
            State::Ended(reason) => (now < place.until(now)).then_some(Standing::Ended(reason)),
            State::Forgotten => None,
        }
    }

    /// The number of live people ahead of a place that waits; `None` for others.
    pub fn position(&self, number: u64) -> Option<u32> {
        let ordinal = self.places.find(number)?;
        match self.places.place(ordinal).state {
            State::Live | State::Silent => Some(self.places.live_ahead(ordinal)),
            State::Pass | State::Ended(_) | State::Forgotten => None,
        }
    }

    /// The place that this user took last, unless it ended a day ago or more.
    pub fn place_of(&self, user: &UserId, now: Timestamp) -> Option<PlaceView> {
        self.view(self.users.find(user.as_str().as_bytes(), &self.places)?, now)
    }

    /// The place with this number and whose it is, unless it ended a day ago or more.
    pub fn place(&self, number: u64, now: Timestamp) -> Option<(UserId, PlaceView)> {
        let ordinal = self.places.find(number)?;
        Some((self.places.user(ordinal), self.view(ordinal, now)?))
    }

    fn view(&self, ordinal: Ordinal, now: Timestamp) -> Option<PlaceView> {
        let state = self.state_of(ordinal, self.places.place(ordinal), now)?;
        let number = self.places.number(ordinal);
        Some(PlaceView { number, joined_at: self.places.joined_at(ordinal), state })
    }

    /// Who is to be let in next: the lowest live numbers, at most `limit`. They stay in line until
    /// [`Line::admitted`] says what the store did. Whose time without a poll has passed by `now` is skipped.
    pub fn next(&self, limit: usize, now: Timestamp) -> impl Iterator<Item = (u64, UserId)> {
        let live = self.places.live().filter(move |ordinal| !self.places.place(*ordinal).is_overdue(now));
        live.take(limit).map(|ordinal| (self.places.number(ordinal), self.places.user(ordinal)))
    }

    /// Up to `limit` passes whose time has passed, or that nobody fetched in 60 s: to be ended or withdrawn.
    /// One of which nothing came is told again a second later.
    pub fn passes_due(&mut self, now: Timestamp, limit: usize) -> Vec<(u64, UserId)> {
        let due = self.passes.due(now, limit);
        due.into_iter().map(|ordinal| (self.places.number(ordinal), self.places.user(ordinal))).collect()
    }

    /// How many wait and have been let in.
    pub fn counts(&self) -> Counts {
        Counts {
            waiting: self.waiting,
            live_waiting: self.places.live_total(),
            live_passes: self.passes.len(),
            admitted: self.admitted,
        }
    }

    /// Admissions a second over the last minute, or since the first if that is shorter.
    pub fn outflow_per_second(&self, now: Timestamp) -> f64 {
        self.flow.outflow_per_second(now)
    }

    /// The memory it holds beside itself.
    pub fn heap_bytes(&self) -> usize {
        let hurried = self.hurried.lock().unwrap_or_else(PoisonError::into_inner).capacity();
        self.places.heap_bytes()
            + self.users.heap_bytes()
            + self.wheel.heap_bytes()
            + self.passes.heap_bytes()
            + self.flow.heap_bytes()
            + hurried * size_of::<Ordinal>()
            + self.streams.capacity() * (size_of::<(Ordinal, u32)>() + 1) * 8 / 7
    }
}
