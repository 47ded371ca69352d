//! A store behind the real desk loop, served batch by batch: the stage on which most cases play.

use std::sync::{Arc, Mutex};

use usher_core::{
    Command, Effect, Hold, IdKind, Ids, Money, Order, Outcome, Payment, PerformanceId, Refusal, Reply,
    Settings, Span, UserId,
};
use usher_engine::{Answer, Counters, Cursor, Desk, DeskLoop, Ended, Fatal, Reader, RowKind};

use crate::clock::TestClock;
use crate::fixture::{Fixture, Opened, Store};
use crate::orders;

/// The settings that every case plays under: the shipped ones.
pub(crate) const SETTINGS: Settings = Settings {
    hold_ttl: Span::from_secs(300),
    seats_per_user_max: 4,
    waiting_max: 5,
    live_passes_max: 3,
    admits_per_second: 2,
    pass_ttl: Span::from_secs(300),
};

/// What a house does when its store must not be used any more: in a case, it fails.
pub(crate) fn fatal() -> Fatal {
    Arc::new(|error| panic!("the store must not be used any more: {error}"))
}

/// Ids that two stores in lockstep draw alike, each from its own copy, also across a restart.
#[derive(Clone, Default)]
pub(crate) struct CopiedIds(Arc<Mutex<Counters>>);

impl CopiedIds {
    pub(crate) fn after(last: impl Fn(IdKind) -> u64) -> Self {
        Self(Arc::new(Mutex::new(Counters::after(last))))
    }
}

impl Ids for CopiedIds {
    fn next(&mut self, kind: IdKind) -> u64 {
        self.0.lock().expect("no holder of this lock panics").next(kind)
    }
}

/// A store that is open, with its clock.
pub(crate) struct Scene<S: Store> {
    open: Option<Open<S::Desk>>,
    ids: Option<CopiedIds>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) store: S,
}

struct Open<D: Desk> {
    desk: DeskLoop<D>,
    reader: Box<dyn Reader>,
}

impl<S: Store> Scene<S> {
    /// A fresh store with ids of its own.
    pub(crate) fn fresh<F: Fixture<Store = S>>(fixture: &F) -> Self {
        let store = fixture.create().expect("the fixture made a store a moment ago");
        Self::on(store, Arc::default(), None)
    }

    /// A store, fresh or not. With `ids`, it draws from these instead of its own.
    pub(crate) fn on(store: S, clock: Arc<TestClock>, ids: Option<CopiedIds>) -> Self {
        let mut scene = Self { open: None, ids, clock, store };
        scene.restart();
        scene
    }

    /// Ends everything that was open and opens the store again.
    pub(crate) fn restart(&mut self) {
        self.open = None;
        let Opened { mut desks, mut readers } =
            self.store.open(self.clock.clone(), 1).expect("the store opens again on its own data");
        let (desk, own_ids) = desks.pop().expect("one desk was asked for");
        let ids = self.ids.clone().map_or(own_ids, |ids| Box::new(ids) as Box<dyn Ids + Send>);
        let desk = DeskLoop::new(desk, ids, SETTINGS, Vec::new(), fatal()).expect("the desk reads its holds");
        self.open = Some(Open { desk, reader: readers.pop().expect("a store has readers") });
    }

    /// Closes the store and hands it on.
    pub(crate) fn end(self) -> (S, Arc<TestClock>) {
        drop(self.open);
        (self.store, self.clock)
    }

    fn open_mut(&mut self) -> &mut Open<S::Desk> {
        self.open.as_mut().expect("a scene is open between its calls")
    }

    pub(crate) fn reader(&mut self) -> &mut dyn Reader {
        &mut *self.open_mut().reader
    }

    pub(crate) fn desk(&mut self) -> &mut DeskLoop<S::Desk> {
        &mut self.open_mut().desk
    }

    /// Works at the desk itself, without its loop and its rules.
    pub(crate) fn at_the_desk<T>(&mut self, work: impl FnOnce(&mut S::Desk) -> T) -> T {
        self.open = None;
        let opened = self.store.open(self.clock.clone(), 1);
        let Opened { mut desks, readers } = opened.expect("the store opens again on its own data");
        let (mut desk, _) = desks.pop().expect("one desk was asked for");
        let done = work(&mut desk);
        drop((desk, readers));
        self.restart();
        done
    }

    /// Has a batch decided.
    pub(crate) fn serve(&mut self, orders: &[Order]) -> Vec<Answer> {
        let orders: Vec<&Order> = orders.iter().collect();
        self.open_mut().desk.serve_batch(&orders)
    }

    /// Has one order decided.
    pub(crate) fn answer(&mut self, order: Order) -> Result<Outcome, Refusal> {
        let answer = self.serve(&[order]).pop().expect("one order has one answer");
        answer.expect("the store takes what the rules allow")
    }

