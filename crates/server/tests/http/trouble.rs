//! A store in trouble: slow, full, unsure, or refusing what the rules allow. The client is told what to do.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use serde_json::json;
use usher_conformance::{Fixture, ModelDesk, ModelTx, Models, Store, TestClock};
use usher_core::{Changes, FactId, Facts, HoldId, Ids, Keys, Reads, Rows, Timestamp};
use usher_engine::{CommitError, Desk, StoreError, Tx};
use usher_server::Timeouts;

use crate::house::{Ask, Opened, Reply, TestHouse};

/// What is wrong with the store at the moment.
#[derive(Clone, Default)]
struct Trouble(Arc<AtomicU8>);

const NONE: u8 = 0;
const SLOW: u8 = 1;
const FULL: u8 = 2;
const UNSURE: u8 = 3;
const REFUSING: u8 = 4;

impl Trouble {
    fn is(&self, trouble: u8) -> bool {
        self.0.load(Ordering::SeqCst) == trouble
    }

    fn set(&self, trouble: u8) {
        self.0.store(trouble, Ordering::SeqCst);
    }
}

struct TroubledDesk(ModelDesk<true>, Trouble);
struct TroubledTx<'a>(ModelTx<'a>, Trouble);

fn unavailable() -> StoreError {
    StoreError::Unavailable {
        store: "model",
        what: "write",
        advice: "free some space",
        source: "full".into(),
    }
}

impl Desk for TroubledDesk {
    type Tx<'a> = TroubledTx<'a>;
    const ALONE: bool = true;

    fn begin(&mut self) -> Result<TroubledTx<'_>, StoreError> {
        while self.1.is(SLOW) {
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(TroubledTx(self.0.begin()?, self.1.clone()))
    }

    fn tend(&mut self) -> Result<(), StoreError> {
        self.0.tend()
    }

    fn live_holds(&mut self) -> Result<Vec<(Timestamp, HoldId)>, StoreError> {
        self.0.live_holds()
    }
}

impl Tx for TroubledTx<'_> {
    fn facts(&mut self, ids: &BTreeSet<FactId>) -> Result<Facts, StoreError> {
        self.0.facts(ids)
    }

    fn lock(&mut self, keys: &Keys, rows: &mut Rows) -> Result<Timestamp, StoreError> {
        self.0.lock(keys, rows)
    }

    fn load(&mut self, reads: &Reads, rows: &mut Rows) -> Result<(), StoreError> {
        self.0.load(reads, rows)
    }

    fn write(&mut self, changes: &Changes) -> Result<(), StoreError> {
        if self.1.is(FULL) {
            return Err(unavailable());
        }
        if self.1.is(REFUSING) {
            return Err(StoreError::Constraint { store: "model", what: "a claim".into() });
        }
        self.0.write(changes)
    }

    fn commit(self) -> Result<(), CommitError> {
        if self.1.is(UNSURE) {
            return Err(CommitError::Unknown(unavailable()));
        }
        self.0.commit()
    }
}

fn house() -> (Arc<TestHouse>, Trouble) {
    let timeouts = Timeouts {
        in_flight: Duration::from_millis(200),
        order: Duration::from_millis(600),
        body: Duration::from_millis(200),
        head: Duration::from_millis(300),
        ..Timeouts::default()
    };
    let (house, trouble) = house_patient_for(timeouts);
    (Arc::new(house), trouble)
}

fn house_patient_for(timeouts: Timeouts) -> (TestHouse, Trouble) {
    let clock = Arc::new(TestClock::default());
    let opened = Models::<true>.create().unwrap().open(clock.clone(), 1).unwrap();
    let trouble = Trouble::default();
    let desks = opened.desks.into_iter();
    let desks = desks.map(|(desk, ids)| (TroubledDesk(desk, trouble.clone()), ids as Box<dyn Ids + Send>));
    let opened = Opened { desks: desks.collect(), readers: opened.readers, secret: [7; 16] };
    (TestHouse::patient_for(timeouts, opened, clock), trouble)
}

async fn charge(house: &TestHouse, key: &str) -> Reply {
    let body = json!({"amount": 5}).to_string();
    Ask::new("PUT", "/api/user-balance/charge/kim", body).key(key).of(house.address).await
}

