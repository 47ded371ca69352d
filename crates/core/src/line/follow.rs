//! How a line follows what the store committed, and what time does to it.
//!
//! Each of these answers whether it fitted. What does not fit (an unknown number, a pass ended twice) changes nothing:
//! the rows are right, and a line rebuilt from them will be.

use std::sync::PoisonError;

use super::place::{NEVER_POLLED, NOBODY, Ordinal, State, patience};
use super::{Ended, Line, Pace, PassView, Polled, Wheel};
use crate::{PlaceEnd, Span, Timestamp, UserId};

/// How long the reason of an end is remembered.
const REMEMBERED: Span = Span::from_secs(24 * 60 * 60);

/// What everyone gets after a restart: the longest time that a fan may have been promised before it.
const AFTER_RESTART: Span = patience(Span::from_secs(30));

/// Places that one tick looks at, so that it holds polls up for a millisecond at most.
const LOOKS_PER_TICK: usize = 10_000;

impl Line {
    /// A place was taken, with a number above all before it. An ended place of the same user is forgotten for it.
    pub fn joined(&mut self, number: u64, user: &UserId, at: Timestamp) -> bool {
        let until = at.plus(NEVER_POLLED).max(self.wheel.begins());
        let Some(ordinal) = self.places.push(number, user, at, until) else { return false };
        self.users.set(ordinal, &self.places);
        self.wheel.put(ordinal, until, &mut self.places);
        self.waiting += 1;
        true
    }

    /// A waiting place was let in.
    pub fn admitted(&mut self, number: u64, given_at: Timestamp, valid_until: Timestamp) -> bool {
        let Some(ordinal) = self.places.find(number) else { return false };
        if !self.stops_waiting(ordinal) {
            return false;
        }
        self.places.place_mut(ordinal).state = State::Pass;
        self.passes.give(ordinal, PassView { given_at, valid_until, is_fetched: false });
        self.admitted += 1;
        self.flow.admitted(self.passes.len(), given_at, valid_until);
        true
    }

    /// A place is over: its fan left, waiting or with a pass, or the pass was used or ran out. Its slot is free.
    pub fn ended(&mut self, number: u64, reason: PlaceEnd, at: Timestamp) -> bool {
        let Some(ordinal) = self.places.find(number) else { return false };
        let was_live = self.places.place(ordinal).state == State::Live;
        if !self.loses_pass(ordinal) && !self.stops_waiting(ordinal) {
            return false;
        }
        if was_live {
            self.flow.dropped();
        }
        self.ends(ordinal, reason, at);
        true
    }

    /// A pass that nobody fetched was taken back: its place waits again, silent unless a stream is open to its fan.
    pub fn withdrawn(&mut self, number: u64) -> bool {
        let Some(ordinal) = self.places.find(number) else { return false };
        if !self.loses_pass(ordinal) {
            return false;
        }
        self.waiting += 1;
        let has_stream = self.places.place(ordinal).has_stream;
        self.places.place_mut(ordinal).state = if has_stream { State::Live } else { State::Silent };
        self.places.set_live(ordinal, has_stream);
        true
    }

    /// A fan was told of the pass.
    pub fn fetched(&mut self, number: u64) -> bool {
        let Some(ordinal) = self.places.find(number) else { return false };
        self.passes.change(ordinal, |pass| pass.is_fetched = true)
    }

    /// A pass is valid until another time than before, since a hold of its user began or ended.
    pub fn pass_extended(&mut self, number: u64, valid_until: Timestamp) -> bool {
        let Some(ordinal) = self.places.find(number) else { return false };
        self.passes.change(ordinal, |pass| pass.valid_until = valid_until)
    }

    /// Makes a silent place live again and answers as a poll does. If its turn has gone by, it is next.
    pub fn revive(&mut self, number: u64, now: Timestamp, jitter: u16) -> Polled {
        let Some(ordinal) = self.places.find(number) else { return Polled::Unknown };
        if self.places.place(ordinal).state != State::Silent {
            return self.poll(number, now, jitter);
        }
        self.is_back(ordinal);
        self.places.place(ordinal).set_until(now);
        let polled = self.poll(number, now, jitter);
        self.wheel.put(ordinal, self.places.place(ordinal).until(now), &mut self.places);
        polled
    }

    /// A stream of events was opened to the fan of a place, who is live while one is.
    pub fn stream_opened(&mut self, number: u64) -> bool {
        let Some(ordinal) = self.places.find(number) else { return false };
        let place = self.places.place(ordinal);
        match place.state {
            State::Live if !place.has_stream => self.wheel.take(ordinal, &mut self.places),
            State::Live | State::Pass => {}
            State::Silent => self.is_back(ordinal),
            State::Ended(_) | State::Forgotten => return false,
        }
        self.places.place_mut(ordinal).has_stream = true;
        *self.streams.entry(ordinal).or_insert(0) += 1;
        true
    }

