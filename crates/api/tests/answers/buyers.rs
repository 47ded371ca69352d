//! What buyers are answered: holds, bookings, money, histories, views.

use proptest::prelude::*;
use usher_api::address::{self, SeatsForm};
use usher_api::cursor::History;
use usher_api::{ProblemCode, render, shape};
use usher_core::{ClaimState, HoldState, Reply, SaleState, SeatNumber};

use crate::house::House;
use crate::shaped;

/// The names of the members of an object, in order.
fn names(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).expect("JSON is UTF-8");
    let mut names = Vec::new();
    let (mut depth, mut chars) = (0, text.char_indices().peekable());
    while let Some((at, letter)) = chars.next() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            '"' => {
                let end = chars.find(|(_, letter)| *letter == '"').expect("a string ends").0;
                if depth == 1 && chars.peek().is_some_and(|(_, next)| *next == ':') {
                    names.push(text[at + 1..end].to_owned());
                }
            }
            _ => {}
        }
    }
    names
}

fn listed(text: &str) -> Vec<&str> {
    text.split(", ").collect()
}

#[test]
fn a_hold_is_answered_as_the_api_lists_it() {
    let house = House::new();
    let answer = render::reply(&Reply::Held { hold: house.hold(), programme: house.programme() });
    assert_eq!(answer.status, 201);
    let members = "temporalReservationId, userId, concertOption, seat, seats, amount, isConfirmed, reserveAt, expireAt, \
                   createdAt, requestAt";
    assert_eq!(names(&answer.body), listed(members));
    let hold: shape::Hold = shaped(&answer.body);
    assert_eq!((hold.seat.seat_id, hold.seat.seat_number, hold.seats.len()), (600_003, 3, 2));
    assert_eq!((hold.amount, hold.is_confirmed, hold.seat.occupied), (220_000, false, true));
    assert_eq!(hold.reserve_at, "2026-07-01T00:00:00.123Z");
    assert_eq!(hold.expire_at, "2026-07-01T00:05:00.123Z");
    assert_eq!(hold.concert_option.state, "ON_SALE");
}

#[test]
fn a_repeated_hold_reads_the_same_whatever_became_of_it() {
    let house = House::new();
    let first = render::reply(&Reply::Held { hold: house.hold(), programme: house.programme() });
    for state in [HoldState::Released, HoldState::Expired, house.booked_state()] {
        let hold = usher_core::Hold { state, ..house.hold() };
        assert_eq!(render::reply(&Reply::Held { hold, programme: house.programme() }), first);
    }
}

#[test]
fn an_option_is_answered_as_the_api_lists_it() {
    let house = House::new();
    let answer = render::reply(&Reply::Performance(house.programme()));
    assert_eq!(answer.status, 201);
    let members = "concertOptionId, concert, concertDate, concertDuration, title, description, price, maxSeats, \
                   saleOpensAt, saleClosesAt, holdSeconds, maxSeatsPerUser, waitingQueueId, state, createdAt, requestAt";
    assert_eq!(names(&answer.body), listed(members));
    let option: shape::ConcertOption = shaped(&answer.body);
    assert_eq!(
        (option.concert_duration.as_str(), option.hold_seconds, option.description),
        ("PT1H30M", 300, None)
    );
    assert_eq!(option.title, "첫\"날\"\n");
    let closed = render::reply(&Reply::Closed(house.programme()));
    assert_eq!((closed.status, shaped::<shape::ConcertOption>(&closed.body).state.as_str()), (200, "CLOSED"));
    let concert = render::reply(&Reply::Concert(house.programme().concert));
    assert_eq!(
        (concert.status, names(&concert.body)),
        (201, listed("concertId, title, createdAt, requestAt").into_iter().map(String::from).collect())
    );
    shaped::<shape::Concert>(&concert.body);
}

#[test]
fn a_booking_is_answered_as_the_api_lists_it() {
    let house = House::new();
    let booked = |closed_when_booked| {
        let booking = usher_core::Booking { closed_when_booked, ..house.booking() };
        render::reply(&Reply::Booked { booking, hold: house.hold(), programme: house.programme() })
    };
    let answer = booked(false);
    assert_eq!(answer.status, 200);
    let members = "reservationId, temporalReservationId, transactionId, userId, concertOption, seat, seats, reserveAt, \
                   createdAt, isConfirmed";
    assert_eq!(names(&answer.body), listed(members));
    let booking: shape::Booking = shaped(&answer.body);
    assert_eq!(
        (booking.reservation_id, booking.temporal_reservation_id, booking.transaction_id),
        (21, 11, 31)
    );
    assert_eq!(booking.concert_option.state, "ON_SALE");
    assert_eq!(shaped::<shape::Booking>(&booked(true).body).concert_option.state, "CLOSED");
}

