//! The operator's verbs: blocking, closing, calling off, receivers of events.

use usher_core::{ClaimState, Command, Delivery, Order, Parked, Refusal, Reply, SaleState, SeatNumber};
use usher_engine::{Clock, Ended};

use super::cases;
use crate::fixture::Fixture;
use crate::orders;
use crate::scene::Scene;

cases!("operator":
    a_blocked_seat_cannot_be_held_until_it_is_unblocked,
    seats_are_blocked_all_or_none,
    blocking_twice_changes_nothing,
    a_closed_sale_takes_no_holds_but_lets_live_ones_be_paid,
    a_performance_called_off_is_unfinished_until_everything_has_ended,
    a_performance_called_off_after_it_began_is_refunded_all_the_same,
    a_webhook_keeps_what_was_recorded_of_its_deliveries,
    a_removed_webhook_is_gone_and_a_late_delivery_does_not_bring_it_back,
);

fn a_blocked_seat_cannot_be_held_until_it_is_unblocked<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let performance = scene.sale(0, 9);
    let seats = orders::seats(&[2, 3]);
    let blocked = scene.done(Command::Block { performance, seats: seats.clone() });
    assert_eq!(blocked, Reply::Blocked(seats));
    scene.restart();
    let refusal = scene.refused(orders::place("kim", performance, &[1, 2]));
    assert_eq!(refusal, Refusal::SeatsTaken(vec![SeatNumber::new(2)]));
    let left = scene.done(Command::Unblock { performance, seats: orders::seats(&[1, 2]) });
    assert_eq!(left, Reply::Blocked(orders::seats(&[3])));
    scene.hold("kim", performance, &[1, 2]);
    let read = scene.reader().seats(performance).expect("seats can be read").expect("the show is there");
    assert_eq!(read.claims[2].state, ClaimState::Blocked);
    assert_eq!((read.claims[2].hold, &read.claims[2].user), (None, &None));
    assert_eq!((read.stage.held, read.stage.blocked), (2, 1));
}

fn seats_are_blocked_all_or_none<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let performance = scene.sale(0, 9);
    scene.hold("kim", performance, &[2]);
    let refusal = scene.refused(Command::Block { performance, seats: orders::seats(&[1, 2, 3]) });
    assert_eq!(refusal, Refusal::SeatsTaken(vec![SeatNumber::new(2)]));
    let refusal = scene.refused(Command::Block { performance, seats: orders::seats(&[9, 10]) });
    assert_eq!(refusal, Refusal::SeatNotFound(vec![SeatNumber::new(10)]));
    assert_eq!(scene.taken(performance), [2]);
}

fn blocking_twice_changes_nothing<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let performance = scene.sale(0, 9);
    let block = |numbers: &[u32]| Command::Block { performance, seats: orders::seats(numbers) };
    scene.done(block(&[1, 2]));
    let before = scene.reader().programme(performance).expect("it can be read");
    assert_eq!(scene.done(block(&[2])), Reply::Blocked(orders::seats(&[1, 2])));
    assert_eq!(scene.reader().programme(performance).expect("it can be read"), before);
    let batch = [block(&[3]), block(&[3, 4])].map(Order::unkeyed);
    assert!(scene.serve(&batch).iter().all(|answer| matches!(answer, Ok(Ok(_)))));
    assert_eq!(scene.taken(performance), [1, 2, 3, 4]);
}

fn a_closed_sale_takes_no_holds_but_lets_live_ones_be_paid<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let performance = scene.sale(100, 9);
    scene.charge("kim", 100);
    let hold = scene.hold("kim", performance, &[1]);
    scene.done(Command::Close { performance });
    scene.restart();
    assert_eq!(scene.refused(orders::place("lee", performance, &[2])), Refusal::SaleClosed);
    let Reply::Booked { booking, .. } = scene.done(orders::confirm(&hold)) else {
        panic!("a booking was asked for")
    };
    assert!(booking.closed_when_booked);
}

