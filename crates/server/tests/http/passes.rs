//! Passes: shown, used, bound to their user, and what ends them.
//!
//! GET /api/processing-queue-token/check-availability/{userId}
//! GET /api/processing-queue-token/check-availability

use serde_json::json;
use usher_core::{Settings, Span};
use usher_server::Gate;

use crate::house::{Ask, Reply, TestHouse};

fn house() -> TestHouse {
    TestHouse::gated(Gate::Bookings, Settings::default())
}

impl TestHouse {
    /// Tries to hold seats with a pass.
    pub async fn hold_with(&self, pass: &str, user: &str, performance: u64, seats: &[u32]) -> Reply {
        let body = json!({"userId": user, "concertOptionId": performance, "seatNumbers": seats});
        Ask::post("/api/reservations", body).with("x-queue-token", pass).of(self.address).await
    }

    async fn check(&self, path: &str, pass: &str) -> Reply {
        let path = format!("/api/processing-queue-token/check-availability{path}");
        Ask::get(&path).with("x-queue-token", pass).of(self.address).await
    }

    async fn let_in(&self, user: &str) -> String {
        self.join(user).await;
        self.pass_of(user).await
    }
}

#[tokio::test]
async fn a_pass_shows_whose_it_is_and_until_when() {
    let house = house();
    let pass = house.let_in("kim").await;
    for path in ["/kim", ""] {
        let shown = house.check(path, &pass).await.expect(200);
        assert_eq!(shown["userId"], "kim");
        assert_eq!(shown["tokenValue"], pass);
        assert_eq!(shown["status"], "PROCESSING");
        assert!(shown["validUntil"].is_string());
        assert!(shown["processingQueueTokenId"].is_u64());
    }
    house.check("/lee", &pass).await.refused(403, "pass-of-another-user");
    house.get("/api/processing-queue-token/check-availability/kim").await.refused(400, "pass-missing");
    house.get("/api/processing-queue-token/check-availability").await.refused(400, "pass-missing");
    house.check("", "pass~main~kim~1~AAAAAAAAAAAAAAAAAAAAAA").await.refused(404, "pass-not-active");
    let place = house.join("lee").await["tokenValue"].as_str().unwrap().to_string();
    if place.starts_with("place~") {
        house.check("", &place).await.refused(404, "pass-not-active");
    }
}

#[tokio::test]
async fn seats_are_held_with_a_live_pass_of_ones_own_only() {
    let house = house();
    let performance = house.performance(json!({})).await;
    house.try_hold("kim", performance, &[1]).await.refused(403, "pass-required");
    let kims = house.let_in("kim").await;
    let lees = house.let_in("lee").await;
    house.hold_with(&lees, "kim", performance, &[1]).await.refused(403, "pass-of-another-user");
    house.hold_with("nonsense", "kim", performance, &[1]).await.refused(403, "pass-not-active");
    house.hold_with(&kims, "kim", performance, &[1]).await.expect(201);
    let elsewhere = house.performance(json!({"waitingQueueId": "balcony"})).await;
    house.hold_with(&kims, "kim", elsewhere, &[1]).await.refused(403, "pass-not-active");
}

#[tokio::test]
async fn the_first_booking_uses_a_pass_up_and_its_other_hold_stays_payable() {
    let house = house();
    let performance = house.performance(json!({})).await;
    let pass = house.let_in("kim").await;
    house.charge("kim", 30_000).await;
    let id = |held: serde_json::Value| held["temporalReservationId"].as_u64().unwrap();
    let first = id(house.hold_with(&pass, "kim", performance, &[1]).await.expect(201));
    let second = id(house.hold_with(&pass, "kim", performance, &[2]).await.expect(201));
    house.try_pay("kim", first).await.expect(200);
    house.hold_with(&pass, "kim", performance, &[3]).await.refused(403, "pass-not-active");
    house.check("/kim", &pass).await.refused(404, "pass-not-active");
    house.place("kim").await.refused(404, "pass-used");
    house.try_pay("kim", second).await.expect(200);
    let room = house.admin_get("/admin/rooms/main").await.expect(200);
    assert_eq!(room["livePasses"], 0);
}

