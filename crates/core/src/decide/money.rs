//! Money in, and money spent elsewhere.

use super::Done;
use super::draft::Draft;
use crate::{Answered, IdKind, Money, Reason, Refusal, Reply, TransferId, UserId};

/// Opens the account if it is the first charge.
pub(super) fn charge(draft: &mut Draft<'_, '_>, user: &UserId, amount: Money) -> Done {
    refuse_bad_amount(amount)?;
    let balance = draft.rows.accounts.get(user).map_or(Money::ZERO, |account| account.balance);
    if balance.plus(amount).is_none_or(|after| after > Money::BALANCE_MAX) {
        return Err(Refusal::AmountTooLarge);
    }
    moved(draft, user, Reason::Charge, amount)
}

pub(super) fn spend(draft: &mut Draft<'_, '_>, user: &UserId, amount: Money) -> Done {
    refuse_bad_amount(amount)?;
    let account = draft.rows.accounts.get(user).ok_or(Refusal::BalanceNotFound)?;
    if account.balance < amount {
        return Err(Refusal::InsufficientBalance { balance: account.balance, needed: amount });
    }
    moved(draft, user, Reason::Use, amount)
}

fn refuse_bad_amount(amount: Money) -> Result<(), Refusal> {
    match amount {
        Money::ZERO => Err(Refusal::AmountNotPositive),
        amount if amount > Money::BALANCE_MAX => Err(Refusal::AmountTooLarge),
        _ => Ok(()),
    }
}

fn moved(draft: &mut Draft<'_, '_>, user: &UserId, reason: Reason, amount: Money) -> Done {
    let id = TransferId::new(draft.fresh(IdKind::Transfer));
    let (account, movement) = draft.transfer(id, user, reason, amount, None)?;
    Ok((Reply::Moved { account, movement }, Some(Answered::Movement(user.clone(), id))))
}