fn a_performance_called_off_is_unfinished_until_everything_has_ended<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let (performance, other) = (scene.sale(100, 9), scene.sale(100, 9));
    let paid = scene.sold("kim", performance, &[1, 2]);
    let held = scene.hold("lee", performance, &[5]);
    scene.sold("lee", other, &[1]);
    assert!(scene.reader().unfinished_cancellations().expect("they can be read").is_empty());
    let reply = scene.done(Command::CancelPerformance { performance });
    assert_eq!(reply, Reply::PerformanceCancelled { performance, bookings: 1, refunded: 0 });
    scene.restart();
    assert_eq!(scene.reader().unfinished_cancellations().expect("they can be read"), [performance]);
    let left = scene.reader().unfinished(performance, 10).expect("it can be read");
    assert_eq!(left.len(), 2);
    assert!(left.contains(&Ended::Payment(paid.id)) && left.contains(&Ended::Hold(held.id)), "{left:?}");
    assert_eq!(scene.reader().unfinished(performance, 1).expect("it can be read").len(), 1);
    scene.finish(performance);
    assert!(scene.reader().unfinished_cancellations().expect("they can be read").is_empty());
    assert!(scene.reader().unfinished(performance, 10).expect("it can be read").is_empty());
    assert_eq!(
        scene.balance("kim").minor_units(),
        200,
        "a buyer of a cancelled show must get the money back"
    );
    assert!(scene.taken(performance).is_empty());
    assert_eq!(scene.taken(other), [1], "calling one show off must not touch another");
    let reply = scene.done(Command::CancelPerformance { performance });
    assert_eq!(reply, Reply::PerformanceCancelled { performance, bookings: 1, refunded: 1 });
}

fn a_performance_called_off_after_it_began_is_refunded_all_the_same<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let performance = scene.sale(100, 9);
    let paid = scene.sold("kim", performance, &[1]);
    let (programme, _) = scene.reader().programme(performance).expect("it can be read").expect("it is there");
    scene.clock.move_to(programme.performance.begins_at);
    assert_eq!(scene.refused(orders::cancel(paid.id)), Refusal::RefundClosed);
    scene.done(Command::CancelPerformance { performance });
    scene.finish(performance);
    assert_eq!(scene.balance("kim").minor_units(), 100);
    let (_, stage) = scene.reader().programme(performance).expect("it can be read").expect("it is there");
    assert_eq!((stage.state, stage.bookings, stage.refunded), (SaleState::Cancelled, 0, 1));
}

fn hook<S: crate::fixture::Store>(scene: &mut Scene<S>, since: u64) -> usher_core::Webhook {
    let command = Command::AddWebhook {
        url: "http://127.0.0.1:9/hook".into(),
        types: std::sync::Arc::new(["hold.placed".into(), "hold.expired".into()]),
        secret: (0..=31).collect(),
        since,
    };
    match scene.done(command) {
        Reply::Webhook(webhook) => webhook,
        other => panic!("a webhook was asked for: {other:?}"),
    }
}

fn a_webhook_keeps_what_was_recorded_of_its_deliveries<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let (first, second) = (hook(&mut scene, 7), hook(&mut scene, 0));
    let event = usher_core::EventId::new(3);
    let parked = Parked { event, status: 410, at: scene.clock.now() };
    let mut delivery =
        Delivery { webhook: second.id, position: 5, delivered: 4, parked: vec![parked; 3], parked_total: 3 };
    scene.done(Command::RecordDelivery(delivery.clone()));
    (delivery.position, delivery.delivered, delivery.parked_total) = (u64::from(u32::MAX) + 9, 40, 103);
    scene.done(Command::RecordDelivery(delivery.clone()));
    for _ in 0..2 {
        let found = scene.reader().webhooks().expect("webhooks can be read");
        assert_eq!(found.len(), 2);
        assert_eq!((&found[0].0, found[0].1.position, found[0].1.delivered), (&first, 7, 0));
        assert_eq!(found[1], (second.clone(), delivery.clone()));
        scene.restart();
    }
}

fn a_removed_webhook_is_gone_and_a_late_delivery_does_not_bring_it_back<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let (first, second) = (hook(&mut scene, 0), hook(&mut scene, 0));
    let remove = || Command::RemoveWebhook { webhook: second.id };
    let late =
        Delivery { webhook: second.id, position: 5, delivered: 4, parked: Vec::new(), parked_total: 0 };
    let batch = [remove(), Command::RecordDelivery(late.clone())].map(Order::unkeyed);
    assert!(scene.serve(&batch).iter().all(|answer| matches!(answer, Ok(Ok(_)))));
    scene.done(remove());
    scene.done(Command::RecordDelivery(late));
    scene.restart();
    let found = scene.reader().webhooks().expect("webhooks can be read");
    assert_eq!(found.iter().map(|(webhook, _)| webhook.id).collect::<Vec<_>>(), [first.id]);
    let third = hook(&mut scene, 0);
    assert!(third.id > second.id, "the id of a removed webhook was given again");
}
