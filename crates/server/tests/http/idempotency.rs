//! One key, one effect, one answer.

use std::sync::Arc;

use serde_json::json;
use usher_core::Span;

use crate::house::{Ask, TestHouse};

#[tokio::test]
async fn one_key_50_times_at_once_has_one_effect_and_49_repeats() {
    let house = Arc::new(TestHouse::open());
    let asks = (0..50).map(|_| {
        let house = house.clone();
        let ask =
            Ask::new("PUT", "/api/user-balance/charge/kim", json!({"amount": 5}).to_string()).key("once");
        tokio::spawn(async move { ask.of(house.address).await })
    });
    let mut replies = Vec::new();
    for ask in asks.collect::<Vec<_>>() {
        replies.push(ask.await.unwrap());
    }
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert!(replies.iter().all(|reply| reply.body == replies[0].body), "every answer is the first one");
    let repeats = replies.iter().filter(|reply| reply.header("idempotent-replayed") == "true").count();
    assert_eq!(repeats, 49);
    assert_eq!(house.balance("kim").await, 5);
}

#[tokio::test]
async fn every_success_is_repeated_byte_for_byte_also_after_a_restart() {
    let mut house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let concert = house.concert().await;
    house.charge("kim", 30_000).await;
    let mut told = Vec::new();
    let hold = json!({"userId": "kim", "concertOptionId": performance, "seatNumber": 1});
    let held = remember(&house, &mut told, Ask::post("/api/reservations", hold)).await;
    let confirm = json!({"userId": "kim", "temporalReservationId": held["temporalReservationId"]});
    let booked = remember(&house, &mut told, Ask::post("/api/reservations/confirm", confirm)).await;
    remember(&house, &mut told, Ask::post("/api/concerts", json!({"title": "Second"}))).await;
    let option = json!({
        "concertDate": "2026-07-10T20:00:00", "concertDuration": "PT2H", "title": "x", "price": 1, "maxSeats": 5,
    });
    remember(&house, &mut told, Ask::post(&format!("/api/concerts/{concert}/options"), option)).await;
    let second = house.hold("kim", performance, &[2]).await;
    let pay = json!({"userId": "kim", "targetId": second.to_string(), "paymentMethod": "BANK_TRANSFER"});
    let paid = remember(&house, &mut told, Ask::post("/api/user-balance/payment", pay)).await;
    for payment in [&booked["transactionId"], &paid["transactionId"]] {
        let path = format!("/api/user-balance/payment/cancel/{payment}");
        remember(&house, &mut told, Ask::post(&path, json!({}))).await;
    }
    let amount = || json!({"amount": 7}).to_string();
    remember(&house, &mut told, Ask::new("PUT", "/api/user-balance/charge/kim", amount())).await;
    remember(&house, &mut told, Ask::new("PUT", "/api/user-balance/use/kim", amount())).await;
    house.clock.pass(Span::from_secs(23 * 3600));
    for restarts in 0..2 {
        let balance = house.balance("kim").await;
        for (n, (ask, first)) in told.iter().enumerate() {
            let again = ask.clone().key(&format!("key-{n}")).of(house.address).await;
            assert_eq!(
                (again.status, again.text()),
                (first.status, first.text()),
                "after {restarts} restarts"
            );
            assert_eq!(again.header("idempotent-replayed"), "true");
        }
        assert_eq!(house.balance("kim").await, balance, "a repeat moves no money");
        house = house.restart();
    }
}

type Told = Vec<(Ask, crate::house::Reply)>;

async fn remember(house: &TestHouse, told: &mut Told, ask: Ask) -> serde_json::Value {
    let reply = ask.clone().key(&format!("key-{}", told.len())).of(house.address).await;
    assert!((200..300).contains(&reply.status), "{}", reply.text());
    assert_eq!(reply.header("idempotent-replayed"), "");
    let json = reply.json();
    told.push((ask, reply));
    json
}

#[tokio::test]
async fn a_key_used_for_another_request_is_refused() {
    let house = TestHouse::open();
    let charge = |path: &str, body: serde_json::Value| {
        Ask::new("PUT", path, body.to_string()).key("k").of(house.address)
    };
    let path = "/api/user-balance/charge/kim";
    charge(path, json!({"amount": 5})).await.expect(200);
    charge(path, json!({"amount": 6})).await.refused(422, "idempotency-key-reused");
    charge("/api/user-balance/use/kim", json!({"amount": 5})).await.refused(422, "idempotency-key-reused");
    let spelt = r#" { "requestAt" : "2026-07-01T00:00:00", "amount" : 5.00 } "#;
    let again = Ask::new("PUT", path, spelt).key("k").of(house.address).await;
    assert_eq!(again.header("idempotent-replayed"), "true", "the same request in another spelling");
    charge("/api/user-balance/charge/lee", json!({"amount": 6})).await.expect(200);
    assert_eq!(house.balance("kim").await, 5);
}

#[tokio::test]
async fn a_refusal_is_decided_again_under_its_key() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let hold = house.hold("kim", performance, &[1]).await;
    let confirm = || {
        let body = json!({"userId": "kim", "temporalReservationId": hold});
        Ask::post("/api/reservations/confirm", body).key("k").of(house.address)
    };
    confirm().await.refused(402, "insufficient-balance");
    house.charge("kim", 10_000).await;
    let booked = confirm().await;
    booked.expect(200);
    assert_eq!(booked.header("idempotent-replayed"), "");
}

#[tokio::test]
async fn a_cancelled_performance_refuses_also_what_was_answered_before() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let hold = || {
        let body = json!({"userId": "kim", "concertOptionId": performance, "seatNumber": 1});
        Ask::post("/api/reservations", body).key("k").of(house.address)
    };
    hold().await.expect(201);
    let cancel = || {
        Ask::post(&format!("/admin/performances/{performance}/cancel"), json!({})).key("c").of(house.admin)
    };
    let cancelled = cancel().await;
    assert_eq!(cancelled.expect(202), json!({"state": "CANCELLED", "bookings": 0, "refunded": 0}));
    assert_eq!(cancel().await.header("idempotent-replayed"), "true");
    hold().await.refused(409, "performance-cancelled");
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_characters() {
    let house = TestHouse::open();
    let charge = |key: &str| {
        Ask::new("PUT", "/api/user-balance/charge/kim", json!({"amount": 5}).to_string())
            .key(key)
            .of(house.address)
    };
    charge("!").await.expect(200);
    charge(&"~".repeat(255)).await.expect(200);
    for key in ["", "a b", &"k".repeat(256)] {
        assert_eq!(charge(key).await.faults(), ["Idempotency-Key"], "{key:?}");
    }
    assert_eq!(house.balance("kim").await, 10);
}

#[tokio::test]
async fn a_deletion_ignores_its_key() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let hold = house.hold("kim", performance, &[1]).await;
    let path = format!("/api/reservations/{hold}");
    for _ in 0..2 {
        let gone = Ask::new("DELETE", &path, "").key("k").of(house.address).await;
        assert_eq!((gone.status, gone.header("idempotent-replayed")), (204, ""));
    }
}
