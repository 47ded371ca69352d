//! Money: exact, never negative, refunded once.

use usher_core::{Command, Effect, Money, Order, Reason, Refusal, Reply, UserId};
use usher_engine::{Clock, RowKind};

use super::cases;
use crate::fixture::Fixture;
use crate::orders;
use crate::scene::Scene;

cases!("money":
    the_last_won_buys_the_seat_and_one_less_does_not,
    a_balance_may_hold_the_maximum_and_not_one_more,
    an_amount_of_nothing_or_beyond_all_bounds_is_refused,
    nobody_spends_what_is_not_there,
    a_refund_is_never_blocked_by_the_maximum,
    a_payment_cancelled_twice_is_refunded_once,
    refunds_close_when_the_performance_begins,
    a_seat_for_nothing_is_booked_without_a_transfer,
    a_payment_that_names_another_amount_is_refused,
    a_first_charge_and_a_use_in_one_batch_leave_the_difference,
    every_balance_is_the_sum_of_its_movements,
);

const MAX: u64 = Money::BALANCE_MAX.minor_units();

fn the_last_won_buys_the_seat_and_one_less_does_not<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(10_000, 3);
    scene.charge("kim", 9_999);
    let hold = scene.hold("kim", show, &[1]);
    let (balance, needed) = (Money::from_minor_units(9_999), Money::from_minor_units(10_000));
    assert_eq!(scene.refused(orders::pay(&hold)), Refusal::InsufficientBalance { balance, needed });
    assert_eq!(scene.refused(orders::confirm(&hold)), Refusal::InsufficientBalance { balance, needed });
    scene.charge("kim", 1);
    scene.pay(&hold);
    assert_eq!(scene.balance("kim"), Money::ZERO);
}

fn a_balance_may_hold_the_maximum_and_not_one_more<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    scene.charge("kim", MAX - 1);
    assert_eq!(scene.refused(orders::charge("kim", 2)), Refusal::AmountTooLarge);
    scene.charge("kim", 1);
    assert_eq!(scene.refused(orders::charge("kim", 1)), Refusal::AmountTooLarge);
    scene.restart();
    assert_eq!(scene.balance("kim"), Money::BALANCE_MAX);
}

fn an_amount_of_nothing_or_beyond_all_bounds_is_refused<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    assert_eq!(scene.refused(orders::charge("kim", 0)), Refusal::AmountNotPositive);
    for amount in [MAX + 1, u64::MAX] {
        assert_eq!(scene.refused(orders::charge("kim", amount)), Refusal::AmountTooLarge);
    }
    assert!(scene.all(RowKind::Account).is_empty(), "a refused charge opened an account");
    scene.charge("kim", 1);
    assert_eq!(scene.refused(orders::spend("kim", 0)), Refusal::AmountNotPositive);
    assert_eq!(scene.refused(orders::charge("kim", u64::MAX)), Refusal::AmountTooLarge);
}

fn nobody_spends_what_is_not_there<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    assert_eq!(scene.refused(orders::spend("kim", 1)), Refusal::BalanceNotFound);
    scene.charge("kim", 5);
    let (balance, needed) = (Money::from_minor_units(5), Money::from_minor_units(6));
    assert_eq!(scene.refused(orders::spend("kim", 6)), Refusal::InsufficientBalance { balance, needed });
    scene.done(orders::spend("kim", 5));
    assert_eq!(scene.balance("kim"), Money::ZERO);
}

fn a_refund_is_never_blocked_by_the_maximum<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(1_000, 3);
    let payment = scene.sold("kim", show, &[1]);
    scene.charge("kim", MAX);
    scene.done(orders::cancel(payment.id));
    assert_eq!(scene.balance("kim").minor_units(), MAX + 1_000);
    assert_eq!(scene.refused(orders::charge("kim", 1)), Refusal::AmountTooLarge);
}

fn a_payment_cancelled_twice_is_refunded_once<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(1_000, 3);
    let payment = scene.sold("kim", show, &[1, 2]);
    let first = scene.done(orders::cancel(payment.id));
    let batch = [(); 4].map(|()| Order::unkeyed(orders::cancel(payment.id)));
    for answer in scene.serve(&batch) {
        assert_eq!(answer.map(|answer| answer.map(|outcome| outcome.reply)), Ok(Ok(first.clone())));
    }
    scene.restart();
    assert_eq!(scene.done(orders::cancel(payment.id)), first);
    assert_eq!(scene.balance("kim").minor_units(), 2_000, "a payment was refunded more than once");
    assert!(scene.taken(show).is_empty(), "a refunded seat must be free");
    let hold = scene.reader().hold(payment.hold).expect("a hold can be read").expect("it is kept").hold;
    assert_eq!(scene.refused(orders::confirm(&hold)), Refusal::HoldReleased);
    let other = Command::CancelPayment { user: Some(UserId::stored("lee")), payment: payment.id };
    assert_eq!(scene.refused(other), Refusal::PaymentNotFound);
}

