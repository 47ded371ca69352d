//! Holds and payments: aimed at the last seat, the limit, the last won and the last millisecond.

use usher_core::{
    Command, Hold, HoldId, Money, Order, PassShown, PaymentMethod, Performance, PerformanceId, Timestamp,
    TransferId, UserId,
};

use super::Author;
use crate::lockstep::known::Known;
use crate::orders;

/// An id that nothing has.
const NOTHING: u64 = 987_654_321;

impl Author {
    /// What people do in the millisecond in which a hold expires, or the one before or after.
    pub(super) fn at_its_boundary(&mut self, hold: &Hold, known: &Known, orders: &mut Vec<Order>) {
        if let Some(missing) =
            hold.amount.minus(known.balance(&hold.user)).filter(|missing| !missing.is_zero())
        {
            orders.push(Order::unkeyed(Command::Charge { user: hold.user.clone(), amount: missing }));
        }
        let command = match self.rng.u32(..5) {
            0 => Command::PlaceHold {
                user: self.user(),
                performance: hold.performance,
                seats: hold.seats.clone(),
                pass: PassShown::NotNeeded,
            },
            1 => orders::give_back(hold),
            2 => Command::ExpireHold { hold: hold.id },
            3 => orders::confirm(hold),
            _ => orders::pay(hold),
        };
        orders.push(self.under_a_key(command));
    }

    pub(super) fn place(&mut self, known: &Known, now: Timestamp) -> Command {
        let user = self.user();
        let on_sale = known.on_sale(now);
        let from = if self.chance(85) { &on_sale } else { &known.performances };
        let Some(performance) = self.pick(from).filter(|_| !self.chance(2)) else {
            return Command::PlaceHold {
                user,
                performance: PerformanceId::new(NOTHING),
                seats: orders::seats(&[1]),
                pass: PassShown::NotNeeded,
            };
        };
        let mut numbers = match self.rng.u32(..10) {
            0..6 => self.some_of(known.free_seats(&performance)),
            6..9 => self.some_of((1..=performance.seats_max).collect()),
            _ => vec![performance.seats_max, performance.seats_max + 1],
        };
        if numbers.is_empty() {
            numbers.push(1);
        }
        let pass = self.shown(&user, &performance, known);
        Command::PlaceHold { user, performance: performance.id, seats: orders::seats(&numbers), pass }
    }

    /// One to three of these, ascending; now and then as many as a request may name.
    pub(super) fn some_of(&mut self, mut numbers: Vec<u32>) -> Vec<u32> {
        let count = if self.chance(5) { 10 } else { self.rng.usize(1..=3) };
        self.rng.shuffle(&mut numbers);
        numbers.truncate(count);
        numbers.sort_unstable();
        numbers
    }

    /// Mostly a live hold, under its owner's name.
    fn somebody_s_hold(&mut self, known: &Known) -> (UserId, HoldId, Money) {
        let live: Vec<Hold> = known.live_holds().into_iter().cloned().collect();
        let hold = if self.chance(75) { self.pick(&live) } else { self.pick(&known.holds) };
        match hold {
            Some(hold) if self.chance(92) => (hold.user, hold.id, hold.amount),
            Some(hold) => (self.user(), hold.id, hold.amount),
            None => (self.user(), HoldId::new(NOTHING), Money::ZERO),
        }
    }

    pub(super) fn confirm(&mut self, known: &Known) -> Command {
        let (user, hold, _) = self.somebody_s_hold(known);
        Command::Confirm { user, hold }
    }

    pub(super) fn pay(&mut self, known: &Known) -> Command {
        let (user, hold, price) = self.somebody_s_hold(known);
        let amount = match self.rng.u32(..8) {
            0..4 => None,
            4..7 => Some(price),
            _ => price.plus(Money::from_minor_units(1)),
        };
        let methods = [
            PaymentMethod::CreditCard,
            PaymentMethod::DebitCard,
            PaymentMethod::Paypal,
            PaymentMethod::BankTransfer,
        ];
        Command::Pay { user, hold, amount, method: methods[self.rng.usize(..methods.len())] }
    }

    pub(super) fn give_back(&mut self, known: &Known) -> Command {
        let (user, hold, _) = self.somebody_s_hold(known);
        Command::GiveBack { user: self.chance(60).then_some(user), hold }
    }

    pub(super) fn expire(&mut self, known: &Known) -> Command {
        Command::ExpireHold { hold: self.somebody_s_hold(known).1 }
    }

    pub(super) fn cancel(&mut self, known: &Known) -> Command {
        let payment = self.pick(&known.payments);
        let owner = payment.as_ref().map_or_else(|| self.user(), |payment| payment.user.clone());
        let user = if self.chance(85) { owner } else { self.user() };
        let payment = payment.map_or(TransferId::new(NOTHING), |payment| payment.id);
        Command::CancelPayment { user: self.chance(60).then_some(user), payment }
    }

    /// The price of some seat that may still be sold.
    pub(super) fn a_price(&mut self, known: &Known) -> Money {
        let performance = self.pick(&known.performances);
        performance
            .map_or(Money::from_minor_units(1), |performance: std::sync::Arc<Performance>| performance.price)
    }
}
