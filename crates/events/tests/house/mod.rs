//! A house on the model store, with a relay beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use usher_conformance::{Fixture, ModelStore, Models, Opened, Store};
use usher_core::{
    Command, Delivery, Money, Order, Reply, Settings, Span, Timestamp, UserId, Webhook, WebhookId,
};
use usher_engine::{Clock, House, HouseConfig, SystemClock};
use usher_events::{Bell, Note, Patience, Reach, Relay, RelayConfig};

const SETTINGS: Settings = Settings {
    hold_ttl: Span::from_secs(300),
    seats_per_user_max: 4,
    waiting_max: 1000,
    live_passes_max: 1000,
    admits_per_second: 100,
    pass_ttl: Span::from_secs(300),
};

/// A fiftieth of the real patience.
pub const QUICK: Patience = Patience {
    answer: Duration::from_millis(500),
    first: Duration::from_millis(20),
    longest: Duration::from_millis(200),
};

/// Nothing that a test waits for takes longer.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// A house that can be closed and opened again.
pub struct Stage {
    store: ModelStore<true>,
    clock: Arc<dyn Clock>,
    pub house: House,
    relay: Option<Relay>,
    notes: Arc<[AtomicU64; 3]>,
}

impl Stage {
    pub fn open() -> Stage {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::starting_after(Timestamp::from_unix_ms(0)));
        let store = Models::<true>.create().unwrap();
        let notes = Arc::default();
        let (house, relay) = open(&store, &clock, &notes);
        Stage { store, clock, house, relay: Some(relay), notes }
    }

    /// Ends as a server does that is told to, and starts again on what was stored.
    pub fn restart(&mut self) {
        self.relay.take().unwrap().stop();
        self.house.close();
        let (house, relay) = open(&self.store, &self.clock, &self.notes);
        (self.house, self.relay) = (house, Some(relay));
    }

    /// Ends as a server does whose last words were not stored, and starts again.
    pub fn crash(&mut self) {
        self.house.close();
        self.relay.take().unwrap().stop();
        let (house, relay) = open(&self.store, &self.clock, &self.notes);
        (self.house, self.relay) = (house, Some(relay));
    }

    pub fn done(&self, command: Command) -> Reply {
        let answer = self.house.submit_blocking(Order::unkeyed(command));
        answer.expect("the house answers").expect("nothing speaks against it").reply
    }

    pub fn add_webhook(&self, url: &str, types: &[&str]) -> Webhook {
        let types = types.iter().map(|name| Arc::from(*name)).collect();
        let secret = Arc::from(*b"a secret of 24 bytes, so");
        match self.done(Command::AddWebhook { url: url.into(), types, secret, since: 0 }) {
            Reply::Webhook(webhook) => webhook,
            other => panic!("a webhook was asked for: {other:?}"),
        }
    }

    /// Each of `users` users gets `times` charges, by turns: so many events.
    pub fn charge(&self, users: usize, times: usize) -> usize {
        for _ in 0..times {
            for user in 0..users {
                let user = UserId::stored(&format!("user{user}"));
                self.done(Command::Charge { user, amount: Money::from_minor_units(100) });
            }
        }
        users * times
    }

    pub fn delivery(&self, id: WebhookId) -> Option<Delivery> {
        let all = self.house.reads().run_blocking(|reader| reader.webhooks()).unwrap();
        all.into_iter().find(|(webhook, _)| webhook.id == id).map(|(_, delivery)| delivery)
    }

    pub fn newest(&self) -> u64 {
        self.house.reads().run_blocking(|reader| reader.event_position(None)).unwrap().unwrap()
    }

    /// Waits until everything up to now is delivered or parked, and this is recorded.
    pub fn wait_for_all(&self, id: WebhookId) -> Delivery {
        let newest = self.newest();
        wait_until("everything is delivered and recorded", || {
            self.delivery(id).is_some_and(|delivery| delivery.position == newest)
        });
        self.delivery(id).unwrap()
    }

    pub fn noted(&self, note: Note) -> u64 {
        self.notes[note as usize].load(Ordering::Relaxed)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(relay) = self.relay.take() {
            relay.stop();
        }
        self.house.close();
    }
}

fn open(store: &ModelStore<true>, clock: &Arc<dyn Clock>, notes: &Arc<[AtomicU64; 3]>) -> (House, Relay) {
    let Opened { desks, readers } = store.open(clock.clone(), 1).unwrap();
    let bell = Bell::new();
    let fatal = Arc::new(|error: &_| panic!("the store must not be used any more: {error}"));
    let config = HouseConfig { settings: SETTINGS, followers: vec![bell.clone()], fatal, waiting: None };
    let house = House::open(desks, readers, config).unwrap();
    let notes = notes.clone();
    let note = Arc::new(move |note: Note| {
        notes[note as usize].fetch_add(1, Ordering::Relaxed);
    });
    let config = RelayConfig { reach: Reach::Anywhere, patience: QUICK, clock: clock.clone(), note };
    let relay = usher_events::start(house.clone(), bell, config).unwrap();
    (house, relay)
}

pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < WAIT_MAX, "waited {WAIT_MAX:?} until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
