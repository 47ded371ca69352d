//! What the operator sees: events, invariants, metrics.
//!
//! GET /admin/events
//! GET /admin/verify
//! GET /metrics

use serde_json::{Value, json};

use crate::house::TestHouse;

#[tokio::test]
async fn every_change_is_an_event_oldest_first() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let payment = house.buy("kim", performance, &[1]).await;
    house.cancel(payment).await.expect(200);
    let page = house.admin_get("/admin/events").await.expect(200);
    let events = page["events"].as_array().unwrap();
    let types: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "performance.created",
            "balance.charged",
            "hold.placed",
            "balance.paid",
            "booking.made",
            "balance.refunded",
            "booking.cancelled",
        ]
    );
    assert_eq!(events[2]["aggregate"], format!("performance:{performance}"));
    assert_eq!(events[2]["sequence"], 2);
    assert_eq!(events[2]["data"]["userId"], "kim");
    assert_eq!(events[1]["aggregate"], "user:kim");
    assert_eq!(page["nextAfter"], events[6]["id"]);
    let later = house.admin_get(&format!("/admin/events?after={}", events[4]["id"])).await.expect(200);
    assert_eq!(later["events"], Value::from(events[5..].to_vec()));
    let end = house.admin_get(&format!("/admin/events?after={}", events[6]["id"])).await.expect(200);
    assert_eq!(end, json!({"events": [], "nextAfter": events[6]["id"]}));
    assert_eq!(house.admin_get("/admin/events?after=9999").await.faults(), ["after"]);
    assert_eq!(house.admin_get("/admin/events?after=x").await.faults(), ["after"]);
}

#[tokio::test]
async fn events_are_read_page_by_page() {
    let house = TestHouse::open();
    for _ in 0..230 {
        house.charge("kim", 1).await;
    }
    let (mut after, mut sequences) = (json!(0), Vec::new());
    loop {
        let page = house.admin_get(&format!("/admin/events?after={after}")).await.expect(200);
        let events = page["events"].as_array().unwrap();
        if events.is_empty() {
            break;
        }
        sequences.extend(events.iter().map(|event| event["sequence"].as_u64().unwrap()));
        after = page["nextAfter"].clone();
    }
    assert_eq!(sequences, (1..=230).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_invariants_are_checked_on_request() {
    let house = TestHouse::open();
    assert_eq!(house.admin_get("/admin/verify").await.expect(200), json!({"clean": true}));
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_status() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.hold("kim", performance, &[1]).await;
    house.try_hold("lee", performance, &[1]).await.refused(409, "seat-taken");
    house.get("/nowhere").await.refused(404, "not-found");
    let metrics = house.admin_get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain"));
    let text = metrics.text();
    for line in [
        r#"usher_http_requests_total{route="POST /api/reservations",status="201"} 1"#,
        r#"usher_http_requests_total{route="POST /api/reservations",status="409"} 1"#,
        r#"usher_http_requests_total{route="other",status="404"} 1"#,
        r#"usher_events_total{type="hold.placed"} 1"#,
        "usher_commits_total 3",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
    }
    assert!(text.contains("usher_step_seconds_total{step=\"commit\"}"));
    assert!(text.contains("process_resident_memory_bytes"));
}
