//! What buyers send: what is taken, and what is refused with the member at fault.

use jiff::tz::TimeZone;
use usher_api::json::Json;
use usher_api::{Lang, ParseSettings, Problem, ProblemCode, body, shape};
use usher_core::{
    Command, HoldId, Money, PaymentMethod, PerformanceId, RoomId, SeatNumber, TransferId, UserId,
};

fn settings() -> ParseSettings {
    ParseSettings { timezone: TimeZone::get("Asia/Seoul").expect("zones are compiled in") }
}

fn read<T>(
    parse: impl FnOnce(&Json<'_>, &ParseSettings) -> Result<T, Problem>,
    text: &str,
) -> Result<T, Problem> {
    parse(&Json::parse(text.as_bytes())?, &settings())
}

fn faults(problem: &Problem) -> Vec<&str> {
    problem.errors.iter().map(|fault| fault.field.as_ref()).collect()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Problem>, fields: &[&str]) {
    let problem = answer.expect_err("this request must be refused");
    assert_eq!((problem.code, problem.status), (ProblemCode::InvalidRequest, 400));
    assert_eq!(faults(&problem), fields);
}

fn user(text: &str) -> UserId {
    UserId::parse(text).expect("a plain name")
}

fn hold(user_id: &str, seats: &[u32]) -> Command {
    let seats = seats.iter().copied().map(SeatNumber::new).collect();
    Command::PlaceHold {
        user: user(user_id),
        performance: PerformanceId::new(7),
        seats,
        pass: usher_core::PassShown::NotNeeded,
    }
}

#[test]
fn a_hold_names_one_seat_or_up_to_ten() {
    let one = read(
        |json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings),
        r#"{"userId":"kim","concertOptionId":7,"seatNumber":3}"#,
    );
    assert_eq!(one, Ok(hold("kim", &[3])));
    let many = read(
        |json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings),
        r#"{"userId":"kim","concertOptionId":7,"seatNumbers":[5,3,4],"x":[]}"#,
    );
    assert_eq!(many, Ok(hold("kim", &[3, 4, 5])));
    let null = read(
        |json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings),
        r#"{"userId":"kim","concertOptionId":7,"seatNumber":null,"seatNumbers":[1]}"#,
    );
    assert_eq!(null, Ok(hold("kim", &[1])));
    let ten = r#"{"userId":"kim","concertOptionId":7,"seatNumbers":[1,2,3,4,5,6,7,8,9,10]}"#;
    assert!(read(|json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings), ten).is_ok());
    refused(
        read(
            |json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings),
            &ten.replace("10]", "10,11]"),
        ),
        &["seatNumbers"],
    );
    for seats in ["[]", "[1,1]", "[1,2,1]", "[\"1\"]", "[0]", "[1.0]", "1", "{}"] {
        let text = format!(r#"{{"userId":"kim","concertOptionId":7,"seatNumbers":{seats}}}"#);
        refused(
            read(|json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings), &text),
            &["seatNumbers"],
        );
    }
    let both = r#"{"userId":"kim","concertOptionId":7,"seatNumber":1,"seatNumbers":[1]}"#;
    refused(
        read(|json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings), both),
        &["seatNumber"],
    );
    refused(
        read(
            |json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings),
            r#"{"userId":"kim","concertOptionId":7}"#,
        ),
        &["seatNumber"],
    );
}

#[test]
fn every_fault_of_a_request_is_named_at_once() {
    let text = r#"{"userId":7.5,"concertOptionId":"7","seatNumber":0,"requestAt":"yesterday"}"#;
    refused(
        read(|json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings), text),
        &["requestAt", "userId", "concertOptionId", "seatNumber"],
    );
    refused(
        read(|json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings), "{}"),
        &["userId", "concertOptionId", "seatNumber"],
    );
}

