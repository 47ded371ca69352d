//! Idempotency keys: one effect and one answer, whatever happened since.

use usher_core::{Command, HoldState, Order, Outcome, Refusal, Reply, Span};

use super::cases;
use crate::fixture::Fixture;
use crate::orders::{self, keyed, keyed_otherwise};
use crate::scene::{SETTINGS, Scene};

cases!("keys":
    a_hold_asked_for_again_is_the_same_hold_whatever_became_of_it,
    a_payment_asked_for_again_is_the_same_payment_even_once_refunded,
    a_booking_asked_for_again_is_the_same_booking_even_once_refunded,
    a_charge_asked_for_again_is_the_same_movement,
    every_verb_of_the_operator_asked_for_again_answers_the_same,
    one_key_many_times_in_one_batch_has_one_effect,
    a_key_of_another_request_is_refused_and_changes_nothing,
    a_refusal_is_not_remembered,
    a_key_whose_command_was_refused_may_be_used_for_another,
    a_cancelled_performance_refuses_even_what_was_answered_before,
    a_key_is_remembered_for_a_day_also_across_restarts,
);

/// What of a reply never changes.
fn as_given(outcome: &Outcome) -> Reply {
    match outcome.reply.clone() {
        Reply::Held { mut hold, programme } => {
            hold.state = HoldState::Live;
            Reply::Held { hold, programme }
        }
        Reply::Booked { mut booking, mut hold, programme } => {
            (booking.cancelled, hold.state) = (false, HoldState::Live);
            Reply::Booked { booking, hold, programme }
        }
        Reply::Moved { mut account, movement } => {
            account.balance = movement.balance_after;
            (account.updated_at, account.event_sequence) = (movement.created_at, 0);
            Reply::Moved { account, movement }
        }
        other @ (Reply::Paid(_)
        | Reply::Cancelled(_)
        | Reply::GivenBack
        | Reply::Expired
        | Reply::Concert(_)
        | Reply::Performance(_)
        | Reply::Blocked(_)
        | Reply::Closed(_)
        | Reply::PerformanceCancelled { .. }
        | Reply::Webhook(_)
        | Reply::WebhookRemoved
        | Reply::Joined(_)
        | Reply::LeftLine { .. }
        | Reply::Admitted(_)
        | Reply::PassEnded
        | Reply::Room(_)
        | Reply::DeliveryRecorded) => other,
    }
}

/// Sends an order again, before and after a restart, and wants the first answer each time.
fn is_replayed<S: crate::fixture::Store>(scene: &mut Scene<S>, order: &Order, first: &Outcome) {
    for _ in 0..2 {
        let again = scene.answer(order.clone()).expect("what was answered is answered again");
        assert!(again.replayed, "an order sent again must be marked as replayed");
        assert_eq!(as_given(&again), as_given(first), "a repeated answer differs from the first");
        scene.restart();
    }
}

fn first<S: crate::fixture::Store>(scene: &mut Scene<S>, order: &Order) -> Outcome {
    let outcome = scene.answer(order.clone()).expect("nothing speaks against it");
    assert!(!outcome.replayed, "a first answer must not be marked as replayed");
    outcome
}

fn a_hold_asked_for_again_is_the_same_hold_whatever_became_of_it<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 9);
    for (number, seat) in [(1, 1), (2, 2), (3, 3), (4, 4)] {
        let order = keyed(number, orders::place("kim", show, &[seat]));
        let outcome = first(&mut scene, &order);
        let Reply::Held { hold, .. } = &outcome.reply else { panic!("a hold was asked for") };
        is_replayed(&mut scene, &order, &outcome);
        match number {
            1 => drop(scene.done(orders::give_back(hold))),
            2 => drop(scene.pay(hold)),
            3 => {
                let payment = scene.pay(hold);
                scene.done(orders::cancel(payment.id));
            }
            _ => {
                scene.clock.pass(SETTINGS.hold_ttl);
                scene.sweep();
            }
        }
        is_replayed(&mut scene, &order, &outcome);
    }
    assert_eq!(scene.taken(show), [2], "an order sent again took a seat again");
}

