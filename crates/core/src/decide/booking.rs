//! Paying for a hold, which books it, and taking that back: money and seats in one decision.

use super::Done;
use super::draft::Draft;
use super::hold::own_hold;
use crate::{
    Answered, Booking, BookingId, ClaimState, Effect, Fact, Hold, HoldId, HoldState, IdKind, Money, Payment,
    PaymentMethod, Programme, Reason, Refund, Refusal, Reply, SaleState, TransferId, UserId,
};

/// Endpoint 2: pays from the balance if not yet paid, and books; a booked hold shows its booking again.
pub(super) fn confirm(draft: &mut Draft<'_, '_>, user: &UserId, id: HoldId) -> Done {
    let hold = own_hold(draft, Some(user), id)?;
    let (booking, hold) = match hold.state {
        HoldState::Booked(booking, _) => (draft.rows.bookings[&booking].clone(), hold),
        HoldState::Live | HoldState::Released | HoldState::Expired | HoldState::Cancelled(..) => {
            let (booking, _, hold) = book(draft, &hold, None)?;
            (booking, hold)
        }
    };
    let programme = programme(draft, &hold);
    Ok((Reply::Booked { booking, hold, programme }, Some(Answered::Booking(id))))
}

/// Endpoint 8: charges the price of the hold and books it.
pub(super) fn pay(
    draft: &mut Draft<'_, '_>,
    user: &UserId,
    id: HoldId,
    amount: Option<Money>,
    method: PaymentMethod,
) -> Done {
    let hold = own_hold(draft, Some(user), id)?;
    refuse_unless_live(draft, &hold)?;
    if amount.is_some_and(|amount| amount != hold.amount) {
        return Err(Refusal::AmountMismatch { price: hold.amount });
    }
    let (_, payment, _) = book(draft, &hold, Some(method))?;
    let answered = Answered::Payment(payment.id);
    Ok((Reply::Paid(payment), Some(answered)))
}

fn refuse_unless_live(draft: &Draft<'_, '_>, hold: &Hold) -> Result<(), Refusal> {
    match hold.state {
        HoldState::Booked(..) => Err(Refusal::AlreadyPaid),
        HoldState::Released | HoldState::Cancelled(..) => Err(Refusal::HoldReleased),
        HoldState::Expired => Err(Refusal::HoldExpired),
        HoldState::Live if draft.now >= hold.expires_at => Err(Refusal::HoldExpired),
        HoldState::Live => Ok(()),
    }
}

fn book(
    draft: &mut Draft<'_, '_>,
    hold: &Hold,
    method: Option<PaymentMethod>,
) -> Result<(Booking, Payment, Hold), Refusal> {
    refuse_unless_live(draft, hold)?;
    let balance = draft.rows.accounts.get(&hold.user).map_or(Money::ZERO, |account| account.balance);
    if balance < hold.amount {
        return Err(Refusal::InsufficientBalance { balance, needed: hold.amount });
    }
    let transfer = TransferId::new(draft.fresh(IdKind::Transfer));
    let id = BookingId::new(draft.fresh(IdKind::Booking));
    let mut stage = draft.rows.houses[&hold.performance].stage;
    if !hold.amount.is_zero() {
        draft.transfer(transfer, &hold.user, Reason::Payment, hold.amount, Some(hold.id))?;
    }
    let booked = Hold { state: HoldState::Booked(id, transfer), ..hold.clone() };
    let booking = Booking {
        id,
        hold: hold.id,
        payment: transfer,
        performance: hold.performance,
        user: hold.user.clone(),
        created_at: draft.now,
        closed_when_booked: stage.state == SaleState::Closed,
        cancelled: false,
    };
    let payment = Payment {
        id: transfer,
        hold: hold.id,
        booking: id,
        performance: hold.performance,
        user: hold.user.clone(),
        amount: hold.amount,
        method,
        created_at: draft.now,
        refund: None,
    };
    let seats = hold.seats.len() as u32;
    stage.version += 1;
    stage.held -= seats;
    stage.sold += seats;
    stage.bookings += 1;
    draft.claim(hold, ClaimState::Sold);
    draft.push(Effect::Hold(booked.clone()));
    draft.push(Effect::Booking(booking.clone()));
    draft.push(Effect::Payment(payment.clone()));
    super::room::use_pass(draft, hold);
    draft.tell(&mut stage, Fact::BookingMade(booking.clone(), booked.clone()));
    draft.push(Effect::Stage(stage));
    Ok((booking, payment, booked))
}

/// Endpoint 9: the money goes back and the seats are free again; once, however often it is asked.
pub(super) fn cancel(draft: &mut Draft<'_, '_>, user: Option<&UserId>, id: TransferId) -> Done {
    let payment = draft.rows.payments.get(&id).ok_or(Refusal::PaymentNotFound)?;
    if user.is_some_and(|user| *user != payment.user) {
        return Err(Refusal::PaymentNotFound);
    }
    if payment.refund.is_some() {
        return Ok((Reply::Cancelled(payment.clone()), Some(Answered::Cancel(id))));
    }
    let house = &draft.rows.houses[&payment.performance];
    let called_off = house.stage.state == SaleState::Cancelled;
    if draft.now >= house.performance.begins_at && !called_off {
        return Err(Refusal::RefundClosed);
    }
    let mut stage = house.stage;
    let hold = draft.rows.holds[&payment.hold].clone();
    let booking = Booking { cancelled: true, ..draft.rows.bookings[&payment.booking].clone() };
    let transfer = match payment.amount.is_zero() {
        true => None,
        false => Some(TransferId::new(draft.fresh(IdKind::Transfer))),
    };
    if let Some(transfer) = transfer {
        draft.transfer(transfer, &payment.user, Reason::Refund, payment.amount, Some(hold.id))?;
    }
    let payment = Payment { refund: Some(Refund { at: draft.now, transfer }), ..payment.clone() };
    let seats = hold.seats.len() as u32;
    stage.version += 1;
    stage.sold -= seats;
    stage.bookings -= 1;
    stage.refunded += u32::from(called_off);
    draft.free(&hold);
    draft.push(Effect::Hold(Hold { state: HoldState::Cancelled(booking.id, id), ..hold }));
    draft.push(Effect::Booking(booking));
    draft.push(Effect::Payment(payment.clone()));
    draft.tell(&mut stage, Fact::BookingCancelled(payment.clone()));
    draft.push(Effect::Stage(stage));
    Ok((Reply::Cancelled(payment), Some(Answered::Cancel(id))))
}

fn programme(draft: &Draft<'_, '_>, hold: &Hold) -> Programme {
    let house = &draft.rows.houses[&hold.performance];
    Programme { performance: house.performance.clone(), concert: house.concert.clone() }
}
