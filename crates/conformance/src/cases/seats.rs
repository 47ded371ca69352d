//! Seats: held, sold, free again, at and beside every boundary.

use usher_core::{ClaimState, HoldState, Order, Refusal, Reply, SeatNumber, Span};
use usher_engine::Clock;

use super::cases;
use crate::fixture::Fixture;
use crate::orders;
use crate::scene::{SETTINGS, Scene};

cases!("seats":
    a_paid_seat_stays_sold_after_the_holds_time_has_passed,
    a_hold_confirmed_in_its_last_millisecond_is_booked,
    a_hold_confirmed_at_its_expiry_is_refused,
    a_seat_is_free_again_at_the_expiry_and_not_a_millisecond_before,
    a_hold_that_lives_is_not_expired_by_the_sweeper,
    an_outage_lengthens_no_hold,
    seats_are_held_all_or_none,
    one_seat_asked_for_twice_at_once_goes_to_the_first,
    a_seat_given_back_and_held_again_in_one_batch_belongs_to_the_second,
    the_last_seat_is_sold_and_none_more,
    the_limit_per_user_counts_held_and_booked_seats,
    a_limit_is_free_again_once_a_hold_ends,
    the_sale_opens_at_its_millisecond_and_closes_at_its_millisecond,
    a_booked_hold_confirmed_again_shows_the_same_booking,
    somebody_elses_hold_cannot_be_paid_confirmed_or_given_back,
);

const MILLISECOND: Span = Span::from_ms(1);

fn a_paid_seat_stays_sold_after_the_holds_time_has_passed<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 3);
    let payment = scene.sold("kim", show, &[2]);
    for _ in 0..3 {
        scene.clock.pass(SETTINGS.hold_ttl);
        scene.sweep();
        assert_eq!(
            scene.refused(orders::place("lee", show, &[2])),
            Refusal::SeatsTaken(vec![SeatNumber::new(2)])
        );
        scene.restart();
    }
    let seats = scene.reader().seats(show).expect("seats can be read").expect("the show is there");
    assert_eq!(seats.claims[0].state, ClaimState::Sold, "a sold seat was re-sold or freed by time");
    let line = scene.reader().hold(payment.hold).expect("a hold can be read").expect("it is kept");
    assert_eq!(line.hold.state, HoldState::Booked(payment.booking, payment.id));
}

fn a_hold_confirmed_in_its_last_millisecond_is_booked<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 3);
    scene.charge("kim", 100);
    let hold = scene.hold("kim", show, &[1]);
    scene.clock.move_to(hold.expires_at.minus(MILLISECOND));
    assert!(matches!(scene.done(orders::confirm(&hold)), Reply::Booked { .. }));
    assert_eq!(scene.taken(show), [1]);
}

fn a_hold_confirmed_at_its_expiry_is_refused<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 3);
    scene.charge("kim", 200);
    let (first, second) = (scene.hold("kim", show, &[1]), scene.hold("kim", show, &[2]));
    scene.clock.move_to(first.expires_at);
    assert_eq!(scene.refused(orders::confirm(&first)), Refusal::HoldExpired);
    assert_eq!(scene.refused(orders::pay(&second)), Refusal::HoldExpired);
    assert_eq!(scene.balance("kim").minor_units(), 200, "an expired hold was charged");
}

fn a_seat_is_free_again_at_the_expiry_and_not_a_millisecond_before<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 3);
    let hold = scene.hold("kim", show, &[1, 3]);
    scene.clock.move_to(hold.expires_at.minus(MILLISECOND));
    scene.sweep();
    assert_eq!(scene.taken(show), [1, 3]);
    scene.clock.pass(MILLISECOND);
    scene.sweep();
    assert!(scene.taken(show).is_empty(), "an expired hold keeps its seats");
    let again = scene.hold("lee", show, &[1, 3]);
    assert_eq!(again.created_at, hold.expires_at);
}

fn a_hold_that_lives_is_not_expired_by_the_sweeper<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 3);
    let hold = scene.hold("kim", show, &[1]);
    scene.clock.move_to(hold.expires_at.minus(MILLISECOND));
    assert_eq!(scene.reader().due(10).expect("due holds can be read"), []);
    let expire = || usher_core::Command::ExpireHold { hold: hold.id };
    assert_eq!(scene.refused(expire()), Refusal::HoldLives);
    scene.clock.pass(MILLISECOND);
    assert_eq!(scene.reader().due(10).expect("due holds can be read"), [hold.id]);
    assert_eq!(scene.done(expire()), Reply::Expired);
    assert_eq!(scene.done(expire()), Reply::Expired);
    assert_eq!(scene.reader().due(10).expect("due holds can be read"), []);
}

fn an_outage_lengthens_no_hold<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 3);
    let hold = scene.hold("kim", show, &[1]);
    scene.clock.pass(SETTINGS.hold_ttl);
    scene.restart();
    assert_eq!(scene.refused(orders::pay(&hold)), Refusal::HoldExpired);
    scene.sweep();
    assert!(scene.taken(show).is_empty(), "a hold that ran out during an outage must end");
}

fn seats_are_held_all_or_none<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 6);
    scene.hold("kim", show, &[2, 4]);
    let refusal = scene.refused(orders::place("lee", show, &[1, 2, 3, 4]));
    assert_eq!(refusal, Refusal::SeatsTaken(vec![SeatNumber::new(2), SeatNumber::new(4)]));
    assert_eq!(scene.taken(show), [2, 4]);
    let refusal = scene.refused(orders::place("lee", show, &[5, 6, 7]));
    assert_eq!(refusal, Refusal::SeatNotFound(vec![SeatNumber::new(7)]));
    assert_eq!(scene.taken(show), [2, 4]);
}

