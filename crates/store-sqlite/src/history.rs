//! The index of transfers and payments by user, written behind: what is not indexed yet stays in memory and is part
//! of every answer.

use std::sync::{Arc, RwLock};

use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;
use usher_core::{Changes, UserId};

use crate::behind::{Behind, Generation};
use crate::error::Sql;

/// What an entry of the history stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A transfer.
    Transfer = 0,
    /// A payment and its transfer.
    PaidTransfer = 1,
    /// A payment of nothing.
    Payment = 2,
}

/// Entries not indexed yet, by user and id; shared with the readers.
#[derive(Default)]
pub(crate) struct Tail {
    by_user: FxHashMap<UserId, Vec<(u64, Kind)>>,
}

pub(crate) type SharedTail = Arc<RwLock<Tail>>;

impl Tail {
    /// Entries that the index lacks, read from the rows themselves.
    pub(crate) fn unindexed(db: &Connection) -> Sql<Tail> {
        let mut tail = Tail::default();
        let mut entries = db.prepare(
            "SELECT m.user, m.id, p.id IS NOT NULL FROM movements m LEFT JOIN payments p ON p.id = m.id \
             WHERE m.id > (SELECT value FROM meta WHERE name = 'history_until') \
             UNION ALL SELECT user, id, 2 FROM payments \
             WHERE id > (SELECT value FROM meta WHERE name = 'history_until') AND amount = 0",
        )?;
        let mut rows = entries.query([])?;
        while let Some(row) = rows.next()? {
            let kind = match row.get(2)? {
                0 => Kind::Transfer,
                1 => Kind::PaidTransfer,
                2.. | ..=-1 => Kind::Payment,
            };
            tail.push(&crate::cells::user(row, 0)?, crate::cells::id(row, 1)?, kind);
        }
        Ok(tail)
    }

    fn push(&mut self, user: &UserId, id: u64, kind: Kind) {
        self.by_user.entry(user.clone()).or_default().push((id, kind));
    }

    /// Ids of a user's entries that `wanted` keeps, in no order.
    pub(crate) fn of(&self, user: &UserId, wanted: impl Fn(Kind) -> bool) -> Vec<u64> {
        let entries = self.by_user.get(user).map_or(&[][..], Vec::as_slice);
        entries.iter().filter(|(_, kind)| wanted(*kind)).map(|(id, _)| *id).collect()
    }

    fn forget(&mut self, user: &UserId, id: u64) {
        if let Some(entries) = self.by_user.get_mut(user) {
            entries.retain(|(entry, _)| *entry != id);
            if entries.is_empty() {
                self.by_user.remove(user);
            }
        }
    }
}

const GENERATION: Generation = Generation(10_000);

/// The writer's side.
pub(crate) struct History {
    tail: SharedTail,
    behind: Behind<(UserId, u64), Kind>,
}

impl History {
    pub(crate) fn new(tail: SharedTail) -> Self {
        Self { tail, behind: Behind::new(GENERATION) }
    }

    /// Notes the entries of a batch that is being written.
    pub(crate) fn note(&mut self, changes: &Changes) {
        for movement in &changes.movements {
            let paid = changes.payments.contains_key(&movement.id);
            let kind = if paid { Kind::PaidTransfer } else { Kind::Transfer };
            let id = movement.id.get();
            self.behind.note((movement.user.clone(), id), kind, id);
        }
        // Noted again when it is cancelled: harmless, and simpler than telling the two apart.
        for payment in changes.payments.values().filter(|payment| payment.amount.is_zero()) {
            let id = payment.id.get();
            self.behind.note((payment.user.clone(), id), Kind::Payment, id);
        }
    }

    /// Whether a batch should write a slice of the index.
    pub(crate) fn is_due(&mut self) -> bool {
        self.behind.is_due()
    }

    /// Whether no batch came to do it.
    pub(crate) fn is_overdue(&mut self) -> bool {
        self.behind.is_overdue()
    }

    /// Indexes a slice within the open transaction.
    pub(crate) fn write_slice(&mut self, db: &Connection) -> Sql<()> {
        let mut insert = db.prepare_cached("INSERT OR IGNORE INTO history VALUES(?1, ?2, ?3)")?;
        for ((user, id), kind) in self.behind.slice() {
            insert.execute(params![user.as_str(), *id as i64, *kind as i64])?;
        }
        if let Some(until) = self.behind.written_until() {
            db.prepare_cached("UPDATE meta SET value = ?1 WHERE name = 'history_until'")?
                .execute([until as i64])?;
        }
        Ok(())
    }

    /// The transaction is durable: what it noted is part of every answer, what it indexed need not stay in memory.
    pub(crate) fn committed(&mut self) {
        if self.behind.is_touched() {
            let mut tail = self.tail.write().expect("no holder of this lock panics");
            self.behind.noted().iter().for_each(|((user, id), kind)| tail.push(user, *id, *kind));
            self.behind.sliced().for_each(|(user, id)| tail.forget(user, *id));
            drop(tail);
            self.behind.committed();
        }
    }

    /// The transaction is gone: its slice is written again later.
    pub(crate) fn rolled_back(&mut self) {
        self.behind.rolled_back();
    }

    /// Indexes what an earlier process left over, before the house opens.
    pub(crate) fn catch_up(db: &Connection) -> Sql<()> {
        db.execute_batch(
            "BEGIN IMMEDIATE;
             INSERT OR IGNORE INTO history
               SELECT m.user, m.id, p.id IS NOT NULL FROM movements m LEFT JOIN payments p ON p.id = m.id
               WHERE m.id > (SELECT value FROM meta WHERE name = 'history_until') ORDER BY m.user, m.id;
             INSERT OR IGNORE INTO history
               SELECT user, id, 2 FROM payments
               WHERE id > (SELECT value FROM meta WHERE name = 'history_until') AND amount = 0 ORDER BY user, id;
             UPDATE meta SET value = max(
               (SELECT ifnull(max(id), 0) FROM movements), (SELECT ifnull(max(id), 0) FROM payments))
               WHERE name = 'history_until';
             COMMIT;",
        )
    }
}
