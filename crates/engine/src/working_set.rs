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
    /// About 30 MB when full: a biggest hall with all its claims, and as much again.
    pub(crate) const DEFAULT: Bounds = Bounds { claims_max: 200_000, rows_max: 25_000 };
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
        for (used, id) in by_age {
            let is_in_use = used + Self::LOOK_EVERY > self.batch;
            if weight <= self.bounds.claims_max / 2 || (is_in_use && weight <= self.bounds.claims_max) {
                break;
            }
            weight -= weight_of(&self.rows, &id);
            self.rows.houses.remove(&id);
            self.last_used.remove(&id);
        }
        self.last_used.retain(|id, _| self.rows.houses.contains_key(id));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use usher_core::{
        Claim, ClaimState, Concert, ConcertId, House, Money, Performance, RoomId, SeatNumber, Span, Stage,
        Timestamp,
    };

    use super::*;

    fn house(id: PerformanceId, seats: u32) -> House {
        let at = Timestamp::from_unix_ms(0);
        let performance = Performance {
            id,
            concert: ConcertId::new(1),
            begins_at: at,
            duration: Span::from_secs(1),
            title: "".into(),
            description: None,
            price: Money::ZERO,
            seats_max: seats,
            sale_opens_at: at,
            sale_closes_at: at,
            hold_ttl: Span::from_secs(1),
            seats_per_user_max: 1,
            room: RoomId::main(),
            created_at: at,
        };
        let blocked = |seat| Claim {
            performance: id,
            seat: SeatNumber::new(seat),
            state: ClaimState::Blocked,
            hold: None,
            user: None,
        };
        let claims = (1..=seats).map(|seat| (SeatNumber::new(seat), blocked(seat)));
        House {
            performance: Arc::new(performance),
            concert: Arc::new(Concert { id: ConcertId::new(1), title: "".into(), created_at: at }),
            stage: Stage::new(id),
            claims: BTreeMap::from_iter(claims),
            counts: FxHashMap::default(),
        }
    }

    /// Runs batches that use these, until houses have been looked through.
    fn use_for_a_while(set: &mut WorkingSet, used: &[u64]) {
        let locks = used.iter().map(|id| Key::Performance(PerformanceId::new(*id)));
        let keys = Keys { locks: locks.collect(), ..Keys::default() };
        for _ in 0..WorkingSet::LOOK_EVERY {
            set.touch(&keys);
            set.trim();
        }
    }

    #[test]
    fn a_hall_in_use_stays_whatever_its_size_and_what_is_quiet_goes() {
        let mut set = WorkingSet::new(Bounds { claims_max: 1_000, rows_max: 10 });
        let halls = [(1, 600), (2, 900), (3, 5)];
        for (id, seats) in halls {
            let id = PerformanceId::new(id);
            set.rows.houses.insert(id, house(id, seats));
        }
        let kept = |set: &WorkingSet| {
            let mut kept: Vec<u64> = set.rows.houses.keys().map(|id| id.get()).collect();
            kept.sort_unstable();
            kept
        };
        use_for_a_while(&mut set, &[2, 3]);
        assert_eq!(kept(&set), [2, 3], "a hall that is being sold was loaded again and again");
        use_for_a_while(&mut set, &[3]);
        set.rows.houses.insert(PerformanceId::new(1), house(PerformanceId::new(1), 600));
        use_for_a_while(&mut set, &[1]);
        assert_eq!(kept(&set), [1]);
    }
}
