//! An adapter with a defect: the real one, and something done wrong on the way to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use usher_core::{Changes, Effect, FactId, Facts, HoldId, IdKind, Key, Keys, Reads, Rows, Timestamp};
use usher_engine::{Clock, CommitError, Desk, StoreError, Tx};

use crate::fixture::{Fixture, Opened, Store};

/// What is done wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Defect {
    /// One kind of row is never written.
    LostEffect(Lost),
    /// A claim goes over the one that is there, whoever's it is.
    OverwrittenClaim,
    /// A commit rolls back and says that all is well.
    CommitThatIsNone,
}

/// A kind of row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lost {
    Stages,
    Claims,
    Holds,
    Bookings,
    Payments,
    Accounts,
    Movements,
    Answers,
    Events,
    Deliveries,
    Rooms,
    Places,
}

pub(crate) struct Broken<F> {
    pub(crate) fixture: Arc<F>,
    pub(crate) defect: Defect,
}

impl<F: Fixture> Fixture for Broken<F> {
    type Store = BrokenStore<F::Store>;

    fn create(&self) -> Result<Self::Store, String> {
        Ok(BrokenStore { store: self.fixture.create()?, defect: self.defect })
    }
}

pub(crate) struct BrokenStore<S> {
    store: S,
    defect: Defect,
}

impl<S: Store> Store for BrokenStore<S> {
    type Desk = BrokenDesk<S::Desk>;

    fn open(&self, clock: Arc<dyn Clock>, desks: usize) -> Result<Opened<Self::Desk>, StoreError> {
        let Opened { desks, readers } = self.store.open(clock, desks)?;
        let defect = self.defect;
        let desks = desks.into_iter().map(|(desk, ids)| (BrokenDesk { desk, defect }, ids)).collect();
        Ok(Opened { desks, readers })
    }

    fn load(
        &self,
        clock: Arc<dyn Clock>,
        effects: &mut dyn Iterator<Item = Effect>,
        mark: &[(IdKind, u64)],
    ) -> Result<(), StoreError> {
        self.store.load(clock, effects, mark)
    }
}

pub(crate) struct BrokenDesk<D> {
    desk: D,
    defect: Defect,
}

impl<D: Desk + 'static> Desk for BrokenDesk<D> {
    type Tx<'a> = BrokenTx<D::Tx<'a>>;
    const ALONE: bool = D::ALONE;

    fn begin(&mut self) -> Result<Self::Tx<'_>, StoreError> {
        Ok(BrokenTx { tx: self.desk.begin()?, defect: self.defect })
    }

    fn tend(&mut self) -> Result<(), StoreError> {
        self.desk.tend()
    }

    fn live_holds(&mut self) -> Result<Vec<(Timestamp, HoldId)>, StoreError> {
        self.desk.live_holds()
    }
}

pub(crate) struct BrokenTx<T> {
    tx: T,
    defect: Defect,
}

impl<T: Tx> Tx for BrokenTx<T> {
    fn facts(&mut self, ids: &BTreeSet<FactId>) -> Result<Facts, StoreError> {
        self.tx.facts(ids)
    }

    fn lock(&mut self, keys: &Keys, rows: &mut Rows) -> Result<Timestamp, StoreError> {
        self.tx.lock(keys, rows)
    }

    fn load(&mut self, reads: &Reads, rows: &mut Rows) -> Result<(), StoreError> {
        self.tx.load(reads, rows)
    }

    fn write(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let mut changes = changes.clone();
        match self.defect {
            Defect::LostEffect(lost) => lose(&mut changes, lost),
            Defect::OverwrittenClaim => self.overwrite(&mut changes)?,
            Defect::CommitThatIsNone => {}
        }
        self.tx.write(&changes)
    }

    fn commit(self) -> Result<(), CommitError> {
        match self.defect {
            Defect::CommitThatIsNone => Ok(()),
            Defect::LostEffect(_) | Defect::OverwrittenClaim => self.tx.commit(),
        }
    }
}

impl<T: Tx> BrokenTx<T> {
    /// As `INSERT OR REPLACE` would: whatever claim is there is taken to be the one that was seen.
    fn overwrite(&mut self, changes: &mut Changes) -> Result<(), StoreError> {
        let mut rows = Rows::default();
        let locks = changes.claims.keys().map(|(performance, _)| Key::Performance(*performance)).collect();
        self.tx.lock(&Keys { locks, ..Keys::default() }, &mut rows)?;
        let seats = changes.claims.keys().copied().collect();
        self.tx.load(&Reads { seats, ..Reads::default() }, &mut rows)?;
        for ((performance, seat), change) in &mut changes.claims {
            let found = rows.houses.get(performance).and_then(|house| house.claims.get(seat));
            change.before = found.map(|claim| claim.hold);
        }
        Ok(())
    }
}

fn lose(changes: &mut Changes, lost: Lost) {
    match lost {
        Lost::Stages => changes.stages.clear(),
        Lost::Claims => changes.claims.clear(),
        Lost::Holds => changes.holds.clear(),
        Lost::Bookings => changes.bookings.clear(),
        Lost::Payments => changes.payments.clear(),
        Lost::Accounts => changes.accounts.clear(),
        Lost::Movements => changes.movements.clear(),
        Lost::Answers => changes.answers.clear(),
        Lost::Events => changes.events.clear(),
        Lost::Deliveries => changes.deliveries.clear(),
        Lost::Rooms => changes.rooms.clear(),
        Lost::Places => changes.places.clear(),
    }
}
