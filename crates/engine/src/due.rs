//! Holds by expiry: what the sweeper of a store with one desk watches.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use usher_core::{Changes, HoldId, HoldState, Timestamp};

/// Live holds, earliest expiry first. A hold that ended early stays until its time and is then found ended.
#[derive(Debug, Default)]
pub(crate) struct Due {
    heap: BinaryHeap<Reverse<(Timestamp, HoldId)>>,
}

impl Due {
    /// How many holds one batch expires at most, so that a mass expiry does not hold buyers up.
    const BATCH_MAX: usize = 512;

    pub(crate) fn watch(&mut self, expires_at: Timestamp, hold: HoldId) {
        self.heap.push(Reverse((expires_at, hold)));
    }

    /// Watches the holds that a committed batch placed and left live.
    pub(crate) fn follow(&mut self, changes: &Changes) {
        for hold in changes.holds.values() {
            if matches!(hold.state, HoldState::Live) {
                self.watch(hold.expires_at, hold.id);
            }
        }
    }

    /// When the next hold expires.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes holds that have expired by `now`, a bounded number.
    pub(crate) fn take(&mut self, now: Timestamp) -> Vec<(Timestamp, HoldId)> {
        let mut taken = Vec::new();
        while taken.len() < Self::BATCH_MAX && self.next_at().is_some_and(|at| at <= now) {
            let Reverse(due) = self.heap.pop().expect("the heap was just seen to hold one");
            taken.push(due);
        }
        taken
    }
}