#[test]
fn ids_are_positive_integers_up_to_two_to_the_53_less_one() {
    let with = |id: &str| {
        read(body::confirm, &format!(r#"{{"userId":"kim","temporalReservationId":{id},"isConfirmed":true}}"#))
    };
    let confirm = |id| Ok(Command::Confirm { user: user("kim"), hold: HoldId::new(id) });
    assert_eq!(with("1"), confirm(1));
    assert_eq!(with("9007199254740991"), confirm((1 << 53) - 1));
    for id in ["9007199254740992", "0", "-1", "-0", "1.0", "1e3", "\"1\"", "null", "true", "[1]", "1e400"] {
        refused(with(id), &["temporalReservationId"]);
    }
}

#[test]
fn a_user_may_be_a_string_or_an_integer() {
    let with = |id: &str| read(body::join, &format!(r#"{{"userId":{id}}}"#)).map(|join| join.user);
    assert_eq!(with("7"), Ok(user("7")));
    assert_eq!(with("\"7\""), Ok(user("7")));
    assert_eq!(with("-7"), Ok(user("-7")));
    assert_eq!(with("123456789012345678901234567890"), Ok(user("123456789012345678901234567890")));
    assert_eq!(with("\"kim.minji_7@example-1\""), Ok(user("kim.minji_7@example-1")));
    assert!(with(&format!("\"{}\"", "a".repeat(64))).is_ok());
    let long = format!("\"{}\"", "a".repeat(65));
    for id in
        ["7.5", "1e3", "7.0", "\"\"", "\"a b\"", "\"김민지\"", "true", "null", "[]", &long, &"9".repeat(65)]
    {
        refused(with(id), &["userId"]);
    }
}

#[test]
fn joining_may_name_a_room() {
    let join =
        read(body::join, r#"{"userId":"kim","waitingQueueId":"vip","requestAt":1784023200000}"#).unwrap();
    assert_eq!(join.room, RoomId::parse("vip"));
    assert_eq!(read(body::join, r#"{"userId":"kim"}"#).unwrap().room, None);
    refused(read(body::join, r#"{"userId":"kim","waitingQueueId":"a b"}"#), &["waitingQueueId"]);
}

#[test]
fn request_at_is_taken_as_the_old_scripts_send_it() {
    for at in [
        "\"2026-11-22T10:15:30.123456\"",
        "\"2026-11-22T10:15\"",
        "\"2026-11-22T10:15:30Z\"",
        "null",
        "1784023200000",
    ] {
        assert!(read(body::join, &format!(r#"{{"userId":"user1","requestAt":{at}}}"#)).is_ok(), "{at}");
    }
    for at in ["\"\"", "\"soon\"", "true", "[2026,11,22]", "0.5"] {
        refused(read(body::join, &format!(r#"{{"userId":"user1","requestAt":{at}}}"#)), &["requestAt"]);
    }
}

#[test]
fn a_payment_names_its_hold_in_two_ways() {
    let with = |target: &str, amount: &str| {
        let text = format!(
            r#"{{"userId":"kim","targetId":{target},"amount":{amount},"paymentMethod":"PAYPAL","paymentTarget":"RESERVATION"}}"#
        );
        read(body::pay, &text)
    };
    let pay = |amount: Option<u64>| {
        let amount = amount.map(Money::from_minor_units);
        Ok(Command::Pay { user: user("kim"), hold: HoldId::new(12), amount, method: PaymentMethod::Paypal })
    };
    assert_eq!(with("\"12\"", "10000"), pay(Some(10_000)));
    assert_eq!(with("\"reservation-12\"", "10000.00"), pay(Some(10_000)));
    assert_eq!(with("12", "null"), pay(None));
    assert_eq!(with("\"12\"", "0"), pay(Some(0)));
    for target in [
        "\"\"",
        "\"reservation-\"",
        "\"reservation-reservation-12\"",
        "\"012\"",
        "\"+12\"",
        "12.0",
        "\"9007199254740992\"",
    ] {
        refused(with(target, "1"), &["targetId"]);
    }
    for amount in ["0.5", "-1", "\"10000\"", "true"] {
        refused(with("\"12\"", amount), &["amount"]);
    }
}

#[test]
fn a_payment_method_is_one_of_four() {
    let with = |method: &str| {
        read(body::pay, &format!(r#"{{"userId":"kim","targetId":"1","paymentMethod":{method}}}"#))
    };
    for method in ["CREDIT_CARD", "DEBIT_CARD", "PAYPAL", "BANK_TRANSFER"] {
        assert!(with(&format!("\"{method}\"")).is_ok(), "{method}");
    }
    for method in ["\"paypal\"", "\"CASH\"", "1", "null"] {
        refused(with(method), &["paymentMethod"]);
    }
}

#[test]
fn money_routes_refuse_members_they_do_not_know() {
    let pay = r#"{"userId":"kim","targetId":"1","paymentMethod":"PAYPAL","price":1,"requestAt":"2026-07-10T20:00"}"#;
    refused(read(body::pay, pay), &["price"]);
    refused(read(charge, r#"{"amuont":1,"amount":1}"#), &["amuont"]);
    refused(read(cancel, r#"{"userId":"kim"}"#), &["userId"]);
    assert!(read(cancel, "{}").is_ok());
    assert!(read(cancel, r#"{"requestAt":"2026-07-10T20:00"}"#).is_ok());
    assert!(body::cancel_payment(None, TransferId::new(1), None, &settings()).is_ok());
    refused(read(cancel, "[]"), &[]);
}

fn cancel(body: &Json<'_>, settings: &ParseSettings) -> Result<Command, Problem> {
    body::cancel_payment(None, TransferId::new(1), Some(body), settings)
}

fn charge(body: &Json<'_>, settings: &ParseSettings) -> Result<Command, Problem> {
    body::amount(body::MoneyVerb::Charge, user("7"), body, settings)
}

fn spend(body: &Json<'_>, settings: &ParseSettings) -> Result<Command, Problem> {
    body::amount(body::MoneyVerb::Use, user("7"), body, settings)
}

#[test]
fn amounts_are_whole_positive_and_bounded() {
    for (written, units) in
        [("1", 1), ("10000.00", 10_000), ("1e3", 1000), ("1000000000000000", 1_000_000_000_000_000)]
    {
        let amount = Money::from_minor_units(units);
        let text = format!(r#"{{"amount":{written}}}"#);
        assert_eq!(read(charge, &text), Ok(Command::Charge { user: user("7"), amount }));
        assert_eq!(read(spend, &text), Ok(Command::Use { user: user("7"), amount }));
    }
    let code = |written: &str| {
        let problem = read(charge, &format!(r#"{{"amount":{written}}}"#)).unwrap_err();
        assert_eq!((problem.status, faults(&problem)), (400, vec!["amount"]), "{written}");
        problem.code
    };
    for written in ["0", "-1", "-0", "0.0", "-1e400"] {
        assert_eq!(code(written), ProblemCode::AmountNotPositive, "{written}");
    }
    for written in ["1000000000000001", "18446744073709551616", "1e400"] {
        assert_eq!(code(written), ProblemCode::AmountTooLarge, "{written}");
    }
    for written in ["0.5", "-0.5", "1.0000000000000000000001", "\"1\"", "null", "true"] {
        assert_eq!(code(written), ProblemCode::InvalidRequest, "{written}");
    }
}

#[test]
fn a_user_in_the_body_must_be_the_one_in_the_path() {
    for named in ["7", "\"7\"", "null"] {
        assert!(read(charge, &format!(r#"{{"amount":1,"userId":{named}}}"#)).is_ok(), "{named}");
    }
    refused(read(charge, r#"{"amount":1,"userId":"8"}"#), &["userId"]);
    refused(read(charge, r#"{"amount":0,"userId":"8"}"#), &["userId"]);
}

#[test]
fn a_member_written_twice_and_broken_json_are_invalid_requests() {
    refused(read(charge, r#"{"amount":1,"amount":1}"#), &["amount"]);
    refused(
        read(
            |json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings),
            r#"{"userId":"kim","extra":{"a":1,"a":1}}"#,
        ),
        &["a"],
    );
    for text in ["", "{", "null", "[]", "\"x\"", "7"] {
        let problem =
            read(|json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings), text)
                .unwrap_err();
        assert_eq!(problem.code, ProblemCode::InvalidRequest, "{text}");
        assert!(!problem.detail_words(Lang::Ko).is_empty());
    }
}

#[test]
fn what_a_client_writes_by_the_documented_shape_is_taken() {
    let hold = shape::HoldRequest {
        user_id: "kim".into(),
        concert_option_id: 7,
        seat_numbers: Some(vec![1, 2]),
        ..Default::default()
    };
    assert!(
        read(
            |json, settings| body::hold(json, usher_core::PassShown::NotNeeded, settings),
            &serde_json::to_string(&hold).unwrap()
        )
        .is_ok()
    );
    let pay = shape::PaymentRequest {
        user_id: "kim".into(),
        target_id: "1".into(),
        amount: Some(1),
        payment_method: "PAYPAL".into(),
        payment_target: Some("RESERVATION".into()),
        request_at: Some("2026-07-10T20:00:00".into()),
    };
    assert!(read(body::pay, &serde_json::to_string(&pay).unwrap()).is_ok());
    let amount = shape::AmountRequest { user_id: Some("7".into()), amount: 5, request_at: None };
    assert!(read(charge, &serde_json::to_string(&amount).unwrap()).is_ok());
    let confirm =
        shape::ConfirmRequest { temporal_reservation_id: 1, user_id: "kim".into(), request_at: None };
    assert!(read(body::confirm, &serde_json::to_string(&confirm).unwrap()).is_ok());
    let join =
        shape::JoinRequest { user_id: "kim".into(), waiting_queue_id: Some("main".into()), request_at: None };
    assert!(read(body::join, &serde_json::to_string(&join).unwrap()).is_ok());
}
