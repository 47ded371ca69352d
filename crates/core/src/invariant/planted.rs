//! Planted violations: for every invariant, a house that breaks it.

use super::tests::{NOW, broken, examine, lived_in};
use super::*;
use crate::{
    Account, BookingId, ClaimState, Effect, Fact, Hold, HoldState, Money, Movement, Reason, SaleState,
    SeatNumber, Span, TransferId, UserId,
};

/// Changes every row that `change` wants to and says what is broken then.
fn planted(mut change: impl FnMut(&mut Effect)) -> Vec<(Invariant, Vec<String>)> {
    let (mut effects, scope) = lived_in();
    let before = effects.clone();
    effects.iter_mut().for_each(&mut change);
    assert_ne!(before, effects, "nothing was planted");
    broken(&examine(&effects, &scope))
}

/// Adds rows and says what is broken then.
fn added(rows: impl Fn(&[Effect]) -> Vec<Effect>) -> Vec<(Invariant, Vec<String>)> {
    let (mut effects, scope) = lived_in();
    let more = rows(&effects);
    assert!(!more.is_empty(), "nothing was planted");
    effects.extend(more);
    broken(&examine(&effects, &scope))
}

#[track_caller]
fn must_break(found: &[(Invariant, Vec<String>)], invariant: Invariant, says: &str) {
    let lines = found.iter().find(|(broken, _)| *broken == invariant).map(|(_, says)| says.join("\n"));
    let lines = lines.unwrap_or_else(|| panic!("{invariant} is not broken by this: {found:?}"));
    assert!(lines.contains(says), "{says:?} is not said:\n{lines}");
}

fn holds(effects: &[Effect]) -> Vec<Hold> {
    let hold = |effect: &Effect| match effect {
        Effect::Hold(hold) => Some(hold.clone()),
        _ => None,
    };
    effects.iter().filter_map(hold).collect()
}

#[test]
fn a_second_live_hold_on_a_held_seat_is_a_double_sale() {
    let found = added(|rows| {
        let live = holds(rows).into_iter().filter(|hold| hold.state == HoldState::Live);
        live.map(|hold| {
            Effect::Hold(Hold { id: crate::HoldId::new(99), user: UserId::stored("thief"), ..hold })
        })
        .collect()
    });
    let says =
        "seat 1 of performance 1: claimed by hold 1 of user kim, held by hold 1 of user kim (live); hold 99";
    must_break(&found, Invariant::NoDoubleSale, says);
}

#[test]
fn a_seat_that_is_claimed_twice_is_a_double_sale() {
    let found = added(|rows| {
        rows.iter()
            .filter(|row| matches!(row, Effect::Claim(claim) if claim.seat.get() == 5))
            .cloned()
            .collect()
    });
    must_break(&found, Invariant::NoDoubleSale, "seat 5 of performance 1: claimed twice");
}

#[test]
fn a_seat_that_the_house_does_not_have_is_a_double_sale() {
    let found = planted(|row| {
        if let Effect::Claim(claim) = row
            && claim.state == ClaimState::Held
        {
            claim.seat = SeatNumber::new(11);
        }
    });
    must_break(
        &found,
        Invariant::NoDoubleSale,
        "seat 11 of performance 1: claimed, and the house has no such seat",
    );
}

#[test]
fn a_hot_row_that_counts_more_than_there_are_claims_is_found() {
    let found = planted(|row| {
        if let Effect::Stage(stage) = row {
            stage.held += 1;
        }
    });
    must_break(&found, Invariant::NoDoubleSale, "performance 1: held seats by its row 3, by claims 2");
}

#[test]
fn a_count_of_a_user_that_is_not_what_the_user_has_is_found() {
    let found = planted(|row| {
        if let Effect::Count { seats, .. } = row {
            *seats += 1;
        }
    });
    must_break(
        &found,
        Invariant::NoDoubleSale,
        "user kim at performance 1: seats by the user's count 3, by claims 2",
    );
}

#[test]
fn a_sold_seat_whose_hold_has_expired_is_not_sold_any_more() {
    let found = planted(|row| {
        if let Effect::Hold(hold) = row
            && matches!(hold.state, HoldState::Booked(..))
        {
            hold.state = HoldState::Expired;
        }
    });
    must_break(
        &found,
        Invariant::SoldStaysSold,
        "seat 2 of performance 1: claimed by hold 2 of user kim, sold to none",
    );
    must_break(&found, Invariant::OwnLiveHold, "hold 2: booked by none, bookings booking 1 of user kim");
}

#[test]
fn a_cancellation_that_forgets_a_booking_is_found() {
    let found = planted(|row| {
        if let Effect::Stage(stage) = row
            && stage.state == SaleState::Cancelled
        {
            stage.refunded = 0;
        }
    });
    must_break(
        &found,
        Invariant::SoldStaysSold,
        "performance 2: cancelled with 1 bookings, of which 0 are refunded and 0 live",
    );
}

#[test]
fn somebody_else_s_booking_of_a_hold_is_found() {
    let found = planted(|row| {
        if let Effect::Booking(booking) = row
            && booking.id == BookingId::new(1)
        {
            booking.user = UserId::stored("thief");
        }
    });
    must_break(&found, Invariant::OwnLiveHold, "bookings booking 1 of user thief");
}

