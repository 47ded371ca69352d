//! Views under writes: never far behind a commit, never rendered more than they must be, on any store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use usher_conformance::{Fixture, Models, Store, TestClock};

use crate::house::{Opened, TestHouse};

fn on_several_desks() -> TestHouse {
    let store = Models::<false>.create().unwrap();
    let clock = Arc::new(TestClock::default());
    let opened = store.open(clock.clone(), 2).unwrap();
    let opened = Opened { desks: opened.desks, readers: opened.readers, secret: [7; 16] };
    TestHouse::on(opened, clock)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_is_never_more_than_50_ms_behind_on_one_desk() {
    follows(TestHouse::open()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_is_never_more_than_50_ms_behind_on_several_desks() {
    follows(on_several_desks()).await;
}

/// After every hold the views may lag for 50 ms; then they must show it.
async fn follows(house: TestHouse) {
    let concert = house.concert().await;
    let made = house.performance_of(concert, json!({"maxSeatsPerUser": 50})).await.expect(201);
    let performance = made["concertOptionId"].as_u64().unwrap();
    let dates = format!("/api/availability/dates/{concert}");
    let seats = format!("/api/availability/seats/{performance}/0");
    for seat in 1..=20 {
        house.get(&dates).await.expect(200);
        house.get(&seats).await.expect(200);
        house.hold("kim", performance, &[seat]).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        let left = u64::from(50 - seat);
        let shown = house.get(&dates).await.expect(200);
        assert_eq!(shown["availableDateResponses"][0]["seatsAvailable"], left);
        let shown = house.get(&seats).await.expect(200);
        assert_eq!(shown["availableSeatsResponses"].as_array().unwrap().len() as u64, left);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_is_rendered_at_most_once_in_50_ms_and_version() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"maxSeatsPerUser": 50})).await;
    let path = format!("/api/availability/seats/{performance}/0");
    let began = Instant::now();
    for seat in 1..=50 {
        house.hold("kim", performance, &[seat]).await;
        let (one, two) = tokio::join!(house.get(&path), house.get(&path));
        one.expect(200);
        two.expect(200);
    }
    let renders = rendered(&house).await;
    let most = began.elapsed().as_millis() / 50 + 1;
    assert!(u128::from(renders) <= most, "{renders} renderings where {most} are allowed");
    for _ in 0..20 {
        house.get(&path).await.expect(200);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(rendered(&house).await <= renders + 1, "a version is rendered once");
}

async fn rendered(house: &TestHouse) -> u64 {
    let metrics = house.admin_get("/metrics").await.text();
    let line =
        metrics.lines().find_map(|line| line.strip_prefix("usher_views_rendered_total{view=\"seats\"} "));
    line.unwrap().parse().unwrap()
}

/// Loads race commits: every reader starts cold, and none may be left with what was before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_that_is_loaded_while_seats_are_sold_ends_up_true() {
    let house = Arc::new(TestHouse::open());
    for _ in 0..20 {
        let concert = house.concert().await;
        let made = house.performance_of(concert, json!({"maxSeatsPerUser": 50})).await.expect(201);
        let performance = made["concertOptionId"].as_u64().unwrap();
        let holds = (1..=10).map(|seat| {
            let house = house.clone();
            tokio::spawn(async move { house.hold("kim", performance, &[seat]).await })
        });
        let holds: Vec<_> = holds.collect();
        let path = format!("/api/availability/seats/{performance}/0");
        let dates = format!("/api/availability/dates/{concert}");
        house.get(&path).await.expect(200);
        house.get(&dates).await.expect(200);
        for hold in holds {
            hold.await.unwrap();
        }
        assert_eq!(house.free_seats(performance).await, (11..=50).collect::<Vec<_>>());
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(house.get(&dates).await.expect(200)["availableDateResponses"][0]["seatsAvailable"], 40);
    }
}

#[tokio::test]
async fn dates_that_are_shown_show_a_new_performance_too() {
    let house = TestHouse::open();
    let concert = house.concert().await;
    let dates = format!("/api/availability/dates/{concert}");
    for count in 0..3 {
        let shown = house.get(&dates).await.expect(200);
        assert_eq!(shown["availableDateResponses"].as_array().unwrap().len(), count);
        house.performance_of(concert, json!({})).await.expect(201);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_big_hall_that_was_just_shown_is_not_loaded_again_though_others_were_asked_for_more() {
    let house = TestHouse::open();
    let mut halls = Vec::new();
    for _ in 0..5 {
        halls.push(house.performance(json!({"maxSeats": 100_000})).await);
    }
    let look = async |hall: &u64| {
        let path = format!("/api/availability/seats/{hall}/0?view=bitmap");
        house.get(&path).await;
    };
    // Four of them fill what views may take.
    for hall in [&halls[..4], &halls[..4], &halls[..4]].concat() {
        look(&hall).await;
    }
    look(&halls[4]).await;
    look(&halls[4]).await;
    let metrics = house.admin_get("/metrics").await.text();
    assert!(metrics.contains("usher_views_loaded_total{view=\"seats\"} 5\n"), "{metrics}");
}
