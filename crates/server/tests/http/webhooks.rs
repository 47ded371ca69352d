//! Receivers of events.
//!
//! GET /admin/webhooks
//! POST /admin/webhooks
//! DELETE /admin/webhooks/{id}

use serde_json::json;

use crate::house::{Ask, TestHouse};

#[tokio::test]
async fn a_receiver_is_added_with_a_secret_that_is_shown_once_and_removed() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let body = json!({"url": "http://127.0.0.1:9/hook", "events": ["hold.placed"]});
    let ask = || Ask::post("/admin/webhooks", body.clone()).key("k").of(house.admin);
    let added = ask().await;
    let first = added.expect(201);
    let secret = first["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == "whsec_".len() + 44, "{secret}");
    assert_eq!(
        (&first["url"], &first["events"]),
        (&json!("http://127.0.0.1:9/hook"), &json!(["hold.placed"]))
    );
    assert_eq!(ask().await.body, added.body, "its repeat shows the same secret");
    house.charge("kim", 100).await;
    house.hold("kim", performance, &[1]).await;
    house.charge("lee", 100).await;
    let listed = house.admin_get("/admin/webhooks").await.expect(200);
    assert_eq!(listed["webhooks"].as_array().unwrap().len(), 1);
    let line = &listed["webhooks"][0];
    assert_eq!((&line["id"], &line["delivered"], &line["parked"]), (&first["id"], &json!(0), &json!(0)));
    assert_eq!(line["pending"], 1, "it gets what it asked for and happened since it was added");
    assert!(line.get("secret").is_none());
    let path = format!("/admin/webhooks/{}", first["id"]);
    for _ in 0..2 {
        Ask::new("DELETE", &path, "").of(house.admin).await.expect(204);
    }
    assert_eq!(house.admin_get("/admin/webhooks").await.expect(200), json!({"webhooks": []}));
}

#[tokio::test]
async fn a_receiver_names_an_address_and_types_that_exist() {
    let house = TestHouse::open();
    for (body, faults) in [
        (json!({}), vec!["url"]),
        (json!({"url": "ftp://x"}), vec!["url"]),
        (json!({"url": "https://"}), vec!["url"]),
        (json!({"url": "https://example.com", "events": ["nonsense"]}), vec!["events"]),
        (json!({"url": "https://example.com", "events": "hold.placed"}), vec!["events"]),
    ] {
        assert_eq!(house.admin_post("/admin/webhooks", body.clone()).await.faults(), faults, "{body}");
    }
    let all = house.admin_post("/admin/webhooks", json!({"url": "https://example.com/x"})).await.expect(201);
    assert_eq!(all["events"], json!([]));
    assert_eq!(Ask::new("DELETE", "/admin/webhooks/x", "").of(house.admin).await.faults(), ["id"]);
}
