//! Which dates lie ahead, and which seats are free.
//!
//! GET /api/availability/dates/{concertId}
//! GET /api/availability/seats/{concertOptionId}/{requestAt}

use std::time::Duration;

use serde_json::{Value, json};
use usher_core::Span;

use crate::house::{Ask, TestHouse};

async fn views_settle() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn the_seats_listed_are_the_free_ones() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"maxSeats": 5})).await;
    let path = format!("/api/availability/seats/{performance}/0");
    let shown = house.get(&path).await;
    let first = shown.expect(200);
    assert_eq!(first["concertOption"]["concertOptionId"], performance);
    assert_eq!(
        first["availableSeatsResponses"][0],
        json!({"seatId": (performance - 1) * 100_000 + 1, "seatNumber": 1, "occupied": false})
    );
    house.hold("kim", performance, &[2]).await;
    house.buy("lee", performance, &[4]).await;
    let path_blocked = format!("/admin/performances/{performance}/seats/block");
    house.admin_post(&path_blocked, json!({"seatNumbers": [5]})).await.expect(200);
    assert_eq!(house.free_seats(performance).await, [1, 3]);
    let later = house.get(&path).await.expect(200);
    assert!(later["version"].as_u64() > first["version"].as_u64());
}

#[tokio::test]
async fn the_bitmap_says_free_held_sold_and_blocked() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"maxSeats": 9})).await;
    house.hold("kim", performance, &[2]).await;
    house.buy("lee", performance, &[4]).await;
    let block = format!("/admin/performances/{performance}/seats/block");
    house.admin_post(&block, json!({"seatNumbers": [9]})).await.expect(200);
    views_settle().await;
    let list = house.get(&format!("/api/availability/seats/{performance}/0")).await;
    let map = house.get(&format!("/api/availability/seats/{performance}/0?view=bitmap")).await;
    assert_eq!(map.status, 200);
    assert_eq!(map.header("content-type"), "application/octet-stream");
    assert_eq!(&map.body[..], [0b10_00_01_00, 0, 0b11]);
    assert_eq!(map.header("etag"), list.header("etag"));
    assert_eq!(map.header("x-usher-version"), list.json()["version"].to_string());
    let other = house.get(&format!("/api/availability/seats/{performance}/0?view=picture")).await;
    assert_eq!(other.faults(), ["view"]);
}

#[tokio::test]
async fn a_known_version_is_not_sent_again() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let concert = house.get(&format!("/api/availability/seats/{performance}/0")).await.json()["concertOption"]["concert"]
        ["concertId"]
        .clone();
    for path in [
        format!("/api/availability/seats/{performance}/0"),
        format!("/api/availability/seats/{performance}/0?view=bitmap"),
        format!("/api/availability/dates/{concert}"),
    ] {
        views_settle().await;
        let tag = house.get(&path).await.header("etag").to_string();
        assert!(tag.starts_with('"'), "a strong tag: {tag}");
        let again = Ask::get(&path).with("if-none-match", &tag).of(house.address).await;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
        house.hold("kim", performance, &[1]).await;
        views_settle().await;
        let changed = Ask::get(&path).with("if-none-match", &tag).of(house.address).await;
        assert_eq!(changed.status, 200);
        let hold = changed.header("etag").to_string();
        assert_ne!(hold, tag);
        let holds = house.get(&format!("/api/reservations/status/kim/{performance}")).await.json();
        let id = holds["reservationStatusResponses"][0]["temporalReservationId"].clone();
        house.delete(&format!("/api/reservations/{id}")).await.expect(204);
    }
}

#[tokio::test]
async fn no_seat_is_listed_once_the_performance_has_begun() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"concertDate": "2026-07-01T00:01:00Z"})).await;
    let seats = |at: &str| {
        let path = format!("/api/availability/seats/{performance}/{at}");
        let house = &house;
        async move {
            let shown = house.get(&path).await;
            (
                shown.expect(200)["availableSeatsResponses"].as_array().unwrap().len(),
                shown.header("etag").to_string(),
            )
        }
    };
    let (before, tag) = seats("1782864059999").await;
    assert_eq!(before, 50);
    for begun in ["1782864060000", "2026-07-01T00:01:00Z", "2026-07-01T09:01:00", "2026-07-01T00%3A01%3A00Z"]
    {
        let (free, begun_tag) = seats(begun).await;
        assert_eq!(free, 0, "{begun}");
        assert_ne!(begun_tag, tag);
    }
    assert_eq!(seats("2026-07-01T09:00:59.999").await.0, 50);
    house.clock.pass(Span::from_ms(59_999));
    assert_eq!(seats("0").await.0, 50);
    house.clock.pass(Span::from_ms(1));
    assert_eq!(seats("0").await.0, 0);
    for wrong in ["now", "2026-07-01", "1.5"] {
        let reply = house.get(&format!("/api/availability/seats/{performance}/{wrong}")).await;
        assert_eq!(reply.faults(), ["requestAt"], "{wrong}");
    }
}

