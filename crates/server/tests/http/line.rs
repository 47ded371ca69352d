//! Joining, waiting and leaving.
//!
//! POST /api/waiting-queue-token
//! GET /api/waiting-queue-token/{userId}
//! DELETE /api/waiting-queue-token/{userId}
//! GET /api/waiting-queue-token/{userId}/events

use http_body_util::{BodyExt, Empty};
use hyper::Request;
use serde_json::{Value, json};
use usher_core::{Settings, Span};
use usher_server::Gate;

use crate::house::TestHouse;

/// Nobody is let in.
fn waiting_house() -> TestHouse {
    TestHouse::gated(Gate::Bookings, Settings { live_passes_max: 0, ..Settings::default() })
}

#[tokio::test]
async fn who_joins_again_keeps_the_place() {
    let house = waiting_house();
    let script = json!({"userId": "user1", "requestAt": "2026-11-22T10:15:30.123456"});
    let first = house.post("/api/waiting-queue-token", script.clone()).await.expect(201);
    house.join("second").await;
    let again = house.post("/api/waiting-queue-token", script).await.expect(201);
    assert_eq!(first["status"], "WAITING");
    assert_eq!(first["position"], 0);
    assert_eq!(first["validUntil"], Value::Null);
    assert_eq!(first["etaSeconds"], Value::Null);
    assert_eq!(first["outlook"], "enough");
    for member in ["userId", "tokenValue", "position", "number", "joinedAt"] {
        assert_eq!(first[member], again[member], "{member}");
    }
    let polled = house.place("second").await.expect(200);
    assert_eq!((&polled["position"], &polled["number"]), (&json!(1), &json!(2)));
    assert_eq!(polled["requestAt"], polled["joinedAt"]);
    let after = polled["pollAfterMs"].as_u64().unwrap();
    assert!((1_000..=30_000).contains(&after), "{after}");
}

#[tokio::test]
async fn an_integer_is_read_as_the_user_it_names() {
    let house = waiting_house();
    let joined = house.post("/api/waiting-queue-token", json!({"userId": 7})).await.expect(201);
    assert_eq!(joined["userId"], "7");
    let refused = house.post("/api/waiting-queue-token", json!({"userId": 7.5})).await;
    assert_eq!(refused.faults(), ["userId"]);
}

#[tokio::test]
async fn a_room_that_nobody_named_or_made_has_no_line() {
    let house = waiting_house();
    let elsewhere = json!({"userId": "kim", "waitingQueueId": "vip"});
    house.post("/api/waiting-queue-token", elsewhere.clone()).await.refused(404, "room-not-found");
    house.admin_patch("/admin/rooms/vip", json!({})).await.expect(200);
    house.post("/api/waiting-queue-token", elsewhere).await.expect(201);
    house.performance(json!({"waitingQueueId": "balcony"})).await;
    house.post("/api/waiting-queue-token?waitingQueueId=balcony", json!({"userId": "kim"})).await.expect(201);
    house.get("/api/waiting-queue-token/kim?waitingQueueId=balcony").await.expect(200);
    house.place("kim").await.refused(404, "not-in-line");
}

#[tokio::test]
async fn a_line_whose_performances_have_begun_takes_nobody_new() {
    let house = waiting_house();
    house.performance(json!({"waitingQueueId": "tonight", "concertDate": "2026-07-01T00:00:10Z"})).await;
    let join = |user: &str| json!({"userId": user, "waitingQueueId": "tonight"});
    house.post("/api/waiting-queue-token", join("early")).await.expect(201);
    house.clock.pass(Span::from_secs(11));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    house.post("/api/waiting-queue-token", join("late")).await.refused(403, "line-closed");
    house.post("/api/waiting-queue-token", join("early")).await.expect(201);
}

#[tokio::test]
async fn a_full_line_refuses_new_people_and_keeps_the_others() {
    let settings = Settings { live_passes_max: 0, waiting_max: 2, ..Settings::default() };
    let house = TestHouse::gated(Gate::Bookings, settings);
    house.join("a").await;
    house.join("b").await;
    let full = house.post("/api/waiting-queue-token", json!({"userId": "c"})).await;
    full.refused(503, "line-full");
    assert_ne!(full.header("retry-after"), "");
    house.join("a").await;
}