#[test]
fn a_user_sees_bookings_then_holds_as_they_stand() {
    let house = House::new();
    let (booking, hold) = (house.booking(), house.hold());
    let body = render::statuses(&house.programme(), SaleState::Closed, [(&booking, &hold)], [&hold]);
    let statuses: shape::Statuses = shaped(&body);
    let [first, second] = &statuses.reservation_status_responses[..] else { panic!("two entries") };
    assert_eq!((first.reservation_id, first.is_temporary, first.is_confirmed), (Some(21), false, true));
    assert_eq!((second.reservation_id, second.is_temporary, second.is_confirmed), (None, true, false));
    assert_eq!(second.concert_option.state, "CLOSED");
    assert!(String::from_utf8(body).unwrap().contains(r#"{"reservationId":null,"temporalReservationId":11"#));
    let empty = render::statuses(&house.programme(), SaleState::OnSale, [], []);
    assert_eq!(empty, br#"{"reservationStatusResponses":[]}"#);
}

#[test]
fn money_is_answered_as_the_api_lists_it() {
    let house = House::new();
    let paid = render::reply(&Reply::Paid(house.payment()));
    let text = r#"{"transactionId":31,"userId":"kim","amount":220000,"paymentStatus":"COMPLETE","reservationId":21}"#;
    assert_eq!((paid.status, std::str::from_utf8(&paid.body).unwrap()), (200, text));
    shaped::<shape::Payment>(&paid.body);
    let cancelled = render::reply(&Reply::Cancelled(house.refunded_payment()));
    assert_eq!(cancelled.body, text.replace("COMPLETE", "CANCELLED").into_bytes());
    let moved = render::reply(&Reply::Moved { account: house.account(), movement: house.movement() });
    let text = r#"{"balanceId":41,"userId":"kim","amount":500,"createdAt":"2026-07-01T00:00:00.123Z","updatedAt":"2026-07-01T00:00:01.000Z"}"#;
    assert_eq!(std::str::from_utf8(&moved.body).unwrap(), text, "the balance as it was then");
    shaped::<shape::Balance>(&moved.body);
    let mut now = Vec::new();
    render::balance(&mut now, &house.account());
    assert_eq!(shaped::<shape::Balance>(&now).amount, 900);
}

#[test]
fn histories_are_paged_by_a_cursor_that_leads_on() {
    let house = House::new();
    let kim = house.hold().user;
    let body = render::payments_page(&kim, &[house.payment(), house.refunded_payment()], true);
    let page: shape::Payments = shaped(&body);
    assert_eq!(page.payment_responses[0].payment_method.as_deref(), Some("PAYPAL"));
    assert_eq!(page.payment_responses[1].payment_status, "CANCELLED");
    let query = format!("limit=100&cursor={}", page.next_cursor.unwrap());
    let asked = address::page(Some(&query), History::Payments, &kim).unwrap();
    assert_eq!((asked.limit, asked.before), (100, Some(house.payment().id)));
    let last: shape::Payments = shaped(&render::payments_page(&kim, &[], false));
    assert_eq!(last.next_cursor, None);
    let movements: shape::Movements = shaped(&render::movements_page(&kim, &[house.movement()], false));
    let movement = &movements.balance_transaction_responses[0];
    assert_eq!((movement.transaction_type.as_str(), movement.reason.as_str()), ("CHARGE", "REFUND"));
    assert_eq!((movement.amount, movement.balance_after), (300, 500));
}

#[test]
fn addresses_are_read_strictly() {
    let kim = House::new().hold().user;
    let page = |query: &str| address::page(Some(query), History::Payments, &kim);
    assert_eq!(page("").unwrap(), address::Page { limit: 20, before: None });
    assert_eq!(page("limit=1&other=x").unwrap().limit, 1);
    for query in [
        "limit=0",
        "limit=101",
        "limit=",
        "limit=1.0",
        "limit=ten",
        "limit=1&limit=2",
        "cursor=",
        "cursor=31",
    ] {
        assert_eq!(page(query).unwrap_err().code, ProblemCode::InvalidRequest, "{query}");
    }
    assert_eq!(address::path_id("concertId", "9007199254740991"), Ok((1 << 53) - 1));
    for id in ["0", "01", "-1", "+1", "1.0", "x", "", "9007199254740992"] {
        assert!(address::path_id("concertId", id).is_err(), "{id}");
    }
    assert_eq!(address::query_view(Some("view=bitmap")), Ok(SeatsForm::Bitmap));
    assert_eq!(address::query_view(None), Ok(SeatsForm::List));
    assert!(address::query_view(Some("view=map")).is_err());
    assert_eq!(address::query_room(Some("waitingQueueId=a%40b")).unwrap().unwrap().as_str(), "a@b");
    assert!(address::query_room(Some("waitingQueueId=a+b")).is_err());
    assert_eq!(address::query_after(Some("after=0")), Ok(None));
    let key = |length: usize| "k".repeat(length);
    assert!(address::idempotency_key(key(255).as_bytes()).is_ok());
    for bad in [key(0), key(256), "a b".into(), "é".into(), "a\t".into()] {
        assert!(address::idempotency_key(bad.as_bytes()).is_err(), "{bad:?}");
    }
    let settings = usher_api::ParseSettings { timezone: jiff::tz::TimeZone::UTC };
    let at = |text: &str| address::path_request_at(text, &settings).map(|at| at.unix_ms());
    assert_eq!(
        (at("1784023200000"), at("-1"), at("1970-01-01T00:00:01")),
        (Ok(1_784_023_200_000), Ok(-1), Ok(1000))
    );
    assert!(
        at("").is_err() && at("soon").is_err() && at("-").is_err() && at("99999999999999999999").is_err()
    );
}

#[test]
fn the_date_view_counts_what_is_left() {
    let house = House::new();
    let programme = house.programme();
    let body = render::dates([(&*programme.performance, &house.stage())]);
    let dates: shape::Dates = shaped(&body);
    let date = &dates.available_date_responses[0];
    assert_eq!((date.seats_total, date.seats_available), (10, 4));
    assert_eq!(render::dates([]), br#"{"availableDateResponses":[]}"#);
}

#[test]
fn the_seat_view_lists_what_nobody_has_taken() {
    let house = House::new();
    let claimed = [1, 3, 4, 10].map(SeatNumber::new);
    let body = render::seats(&house.programme(), SaleState::OnSale, 77, claimed);
    assert_eq!(names(&body), listed("concertOption, version, availableSeatsResponses"));
    let seats: shape::Seats = shaped(&body);
    let numbers: Vec<u32> = seats.available_seats_responses.iter().map(|seat| seat.seat_number).collect();
    assert_eq!((seats.version, numbers), (77, vec![2, 5, 6, 7, 8, 9]));
    assert_eq!(seats.available_seats_responses[0].seat_id, 600_002);
    let none: shape::Seats = shaped(&render::seats_none(&house.programme(), SaleState::Cancelled, 78));
    assert!(none.available_seats_responses.is_empty());
    assert_eq!(none.concert_option.state, "CANCELLED");
}

#[test]
fn the_bitmap_has_two_bits_a_seat() {
    let claims =
        [(1, ClaimState::Held), (2, ClaimState::Sold), (4, ClaimState::Blocked), (5, ClaimState::Sold)];
    let bitmap = render::seat_bitmap(6, claims.map(|(seat, state)| (SeatNumber::new(seat), state)));
    assert_eq!(bitmap, [0b1100_1001, 0b0000_0010]);
    assert_eq!(render::seat_bitmap(4, [(SeatNumber::new(5), ClaimState::Held)]), [0]);
    assert_eq!(render::seat_bitmap(100_000, []).len(), 25_000);
}

proptest! {
    #[test]
    fn whatever_is_in_a_title_the_answer_is_json(title in ".*", description in proptest::option::of("(?s).{0,40}")) {
        let programme = House::new().programme_titled(&title, description.as_deref());
        let option: shape::ConcertOption = shaped(&render::reply(&Reply::Performance(programme)).body);
        prop_assert_eq!(option.title, title);
        prop_assert_eq!(option.description, description);
    }

    #[test]
    fn the_seat_view_and_the_bitmap_tell_the_same(taken in proptest::collection::btree_set(1u32..=10, 0..10)) {
        let seats = || taken.iter().copied().map(SeatNumber::new);
        let view: shape::Seats = shaped(&render::seats(&House::new().programme(), SaleState::OnSale, 1, seats()));
        let bitmap = render::seat_bitmap(10, seats().map(|seat| (seat, ClaimState::Held)));
        let is_free = |seat: &u32| bitmap[(*seat as usize - 1) / 4] >> (2 * ((seat - 1) % 4)) & 3 == 0;
        let free: Vec<u32> = (1..=10).filter(is_free).collect();
        let listed: Vec<u32> = view.available_seats_responses.iter().map(|seat| seat.seat_number).collect();
        prop_assert_eq!(listed, free);
    }
}
