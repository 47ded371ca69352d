//! A user's balance, what moved it, charging and spending.
//!
//! GET /api/user-balance/{userId}
//! GET /api/user-balance/histories/{userId}
//! PUT /api/user-balance/charge/{userId}
//! PUT /api/user-balance/use/{userId}

use serde_json::{Value, json};
use usher_core::Span;

use crate::house::{Ask, TestHouse};

const MAX: u64 = 1_000_000_000_000_000;

#[tokio::test]
async fn the_first_charge_opens_a_balance() {
    let house = TestHouse::open();
    house.get("/api/user-balance/kim").await.refused(404, "balance-not-found");
    let charged = house.put("/api/user-balance/charge/kim", json!({"userId": "kim", "amount": 1_000})).await;
    let charged = charged.expect(200);
    assert_eq!((&charged["userId"], &charged["amount"]), (&json!("kim"), &json!(1_000)));
    assert_eq!(house.get("/api/user-balance/kim").await.expect(200), charged);
    house.clock.pass(Span::from_ms(5));
    let used = house.put("/api/user-balance/use/kim", json!({"amount": 400})).await.expect(200);
    assert_eq!(used["amount"], 600);
    assert_eq!(used["createdAt"], charged["createdAt"]);
    assert_eq!(used["updatedAt"], "2026-07-01T00:00:00.005Z");
}

#[tokio::test]
async fn amounts_that_are_none_are_refused() {
    let house = TestHouse::open();
    for verb in ["charge", "use"] {
        let path = format!("/api/user-balance/{verb}/kim");
        for amount in ["0", "-1", "-99999999999999999999999"] {
            let body = format!("{{\"amount\":{amount}}}");
            Ask::new("PUT", &path, body).of(house.address).await.refused(400, "amount-not-positive");
        }
        for amount in ["1000000000000001", "99999999999999999999999", "1e30"] {
            let body = format!("{{\"amount\":{amount}}}");
            Ask::new("PUT", &path, body).of(house.address).await.refused(400, "amount-too-large");
        }
        for amount in ["0.5", "\"5\"", "null", "true", "[1]"] {
            let body = format!("{{\"amount\":{amount}}}");
            assert_eq!(Ask::new("PUT", &path, body).of(house.address).await.faults(), ["amount"], "{amount}");
        }
    }
}

#[tokio::test]
async fn a_balance_is_never_over_its_maximum() {
    let house = TestHouse::open();
    house.charge("kim", MAX - 1).await;
    house.put("/api/user-balance/charge/kim", json!({"amount": 2})).await.refused(400, "amount-too-large");
    house.charge("kim", 1).await;
    assert_eq!(house.balance("kim").await, MAX);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_spent() {
    let house = TestHouse::open();
    house.put("/api/user-balance/use/kim", json!({"amount": 1})).await.refused(404, "balance-not-found");
    house.charge("kim", 5).await;
    house.put("/api/user-balance/use/kim", json!({"amount": 6})).await.refused(402, "insufficient-balance");
    house.put("/api/user-balance/use/kim", json!({"amount": 5})).await.expect(200);
    assert_eq!(house.balance("kim").await, 0);
}

#[tokio::test]
async fn the_user_of_the_body_is_the_one_of_the_path() {
    let house = TestHouse::open();
    let other = house.put("/api/user-balance/charge/kim", json!({"userId": "lee", "amount": 5})).await;
    assert_eq!(other.faults(), ["userId"]);
    house.put("/api/user-balance/charge/7", json!({"userId": 7, "amount": 5})).await.expect(200);
    house
        .put("/api/user-balance/charge/kim%40home", json!({"userId": "kim@home", "amount": 5}))
        .await
        .expect(200);
    assert_eq!(house.get("/api/user-balance/%EA%B9%80").await.faults(), ["userId"]);
}

#[tokio::test]
async fn movements_say_what_happened_and_what_was_left() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.charge("kim", 5_000).await;
    let payment = house.buy("kim", performance, &[1]).await;
    house.cancel(payment).await.expect(200);
    house.put("/api/user-balance/use/kim", json!({"amount": 1})).await.expect(200);
    let shown = house.get("/api/user-balance/histories/kim").await.expect(200);
    let lines: Vec<_> =
        shown["balanceTransactionResponses"].as_array().unwrap().iter().map(summary).collect();
    assert_eq!(
        lines,
        [
            ("USE".into(), "USE".into(), 1, 14_999),
            ("CHARGE".into(), "REFUND".into(), 10_000, 15_000),
            ("USE".into(), "PAYMENT".into(), 10_000, 5_000),
            ("CHARGE".into(), "CHARGE".into(), 10_000, 15_000),
            ("CHARGE".into(), "CHARGE".into(), 5_000, 5_000),
        ]
    );
    assert_eq!(shown["balanceTransactionResponses"][2]["transactionId"], payment);
    assert_ne!(shown["balanceTransactionResponses"][1]["transactionId"], payment);
}

fn summary(line: &Value) -> (String, String, u64, u64) {
    let text = |member: &str| line[member].as_str().unwrap().to_string();
    let number = |member: &str| line[member].as_u64().unwrap();
    (text("transactionType"), text("reason"), number("amount"), number("balanceAfter"))
}

#[tokio::test]
async fn pages_have_no_gaps_and_no_repeats_while_rows_are_added() {
    let house = TestHouse::open();
    for amount in 1..=25 {
        house.charge("kim", amount).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let shown = house.get(&format!("/api/user-balance/histories/kim?limit=7{cursor}")).await.expect(200);
        let lines = shown["balanceTransactionResponses"].as_array().unwrap().clone();
        seen.extend(lines.iter().map(|line| line["amount"].as_u64().unwrap()));
        house.charge("kim", 1_000).await;
        match shown["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, (1..=25).rev().collect::<Vec<_>>());
    let default = house.get("/api/user-balance/histories/kim").await.expect(200);
    assert_eq!(default["balanceTransactionResponses"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn pages_are_1_to_100_long_and_cursors_are_ours() {
    let house = TestHouse::open();
    house.charge("kim", 1).await;
    for history in ["/api/user-balance/histories/kim", "/api/user-balance/payment/history/kim"] {
        for limit in ["1", "100"] {
            house.get(&format!("{history}?limit={limit}")).await.expect(200);
        }
        for limit in ["0", "101", "-1", "x", ""] {
            assert_eq!(house.get(&format!("{history}?limit={limit}")).await.faults(), ["limit"], "{limit}");
        }
        assert_eq!(house.get(&format!("{history}?cursor=nonsense")).await.faults(), ["cursor"]);
        assert_eq!(house.get(history).await.json()["nextCursor"], Value::Null);
    }
    let nobody = house.get("/api/user-balance/histories/nobody").await.expect(200);
    assert_eq!(nobody, json!({"balanceTransactionResponses": [], "nextCursor": null}));
}
