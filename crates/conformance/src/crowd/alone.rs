//! What the house does by itself, without anybody asking.

use usher_core::{Command, Money};

use super::running::Running;
use crate::cases::cases;
use crate::fixture::Fixture;
use crate::orders;
use crate::scene::SETTINGS;

cases!("the house":
    expires_holds_by_itself,
    refunds_what_a_cancelled_performance_has_sold,
    goes_on_with_a_cancellation_after_a_restart,
    expires_after_a_restart_what_was_held_before,
);

fn expires_holds_by_itself<F: Fixture>(fixture: &F) {
    let (running, show) = Running::after(fixture, |scene| scene.sale(0, 600));
    for seat in 1..=100 {
        running.house().hold(&format!("fan{seat}"), show, &[seat]).expect("the seat is free");
    }
    let sold = running.house().hold("kim", show, &[600]).expect("the seat is free");
    running.house().pay(&sold).expect("a seat for nothing can be paid");
    running.clock.pass(SETTINGS.hold_ttl);
    running.wait_until("end holds whose time has passed", |front| front.taken(show) == [600]);
}

fn refunds_what_a_cancelled_performance_has_sold<F: Fixture>(fixture: &F) {
    let (running, show) = Running::after(fixture, |scene| {
        let show = scene.sale(100, 200);
        for seat in 1..=60 {
            scene.sold(&format!("fan{seat}"), show, &[seat]);
        }
        (61..=80).for_each(|seat| drop(scene.hold(&format!("fan{seat}"), show, &[seat])));
        show
    });
    running.house().done(Command::CancelPerformance { performance: show });
    running.wait_until("finish a cancellation", |front| {
        front.read(|reader| reader.unfinished_cancellations()).is_empty()
    });
    all_refunded(&running, show, 60);
}

fn all_refunded<S: crate::fixture::Store>(running: &Running<S>, show: usher_core::PerformanceId, fans: u32) {
    let house = running.house();
    assert!(house.taken(show).is_empty(), "a cancelled performance keeps seats");
    for fan in 1..=fans {
        let balance = house.balance(&format!("fan{fan}"));
        assert_eq!(balance, Some(Money::from_minor_units(100)), "fan{fan} did not get the money back, once");
    }
    let (_, stage) = house.read(move |reader| reader.programme(show)).expect("the performance is there");
    assert_eq!((stage.bookings_when_cancelled, stage.refunded, stage.bookings), (fans, fans, 0));
}

fn goes_on_with_a_cancellation_after_a_restart<F: Fixture>(fixture: &F) {
    let (mut running, show) = Running::after(fixture, |scene| {
        let show = scene.sale(100, 200);
        for seat in 1..=30 {
            scene.sold(&format!("fan{seat}"), show, &[seat]);
        }
        scene.done(Command::CancelPerformance { performance: show });
        show
    });
    running.restart();
    running.wait_until("go on with a cancellation", |front| front.taken(show).is_empty());
    all_refunded(&running, show, 30);
}

fn expires_after_a_restart_what_was_held_before<F: Fixture>(fixture: &F) {
    let (mut running, show) = Running::after(fixture, |scene| {
        let show = scene.sale(0, 60);
        (1..=50).for_each(|seat| drop(scene.hold(&format!("fan{seat}"), show, &[seat])));
        show
    });
    running.restart();
    assert_eq!(running.house().taken(show).len(), 50);
    running.clock.pass(SETTINGS.hold_ttl);
    running.wait_until("end holds of before the restart", |front| front.taken(show).is_empty());
    let hold = running.house().hold("kim", show, &[1]).expect("the seat is free again");
    running.house().done(orders::give_back(&hold));
}
