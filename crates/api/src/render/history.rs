//! Pages of histories, newest first.

use usher_core::{Movement, Payment, Reason, TransferId, UserId};

use super::money::payment_line;
use crate::cursor::{self, History};
use crate::writer::{Object, list};

/// The body of endpoint 10. `has_more`: whether older payments follow; then the page is not empty.
pub fn payments_page(user: &UserId, payments: &[Payment], has_more: bool) -> Vec<u8> {
    let last = payments.last().filter(|_| has_more).map(|payment| payment.id);
    page(History::Payments, user, last, |object| {
        object.with("paymentResponses", |out| list(out, payments, payment_line));
    })
}

/// The body of endpoint 12. `has_more`: whether older movements follow; then the page is not empty.
pub fn movements_page(user: &UserId, movements: &[Movement], has_more: bool) -> Vec<u8> {
    let last = movements.last().filter(|_| has_more).map(|movement| movement.id);
    page(History::Movements, user, last, |object| {
        object.with("balanceTransactionResponses", |out| list(out, movements, movement));
    })
}

fn page(
    history: History,
    user: &UserId,
    last: Option<TransferId>,
    write: impl FnOnce(&mut Object<'_>),
) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut object = Object::open(&mut out);
    write(&mut object);
    match last {
        Some(last) => object.plain("nextCursor", &cursor::give(history, user, last)),
        None => object.null("nextCursor"),
    }
    object.close();
    out
}

/// Appends a movement.
pub(super) fn movement(out: &mut Vec<u8>, movement: &Movement) {
    let mut object = Object::open(out);
    object.number("transactionId", movement.id.get());
    object.plain("userId", movement.user.as_str());
    object.number("amount", movement.amount.minor_units());
    object.number("balanceAfter", movement.balance_after.minor_units());
    object.plain("transactionType", if movement.reason.is_income() { "CHARGE" } else { "USE" });
    object.plain("reason", reason_name(movement.reason));
    object.time("createdAt", movement.created_at);
    object.close();
}

const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Charge => "CHARGE",
        Reason::Refund => "REFUND",
        Reason::Payment => "PAYMENT",
        Reason::Use => "USE",
    }
}
