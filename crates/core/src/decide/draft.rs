//! A decision in the making: effects so far, and the small steps that several commands share.

use crate::{
    Account, Aggregate, BalanceId, Claim, ClaimState, Effect, Event, EventId, Fact, Hold, HoldId, HoldState,
    IdKind, Moment, Money, Movement, Reason, Refusal, Rows, SeatNumber, Settings, Stage, Timestamp,
    TransferId, UserId,
};

/// Effects so far. Reads see the rows as they were before this command.
pub(super) struct Draft<'a, 'm> {
    pub(super) rows: &'a Rows,
    pub(super) now: Timestamp,
    pub(super) settings: Settings,
    pub(super) effects: Vec<Effect>,
    moment: &'a mut Moment<'m>,
}

impl<'a, 'm> Draft<'a, 'm> {
    pub(super) fn new(rows: &'a Rows, moment: &'a mut Moment<'m>) -> Self {
        let (now, settings) = (moment.now, *moment.settings);
        Self { rows, now, settings, effects: Vec::new(), moment }
    }

    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn fresh(&mut self, kind: IdKind) -> u64 {
        self.moment.ids.next(kind)
    }

    /// Records an event of the performance and numbers it on its hot row.
    pub(super) fn tell(&mut self, stage: &mut Stage, fact: Fact) {
        debug_assert_eq!(fact.aggregate(), Aggregate::Performance(stage.performance));
        stage.event_sequence += 1;
        let id = EventId::new(self.fresh(IdKind::Event));
        self.push(Effect::Event(Event { id, at: self.now, sequence: stage.event_sequence, fact }));
    }

    /// Claims every seat of a hold as `state`.
    pub(super) fn claim(&mut self, hold: &Hold, state: ClaimState) {
        for seat in hold.seats.iter() {
            self.push(Effect::Claim(Claim {
                performance: hold.performance,
                seat: *seat,
                state,
                hold: Some(hold.id),
                user: Some(hold.user.clone()),
            }));
        }
    }

    /// Frees every seat of a hold and takes them off its user's count.
    pub(super) fn free(&mut self, hold: &Hold) {
        for seat in hold.seats.iter() {
            self.push(Effect::ClaimEnded { performance: hold.performance, seat: *seat, hold: Some(hold.id) });
        }
        let seats = self.count(hold).saturating_sub(hold.seats.len() as u32);
        self.push(Effect::Count { performance: hold.performance, user: hold.user.clone(), seats });
    }

    fn count(&self, hold: &Hold) -> u32 {
        let house = self.rows.houses.get(&hold.performance);
        house.and_then(|house| house.counts.get(&hold.user)).copied().unwrap_or(0)
    }

    /// Ends a live hold without a sale: its seats are free again.
    pub(super) fn end_hold(&mut self, hold: &Hold, state: HoldState) {
        let mut stage = self.rows.houses[&hold.performance].stage;
        stage.version += 1;
        stage.held -= hold.seats.len() as u32;
        let ended = Hold { state, ..hold.clone() };
        self.free(hold);
        self.push(Effect::Hold(ended.clone()));
        super::room::unlist_hold(self, hold);
        let expired = matches!(state, HoldState::Expired);
        self.tell(&mut stage, if expired { Fact::HoldExpired(ended) } else { Fact::HoldReleased(ended) });
        self.push(Effect::Stage(stage));
    }

    /// Moves money in or out of a user's account, by transfer `id`.
    ///
    /// A refund may go over the maximum; it is never blocked by it.
    pub(super) fn transfer(
        &mut self,
        id: TransferId,
        user: &UserId,
        reason: Reason,
        amount: Money,
        hold: Option<HoldId>,
    ) -> Result<(Account, Movement), Refusal> {
        let mut account = match self.rows.accounts.get(user) {
            Some(account) => account.clone(),
            None => self.open_account(user),
        };
        account.balance = match reason.is_income() {
            true => account.balance.plus(amount).ok_or(Refusal::AmountTooLarge)?,
            false => {
                let refusal = Refusal::InsufficientBalance { balance: account.balance, needed: amount };
                account.balance.minus(amount).ok_or(refusal)?
            }
        };
        account.updated_at = self.now;
        account.event_sequence += 1;
        let movement = Movement {
            id,
            user: user.clone(),
            reason,
            amount,
            balance_after: account.balance,
            hold,
            created_at: self.now,
        };
        let event = EventId::new(self.fresh(IdKind::Event));
        let (sequence, fact) = (account.event_sequence, Fact::Balance(movement.clone()));
        self.push(Effect::Account(account.clone()));
        self.push(Effect::Movement(movement.clone()));
        self.push(Effect::Event(Event { id: event, at: self.now, sequence, fact }));
        Ok((account, movement))
    }

    fn open_account(&mut self, user: &UserId) -> Account {
        Account {
            id: BalanceId::new(self.fresh(IdKind::Balance)),
            user: user.clone(),
            balance: Money::ZERO,
            created_at: self.now,
            updated_at: self.now,
            event_sequence: 0,
        }
    }
}

/// Seats of `asked` that are above the house's last.
pub(super) fn unknown_seats(asked: &[SeatNumber], seats_max: u32) -> Vec<SeatNumber> {
    asked.iter().copied().filter(|seat| seat.get() == 0 || seat.get() > seats_max).collect()
}