#[tokio::test]
async fn dates_lie_ahead_in_order_with_what_is_left() {
    let house = TestHouse::open();
    let concert = house.concert().await;
    let at = |date: &str| json!({"concertDate": date, "maxSeats": 5});
    let id = |reply: Value| reply["concertOptionId"].as_u64().unwrap();
    let late = id(house.performance_of(concert, at("2026-08-01T00:00:00Z")).await.expect(201));
    let soon = id(house.performance_of(concert, at("2026-07-01T00:00:10Z")).await.expect(201));
    let past = id(house.performance_of(concert, at("2026-06-01T00:00:00Z")).await.expect(201));
    let path = format!("/api/availability/dates/{concert}");
    let dates = || async {
        views_settle().await;
        let shown = house.get(&path).await;
        let shown = (shown.expect(200), shown.header("etag").to_string());
        let lines = shown.0["availableDateResponses"].as_array().unwrap().clone();
        let of = |line: &Value| (id(line.clone()), line["seatsAvailable"].as_u64().unwrap());
        (lines.iter().map(of).collect::<Vec<_>>(), shown.1)
    };
    let (first, first_tag) = dates().await;
    assert_eq!(first, [(soon, 5), (late, 5)], "{past} has begun");
    house.hold("kim", late, &[1, 2]).await;
    let block = format!("/admin/performances/{late}/seats/block");
    house.admin_post(&block, json!({"seatNumbers": [5]})).await.expect(200);
    assert_eq!(dates().await.0, [(soon, 5), (late, 2)]);
    let between = id(house.performance_of(concert, at("2026-07-20T00:00:00Z")).await.expect(201));
    assert_eq!(dates().await.0, [(soon, 5), (between, 5), (late, 2)], "a new date shows by itself");
    house.admin_post(&format!("/admin/performances/{between}/cancel"), json!({})).await.expect(202);
    let (cancelled, tag) = dates().await;
    assert_eq!(cancelled, [(soon, 5), (late, 2)]);
    assert_ne!(tag, first_tag);
    house.clock.pass(Span::from_ms(9_999));
    assert_eq!(dates().await, (cancelled, tag.clone()));
    house.clock.pass(Span::from_ms(1));
    let (ahead, ahead_tag) = dates().await;
    assert_eq!(ahead, [(late, 2)], "at its beginning a performance lies ahead no longer");
    assert_ne!(ahead_tag, tag);
}

#[tokio::test]
async fn a_date_shows_its_performance() {
    let house = TestHouse::open();
    let concert = house.concert().await;
    let performance = house.performance_of(concert, json!({"description": "Doors at 7"})).await.expect(201);
    let shown = house.get(&format!("/api/availability/dates/{concert}")).await.expect(200);
    let expected = json!({
        "concertOptionId": performance["concertOptionId"], "concertDate": "2026-07-10T11:00:00.000Z",
        "concertDuration": "PT2H", "title": "First night", "description": "Doors at 7", "price": 10_000,
        "seatsTotal": 50, "seatsAvailable": 50,
    });
    assert_eq!(shown["availableDateResponses"], json!([expected]));
}

#[tokio::test]
async fn a_cancelled_performance_offers_nothing() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.admin_post(&format!("/admin/performances/{performance}/cancel"), json!({})).await.expect(202);
    assert_eq!(house.free_seats(performance).await, [0; 0]);
    let shown = house.get(&format!("/api/availability/seats/{performance}/0")).await.expect(200);
    assert_eq!(shown["concertOption"]["state"], "CANCELLED");
}

#[tokio::test]
async fn what_does_not_exist_is_not_shown() {
    let house = TestHouse::open();
    house.get("/api/availability/dates/1").await.refused(404, "concert-not-found");
    house.get("/api/availability/seats/1/0").await.refused(404, "concert-option-not-found");
    assert_eq!(house.get("/api/availability/dates/x").await.faults(), ["concertId"]);
    assert_eq!(house.get("/api/availability/seats/0/0").await.faults(), ["concertOptionId"]);
    let concert = house.concert().await;
    let empty = house.get(&format!("/api/availability/dates/{concert}")).await;
    assert_eq!(empty.expect(200), json!({"availableDateResponses": []}));
}
