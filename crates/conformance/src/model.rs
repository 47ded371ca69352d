//! The model store: the same ports on plain rows in memory. The simplest store that keeps every promise.

mod reader;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use usher_core::{
    Changes, ClaimChange, Effect, Event, FactId, Facts, HoldFact, HoldId, HoldState, IdKind, Ids, Keys,
    PaymentFact, PerformanceId, Reads, Rows, SeatNumber, Timestamp,
};
use usher_engine::{Clock, CommitError, Counters, Desk, StoreError, Tx};

use crate::fixture::{Fixture, Opened, Store};
use reader::ModelReader;

/// Makes model stores: with one desk that is alone, or with several.
pub struct Models<const ALONE: bool>;

impl<const ALONE: bool> Fixture for Models<ALONE> {
    type Store = ModelStore<ALONE>;

    fn create(&self) -> Result<ModelStore<ALONE>, String> {
        Ok(ModelStore::default())
    }
}

/// Rows in memory; "durable" means that the store still has them when it is opened again.
#[derive(Default)]
pub struct ModelStore<const ALONE: bool> {
    data: Arc<Mutex<Data>>,
    ids: ModelIds,
}

/// All there is.
#[derive(Clone, Default)]
struct Data {
    rows: Rows,
    /// Every event in the order of commits; its position is its index and one.
    outbox: Vec<Event>,
    mark: Option<Vec<(IdKind, u64)>>,
}

impl<const ALONE: bool> Store for ModelStore<ALONE> {
    type Desk = ModelDesk<ALONE>;

    fn open(&self, clock: Arc<dyn Clock>, desks: usize) -> Result<Opened<Self::Desk>, StoreError> {
        let desk = |_| {
            let desk = ModelDesk { data: self.data.clone(), clock: clock.clone() };
            (desk, Box::new(self.ids.clone()) as Box<dyn Ids + Send>)
        };
        let reader = |_| Box::new(ModelReader::new(self.data.clone(), clock.clone())) as _;
        Ok(Opened { desks: (0..desks).map(desk).collect(), readers: (0..2).map(reader).collect() })
    }

    fn load(
        &self,
        _clock: Arc<dyn Clock>,
        effects: &mut dyn Iterator<Item = Effect>,
        mark: &[(IdKind, u64)],
    ) -> Result<(), StoreError> {
        let mut data = self.data.lock().expect("no holder of this lock panics");
        if data.mark.is_some() || !data.rows.concerts.is_empty() {
            return Err(refused("a dataset goes into an empty store".into()));
        }
        for effect in effects {
            data.rows.apply(&effect);
        }
        data.mark = Some(mark.to_vec());
        let last = |kind| mark.iter().find(|(marked, _)| *marked == kind).map_or(0, |(_, count)| *count);
        *self.ids.0.lock().expect("no holder of this lock panics") = Counters::after(last);
        Ok(())
    }
}

/// Counters that outlive an opening.
#[derive(Clone, Default)]
struct ModelIds(Arc<Mutex<Counters>>);

impl Ids for ModelIds {
    fn next(&mut self, kind: IdKind) -> u64 {
        self.0.lock().expect("no holder of this lock panics").next(kind)
    }
}

/// A desk of a model store. A transaction locks everything.
pub struct ModelDesk<const ALONE: bool> {
    data: Arc<Mutex<Data>>,
    clock: Arc<dyn Clock>,
}

impl<const ALONE: bool> Desk for ModelDesk<ALONE> {
    type Tx<'a> = ModelTx<'a>;
    const ALONE: bool = ALONE;

    fn begin(&mut self) -> Result<ModelTx<'_>, StoreError> {
        let data = self.data.lock().expect("no holder of this lock panics");
        Ok(ModelTx { data, clock: &*self.clock, written: None })
    }

    fn tend(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn live_holds(&mut self) -> Result<Vec<(Timestamp, HoldId)>, StoreError> {
        if !ALONE {
            return Ok(Vec::new());
        }
        let data = self.data.lock().expect("no holder of this lock panics");
        let live = data.rows.holds.values().filter(|hold| hold.state == HoldState::Live);
        Ok(live.map(|hold| (hold.expires_at, hold.id)).collect())
    }
}

/// A transaction: what is written takes effect when it commits.
pub struct ModelTx<'a> {
    data: MutexGuard<'a, Data>,
    clock: &'a dyn Clock,
    written: Option<Data>,
}

