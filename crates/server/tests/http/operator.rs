//! Blocking seats, closing a sale, calling a performance off, and who has booked.
//!
//! POST /admin/performances/{concertOptionId}/seats/block
//! POST /admin/performances/{concertOptionId}/seats/unblock
//! POST /admin/performances/{concertOptionId}/close
//! POST /admin/performances/{concertOptionId}/cancel
//! GET /admin/performances/{concertOptionId}/cancel
//! GET /admin/performances/{concertOptionId}/bookings.csv

use std::time::Duration;

use serde_json::{Value, json};
use usher_core::Span;

use crate::house::TestHouse;

fn verb(performance: u64, verb: &str) -> String {
    format!("/admin/performances/{performance}/{verb}")
}

#[tokio::test]
async fn seats_are_blocked_all_or_none_and_put_back() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"maxSeats": 5})).await;
    house.hold("kim", performance, &[3]).await;
    let (block, unblock) = (verb(performance, "seats/block"), verb(performance, "seats/unblock"));
    let problem = house.admin_post(&block, json!({"seatNumbers": [2, 3]})).await.refused(409, "seat-taken");
    assert_eq!(problem["seatNumbers"], json!([3]));
    assert_eq!(house.free_seats(performance).await, [1, 2, 4, 5], "all or none");
    for _ in 0..2 {
        let blocked = house.admin_post(&block, json!({"seatNumbers": [5, 1]})).await.expect(200);
        assert_eq!(blocked, json!({"blocked": [1, 5]}));
    }
    house.try_hold("lee", performance, &[1]).await.refused(409, "seat-taken");
    assert_eq!(house.free_seats(performance).await, [2, 4]);
    let left = house.admin_post(&unblock, json!({"seatNumbers": [1, 2]})).await.expect(200);
    assert_eq!(left, json!({"blocked": [5]}));
    house.hold("lee", performance, &[1]).await;
    house.admin_post(&block, json!({"seatNumbers": [6]})).await.refused(404, "seat-not-found");
    assert_eq!(house.admin_post(&block, json!({"seatNumbers": []})).await.faults(), ["seatNumbers"]);
    house
        .admin_post(&verb(99, "seats/block"), json!({"seatNumbers": [1]}))
        .await
        .refused(404, "concert-option-not-found");
}

#[tokio::test]
async fn a_house_of_100_000_seats_is_blocked_in_one_request() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"maxSeats": 100_000, "price": 1})).await;
    let all: Vec<u32> = (1..=100_000).collect();
    let blocked =
        house.admin_post(&verb(performance, "seats/block"), json!({"seatNumbers": all})).await.expect(200);
    assert_eq!(blocked["blocked"].as_array().unwrap().len(), 100_000);
    assert_eq!(house.free_seats(performance).await, [0; 0]);
}

#[tokio::test]
async fn a_closed_sale_still_takes_payments_for_what_is_held() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.charge("kim", 10_000).await;
    let hold = house.hold("kim", performance, &[1]).await;
    for _ in 0..2 {
        assert_eq!(
            house.admin_post(&verb(performance, "close"), json!({})).await.expect(200)["state"],
            "CLOSED"
        );
    }
    house.try_pay("kim", hold).await.expect(200);
    house.admin_post(&verb(99, "close"), json!({})).await.refused(404, "concert-option-not-found");
}

#[tokio::test]
async fn a_cancelled_performance_releases_and_refunds_until_none_is_left() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"concertDate": "2026-07-01T01:00:00Z"})).await;
    for n in 1..=20 {
        house.buy(&format!("buyer{n}"), performance, &[n]).await;
    }
    let earlier = house.buy("earlier", performance, &[30]).await;
    house.cancel(earlier).await.expect(200);
    house.hold("holder", performance, &[40]).await;
    house.clock.pass(Span::from_secs(7200));
    let cancelled = house.admin_post(&verb(performance, "cancel"), json!({})).await.expect(202);
    assert_eq!((&cancelled["state"], &cancelled["bookings"]), (&json!("CANCELLED"), &json!(20)));
    let finished = until_refunded(&house, performance, 20).await;
    assert_eq!(finished, json!({"state": "CANCELLED", "bookings": 20, "refunded": 20}));
    for n in 1..=20 {
        assert_eq!(
            house.balance(&format!("buyer{n}")).await,
            10_000,
            "everybody gets their money back, once"
        );
    }
    house.admin_get(&verb(99, "cancel")).await.refused(404, "concert-option-not-found");
    house.admin_post(&verb(99, "cancel"), json!({})).await.refused(404, "concert-option-not-found");
    house.admin_post(&verb(performance, "close"), json!({})).await.refused(409, "performance-cancelled");
}

async fn until_refunded(house: &TestHouse, performance: u64, bookings: u64) -> Value {
    for _ in 0..100 {
        let progress = house.admin_get(&verb(performance, "cancel")).await.expect(200);
        if progress["refunded"] == bookings {
            return progress;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not every booking was refunded within 5 s");
}

#[tokio::test]
async fn bookings_are_listed_as_csv_without_what_was_cancelled() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"maxSeats": 2000})).await;
    let empty = house.admin_get(&verb(performance, "bookings.csv")).await;
    assert_eq!(empty.text(), "reservationId,userId,seatNumbers,amount,paidAt\r\n");
    house.buy("kim", performance, &[5, 2]).await;
    let cancelled = house.buy("lee", performance, &[3]).await;
    house.cancel(cancelled).await.expect(200);
    house.hold("park", performance, &[4]).await;
    let csv = house.admin_get(&verb(performance, "bookings.csv")).await;
    assert_eq!((csv.status, csv.header("x-usher-mode")), (200, "open"));
    assert!(csv.header("content-type").starts_with("text/csv"));
    let text = csv.text();
    let lines: Vec<&str> = text.split_terminator("\r\n").skip(1).collect();
    let [line] = lines[..] else { panic!("one live booking: {lines:?}") };
    assert!(line.ends_with(",kim,2 5,20000,2026-07-01T00:00:00.000Z"), "{line}");
    house.admin_get(&verb(99, "bookings.csv")).await.refused(404, "concert-option-not-found");
}

#[tokio::test]
async fn a_long_list_of_bookings_arrives_whole() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"maxSeats": 2000, "price": 0})).await;
    for n in 1..=1100 {
        let hold = house.hold(&format!("buyer{n}"), performance, &[n]).await;
        house.confirm(&format!("buyer{n}"), hold).await.expect(200);
    }
    let text = house.admin_get(&verb(performance, "bookings.csv")).await.text();
    let seats: Vec<u32> =
        text.lines().skip(1).map(|line| line.split(',').nth(2).unwrap().parse().unwrap()).collect();
    assert_eq!(seats, (1..=1100).collect::<Vec<_>>());
}
