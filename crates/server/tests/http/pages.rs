//! The pages that people see: the list, a concert's page and what it loads, and the operator's two.
//!
//! GET /
//! GET /c/{concertId}
//! GET /c/{concertId}/dates
//! GET /pages/{file}
//! GET /why
//! GET /admin/concerts/{concertId}/hall

use std::time::Duration;

use serde_json::json;

use crate::house::{Ask, Reply, TestHouse};

/// The bar: a waiting page and its head, as they travel.
const WAITING_BYTES_MAX: usize = 30_000;

async fn page(house: &TestHouse, path: &str, lang: &str) -> Reply {
    Ask::get(path).with("accept-language", lang).of(house.address).await
}

/// What travels: the body, and about what stands before it.
fn travelled(reply: &Reply) -> usize {
    let head: usize = reply.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    head + reply.body.len() + "HTTP/1.1 200 OK\r\n\r\n".len()
}

#[tokio::test]
async fn the_front_page_lists_the_concerts_in_the_language_of_the_browser() {
    let house = TestHouse::open();
    assert!(page(&house, "/", "ko").await.text().contains("아직 공연이 없어요"));
    house.concert().await;

    let korean = page(&house, "/", "ko-KR,ko;q=0.9").await;
    assert_eq!((korean.status, korean.header("content-language")), (200, "ko"));
    assert!(korean.text().contains(r#"<a href="/c/1?lang=ko">콘서트</a>"#), "{}", korean.text());
    assert!(page(&house, "/?lang=en", "ko").await.text().contains("Which event?"), "the address is stronger");
}

#[tokio::test]
async fn a_concerts_page_shows_its_dates_and_can_be_joined_without_script() {
    let house = TestHouse::open();
    house.performance(json!({"title": "밤의 온실"})).await;
    house.hold("kim", 1, &[7]).await;

    let korean = page(&house, "/c/1", "ko").await;
    let text = korean.text();
    assert_eq!(korean.header("content-type"), "text/html; charset=utf-8");
    assert!(text.contains("7월\u{a0}10일 (금) 오후\u{a0}8:00") && text.contains("10,000원"), "{text}");
    assert!(
        text.contains(r#"<form class="foot" id="join-form" method="post" action="/c/1/plain?lang=ko" >"#),
        "{text}"
    );
    let english = page(&house, "/c/1?lang=en", "ko").await.text();
    assert!(english.contains("Fri 10\u{a0}Jul, 8:00\u{a0}PM") && english.contains("₩10,000"), "{english}");
    house.get("/c/2").await.refused(404, "concert-not-found");
    assert_eq!(house.get("/c/x").await.faults(), ["concertId"]);
}

#[tokio::test]
async fn who_comes_before_doors_open_is_told_when() {
    let house = TestHouse::open();
    house.performance(json!({"saleOpensAt": "2026-07-09T20:00:00"})).await;
    assert!(
        page(&house, "/c/1", "ko").await.text().contains("오후\u{a0}8:00에 문을 열어요"),
        "the sale's opening counts"
    );
    let opens_at = json!({"opensAt": "2026-07-09T19:30:00"});
    house.admin_patch("/admin/rooms/main", opens_at).await.expect(200);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let text = page(&house, "/c/1", "en").await.text();
    assert!(text.contains("Doors open at 7:30\u{a0}PM"), "the room's opening is stronger: {text}");
}

#[tokio::test]
async fn a_waiting_page_stays_under_30_kb_uncompressed_and_14_kb_compressed_with_many_dates_and_long_titles()
{
    let house = TestHouse::open();
    let title = "가".repeat(200);
    for day in 1..=28 {
        let date = format!("2026-07-{day:02}T20:00:00");
        let other = json!({"concertDate": date, "title": title, "description": "나".repeat(4000), "maxSeats": 50_000});
        if day == 1 {
            house.performance(other).await
        } else {
            house.performance_of(1, other).await.status.into()
        };
    }
    for lang in ["ko", "en"] {
        let plain = page(&house, "/c/1", lang).await;
        assert_eq!(plain.header("content-encoding"), "");
        assert!(travelled(&plain) < WAITING_BYTES_MAX, "{lang}: {} bytes", travelled(&plain));
        let asked = Ask::get("/c/1").with("accept-language", lang).with("accept-encoding", "gzip");
        let packed = asked.of(house.address).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        println!("{lang}: {} bytes, {} compressed", travelled(&plain), travelled(&packed));
        assert!(travelled(&packed) < 14 * 1024, "{lang}: {} bytes compressed", travelled(&packed));
    }
}

#[tokio::test]
async fn pages_run_what_we_wrote_and_nothing_else_and_titles_are_only_text() {
    let house = TestHouse::open();
    house.post("/api/concerts", json!({"title": "<script>alert(1)</script>{{data}}"})).await.expect(201);
    for path in ["/", "/c/1"] {
        let shown = house.get(path).await;
        let policy = shown.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(shown.header("x-content-type-options"), "nosniff");
        assert!(!shown.text().contains("<script>alert"), "{path}: {}", shown.text());
        assert!(
            !shown.text().contains("{{") || shown.text().contains("{{data}}"),
            "{path}: an empty place is left"
        );
    }
}

#[tokio::test]
async fn the_seats_learn_every_date_ahead_once_a_fan_is_let_in() {
    let house = TestHouse::open();
    house.performance(json!({})).await;
    house
        .performance_of(1, json!({"concertDate": "2026-07-11T20:00:00", "maxSeatsPerUser": 2}))
        .await
        .expect(201);
    house.performance_of(1, json!({"concertDate": "2020-01-01T20:00:00"})).await.expect(201);
    house.admin_post("/admin/performances/1/cancel", json!({})).await.expect(202);

    let dates = house.get("/c/1/dates").await.expect(200);
    let dates = dates["performances"].as_array().unwrap();
    let ids: Vec<_> = dates.iter().map(|date| date["concertOptionId"].as_u64().unwrap()).collect();
    assert_eq!(ids, [2], "one that is called off or has begun is not offered");
    assert_eq!(dates[0]["maxSeatsPerUser"], 2);
    house.get("/c/9/dates").await.refused(404, "concert-not-found");
}

#[tokio::test]
async fn files_are_sent_compressed_and_not_again_if_known() {
    let house = TestHouse::open();
    let first = house.get("/pages/shop.js").await;
    assert_eq!((first.status, first.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(house.get("/pages/shop.css").await.header("content-type"), "text/css; charset=utf-8");
    let packed = Ask::get("/pages/shop.js").with("accept-encoding", "gzip, br").of(house.address).await;
    assert!(packed.body.len() < first.body.len() / 2);
    let again =
        Ask::get("/pages/shop.js").with("if-none-match", first.header("etag")).of(house.address).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    house.get("/pages/wait.js").await.refused(404, "not-found");
    house.get("/pages/console.js").await.refused(404, "not-found");
    assert_eq!(house.admin_get("/pages/console.js").await.status, 200);
}

#[tokio::test]
async fn the_operators_pages_are_on_the_operators_listener_alone() {
    let house = TestHouse::open();
    house.performance(json!({})).await;
    house.buy("kim", 1, &[1, 2]).await;
    house.hold("lee", 1, &[3]).await;

    let console = Ask::get("/?lang=ko").of(house.admin).await;
    assert!(console.text().contains("Usher 운영"), "{}", console.text());
    assert!(house.admin_get("/why?lang=en").await.text().contains("Usher console"));
    house.get("/why").await.refused(404, "not-found");

    let hall = house.admin_get("/admin/concerts/1/hall").await.expect(200);
    let seats = &hall["performances"][0];
    assert_eq!((&seats["sold"], &seats["held"], &seats["seatsTotal"]), (&json!(2), &json!(1), &json!(50)));
    house.admin_get("/admin/concerts/7/hall").await.refused(404, "concert-not-found");
}