fn one_seat_asked_for_twice_at_once_goes_to_the_first<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 3);
    let batch = ["kim", "lee", "park"].map(|user| Order::unkeyed(orders::place(user, show, &[2])));
    let answers = scene.serve(&batch);
    assert!(matches!(&answers[0], Ok(Ok(_))), "the first to ask must get the seat: {answers:?}");
    for answer in &answers[1..] {
        assert_eq!(*answer, Ok(Err(Refusal::SeatsTaken(vec![SeatNumber::new(2)]))));
    }
    assert_eq!(scene.taken(show), [2]);
}

fn a_seat_given_back_and_held_again_in_one_batch_belongs_to_the_second<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 3);
    let first = scene.hold("kim", show, &[1, 2]);
    let batch = [orders::give_back(&first), orders::place("lee", show, &[2])].map(Order::unkeyed);
    assert!(scene.serve(&batch).iter().all(|answer| matches!(answer, Ok(Ok(_)))));
    for _ in 0..2 {
        let seats = scene.reader().seats(show).expect("seats can be read").expect("the show is there");
        let owners: Vec<_> =
            seats.claims.iter().map(|claim| (claim.seat.get(), claim.user.clone())).collect();
        assert_eq!(owners, [(2, Some(usher_core::UserId::stored("lee")))]);
        scene.restart();
    }
}

fn the_last_seat_is_sold_and_none_more<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(10, 3);
    for (seat, user) in [(1, "kim"), (2, "lee"), (3, "park")] {
        scene.sold(user, show, &[seat]);
    }
    for seat in 1..=3 {
        assert!(matches!(scene.refused(orders::place("late", show, &[seat])), Refusal::SeatsTaken(_)));
    }
    let (_, stage) = scene.reader().programme(show).expect("it can be read").expect("the show is there");
    assert_eq!((stage.sold, stage.held, stage.available(3)), (3, 0, 0));
}

fn the_limit_per_user_counts_held_and_booked_seats<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(10, 9);
    scene.sold("kim", show, &[1, 2]);
    scene.hold("kim", show, &[3]);
    let refusal = scene.refused(orders::place("kim", show, &[4, 5]));
    assert_eq!(refusal, Refusal::HoldLimitReached { seats_max: 4, seats_now: 3 });
    scene.restart();
    scene.hold("kim", show, &[4]);
    let refusal = scene.refused(orders::place("kim", show, &[5]));
    assert_eq!(refusal, Refusal::HoldLimitReached { seats_max: 4, seats_now: 4 });
    scene.hold("Kim", show, &[5]);
}

fn a_limit_is_free_again_once_a_hold_ends<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(10, 9);
    let given_back = scene.hold("kim", show, &[1, 2, 3, 4]);
    scene.done(orders::give_back(&given_back));
    let expired = scene.hold("kim", show, &[1, 2, 3, 4]);
    scene.clock.move_to(expired.expires_at);
    scene.sweep();
    let refunded = scene.sold("kim", show, &[1, 2, 3, 4]);
    scene.done(orders::cancel(refunded.id));
    scene.restart();
    scene.hold("kim", show, &[6, 7, 8, 9]);
}

fn the_sale_opens_at_its_millisecond_and_closes_at_its_millisecond<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let now = scene.clock.now();
    let (opens_at, closes_at) = (now.plus(Span::from_secs(60)), now.plus(Span::from_secs(120)));
    let mut new = orders::new_performance(scene.concert(), &scene.clock, 10, 9);
    (new.sale_opens_at, new.sale_closes_at) = (Some(opens_at), Some(closes_at));
    let show = scene.performance(new);
    scene.clock.move_to(opens_at.minus(MILLISECOND));
    assert_eq!(scene.refused(orders::place("kim", show, &[1])), Refusal::SaleNotOpen { opens_at });
    scene.clock.move_to(opens_at);
    scene.hold("kim", show, &[1]);
    scene.clock.move_to(closes_at.minus(MILLISECOND));
    let hold = scene.hold("kim", show, &[2]);
    scene.clock.move_to(closes_at);
    assert_eq!(scene.refused(orders::place("kim", show, &[3])), Refusal::SaleClosed);
    scene.charge("kim", 10);
    assert!(
        matches!(scene.done(orders::confirm(&hold)), Reply::Booked { .. }),
        "taken in time, it may be paid"
    );
}

fn a_booked_hold_confirmed_again_shows_the_same_booking<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(10, 9);
    scene.charge("kim", 100);
    let hold = scene.hold("kim", show, &[1]);
    let first = scene.done(orders::confirm(&hold));
    assert_eq!(scene.done(orders::confirm(&hold)), first);
    scene.restart();
    assert_eq!(scene.done(orders::confirm(&hold)), first);
    assert_eq!(scene.refused(orders::pay(&hold)), Refusal::AlreadyPaid);
    assert_eq!(scene.refused(orders::give_back(&hold)), Refusal::AlreadyPaid);
    assert_eq!(scene.balance("kim").minor_units(), 90, "one booking was charged twice");
}

fn somebody_elses_hold_cannot_be_paid_confirmed_or_given_back<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(10, 9);
    scene.charge("lee", 100);
    let mut hold = scene.hold("kim", show, &[1]);
    hold.user = usher_core::UserId::stored("lee");
    for command in [orders::pay(&hold), orders::confirm(&hold), orders::give_back(&hold)] {
        assert_eq!(scene.refused(command), Refusal::HoldNotFound);
    }
    assert_eq!(scene.taken(show), [1]);
}
