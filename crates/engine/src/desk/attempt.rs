//! One try at a batch: one transaction, from facts to commit.

use std::collections::BTreeSet;

use usher_core::{
    Changes, Effect, FactId, Facts, HoldId, Ids, Keys, Moment, Order, Outcome, Reads, Refusal, Settings,
    Timestamp, decide, facts_needed, keys, reads, replay_reads,
};

use super::report::{BatchReport, Step, StepWatch};
use crate::due::Due;
use crate::house::Failure;
use crate::port::{CommitError, Desk, StoreError, Tx};
use crate::working_set::WorkingSet;

/// What a desk carries from batch to batch.
pub(crate) struct State {
    pub(crate) set: WorkingSet,
    pub(crate) due: Due,
    pub(crate) ids: Box<dyn Ids + Send>,
    pub(crate) settings: Settings,
    pub(crate) keeps_rows: bool,
}

impl State {
    /// Whether a hold waits to be expired.
    pub(super) fn is_due<D: Desk>(&self, desk: &mut D) -> bool {
        let Some(next) = self.due.next_at() else { return false };
        let now = desk.begin().and_then(|mut tx| tx.lock(&Keys::default(), &mut usher_core::Rows::default()));
        now.is_ok_and(|now| next <= now)
    }
}

/// A batch that is durable.
pub(super) struct Done {
    pub(super) answers: Vec<Result<Outcome, Refusal>>,
    pub(super) changes: Option<Changes>,
    pub(super) at: Timestamp,
    pub(super) report: BatchReport,
}

/// Why a batch is not durable.
pub(super) enum Trouble {
    /// The store rolled it back by itself.
    Again(StoreError),
    /// A constraint refused it: one of its orders is the offender.
    Offender(StoreError),
    /// Nothing happened.
    Unavailable(StoreError),
    /// It may or may not have happened.
    Unknown(StoreError),
    /// The process must stop.
    Fatal(StoreError),
}

impl Trouble {
    pub(super) fn failure(&self) -> Failure {
        match self {
            Trouble::Again(_) | Trouble::Unavailable(_) => Failure::TryAgain,
            Trouble::Offender(_) => Failure::Internal,
            Trouble::Unknown(_) | Trouble::Fatal(_) => Failure::OutcomeUnknown,
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::RolledBack { .. } => Trouble::Again(error),
            StoreError::Constraint { .. } | StoreError::Corrupt { .. } => Trouble::Offender(error),
            StoreError::Unavailable { .. } => Trouble::Unavailable(error),
            StoreError::Fatal { .. } => Trouble::Fatal(error),
        }
    }
}

impl From<CommitError> for Trouble {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Failed(error) => error.into(),
            CommitError::Unknown(error @ StoreError::Fatal { .. }) => Trouble::Fatal(error),
            CommitError::Unknown(error) => Trouble::Unknown(error),
        }
    }
}

/// Runs a batch. On trouble the caller must clear the working set: it says what the store did not take.
pub(super) fn attempt<D: Desk>(desk: &mut D, state: &mut State, orders: &[&Order]) -> Result<Done, Trouble> {
    let mut watch = StepWatch::start();
    if !state.keeps_rows {
        state.set.clear();
    }
    let mut tx = desk.begin()?;
    let mut facts = Facts::default();
    find_facts(&mut tx, state, orders, &mut facts)?;
    watch.ended(Step::Facts);

    let mut wanted = Keys::default();
    orders.iter().for_each(|order| keys(order, &facts, &mut wanted));
    let mut at = tx.lock(&wanted, &mut state.set.rows)?;
    let expired = state.due.take(at);
    let sweeps: Vec<Order> = expired.iter().map(|(_, hold)| super::expire(*hold)).collect();
    let result = (|| {
        let sweeps: Vec<&Order> = sweeps.iter().collect();
        if !sweeps.is_empty() {
            find_facts(&mut tx, state, &sweeps, &mut facts)?;
            let mut more = Keys::default();
            sweeps.iter().for_each(|order| keys(order, &facts, &mut more));
            at = tx.lock(&more, &mut state.set.rows)?;
            wanted.locks.append(&mut more.locks);
        }
        state.set.touch(&wanted);
        watch.ended(Step::Lock);
        let all: Vec<&Order> = sweeps.iter().chain(orders).copied().collect();
        load(&mut tx, state, &all, &facts)?;
        watch.ended(Step::Load);
        let (mut answers, effects) = decide_all(state, &all, at);
        watch.ended(Step::Decide);
        let changes = if effects.is_empty() { None } else { Some(Changes::fold(&effects)) };
        if let Some(changes) = &changes {
            tx.write(changes)?;
            watch.ended(Step::Write);
            tx.commit()?;
            watch.ended(Step::Commit);
        }
        let report = BatchReport {
            orders: all.len(),
            effects: effects.len(),
            took: Default::default(),
            steps: watch.steps(),
        };
        Ok(Done { answers: answers.split_off(sweeps.len()), changes, at, report })
    })();
    if result.is_err() {
        expired.into_iter().for_each(|(at, hold): (Timestamp, HoldId)| state.due.watch(at, hold));
    }
    result
}

fn find_facts(
    tx: &mut impl Tx,
    state: &State,
    orders: &[&Order],
    facts: &mut Facts,
) -> Result<(), StoreError> {
    let mut wanted = BTreeSet::new();
    for id in orders.iter().filter_map(|order| facts_needed(&order.command)) {
        match id {
            FactId::Hold(hold) if state.set.hold_fact(hold, facts) => {}
            FactId::Hold(_) | FactId::Payment(_) => drop(wanted.insert(id)),
        }
    }
    if !wanted.is_empty() {
        let found = tx.facts(&wanted)?;
        facts.holds.extend(found.holds);
        facts.payments.extend(found.payments);
    }
    Ok(())
}

fn load(tx: &mut impl Tx, state: &mut State, orders: &[&Order], facts: &Facts) -> Result<(), StoreError> {
    let mut wanted = Reads::default();
    for order in orders {
        reads(&order.command, facts, &mut wanted);
        if let Some(answer) = order.key.and_then(|request| state.set.rows.answers.get(&request.key)) {
            replay_reads(answer, &mut wanted);
        }
    }
    tx.load(&wanted, &mut state.set.rows)
}

fn decide_all(
    state: &mut State,
    orders: &[&Order],
    now: Timestamp,
) -> (Vec<Result<Outcome, Refusal>>, Vec<Effect>) {
    let mut answers = Vec::with_capacity(orders.len());
    let mut effects = Vec::new();
    for order in orders {
        let mut moment = Moment { now, ids: &mut *state.ids, settings: &state.settings };
        answers.push(decide(&state.set.rows, order, &mut moment).map(|decision| {
            decision.effects.iter().for_each(|effect| state.set.rows.apply(effect));
            effects.extend(decision.effects);
            decision.outcome
        }));
    }
    (answers, effects)
}