#[test]
fn a_booking_at_the_millisecond_of_expiry_is_too_late() {
    let late = |by_ms: u64| {
        planted(move |row| {
            if let Effect::Event(event) = row
                && let Fact::BookingMade(booking, hold) = &mut event.fact
            {
                hold.expires_at = booking.created_at.plus(Span::from_ms(1)).minus(Span::from_ms(by_ms));
            }
        })
    };
    assert_eq!(late(0), []);
    must_break(&late(1), Invariant::OwnLiveHold, "booking 1: made at");
}

#[test]
fn a_balance_that_is_not_its_ledger_is_found() {
    let found = planted(|row| {
        if let Effect::Account(Account { user, balance, .. }) = row
            && user.as_str() == "lee"
        {
            *balance = Money::from_minor_units(45_100);
        }
    });
    must_break(&found, Invariant::MoneyConserved, "user lee: balance 45100, ledger 45000");
}

#[test]
fn money_that_nobody_accounts_for_is_found() {
    let found = added(|_| {
        let charge = Movement {
            id: TransferId::new(99),
            user: UserId::stored("nobody"),
            reason: Reason::Charge,
            amount: Money::from_minor_units(1),
            balance_after: Money::from_minor_units(1),
            hold: None,
            created_at: NOW,
        };
        vec![Effect::Movement(charge)]
    });
    must_break(&found, Invariant::MoneyConserved, "user nobody: balance 0, ledger 1");
}

#[test]
fn a_balance_after_a_transfer_that_does_not_follow_is_found() {
    let found = planted(|row| {
        if let Effect::Movement(movement) = row
            && movement.reason == Reason::Use
        {
            movement.balance_after = Money::from_minor_units(44_999);
        }
    });
    must_break(&found, Invariant::MoneyConserved, "user lee: balances that were reached");
}

#[test]
fn a_charge_that_leaves_less_than_it_brought_is_found() {
    let found = planted(|row| {
        if let Effect::Movement(movement) = row
            && movement.reason == Reason::Charge
        {
            movement.balance_after = Money::from_minor_units(1);
        }
    });
    must_break(&found, Invariant::MoneyConserved, "so there was less than nothing before");
}

#[test]
fn a_payment_of_another_amount_than_the_hold_s_is_found() {
    let found = planted(|row| {
        if let Effect::Payment(payment) = row
            && payment.refund.is_none()
        {
            payment.amount = Money::from_minor_units(29_999);
        }
    });
    must_break(&found, Invariant::PaidIffSold, "hold 2: cost 30000, paid 29999");
    must_break(&found, Invariant::PaidIffSold, "transfer 4: payment");
}

#[test]
fn a_sale_that_nobody_paid_is_found() {
    let found = planted(|row| {
        if let Effect::Payment(payment) = row
            && payment.refund.is_none()
        {
            payment.hold = crate::HoldId::new(77);
        }
    });
    must_break(
        &found,
        Invariant::PaidIffSold,
        "hold 2: bookings booking 1 of user kim (paid by 4), payments none",
    );
}

#[test]
fn a_second_refund_of_a_payment_is_found() {
    let found = added(|rows| {
        let again = |row: &Effect| match row {
            Effect::Movement(movement) if movement.reason == Reason::Refund => {
                Some(Effect::Movement(Movement { id: TransferId::new(99), ..movement.clone() }))
            }
            _ => None,
        };
        rows.iter().filter_map(again).collect()
    });
    must_break(
        &found,
        Invariant::OneRefund,
        "hold 3: refunds of its payment payment 5 of user lee (30000, refunded), transfers transfer 6",
    );
}

#[test]
fn a_refund_without_its_transfer_is_found() {
    let found = planted(|row| {
        if let Effect::Payment(payment) = row
            && let Some(refund) = &mut payment.refund
            && !payment.amount.is_zero()
        {
            refund.transfer = None;
        }
    });
    must_break(&found, Invariant::OneRefund, "payment 5: of 30000, refunded by transfer None");
}

#[test]
fn an_event_that_never_happened_is_found() {
    let found = planted(|row| {
        if let Effect::Event(event) = row
            && let Fact::HoldReleased(hold) = &mut event.fact
        {
            hold.amount = Money::from_minor_units(1);
        }
    });
    must_break(&found, Invariant::EventPerChange, "hold 4: happened hold 4 of user park (released)");
}

#[test]
fn two_events_with_one_sequence_are_found() {
    let found = planted(|row| {
        if let Effect::Event(event) = row
            && event.sequence == 3
        {
            event.sequence = 2;
        }
    });
    must_break(&found, Invariant::EventPerChange, "performance 1: events by its row");
}

#[test]
fn a_change_of_a_balance_without_an_event_is_found() {
    let found = planted(|row| {
        if let Effect::Account(account) = row
            && account.user.as_str() == "kim"
        {
            account.event_sequence -= 1;
        }
    });
    must_break(&found, Invariant::EventPerChange, "user kim: changes by its row 1, by transfers 2");
}
