//! Endpoints 8, 9, 13 and 14: money routes, where an unknown member is refused.

use usher_core::{Command, Money, TransferId, UserId};

use crate::fault::{Fault, Field, Wrong};
use crate::fields::{Fields, ParseSettings};
use crate::json::Json;
use crate::problem::{Problem, ProblemCode};
use crate::read;

/// Endpoint 8 as [`Command::Pay`].
pub fn pay(body: &Json<'_>, settings: &ParseSettings) -> Result<Command, Problem> {
    let mut fields = Fields::of(body, settings)?;
    fields.only(&["userId", "targetId", "amount", "paymentMethod", "paymentTarget"]);
    let user = fields.required("userId", read::user_id);
    let hold = fields.required("targetId", read::hold_name);
    let amount = fields.optional("amount", read::money);
    let method = fields.required("paymentMethod", read::payment_method);
    match (user, hold, method) {
        (Some(user), Some(hold), Some(method)) if fields.sound() => {
            Ok(Command::Pay { user, hold, amount, method })
        }
        _ => Err(fields.problem()),
    }
}

/// Endpoint 9 as [`Command::CancelPayment`]: no body, or an empty object. `user`: who asks, if that must be the owner.
pub fn cancel_payment(
    user: Option<UserId>,
    payment: TransferId,
    body: Option<&Json<'_>>,
    settings: &ParseSettings,
) -> Result<Command, Problem> {
    if let Some(body) = body {
        let mut fields = Fields::of(body, settings)?;
        fields.only(&[]);
        if !fields.sound() {
            return Err(fields.problem());
        }
    }
    Ok(Command::CancelPayment { user, payment })
}

/// Which way money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyVerb {
    /// Endpoint 13.
    Charge,
    /// Endpoint 14.
    Use,
}

/// Endpoints 13 and 14 as [`Command::Charge`] and [`Command::Use`]; `user` is the path's.
pub fn amount(
    verb: MoneyVerb,
    user: UserId,
    body: &Json<'_>,
    settings: &ParseSettings,
) -> Result<Command, Problem> {
    let mut fields = Fields::of(body, settings)?;
    fields.only(&["userId", "amount"]);
    let named = fields.optional("userId", read::user_id);
    if named.is_some_and(|named| named != user) {
        fields.fault::<()>("userId", Wrong::NotAsInPath);
    }
    let amount = match fields.required("amount", read::signed_money) {
        Some(amount) if fields.sound() => movable(amount)?,
        _ => return Err(fields.problem()),
    };
    Ok(match verb {
        MoneyVerb::Charge => Command::Charge { user, amount },
        MoneyVerb::Use => Command::Use { user, amount },
    })
}

fn movable(amount: i128) -> Result<Money, Problem> {
    let refuse =
        |code, wrong| Err(Problem::new(code).errors(vec![Fault { field: Field::Borrowed("amount"), wrong }]));
    let max = Money::BALANCE_MAX.minor_units();
    match u64::try_from(amount) {
        Ok(1..) if amount <= max.into() => Ok(Money::from_minor_units(amount as u64)),
        _ if amount <= 0 => refuse(ProblemCode::AmountNotPositive, Wrong::NotPositive),
        _ => refuse(ProblemCode::AmountTooLarge, Wrong::TooMuch(max)),
    }
}
