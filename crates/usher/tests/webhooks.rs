//! The real binary and a receiver of its events that is down, then fails, then is slow.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]

mod process;
#[path = "../../events/tests/receiver/mod.rs"]
mod receiver;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::{Value, json};
use usher_lab::client::Client;
use usher_lab::draft::Draft;
use usher_lab::target::Target;

use process::Serving;
use receiver::{Got, Receiver, every_event_in_order, nowhere};

/// As api.md says: back-off never lasts longer. A busy machine may add something to it.
const BACK_OFF_MAX: Duration = Duration::from_secs(10);
const LATE_MAX: Duration = Duration::from_millis(1500);
/// The receiver refuses this user's second event for good.
const REFUSED_USER: &str = "refused";

/// Asks over HTTP and takes only success for an answer.
struct Asker {
    runtime: tokio::runtime::Runtime,
    target: Target,
    draft: Draft,
}

impl Asker {
    fn of(url: &str) -> Asker {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Asker { runtime, target: url.parse().unwrap(), draft: Draft::default() }
    }

    fn ask(&mut self, method: Method, path: &str, body: &Value) -> Value {
        self.draft.start("", method, format_args!("{path}")).json(format_args!("{body}"));
        // On a connection of its own: a server closes those that are idle for long.
        let mut client = Client::new(self.target.clone(), Duration::from_secs(10));
        let answer = self.runtime.block_on(client.send(&mut self.draft)).unwrap();
        assert!(answer.is_ok(), "{path}: {} {:?}", answer.status, answer.body);
        serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
    }

    fn charge(&mut self, user: &str) {
        self.ask(Method::PUT, &format!("/api/user-balance/charge/{user}"), &json!({"amount": 100}));
    }

    fn performances(&mut self, number: usize) -> Vec<u64> {
        let concert = self.ask(Method::POST, "/api/concerts", &json!({"title": "밤의 노래"}));
        let path = format!("/api/concerts/{}/options", concert["concertId"]);
        let performance = json!({
            "concertDate": "2126-07-10T20:00:00Z", "concertDuration": "PT2H", "title": "첫날", "price": 1000, "maxSeats": 50,
        });
        (0..number)
            .map(|_| self.ask(Method::POST, &path, &performance)["concertOptionId"].as_u64().unwrap())
            .collect()
    }

    fn hold_and_give_back(&mut self, user: &str, performance: u64) {
        let body = json!({"userId": user, "concertOptionId": performance, "seatNumber": 1});
        let hold = self.ask(Method::POST, "/api/reservations", &body)["temporalReservationId"].clone();
        self.ask(Method::DELETE, &format!("/api/reservations/{hold}"), &Value::Null);
    }

    fn add_webhook(&mut self, url: &str) {
        self.ask(Method::POST, "/admin/webhooks", &json!({"url": url}));
    }

    fn webhook(&mut self) -> Value {
        self.ask(Method::GET, "/admin/webhooks", &Value::Null)["webhooks"][0].clone()
    }

    /// The ids of every event there is.
    fn events(&mut self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut path = String::from("/admin/events");
        loop {
            let page = self.ask(Method::GET, &path, &Value::Null);
            let events = page["events"].as_array().unwrap();
            if events.is_empty() {
                return all;
            }
            all.extend(events.iter().map(|event| event["id"].to_string()));
            path = format!("/admin/events?after={}", page["nextAfter"]);
        }
    }
}

fn serving(folder: &tempfile::TempDir) -> Serving {
    Serving::of(folder.path(), &["--set", "room.gate=off"])
}