fn a_payment_asked_for_again_is_the_same_payment_even_once_refunded<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 9);
    scene.charge("kim", 100);
    let hold = scene.hold("kim", show, &[1]);
    let pay = keyed(1, orders::pay(&hold));
    let paid = first(&mut scene, &pay);
    is_replayed(&mut scene, &pay, &paid);
    let Reply::Paid(payment) = &paid.reply else { panic!("a payment was asked for") };
    let cancel = keyed(2, orders::cancel(payment.id));
    let cancelled = first(&mut scene, &cancel);
    is_replayed(&mut scene, &cancel, &cancelled);
    is_replayed(&mut scene, &pay, &paid);
    assert_eq!(scene.balance("kim").minor_units(), 100);
}

fn a_booking_asked_for_again_is_the_same_booking_even_once_refunded<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 9);
    scene.charge("kim", 100);
    let hold = scene.hold("kim", show, &[1]);
    let confirm = keyed(1, orders::confirm(&hold));
    let booked = first(&mut scene, &confirm);
    is_replayed(&mut scene, &confirm, &booked);
    let Reply::Booked { booking, .. } = &booked.reply else { panic!("a booking was asked for") };
    scene.done(orders::cancel(booking.payment));
    scene.done(Command::Close { performance: show });
    is_replayed(&mut scene, &confirm, &booked);
    assert!(scene.taken(show).is_empty());
}

fn a_charge_asked_for_again_is_the_same_movement<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let charge = keyed(1, orders::charge("kim", 100));
    let charged = first(&mut scene, &charge);
    let spend = keyed(2, orders::spend("kim", 30));
    let spent = first(&mut scene, &spend);
    scene.charge("kim", 5);
    is_replayed(&mut scene, &charge, &charged);
    is_replayed(&mut scene, &spend, &spent);
    assert_eq!(scene.balance("kim").minor_units(), 75, "an order sent again moved money again");
}

fn every_verb_of_the_operator_asked_for_again_answers_the_same<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let make = keyed(1, Command::MakeConcert { title: "겨울".into() });
    let made = first(&mut scene, &make);
    let Reply::Concert(concert) = &made.reply else { panic!("a concert was asked for") };
    let new = orders::new_performance(concert.id, &scene.clock, 100, 9);
    let stage = keyed(2, Command::MakePerformance(new));
    let staged = first(&mut scene, &stage);
    let Reply::Performance(programme) = &staged.reply else { panic!("a performance was asked for") };
    let performance = programme.performance.id;
    let seats = orders::seats(&[2, 3]);
    let block = keyed(3, Command::Block { performance, seats: seats.clone() });
    let blocked = first(&mut scene, &block);
    let unblock = keyed(4, Command::Unblock { performance, seats });
    let unblocked = first(&mut scene, &unblock);
    let close = keyed(5, Command::Close { performance });
    let closed = first(&mut scene, &close);
    let cancel = keyed(6, Command::CancelPerformance { performance });
    let cancelled = first(&mut scene, &cancel);
    let types = std::sync::Arc::new(["hold.placed".into()]);
    let hook =
        Command::AddWebhook { url: "http://127.0.0.1:9/".into(), types, secret: [7; 32].into(), since: 0 };
    let add = keyed(7, hook);
    let added = first(&mut scene, &add);
    let orders = [&make, &stage, &block, &unblock, &close, &cancel, &add];
    let answers = [&made, &staged, &blocked, &unblocked, &closed, &cancelled, &added];
    for (order, answer) in orders.into_iter().zip(answers) {
        is_replayed(&mut scene, order, answer);
    }
    assert_eq!(scene.reader().webhooks().expect("webhooks can be read").len(), 1);
}

