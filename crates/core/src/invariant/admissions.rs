//! A waiting room as its clients saw it, against whom the store let in: FAIR and CAP-HELD.
//!
//! Clients know when a join was sent and answered, and when a place was heard from; the store knows when passes began
//! and ended. Both clocks are one machine's. What lies within the uncertainty of a request (it took effect somewhere
//! between its sending and its answer) is judged in favour of the house.

mod sweep;

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Invariant, Line};
use crate::{Event, Fact, Place, PlaceState, RoomId, Span, Timestamp};
use sweep::Sweep;

/// A place that was never heard from after the join is live so long.
const NEVER_HEARD: Span = Span::from_secs(60);
/// Whoever falls silent is live for twice the time told and so much more.
const SILENT_AFTER: Span = Span::from_secs(10);

const FOREVER: Timestamp = Timestamp::from_unix_ms(i64::MAX);

/// What an operator had set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nobody is let in before.
    pub opens_at: Timestamp,
    /// Nobody is let in at all.
    pub paused: bool,
    /// Nobody is let in while so many passes live.
    pub live_passes_max: u32,
    /// At most so many are let in within a second.
    pub admits_per_second: u32,
}

/// When a request was sent and when its answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// By the client's clock.
    pub sent: Timestamp,
    /// By the same.
    pub answered: Timestamp,
}

/// One place, by its number in the room.
type Number = u64;

/// Something that happened in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The limits may be these from here on.
    Changing(Limits),
    /// They are these and no other.
    Changed(Limits),
    /// A place is live until then, if nothing more is heard.
    Heard(Number, Timestamp),
    /// The house may be away until then.
    Away(Timestamp),
    Given(Number),
    /// A pass ended with its place.
    Ended,
    /// A pass was taken back: its place waits again.
    Withdrawn(Number),
    /// A place ended that waited.
    Gone(Number),
}

/// One room's moments.
#[derive(Debug, Default)]
struct Room {
    moments: BTreeMap<Timestamp, Vec<Moment>>,
    joins: FxHashMap<Number, Asked>,
    joined_at: FxHashMap<Number, Timestamp>,
    passes: FxHashSet<Number>,
    let_in: FxHashSet<Number>,
}

/// Collects what clients and store say of every room, and judges it.
#[derive(Debug, Default)]
pub struct Admissions {
    rooms: BTreeMap<RoomId, Room>,
    /// Until when the record of what clients were told reaches.
    until: Timestamp,
    strange: Vec<String>,
}

impl Admissions {
    /// The operator looked at the limits or changed them.
    pub fn limits(&mut self, room: &RoomId, asked: Asked, limits: Limits) {
        self.at(room, asked.sent, Moment::Changing(limits));
        self.at(room, asked.answered, Moment::Changed(limits));
    }

    /// A fan was told of a place that waits, in answer to a join or a poll: when to ask again.
    pub fn told_to_wait(&mut self, room: &RoomId, number: Number, asked: Asked, poll_after: Span) {
        self.rooms.entry(room.clone()).or_default().joins.entry(number).or_insert(asked);
        let until = asked.sent.plus(Span::from_ms(2 * poll_after.ms())).plus(SILENT_AFTER);
        self.at(room, asked.answered, Moment::Heard(number, until));
    }

    /// A join was answered that may have made the place. Who is never heard from again has longer than after a poll.
    pub fn joined(&mut self, room: &RoomId, number: Number, asked: Asked, poll_after: Span) {
        let known = self.rooms.entry(room.clone()).or_default();
        let made_at = known.joined_at.get(&number);
        let is_made_by_it = made_at.is_some_and(|at| asked.sent <= *at && *at <= asked.answered);
        if known.joins.contains_key(&number) || !is_made_by_it {
            return self.told_to_wait(room, number, asked, poll_after);
        }
        known.joins.insert(number, asked);
        self.at(room, asked.answered, Moment::Heard(number, asked.sent.plus(NEVER_HEARD)));
    }

    /// A stream told a fan of a place that waits: it is live until the stream is known to have ended.
    pub fn watches(&mut self, room: &RoomId, number: Number, at: Timestamp) {
        self.at(room, at, Moment::Heard(number, FOREVER));
    }

