//! Making concerts and performances.
//!
//! POST /api/concerts
//! POST /api/concerts/{concertId}/options

use serde_json::{Value, json};

use crate::house::TestHouse;

#[tokio::test]
async fn a_concert_is_made() {
    let house = TestHouse::open();
    let made = house.post("/api/concerts", json!({"title": "봄날의 콘서트"})).await.expect(201);
    assert_eq!(made["title"], "봄날의 콘서트");
    assert_eq!(made["createdAt"], "2026-07-01T00:00:00.000Z");
    assert_eq!(made["requestAt"], made["createdAt"]);
    assert!(made["concertId"].as_u64().unwrap() >= 1);
}

#[tokio::test]
async fn a_title_has_1_to_200_characters() {
    let house = TestHouse::open();
    for (title, status) in [(1, 201), (200, 201), (0, 400), (201, 400)] {
        let reply = house.post("/api/concerts", json!({"title": "가".repeat(title)})).await;
        assert_eq!(reply.status, status, "{title} characters");
    }
    assert_eq!(house.post("/api/concerts", json!({})).await.faults(), ["title"]);
}

#[tokio::test]
async fn a_performance_answers_what_was_not_given_as_the_value_in_force() {
    let house = TestHouse::open();
    let concert = house.concert().await;
    let made = house.performance_of(concert, json!({})).await.expect(201);
    for (member, value) in [
        ("concertDate", json!("2026-07-10T11:00:00.000Z")),
        ("concertDuration", json!("PT2H")),
        ("title", json!("First night")),
        ("description", Value::Null),
        ("price", json!(10_000)),
        ("maxSeats", json!(50)),
        ("saleOpensAt", json!("2026-07-01T00:00:00.000Z")),
        ("saleClosesAt", json!("2026-07-10T11:00:00.000Z")),
        ("holdSeconds", json!(300)),
        ("maxSeatsPerUser", json!(4)),
        ("waitingQueueId", json!("main")),
        ("state", json!("ON_SALE")),
        ("createdAt", json!("2026-07-01T00:00:00.000Z")),
    ] {
        assert_eq!(made[member], value, "{member}");
    }
    assert_eq!(made["concert"]["concertId"], concert);
}

#[tokio::test]
async fn a_performance_needs_its_concert() {
    let house = TestHouse::open();
    house.performance_of(999, json!({})).await.refused(404, "concert-not-found");
    assert_eq!(house.performance_of(0, json!({})).await.faults(), ["concertId"]);
}

#[tokio::test]
async fn the_limits_of_a_performance_hold_on_both_sides() {
    let house = TestHouse::open();
    let concert = house.concert().await;
    for sound in [
        json!({"price": 0}),
        json!({"price": 1_000_000_000_000_u64, "maxSeats": 1000}),
        json!({"price": 1, "maxSeats": 100_000}),
        json!({"concertDuration": "PT1M"}),
        json!({"concertDuration": "P7D"}),
        json!({"holdSeconds": 10}),
        json!({"holdSeconds": 3600}),
        json!({"description": "가".repeat(4000)}),
        json!({"concertDate": "2020-01-01T00:00"}),
    ] {
        house.performance_of(concert, sound).await.expect(201);
    }
    for (faulty, field) in [
        (json!({"price": -1}), "price"),
        (json!({"price": 0.5}), "price"),
        (json!({"price": 1_000_000_000_001_u64}), "price"),
        (json!({"maxSeats": 0}), "maxSeats"),
        (json!({"maxSeats": 100_001}), "maxSeats"),
        (json!({"concertDuration": "PT59S"}), "concertDuration"),
        (json!({"concertDuration": "P7DT1S"}), "concertDuration"),
        (json!({"holdSeconds": 9}), "holdSeconds"),
        (json!({"holdSeconds": 3601}), "holdSeconds"),
        (json!({"maxSeatsPerUser": 0}), "maxSeatsPerUser"),
        (json!({"description": "a".repeat(4001)}), "description"),
        (json!({"concertDate": "tomorrow"}), "concertDate"),
        (json!({"saleClosesAt": "2026-07-10T11:00:00.001Z"}), "saleClosesAt"),
        (json!({"saleOpensAt": "2026-07-10T11:00:00Z"}), "saleOpensAt"),
        (json!({"waitingQueueId": "a room"}), "waitingQueueId"),
    ] {
        assert_eq!(house.performance_of(concert, faulty.clone()).await.faults(), [field], "{faulty}");
    }
}
