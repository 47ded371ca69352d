//! Lockstep: one seeded history played to the model and to a store, every answer and every readable thing equal.

mod author;
mod coverage;
mod known;

use std::sync::Arc;

use usher_core::{Effect, IdKind, Order, PerformanceId, Timestamp};
use usher_engine::Desk;

use crate::clock::TestClock;
use crate::fixture::{Fixture, Store};
use crate::model::ModelStore;
use crate::picture;
use crate::scene::{CopiedIds, Scene};
use crate::suite::Case;
use author::Author;
use coverage::Coverage;

/// The cases of this kind.
pub(crate) fn cases<F: Fixture>() -> Vec<Case<F>> {
    vec![
        ("histories::with_a_waiting_room_the_store_does_what_the_model_does", |f| play(f, Pace::ROOM, 201)),
        ("histories::order_by_order_the_store_does_what_the_model_does", |f| play(f, Pace::SINGLE, 1)),
        ("histories::in_batches_the_store_does_what_the_model_does_one_by_one", |f| {
            play(f, Pace::BATCH, 101)
        }),
    ]
}

/// What happens next in a history.
#[derive(Debug)]
pub(crate) enum Step {
    /// These orders arrive together.
    Orders(Vec<Order>),
    /// Time passes until this moment.
    MoveTo(Timestamp),
    /// The house looks for holds that are due.
    Sweep,
    /// The house ends what this cancelled performance has left.
    Finish(PerformanceId),
    /// The house is closed and opened again.
    Restart,
}

/// What a history is like.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// How many orders arrive at once, at most.
    orders_max: usize,
    /// Whether a waiting room stands before the box office.
    waiting_room: bool,
}

impl Pace {
    pub(crate) const SINGLE: Pace = Pace { orders_max: 1, waiting_room: false };
    pub(crate) const BATCH: Pace = Pace { orders_max: 12, waiting_room: false };
    pub(crate) const ROOM: Pace = Pace { orders_max: 6, waiting_room: true };
}

const STEPS: usize = 600;
const COMPARE_EVERY: usize = 40;
/// Histories of a case; `CONFORMANCE_HISTORIES` asks for more.
const HISTORIES: u64 = 4;

/// Rows that were there before a history begins, with their mark.
#[derive(Default)]
pub(crate) struct Dataset {
    pub(crate) effects: Vec<Effect>,
    pub(crate) mark: Vec<(IdKind, u64)>,
}

/// Plays histories to a fresh store each.
pub(crate) fn play<F: Fixture>(fixture: &F, pace: Pace, first_seed: u64) {
    let more = std::env::var("CONFORMANCE_HISTORIES").ok().and_then(|text| text.parse().ok());
    let mut coverage = Coverage::default();
    for seed in first_seed..first_seed + more.unwrap_or(HISTORIES) {
        coverage.add(play_one(fixture, pace, seed, None));
    }
    coverage.assert_complete(pace.waiting_room);
}

/// Plays one history to a fresh store, which may begin with a dataset.
pub(crate) fn play_one<F: Fixture>(
    fixture: &F,
    pace: Pace,
    seed: u64,
    dataset: Option<&Dataset>,
) -> Coverage {
    let store = fixture.create().expect("the fixture made a store a moment ago");
    if <<F::Store as Store>::Desk as Desk>::ALONE {
        Play::new(ModelStore::<true>::default(), store, seed, dataset).run(pace)
    } else {
        Play::new(ModelStore::<false>::default(), store, seed, dataset).run(pace)
    }
}

struct Play<M: Store, S: Store> {
    model: Scene<M>,
    store: Scene<S>,
    seed: u64,
    step: usize,
    coverage: Coverage,
}

impl<M: Store, S: Store> Play<M, S> {
    fn new(model: M, store: S, seed: u64, dataset: Option<&Dataset>) -> Self {
        let clock = Arc::<TestClock>::default();
        Self {
            model: opened(model, &clock, dataset),
            store: opened(store, &clock, dataset),
            seed,
            step: 0,
            coverage: Coverage::default(),
        }
    }

    fn run(mut self, pace: Pace) -> Coverage {
        let mut author = Author::new(self.seed, pace);
        for _ in 0..STEPS {
            self.step += 1;
            let step = author.next(self.model.reader(), &self.store.clock);
            self.take(&step);
            if self.step.is_multiple_of(COMPARE_EVERY) {
                self.compare();
            }
        }
        self.store.restart();
        self.compare();
        self.coverage
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Orders(orders) => self.order(orders),
            Step::MoveTo(at) => self.store.clock.move_to(*at),
            Step::Sweep => {
                self.model.sweep();
                self.store.sweep();
            }
            Step::Finish(performance) => {
                self.model.finish(*performance);
                self.store.finish(*performance);
            }
            Step::Restart => {
                self.model.restart();
                self.store.restart();
            }
        }
    }

    /// The store takes the batch whole, the model one order at a time: a batch must not show.
    fn order(&mut self, orders: &[Order]) {
        let found = self.store.serve(orders);
        for (order, found) in orders.iter().zip(found) {
            let expected = self.model.serve(std::slice::from_ref(order)).pop();
            let expected = expected.expect("one order has one answer");
            assert!(
                expected == found,
                "history {}, step {}: the stores answer differently\n   order: {order:?}\n   model: {expected:?}\n   store: {found:?}",
                self.seed,
                self.step
            );
            self.coverage.note(&expected);
        }
    }

    fn compare(&mut self) {
        let (model, store) = (picture::take(self.model.reader()), picture::take(self.store.reader()));
        let at = format!("history {}, step {}", self.seed, self.step);
        picture::compare(&at, &model, &store);
    }
}

/// Opens a store with ids that go on after the dataset.
fn opened<S: Store>(store: S, clock: &Arc<TestClock>, dataset: Option<&Dataset>) -> Scene<S> {
    let mark = dataset.map_or(&[][..], |dataset| &dataset.mark);
    if let Some(dataset) = dataset {
        let loaded = store.load(clock.clone(), &mut dataset.effects.iter().cloned(), mark);
        loaded.expect("an empty store takes a dataset");
    }
    let last = |kind| mark.iter().find(|(marked, _)| *marked == kind).map_or(0, |(_, count)| *count);
    Scene::on(store, clock.clone(), Some(CopiedIds::after(last)))
}
