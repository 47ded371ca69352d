//! The desk: one writer, which keeps its rows between batches and begins a transaction only when it must.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::Connection;
use usher_core::{Changes, FactId, Facts, HoldId, Key, Keys, Reads, Rows, Timestamp};
use usher_engine::{Clock, CommitError, Desk, StoreError, Tx};

use crate::answers::Answers;
use crate::checkpoint::Checkpoints;
use crate::error::{Sql, commit_error, store_error};
use crate::history::History;
use crate::load;
use crate::places::Places;
use crate::write;

/// The one writer of a SQLite store.
pub struct SqliteDesk {
    pub(crate) db: Connection,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) answers: Answers,
    pub(crate) history: History,
    pub(crate) places: Places,
    pub(crate) checkpoints: Checkpoints,
    pub(crate) pruned_at: Timestamp,
    /// Held until the desk is gone: no second server on this directory.
    pub(crate) _lock: Arc<std::fs::File>,
}

/// Events are kept for seven days.
const EVENTS_KEPT_MS: i64 = 7 * 24 * 3600 * 1000;
const PRUNE_EVERY_MS: i64 = 1_000;
/// A sweep that fell behind before a stop is made up for within so long.
const SWEEP_SLACK_MS: i64 = 10 * 60 * 1000;

impl Desk for SqliteDesk {
    type Tx<'a> = SqliteTx<'a>;
    const ALONE: bool = true;

    fn begin(&mut self) -> Result<SqliteTx<'_>, StoreError> {
        Ok(SqliteTx { desk: self, begun: false })
    }

    fn tend(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        if self.history.is_overdue() {
            self.alone("index the history", |desk| desk.history.write_slice(&desk.db))?;
            self.history.committed();
        }
        self.answers.learn(&self.db).map_err(store_error("read which keys are answered"))?;
        if self.answers.is_slice_overdue() {
            self.alone("keep answers by their keys", |desk| desk.answers.write_slice(&desk.db))?;
            self.answers.committed();
        }
        if self.answers.is_due(now) {
            self.alone("forget old answers", |desk| desk.answers.empty_slice(&desk.db, now))?;
            self.answers.committed();
        }
        if now.unix_ms() - self.pruned_at.unix_ms() >= PRUNE_EVERY_MS {
            self.pruned_at = now;
            self.alone("forget old events", |desk| {
                let old = "DELETE FROM events WHERE first IN (SELECT first FROM events \
                           WHERE at < ?1 AND first < (SELECT max(first) FROM events) ORDER BY first LIMIT 50)";
                let oldest = "SELECT at FROM events ORDER BY first LIMIT 1";
                let kept_from = now.unix_ms() - EVENTS_KEPT_MS;
                let oldest: Option<i64> = desk.db.prepare_cached(oldest)?.query_row([], |row| row.get(0)).ok();
                if oldest.is_some_and(|oldest| oldest < kept_from) {
                    desk.db.prepare_cached(old)?.execute([kept_from])?;
                }
                Ok(())
            })?;
        }
        self.checkpoints.restart_if_due(&self.db)
    }

    fn close(&mut self) -> Result<(), StoreError> {
        // What is not indexed yet is indexed at the next start.
        self.checkpoints.finish(&self.db)
    }

    fn live_holds(&mut self) -> Result<Vec<(Timestamp, HoldId)>, StoreError> {
        self.read_live_holds().map_err(store_error("read live holds"))
    }
}

impl SqliteDesk {
    /// Runs housekeeping in a transaction of its own.
    fn alone(&mut self, what: &'static str, work: impl Fn(&mut Self) -> Sql<()>) -> Result<(), StoreError> {
        let failed = store_error(what);
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(&failed)?;
        let done = work(self).and_then(|()| self.db.execute_batch("COMMIT"));
        if done.is_err() {
            self.history.rolled_back();
            self.answers.rolled_back();
            roll_back(&self.db);
        }
        done.map_err(failed)
    }

    /// Live holds are among those younger than the longest time that a hold may live, seen from the last commit.
    fn read_live_holds(&self) -> Sql<Vec<(Timestamp, HoldId)>> {
        let meta = "SELECT value FROM meta WHERE name = 'hold_ttl_max_ms'";
        let ttl_max: i64 = self.db.query_row(meta, [], |row| row.get(0))?;
        let latest = "SELECT max(ifnull((SELECT at FROM events ORDER BY first DESC LIMIT 1), 0), \
                             ifnull((SELECT created_at FROM holds ORDER BY id DESC LIMIT 1), 0))";
        let latest: i64 = self.db.query_row(latest, [], |row| row.get(0))?;
        let oldest = latest - ttl_max - SWEEP_SLACK_MS;
        let mut holds =
            self.db.prepare("SELECT id, created_at, expires_at, state FROM holds ORDER BY id DESC")?;
        let mut found = holds.query([])?;
        let mut live = Vec::new();
        while let Some(row) = found.next()? {
            if row.get::<_, i64>(1)? < oldest {
                break;
            }
            if row.get::<_, i64>(3)? == 0 {
                live.push((crate::cells::time(row, 2)?, HoldId::new(crate::cells::id(row, 0)?)));
            }
        }
        Ok(live)
    }
}

