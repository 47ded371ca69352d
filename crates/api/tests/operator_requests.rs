//! What organisers and operators send, with every limit of a performance on both sides.

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use usher_api::json::Json;
use usher_api::{ParseSettings, Problem, ProblemCode, body, shape};
use usher_core::{Command, ConcertId, Money, NewPerformance, SeatNumber, Span, Timestamp};

fn settings() -> ParseSettings {
    ParseSettings { timezone: TimeZone::get("Asia/Seoul").expect("zones are compiled in") }
}

fn read<T>(
    parse: impl FnOnce(&Json<'_>, &ParseSettings) -> Result<T, Problem>,
    value: &Value,
) -> Result<T, Problem> {
    let text = value.to_string();
    parse(&Json::parse(text.as_bytes())?, &settings())
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Problem>, fields: &[&str]) {
    let problem = answer.expect_err("this request must be refused");
    assert_eq!((problem.code, problem.status), (ProblemCode::InvalidRequest, 400));
    assert_eq!(problem.errors.iter().map(|fault| fault.field.as_ref()).collect::<Vec<_>>(), fields);
}

fn performance(body: &Json<'_>, settings: &ParseSettings) -> Result<Command, Problem> {
    body::performance(ConcertId::new(3), body, settings)
}

fn plain() -> Value {
    json!({"concertDate": "2026-07-10T20:00", "concertDuration": "PT2H", "title": "첫날", "price": 110000, "maxSeats": 50})
}

/// A plain performance with one member set.
fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut body = plain();
    body[name] = value.into();
    body
}

#[test]
fn a_performance_is_made_with_defaults_left_open() {
    let Ok(Command::MakePerformance(new)) = read(performance, &plain()) else { panic!("it must be taken") };
    let expected = NewPerformance {
        concert: ConcertId::new(3),
        begins_at: Timestamp::from_unix_ms(1_783_681_200_000),
        duration: Span::from_secs(7200),
        title: "첫날".into(),
        description: None,
        price: Money::from_minor_units(110_000),
        seats_max: 50,
        sale_opens_at: None,
        sale_closes_at: None,
        hold_ttl: None,
        seats_per_user_max: None,
        room: None,
    };
    assert_eq!(new, expected);
}

#[test]
fn every_limit_of_a_performance_holds_at_both_ends() {
    let cases: [(&str, Vec<Value>, Vec<Value>); 8] = [
        (
            "title",
            vec!["가".into(), "가".repeat(200).into()],
            vec!["".into(), "가".repeat(201).into(), 1.into(), Value::Null],
        ),
        (
            "description",
            vec!["".into(), "가".repeat(4000).into(), Value::Null],
            vec!["가".repeat(4001).into(), 1.into()],
        ),
        (
            "concertDuration",
            vec!["PT1M".into(), "P7D".into(), "P1DT1H".into()],
            vec!["PT59.999S".into(), "P7DT0.001S".into(), "2h".into(), 120.into()],
        ),
        ("holdSeconds", vec![10.into(), 3600.into()], vec![9.into(), 3601.into(), json!(10.5), "10".into()]),
        ("maxSeatsPerUser", vec![1.into(), 100_000.into()], vec![0.into(), 100_001.into()]),
        (
            "maxSeats",
            vec![1.into(), 100_000.into()],
            vec![0.into(), 100_001.into(), (1u64 << 32).into(), json!(50.0), Value::Null],
        ),
        (
            "price",
            vec![0.into(), 1_000_000_000_000u64.into(), json!(10000.0)],
            vec![1_000_000_000_001u64.into(), (-1).into(), json!(0.5), "1".into()],
        ),
        ("waitingQueueId", vec!["vip".into(), 7.into()], vec!["a b".into(), "".into()]),
    ];
    for (name, taken, not_taken) in cases {
        for value in taken {
            assert!(read(performance, &with(name, value.clone())).is_ok(), "{name} {value} must be taken");
        }
        for value in not_taken {
            refused(read(performance, &with(name, value)), &[name]);
        }
    }
}

#[test]
fn a_sold_out_house_brings_at_most_ten_to_the_15() {
    let mut house = plain();
    house["price"] = 10_000_000_000u64.into();
    house["maxSeats"] = 100_000.into();
    assert!(read(performance, &house).is_ok());
    house["price"] = 10_000_000_001u64.into();
    refused(read(performance, &house), &["price", "maxSeats"]);
}

#[test]
fn the_sale_opens_before_it_closes_and_closes_when_it_begins_at_the_latest() {
    let window = |opens: Value, closes: Value| {
        let mut body = plain();
        body["saleOpensAt"] = opens;
        body["saleClosesAt"] = closes;
        read(performance, &body)
    };
    let none = || Value::Null;
    assert!(window("2026-07-10T19:59:59.999".into(), none()).is_ok());
    refused(window("2026-07-10T20:00".into(), none()), &["saleOpensAt"]);
    assert!(window(none(), "2026-07-10T20:00".into()).is_ok());
    refused(window(none(), "2026-07-10T20:00:00.001".into()), &["saleClosesAt"]);
    assert!(window("2026-07-01T00:00".into(), "2026-07-01T00:00:00.001".into()).is_ok());
    refused(window("2026-07-01T00:00".into(), "2026-07-01T00:00".into()), &["saleOpensAt", "saleClosesAt"]);
    assert!(window("2026-07-10T10:59:59Z".into(), "2026-07-10T11:00:00Z".into()).is_ok());
    refused(
        window("2026-07-10T11:00:00Z".into(), "2026-07-10T20:00".into()),
        &["saleOpensAt", "saleClosesAt"],
    );
    assert!(read(performance, &with("concertDate", "2001-01-01T00:00")).is_ok(), "a past date may be made");
}

