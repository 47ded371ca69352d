//! Paying for a hold, taking that back, and a user's payments.
//!
//! POST /api/user-balance/payment
//! POST /api/user-balance/payment/cancel/{transactionId}
//! GET /api/user-balance/payment/history/{userId}

use serde_json::json;
use usher_core::Span;

use crate::house::{Ask, TestHouse};

#[tokio::test]
async fn paying_charges_the_price_and_books() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.charge("kim", 30_000).await;
    let hold = house.hold("kim", performance, &[1, 2]).await;
    let body = json!({
        "userId": "kim", "targetId": format!("reservation-{hold}"), "amount": 20000.00, "paymentMethod": "PAYPAL",
        "paymentTarget": "reservation",
    });
    let paid = house.post("/api/user-balance/payment", body).await.expect(200);
    assert_eq!(paid["amount"], 20_000);
    assert_eq!(paid["paymentStatus"], "COMPLETE");
    assert_eq!(house.balance("kim").await, 10_000);
    let history = house.get("/api/user-balance/payment/history/kim").await.expect(200);
    let line = &history["paymentResponses"][0];
    assert_eq!((&line["paymentMethod"], &line["reservationId"]), (&json!("PAYPAL"), &paid["reservationId"]));
    assert!(history["nextCursor"].is_null());
}

#[tokio::test]
async fn every_refusal_of_a_payment() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"holdSeconds": 10})).await;
    house.charge("kim", 20_000).await;
    let hold = house.hold("kim", performance, &[1]).await;
    house.try_pay("lee", hold).await.refused(404, "hold-not-found");
    house.try_pay("kim", hold + 1).await.refused(404, "hold-not-found");
    let body = json!({"userId": "kim", "targetId": hold.to_string(), "paymentMethod": "CREDIT_CARD", "amount": 9_999});
    let problem = house.post("/api/user-balance/payment", body).await.refused(422, "amount-mismatch");
    assert!(problem["detail"].as_str().unwrap().contains("10000"), "{problem}");
    house.try_pay("kim", hold).await.expect(200);
    house.try_pay("kim", hold).await.refused(409, "already-paid");
    let poor = house.hold("poor", performance, &[2]).await;
    house.try_pay("poor", poor).await.refused(402, "insufficient-balance");
    let released = house.hold("kim", performance, &[3]).await;
    house.delete(&format!("/api/reservations/{released}")).await.expect(204);
    house.try_pay("kim", released).await.refused(409, "hold-released");
    let expired = house.hold("kim", performance, &[4]).await;
    house.clock.pass(Span::from_secs(10));
    house.try_pay("kim", expired).await.refused(409, "hold-expired");
    assert_eq!(house.balance("kim").await, 10_000);
}

#[tokio::test]
async fn a_misspelt_member_is_no_trifle_where_money_moves() {
    let house = TestHouse::open();
    let body = json!({"userId": "kim", "targetId": "1", "paymentMethod": "CREDIT_CARD", "amuont": 5});
    assert_eq!(house.post("/api/user-balance/payment", body).await.faults(), ["amuont"]);
    let body = json!({"userId": "kim", "targetId": "x", "paymentMethod": "CASH"});
    assert_eq!(house.post("/api/user-balance/payment", body).await.faults(), ["targetId", "paymentMethod"]);
}

#[tokio::test]
async fn a_seat_for_nothing_is_booked_without_a_transfer() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"price": 0})).await;
    let hold = house.hold("kim", performance, &[1]).await;
    assert_eq!(house.try_pay("kim", hold).await.expect(200)["amount"], 0);
    house.get("/api/user-balance/kim").await.refused(404, "balance-not-found");
}

#[tokio::test]
async fn a_sold_seat_stays_sold_after_its_hold_has_run_out() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"holdSeconds": 10})).await;
    house.buy("kim", performance, &[1]).await;
    house.clock.pass(Span::from_secs(3600));
    house.try_hold("lee", performance, &[1]).await.refused(409, "seat-taken");
}

#[tokio::test]
async fn cancelling_gives_the_money_back_and_frees_the_seats_once() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let payment = house.buy("kim", performance, &[1, 2]).await;
    let cancelled = house.cancel(payment).await;
    assert_eq!(cancelled.expect(200)["paymentStatus"], "CANCELLED");
    assert_eq!(cancelled.json()["transactionId"], payment);
    assert_eq!(house.balance("kim").await, 20_000);
    assert_eq!(house.free_seats(performance).await.len(), 50);
    let again = house.cancel(payment).await;
    assert_eq!((again.status, &again.body), (200, &cancelled.body));
    assert_eq!(house.balance("kim").await, 20_000, "money comes back once");
}

#[tokio::test]
async fn refunds_close_when_the_performance_begins_but_not_for_what_is_cancelled() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"concertDate": "2026-07-01T00:01:00Z"})).await;
    let (early, late) =
        (house.buy("kim", performance, &[1]).await, house.buy("kim", performance, &[2]).await);
    house.clock.pass(Span::from_ms(59_999));
    house.cancel(early).await.expect(200);
    house.clock.pass(Span::from_ms(1));
    house.cancel(late).await.refused(409, "refund-closed");
    house.cancel(early).await.expect(200);
}

#[tokio::test]
async fn an_unknown_payment_is_not_cancelled() {
    let house = TestHouse::open();
    house.cancel(77).await.refused(404, "payment-not-found");
    let path = "/api/user-balance/payment/cancel/77";
    house.post(path, json!({})).await.refused(404, "payment-not-found");
    assert_eq!(house.post(path, json!({"amount": 5})).await.faults(), ["amount"]);
    Ask::post(path, json!({})).key("k").of(house.address).await.refused(404, "payment-not-found");
    assert_eq!(house.post("/api/user-balance/payment/cancel/0", json!({})).await.faults(), ["transactionId"]);
}