fn refunds_close_when_the_performance_begins<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let mut new = orders::new_performance(scene.concert(), &scene.clock, 1_000, 3);
    new.begins_at = scene.clock.now().plus(usher_core::Span::from_secs(600));
    let begins_at = new.begins_at;
    let show = scene.performance(new);
    let (first, second) = (scene.sold("kim", show, &[1]), scene.sold("kim", show, &[2]));
    scene.clock.move_to(begins_at.minus(usher_core::Span::from_ms(1)));
    let cancelled = scene.done(orders::cancel(first.id));
    scene.clock.move_to(begins_at);
    assert_eq!(scene.refused(orders::cancel(second.id)), Refusal::RefundClosed);
    assert_eq!(scene.done(orders::cancel(first.id)), cancelled, "what is cancelled already says so again");
}

fn a_seat_for_nothing_is_booked_without_a_transfer<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 3);
    let hold = scene.hold("kim", show, &[1, 2]);
    let payment = scene.pay(&hold);
    assert_eq!(payment.amount, Money::ZERO);
    let kim = UserId::stored("kim");
    assert!(scene.reader().movements(&kim, None, 10).expect("movements can be read").is_empty());
    let payments = scene.reader().payments(&kim, None, 10).expect("payments can be read");
    assert_eq!(payments, std::slice::from_ref(&payment));
    scene.restart();
    scene.done(orders::cancel(payment.id));
    assert!(scene.all(RowKind::Movement).is_empty() && scene.all(RowKind::Account).is_empty());
    assert!(scene.taken(show).is_empty());
}

fn a_payment_that_names_another_amount_is_refused<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(1_000, 3);
    scene.charge("kim", 5_000);
    let hold = scene.hold("kim", show, &[1, 2]);
    let named = |amount| Command::Pay {
        user: hold.user.clone(),
        hold: hold.id,
        amount: Some(Money::from_minor_units(amount)),
        method: usher_core::PaymentMethod::Paypal,
    };
    let price = Money::from_minor_units(2_000);
    for amount in [0, 1_999, 2_001] {
        assert_eq!(scene.refused(named(amount)), Refusal::AmountMismatch { price });
    }
    assert!(matches!(scene.done(named(2_000)), Reply::Paid(_)));
    assert_eq!(scene.balance("kim").minor_units(), 3_000);
}

fn a_first_charge_and_a_use_in_one_batch_leave_the_difference<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let batch = [
        orders::spend("kim", 1),
        orders::charge("kim", 10),
        orders::spend("kim", 4),
        orders::spend("kim", 7),
    ];
    let answers = scene.serve(&batch.map(Order::unkeyed));
    assert_eq!(answers[0], Ok(Err(Refusal::BalanceNotFound)));
    assert!(matches!((&answers[1], &answers[2]), (Ok(Ok(_)), Ok(Ok(_)))));
    assert!(matches!(&answers[3], Ok(Err(Refusal::InsufficientBalance { .. }))));
    scene.restart();
    assert_eq!(scene.balance("kim").minor_units(), 6);
}

fn every_balance_is_the_sum_of_its_movements<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(700, 30);
    let users = [("kim", 1), ("lee", 2), ("park", 3)];
    for (user, seat) in users {
        scene.charge(user, 5_000);
        scene.done(orders::spend(user, 300));
        let payment = scene.sold(user, show, &[seat]);
        scene.done(orders::cancel(payment.id));
    }
    scene.restart();
    let movements = scene.all(RowKind::Movement);
    for (user, _) in users {
        let (mut income, mut spent) = (0, 0);
        for movement in &movements {
            let Effect::Movement(movement) = movement else { panic!("a movement was asked for") };
            if movement.user.as_str() != user {
                continue;
            }
            match movement.reason {
                Reason::Charge | Reason::Refund => income += movement.amount.minor_units(),
                Reason::Use | Reason::Payment => spent += movement.amount.minor_units(),
            }
        }
        assert_eq!(scene.balance(user).minor_units(), income - spent, "{user}'s money is not conserved");
    }
}
