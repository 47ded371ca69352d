//! Writing behind: what committed batches add to a big tree in random order is kept in memory, sorted, and written in
//! slices, so that a page is rewritten for several entries and not for one.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

/// How many entries are kept, and how they are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// A generation starts with so many entries: the more, the more of them share a page.
    pub(crate) generation: usize,
    /// Never more entries in memory than this.
    pub(crate) kept_max: usize,
}

/// Entries of a slice.
const SLICE: usize = 500;
const SLICE_EVERY: Duration = Duration::from_millis(20);
/// Less than a generation is written once nothing has been for so long.
const IDLE: Duration = Duration::from_secs(1);

/// Entries that the tree lacks: collects a generation of them, then gives it out in slices in order of keys.
pub(crate) struct Behind<K, V> {
    pace: Pace,
    /// Entries of the transaction under way.
    noted: Vec<(K, V)>,
    /// Committed entries since the generation began.
    fresh: FxHashMap<K, V>,
    /// The generation being written.
    sorted: BTreeMap<K, V>,
    /// What the transaction under way writes of it.
    slice: Vec<K>,
    sliced_at: Instant,
    /// Where entries came from, as far as the transaction under way, what is committed, and the generation reach.
    noted_until: u64,
    fresh_until: u64,
    sorted_until: u64,
}

impl<K: Ord + Hash + Clone, V: Clone> Behind<K, V> {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            noted: Vec::new(),
            fresh: FxHashMap::default(),
            sorted: BTreeMap::new(),
            slice: Vec::new(),
            sliced_at: Instant::now(),
            noted_until: 0,
            fresh_until: 0,
            sorted_until: 0,
        }
    }

    /// Notes an entry of the batch that is being written, which came from the row `from`.
    pub(crate) fn note(&mut self, key: K, value: V, from: u64) {
        self.noted.push((key, value));
        self.noted_until = self.noted_until.max(from);
    }

    /// A committed entry that may not be written yet.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.fresh.get(key).or_else(|| self.sorted.get(key))
    }

    /// Whether a slice should be written now, beside a batch or alone.
    pub(crate) fn is_due(&mut self) -> bool {
        let waited = self.sliced_at.elapsed();
        let is_enough = self.fresh.len() >= self.pace.generation || waited >= IDLE;
        if self.sorted.is_empty() && !self.fresh.is_empty() && is_enough {
            self.sorted = self.fresh.drain().collect();
            self.sorted_until = self.fresh_until;
        }
        let is_full = self.kept() >= self.pace.kept_max / 2;
        !self.sorted.is_empty() && (is_full || waited >= SLICE_EVERY)
    }

    fn kept(&self) -> usize {
        self.sorted.len() + self.fresh.len()
    }

    /// The next slice, which is being written in the open transaction.
    pub(crate) fn slice(&mut self) -> impl Iterator<Item = (&K, &V)> {
        let is_pressed = self.kept() >= self.pace.kept_max * 3 / 4;
        let size = if is_pressed { SLICE * 20 } else { SLICE };
        self.slice = self.sorted.keys().take(size).cloned().collect();
        self.sliced_at = Instant::now();
        self.sorted.iter().take(size)
    }

    /// Once the slice ends its generation: the row until which everything is written then.
    pub(crate) fn written_until(&self) -> Option<u64> {
        (self.slice.len() == self.sorted.len()).then_some(self.sorted_until)
    }

    /// Whether the transaction under way has touched it.
    pub(crate) fn is_touched(&self) -> bool {
        !self.noted.is_empty() || !self.slice.is_empty()
    }

    /// What the transaction under way has noted.
    pub(crate) fn noted(&self) -> &[(K, V)] {
        &self.noted
    }

    /// What the transaction under way has written.
    pub(crate) fn sliced(&self) -> &[K] {
        &self.slice
    }

    /// The transaction is durable.
    pub(crate) fn committed(&mut self) {
        self.fresh.extend(self.noted.drain(..));
        self.fresh_until = self.fresh_until.max(std::mem::take(&mut self.noted_until));
        for key in self.slice.drain(..) {
            self.sorted.remove(&key);
        }
    }

    /// The transaction is gone: its slice is written again later.
    pub(crate) fn rolled_back(&mut self) {
        self.noted.clear();
        self.noted_until = 0;
        self.slice.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { generation: 1_000, kept_max: 4_000 };

    /// Commits a batch of entries that came from one row.
    fn commit(behind: &mut Behind<u32, u32>, keys: impl IntoIterator<Item = u32>, from: u64) {
        keys.into_iter().for_each(|key| behind.note(key, key * 2, from));
        behind.committed();
    }

    #[test]
    fn a_generation_goes_out_in_order_and_whole_and_its_end_tells_how_far_it_reaches() {
        let mut behind = Behind::new(PACE);
        commit(&mut behind, (0..2_200).rev(), 7);
        assert!(behind.is_due(), "at once, since so many are kept");
        commit(&mut behind, [5_000], 8);
        let mut written = Vec::new();
        let mut until = None;
        for _ in 0..5 {
            assert!(until.is_none());
            written.extend(behind.slice().map(|(key, _)| *key));
            until = behind.written_until();
            behind.committed();
        }
        assert_eq!(written, Vec::from_iter(0..2_200));
        assert_eq!(until, Some(7), "what came later is of the next generation");
        assert_eq!((behind.get(&5_000), behind.get(&3)), (Some(&10_000), None));
    }

    #[test]
    fn a_transaction_that_is_gone_leaves_nothing_and_loses_nothing() {
        let mut behind = Behind::new(PACE);
        commit(&mut behind, 0..2_000, 1);
        assert!(behind.is_due());
        behind.note(9_999, 0, 200);
        let first = Vec::from_iter(behind.slice().map(|(key, _)| *key));
        behind.rolled_back();
        assert_eq!((behind.get(&9_999), behind.get(&3)), (None, Some(&6)));
        assert!(!behind.is_touched());
        assert_eq!(Vec::from_iter(behind.slice().map(|(key, _)| *key)), first);
        behind.committed();
        for _ in 0..3 {
            behind.slice().for_each(drop);
            behind.committed();
        }
        assert_eq!(behind.written_until(), Some(1), "what is gone does not count as written");
    }

    #[test]
    fn what_is_kept_is_written_in_bigger_slices_when_there_is_much_of_it() {
        let mut behind = Behind::new(PACE);
        commit(&mut behind, 0..3_500, 1);
        assert!(behind.is_due());
        assert_eq!(behind.slice().count(), 3_500);
    }
}
