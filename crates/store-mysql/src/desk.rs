//! A desk: one of several writers, with a connection of its own, that keeps no rows between batches.

use std::collections::BTreeSet;

use usher_core::{Changes, FactId, Facts, HoldId, Keys, Reads, Rows, Timestamp};
use usher_engine::{BlockIds, CommitError, Desk, StoreError, Tx};

use crate::answers;
use crate::clock::TimeSource;
use crate::link::Link;
use crate::load;
use crate::lock::Locked;
use crate::marker::Marker;
use crate::outbox;
use crate::write;

/// One of the writers of a MySQL store.
pub struct MysqlDesk {
    pub(crate) link: Link,
    pub(crate) ids: BlockIds,
    pub(crate) marker: Marker,
    pub(crate) time: TimeSource,
    /// The latest time that this desk has decided at.
    pub(crate) latest: Timestamp,
    /// Whether this desk does the housekeeping of its node.
    pub(crate) tends: bool,
    pub(crate) upkeep: Upkeep,
}

/// When housekeeping is due.
#[derive(Default)]
pub(crate) struct Upkeep {
    calls: u32,
    has_more: bool,
}

impl Upkeep {
    /// Called every 100 ms or so.
    const EVERY_CALLS: u32 = 10;

    fn is_due(&mut self) -> bool {
        self.calls = (self.calls + 1) % Self::EVERY_CALLS;
        self.has_more || self.calls == 0
    }
}

impl Desk for MysqlDesk {
    type Tx<'a> = MysqlTx<'a>;
    const ALONE: bool = false;

    fn begin(&mut self) -> Result<MysqlTx<'_>, StoreError> {
        self.ids.top_up()?;
        self.link.fresh(|link| link.run("begin a transaction", "START TRANSACTION").map(drop))?;
        Ok(MysqlTx { desk: self, locked: Locked::default(), now: Timestamp::default(), state: TxState::Open })
    }

    fn tend(&mut self) -> Result<(), StoreError> {
        if !self.tends || !self.upkeep.is_due() {
            return Ok(());
        }
        let time = &self.time;
        self.upkeep.has_more = self.link.fresh(|link| {
            let now = time.now(link)?;
            // A reader gives positions as well; here those get theirs that nobody asks for.
            let placed = outbox::place_slice(link)?;
            let forgotten = outbox::forget_slice(link, now)?;
            Ok(answers::empty_slice(link, now)? || placed || forgotten)
        })?;
        Ok(())
    }

    fn live_holds(&mut self) -> Result<Vec<(Timestamp, HoldId)>, StoreError> {
        // Not alone: due holds come from an index.
        Ok(Vec::new())
    }
}

impl Drop for MysqlDesk {
    fn drop(&mut self) {
        // A marker that stays behind is never used again and costs nothing.
        if self.link.is_connected() {
            let _ = self.marker.remove(&mut self.link);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TxState {
    Open,
    Written,
    Ended,
}

/// A batch's transaction.
pub struct MysqlTx<'a> {
    desk: &'a mut MysqlDesk,
    locked: Locked,
    now: Timestamp,
    state: TxState,
}

impl Tx for MysqlTx<'_> {
    fn facts(&mut self, ids: &BTreeSet<FactId>) -> Result<Facts, StoreError> {
        load::facts(&mut self.desk.link, ids)
    }

    fn lock(&mut self, keys: &Keys, rows: &mut Rows) -> Result<Timestamp, StoreError> {
        let desk = &mut *self.desk;
        let latest = self.locked.lock(&mut desk.link, &desk.time, keys, rows)?;
        let now = desk.time.now(&mut desk.link)?;
        desk.latest = desk.latest.max(latest).max(now);
        self.now = desk.latest;
        Ok(self.now)
    }

    fn load(&mut self, reads: &Reads, rows: &mut Rows) -> Result<(), StoreError> {
        load::reads(&mut self.desk.link, reads, rows)
    }

    fn write(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let desk = &mut *self.desk;
        desk.marker.raise(&mut desk.link)?;
        self.locked.keys.write(&mut desk.link, &changes.answers)?;
        self.locked.clear(&mut desk.link, changes)?;
        write::changes(&mut desk.link, changes, self.now)?;
        self.state = TxState::Written;
        Ok(())
    }

    fn commit(mut self) -> Result<(), CommitError> {
        if self.state == TxState::Written {
            self.state = TxState::Ended;
            self.desk.marker.commit(&mut self.desk.link)?;
        }
        Ok(())
    }
}

impl Drop for MysqlTx<'_> {
    fn drop(&mut self) {
        // Placeholders go with it.
        if self.state != TxState::Ended {
            self.desk.link.roll_back();
        }
    }
}
