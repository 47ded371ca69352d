//! Who has been let in, and whose pass must soon be ended or withdrawn.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::PassView;
use super::place::Ordinal;
use crate::{Pass, Span, Timestamp};

/// A proposal that led to no commit is made again after this time.
const PROPOSE_AGAIN: Span = Span::from_secs(1);

#[derive(Debug)]
struct Given {
    view: PassView,
    /// The time of its entry among the due; other entries of it are stale.
    queued_for: Timestamp,
}

/// The live passes of a room.
#[derive(Debug, Default)]
pub(super) struct Passes {
    live: FxHashMap<Ordinal, Given>,
    due: BinaryHeap<Reverse<(Timestamp, Ordinal)>>,
}

impl PassView {
    /// When it must be ended, or withdrawn if nobody came for it.
    fn due_at(&self) -> Timestamp {
        let fetch_by = self.given_at.plus(Pass::FETCH_WITHIN);
        if self.is_fetched { self.valid_until } else { self.valid_until.min(fetch_by) }
    }
}

impl Passes {
    pub fn give(&mut self, ordinal: Ordinal, view: PassView) {
        let queued_for = view.due_at();
        self.live.insert(ordinal, Given { view, queued_for });
        self.due.push(Reverse((queued_for, ordinal)));
    }

    pub fn get(&self, ordinal: Ordinal) -> Option<PassView> {
        self.live.get(&ordinal).map(|pass| pass.view)
    }

    /// Changes a pass; its entry among the due moves only if it became due sooner.
    pub fn change(&mut self, ordinal: Ordinal, change: impl FnOnce(&mut PassView)) -> bool {
        let Some(pass) = self.live.get_mut(&ordinal) else { return false };
        change(&mut pass.view);
        let due_at = pass.view.due_at();
        if due_at < pass.queued_for {
            pass.queued_for = due_at;
            self.due.push(Reverse((due_at, ordinal)));
        }
        true
    }

    pub fn remove(&mut self, ordinal: Ordinal) -> Option<PassView> {
        self.live.remove(&ordinal).map(|pass| pass.view)
    }

    /// Up to `limit` passes that are due. Each is told again a second later if nothing came of it.
    pub fn due(&mut self, now: Timestamp, limit: usize) -> Vec<Ordinal> {
        let mut told = Vec::new();
        while told.len() < limit {
            let Some(Reverse((at, ordinal))) = self.due.peek().copied().filter(|entry| entry.0.0 <= now)
            else {
                break;
            };
            self.due.pop();
            let Some(pass) = self.live.get_mut(&ordinal).filter(|pass| pass.queued_for == at) else {
                continue;
            };
            pass.queued_for = pass.view.due_at();
            if pass.queued_for <= now {
                told.push(ordinal);
                pass.queued_for = now.plus(PROPOSE_AGAIN);
            }
            self.due.push(Reverse((pass.queued_for, ordinal)));
        }
        told
    }

    pub fn len(&self) -> u32 {
        self.live.len() as u32
    }

    pub fn heap_bytes(&self) -> usize {
        let entry = size_of::<(Ordinal, Given)>() + 1;
        self.live.capacity() * entry * 8 / 7
            + self.due.capacity() * size_of::<Reverse<(Timestamp, Ordinal)>>()
    }
}