#[tokio::test]
async fn who_meets_the_first_still_running_waits_and_is_then_told() {
    let (house, trouble) = house();
    trouble.set(SLOW);
    let first = tokio::spawn({
        let house = house.clone();
        async move { charge(&house, "k").await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let second = charge(&house, "k").await;
    assert_eq!(second.refused(409, "request-in-flight")["retryAfterMs"], 1000);
    assert_eq!(second.header("retry-after"), "1");
    trouble.set(NONE);
    first.await.unwrap().expect(200);
    assert_eq!(charge(&house, "k").await.header("idempotent-replayed"), "true");
    assert_eq!(house.balance("kim").await, 5);
}

#[tokio::test]
async fn who_meets_the_first_just_ending_gets_its_answer() {
    let (house, trouble) = house();
    trouble.set(SLOW);
    let ask = || {
        let house = house.clone();
        tokio::spawn(async move { charge(&house, "k").await })
    };
    let (first, second) = (ask(), ask());
    tokio::time::sleep(Duration::from_millis(100)).await;
    trouble.set(NONE);
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.body, second.body);
}

#[tokio::test]
async fn an_order_without_an_answer_may_or_may_not_have_happened() {
    let (house, trouble) = house();
    trouble.set(SLOW);
    let reply = charge(&house, "k").await;
    reply.refused(503, "outcome-unknown");
    assert_eq!(reply.header("retry-after"), "1");
    house.get("/api/user-balance/kim").await.refused(404, "balance-not-found");
    trouble.set(NONE);
    charge(&house, "k").await.expect(200);
    assert_eq!(house.balance("kim").await, 5, "the same key has one effect");
}

#[tokio::test]
async fn a_full_disk_an_unknown_commit_and_a_constraint_each_say_what_to_do() {
    let (house, trouble) = house();
    for (wrong, status, code, retry) in [
        (FULL, 503, "try-again", "1"),
        (UNSURE, 503, "outcome-unknown", "1"),
        (REFUSING, 500, "internal", ""),
    ] {
        trouble.set(wrong);
        let reply = charge(&house, "k").await;
        reply.refused(status, code);
        assert_eq!(reply.header("retry-after"), retry);
    }
    trouble.set(NONE);
    charge(&house, "k").await.expect(200);
    assert_eq!(house.balance("kim").await, 5);
}

#[tokio::test]
async fn a_client_that_sends_too_slowly_is_let_go() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (house, _) = house();
    for begun in ["POST /api/conc", "POST /api/concerts HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{"] {
        let mut stream = tokio::net::TcpStream::connect(house.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(2), stream.read_to_end(&mut answer)).await;
        ended.unwrap_or_else(|_| panic!("{begun:?} keeps its connection for ever")).unwrap();
    }
}

async fn send(stream: &mut tokio::net::TcpStream) {
    use tokio::io::AsyncWriteExt;
    stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
}

/// Reads until an answer is whole or the connection ends.
async fn receive(stream: &mut tokio::net::TcpStream) -> String {
    use tokio::io::AsyncReadExt;
    let mut answer = String::new();
    let mut piece = [0; 4096];
    while !answer.ends_with('}') {
        match stream.read(&mut piece).await.expect("a connection is not reset") {
            0 => break,
            read => answer.push_str(std::str::from_utf8(&piece[..read]).unwrap()),
        }
    }
    answer
}

#[tokio::test]
async fn what_is_sent_while_the_server_is_told_to_end_is_answered_and_not_cut_off() {
    let timeouts = Timeouts { linger: Duration::from_secs(2), ..Timeouts::default() };
    let mut house = house_patient_for(timeouts).0;
    let connect = || tokio::net::TcpStream::connect(house.address);
    let (mut fresh, mut kept) = (connect().await.unwrap(), connect().await.unwrap());
    send(&mut kept).await;
    assert!(receive(&mut kept).await.starts_with("HTTP/1.1 200 OK"));

    let address = house.address;
    let stopping = tokio::task::spawn_blocking(move || house.stop());
    // An answer that ends its connection shows that the server was told.
    for _ in 0..10_000 {
        let mut asking = tokio::net::TcpStream::connect(address).await.unwrap();
        send(&mut asking).await;
        if receive(&mut asking).await.contains("connection: close") {
            break;
        }
    }
    for (connection, name) in [(&mut fresh, "fresh"), (&mut kept, "kept alive")] {
        send(connection).await;
        let answer = receive(connection).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "a {name} connection: {answer:?}");
        assert!(answer.contains("connection: close"), "a {name} connection: {answer:?}");
    }
    stopping.await.unwrap();
}
