//! Every way we say no: the words, the bytes, and the document that lists them.

use std::collections::HashSet;
use std::path::PathBuf;

use serde_json::Value;
use usher_api::problem::{self, Detail};
use usher_api::{Fault, Lang, Problem, ProblemCode, Wrong, shape};
use usher_core::{Money, Refusal, SeatNumber, Timestamp};

fn rendered(problem: &Problem, lang: Lang) -> Value {
    serde_json::from_slice(&problem.render(lang, "/api/reservations")).expect("a problem is JSON")
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|letter| ('가'..='힣').contains(&letter))
}

#[test]
fn every_code_speaks_both_languages_and_says_what_to_do() {
    let mut names = HashSet::new();
    for code in ProblemCode::ALL.iter().copied() {
        let name = code.code();
        assert!(names.insert(name), "{name} stands twice");
        assert!(
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
            "{name} is not kebab-case"
        );
        assert_eq!(ProblemCode::named(name), Some(code));
        assert!(code.statuses().iter().all(|status| (400..600).contains(status)), "{name}");
        for lang in Lang::ALL {
            let words = code.words(lang);
            for text in [words.title, words.meaning, words.advice] {
                assert_eq!(is_korean(text), lang == Lang::Ko, "{name}: {text}");
            }
            assert!(words.meaning.ends_with('.') && words.advice.ends_with('.'), "{name}");
            let body = rendered(&Problem::new(code), lang);
            assert_eq!(body["code"], name);
            assert_eq!(body["type"], format!("/problems/{name}"));
            assert_eq!(body["status"], code.statuses()[0]);
            assert_eq!(body["title"], words.title);
            assert_eq!(body["detail"], format!("{} {}", words.meaning, words.advice));
        }
        let page = problem::page(code);
        assert!(
            page.contains(code.words(Lang::Ko).advice) && page.contains(code.words(Lang::En).advice),
            "{name}"
        );
    }
    assert_eq!(ProblemCode::named("no-such-code"), None);
}

#[test]
fn a_problem_has_the_members_of_the_standard_and_those_that_help() {
    let errors = vec![Fault { field: "na\"me".into(), wrong: Wrong::Missing }];
    let problem = Problem::new(ProblemCode::SeatTaken)
        .seats(vec![SeatNumber::new(3), SeatNumber::new(4)])
        .retry_after_ms(1500)
        .errors(errors);
    let text = String::from_utf8(problem.render(Lang::En, "/api/\"x")).unwrap();
    let expected = concat!(
        r#"{"type":"/problems/seat-taken","title":"Seat taken","status":409,"detail":"The seats in seatNumbers are held, "#,
        r#"sold or blocked; none was taken for you. Read the seats again and choose others.","instance":"/api/\"x","#,
        r#""code":"seat-taken","retryAfterMs":1500,"seatNumbers":[3,4],"errors":[{"field":"na\"me","message":"is required"}]}"#,
    );
    assert_eq!(text, expected);
    let shape: shape::ProblemBody = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(shape).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
    assert_eq!(problem.retry_after_secs(), Some(2));
    assert_eq!(Problem::new(ProblemCode::TryAgain).retry_after_ms(0).retry_after_secs(), Some(1));
}

#[test]
fn a_refusal_says_its_particulars() {
    let won = Money::from_minor_units;
    let detail = |refusal: &Refusal, lang| Problem::from(refusal).detail_words(lang);
    let poor = Refusal::InsufficientBalance { balance: won(500), needed: won(10_000) };
    assert!(detail(&poor, Lang::En).starts_with("The balance is 500; 10000 is needed."));
    assert!(detail(&poor, Lang::Ko).starts_with("잔액은 500이고"));
    let early = Refusal::SaleNotOpen { opens_at: Timestamp::from_unix_ms(0) };
    assert!(detail(&early, Lang::En).contains("1970-01-01T00:00:00.000Z"));
    let limit = Refusal::HoldLimitReached { seats_max: 4, seats_now: 3 };
    assert!(detail(&limit, Lang::Ko).contains("4석"));
    let taken = Problem::from(&Refusal::SeatsTaken(vec![SeatNumber::new(9)]));
    assert_eq!((taken.status, taken.seat_numbers), (409, vec![SeatNumber::new(9)]));
}