fn one_key_many_times_in_one_batch_has_one_effect<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let order = keyed(1, orders::charge("kim", 10));
    let answers = scene.serve(&vec![order; 50]);
    let outcomes: Vec<Outcome> =
        answers.into_iter().map(|answer| answer.expect("it answers").expect("it is done")).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.replayed).count(), 49);
    for outcome in &outcomes {
        assert_eq!(as_given(outcome), as_given(&outcomes[0]));
    }
    assert_eq!(scene.balance("kim").minor_units(), 10, "one key had more than one effect");
}

fn a_key_of_another_request_is_refused_and_changes_nothing<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    first(&mut scene, &keyed(1, orders::charge("kim", 10)));
    for _ in 0..2 {
        let answer = scene.answer(keyed_otherwise(1, orders::charge("kim", 20)));
        assert_eq!(answer, Err(Refusal::KeyReused));
        let show = scene.sale(0, 9);
        assert_eq!(
            scene.answer(keyed_otherwise(1, orders::place("kim", show, &[1]))),
            Err(Refusal::KeyReused)
        );
        assert!(scene.taken(show).is_empty());
        scene.restart();
    }
    let batch = [keyed(2, orders::charge("lee", 1)), keyed_otherwise(2, orders::charge("lee", 2))];
    assert_eq!(scene.serve(&batch)[1], Ok(Err(Refusal::KeyReused)));
    assert_eq!((scene.balance("kim").minor_units(), scene.balance("lee").minor_units()), (10, 1));
}

fn a_refusal_is_not_remembered<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 9);
    let hold = scene.hold("kim", show, &[1]);
    let pay = keyed(1, orders::pay(&hold));
    assert!(matches!(scene.answer(pay.clone()), Err(Refusal::InsufficientBalance { .. })));
    scene.restart();
    assert!(matches!(scene.answer(pay.clone()), Err(Refusal::InsufficientBalance { .. })));
    scene.charge("kim", 100);
    let paid = first(&mut scene, &pay);
    is_replayed(&mut scene, &pay, &paid);
}

fn a_key_whose_command_was_refused_may_be_used_for_another<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    assert_eq!(scene.answer(keyed(1, orders::spend("kim", 5))), Err(Refusal::BalanceNotFound));
    let batch = [keyed(2, orders::spend("kim", 5)), keyed_otherwise(2, orders::charge("kim", 5))];
    let answers = scene.serve(&batch);
    assert_eq!(answers[0], Ok(Err(Refusal::BalanceNotFound)));
    assert!(matches!(answers[1], Ok(Ok(_))), "{answers:?}");
    first(&mut scene, &keyed_otherwise(1, orders::charge("kim", 5)));
    assert_eq!(scene.balance("kim").minor_units(), 10);
}

fn a_cancelled_performance_refuses_even_what_was_answered_before<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 9);
    let place = keyed(1, orders::place("kim", show, &[1]));
    let outcome = first(&mut scene, &place);
    let Reply::Held { hold, .. } = outcome.reply else { panic!("a hold was asked for") };
    let pay = keyed(2, orders::pay(&hold));
    first(&mut scene, &pay);
    scene.done(Command::CancelPerformance { performance: show });
    for order in [&place, &pay, &Order::unkeyed(orders::confirm(&hold))] {
        assert_eq!(scene.answer(order.clone()), Err(Refusal::PerformanceCancelled));
    }
}

fn a_key_is_remembered_for_a_day_also_across_restarts<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let mut sent = Vec::new();
    for hour in 0..24_u128 {
        let order = keyed(hour, orders::charge("kim", 1));
        let outcome = first(&mut scene, &order);
        sent.push((order, outcome));
        scene.clock.pass(Span::from_secs(3_600));
        scene.desk().tend_now().expect("the desk does its housekeeping");
    }
    for (order, outcome) in &sent[1..] {
        is_replayed(&mut scene, order, outcome);
    }
    scene.clock.pass(Span::from_secs(3_599));
    for _ in 0..5 {
        scene.desk().tend_now().expect("the desk does its housekeeping");
    }
    let (order, outcome) = &sent[23];
    is_replayed(&mut scene, order, outcome);
}
