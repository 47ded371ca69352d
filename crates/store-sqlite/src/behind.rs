//! Writing behind: what committed batches add to a big tree in random order is kept in memory, sorted, and written in
//! slices, so that a page is rewritten for several entries and not for one.

use std::collections::VecDeque;
use std::hash::Hash;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

/// Entries that wait together for their slices to begin: the more, the more of them share a page. About twice as many
/// are kept in memory, since others come in meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Generation(pub(crate) usize);

/// A slice is at least so large, or ends its generation. One that no batch wrote for so long is written alone.
const SLICE: usize = 250;
const SLICE_EVERY: Duration = Duration::from_millis(50);
/// More than a batch of the most orders owes.
const SLICE_MAX: usize = 2_000;
/// Less than a generation is written once nothing has been for so long.
const IDLE: Duration = Duration::from_secs(1);

/// Entries that the tree lacks: collects a generation of them, then gives it out in slices in order of keys.
pub(crate) struct Behind<K, V> {
    generation: Generation,
    /// Entries of the transaction under way.
    noted: Vec<(K, V)>,
    /// Committed entries that may not be written yet.
    kept: FxHashMap<K, V>,
    /// Keys of those that came in since the generation began.
    fresh: Vec<K>,
    /// Keys of the generation being written, sorted; the transaction under way writes the first `slice` of them.
    sorted: VecDeque<K>,
    slice: usize,
    /// How many are to be written for those that came in since the last slice: a quarter more, so that a generation is
    /// written before the next is full, and no batch has to make up for another.
    owed: usize,
    sliced_at: Instant,
    /// Where entries came from, as far as the transaction under way, what is committed, and the generation reach.
    noted_until: u64,
    fresh_until: u64,
    sorted_until: u64,
}

impl<K: Ord + Hash + Clone, V> Behind<K, V> {
    pub(crate) fn new(generation: Generation) -> Self {
        Self {
            generation,
            noted: Vec::new(),
            kept: FxHashMap::default(),
            fresh: Vec::new(),
            sorted: VecDeque::new(),
            slice: 0,
            owed: 0,
            sliced_at: Instant::now(),
            noted_until: 0,
            fresh_until: 0,
            sorted_until: 0,
        }
    }

    /// Notes an entry of the batch that is being written, which came from the row `from`. One that is noted again has
    /// the value that it had.
    pub(crate) fn note(&mut self, key: K, value: V, from: u64) {
        self.noted.push((key, value));
        self.noted_until = self.noted_until.max(from);
    }