#[tokio::test]
async fn a_pass_takes_no_new_hold_at_its_expiry_and_lives_on_with_its_holds() {
    let house = house();
    let performance = house.performance(json!({"holdSeconds": 600})).await;
    let pass = house.let_in("kim").await;
    house.clock.pass(Span::from_ms(299_000));
    house.hold_with(&pass, "kim", performance, &[1]).await.expect(201);
    let shown = house.check("/kim", &pass).await.expect(200);
    let place = house.place("kim").await.expect(200);
    assert_eq!(shown["validUntil"], place["validUntil"], "as long as its hold");
    house.clock.pass(Span::from_ms(2_000));
    house.hold_with(&pass, "kim", performance, &[2]).await.refused(403, "pass-not-active");
    house.check("/kim", &pass).await.expect(200);
    house.clock.pass(Span::from_secs(600));
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    house.check("/kim", &pass).await.refused(404, "pass-not-active");
    house.place("kim").await.refused(404, "pass-expired");
}

#[tokio::test]
async fn leaving_gives_the_holds_of_the_pass_back_before_it_answers() {
    let house = house();
    let performance = house.performance(json!({})).await;
    let pass = house.let_in("kim").await;
    let held = house.hold_with(&pass, "kim", performance, &[1, 2]).await.expect(201);
    house.delete("/api/waiting-queue-token/kim").await.expect(204);
    let hold = held["temporalReservationId"].as_u64().unwrap();
    house.try_pay("kim", hold).await.refused(409, "hold-released");
    assert_eq!(house.free_seats_open(performance).await, 50);
}

#[tokio::test]
async fn a_pass_carries_twenty_live_holds() {
    let house = house();
    let performance = house.performance(json!({"maxSeatsPerUser": 50})).await;
    let pass = house.let_in("kim").await;
    for seat in 1..=20 {
        house.hold_with(&pass, "kim", performance, &[seat]).await.expect(201);
    }
    house.hold_with(&pass, "kim", performance, &[21]).await.refused(409, "hold-limit-reached");
}

#[tokio::test]
async fn a_pass_that_nobody_fetched_goes_back_and_its_place_is_next() {
    let settings = Settings { live_passes_max: 1, ..Settings::default() };
    let house = TestHouse::gated(Gate::Bookings, settings);
    house.join("away").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    house.join("next").await;
    house.clock.pass(Span::from_secs(30));
    assert_eq!(
        house.place("next").await.expect(200)["status"],
        "WAITING",
        "the pass is given and may be fetched"
    );
    house.clock.pass(Span::from_secs(30));
    let pass = house.pass_of("next").await;
    assert!(pass.starts_with("pass~"));
    let back = house.place("away").await.expect(200);
    assert_eq!((&back["status"], &back["position"]), (&json!("WAITING"), &json!(0)));
    house.delete("/api/waiting-queue-token/next").await.expect(204);
    house.pass_of("away").await;
}

#[tokio::test]
async fn with_the_gate_all_only_a_pass_shows_the_seats() {
    let house = TestHouse::gated(Gate::All, Settings::default());
    let concert = house.concert().await;
    let made = house.performance_of(concert, json!({})).await.expect(201);
    let performance = made["concertOptionId"].as_u64().unwrap();
    let pass = house.let_in("kim").await;
    for path in
        [format!("/api/availability/seats/{performance}/0"), format!("/api/availability/dates/{concert}")]
    {
        house.get(&path).await.refused(403, "pass-required");
        Ask::get(&path).with("x-queue-token", "x").of(house.address).await.refused(403, "pass-not-active");
        Ask::get(&path).with("x-queue-token", &pass).of(house.address).await.expect(200);
    }
}

impl TestHouse {
    /// How many seats the dates' view says are left.
    async fn free_seats_open(&self, performance: u64) -> u64 {
        self.free_seats(performance).await.len() as u64
    }
}
