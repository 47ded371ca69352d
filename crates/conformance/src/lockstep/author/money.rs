//! Charges and uses: nothing, the last won, one more, and the most that a balance may hold.

use usher_core::{Command, Money, UserId};

use super::Author;
use crate::lockstep::known::Known;

const ONE: Money = Money::from_minor_units(1);

impl Author {
    pub(super) fn charge(&mut self, known: &Known) -> Command {
        let user = self.user();
        let balance = known.balance(&user);
        let room = Money::BALANCE_MAX.minus(balance).unwrap_or(Money::ZERO);
        let amount = match self.rng.u32(..20) {
            0 => Money::ZERO,
            1 => room,
            2 => sum(room, ONE),
            3 => sum(Money::BALANCE_MAX, ONE),
            4 => Money::from_minor_units(u64::MAX),
            5..12 => self.what_is_missing(known, &user, balance),
            12..18 => self.a_price(known),
            _ => ONE,
        };
        Command::Charge { user, amount }
    }

    /// Exactly what the user's live holds cost above the balance, or what one of them does.
    fn what_is_missing(&mut self, known: &Known, user: &UserId, balance: Money) -> Money {
        let mine: Vec<Money> = known
            .live_holds()
            .into_iter()
            .filter(|hold| hold.user == *user)
            .map(|hold| hold.amount)
            .collect();
        let wanted = match self.chance(50) {
            true => mine.iter().fold(Money::ZERO, |all, amount| sum(all, *amount)),
            false => self.pick(&mine).unwrap_or(ONE),
        };
        wanted.minus(balance).unwrap_or(ONE)
    }

    pub(super) fn spend(&mut self, known: &Known) -> Command {
        let user = self.user();
        let balance = known.balance(&user);
        let amount = match self.rng.u32(..10) {
            0 => Money::ZERO,
            1..3 => balance,
            3..5 => sum(balance, ONE),
            5 => sum(Money::BALANCE_MAX, ONE),
            6..8 => self.a_price(known),
            _ => ONE,
        };
        Command::Use { user, amount }
    }
}

fn sum(a: Money, b: Money) -> Money {
    a.plus(b).expect("amounts of a history fit")
}