fn wait_until(what: &str, patience: Duration, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < patience, "waited {patience:?} until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Fans who charge, hold and give back, until told to stop.
fn trade(url: &str, ends: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let mut asker = Asker::of(url);
    let performances = asker.performances(20);
    std::thread::spawn(move || {
        for turn in 0.. {
            if ends.load(Ordering::Relaxed) {
                return;
            }
            let user = format!("user{}", turn % 50);
            asker.charge(&user);
            asker.hold_and_give_back(&user, performances[turn % performances.len()]);
            std::thread::sleep(Duration::from_millis(45));
        }
    })
}

/// How a receiver behaves, changed from outside.
const FAILS: u64 = 0;
const SLOW: u64 = 1;

fn listen(address: std::net::SocketAddr, mood: Arc<AtomicU64>) -> Receiver {
    let taken = AtomicU64::new(0);
    Receiver::listen(address, move |got: &Got| {
        if mood.load(Ordering::Relaxed) == FAILS {
            return (500, Duration::ZERO);
        }
        let json = got.json();
        if json["aggregate"] == format!("user:{REFUSED_USER}") && json["sequence"] == 2 {
            return (400, Duration::ZERO);
        }
        let is_very_slow = taken.fetch_add(1, Ordering::Relaxed) % 100 == 99;
        (200, Duration::from_millis(if is_very_slow { 2000 } else { 100 }))
    })
}

/// The receiver is down for `outage`, answers 500 to all for as long, then is slow, while fans go on.
fn drill(outage: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let server = serving(&folder);
    let mut operator = Asker::of(&server.admin);
    let address = nowhere();
    operator.add_webhook(&format!("http://{address}/hook?from=usher"));
    let ends = Arc::new(AtomicBool::new(false));
    let trading = trade(&server.url, ends.clone());
    let mut fan = Asker::of(&server.url);
    (0..4).for_each(|_| fan.charge(REFUSED_USER));

    std::thread::sleep(outage);
    let mood = Arc::new(AtomicU64::new(FAILS));
    let listens_at = Instant::now();
    let receiver = listen(address, mood.clone());
    std::thread::sleep(outage);
    let failed = receiver.got();
    let line = operator.webhook();
    assert_eq!((&line["delivered"], &line["parked"]), (&json!(0), &json!(0)), "nothing is parked: {line}");
    assert!(line["pending"].as_u64().unwrap() > 0, "{line}");
    mood.store(SLOW, Ordering::Relaxed);
    let well_at = Instant::now();
    std::thread::sleep(Duration::from_secs(5).min(outage));
    ends.store(true, Ordering::Relaxed);
    trading.join().unwrap();
    wait_until("everything is delivered", Duration::from_secs(300), || operator.webhook()["pending"] == 0);
    let drained_secs = well_at.elapsed().as_secs_f64();

    let mut all = operator.events();
    let line = operator.webhook();
    let taken = receiver.taken();
    let refused: Vec<Got> = receiver.got().into_iter().filter(|got| got.status == 400).collect();
    assert_eq!(refused.len(), 5, "what is refused is sent five times");
    assert_eq!(line["parked"], 1, "{line}");
    assert_eq!(line["parkedEvents"][0]["id"].to_string(), refused[0].id);
    assert_eq!(line["parkedEvents"][0]["status"], 400);
    assert_eq!(line["delivered"], all.len() - 1, "{line}");
    let later = taken.iter().filter(|got| got.json()["aggregate"] == format!("user:{REFUSED_USER}")).count();
    assert_eq!(later, 3, "the same user's later events go on");
    let others: Vec<Got> = taken
        .iter()
        .filter(|got| got.json()["aggregate"] != format!("user:{REFUSED_USER}"))
        .cloned()
        .collect();
    every_event_in_order(&others);
    assert!(all.remove(&refused[0].id));
    let ids: BTreeSet<String> = taken.iter().map(|got| got.id.clone()).collect();
    assert_eq!(ids, all, "every event arrives");
    let tries: Vec<Instant> = std::iter::once(listens_at)
        .chain(failed.iter().map(|got| got.at))
        .chain(receiver.got().get(failed.len()).map(|got| got.at))
        .collect();
    let gap_max = tries.windows(2).map(|two| two[1] - two[0]).max().unwrap();
    assert!(gap_max <= BACK_OFF_MAX + LATE_MAX, "{gap_max:?} between two tries");
    println!(
        "events {} · down {outage:?}, failing {outage:?} · tries while failing {} · longest time between tries {gap_max:.1?} \
         · requests {} · came twice {} · all delivered {drained_secs:.1} s after it was well · parked {}",
        all.len() + 1,
        failed.len(),
        receiver.got().len(),
        taken.len() - ids.len(),
        line["parked"],
    );
}

#[test]
fn a_receiver_that_is_down_then_fails_then_is_slow_gets_every_event() {
    drill(Duration::from_secs(2));
}

#[test]
#[ignore = "takes two minutes; scripts/drills/webhooks runs it"]
fn a_receiver_that_is_down_for_30_s_then_fails_for_30_s_then_is_slow_gets_every_event() {
    drill(Duration::from_secs(30));
}

#[test]
fn a_kill_in_the_middle_loses_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let server = serving(&folder);
    let receiver = Receiver::start(|_| (200, Duration::from_millis(20)));
    Asker::of(&server.admin).add_webhook(&receiver.url());
    let mut fan = Asker::of(&server.url);
    (0..300).for_each(|turn| fan.charge(&format!("user{}", turn % 10)));
    wait_until("some events arrive", Duration::from_secs(30), || receiver.taken().len() >= 50);
    drop(server);
    assert!(receiver.taken().len() < 300, "the kill comes in the middle");
    let served_again = serving(&folder);
    let mut operator = Asker::of(&served_again.admin);
    wait_until("everything is delivered", Duration::from_secs(60), || operator.webhook()["pending"] == 0);
    assert_eq!(every_event_in_order(&receiver.taken()), 300);
    assert_eq!(operator.webhook()["delivered"], 300, "an event that came again counts once");
}
