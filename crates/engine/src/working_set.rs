//! The rows that a lone desk keeps between batches, bounded.

use rustc_hash::FxHashMap;
use usher_core::{Facts, HoldFact, HoldState, Key, Keys, PerformanceId, Rows};

/// Bounds of the working set, in rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Claims over all performances, each performance counting as ten.
    pub(crate) claims_max: usize,
    /// Holds, and as many accounts.
    pub(crate) rows_max: usize,
}

impl Bounds {
    /// About 30 MB when full.
    pub(crate) const DEFAULT: Bounds = Bounds { claims_max: 200_000, rows_max: 50_000 };
}

/// Rows with what is needed to forget them again.
#[derive(Debug)]
pub(crate) struct WorkingSet {
    pub(crate) rows: Rows,
    bounds: Bounds,
    batch: u64,
    last_used: FxHashMap<PerformanceId, u64>,
}

impl WorkingSet {
    const LOOK_EVERY: u64 = 64;
    const HOUSE_WEIGHT: usize = 10;
    /// A place is found again quickly.
    const PLACES_MAX: usize = 10_000;

    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { rows: Rows::default(), bounds, batch: 0, last_used: FxHashMap::default() }
    }

    /// Forgets everything: the store did not take what these rows say.
    pub(crate) fn clear(&mut self) {
        self.rows = Rows::default();
        self.last_used.clear();
    }

    pub(crate) fn touch(&mut self, keys: &Keys) {
        for key in &keys.locks {
            if let Key::Performance(id) = key {
                self.last_used.insert(*id, self.batch);
            }
        }
    }

    /// Facts about holds that are here need no look-up.
    pub(crate) fn hold_fact(&self, id: usher_core::HoldId, facts: &mut Facts) -> bool {
        let Some(hold) = self.rows.holds.get(&id) else { return false };
        facts.holds.insert(id, HoldFact::of(hold));
        true
    }

    /// Forgets what a batch left over, and what is too much. Called between batches.
    pub(crate) fn trim(&mut self) {
        self.batch += 1;
        let rows = &mut self.rows;
        rows.events.clear();
        rows.answers.clear();
        rows.movements.clear();
        rows.payments.clear();
        rows.bookings.clear();
        rows.concerts.clear();
        if rows.holds.len() > self.bounds.rows_max {
            rows.holds.retain(|_, hold| matches!(hold.state, HoldState::Live));
            if rows.holds.len() > self.bounds.rows_max / 2 {
                rows.holds.clear();
            }
        }
        if rows.accounts.len() > self.bounds.rows_max {
            rows.accounts.clear();
        }
        if rows.places.len() > Self::PLACES_MAX {
            rows.places.clear();
        }
        if self.batch.is_multiple_of(Self::LOOK_EVERY) {
            self.forget_quiet_houses();
        }
    }

    fn forget_quiet_houses(&mut self) {
        let weight_of = |rows: &Rows, id: &PerformanceId| {
            rows.houses.get(id).map_or(0, |house| house.claims.len() + Self::HOUSE_WEIGHT)
        };
        let mut weight: usize = self.rows.houses.keys().map(|id| weight_of(&self.rows, id)).sum();
        if weight <= self.bounds.claims_max {
            return;
        }
        let mut by_age: Vec<(u64, PerformanceId)> =
            self.rows.houses.keys().map(|id| (self.last_used.get(id).copied().unwrap_or(0), *id)).collect();
        by_age.sort_unstable();
        for (_, id) in by_age {
            if weight <= self.bounds.claims_max / 2 {
                break;
            }
            weight -= weight_of(&self.rows, &id);
            self.rows.houses.remove(&id);
            self.last_used.remove(&id);
        }
        self.last_used.retain(|id, _| self.rows.houses.contains_key(id));
    }
}
