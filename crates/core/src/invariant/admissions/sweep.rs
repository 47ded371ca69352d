//! One walk over a room's moments, in order of time.

use std::collections::{BTreeSet, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{FOREVER, Limits, Moment, Number, Room};
use crate::{RoomId, Span, Timestamp};

const SECOND: Span = Span::from_secs(1);
/// A place that was silent is next when it is heard from, once a tick has passed.
const REVIVED_WITHIN: Span = Span::from_secs(1);

/// What came of the walk.
#[derive(Default)]
pub(super) struct Judged {
    pub over: Vec<String>,
    pub unfair: Vec<String>,
    pub admissions_limited: u64,
    pub admissions_compared: u64,
    pub settings: u64,
}

/// A live place that waits, as far as its fan's record shows.
#[derive(Clone, Copy)]
struct Waiter {
    answered: Timestamp,
    live_from: Timestamp,
    live_until: Timestamp,
}

pub(super) struct Sweep<'a> {
    id: &'a RoomId,
    room: &'a Room,
    judged: Judged,
    /// The limits in force: one, two while they change, none as long as nobody has said.
    limits: Vec<Limits>,
    /// Limits of the last second, whose rate may still explain a burst.
    past: VecDeque<(Timestamp, u32)>,
    live_passes: i64,
    recent: VecDeque<Timestamp>,
    waiting: FxHashMap<Number, Waiter>,
    by_join: BTreeSet<(Timestamp, Number)>,
    /// Places that were let in or left: an answer on its way may still say that they wait.
    out: FxHashSet<Number>,
    away_until: Timestamp,
    /// Since when a slot is free and somebody live waits.
    free_since: Option<Timestamp>,
}

impl<'a> Sweep<'a> {
    pub fn over(id: &'a RoomId, room: &'a Room, until: Timestamp) -> Judged {
        let mut sweep = Sweep {
            id,
            room,
            judged: Judged::default(),
            limits: Vec::new(),
            past: VecDeque::new(),
            live_passes: 0,
            recent: VecDeque::new(),
            waiting: FxHashMap::default(),
            by_join: BTreeSet::new(),
            out: FxHashSet::default(),
            away_until: Timestamp::default(),
            free_since: None,
        };
        for (at, moments) in room.moments.range(..=until) {
            sweep.step(*at, moments);
        }
        sweep.judged
    }

    fn step(&mut self, at: Timestamp, moments: &[Moment]) {
        self.look_for_idle_slots(at);
        for moment in moments {
            self.take_in(at, *moment);
        }
        let given: Vec<Number> = moments.iter().filter_map(|moment| given(*moment)).collect();
        self.recent.extend(given.iter().map(|_| at));
        while self.recent.front().is_some_and(|then| *then <= at.minus(SECOND)) {
            self.recent.pop_front();
        }
        if !given.is_empty() {
            self.compare_with_limits(at, given.len());
            given.iter().for_each(|number| self.compare_with_earlier(*number, at));
            self.free_since = None;
        }
        self.is_slot_free(at);
    }

    fn take_in(&mut self, at: Timestamp, moment: Moment) {
        match moment {
            Moment::Changing(limits) => {
                if !self.limits.is_empty() {
                    self.limits.push(limits);
                }
                self.free_since = None;
            }
            Moment::Changed(limits) => {
                let before = self.limits.iter().map(|limits| limits.admits_per_second).max();
                self.past.extend(before.map(|rate| (at, rate)));
                self.limits = vec![limits];
                self.judged.settings += 1;
                self.free_since = None;
            }
            Moment::Heard(number, until) => self.heard(number, until, at),
            Moment::Away(until) => {
                self.away_until = self.away_until.max(until);
                self.free_since = None;
            }
            Moment::Given(number) => {
                self.live_passes += 1;
                self.goes_out(number);
            }
            Moment::Ended => self.live_passes -= 1,
            Moment::Withdrawn(number) => {
                self.live_passes -= 1;
                self.out.remove(&number);
            }
            Moment::Gone(number) => self.goes_out(number),
        }
    }

    fn heard(&mut self, number: Number, until: Timestamp, at: Timestamp) {
        let Some(asked) = self.room.joins.get(&number).filter(|_| !self.out.contains(&number)) else {
            return;
        };
        if let Some(waiter) = self.waiting.get_mut(&number)
            && waiter.live_until > at
        {
            waiter.live_until = until;
            return;
        }
        let is_new = asked.answered == at;
        let live_from = if is_new { at } else { at.plus(REVIVED_WITHIN) };
        let waiter = Waiter { answered: asked.answered, live_from, live_until: until };
        self.waiting.insert(number, waiter);
        self.by_join.insert((asked.answered, number));
    }

