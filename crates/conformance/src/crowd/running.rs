//! A house that is open, with its threads, as a server has it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use usher_core::{Command, Hold, Money, Order, Outcome, Payment, PerformanceId, Refusal, Reply, UserId};
use usher_engine::{Desk, House, HouseConfig, Reader, StoreError};

use crate::clock::TestClock;
use crate::fixture::{Fixture, Opened, Store};
use crate::orders;
use crate::scene::{SETTINGS, Scene, fatal};

/// Desks of a store that may have several.
const DESKS: usize = 4;
/// After so long a house that should have done something by itself has not done it.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Running<S: Store> {
    house: Option<House>,
    pub(super) clock: Arc<TestClock>,
    store: S,
}

impl<S: Store> Running<S> {
    /// A fresh store, prepared in a scene, then opened as a house.
    pub(super) fn after<F, T>(fixture: &F, prepare: impl FnOnce(&mut Scene<S>) -> T) -> (Self, T)
    where
        F: Fixture<Store = S>,
    {
        let mut scene = Scene::fresh(fixture);
        let prepared = prepare(&mut scene);
        let (store, clock) = scene.end();
        let mut running = Self { house: None, clock, store };
        running.restart();
        (running, prepared)
    }

    pub(super) fn restart(&mut self) {
        self.close();
        let desks = if <S::Desk as Desk>::ALONE { 1 } else { DESKS };
        let Opened { desks, readers } = self.reopened(desks);
        let config = HouseConfig { settings: SETTINGS, followers: Vec::new(), fatal: fatal(), waiting: None };
        self.house = Some(House::open(desks, readers, config).expect("a house opens on an open store"));
    }

    /// Threads of an earlier opening may need a moment to let go.
    fn reopened(&self, desks: usize) -> Opened<S::Desk> {
        let asked = Instant::now();
        loop {
            match self.store.open(self.clock.clone(), desks) {
                Ok(opened) => return opened,
                Err(error) if asked.elapsed() > PATIENCE => panic!("the store does not open again: {error}"),
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    fn close(&mut self) {
        if let Some(house) = self.house.take() {
            house.close();
        }
    }

    pub(super) fn house(&self) -> Front {
        Front(self.house.clone().expect("a house is open between restarts"))
    }

    /// Waits until the house has done by itself what it must.
    pub(super) fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Front) -> bool) {
        let (house, asked) = (self.house(), Instant::now());
        while !is_so(&house) {
            assert!(asked.elapsed() < PATIENCE, "the house did not do by itself: {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl<S: Store> Drop for Running<S> {
    fn drop(&mut self) {
        self.close();
    }
}

/// The house's front, for one client.
#[derive(Clone)]
pub(super) struct Front(House);

impl Front {
    pub(super) fn answer(&self, order: Order) -> Result<Outcome, Refusal> {
        self.0.submit_blocking(order).expect("the house answers what the rules allow")
    }

    pub(super) fn ask(&self, command: Command) -> Result<Reply, Refusal> {
        self.answer(Order::unkeyed(command)).map(|outcome| outcome.reply)
    }

    pub(super) fn done(&self, command: Command) -> Reply {
        self.ask(command).expect("nothing speaks against it")
    }

    pub(super) fn hold(&self, user: &str, performance: PerformanceId, seats: &[u32]) -> Option<Hold> {
        match self.ask(orders::place(user, performance, seats)) {
            Ok(Reply::Held { hold, .. }) => Some(hold),
            _ => None,
        }
    }

    pub(super) fn pay(&self, hold: &Hold) -> Option<Payment> {
        match self.ask(orders::pay(hold)) {
            Ok(Reply::Paid(payment)) => Some(payment),
            _ => None,
        }
    }

    pub(super) fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.0.reads().run_blocking(read).expect("committed rows can be read")
    }

    pub(super) fn balance(&self, user: &str) -> Option<Money> {
        let user = UserId::stored(user);
        self.read(move |reader| reader.account(&user)).map(|account| account.balance)
    }

    pub(super) fn taken(&self, performance: PerformanceId) -> Vec<u32> {
        let seats = self.read(move |reader| reader.seats(performance)).expect("the performance is there");
        seats.claims.iter().map(|claim| claim.seat.get()).collect()
    }
}

/// Has clients act at once, and returns what each found. Fails if they are not done in time: then they wait for
/// each other.
pub(super) fn at_once<T: Send + 'static>(
    clients: usize,
    front: &Front,
    act: impl Fn(usize, &Front) -> T + Send + Sync + 'static,
) -> Vec<T> {
    let act = Arc::new(act);
    let start = Arc::new(std::sync::Barrier::new(clients));
    let (done, finished) = std::sync::mpsc::channel();
    for client in 0..clients {
        let (act, start, front, done) = (act.clone(), start.clone(), front.clone(), done.clone());
        std::thread::spawn(move || {
            start.wait();
            // A receiver that has given up has failed the case already.
            let _ = done.send((client, act(client, &front)));
        });
    }
    drop(done);
    let mut found: Vec<(usize, T)> = Vec::new();
    while found.len() < clients {
        let next = finished.recv_timeout(3 * PATIENCE);
        found.push(next.expect("every client must come to an end: none fails, and none waits for another"));
    }
    found.sort_by_key(|(client, _)| *client);
    found.into_iter().map(|(_, found)| found).collect()
}
