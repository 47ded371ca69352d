//! What the operator is answered, and events as they are published.

use std::sync::Arc;

use serde_json::json;
use usher_api::render::{self, ProgrammeMissing, RoomView, WebhookView};
use usher_api::{EVENT_TYPES, event_type, shape};
use usher_core::{
    Delivery, Event, EventId, Fact, Movement, Parked, PerformanceId, Reason, Reply, RoomId, SaleState,
    SeatNumber, Stage, Timestamp, Webhook, WebhookId,
};

use crate::house::House;
use crate::shaped;

fn facts(house: &House) -> Vec<Fact> {
    let id = PerformanceId::new(7);
    let seats: Arc<[SeatNumber]> = Arc::from([SeatNumber::new(5)]);
    let moved = |reason| Fact::Balance(Movement { reason, ..house.movement() });
    vec![
        Fact::PerformanceCreated(id),
        Fact::PerformanceClosed(id),
        Fact::PerformanceCancelled(id, 3),
        Fact::SeatsBlocked(id, seats.clone()),
        Fact::SeatsUnblocked(id, seats),
        Fact::HoldPlaced(house.hold()),
        Fact::HoldReleased(house.hold()),
        Fact::HoldExpired(house.hold()),
        Fact::BookingMade(house.booking(), house.hold()),
        Fact::BookingCancelled(house.refunded_payment()),
        moved(Reason::Charge),
        moved(Reason::Use),
        moved(Reason::Payment),
        moved(Reason::Refund),
    ]
}

fn published(house: &House, fact: Fact) -> shape::Event {
    let event = Event { id: EventId::new(9), at: Timestamp::from_unix_ms(1), sequence: 4, fact };
    let mut out = Vec::new();
    render::event(&mut out, &event, Some(&house.programme())).expect("its programme is there");
    shaped(&out)
}