/// A batch's transaction.
pub struct SqliteTx<'a> {
    desk: &'a mut SqliteDesk,
    begun: bool,
}

impl SqliteTx<'_> {
    /// The connection within the transaction.
    fn db(&mut self) -> Result<&Connection, StoreError> {
        if !self.begun {
            let begin = || self.desk.db.prepare_cached("BEGIN IMMEDIATE")?.execute([]);
            begin().map_err(store_error("begin a transaction"))?;
            self.begun = true;
        }
        Ok(&self.desk.db)
    }
}

impl Tx for SqliteTx<'_> {
    fn facts(&mut self, ids: &BTreeSet<FactId>) -> Result<Facts, StoreError> {
        let mut facts = Facts::default();
        let db = self.db()?;
        for id in ids {
            load::fact(db, *id, &mut facts).map_err(store_error("look facts up"))?;
        }
        Ok(facts)
    }

    fn lock(&mut self, keys: &Keys, rows: &mut Rows) -> Result<Timestamp, StoreError> {
        let failed = store_error("load rows");
        for key in &keys.locks {
            match key {
                Key::Answer(key) => {
                    self.db()?;
                    if let Some(answer) = self.desk.answers.find(&self.desk.db, *key).map_err(&failed)? {
                        rows.answers.insert(answer.key, answer);
                    }
                }
                Key::Performance(id) if rows.houses.contains_key(id) => {}
                Key::Performance(id) => load::load_house(self.db()?, *id, rows).map_err(&failed)?,
                Key::Room(id) if rows.rooms.contains_key(id) => {}
                Key::Room(id) => {
                    if let Some(room) = load::room(self.db()?, id).map_err(&failed)? {
                        rows.rooms.insert(id.clone(), room);
                    }
                }
                Key::Place(room, user) => {
                    let place = (room.clone(), user.clone());
                    if !rows.places.contains_key(&place) {
                        self.db()?;
                        let found = self.desk.places.find(&self.desk.db, room, user).map_err(&failed)?;
                        rows.places.extend(found.map(|found| (place, found)));
                    }
                }
                Key::Account(user) if rows.accounts.contains_key(user) => {}
                Key::Account(user) => {
                    if let Some(account) = load::account(self.db()?, user).map_err(&failed)? {
                        rows.accounts.insert(user.clone(), account);
                    }
                }
            }
        }
        Ok(self.desk.clock.now())
    }

    fn load(&mut self, reads: &Reads, rows: &mut Rows) -> Result<(), StoreError> {
        load::reads(self.db()?, reads, rows).map_err(store_error("load rows"))
    }

    fn write(&mut self, changes: &Changes) -> Result<(), StoreError> {
        write::changes(self.db()?, changes)?;
        let desk = &mut *self.desk;
        desk.answers.write(&desk.db, &changes.answers)?;
        if desk.answers.is_slice_due() {
            desk.answers.write_slice(&desk.db).map_err(store_error("keep answers by their keys"))?;
        }
        if desk.history.is_due() {
            desk.history.write_slice(&desk.db).map_err(store_error("index the history"))?;
        }
        desk.history.note(changes);
        desk.places.note(changes);
        Ok(())
    }

    fn commit(mut self) -> Result<(), CommitError> {
        self.db().map_err(CommitError::Failed)?;
        let commit = || self.desk.db.prepare_cached("COMMIT")?.execute([]);
        commit().map_err(commit_error).map_err(CommitError::Failed)?;
        self.begun = false;
        self.desk.answers.committed();
        self.desk.history.committed();
        self.desk.places.committed();
        Ok(())
    }
}

impl Drop for SqliteTx<'_> {
    fn drop(&mut self) {
        if self.begun {
            self.desk.answers.rolled_back();
            self.desk.history.rolled_back();
            self.desk.places.rolled_back();
            roll_back(&self.desk.db);
        }
    }
}

fn roll_back(db: &Connection) {
    // SQLite has rolled back by itself after some errors; then there is nothing left to undo.
    if !db.is_autocommit() {
        let _ = db.execute_batch("ROLLBACK");
    }
}
