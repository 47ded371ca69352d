//! Fresh ids: counters for a store that one process owns, leased blocks for a store that several share.

use std::sync::{Arc, Mutex};

use usher_core::{IdKind, Ids};

use crate::port::StoreError;

/// Counters in memory, one a kind, each starting after the highest id that is stored.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    last: [u64; IdKind::ALL.len()],
}

impl Counters {
    /// Counters that go on after `last`, which says the highest id of each kind.
    pub fn after(last: impl Fn(IdKind) -> u64) -> Self {
        Self { last: IdKind::ALL.map(last) }
    }
}

impl Ids for Counters {
    fn next(&mut self, kind: IdKind) -> u64 {
        let last = &mut self.last[kind as usize];
        *last += 1;
        *last
    }
}

/// Leases blocks of ids durably, so that no other node gets them.
pub trait IdBlocks: Send {
    /// The first of `count` ids that now belong to the caller.
    fn lease(&mut self, kind: IdKind, count: u64) -> Result<u64, StoreError>;
}

/// Ids from leased blocks, shared by the desks of one node.
#[derive(Clone)]
pub struct BlockIds {
    shared: Arc<Mutex<Blocks>>,
}

struct Blocks {
    source: Box<dyn IdBlocks>,
    next: [u64; IdKind::ALL.len()],
    end: [u64; IdKind::ALL.len()],
}

impl BlockIds {
    /// How many ids of a kind are leased at a time.
    pub const BLOCK: u64 = 10_000;
    /// A block with fewer left is topped up before the next batch, so that a decision never waits for a lease.
    const LOW: u64 = 4_000;

    /// Ids from this source.
    pub fn new(source: Box<dyn IdBlocks>) -> Self {
        let kinds = IdKind::ALL.len();
        debug_assert_eq!(kinds, 8);
        let blocks = Blocks { source, next: [0; IdKind::ALL.len()], end: [0; IdKind::ALL.len()] };
        Self { shared: Arc::new(Mutex::new(blocks)) }
    }

    /// Makes sure that a batch can be decided without a lease.
    pub fn top_up(&self) -> Result<(), StoreError> {
        let mut blocks = self.shared.lock().expect("no holder of this lock panics");
        for kind in IdKind::ALL {
            let at = kind as usize;
            if blocks.end[at] - blocks.next[at] < Self::LOW {
                let first = blocks.source.lease(kind, Self::BLOCK)?;
                (blocks.next[at], blocks.end[at]) = (first, first + Self::BLOCK);
            }
        }
        Ok(())
    }
}

impl Ids for BlockIds {
    fn next(&mut self, kind: IdKind) -> u64 {
        let mut blocks = self.shared.lock().expect("no holder of this lock panics");
        let at = kind as usize;
        assert!(blocks.next[at] < blocks.end[at], "a batch drew more ids than a topped-up block holds");
        blocks.next[at] += 1;
        blocks.next[at] - 1
    }
}
