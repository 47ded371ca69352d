//! Rooms and fans, as the operator sees and steers them.
//!
//! GET /admin/rooms
//! GET /admin/rooms/{waitingQueueId}
//! PATCH /admin/rooms/{waitingQueueId}
//! GET /admin/fans/{userId}

use serde_json::{Value, json};
use usher_core::{Settings, Span};
use usher_server::Gate;

use crate::house::TestHouse;

#[tokio::test]
async fn a_room_is_made_by_its_first_change() {
    let house = TestHouse::open();
    house.admin_get("/admin/rooms/vip").await.refused(404, "room-not-found");
    let patch = json!({
        "opensAt": "2026-07-02T20:00:00", "paused": true, "message": "곧 열어요", "livePassesMax": 7, "admitsPerSecond": 3,
    });
    let made = house.admin_patch("/admin/rooms/vip", patch).await.expect(200);
    assert_eq!(made, house.admin_get("/admin/rooms/vip").await.expect(200));
    assert_eq!(made["opensAt"], "2026-07-02T11:00:00.000Z");
    assert_eq!((&made["livePassesMax"], &made["admitsPerSecond"]), (&json!(7), &json!(3)));
    let kept =
        house.admin_patch("/admin/rooms/vip", json!({"opensAt": null, "message": null})).await.expect(200);
    assert_eq!(
        (&kept["opensAt"], &kept["message"], &kept["paused"]),
        (&Value::Null, &Value::Null, &json!(true))
    );
    let all = house.admin_get("/admin/rooms").await.expect(200);
    let names: Vec<&Value> =
        all["rooms"].as_array().unwrap().iter().map(|room| &room["waitingQueueId"]).collect();
    assert_eq!(names, [&json!("main"), &json!("vip")]);
    let wrong = house.admin_patch("/admin/rooms/vip", json!({"livePassesMax": -1, "paused": "yes"})).await;
    assert_eq!(wrong.faults(), ["paused", "livePassesMax"]);
}

#[tokio::test]
async fn nobody_is_let_in_before_the_room_opens_nor_while_it_pauses() {
    let house = TestHouse::gated(Gate::Bookings, Settings::default());
    house.admin_patch("/admin/rooms/main", json!({"opensAt": "2026-07-01T00:00:10Z"})).await.expect(200);
    house.join("kim").await;
    let settle = || tokio::time::sleep(std::time::Duration::from_millis(400));
    settle().await;
    assert_eq!(house.place("kim").await.expect(200)["status"], "WAITING");
    house.admin_patch("/admin/rooms/main", json!({"paused": true})).await.expect(200);
    house.clock.pass(Span::from_secs(10));
    settle().await;
    assert_eq!(house.place("kim").await.expect(200)["status"], "WAITING");
    house.admin_patch("/admin/rooms/main", json!({"paused": false})).await.expect(200);
    house.pass_of("kim").await;
}

#[tokio::test]
async fn a_cap_below_the_live_passes_ends_none_and_lets_nobody_in() {
    let house = TestHouse::gated(Gate::Bookings, Settings::default());
    for user in ["a", "b"] {
        house.join(user).await;
        house.pass_of(user).await;
    }
    let room = house.admin_patch("/admin/rooms/main", json!({"livePassesMax": 1})).await.expect(200);
    assert_eq!(room["livePasses"], 2);
    house.join("c").await;
    house.delete("/api/waiting-queue-token/a").await.expect(204);
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    assert_eq!(house.place("c").await.expect(200)["status"], "WAITING", "one of one lives");
    house.delete("/api/waiting-queue-token/b").await.expect(204);
    house.pass_of("c").await;
}

#[tokio::test]
async fn never_more_than_the_rate_are_let_in_within_a_second() {
    let house = TestHouse::gated(Gate::Bookings, Settings { admits_per_second: 3, ..Settings::default() });
    for user in 0..10 {
        house.join(&format!("fan{user}")).await;
    }
    // The clock stands still: ticks come and go within one millisecond of the house's time.
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    let admitted =
        async || house.admin_get("/admin/rooms/main").await.expect(200)["admitted"].as_u64().unwrap();
    assert_eq!(admitted().await, 3);
    house.clock.pass(Span::from_ms(999));
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    assert_eq!(admitted().await, 3, "999 ms later the second has not passed");
    house.clock.pass(Span::from_ms(1));
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    assert_eq!(admitted().await, 6);
}

#[tokio::test]
async fn a_support_desk_can_read_out_what_happened_to_a_fan() {
    let house = TestHouse::gated(Gate::Bookings, Settings::default());
    let performance = house.performance(json!({"maxSeats": 1})).await;
    house.join("kim").await;
    let pass = house.pass_of("kim").await;
    house.charge("kim", 10_000).await;
    let held = house.hold_with(&pass, "kim", performance, &[1]).await.expect(201);
    house.try_pay("kim", held["temporalReservationId"].as_u64().unwrap()).await.expect(200);
    let kinds = async |user: &str| {
        let told = house.admin_get(&format!("/admin/fans/{user}")).await.expect(200);
        let events = told["events"].as_array().unwrap().clone();
        events.iter().map(|event| event["kind"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        kinds("kim").await,
        ["joined", "admitted", "charged", "held", "paid", "pass-used", "booked", "last-seat-sold"]
    );
    assert_eq!(kinds("never-seen").await, ["last-seat-sold"]);
}
