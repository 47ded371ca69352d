//! Holds by expiry: what the sweeper of a store with one desk watches.

use std::collections::BTreeSet;

use usher_core::{Changes, HoldId, HoldState, Timestamp};

/// Live holds, earliest expiry first, and no others: holds that are given back at once must not pile up until their time.
#[derive(Debug, Default)]
pub(crate) struct Due {
    live: BTreeSet<(Timestamp, HoldId)>,
}

impl Due {
    /// How many holds one batch expires at most, so that a mass expiry does not hold buyers up.
    const BATCH_MAX: usize = 512;

    pub(crate) fn watch(&mut self, expires_at: Timestamp, hold: HoldId) {
        self.live.insert((expires_at, hold));
    }

    /// Watches the holds that a committed batch placed and left live, and no longer those that it ended.
    pub(crate) fn follow(&mut self, changes: &Changes) {
        for hold in changes.holds.values() {
            match hold.state {
                HoldState::Live => self.watch(hold.expires_at, hold.id),
                HoldState::Booked(..)
                | HoldState::Released
                | HoldState::Expired
                | HoldState::Cancelled(..) => {
                    self.live.remove(&(hold.expires_at, hold.id));
                }
            }
        }
    }

    /// When the next hold expires.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.live.first().map(|(at, _)| *at)
    }

    /// Takes holds that have expired by `now`, a bounded number.
    pub(crate) fn take(&mut self, now: Timestamp) -> Vec<(Timestamp, HoldId)> {
        let mut taken = Vec::new();
        while taken.len() < Self::BATCH_MAX && self.next_at().is_some_and(|at| at <= now) {
            taken.extend(self.live.pop_first());
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
}
