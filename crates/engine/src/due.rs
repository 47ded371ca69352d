//! Holds by expiry: what the sweeper of a store with one desk watches.

use std::collections::BTreeMap;

use usher_core::{Changes, HoldId, HoldState, Timestamp};

/// Live holds, earliest expiry first, and no others: holds that are given back at once must not pile up until their
/// time. Eight bytes a hold: two million may be live at once.
#[derive(Debug, Default)]
pub(crate) struct Due {
    /// By spans of 64 ms, each in order.
    spans: BTreeMap<i64, Vec<Packed>>,
    /// The span that came in last: the one before it is seldom added to any more.
    latest: i64,
}

/// Six bits of when within a span, then the hold's id.
type Packed = u64;

const SPAN_BITS: u32 = 6;
const ID_BITS: u32 = u64::BITS - SPAN_BITS;

fn pack(at: Timestamp, hold: HoldId) -> (i64, Packed) {
    let ms = at.unix_ms();
    debug_assert!(hold.get() >> ID_BITS == 0, "ids are dense");
    (ms >> SPAN_BITS, ((ms & 63) as u64) << ID_BITS | hold.get())
}

fn unpack(span: i64, packed: Packed) -> (Timestamp, HoldId) {
    let ms = (span << SPAN_BITS) + (packed >> ID_BITS) as i64;
    (Timestamp::from_unix_ms(ms), HoldId::new(packed << SPAN_BITS >> SPAN_BITS))
}

impl Due {
    /// How many holds one batch expires at most, so that a mass expiry does not hold buyers up.
    const BATCH_MAX: usize = 512;

    pub(crate) fn watch(&mut self, expires_at: Timestamp, hold: HoldId) {
        let (span, packed) = pack(expires_at, hold);
        if span != self.latest {
            if let Some(before) = self.spans.get_mut(&self.latest) {
                before.shrink_to_fit();
            }
            self.latest = span;
        }
        let holds = self.spans.entry(span).or_default();
        if let Err(at) = holds.binary_search(&packed) {
            holds.insert(at, packed);
        }
    }

    fn forget(&mut self, expires_at: Timestamp, hold: HoldId) {
        let (span, packed) = pack(expires_at, hold);
        let Some(holds) = self.spans.get_mut(&span) else { return };
        if let Ok(at) = holds.binary_search(&packed) {
            holds.remove(at);
        }
        if holds.is_empty() {
            self.spans.remove(&span);
        }
    }

    /// Watches the holds that a committed batch placed and left live, and no longer those that it ended.
    pub(crate) fn follow(&mut self, changes: &Changes) {
        for hold in changes.holds.values() {
            match hold.state {
                HoldState::Live => self.watch(hold.expires_at, hold.id),
                HoldState::Booked(..)
                | HoldState::Released
                | HoldState::Expired
                | HoldState::Cancelled(..) => self.forget(hold.expires_at, hold.id),
            }
        }
    }

    /// When the next hold expires.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        let (span, holds) = self.spans.first_key_value()?;
        holds.first().map(|packed| unpack(*span, *packed).0)
    }

    /// Takes holds that have expired by `now`, a bounded number.
    pub(crate) fn take(&mut self, now: Timestamp) -> Vec<(Timestamp, HoldId)> {
        let mut taken = Vec::new();
        while let Some(mut first) = self.spans.first_entry() {
            let span = *first.key();
            let holds = first.get_mut();
            let expired = holds.partition_point(|packed| unpack(span, *packed).0 <= now);
            let count = expired.min(Self::BATCH_MAX - taken.len());
            taken.extend(holds.drain(..count).map(|packed| unpack(span, packed)));
            if !holds.is_empty() {
                break;
            }
            first.remove();
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use usher_core::{Hold, Money, PerformanceId, SeatNumber, UserId};

    use super::*;

    fn commit(due: &mut Due, id: u64, state: HoldState) {
        let hold = Hold {
            id: HoldId::new(id),
            performance: PerformanceId::new(1),
            user: UserId::stored("kim"),
            seats: vec![SeatNumber::new(1)].into(),
            amount: Money::ZERO,
            created_at: Timestamp::from_unix_ms(0),
            expires_at: Timestamp::from_unix_ms(300),
            state,
            pass: None,
        };
        due.follow(&Changes { holds: [(hold.id, hold)].into(), ..Changes::default() });
    }

    #[test]
    fn a_hold_that_ended_is_watched_no_more() {
        let mut due = Due::default();
        for id in 1..=1_000 {
            commit(&mut due, id, HoldState::Live);
            commit(&mut due, id, HoldState::Released);
        }
        assert_eq!(due.next_at(), None);
        commit(&mut due, 7, HoldState::Live);
        let at = Timestamp::from_unix_ms(300);
        assert_eq!(due.take(Timestamp::from_unix_ms(299)), []);
        assert_eq!(due.take(at), [(at, HoldId::new(7))]);
        assert_eq!(due.take(at), []);
    }

    #[test]
    fn holds_are_taken_when_their_time_has_come_in_order_and_a_bounded_number() {
        let mut due = Due::default();
        // Spans apart and the same one, in no order; a time before 1970 too.
        let times = [-70, 5_000, 64, 63, 5_001, 127, 128, 0];
        for (id, ms) in (1..).zip(times) {
            due.watch(Timestamp::from_unix_ms(ms), HoldId::new(id));
        }
        let taken = |due: &mut Due, ms| -> Vec<(i64, u64)> {
            let taken = due.take(Timestamp::from_unix_ms(ms));
            taken.into_iter().map(|(at, hold)| (at.unix_ms(), hold.get())).collect()
        };
        assert_eq!(taken(&mut due, 64), [(-70, 1), (0, 8), (63, 4), (64, 3)]);
        assert_eq!(taken(&mut due, 126), []);
        assert_eq!(taken(&mut due, 5_000), [(127, 6), (128, 7), (5_000, 2)]);
        assert_eq!(due.next_at(), Some(Timestamp::from_unix_ms(5_001)));
        (10..2_000).for_each(|id| due.watch(Timestamp::from_unix_ms(6_000), HoldId::new(id)));
        let mut all = Vec::new();
        for _ in 0..4 {
            let some = taken(&mut due, 6_000);
            assert!(some.len() <= Due::BATCH_MAX);
            all.extend(some.into_iter().map(|(_, id)| id));
        }
        assert_eq!(all, Vec::from_iter(std::iter::once(5).chain(10..2_000)));
    }
}