#[test]
fn every_event_has_its_type_aggregate_and_data() {
    let house = House::new();
    let all: Vec<shape::Event> = facts(&house).into_iter().map(|fact| published(&house, fact)).collect();
    let types: Vec<&str> = all.iter().map(|event| event.r#type.as_str()).collect();
    assert_eq!(types, EVENT_TYPES[..14], "in the order of the list");
    let data = |name: &str| &all.iter().find(|event| event.r#type == name).unwrap().data;
    assert_eq!(data("performance.created")["state"], "ON_SALE");
    assert_eq!(data("performance.closed")["state"], "CLOSED");
    assert_eq!(*data("performance.cancelled"), json!({"state": "CANCELLED", "bookings": 3, "refunded": 0}));
    assert_eq!(*data("seats.blocked"), json!({"blocked": [5]}));
    assert_eq!(data("hold.expired")["temporalReservationId"], 11);
    assert_eq!(data("booking.made")["reservationId"], 21);
    assert_eq!(data("booking.cancelled")["paymentStatus"], "CANCELLED");
    assert_eq!(data("balance.refunded")["userId"], "kim");
    let aggregates = |name: &str| all.iter().find(|event| event.r#type == name).unwrap().aggregate.as_str();
    assert_eq!((aggregates("hold.placed"), aggregates("balance.used")), ("performance:7", "user:kim"));
    assert_eq!((all[0].id, all[0].sequence, all[0].timestamp.as_str()), (9, 4, "1970-01-01T00:00:00.001Z"));
}

#[test]
fn an_event_without_its_programme_is_not_written() {
    let house = House::new();
    for fact in facts(&house) {
        let needed = render::programme_needed(&fact);
        let event = Event { id: EventId::new(9), at: Timestamp::default(), sequence: 1, fact };
        let mut out = Vec::new();
        let written = render::event(&mut out, &event, None);
        assert_eq!(
            written,
            needed.map_or(Ok(()), |id| Err(ProgrammeMissing(id))),
            "{}",
            event_type(&event.fact)
        );
        assert_eq!(out.is_empty(), needed.is_some());
    }
}

#[test]
fn a_page_of_events_says_where_to_go_on() {
    let events: [&[u8]; 1] =
        [br#"{"id":1,"type":"hold.placed","timestamp":"t","aggregate":"a","sequence":1,"data":{}}"#];
    let page: shape::Events = shaped(&render::events_page(events, Some(EventId::new(1))));
    assert_eq!((page.events.len(), page.next_after), (1, Some(1)));
    assert_eq!(render::events_page([], None), br#"{"events":[],"nextAfter":null}"#);
}

#[test]
fn blocking_and_cancelling_are_answered_as_the_api_lists_them() {
    let blocked = render::reply(&Reply::Blocked(Arc::from([SeatNumber::new(1), SeatNumber::new(2)])));
    assert_eq!((blocked.status, blocked.body.as_slice()), (200, &br#"{"blocked":[1,2]}"#[..]));
    shaped::<shape::Blocked>(&blocked.body);
    let id = PerformanceId::new(7);
    let cancelled = render::reply(&Reply::PerformanceCancelled { performance: id, bookings: 3, refunded: 1 });
    assert_eq!(
        (cancelled.status, cancelled.body.as_slice()),
        (202, &br#"{"state":"CANCELLED","bookings":3,"refunded":1}"#[..])
    );
    let stage =
        Stage { state: SaleState::Cancelled, bookings_when_cancelled: 3, refunded: 1, ..Stage::new(id) };
    let mut progress = Vec::new();
    render::cancellation(&mut progress, &stage);
    assert_eq!(progress, cancelled.body);
    shaped::<shape::Cancellation>(&progress);
    for silent in [Reply::GivenBack, Reply::Expired, Reply::WebhookRemoved, Reply::DeliveryRecorded] {
        let answer = render::reply(&silent);
        assert_eq!((answer.status, answer.body.len()), (204, 0));
    }
}

#[test]
fn a_booking_is_one_line_of_csv() {
    let house = House::new();
    let mut out = render::CSV_HEADER.as_bytes().to_vec();
    render::csv_line(&mut out, &house.booking(), &house.hold(), house.hold().amount);
    let expected =
        "reservationId,userId,seatNumbers,amount,paidAt\r\n21,kim,3 4,220000,2026-07-01T00:00:00.123Z\r\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn a_receiver_is_shown_its_secret_once() {
    let webhook = Webhook {
        id: WebhookId::new(2),
        url: "https://example.org/\"in\"".into(),
        types: Arc::from([Arc::from("hold.placed")]),
        secret: Arc::from([0u8; 24]),
        created_at: Timestamp::default(),
    };
    let added = render::reply(&Reply::Webhook(webhook.clone()));
    assert_eq!(added.status, 201);
    assert_eq!(shaped::<shape::WebhookAdded>(&added.body).secret, format!("whsec_{}", "A".repeat(32)));
    let parked = vec![Parked { event: EventId::new(8), status: 400, at: Timestamp::default() }];
    let delivery = Delivery { webhook: webhook.id, position: 5, delivered: 4, parked, parked_total: 1 };
    let body = render::webhooks([WebhookView { webhook: &webhook, delivery: &delivery, pending: 6 }]);
    let listed: shape::Webhooks = shaped(&body);
    let line = &listed.webhooks[0];
    assert_eq!((line.delivered, line.pending, line.parked, line.parked_events[0].id), (4, 6, 1, 8));
    assert!(!String::from_utf8(body).unwrap().contains("whsec_"));
    let mut one = Vec::new();
    render::webhook(&mut one, &webhook);
    assert_eq!(one, added.body);
}

#[test]
fn a_room_is_shown_with_its_settings_and_its_flow() {
    let main = RoomId::main();
    let view = RoomView {
        id: &main,
        opens_at: None,
        paused: false,
        message: Some("곧 \"시작\"합니다"),
        live_passes_max: 1000,
        admits_per_second: 200,
        waiting: 5,
        live_passes: 2,
        admitted: 9,
        outflow_per_second: 1.5,
    };
    let rooms: shape::Rooms = shaped(&render::rooms([view]));
    assert_eq!((rooms.rooms[0].outflow_per_second, rooms.rooms[0].opens_at.as_deref()), (1.5, None));
    assert_eq!(rooms.rooms[0].message.as_deref(), Some("곧 \"시작\"합니다"));
}
