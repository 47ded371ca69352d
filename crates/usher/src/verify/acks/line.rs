//! What fans and operators were told of waiting rooms, beside the store's events: FAIR, CAP-HELD, and places that must not
//! be lost.

use std::collections::BTreeMap;

use usher_core::invariant::{Admissions, Asked, Limits, Line};
use usher_core::{RoomId, Span, Timestamp};
use usher_engine::{Reader, StoreError};
use usher_lab::acks::{Ack, Op};
use usher_lab::seen::{Place, Room, Status};

/// Events that are read at a time.
const SLICE: usize = 1_000;

/// Places and rooms of a record.
#[derive(Default)]
pub struct Lines {
    /// Once a record tells of a place, all events are read.
    admissions: Option<Admissions>,
    /// Whose stream is about which place.
    watched: BTreeMap<String, (RoomId, u64)>,
}

impl Lines {
    /// Takes in an answer about a place or a room; what of it the store does not know.
    pub fn hear(&mut self, ack: &Ack<'_>, reader: &mut dyn Reader) -> Result<Option<String>, StoreError> {
        let seen = match &mut self.admissions {
            Some(seen) => seen,
            none => none.insert(read_events(reader)?),
        };
        let asked = asked(ack);
        seen.reaches(asked.answered);
        if let (Op::Room, Some(room)) = (ack.op, &ack.room) {
            seen.limits(&RoomId::stored(&room.waiting_queue_id), asked, limits(room));
        }
        if ack.op == Op::WatchEnd
            && let Some((room, number)) = self.watched.remove(&*ack.user)
        {
            seen.watched(&room, number, asked.answered);
        }
        let Some(place) = &ack.place else { return Ok(None) };
        let room = RoomId::stored(&place.waiting_queue_id);
        if ack.op == Op::Watch {
            self.watched.insert(ack.user.to_string(), (room.clone(), place.number));
        }
        Ok(hear_place(seen, &room, ack, place, asked))
    }

    /// A request of whatever kind went without an answer.
    pub fn unanswered(&mut self, ack: &Ack<'_>) {
        if let (Some(seen), false) = (&mut self.admissions, ack.cut) {
            seen.unanswered(asked(ack));
        }
    }

    /// The lines of CAP-HELD and FAIR.
    pub fn judge(self) -> [Line; 2] {
        self.admissions.unwrap_or_default().judge()
    }
}

fn read_events(reader: &mut dyn Reader) -> Result<Admissions, StoreError> {
    let (mut seen, mut after) = (Admissions::default(), 0);
    loop {
        let events = reader.events(after, SLICE)?;
        events.iter().for_each(|waiting| seen.event(&waiting.event));
        match events.last() {
            Some(last) => after = last.position,
            None => return Ok(seen),
        }
    }
}

fn hear_place(
    seen: &mut Admissions,
    room: &RoomId,
    ack: &Ack<'_>,
    place: &Place,
    asked: Asked,
) -> Option<String> {
    let (user, number) = (&ack.user, place.number);
    let poll_after = Span::from_ms(place.poll_after_ms.unwrap_or(0));
    match place.status {
        Status::Waiting if ack.op == Op::Watch => seen.watches(room, number, asked.answered),
        Status::Waiting if ack.op == Op::Join => seen.joined(room, number, asked, poll_after),
        Status::Waiting => seen.told_to_wait(room, number, asked, poll_after),
        Status::Processing if !seen.let_in(room, number) => {
            return Some(format!("place {number} of user {user}: was told of a pass that was never given"));
        }
        Status::Processing => {}
    }
    (!seen.knows(room, number)).then(|| format!("place {number} of user {user}: acknowledged, and not there"))
}

fn asked(ack: &Ack<'_>) -> Asked {
    let moment = |ms: u64| Timestamp::from_unix_ms(ms as i64);
    Asked { sent: moment(ack.sent_ms.unwrap_or(ack.at_ms)), answered: moment(ack.at_ms) }
}

fn limits(room: &Room) -> Limits {
    let opens_at = room.opens_at.as_deref().and_then(|at| at.parse::<jiff::Timestamp>().ok());
    Limits {
        opens_at: opens_at.map_or_else(Timestamp::default, |at| Timestamp::from_unix_ms(at.as_millisecond())),
        paused: room.paused,
        live_passes_max: room.live_passes_max,
        admits_per_second: room.admits_per_second,
    }
}