#[test]
fn every_refusal_has_the_status_that_the_api_names() {
    let won = Money::from_minor_units(1);
    for (refusal, code, status) in [
        (Refusal::ConcertNotFound, "concert-not-found", 404),
        (Refusal::PerformanceNotFound, "concert-option-not-found", 404),
        (Refusal::SeatNotFound(vec![]), "seat-not-found", 404),
        (Refusal::SeatsTaken(vec![]), "seat-taken", 409),
        (Refusal::HoldLimitReached { seats_max: 1, seats_now: 1 }, "hold-limit-reached", 409),
        (Refusal::SaleNotOpen { opens_at: Timestamp::default() }, "sale-not-open", 409),
        (Refusal::SaleClosed, "sale-closed", 409),
        (Refusal::PerformanceCancelled, "performance-cancelled", 409),
        (Refusal::HoldNotFound, "hold-not-found", 404),
        (Refusal::HoldExpired, "hold-expired", 409),
        (Refusal::HoldReleased, "hold-released", 409),
        (Refusal::AlreadyPaid, "already-paid", 409),
        (Refusal::InsufficientBalance { balance: won, needed: won }, "insufficient-balance", 402),
        (Refusal::AmountMismatch { price: won }, "amount-mismatch", 422),
        (Refusal::PaymentNotFound, "payment-not-found", 404),
        (Refusal::RefundClosed, "refund-closed", 409),
        (Refusal::BalanceNotFound, "balance-not-found", 404),
        (Refusal::AmountNotPositive, "amount-not-positive", 400),
        (Refusal::AmountTooLarge, "amount-too-large", 400),
        (Refusal::KeyReused, "idempotency-key-reused", 422),
    ] {
        let problem = Problem::from(&refusal);
        assert_eq!((problem.code.code(), problem.status), (code, status), "{refusal:?}");
    }
}

#[test]
fn particulars_and_faults_speak_both_languages() {
    let details = [
        Detail::NotUtf8,
        Detail::NotJson { byte: 3 },
        Detail::TooDeep,
        Detail::NotAnObject,
        Detail::OpensAt(Timestamp::default()),
        Detail::SeatLimit { seats_max: 1, seats_now: 1 },
        Detail::Balance { balance: Money::ZERO, needed: Money::ZERO },
        Detail::Price(Money::ZERO),
        Detail::LimitBytes(4096),
    ];
    for detail in details {
        let problem = Problem::new(ProblemCode::InvalidRequest).detail(detail);
        assert!(is_korean(&problem.detail_words(Lang::Ko)), "{problem:?}");
        assert!(!is_korean(&problem.detail_words(Lang::En)), "{problem:?}");
    }
    let wrongs = [
        Wrong::Missing,
        Wrong::NotInteger { min: 1, max: 2 },
        Wrong::NotText { min: 0, max: 2 },
        Wrong::NotText { min: 1, max: 2 },
        Wrong::NotOneOf(&["PAYPAL"]),
        Wrong::NotCursor,
        Wrong::Unknown,
        Wrong::WrittenTwice,
    ];
    for wrong in wrongs {
        assert!(is_korean(&wrong.words(Lang::Ko)) && !is_korean(&wrong.words(Lang::En)), "{wrong:?}");
    }
}

fn document_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/problems.md")
}

#[test]
fn the_document_lists_every_code_as_it_is() {
    let written = std::fs::read_to_string(document_path()).expect("docs/problems.md is there");
    assert_eq!(
        written,
        problem::document(),
        "docs/problems.md is old: cargo test -p usher-api --test problems -- --ignored writes it anew"
    );
}

#[test]
#[ignore = "writes docs/problems.md"]
fn write_the_document() {
    std::fs::write(document_path(), problem::document()).unwrap();
}
