//! Housekeeping whose commit fails leaves nothing behind, neither in the file nor in memory.

#![expect(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use usher_conformance::TestClock;
use usher_core::{AnswerKey, Command, Money, Order, RequestKey, Settings, Span, UserId};
use usher_engine::DeskLoop;
use usher_store_sqlite::{FILE, Options, SqliteDesk, open};

fn desk(dir: &Path, clock: &Arc<TestClock>) -> DeskLoop<SqliteDesk> {
    let opened = open(dir, Options { readers: 1, clock: Some(clock.clone()) }).unwrap();
    let fatal = Arc::new(|error: &_| panic!("the store must not be used any more: {error}"));
    DeskLoop::new(opened.desk, Box::new(opened.ids), Settings::default(), Vec::new(), fatal).unwrap()
}

fn charge(key: u128) -> Order {
    let user = UserId::parse("kim").unwrap();
    let key = Some(RequestKey { key: AnswerKey(key), request: 1 });
    Order { command: Command::Charge { user, amount: Money::from_minor_units(5) }, key }
}

/// Whether an order is only repeated.
fn is_replayed(desk: &mut DeskLoop<SqliteDesk>, order: &Order) -> bool {
    desk.serve_batch(&[order]).remove(0).unwrap().unwrap().replayed
}

/// Lets every commit fail that a table of answers has its turn with.
const FAIL: &str = "CREATE TABLE rights(id INTEGER PRIMARY KEY);
    CREATE TABLE wrongs(id INTEGER REFERENCES rights DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER fail AFTER UPDATE ON meta WHEN new.name = 'answers_turn' BEGIN INSERT INTO wrongs VALUES(1); END";

#[test]
fn a_key_is_remembered_for_a_day_although_the_tables_turn_did_not_commit() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock::default());
    let mut serving = desk(folder.path(), &clock);
    serving.tend_now().unwrap();
    let tamper = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    tamper.execute_batch(FAIL).unwrap();
    clock.pass(Span::from_secs(25 * 3600));
    assert!(serving.tend_now().is_err());
    assert!(!is_replayed(&mut serving, &charge(1)));
    // Long enough for its answer to be written behind; the turn may fail once more.
    std::thread::sleep(Duration::from_millis(1_100));
    let _ = serving.tend_now();
    drop(serving);

    tamper.execute_batch("DROP TRIGGER fail").unwrap();
    let mut serving = desk(folder.path(), &clock);
    for _ in 0..3 {
        serving.tend_now().unwrap();
    }
    assert!(is_replayed(&mut serving, &charge(1)), "the same key charges twice");
}
