//! Finds who fell silent: a timing wheel that a poll need not touch.
//!
//! Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987. A place stands in the slot of a deadline it
//! once had. A poll only moves its deadline; when the slot comes round, the place is moved on to where its deadline
//! is by then. So a place costs a move per deadline, however often it polls.

use super::place::{NOBODY, Ordinal, State};
use super::places::Places;
use crate::Timestamp;

/// The wheel goes round once in 131 s; the longest patience is 70 s.
const SLOTS: usize = 1024;
const SLOT_MS: i64 = 128;

/// Lists of places by the time at which each must be looked at.
#[derive(Debug)]
pub(super) struct Wheel {
    first: Box<[Ordinal; SLOTS]>,
    /// The slot now coming round, counted from the beginning of time.
    turn: i64,
}

/// What a sweep did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Swept {
    /// Who fell silent; they are off the wheel.
    pub silenced: Vec<Ordinal>,
    /// Whether places remain to be looked at.
    pub has_more: bool,
}

impl Wheel {
    pub fn new(now: Timestamp) -> Self {
        Self { first: Box::new([NOBODY; SLOTS]), turn: turn_of(now) }
    }

    /// The earliest moment that the wheel can still tell.
    pub fn begins(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.turn * SLOT_MS)
    }

    /// Puts a place where its deadline is.
    pub fn put(&mut self, ordinal: Ordinal, deadline: Timestamp, places: &mut Places) {
        let turn = turn_of(deadline).clamp(self.turn, self.turn + SLOTS as i64 - 1);
        let slot = turn.rem_euclid(SLOTS as i64) as usize;
        let second = std::mem::replace(&mut self.first[slot], ordinal);
        if second != NOBODY {
            places.place_mut(second).previous = ordinal;
        }
        let place = places.place_mut(ordinal);
        place.slot = slot as u16;
        place.next = second;
        place.previous = NOBODY;
    }

    /// Takes a place off the wheel.
    pub fn take(&mut self, ordinal: Ordinal, places: &mut Places) {
        let place = places.place_mut(ordinal);
        let (previous, next, slot) = (place.previous, place.next, usize::from(place.slot));
        place.previous = NOBODY;
        place.next = NOBODY;
        if next != NOBODY {
            places.place_mut(next).previous = previous;
        }
        if previous == NOBODY {
            self.first[slot] = next;
        } else {
            places.place_mut(previous).next = next;
        }
    }

    /// Looks at the places whose slots have come round, at most `looks` of them, and takes those off that are overdue.
    pub fn sweep(&mut self, now: Timestamp, mut looks: usize, places: &mut Places) -> Swept {
        let mut silenced = Vec::new();
        let until = turn_of(now);
        self.turn = self.turn.max(until - SLOTS as i64 + 1);
        while self.turn <= until {
            let slot = self.turn.rem_euclid(SLOTS as i64) as usize;
            let mut next = self.first[slot];
            while next != NOBODY {
                if looks == 0 {
                    return Swept { silenced, has_more: true };
                }
                looks -= 1;
                let ordinal = next;
                let place = places.place(ordinal);
                next = place.next;
                let deadline = place.until(now);
                debug_assert_eq!(place.state, State::Live, "only live places stand on the wheel");
                if deadline <= now {
                    self.take(ordinal, places);
                    silenced.push(ordinal);
                } else if turn_of(deadline) != self.turn {
                    self.take(ordinal, places);
                    self.put(ordinal, deadline, places);
                }
            }
            if self.turn == until {
                break;
            }
            self.turn += 1;
        }
        Swept { silenced, has_more: false }
    }

    pub fn heap_bytes(&self) -> usize {
        size_of::<[Ordinal; SLOTS]>()
    }
}

fn turn_of(at: Timestamp) -> i64 {
    at.unix_ms().div_euclid(SLOT_MS)
}
