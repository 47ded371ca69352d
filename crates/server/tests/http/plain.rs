//! A fan's way without script: forms and links alone.
//!
//! GET /c/{concertId}/plain
//! POST /c/{concertId}/plain

use serde_json::json;
use usher_core::Settings;
use usher_server::Gate;

use crate::house::{Ask, Reply, TestHouse};

const FORM: &str = "application/x-www-form-urlencoded";

/// A browser without script that stands on the page of one fan.
struct Browser<'h> {
    house: &'h TestHouse,
    user: &'static str,
    page: String,
}

impl<'h> Browser<'h> {
    fn of(house: &'h TestHouse, user: &'static str) -> Self {
        Self { house, user, page: String::new() }
    }

    async fn open(&mut self, rest: &str) -> &str {
        let path = format!("/c/1/plain?lang=ko&as={}{rest}", self.user);
        let shown = self.house.get(&path).await;
        assert_eq!((shown.status, shown.header("cache-control")), (200, "no-store"), "{}", shown.text());
        self.page = shown.text();
        &self.page
    }

    /// Sends the form on the page whose button does `act`, with `more` filled in, and goes where that leads.
    async fn press(&mut self, act: &str, more: &str) -> &str {
        let button = format!(r#"name="do" value="{act}""#);
        let until = self.page.find(&button).unwrap_or_else(|| panic!("no form does {act}: {}", self.page));
        let form = &self.page[self.page[..until].rfind("<form").unwrap()..until];
        let mut body = format!("do={act}{more}");
        for input in form.split(r#"<input type="hidden" name=""#).skip(1) {
            let (name, rest) = input.split_once('"').unwrap();
            let value = rest.split('"').nth(1).unwrap();
            body += &format!("&{name}={value}");
        }
        let sent = self.send(&body).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let place = sent.header("location").to_string();
        self.page = self.house.get(&place).await.text();
        &self.page
    }

    async fn send(&self, body: &str) -> Reply {
        Ask::new("POST", "/c/1/plain?lang=ko", body.to_string())
            .with("content-type", FORM)
            .of(self.house.address)
            .await
    }
}

async fn on_sale() -> TestHouse {
    let house = TestHouse::gated(Gate::Bookings, Settings::default());
    house.performance(json!({"maxSeats": 250})).await;
    house
}

#[tokio::test]
async fn a_fan_joins_holds_tops_up_pays_and_is_refunded_by_forms_alone() {
    let house = on_sale().await;
    let mut fan = Browser::of(&house, "kim");
    assert!(fan.open("").await.contains("줄 서기"));
    fan.press("join", "").await;
    house.pass_of("kim").await;

    let dates = fan.open("").await;
    assert!(dates.contains("차례가 왔어요") && dates.contains("date=1"), "{dates}");
    let seats = fan.open("&date=1").await;
    assert!(seats.contains(r#"value="100">"#) && !seats.contains(r#"value="101">"#), "{seats}");
    assert!(fan.open("&date=1&from=201").await.contains(r#"value="250">"#));

    let pay = fan.press("hold", "&seat=201&seat=202").await;
    assert!(pay.contains("잔액이 20,000원 모자라요") && pay.contains("201, 202"), "{pay}");
    let pay = fan.press("top-up", "").await;
    assert!(pay.contains("잔액으로 20,000원 결제"), "{pay}");
    let booked = fan.press("pay", "").await;
    assert!(booked.contains("예매했어요"), "{booked}");
    assert_eq!(house.balance("kim").await, 0);
    let refunded = fan.press("refund", "").await;
    assert!(!refunded.contains("예매했어요"), "{refunded}");
    assert_eq!(house.balance("kim").await, 20_000);
}

#[tokio::test]
async fn seats_that_another_fan_took_first_are_named_and_the_date_is_kept() {
    let house = on_sale().await;
    let mut fan = Browser::of(&house, "kim");
    fan.open("").await;
    fan.press("join", "").await;
    house.join("lee").await;
    let pass = house.pass_of("lee").await;
    house.pass_of("kim").await;
    fan.open("&date=1").await;

    let body = json!({"userId": "lee", "concertOptionId": 1, "seatNumbers": [5, 6]});
    Ask::post("/api/reservations", body).with("x-queue-token", &pass).of(house.address).await.expect(201);
    let seats = fan.press("hold", "&seat=5&seat=7").await;
    assert!(seats.contains("5번은 방금 다른 분이 잡았어요"), "{seats}");
    assert!(seats.contains(r#"value="7">"#), "the same date is shown: {seats}");
    let nothing = fan.press("hold", "").await;
    assert!(nothing.contains(r#"role="alert""#), "a form without a seat says so: {nothing}");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_does_its_work_once() {
    let house = on_sale().await;
    let fan = Browser::of(&house, "kim");
    for _ in 0..2 {
        assert_eq!(fan.send("as=kim&do=top-up&amount=500&key=abc").await.status, 303);
    }
    assert_eq!(house.balance("kim").await, 500);
}

#[tokio::test]
async fn who_waits_is_shown_the_place_and_the_page_opens_again_by_itself() {
    let settings = Settings { live_passes_max: 1, ..Settings::default() };
    let house = TestHouse::gated(Gate::Bookings, settings);
    house.performance(json!({})).await;
    house.join("first").await;
    house.pass_of("first").await;
    for user in ["second", "kim"] {
        house.join(user).await;
    }
    let mut fan = Browser::of(&house, "kim");
    let waiting = fan.open("").await;
    assert!(waiting.contains(r#"<p class="big num">1<small>명</small></p>"#), "{waiting}");
    assert!(waiting.contains(r#"<meta http-equiv="refresh" content=""#), "{waiting}");
    assert!(fan.press("leave", "").await.contains("줄 서기"));
    house.place("kim").await.refused(404, "left-line");
}

#[tokio::test]
async fn what_another_site_or_nobody_asks_is_not_done() {
    let house = on_sale().await;
    let charge = "as=kim&do=top-up&amount=500";
    let foreign = Ask::new("POST", "/c/1/plain", charge)
        .with("content-type", FORM)
        .with("sec-fetch-site", "cross-site");
    assert_eq!(foreign.of(house.address).await.status, 303);
    house.get("/api/user-balance/kim").await.refused(404, "balance-not-found");
    let nobody = house.get("/c/1/plain").await;
    assert_eq!((nobody.status, nobody.header("location")), (303, "/c/1?lang=en"));
    Ask::post("/c/1/plain", json!({})).of(house.address).await.refused(415, "unsupported-media-type");
}