impl Tx for ModelTx<'_> {
    fn facts(&mut self, ids: &BTreeSet<FactId>) -> Result<Facts, StoreError> {
        let mut facts = Facts::default();
        for id in ids {
            match id {
                FactId::Hold(id) => {
                    let hold = self.data.rows.holds.get(id);
                    let fact = hold.map(HoldFact::of);
                    facts.holds.extend(fact.map(|fact| (*id, fact)));
                }
                FactId::Payment(id) => {
                    let payment = self.data.rows.payments.get(id);
                    let fact = payment.map(|payment| PaymentFact {
                        performance: payment.performance,
                        user: payment.user.clone(),
                        hold: payment.hold,
                        booking: payment.booking,
                    });
                    facts.payments.extend(fact.map(|fact| (*id, fact)));
                }
            }
        }
        Ok(facts)
    }

    /// Loads everything: no row can be forgotten.
    fn lock(&mut self, _keys: &Keys, rows: &mut Rows) -> Result<Timestamp, StoreError> {
        *rows = self.data.rows.clone();
        Ok(self.clock.now())
    }

    fn load(&mut self, _reads: &Reads, _rows: &mut Rows) -> Result<(), StoreError> {
        Ok(())
    }

    fn write(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let mut data = self.data.clone();
        data.take(changes)?;
        self.written = Some(data);
        Ok(())
    }

    fn commit(mut self) -> Result<(), CommitError> {
        if let Some(written) = self.written.take() {
            *self.data = written;
        }
        Ok(())
    }
}

fn refused(what: String) -> StoreError {
    StoreError::Constraint { store: "the model", what }
}

impl Data {
    /// Makes changes true, unless a constraint refuses them.
    fn take(&mut self, changes: &Changes) -> Result<(), StoreError> {
        self.refuse(changes)?;
        let rows = &mut self.rows;
        let mut apply = |effect: Effect| rows.apply(&effect);
        changes.concerts.iter().cloned().map(Effect::Concert).for_each(&mut apply);
        changes.performances.iter().cloned().map(Effect::Performance).for_each(&mut apply);
        changes.stages.values().copied().map(Effect::Stage).for_each(&mut apply);
        changes.claims.iter().filter_map(claim_effect).for_each(&mut apply);
        for ((performance, user), seats) in &changes.counts {
            apply(Effect::Count { performance: *performance, user: user.clone(), seats: *seats });
        }
        changes.holds.values().cloned().map(Effect::Hold).for_each(&mut apply);
        changes.bookings.values().cloned().map(Effect::Booking).for_each(&mut apply);
        changes.payments.values().cloned().map(Effect::Payment).for_each(&mut apply);
        changes.accounts.values().cloned().map(Effect::Account).for_each(&mut apply);
        changes.movements.iter().cloned().map(Effect::Movement).for_each(&mut apply);
        changes.rooms.values().cloned().map(Effect::Room).for_each(&mut apply);
        changes.places.values().flatten().cloned().map(Effect::Place).for_each(&mut apply);
        changes.answers.iter().cloned().map(Effect::Answer).for_each(&mut apply);
        for (id, webhook) in &changes.webhooks {
            apply(webhook.clone().map_or(Effect::WebhookRemoved(*id), Effect::Webhook));
        }
        changes.deliveries.values().cloned().map(Effect::Delivery).for_each(&mut apply);
        self.outbox.extend_from_slice(&changes.events);
        Ok(())
    }

    /// The last line: what the rules can never ask for.
    fn refuse(&self, changes: &Changes) -> Result<(), StoreError> {
        for ((performance, seat), change) in &changes.claims {
            let house = self.rows.houses.get(performance);
            let found = house.and_then(|house| house.claims.get(seat)).map(|claim| claim.hold);
            if found != change.before {
                return Err(refused(format!(
                    "seat {seat} of performance {performance} is not as it was seen"
                )));
            }
        }
        for account in changes.accounts.values() {
            if self.rows.accounts.get(&account.user).is_some_and(|found| found.id != account.id) {
                return Err(refused(format!("user {} has an account", account.user)));
            }
        }
        for payment in changes.payments.values() {
            let same_hold =
                |other: &&usher_core::Payment| other.hold == payment.hold && other.id != payment.id;
            if self.rows.payments.values().any(|other| same_hold(&other)) {
                return Err(refused(format!("hold {} is paid", payment.hold)));
            }
        }
        match changes.answers.iter().any(|answer| self.rows.answers.contains_key(&answer.key)) {
            true => Err(refused("a key has one answer".into())),
            false => Ok(()),
        }
    }
}

fn claim_effect(
    ((performance, seat), change): (&(PerformanceId, SeatNumber), &ClaimChange),
) -> Option<Effect> {
    match (&change.after, change.before) {
        (Some(claim), _) => Some(Effect::Claim(claim.clone())),
        (None, Some(hold)) => Some(Effect::ClaimEnded { performance: *performance, seat: *seat, hold }),
        (None, None) => None,
    }
}
