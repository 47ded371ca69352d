//! Confirming a hold, and what a user holds and has booked.
//!
//! POST /api/reservations/confirm
//! GET /api/reservations/status/{userId}/{concertOptionId}

use serde_json::json;
use usher_core::Span;

use crate::house::TestHouse;

#[tokio::test]
async fn confirming_pays_from_the_balance_and_books_and_shows_it_again() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.charge("kim", 25_000).await;
    let hold = house.hold("kim", performance, &[1, 2]).await;
    let booked = house.confirm("kim", hold).await;
    let booking = booked.expect(200);
    assert_eq!(booking["isConfirmed"], true);
    assert_eq!(booking["temporalReservationId"], hold);
    assert_eq!(booking["seats"].as_array().unwrap().len(), 2);
    assert_eq!(house.balance("kim").await, 5_000);
    house.clock.pass(Span::from_secs(3600));
    let again = house.confirm("kim", hold).await;
    assert_eq!((again.status, &again.body), (200, &booked.body));
    assert_eq!(house.balance("kim").await, 5_000, "a booking is paid once");
}

#[tokio::test]
async fn confirming_what_is_paid_shows_the_booking() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.charge("kim", 10_000).await;
    let hold = house.hold("kim", performance, &[1]).await;
    let payment = house.try_pay("kim", hold).await.expect(200);
    let booking = house.confirm("kim", hold).await.expect(200);
    assert_eq!(booking["reservationId"], payment["reservationId"]);
    assert_eq!(booking["transactionId"], payment["transactionId"]);
    assert_eq!(house.balance("kim").await, 0);
}

#[tokio::test]
async fn only_the_holder_confirms() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    let hold = house.hold("kim", performance, &[1]).await;
    house.confirm("lee", hold).await.refused(404, "hold-not-found");
    house.confirm("kim", hold + 1).await.refused(404, "hold-not-found");
}

#[tokio::test]
async fn a_hold_confirmed_in_its_last_millisecond_is_booked_and_one_at_its_expiry_is_refused() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"holdSeconds": 10})).await;
    house.charge("kim", 20_000).await;
    let (first, second) =
        (house.hold("kim", performance, &[1]).await, house.hold("kim", performance, &[2]).await);
    house.clock.pass(Span::from_ms(9_999));
    house.confirm("kim", first).await.expect(200);
    house.clock.pass(Span::from_ms(1));
    house.confirm("kim", second).await.refused(409, "hold-expired");
    assert_eq!(house.balance("kim").await, 10_000);
}

#[tokio::test]
async fn what_was_released_or_cancelled_is_not_confirmed() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.charge("kim", 10_000).await;
    let released = house.hold("kim", performance, &[1]).await;
    house.delete(&format!("/api/reservations/{released}")).await.expect(204);
    house.confirm("kim", released).await.refused(409, "hold-released");
    let hold = house.hold("kim", performance, &[2]).await;
    let payment = house.confirm("kim", hold).await.expect(200)["transactionId"].as_u64().unwrap();
    house.cancel(payment).await.expect(200);
    house.confirm("kim", hold).await.refused(409, "hold-released");
}

#[tokio::test]
async fn a_balance_that_does_not_cover_it_books_nothing() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.charge("kim", 9_999).await;
    let hold = house.hold("kim", performance, &[1]).await;
    let problem = house.confirm("kim", hold).await.refused(402, "insufficient-balance");
    assert!(problem["detail"].as_str().unwrap().contains("9999"), "{problem}");
    house.charge("kim", 1).await;
    house.confirm("kim", hold).await.expect(200);
}

#[tokio::test]
async fn a_cancelled_performance_is_said_before_anything_else() {
    let house = TestHouse::open();
    let performance = house.performance(json!({})).await;
    house.charge("kim", 10_000).await;
    let booked = house.hold("kim", performance, &[1]).await;
    house.confirm("kim", booked).await.expect(200);
    let held = house.hold("kim", performance, &[2]).await;
    house.admin_post(&format!("/admin/performances/{performance}/cancel"), json!({})).await.expect(202);
    for hold in [booked, held] {
        house.confirm("kim", hold).await.refused(409, "performance-cancelled");
        house.try_pay("kim", hold).await.refused(409, "performance-cancelled");
    }
}

#[tokio::test]
async fn the_status_lists_bookings_then_holds_that_live() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"holdSeconds": 10})).await;
    house.charge("kim", 20_000).await;
    let held = house.hold("kim", performance, &[9]).await;
    let booked = house.hold("kim", performance, &[1]).await;
    house.confirm("kim", booked).await.expect(200);
    house.hold("lee", performance, &[2]).await;
    let path = format!("/api/reservations/status/kim/{performance}");
    let shown = house.get(&path).await.expect(200);
    let lines = shown["reservationStatusResponses"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["isTemporary"], &lines[0]["temporalReservationId"]),
        (&json!(false), &json!(booked))
    );
    assert_eq!((&lines[1]["isTemporary"], &lines[1]["temporalReservationId"]), (&json!(true), &json!(held)));
    assert!(
        lines[1].as_object().unwrap().contains_key("reservationId") && lines[1]["reservationId"].is_null()
    );
    house.clock.pass(Span::from_secs(10));
    let shown = house.get(&path).await.expect(200);
    assert_eq!(
        shown["reservationStatusResponses"].as_array().unwrap().len(),
        1,
        "an expired hold is not live"
    );
    let nobody = house.get(&format!("/api/reservations/status/park/{performance}")).await;
    assert_eq!(nobody.expect(200), json!({"reservationStatusResponses": []}));
    let nowhere = house.get("/api/reservations/status/kim/999").await;
    assert_eq!(nowhere.expect(200), json!({"reservationStatusResponses": []}));
}

#[tokio::test]
async fn the_status_in_a_big_hall_follows_each_answer_at_once() {
    let house = TestHouse::open();
    let performance = house.performance(json!({"maxSeats": 40_000})).await;
    house.charge("kim", 20_000).await;
    let before = house.hold("kim", performance, &[39_999]).await;
    house.hold("lee", performance, &[2]).await;
    let shown = async || {
        let path = format!("/api/reservations/status/kim/{performance}");
        let shown = house.get(&path).await.expect(200);
        let lines = shown["reservationStatusResponses"].as_array().unwrap().clone();
        lines.iter().map(|line| line["temporalReservationId"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, [before]);
    let after = house.hold("kim", performance, &[1, 40_000]).await;
    assert_eq!(shown().await, [before, after]);
    house.delete(&format!("/api/reservations/{before}")).await.expect(204);
    assert_eq!(shown().await, [after]);
    house.confirm("kim", after).await.expect(200);
    house.hold("lee", performance, &[39_999]).await;
    assert_eq!(shown().await, [after]);
    let house = house.restart();
    let path = format!("/api/reservations/status/kim/{performance}");
    let again = house.get(&path).await.expect(200);
    assert_eq!(again["reservationStatusResponses"][0]["temporalReservationId"], after);
}
