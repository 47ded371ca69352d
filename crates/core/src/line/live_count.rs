//! How many places live before a block, and in which block the n-th live place stands: a Fenwick tree.
//!
//! Fenwick, "A new data structure for cumulative frequency tables", 1994.

use std::collections::VecDeque;

/// Counts per block; every question and change costs the logarithm of the number of blocks.
#[derive(Debug, Default)]
pub(super) struct LiveCount {
    /// `sums[i]` covers the blocks from `i & (i + 1)` to `i`.
    sums: Vec<u32>,
}

impl LiveCount {
    /// Adds an empty block at the end.
    pub fn push_block(&mut self) {
        let at = self.sums.len();
        self.sums.push(0);
        self.sums[at] = self.before(at) - self.before(at & (at + 1));
    }

    /// Counts one more or one less in a block.
    pub fn change(&mut self, block: usize, is_more: bool) {
        let mut at = block;
        while at < self.sums.len() {
            self.sums[at] = if is_more { self.sums[at] + 1 } else { self.sums[at] - 1 };
            at |= at + 1;
        }
    }

    /// How many live in the blocks before this one.
    pub fn before(&self, block: usize) -> u32 {
        let (mut end, mut sum) = (block, 0);
        while end > 0 {
            sum += self.sums[end - 1];
            end &= end - 1;
        }
        sum
    }

    /// The block in which the place stands that has `ahead` live places before it.
    pub fn block_of(&self, ahead: u32) -> Option<usize> {
        let (mut at, mut left) = (0, ahead);
        let mut step = (self.sums.len() + 1).next_power_of_two();
        while step > 0 {
            if let Some(&sum) = self.sums.get(at + step - 1).filter(|sum| **sum <= left) {
                left -= sum;
                at += step;
            }
            step /= 2;
        }
        (at < self.sums.len()).then_some(at)
    }

    /// Counts anew from the count of each block.
    pub fn rebuild(&mut self, counts: impl Iterator<Item = u32>) {
        self.sums.clear();
        self.sums.extend(counts);
        for at in 0..self.sums.len() {
            let above = at | (at + 1);
            if above < self.sums.len() {
                self.sums[above] += self.sums[at];
            }
        }
    }

    pub fn heap_bytes(&self) -> usize {
        self.sums.capacity() * size_of::<u32>()
    }
}

/// The bytes that a queue holds on the heap.
pub(super) fn queue_bytes<T>(queue: &VecDeque<T>) -> usize {
    queue.capacity() * size_of::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_as_a_plain_list_does() {
        let mut tree = LiveCount::default();
        let mut plain: Vec<u32> = Vec::new();
        let mut dice = 7u64;
        for _ in 0..3_000 {
            dice = dice.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let roll = (dice >> 33) as usize;
            if plain.is_empty() || roll.is_multiple_of(9) {
                tree.push_block();
                plain.push(0);
            }
            let block = roll % plain.len();
            let is_more = plain[block] == 0 || !roll.is_multiple_of(3);
            tree.change(block, is_more);
            plain[block] = if is_more { plain[block] + 1 } else { plain[block] - 1 };
            let asked = roll / 7 % (plain.len() + 1);
            assert_eq!(tree.before(asked), plain[..asked].iter().sum::<u32>());
            let total: u32 = plain.iter().sum();
            let ahead = (roll / 11) as u32 % (total + 2);
            let mut left = ahead;
            let wanted = plain.iter().position(|count| {
                let is_here = left < *count;
                left = left.saturating_sub(*count);
                is_here
            });
            assert_eq!(tree.block_of(ahead), wanted, "{ahead} of {total}");
        }
        let mut rebuilt = LiveCount::default();
        rebuilt.rebuild(plain.iter().copied());
        assert_eq!(rebuilt.sums, tree.sums);
    }
}
