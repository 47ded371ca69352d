//! What is too large, of the wrong kind, or not there.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::house::{Ask, TestHouse};

fn body_of(bytes: usize) -> String {
    let body = json!({"title": "x", "padding": ""}).to_string();
    body.replace("\"\"", &format!("\"{}\"", "x".repeat(bytes - body.len())))
}

#[tokio::test]
async fn a_body_is_at_most_4_kib_and_a_performance_64_and_seats_in_bulk_1024() {
    let house = TestHouse::open();
    house.performance(json!({})).await;
    for (path, address, max) in [
        ("/api/concerts", house.address, 4 * 1024),
        ("/api/concerts/1/options", house.address, 64 * 1024),
        ("/admin/performances/1/seats/block", house.admin, 1024 * 1024),
        ("/admin/performances/1/seats/unblock", house.admin, 1024 * 1024),
    ] {
        let within = Ask::new("POST", path, body_of(max)).of(address).await;
        assert!([201, 400].contains(&within.status), "{path}: {}", within.status);
        let over = Ask::new("POST", path, body_of(max + 1)).of(address).await;
        let problem = over.refused(413, "too-large");
        assert!(problem["detail"].as_str().unwrap().contains(&max.to_string()), "{problem}");
        Ask::new("POST", path, body_of(max * 2)).of(address).await.refused(413, "too-large");
    }
}

#[tokio::test]
async fn a_body_in_pieces_is_measured_too() {
    let house = TestHouse::open();
    let piece = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    for (body, status) in [(body_of(4096), "201"), (body_of(4097), "413")] {
        let (first, second) = body.split_at(1000);
        let head = "POST /api/concerts HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
        let text = format!("{head}{}{}0\r\n\r\n", piece(first), piece(second));
        let answer = raw(&house, text.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}

async fn raw(house: &TestHouse, bytes: &[u8]) -> String {
    let mut stream = tokio::net::TcpStream::connect(house.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_before_it_sends() {
    let house = TestHouse::open();
    let head =
        "POST /api/concerts HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\nexpect: 100-continue\r\n\r\n";
    let mut stream = tokio::net::TcpStream::connect(house.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_url_is_at_most_2_kib() {
    let house = TestHouse::open();
    let path = |bytes: usize| format!("/health/live?{}", "x".repeat(bytes - "/health/live?".len()));
    house.get(&path(2048)).await.expect(200);
    house.get(&path(2049)).await.refused(414, "too-large");
    house.get(&path(20_000)).await.refused(414, "too-large");
}

#[tokio::test]
async fn headers_are_at_most_8_kib() {
    let house = TestHouse::open();
    Ask::get("/health/live").with("x-large", &"x".repeat(8000)).of(house.address).await.expect(200);
    for bytes in [8192, 9000, 40_000] {
        let reply = Ask::get("/health/live").with("x-large", &"x".repeat(bytes)).of(house.address).await;
        reply.refused(431, "too-large");
    }
    let bare = Ask::get("/health/live").with("x-large", &"x".repeat(100_000)).of(house.address).await;
    assert_eq!(bare.status, 431);
}

#[tokio::test]
async fn a_body_is_json() {
    let house = TestHouse::open();
    let ask = || Ask::post("/api/concerts", json!({"title": "x"}));
    for good in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        ask().with("content-type", good).of(house.address).await.expect(201);
    }
    ask().without("content-type").of(house.address).await.expect(201);
    for bad in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
        let reply = ask().with("content-type", bad).of(house.address).await;
        reply.refused(415, "unsupported-media-type");
    }
}

#[tokio::test]
async fn a_path_that_is_not_there_and_a_method_that_it_does_not_have() {
    let house = TestHouse::open();
    for path in
        ["/api", "/api/reservations/", "/API/concerts", "/metrics", "/admin/webhooks", "/api/concerts/1/2/3"]
    {
        house.get(path).await.refused(404, "not-found");
    }
    for (path, allow) in [
        ("/api/reservations", "POST"),
        ("/api/reservations/1", "DELETE"),
        ("/api/user-balance/kim", "GET, HEAD"),
        ("/api/user-balance/charge/kim", "PUT"),
    ] {
        let reply = Ask::new("PATCH", path, "{}").of(house.address).await;
        reply.refused(405, "method-not-allowed");
        assert_eq!(reply.header("allow"), allow, "{path}");
    }
    let reply = Ask::new("PUT", "/admin/webhooks", "{}").of(house.admin).await;
    reply.refused(405, "method-not-allowed");
    assert_eq!(reply.header("allow"), "GET, POST, HEAD");
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let house = TestHouse::open();
    let whole = house.get("/health/live").await;
    let head = Ask::new("HEAD", "/health/live", "").of(house.address).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
}

#[tokio::test]
async fn a_problem_speaks_korean_or_english() {
    let house = TestHouse::open();
    let ask =
        |lang: &str| Ask::get("/api/user-balance/kim?x=1").with("accept-language", lang).of(house.address);
    let (ko, en) = (ask("ko-KR,ko;q=0.9,en;q=0.8").await, ask("en").await);
    assert_eq!(ko.header("content-language"), "ko");
    assert_eq!(ko.refused(404, "balance-not-found")["title"], "없는 잔액");
    assert_eq!(en.refused(404, "balance-not-found")["title"], "No balance");
    assert_eq!(en.json()["instance"], "/api/user-balance/kim");
    let default = house.get("/api/user-balance/kim").await;
    assert_eq!(default.header("content-language"), "en");
}

#[tokio::test]
async fn requests_in_a_row_on_one_connection_are_answered_in_a_row() {
    let house = TestHouse::open();
    let one = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    let last = "GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = raw(&house, format!("{one}{one}{last}").as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 404").count(), 1, "{answer}");
}

#[tokio::test]
async fn a_server_that_ends_answers_what_it_has_begun() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let address = house.address;
    let body = json!({"userId": "kim", "concertOptionId": performance, "seatNumber": 1}).to_string();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (first, second) = body.split_at(10);
    let length = body.len();
    let head =
        format!("POST /api/reservations HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{first}");
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let ending = tokio::task::spawn_blocking(move || drop(house));
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody new is let in");
    stream.write_all(second.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    ending.await.unwrap();
}