    /// Has a command done that nothing speaks against.
    pub(crate) fn done(&mut self, command: Command) -> Reply {
        let outcome = self.answer(Order::unkeyed(command));
        outcome.expect("nothing speaks against it").reply
    }

    /// Has a command refused.
    pub(crate) fn refused(&mut self, command: Command) -> Refusal {
        self.answer(Order::unkeyed(command)).expect_err("it must be refused")
    }

    /// Expires what is due, as the house does by itself.
    pub(crate) fn sweep(&mut self) {
        if <S::Desk as Desk>::ALONE {
            self.serve(&[]);
            return;
        }
        let due = self.reader().due(1_000).expect("due holds can be read");
        due.into_iter().for_each(|hold| drop(self.serve(&[Order::unkeyed(Command::ExpireHold { hold })])));
    }

    /// Ends what a cancelled performance has left, as the house does by itself, in an order that is always the same.
    pub(crate) fn finish(&mut self, performance: PerformanceId) {
        let mut left = self.reader().unfinished(performance, 1_000).expect("what is left can be read");
        left.sort_by_key(|ended| match ended {
            Ended::Hold(hold) => (0, hold.get()),
            Ended::Payment(payment) => (1, payment.get()),
        });
        for ended in left {
            let command = match ended {
                Ended::Hold(hold) => Command::GiveBack { user: None, hold },
                Ended::Payment(payment) => Command::CancelPayment { user: None, payment },
            };
            self.serve(&[Order::unkeyed(command)]);
        }
    }

    /// A performance of `seats_max` seats at `price`, on sale now, that begins in ten days.
    pub(crate) fn sale(&mut self, price: u64, seats_max: u32) -> PerformanceId {
        let new = orders::new_performance(self.concert(), self.clock.as_ref(), price, seats_max);
        self.performance(new)
    }

    pub(crate) fn concert(&mut self) -> usher_core::ConcertId {
        match self.done(Command::MakeConcert { title: "밤의 노래".into() }) {
            Reply::Concert(concert) => concert.id,
            other => panic!("a concert was asked for: {other:?}"),
        }
    }

    pub(crate) fn performance(&mut self, new: usher_core::NewPerformance) -> PerformanceId {
        match self.done(Command::MakePerformance(new)) {
            Reply::Performance(programme) => programme.performance.id,
            other => panic!("a performance was asked for: {other:?}"),
        }
    }

    pub(crate) fn charge(&mut self, user: &str, amount: u64) {
        self.done(orders::charge(user, amount));
    }

    pub(crate) fn hold(&mut self, user: &str, performance: PerformanceId, seats: &[u32]) -> Hold {
        match self.done(orders::place(user, performance, seats)) {
            Reply::Held { hold, .. } => hold,
            other => panic!("a hold was asked for: {other:?}"),
        }
    }

    pub(crate) fn pay(&mut self, hold: &Hold) -> Payment {
        match self.done(orders::pay(hold)) {
            Reply::Paid(payment) => payment,
            other => panic!("a payment was asked for: {other:?}"),
        }
    }

    /// A hold, with the money for it, paid.
    pub(crate) fn sold(&mut self, user: &str, performance: PerformanceId, seats: &[u32]) -> Payment {
        let hold = self.hold(user, performance, seats);
        if !hold.amount.is_zero() {
            self.charge(user, hold.amount.minor_units());
        }
        self.pay(&hold)
    }

    /// What is in a user's account.
    pub(crate) fn balance(&mut self, user: &str) -> Money {
        let user = UserId::stored(user);
        self.reader()
            .account(&user)
            .expect("accounts can be read")
            .map_or(Money::ZERO, |account| account.balance)
    }

    /// The seats of a performance that somebody has, or that are blocked.
    pub(crate) fn taken(&mut self, performance: PerformanceId) -> Vec<u32> {
        let seats = self.reader().seats(performance).expect("seats can be read").expect("it is there");
        seats.claims.iter().map(|claim| claim.seat.get()).collect()
    }

    /// Every row of a kind.
    pub(crate) fn all(&mut self, kind: RowKind) -> Vec<Effect> {
        scan(self.reader(), kind, 1_000)
    }
}

/// Every row of a kind, read in slices.
pub(crate) fn scan(reader: &mut dyn Reader, kind: RowKind, limit: usize) -> Vec<Effect> {
    let mut all = Vec::new();
    let mut from: Option<Cursor> = None;
    loop {
        let (mut rows, next) = reader.scan(kind, from.as_ref(), limit).expect("rows can be scanned");
        assert!(!rows.is_empty() || next.is_none(), "a scan of {kind:?} that finds nothing must end");
        all.append(&mut rows);
        from = next;
        if from.is_none() {
            return all;
        }
    }
}