    /// A committed entry that may not be written yet.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.kept.get(key)
    }

    /// Whether the batch under way should write a slice.
    pub(crate) fn is_due(&mut self) -> bool {
        self.is_overdue() || (self.owed >= SLICE && !self.sorted.is_empty())
    }

    /// Whether a slice should be written, and no batch has come to do it.
    pub(crate) fn is_overdue(&mut self) -> bool {
        let waited = self.sliced_at.elapsed();
        let is_enough = self.fresh.len() >= self.generation.0 || waited >= IDLE;
        if self.sorted.is_empty() && !self.fresh.is_empty() && is_enough {
            self.fresh.sort_unstable();
            self.sorted = std::mem::take(&mut self.fresh).into();
            self.sorted_until = self.fresh_until;
            self.owed = SLICE;
        }
        !self.sorted.is_empty() && waited >= SLICE_EVERY
    }

    /// The next slice, which is being written in the open transaction.
    pub(crate) fn slice(&mut self) -> impl Iterator<Item = (&K, &V)> {
        self.slice = self.owed.clamp(SLICE, SLICE_MAX).min(self.sorted.len());
        self.sliced_at = Instant::now();
        self.sliced().filter_map(|key| self.kept.get_key_value(key))
    }

    /// Once the slice ends its generation: the row until which everything is written then.
    pub(crate) fn written_until(&self) -> Option<u64> {
        (self.slice == self.sorted.len()).then_some(self.sorted_until)
    }

    /// Whether the transaction under way has touched it.
    pub(crate) fn is_touched(&self) -> bool {
        !self.noted.is_empty() || self.slice > 0
    }

    /// What the transaction under way has noted.
    pub(crate) fn noted(&self) -> &[(K, V)] {
        &self.noted
    }

    /// What the transaction under way has written.
    pub(crate) fn sliced(&self) -> impl Iterator<Item = &K> {
        self.sorted.iter().take(self.slice)
    }

    /// The transaction is durable.
    pub(crate) fn committed(&mut self) {
        let owed = (self.noted.len() * 5).div_ceil(4);
        self.owed = (self.owed + owed).saturating_sub(self.slice);
        for key in self.sorted.drain(..std::mem::take(&mut self.slice)) {
            self.kept.remove(&key);
        }
        self.fresh.extend(self.noted.iter().map(|(key, _)| key.clone()));
        self.kept.extend(self.noted.drain(..));
        self.fresh_until = self.fresh_until.max(std::mem::take(&mut self.noted_until));
    }

    /// The transaction is gone: its slice is written again later.
    pub(crate) fn rolled_back(&mut self) {
        self.noted.clear();
        self.noted_until = 0;
        self.slice = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENERATION: Generation = Generation(1_000);

    /// Commits a batch of entries that came from one row.
    fn commit(behind: &mut Behind<u32, u32>, keys: impl IntoIterator<Item = u32>, from: u64) {
        keys.into_iter().for_each(|key| behind.note(key, key * 2, from));
        behind.committed();
    }

    fn slice(behind: &mut Behind<u32, u32>) -> Vec<u32> {
        behind.slice().map(|(key, _)| *key).collect()
    }

    #[test]
    fn a_generation_goes_out_in_order_and_whole_and_its_end_tells_how_far_it_reaches() {
        let mut behind = Behind::new(GENERATION);
        commit(&mut behind, (0..1_000).rev(), 7);
        behind.is_due();
        commit(&mut behind, [5_000], 8);
        let mut written = Vec::new();
        let mut until = None;
        for _ in 0..4 {
            assert!(until.is_none());
            written.extend(slice(&mut behind));
            until = behind.written_until();
            behind.committed();
        }
        assert_eq!(written, Vec::from_iter(0..1_000));
        assert_eq!(until, Some(7), "what came later is of the next generation");
        assert_eq!((behind.get(&5_000), behind.get(&3)), (Some(&10_000), None));
    }

    #[test]
    fn a_transaction_that_is_gone_leaves_nothing_and_loses_nothing() {
        let mut behind = Behind::new(GENERATION);
        commit(&mut behind, 0..1_000, 1);
        behind.is_due();
        behind.note(9_999, 0, 200);
        let first = slice(&mut behind);
        behind.rolled_back();
        assert_eq!((behind.get(&9_999), behind.get(&3)), (None, Some(&6)));
        assert!(!behind.is_touched());
        assert_eq!(slice(&mut behind), first);
        behind.committed();
        for _ in 0..3 {
            slice(&mut behind);
            if behind.written_until().is_none() {
                behind.committed();
            }
        }
        assert_eq!(behind.written_until(), Some(1), "what is gone does not count as written");
    }

    #[test]
    fn batches_of_any_size_share_the_work_and_never_more_than_about_two_generations_are_kept() {
        for size in [1, 40, 400, 1_024] {
            let generation = Generation(8_000);
            let mut behind = Behind::new(generation);
            let (mut kept_max, mut slice_max) = (0, 0);
            for batch in 0..100_000 / size {
                if behind.is_due() {
                    slice_max = slice_max.max(slice(&mut behind).len());
                }
                commit(&mut behind, batch * size..(batch + 1) * size, 1);
                kept_max = kept_max.max(behind.kept.len());
            }
            let size = size as usize;
            assert!(kept_max <= 2 * generation.0 + 3 * size, "{kept_max} kept in batches of {size}");
            assert!(slice_max <= SLICE.max(size * 3), "{slice_max} written beside batches of {size}");
        }
    }
}
