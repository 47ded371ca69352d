//! Payments and balances.

use usher_core::{Account, Money, Movement, Payment, PaymentMethod, Timestamp};

use crate::writer::Object;

/// Appends a payment as endpoints 8 and 9 answer it.
pub fn payment(out: &mut Vec<u8>, payment: &Payment) {
    let mut object = Object::open(out);
    payment_members(&mut object, payment);
    object.number("reservationId", payment.booking.get());
    object.close();
}

fn payment_members(object: &mut Object<'_>, payment: &Payment) {
    object.number("transactionId", payment.id.get());
    object.plain("userId", payment.user.as_str());
    object.number("amount", payment.amount.minor_units());
    object.plain("paymentStatus", if payment.refund.is_some() { "CANCELLED" } else { "COMPLETE" });
}

/// Appends a payment as endpoint 10 lists it.
pub(super) fn payment_line(out: &mut Vec<u8>, payment: &Payment) {
    let mut object = Object::open(out);
    payment_members(&mut object, payment);
    match payment.method {
        Some(method) => object.plain("paymentMethod", method_name(method)),
        None => object.null("paymentMethod"),
    }
    object.number("reservationId", payment.booking.get());
    object.time("createdAt", payment.created_at);
    object.close();
}

const fn method_name(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::CreditCard => "CREDIT_CARD",
        PaymentMethod::DebitCard => "DEBIT_CARD",
        PaymentMethod::Paypal => "PAYPAL",
        PaymentMethod::BankTransfer => "BANK_TRANSFER",
    }
}

/// Appends a balance as it is now (11).
pub fn balance(out: &mut Vec<u8>, account: &Account) {
    balance_at(out, account, account.balance, account.updated_at);
}

/// Appends a balance as it was after a movement (13, 14), whatever has moved since.
pub fn balance_after(out: &mut Vec<u8>, account: &Account, movement: &Movement) {
    balance_at(out, account, movement.balance_after, movement.created_at);
}

fn balance_at(out: &mut Vec<u8>, account: &Account, amount: Money, updated_at: Timestamp) {
    let mut object = Object::open(out);
    object.number("balanceId", account.id.get());
    object.plain("userId", account.user.as_str());
    object.number("amount", amount.minor_units());
    object.time("createdAt", account.created_at);
    object.time("updatedAt", updated_at);
    object.close();
}