#[tokio::test]
async fn who_leaves_comes_back_at_the_end() {
    let house = waiting_house();
    house.join("a").await;
    house.join("b").await;
    house.delete("/api/waiting-queue-token/a").await.expect(204);
    house.delete("/api/waiting-queue-token/a").await.expect(204);
    house.delete("/api/waiting-queue-token/never-there").await.expect(204);
    house.place("a").await.refused(404, "left-line");
    assert_eq!(house.place("b").await.expect(200)["position"], 0);
    let again = house.join("a").await;
    assert_eq!((&again["number"], &again["position"]), (&json!(3), &json!(1)));
    house.clock.pass(Span::from_secs(24 * 3600 + 1));
}

#[tokio::test]
async fn a_place_outlives_a_restart() {
    let house = waiting_house();
    for user in ["a", "b", "c"] {
        house.join(user).await;
    }
    house.delete("/api/waiting-queue-token/b").await.expect(204);
    let before = house.place("c").await.expect(200);
    let house = house.restart();
    let after = house.place("c").await.expect(200);
    for member in ["number", "tokenValue", "joinedAt", "position"] {
        assert_eq!(before[member], after[member], "{member}");
    }
    house.place("b").await.refused(404, "left-line");
}

#[tokio::test]
async fn what_the_operator_says_reaches_those_who_wait() {
    let house = waiting_house();
    house.join("a").await;
    house.admin_patch("/admin/rooms/main", json!({"paused": true, "message": "잠시만요"})).await.expect(200);
    let told = house.place("a").await.expect(200);
    assert_eq!((&told["paused"], &told["message"]), (&json!(true), &json!("잠시만요")));
}

#[tokio::test]
async fn everyone_who_waits_hears_when_the_seats_are_gone() {
    let settings = Settings { admits_per_second: 1, live_passes_max: 1, ..Settings::default() };
    let house = TestHouse::gated(Gate::Bookings, settings);
    let performance = house.performance(json!({"maxSeats": 2})).await;
    for user in ["buyer", "b", "c", "d"] {
        house.join(user).await;
    }
    assert_eq!(house.place("b").await.expect(200)["outlook"], "enough", "two seats, one ahead");
    assert_eq!(house.place("d").await.expect(200)["outlook"], "unlikely", "two seats, three ahead");
    let pass = house.pass_of("buyer").await;
    house.charge("buyer", 20_000).await;
    let held = house.hold_with(&pass, "buyer", performance, &[1, 2]).await.expect(201);
    assert_eq!(house.place("c").await.expect(200)["outlook"], "enough", "a held seat may come back");
    house.try_pay("buyer", held["temporalReservationId"].as_u64().unwrap()).await.expect(200);
    assert_eq!(house.place("c").await.expect(200)["outlook"], "sold-out");
}

#[tokio::test]
async fn a_stream_tells_each_change_until_the_place_is_over() {
    let house = waiting_house();
    house.join("a").await;
    house.join("b").await;
    house.get("/api/waiting-queue-token/nobody/events").await.refused(404, "not-in-line");
    let mut body = events_of(&house, "b").await;
    let mut next = async || {
        let wait = std::time::Duration::from_secs(10);
        let frame = tokio::time::timeout(wait, body.frame()).await.expect("an event comes")?;
        let text = String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap();
        let data = text.strip_prefix("event: place\ndata: ").unwrap_or_else(|| panic!("{text}"));
        Some(serde_json::from_str::<Value>(data).unwrap())
    };
    assert_eq!(next().await.unwrap()["position"], 1);
    house.delete("/api/waiting-queue-token/a").await.expect(204);
    assert_eq!(next().await.unwrap()["position"], 0);
    house.admin_patch("/admin/rooms/main", json!({"livePassesMax": 1})).await.expect(200);
    let let_in = next().await.unwrap();
    assert_eq!(let_in["status"], "PROCESSING");
    house.delete("/api/waiting-queue-token/b").await.expect(204);
    assert!(next().await.is_none(), "the stream ends with the pass");
}

#[tokio::test]
async fn streams_end_in_order_when_the_server_does() {
    let mut house = waiting_house();
    house.join("a").await;
    let mut body = events_of(&house, "a").await;
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(first.starts_with(b"event: place\n"));
    let stopping = tokio::task::spawn_blocking(move || house.stop());
    // A stream that is cut off when the time to drain is over ends with an error.
    while let Some(frame) = body.frame().await {
        frame.expect("the stream ends as a whole answer does");
    }
    stopping.await.unwrap();
}

async fn events_of(house: &TestHouse, user: &str) -> hyper::body::Incoming {
    let stream = tokio::net::TcpStream::connect(house.address).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    let path = format!("/api/waiting-queue-token/{user}/events");
    let request = Request::get(path).header("host", "test").body(Empty::<bytes::Bytes>::new()).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    answer.into_body()
}