#[test]
fn a_concert_has_a_title_of_1_to_200_characters() {
    assert!(read(body::concert, &json!({"title": "봄의 제전", "requestAt": "2026-07-10T20:00"})).is_ok());
    assert!(read(body::concert, &json!({"title": "😀".repeat(200)})).is_ok());
    for title in [json!(""), json!("😀".repeat(201)), json!(7), Value::Null] {
        refused(read(body::concert, &json!({"title": title})), &["title"]);
    }
}

#[test]
fn seats_to_block_may_be_many_and_in_any_order() {
    let seats = read(body::seats_in_bulk, &json!({"seatNumbers": [3, 1, 3]})).unwrap();
    assert_eq!(*seats, [SeatNumber::new(1), SeatNumber::new(3)]);
    let all: Vec<u32> = (1..=100_000).collect();
    assert_eq!(read(body::seats_in_bulk, &json!({"seatNumbers": all})).unwrap().len(), 100_000);
    refused(read(body::seats_in_bulk, &json!({"seatNumbers": []})), &["seatNumbers"]);
    refused(read(body::seats_in_bulk, &json!({})), &["seatNumbers"]);
}

#[test]
fn a_receiver_has_an_address_and_perhaps_types() {
    let added =
        read(body::webhook, &json!({"url": "http://127.0.0.1:9000/in?x=1", "events": ["hold.placed"]}))
            .unwrap();
    assert_eq!((added.url.as_ref(), added.types.len()), ("http://127.0.0.1:9000/in?x=1", 1));
    assert!(read(body::webhook, &json!({"url": "https://example.org"})).unwrap().types.is_empty());
    for url in ["", "ftp://example.org", "https://", "https:///x", "http://:80", "https://a b", "example.org"]
    {
        refused(read(body::webhook, &json!({"url": url})), &["url"]);
    }
    refused(read(body::webhook, &json!({"url": "https://a", "events": ["hold.lost"]})), &["events"]);
}

#[test]
fn a_room_is_changed_member_by_member() {
    let patch =
        read(body::room_patch, &json!({"opensAt": null, "message": "곧 시작합니다", "livePassesMax": 0}))
            .unwrap();
    assert_eq!(patch.opens_at, Some(None));
    assert_eq!(patch.message, Some(Some("곧 시작합니다".into())));
    assert_eq!((patch.paused, patch.live_passes_max, patch.admits_per_second), (None, Some(0), None));
    assert_eq!(read(body::room_patch, &json!({})).unwrap(), usher_core::RoomPatch::default());
    assert!(read(body::room_patch, &json!({"message": "가".repeat(500)})).is_ok());
    refused(
        read(body::room_patch, &json!({"message": "가".repeat(501), "paused": 1})),
        &["paused", "message"],
    );
}

#[test]
fn what_an_organiser_writes_by_the_documented_shape_is_taken() {
    let request = shape::PerformanceRequest {
        concert_date: "2026-07-10T20:00:00+09:00".into(),
        concert_duration: "PT1H30M".into(),
        title: "첫날".into(),
        description: Some("좋은 자리".into()),
        price: 1,
        max_seats: 2,
        sale_opens_at: Some("2026-07-01T20:00:00+09:00".into()),
        sale_closes_at: Some("2026-07-02T20:00:00+09:00".into()),
        hold_seconds: Some(60),
        max_seats_per_user: Some(3),
        waiting_queue_id: Some("vip".into()),
        request_at: None,
    };
    let Ok(Command::MakePerformance(new)) = read(performance, &serde_json::to_value(&request).unwrap())
    else {
        panic!("it must be taken")
    };
    assert_eq!((new.hold_ttl, new.seats_per_user_max), (Some(Span::from_secs(60)), Some(3)));
    let concert = shape::ConcertRequest { title: "봄".into(), request_at: None };
    assert!(read(body::concert, &serde_json::to_value(&concert).unwrap()).is_ok());
    let webhook = shape::WebhookRequest { url: "https://a".into(), events: Some(vec!["pass.given".into()]) };
    assert!(read(body::webhook, &serde_json::to_value(&webhook).unwrap()).is_ok());
    let seats = shape::SeatsRequest { seat_numbers: vec![1] };
    assert!(read(body::seats_in_bulk, &serde_json::to_value(&seats).unwrap()).is_ok());
    let room = shape::RoomPatchRequest { paused: Some(true), ..Default::default() };
    assert!(read(body::room_patch, &serde_json::to_value(&room).unwrap()).is_ok());
}
