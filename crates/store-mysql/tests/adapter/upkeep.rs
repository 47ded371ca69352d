//! Housekeeping: what is old enough is forgotten in slices, and nothing before.

use std::sync::Arc;

use usher_conformance::TestClock;
use usher_core::{AnswerKey, Command, Money, Order, RequestKey, Settings, Span, UserId};
use usher_engine::{DeskLoop, Reader};
use usher_store_mysql::{MysqlDesk, OpenOptions, TimeSource, open};

use crate::database;

const CHARGES: u64 = 700;
const HOUR: Span = Span::from_secs(3_600);

fn charge(n: u64) -> Order {
    let command = Command::Charge { user: UserId::stored("kim"), amount: Money::from_minor_units(1) };
    Order { command, key: Some(RequestKey { key: AnswerKey(u128::from(n) << 64), request: 1 }) }
}

fn replayed(desk: &mut DeskLoop<MysqlDesk>, n: u64) -> bool {
    let answer = desk.serve_batch(&[&charge(n)]).pop().expect("one order has one answer");
    answer.expect("the store takes it").expect("nothing speaks against it").replayed
}

/// More calls than there are slices to forget.
fn tend(desk: &mut DeskLoop<MysqlDesk>) {
    (0..60).for_each(|_| desk.tend_now().expect("the desk does its housekeeping"));
}

#[test]
fn answers_are_kept_a_day_and_events_a_week_and_both_are_forgotten_then() {
    let Some(database) = database() else { return };
    let clock = Arc::<TestClock>::default();
    let time = TimeSource::Given(clock.clone());
    let mut opened = open(&database.url(), OpenOptions { desks: 1, readers: 1, time }).expect("it opens");
    let (desk, ids) = opened.desks.pop().expect("one desk was asked for");
    let fatal = Arc::new(|error: &_| panic!("nothing here is fatal: {error}"));
    let mut desk =
        DeskLoop::new(desk, Box::new(ids), Settings::default(), Vec::new(), fatal).expect("it begins");
    let reader = opened.readers.last_mut().expect("a store has readers");
    let answers = || {
        let table = |n| format!("(SELECT COUNT(*) FROM answers_{n})");
        database.number(&format!("SELECT {} + {} + {}", table(0), table(1), table(2)))
    };

    let orders: Vec<Order> = (0..CHARGES).map(charge).collect();
    let orders: Vec<&Order> = orders.iter().collect();
    assert!(desk.serve_batch(&orders).iter().all(|answer| matches!(answer, Ok(Ok(_)))));
    clock.pass(HOUR);
    tend(&mut desk);
    clock.pass(Span::from_secs(23 * 3_600 - 1));
    tend(&mut desk);
    assert!(replayed(&mut desk, 0), "an answer was forgotten within a day");
    assert_eq!(answers(), Ok(CHARGES as i64));

    clock.pass(Span::from_secs(25 * 3_600));
    tend(&mut desk);
    assert_eq!(answers(), Ok(0), "answers of two days ago are still there");
    assert!(!replayed(&mut desk, 0));

    let newest = reader.event_position(None).expect("positions can be read");
    assert_eq!(newest, Some(CHARGES + 1));
    clock.pass(Span::from_secs(5 * 24 * 3_600 - 2 * 3_600));
    tend(&mut desk);
    assert_eq!(
        reader.events(0, 10).expect("events can be read").len(),
        10,
        "an event was forgotten within a week"
    );
    clock.pass(Span::from_secs(4 * 3_600));
    tend(&mut desk);
    let kept = reader.events(0, 10).expect("events can be read");
    assert_eq!(kept.iter().map(|event| event.position).collect::<Vec<_>>(), [CHARGES + 1]);
    assert_eq!(reader.event_position(None).expect("positions can be read"), newest);
}