    fn goes_out(&mut self, number: Number) {
        self.out.insert(number);
        self.stops_waiting(number);
    }

    fn stops_waiting(&mut self, number: Number) {
        if let Some(waiter) = self.waiting.remove(&number) {
            self.by_join.remove(&(waiter.answered, number));
        }
    }

    fn compare_with_limits(&mut self, at: Timestamp, given: usize) {
        let Some(cap) = self.limits.iter().map(|limits| limits.live_passes_max).max() else { return };
        self.judged.admissions_limited += given as u64;
        while self.past.front().is_some_and(|(until, _)| *until <= at.minus(SECOND)) {
            self.past.pop_front();
        }
        let (room, live) = (self.id, self.live_passes);
        if live > i64::from(cap) {
            self.judged.over.push(format!("room {room} at {at}: {live} live passes, {cap} allowed"));
        }
        let rates = self.limits.iter().map(|limits| limits.admits_per_second);
        let rate = rates.chain(self.past.iter().map(|(_, rate)| *rate)).max().unwrap_or(0);
        let admitted = self.recent.len();
        if admitted > rate as usize {
            let says = format!("room {room} at {at}: {admitted} let in within a second, {rate} allowed");
            self.judged.over.push(says);
        }
        if self.limits.iter().all(|limits| limits.paused || at < limits.opens_at) {
            self.judged.over.push(format!("room {room} at {at}: {given} let in while it was closed"));
        }
    }

    /// Somebody was let in: nobody live may wait whose join was answered before this one was sent.
    fn compare_with_earlier(&mut self, number: Number, at: Timestamp) {
        let Some(asked) = self.room.joins.get(&number) else { return };
        self.judged.admissions_compared += 1;
        let joined_at = self.room.joined_at.get(&number).copied().unwrap_or(asked.sent);
        let sent = asked.sent.min(joined_at);
        if let Some(earlier) = self.first_live(at, at, sent) {
            let room = self.id;
            self.judged.unfair.push(format!(
                "room {room} at {at}: place {number} was let in before place {earlier}, whose join was answered before"
            ));
        }
    }

    /// The first place that is live all the while and whose join was answered before a moment. Forgets who is silent
    /// by then.
    fn first_live(
        &mut self,
        from: Timestamp,
        until: Timestamp,
        answered_before: Timestamp,
    ) -> Option<Number> {
        let (mut silent, mut found) = (Vec::new(), None);
        for (answered, number) in &self.by_join {
            if *answered >= answered_before {
                break;
            }
            let waiter = self.waiting[number];
            if waiter.live_until <= until {
                silent.push(*number);
            } else if waiter.live_from <= from {
                found = Some(*number);
                break;
            }
        }
        silent.into_iter().for_each(|number| self.stops_waiting(number));
        found
    }

    fn is_slot_free(&mut self, at: Timestamp) {
        let [limits] = self.limits[..] else { return };
        let is_full = self.live_passes >= i64::from(limits.live_passes_max);
        let is_free = !is_full && !limits.paused && at >= self.away_until;
        match is_free && self.first_live(at, at, FOREVER).is_some() {
            true => drop(self.free_since.get_or_insert(at)),
            false => self.free_since = None,
        }
    }

    /// Nothing happened since the moment before this one: was a slot left unused for more than a second?
    fn look_for_idle_slots(&mut self, at: Timestamp) {
        let ([limits], Some(since)) = (&self.limits[..], self.free_since) else { return };
        let rate = limits.admits_per_second as usize;
        let by_rate = match self.recent.len().checked_sub(rate) {
            None => since,
            Some(_) if rate == 0 => return,
            Some(index) => self.recent[index].plus(SECOND),
        };
        let allowed = since.max(by_rate).max(limits.opens_at);
        let used_by = allowed.plus(SECOND);
        if at <= used_by {
            return;
        }
        // Somebody must have been live all the while.
        if self.first_live(allowed, used_by, FOREVER).is_some() {
            let (room, ms) = (self.id, at.since(allowed).ms());
            self.judged
                .over
                .push(format!("room {room} at {at}: a slot was free for {ms} ms while somebody live waited"));
        }
        self.free_since = Some(at);
    }
}

fn given(moment: Moment) -> Option<Number> {
    match moment {
        Moment::Given(number) => Some(number),
        Moment::Changing(_)
        | Moment::Changed(_)
        | Moment::Heard(..)
        | Moment::Away(_)
        | Moment::Ended
        | Moment::Withdrawn(_)
        | Moment::Gone(_) => None,
    }
}
