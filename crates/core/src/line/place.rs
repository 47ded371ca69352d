//! One place in line: 32 bytes, of which a poll may change a few while others read.

use std::sync::atomic::{AtomicU16, AtomicU32, Ordering::Relaxed};

use crate::{PlaceEnd, Span, Timestamp};

/// Where a place stands among all places ever taken in this room since the start: the key of everything inside.
pub(super) type Ordinal = u32;

/// No place.
pub(super) const NOBODY: Ordinal = u32::MAX;

/// What a place that never polled gets, from its join.
pub(super) const NEVER_POLLED: Span = Span::from_secs(60);

/// What is added to twice the time after which a fan was told to ask again.
const POLL_SLACK: Span = Span::from_secs(10);

/// How a place stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Waits, and has been heard from in time.
    Live,
    /// Waits and keeps its number; admission skips it.
    Silent,
    /// Has been let in.
    Pass,
    /// Over; the reason is remembered for a day.
    Ended(PlaceEnd),
    /// Over, and its reason forgotten.
    Forgotten,
}

/// One place. Which fields a poll may change is said by their type.
#[derive(Debug)]
pub(super) struct Place {
    /// Its number less the first number of its block.
    pub number_offset: u32,
    /// When it was taken, after the first place of its block.
    pub joined_offset_ms: u32,
    /// Waiting: when it falls silent. Ended: when its reason is forgotten. The low 32 bits of a [`Timestamp`].
    until_low: AtomicU32,
    /// The least position its fan was shown.
    shown: AtomicU32,
    /// Its neighbours on the list on which it stands, if any.
    pub next: Ordinal,
    pub previous: Ordinal,
    /// After how many milliseconds its fan was told to ask again; 0: never polled.
    poll_after_ms: AtomicU16,
    /// The slot of the wheel in which it stands; meaningless outside the wheel.
    pub slot: u16,
    /// Where its user's id ends in the text of its block.
    pub text_end: u16,
    pub state: State,
    /// Whether a stream of events is open to its fan.
    pub has_stream: bool,
}

impl Place {
    pub fn new(number_offset: u32, joined_offset_ms: u32, text_end: u16, until: Timestamp) -> Self {
        Self {
            number_offset,
            joined_offset_ms,
            until_low: AtomicU32::new(low(until)),
            shown: AtomicU32::new(u32::MAX),
            next: NOBODY,
            previous: NOBODY,
            poll_after_ms: AtomicU16::new(0),
            slot: 0,
            text_end,
            state: State::Live,
            has_stream: false,
        }
    }

    /// When it falls silent or is forgotten. Exact within 24 days of `now`, which the wheel and the day keep.
    pub fn until(&self, now: Timestamp) -> Timestamp {
        let ahead_ms = self.until_low.load(Relaxed).wrapping_sub(low(now)) as i32;
        Timestamp::from_unix_ms(now.unix_ms().saturating_add(i64::from(ahead_ms)))
    }

    /// Sets when it falls silent or is forgotten; returns whether that is sooner than before.
    pub fn set_until(&self, until: Timestamp) -> bool {
        let before = self.until_low.swap(low(until), Relaxed);
        (low(until).wrapping_sub(before) as i32) < 0
    }

    /// Whether its time without a poll has passed. Says nothing of a place that does not wait.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        !self.has_stream && self.until(now) <= now
    }

    /// Takes note of the position about to be shown and returns the least so far.
    pub fn show(&self, position: u32) -> u32 {
        self.shown.fetch_min(position, Relaxed).min(position)
    }

    /// Whether its fan ever asked.
    pub fn has_polled(&self) -> bool {
        self.poll_after_ms.load(Relaxed) != 0
    }

    /// Takes note of what its fan was told; at most 65 s.
    pub fn told_to_poll_after(&self, span: Span) {
        self.poll_after_ms.store(u16::try_from(span.ms()).unwrap_or(u16::MAX), Relaxed);
    }

    /// How long it stays live without another poll: twice what its fan was told and 10 s.
    pub fn patience(&self) -> Span {
        match self.poll_after_ms.load(Relaxed) {
            0 => NEVER_POLLED,
            ms => patience(Span::from_ms(u64::from(ms))),
        }
    }
}

/// How long a fan who was told to ask again after `poll_after` may be silent.
pub(super) const fn patience(poll_after: Span) -> Span {
    Span::from_ms(2 * poll_after.ms() + POLL_SLACK.ms())
}

const fn low(at: Timestamp) -> u32 {
    at.unix_ms() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_32_bytes() {
        assert_eq!(std::mem::size_of::<Place>(), 32);
    }

    #[test]
    fn a_deadline_is_exact_on_both_sides_of_a_turn_of_its_32_bits() {
        for turn in [0, 1 << 32, 1_795_000_000_000, -(1i64 << 32)] {
            for (now, until) in [(-5, 5), (5, -5), (0, 0), (-70_000, 70_000), (-1, 86_400_000)] {
                let now = Timestamp::from_unix_ms(turn + now);
                let until = Timestamp::from_unix_ms(turn + until);
                let place = Place::new(0, 0, 0, until);
                assert_eq!(place.until(now), until);
                assert_eq!(place.is_overdue(now), until <= now);
            }
        }
    }

    #[test]
    fn a_deadline_that_moves_closer_is_told() {
        let at = |ms| Timestamp::from_unix_ms((1i64 << 32) + ms);
        let place = Place::new(0, 0, 0, at(-10));
        assert!(!place.set_until(at(10)));
        assert!(!place.set_until(at(10)));
        assert!(place.set_until(at(-10)));
    }
}
