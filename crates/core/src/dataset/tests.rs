//! What scripts may rely on in the dataset.

use std::collections::BTreeSet;

use super::*;
use crate::Rows;

const TODAY: Timestamp = Timestamp::from_unix_ms(1_795_564_800_000);

fn dataset(scale: f64) -> Dataset {
    Dataset::at_scale(scale, 1, TODAY).expect("a scale within bounds")
}

fn rows(scale: f64) -> Rows {
    let mut rows = Rows::default();
    dataset(scale).effects().for_each(|effect| rows.apply(&effect));
    rows
}

#[test]
fn a_scale_says_how_many_rows_there_are() {
    let whole = dataset(1.0);
    assert_eq!((whole.concerts(), whole.performances(), whole.users()), (10_000, 1_000_000, 2_000_000));
    let small = dataset(0.001);
    assert_eq!((small.concerts(), small.performances(), small.users()), (10, 1_000, 2_000));
    assert_eq!(small.effects().count() as u64, small.effects_total());
    for refused in [0.0, -1.0, 0.000_01, 10.5, f64::NAN] {
        assert_eq!(Dataset::at_scale(refused, 1, TODAY), None, "scale {refused} must be refused");
    }
}

#[test]
fn hold_booking_and_payment_k_are_user_k_s_for_seat_1_of_performance_k() {
    let rows = rows(0.001);
    for k in 1..=1_000 {
        let hold = &rows.holds[&HoldId::new(k)];
        let payment = &rows.payments[&TransferId::new(k)];
        assert_eq!((hold.user.as_str(), hold.performance.get()), (&*k.to_string(), k));
        assert_eq!(*hold.seats, [SeatNumber::new(1)]);
        assert_eq!(rows.bookings[&BookingId::new(k)].hold, hold.id);
        assert_eq!((payment.hold, payment.amount), (hold.id, hold.amount));
        assert_eq!(rows.houses[&hold.performance].claims[&SeatNumber::new(1)].hold, Some(hold.id));
    }
}

#[test]
fn a_concert_has_the_performances_that_are_congruent_to_it() {
    let rows = rows(0.001);
    for house in rows.houses.values() {
        let (performance, concert) = (house.performance.id.get(), house.concert.id.get());
        assert_eq!(performance % 10, concert % 10);
        assert_eq!((house.performance.seats_max, house.stage.sold, house.stage.version), (50, 1, 1));
    }
}

#[test]
fn about_half_of_the_performances_lie_ahead_and_the_first_99_all_do() {
    let rows = rows(0.01);
    let ahead = |k: u64| rows.houses[&PerformanceId::new(k)].performance.begins_at > TODAY;
    assert!((1..=99).all(ahead));
    let share = (1..=10_000).filter(|k| ahead(*k)).count();
    assert!((4_500..=5_500).contains(&share), "{share} of 10,000 lie ahead");
}

#[test]
fn every_balance_is_what_its_transfers_leave_and_half_the_users_have_none() {
    let rows = rows(0.001);
    for k in 1..=1_000 {
        let account = &rows.accounts[&user(k)];
        let charged = &rows.movements[&TransferId::new(1_000 + k)];
        let paid = &rows.movements[&TransferId::new(k)];
        assert_eq!(charged.balance_after, charged.amount);
        assert_eq!(charged.amount.minus(paid.amount), Some(paid.balance_after));
        assert_eq!(account.balance, paid.balance_after);
        assert!(charged.created_at < paid.created_at, "who pays has charged before");
    }
    assert!((1_001..=2_000).all(|k| rows.accounts[&user(k)].balance.is_zero()));
    assert_eq!((rows.movements.len(), rows.accounts.len()), (2_000, 2_000));
}

#[test]
fn every_hold_was_placed_within_the_sale_and_paid_within_its_time() {
    let rows = rows(0.001);
    for hold in rows.holds.values() {
        let performance = &rows.houses[&hold.performance].performance;
        assert!(performance.sale_opens_at <= hold.created_at && hold.created_at < performance.sale_closes_at);
        let HoldState::Booked(booking, _) = hold.state else { panic!("every hold is booked") };
        assert!(rows.bookings[&booking].created_at < hold.expires_at);
        assert!(rows.houses[&hold.performance].concert.created_at <= performance.created_at);
    }
}

#[test]
fn the_same_scale_dice_and_day_give_the_same_rows() {
    assert!(dataset(0.0002).effects().eq(dataset(0.0002).effects()));
    let other = Dataset::at_scale(0.0002, 2, TODAY).expect("a scale within bounds");
    assert!(!dataset(0.0002).effects().eq(other.effects()));
}

#[test]
fn accounts_come_in_the_order_of_their_text() {
    for last in [1, 9, 10, 11, 99, 100, 101, 110, 1_999, 2_000] {
        let texts: Vec<String> = by_text(last).map(|n| n.to_string()).collect();
        let sorted: BTreeSet<String> = (1..=last).map(|n| n.to_string()).collect();
        assert!(texts.iter().eq(sorted.iter()), "up to {last}");
    }
}