    /// A stream ended.
    pub fn watched(&mut self, room: &RoomId, number: Number, at: Timestamp) {
        self.at(room, at, Moment::Heard(number, at.plus(SILENT_AFTER)));
    }

    /// Nobody answered a request in time: the house may have been away.
    pub fn unanswered(&mut self, asked: Asked) {
        let rooms: Vec<RoomId> = self.rooms.keys().cloned().collect();
        for room in rooms {
            self.at(&room, asked.sent, Moment::Away(asked.answered));
        }
    }

    /// Any answer: the record reaches so far.
    pub fn reaches(&mut self, at: Timestamp) {
        self.until = self.until.max(at);
    }

    /// An event of the store, in the order of each place's sequence. To be told before what clients say.
    pub fn event(&mut self, event: &Event) {
        let at = event.at;
        match &event.fact {
            Fact::PlaceJoined(place) => drop(self.room(place).joined_at.insert(place.number, at)),
            Fact::PassGiven(place) => {
                let room = self.room(place);
                room.let_in.insert(place.number);
                if !room.passes.insert(place.number) {
                    self.strange.push(named(place, "was given a second pass"));
                }
                self.at(&place.room, at, Moment::Given(place.number));
            }
            Fact::PassEnded(place) => {
                if !self.room(place).passes.remove(&place.number) {
                    self.strange.push(named(place, "lost a pass that it did not have"));
                }
                let ended = match place.state {
                    PlaceState::Waiting => Moment::Withdrawn(place.number),
                    PlaceState::Passed(_) | PlaceState::Ended(..) => Moment::Ended,
                };
                self.at(&place.room, at, ended);
            }
            Fact::PlaceLeft(place) => {
                let had_pass = self.room(place).passes.remove(&place.number);
                let left = if had_pass { Moment::Ended } else { Moment::Gone(place.number) };
                self.at(&place.room, at, left);
            }
            Fact::PerformanceCreated(_)
            | Fact::PerformanceClosed(_)
            | Fact::PerformanceCancelled(..)
            | Fact::SeatsBlocked(..)
            | Fact::SeatsUnblocked(..)
            | Fact::HoldPlaced(_)
            | Fact::HoldReleased(_)
            | Fact::HoldExpired(_)
            | Fact::BookingMade(..)
            | Fact::BookingCancelled(_)
            | Fact::Balance(_) => {}
        }
    }

    /// Whether the store knows of a place with this number.
    pub fn knows(&self, room: &RoomId, number: Number) -> bool {
        self.rooms.get(room).is_some_and(|room| room.joined_at.contains_key(&number))
    }

    /// Whether the store has ever given it a pass.
    pub fn let_in(&self, room: &RoomId, number: Number) -> bool {
        self.rooms.get(room).is_some_and(|room| room.let_in.contains(&number))
    }

    /// The lines of CAP-HELD and FAIR.
    pub fn judge(self) -> [Line; 2] {
        let (mut over, mut unfair) = (self.strange, Vec::new());
        let (mut admissions, mut compared, mut settings) = (0, 0, 0);
        for (id, room) in &self.rooms {
            let judged = Sweep::over(id, room, self.until);
            over.extend(judged.over);
            unfair.extend(judged.unfair);
            admissions += judged.admissions_limited;
            compared += judged.admissions_compared;
            settings += judged.settings;
        }
        let capped = format!("{admissions} admissions, {settings} settings of the operator");
        let fair = format!("{compared} admissions of acknowledged joins");
        [
            Line::new(Invariant::CapHeld, admissions, capped, over),
            Line::new(Invariant::Fair, compared, fair, unfair),
        ]
    }

    fn room(&mut self, place: &Place) -> &mut Room {
        self.rooms.entry(place.room.clone()).or_default()
    }

    fn at(&mut self, room: &RoomId, at: Timestamp, moment: Moment) {
        let room = self.rooms.entry(room.clone()).or_default();
        room.moments.entry(at).or_default().push(moment);
    }
}

fn named(place: &Place, what: &str) -> String {
    let Place { number, user, room, .. } = place;
    format!("room {room}: place {number} of user {user} {what}")
}

#[cfg(test)]
mod tests;
