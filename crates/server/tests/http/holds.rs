//! Holding seats and giving them back.
//!
//! POST /api/reservations
//! DELETE /api/reservations/{temporalReservationId}

use serde_json::json;
use usher_core::Span;

use crate::house::{Ask, TestHouse};

#[tokio::test]
async fn a_hold_shows_what_was_granted() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let held = house.try_hold("kim", performance, &[7, 3]).await.expect(201);
    assert_eq!(held["userId"], "kim");
    assert_eq!(held["isConfirmed"], false);
    assert_eq!(held["amount"], 20_000);
    assert_eq!(held["concertOption"]["concertOptionId"], performance);
    assert_eq!(held["concertOption"]["state"], "ON_SALE");
    let seats: Vec<_> =
        held["seats"].as_array().unwrap().iter().map(|seat| seat["seatNumber"].clone()).collect();
    assert_eq!(seats, [json!(3), json!(7)]);
    assert_eq!(held["seat"]["seatNumber"], 3);
    assert_eq!(held["seat"]["seatId"], (performance - 1) * 100_000 + 3);
    assert_eq!(held["seat"]["occupied"], true);
    assert_eq!(held["reserveAt"], "2026-07-01T00:00:00.000Z");
    assert_eq!(held["expireAt"], "2026-07-01T00:05:00.000Z");
}

#[tokio::test]
async fn a_script_written_for_the_original_holds_a_seat() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let body = json!({
        "userId": 7, "concertOptionId": performance, "seatNumber": 1, "requestAt": "2026-11-22T10:15:30.123456",
        "somethingElse": true,
    });
    assert_eq!(house.post("/api/reservations", body).await.expect(201)["userId"], "7");
}

#[tokio::test]
async fn seats_that_somebody_has_are_all_named() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.hold("kim", performance, &[2, 4]).await;
    let problem = house.try_hold("lee", performance, &[1, 2, 3, 4]).await.refused(409, "seat-taken");
    assert_eq!(problem["seatNumbers"], json!([2, 4]));
    let free = house.free_seats(performance).await;
    assert!(free.contains(&1) && free.contains(&3), "a refused hold must take no seat");
}

#[tokio::test]
async fn what_does_not_exist_cannot_be_held() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.try_hold("kim", performance + 1, &[1]).await.refused(404, "concert-option-not-found");
    let problem = house.try_hold("kim", performance, &[50, 51]).await.refused(404, "seat-not-found");
    assert_eq!(problem["seatNumbers"], json!([51]));
}

#[tokio::test]
async fn the_limit_of_a_user_counts_what_is_held_and_booked() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"maxSeatsPerUser": 3})).await;
    house.buy("kim", performance, &[1, 2]).await;
    house.hold("kim", performance, &[3]).await;
    house.try_hold("kim", performance, &[4]).await.refused(409, "hold-limit-reached");
    house.hold("lee", performance, &[4]).await;
}

#[tokio::test]
async fn the_sale_opens_at_its_millisecond_and_closes_at_its_millisecond() {
    let house = TestHouse::open();
    let window = json!({"saleOpensAt": "2026-07-01T00:00:10Z", "saleClosesAt": "2026-07-01T00:00:20Z"});
    let performance = house.performance(window).await;
    house.clock.pass(Span::from_ms(9_999));
    let problem = house.try_hold("kim", performance, &[1]).await.refused(409, "sale-not-open");
    assert!(problem["detail"].as_str().unwrap().contains("2026-07-01T00:00:10.000Z"), "{problem}");
    house.clock.pass(Span::from_ms(1));
    house.hold("kim", performance, &[1]).await;
    house.clock.pass(Span::from_ms(9_999));
    house.hold("kim", performance, &[2]).await;
    house.clock.pass(Span::from_ms(1));
    house.try_hold("kim", performance, &[3]).await.refused(409, "sale-closed");
}

#[tokio::test]
async fn a_closed_or_cancelled_performance_takes_no_holds() {
    let house = TestHouse::open();
    let (closed, cancelled) = (house.performance(json!({})).await, house.performance(json!({})).await);
    house.admin_post(&format!("/admin/performances/{closed}/close"), json!({})).await.expect(200);
    house.admin_post(&format!("/admin/performances/{cancelled}/cancel"), json!({})).await.expect(202);
    house.try_hold("kim", closed, &[1]).await.refused(409, "sale-closed");
    house.try_hold("kim", cancelled, &[99]).await.refused(409, "performance-cancelled");
}

#[tokio::test]
async fn every_member_at_fault_is_named() {
    let house = TestHouse::open();
    for (body, faults) in [
        (json!({}), vec!["userId", "concertOptionId", "seatNumber"]),
        (
            json!({"userId": "a b", "concertOptionId": 0, "seatNumber": -1}),
            vec!["userId", "concertOptionId", "seatNumber"],
        ),
        (
            json!({"userId": 7.5, "concertOptionId": "1", "seatNumbers": []}),
            vec!["userId", "concertOptionId", "seatNumbers"],
        ),
        (
            json!({"userId": "a", "concertOptionId": 1, "seatNumber": 1, "seatNumbers": [1]}),
            vec!["seatNumber"],
        ),
        (json!({"userId": "a", "concertOptionId": 1, "seatNumbers": [1, 2, 1]}), vec!["seatNumbers"]),
        (
            json!({"userId": "a", "concertOptionId": 1, "seatNumbers": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}),
            vec!["seatNumbers"],
        ),
    ] {
        assert_eq!(house.post("/api/reservations", body.clone()).await.faults(), faults, "{body}");
    }
    for nonsense in ["", "{", "[]", "null", r#"{"userId":"a","userId":"a"}"#] {
        house_post(&house, nonsense).await;
    }
}

async fn house_post(house: &TestHouse, body: &'static str) {
    Ask::new("POST", "/api/reservations", body).of(house.address).await.refused(400, "invalid-request");
}

#[tokio::test]
async fn an_expired_hold_frees_its_seats_for_the_next() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"holdSeconds": 10})).await;
    house.hold("kim", performance, &[1]).await;
    house.clock.pass(Span::from_ms(9_999));
    house.try_hold("lee", performance, &[1]).await.refused(409, "seat-taken");
    house.clock.pass(Span::from_ms(1));
    house.hold("lee", performance, &[1]).await;
}

#[tokio::test]
async fn a_hold_is_given_back_once_and_again() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"holdSeconds": 10})).await;
    let hold = house.hold("kim", performance, &[1]).await;
    let path = format!("/api/reservations/{hold}");
    house.delete(&path).await.expect(204);
    house.delete(&path).await.expect(204);
    assert_eq!(house.free_seats(performance).await.len(), 50);
    let expired = house.hold("kim", performance, &[1]).await;
    house.clock.pass(Span::from_secs(10));
    house.delete(&format!("/api/reservations/{expired}")).await.expect(204);
}

#[tokio::test]
async fn what_is_booked_or_unknown_is_not_given_back() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.charge("kim", 10_000).await;
    let hold = house.hold("kim", performance, &[1]).await;
    let payment = house.try_pay("kim", hold).await.expect(200)["transactionId"].as_u64().unwrap();
    house.delete(&format!("/api/reservations/{hold}")).await.refused(409, "already-paid");
    house.cancel(payment).await.expect(200);
    house.delete(&format!("/api/reservations/{hold}")).await.expect(204);
    house.delete(&format!("/api/reservations/{}", hold + 1)).await.refused(404, "hold-not-found");
    assert_eq!(house.delete("/api/reservations/x").await.faults(), ["temporalReservationId"]);
}
