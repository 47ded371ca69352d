//! Who has which seat of a big hall: a fan's own holds are found without a look at every claim in the store.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;
use usher_core::{Claim, HoldId, SeatNumber, UserId};

/// Seats of a hall from which on owners are kept: fewer claims are read as quickly.
pub(crate) const KEPT_FROM_SEATS: u32 = 1_000;

/// A claim's owner: a hash of the user's name, of which nobody has 0, and the hold.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    tag: u32,
    hold: u64,
}

const NOBODY: Owner = Owner { tag: 0, hold: 0 };

impl Owner {
    pub(super) fn of(claim: &Claim) -> Self {
        match (&claim.user, claim.hold) {
            (Some(user), Some(hold)) => Self { tag: tag(user), hold: hold.get() },
            (None, _) | (_, None) => NOBODY,
        }
    }
}

fn tag(user: &UserId) -> u32 {
    let mut hasher = FxHasher::default();
    user.as_str().hash(&mut hasher);
    (hasher.finish() >> 32) as u32 | 1
}

/// Twelve bytes a seat, in order of seats; none of a small hall.
pub(super) struct Owners {
    tags: Vec<u32>,
    holds: Vec<u64>,
}

impl Owners {
    pub(super) fn of_hall(seats_max: u32) -> Self {
        let seats = if seats_max < KEPT_FROM_SEATS { 0 } else { seats_max as usize };
        Self { tags: vec![NOBODY.tag; seats], holds: vec![NOBODY.hold; seats] }
    }

    pub(super) fn set(&mut self, seat: SeatNumber, owner: Option<Owner>) {
        let index = (seat.get() - 1) as usize;
        if index < self.tags.len() {
            let Owner { tag, hold } = owner.unwrap_or(NOBODY);
            (self.tags[index], self.holds[index]) = (tag, hold);
        }
    }

    /// The holds that may be the user's, ascending; `None` of a small hall. Their rows tell whether they are.
    pub(super) fn holds_of(&self, user: &UserId) -> Option<Vec<HoldId>> {
        let tag = tag(user);
        let seats = self.tags.iter().zip(&self.holds);
        let mut holds: Vec<u64> = seats.filter(|(owner, _)| **owner == tag).map(|(_, hold)| *hold).collect();
        holds.sort_unstable();
        holds.dedup();
        (!self.tags.is_empty()).then(|| holds.into_iter().map(HoldId::new).collect())
    }
}