    /// A stream was closed. After the last one, a place that waits has as long as after a poll.
    pub fn stream_closed(&mut self, number: u64, now: Timestamp) -> bool {
        let Some(ordinal) = self.places.find(number) else { return false };
        let Some(open) = self.streams.get_mut(&ordinal) else { return false };
        *open -= 1;
        if *open > 0 {
            return true;
        }
        self.streams.remove(&ordinal);
        let place = self.places.place_mut(ordinal);
        place.has_stream = false;
        if place.state == State::Live {
            let until = now.plus(place.patience());
            place.set_until(until);
            self.wheel.put(ordinal, until, &mut self.places);
        }
        true
    }

    /// After the rows were played: everyone who waits is live for 70 s, the longest a fan may have been promised.
    pub fn restart(&mut self, now: Timestamp) {
        self.wheel = Wheel::new(now);
        self.flow.restart(now);
        let until = now.plus(AFTER_RESTART);
        let remembered: Vec<Ordinal> = self.places.remembered().collect();
        for ordinal in remembered {
            let place = self.places.place_mut(ordinal);
            match place.state {
                State::Live | State::Silent => {
                    place.state = State::Live;
                    place.set_until(until);
                    self.places.set_live(ordinal, true);
                    self.wheel.put(ordinal, until, &mut self.places);
                }
                State::Pass | State::Ended(_) | State::Forgotten => {}
            }
        }
    }

    /// How many passes had been given before those that were played.
    pub fn admitted_before(&mut self, admitted: u64) {
        self.admitted += admitted;
    }

    /// The operator changed how people are let in.
    pub fn set_pace(&mut self, pace: Pace, now: Timestamp) {
        self.flow.set_pace(pace, now);
    }

    /// Finds who fell silent, forgets what ended a day ago, and draws the rates anew. To be called every 100 ms.
    ///
    /// A bounded piece of work; true if some is left: then call again soon, letting polls in between.
    pub fn tick(&mut self, now: Timestamp) -> bool {
        let hurries_more = self.put_hurried(now);
        self.flow.count(now, self.places.live_total());
        let swept = self.wheel.sweep(now, LOOKS_PER_TICK, &mut self.places);
        for ordinal in swept.silenced {
            self.places.place_mut(ordinal).state = State::Silent;
            self.places.set_live(ordinal, false);
            // Those who never asked at all are no drop-outs: they say nothing of how long people stay.
            if self.places.place(ordinal).has_polled() {
                self.flow.dropped();
            }
        }
        let forgets_more = self.forget_ended(now);
        hurries_more || swept.has_more || forgets_more
    }

    fn put_hurried(&mut self, now: Timestamp) -> bool {
        let hurried = self.hurried.get_mut().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..LOOKS_PER_TICK {
            let Some(ordinal) = hurried.pop() else { return false };
            let place = self.places.place(ordinal);
            if place.state == State::Live && !place.has_stream {
                let until = place.until(now);
                self.wheel.take(ordinal, &mut self.places);
                self.wheel.put(ordinal, until, &mut self.places);
            }
        }
        true
    }

    fn forget_ended(&mut self, now: Timestamp) -> bool {
        for _ in 0..LOOKS_PER_TICK {
            let Some(ended) = self.ended else { return false };
            let place = self.places.place(ended.first);
            if now < place.until(now) {
                return false;
            }
            let next = place.next;
            self.ended = (next != NOBODY).then_some(Ended { first: next, ..ended });
            self.users.remove(ended.first, &self.places);
            self.places.forget(ended.first);
        }
        true
    }

    fn is_back(&mut self, ordinal: Ordinal) {
        if self.places.place(ordinal).has_polled() {
            self.flow.came_back();
        }
        self.places.place_mut(ordinal).state = State::Live;
        self.places.set_live(ordinal, true);
    }

    fn stops_waiting(&mut self, ordinal: Ordinal) -> bool {
        let place = self.places.place(ordinal);
        match place.state {
            State::Live if place.has_stream => {}
            State::Live => self.wheel.take(ordinal, &mut self.places),
            State::Silent => {}
            State::Pass | State::Ended(_) | State::Forgotten => return false,
        }
        self.places.set_live(ordinal, false);
        self.waiting -= 1;
        true
    }

    fn loses_pass(&mut self, ordinal: Ordinal) -> bool {
        let pass = self.passes.remove(ordinal);
        if let Some(pass) = pass {
            self.flow.pass_ended(pass.given_at);
        }
        pass.is_some()
    }

    fn ends(&mut self, ordinal: Ordinal, reason: PlaceEnd, at: Timestamp) {
        if self.streams.remove(&ordinal).is_some() {
            self.places.place_mut(ordinal).has_stream = false;
        }
        let place = self.places.place_mut(ordinal);
        place.state = State::Ended(reason);
        place.set_until(at.plus(REMEMBERED).max(self.wheel.begins()));
        place.next = NOBODY;
        let first = match self.ended {
            Some(ended) => {
                self.places.place_mut(ended.last).next = ordinal;
                ended.first
            }
            None => ordinal,
        };
        self.ended = Some(Ended { first, last: ordinal });
    }
}
