//! Reading committed rows on a connection of one's own, each call in one short snapshot.

mod scan;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use usher_core::{
    Account, ConcertId, Delivery, Effect, Event, EventId, Hold, HoldId, HoldState, IdKind, Movement, Payment,
    PerformanceId, Programme, SeatNumber, Stage, TransferId, UserId, Webhook,
};
use usher_engine::{
    Clock, ConcertRead, Cursor, Ended, HoldLine, Lot, Reader, RowKind, SeatsRead, StoreError, WaitingEvent,
};

use crate::cells;
use crate::error::{Sql, store_error};
use crate::history::{Kind, SharedTail};
use crate::load::{self, select};

/// A reader of a SQLite store.
pub struct SqliteReader {
    pub(crate) db: Connection,
    pub(crate) tail: SharedTail,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A packed value in a column.
pub(crate) fn unpack<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Sql<T> {
    postcard::from_bytes(row.get_ref(column)?.as_blob()?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Blob, Box::new(error))
    })
}

impl SqliteReader {
    /// A user's transfers in the dataset are few: a charge and a payment.
    const SEEDED_MAX: usize = 16;

    fn movements_by_id(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<Movement>, StoreError> {
        let ids = self.history(user, before, limit, [Kind::Transfer, Kind::PaidTransfer])?;
        self.snapshot(|db| {
            let found = ids.iter().map(|id| load::movement(db, TransferId::new(*id)));
            Ok(found.collect::<Sql<Vec<_>>>()?.into_iter().flatten().collect())
        })
    }

    /// A user's transfers of the dataset, newest first. Its payments have lower ids than the charges before them, so
    /// that there, and nowhere else, the order of ids is not the order of time.
    fn seeded_movements(&mut self, user: &UserId, end: TransferId) -> Result<Vec<Movement>, StoreError> {
        let mut found = self.movements_by_id(user, Some(end), Self::SEEDED_MAX)?;
        found.sort_by_key(|movement| std::cmp::Reverse((movement.created_at, movement.id)));
        Ok(found)
    }

    /// Everything that `read` sees belongs to one moment.
    fn snapshot<T>(&mut self, read: impl FnOnce(&Connection) -> Sql<T>) -> Result<T, StoreError> {
        let failed = store_error("read");
        let snapshot = self.db.transaction().map_err(&failed)?;
        read(&snapshot).map_err(failed)
    }

    /// Ids of a user's entries before one, newest first: those in memory and those indexed.
    fn history(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
        wanted: [Kind; 2],
    ) -> Result<Vec<u64>, StoreError> {
        // The memory first: an entry leaves it only once the index has it.
        let tail = self.tail.read().expect("no holder of this lock panics");
        let mut ids = tail.of(user, |kind| wanted.contains(&kind));
        drop(tail);
        let before = before.map_or(i64::MAX, |id| id.get() as i64);
        ids.retain(|id| (*id as i64) < before);
        let indexed = self.snapshot(|db| {
            let mut entries = db.prepare_cached(
                "SELECT id FROM history WHERE user = ?1 AND id < ?2 AND kind IN (?3, ?4) ORDER BY id DESC LIMIT ?5",
            )?;
            let entries = entries.query_map(
                params![user.as_str(), before, wanted[0] as i64, wanted[1] as i64, limit as i64],
                |row| cells::id(row, 0),
            )?;
            entries.collect::<Sql<Vec<u64>>>()
        })?;
        ids.extend(indexed);
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.dedup();
        ids.truncate(limit);
        Ok(ids)
    }
}

fn line(db: &Connection, hold: Hold) -> Sql<HoldLine> {
    match hold.state {
        HoldState::Booked(booking, payment) | HoldState::Cancelled(booking, payment) => {
            Ok(HoldLine { hold, booking: load::booking(db, booking)?, payment: load::payment(db, payment)? })
        }
        HoldState::Live | HoldState::Released | HoldState::Expired => {
            Ok(HoldLine { hold, booking: None, payment: None })
        }
    }
}

fn lines(db: &Connection, holds: Vec<HoldId>) -> Sql<Vec<HoldLine>> {
    let mut found = Vec::with_capacity(holds.len());
    for id in holds {
        if let Some(hold) = load::hold(db, id)? {
            found.push(line(db, hold)?);
        }
    }
    Ok(found)
}

fn programme(db: &Connection, id: PerformanceId) -> Sql<Option<(Programme, Stage)>> {
    let Some(performance) = load::performance(db, id)? else { return Ok(None) };
    let (Some(concert), Some(stage)) = (load::concert(db, performance.concert)?, load::stage(db, id)?) else {
        return Ok(None);
    };
    Ok(Some((Programme { performance: Arc::new(performance), concert: Arc::new(concert) }, stage)))
}

/// Sold seats that are put in order at a time: few of a big hall are kept while it is walked.
const SOLD_SLICE: usize = 1_000;

impl Reader for SqliteReader {
    fn programme(&mut self, id: PerformanceId) -> Result<Option<(Programme, Stage)>, StoreError> {
        self.snapshot(|db| programme(db, id))
    }

    fn concert(&mut self, id: ConcertId) -> Result<Option<ConcertRead>, StoreError> {
        self.snapshot(|db| {
            let Some(concert) = load::concert(db, id)? else { return Ok(None) };
            let mut found = db.prepare_cached(select!(
                PERFORMANCE,
                "performances WHERE concert = ?1 ORDER BY begins_at, id"
            ))?;
            let found = found.query_map([id.get() as i64], cells::performance)?;
            let mut performances = Vec::new();
            for performance in found {
                let performance = performance?;
                if let Some(stage) = load::stage(db, performance.id)? {
                    performances.push((Arc::new(performance), stage));
                }
            }
            Ok(Some(ConcertRead { concert: Arc::new(concert), performances }))
        })
    }

    fn seats(&mut self, id: PerformanceId) -> Result<Option<SeatsRead>, StoreError> {
        self.snapshot(|db| {
            let Some((programme, stage)) = programme(db, id)? else { return Ok(None) };
            Ok(Some(SeatsRead { programme, stage, claims: load::claims(db, id)? }))
        })
    }

    fn holds_of(&mut self, user: &UserId, performance: PerformanceId) -> Result<Vec<HoldLine>, StoreError> {
        self.snapshot(|db| {
            let mut holds = db.prepare_cached(
                "SELECT DISTINCT hold FROM claims WHERE performance = ?1 AND user = ?2 ORDER BY hold",
            )?;
            let holds = holds.query_map(params![performance.get() as i64, user.as_str()], |row| {
                cells::id(row, 0).map(HoldId::new)
            })?;
            lines(db, holds.collect::<Sql<_>>()?)
        })
    }

    fn hold(&mut self, id: HoldId) -> Result<Option<HoldLine>, StoreError> {
        self.snapshot(|db| load::hold(db, id)?.map(|hold| line(db, hold)).transpose())
    }

    fn payment(&mut self, id: TransferId) -> Result<Option<Payment>, StoreError> {
        self.snapshot(|db| load::payment(db, id))
    }

    fn account(&mut self, user: &UserId) -> Result<Option<Account>, StoreError> {
        self.snapshot(|db| load::account(db, user))
    }

    fn movements(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<Movement>, StoreError> {
        let marked = self.mark()?.unwrap_or_default();
        let seeded = marked.iter().find(|(kind, _)| *kind == IdKind::Transfer).map_or(0, |(_, last)| *last);
        let is_seeded = |id: TransferId| id.get() <= seeded;
        let mut found = match before {
            Some(before) if is_seeded(before) => Vec::new(),
            Some(_) | None => self.movements_by_id(user, before, limit)?,
        };
        if found.len() < limit || found.last().is_some_and(|last| is_seeded(last.id)) {
            found.retain(|movement| !is_seeded(movement.id));
            let older = self.seeded_movements(user, TransferId::new(seeded + 1))?;
            let at = before.and_then(|before| older.iter().position(|movement| movement.id == before));
            let rest = limit - found.len();
            found.extend(older.into_iter().skip(at.map_or(0, |at| at + 1)).take(rest));
        }
        Ok(found)
    }

    fn payments(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError> {
        let ids = self.history(user, before, limit, [Kind::PaidTransfer, Kind::Payment])?;
        self.snapshot(|db| {
            let found = ids.iter().map(|id| load::payment(db, TransferId::new(*id)));
            Ok(found.collect::<Sql<Vec<_>>>()?.into_iter().flatten().collect())
        })
    }

    fn bookings(
        &mut self,
        performance: PerformanceId,
        after: Option<SeatNumber>,
        limit: usize,
    ) -> Result<Vec<HoldLine>, StoreError> {
        self.snapshot(|db| {
            let mut claims = db.prepare_cached(
                "SELECT seat, hold FROM claims WHERE performance = ?1 AND seat > ?2 AND state = 1 \
                 ORDER BY seat LIMIT ?3",
            )?;
            let (mut after, mut found) = (after.map_or(0, SeatNumber::get), Vec::new());
            loop {
                let mut rows = claims.query(params![performance.get() as i64, after, SOLD_SLICE as i64])?;
                let mut seen = 0;
                while let (true, Some(row)) = (found.len() < limit, rows.next()?) {
                    (after, seen) = (row.get(0)?, seen + 1);
                    let Some(hold) = load::hold(db, HoldId::new(cells::id(row, 1)?))? else { continue };
                    // A booking of several seats stands at its first.
                    if hold.seats.first().is_some_and(|first| first.get() == after) {
                        found.push(line(db, hold)?);
                    }
                }
                if seen < SOLD_SLICE {
                    return Ok(found);
                }
            }
        })
    }

    fn unfinished_cancellations(&mut self) -> Result<Vec<PerformanceId>, StoreError> {
        self.snapshot(|db| {
            let mut found = db.prepare_cached(
                "SELECT performance FROM stages WHERE state = 2 AND (held > 0 OR bookings > 0)",
            )?;
            let found = found.query_map([], |row| cells::id(row, 0).map(PerformanceId::new))?;
            found.collect()
        })
    }

    fn unfinished(&mut self, performance: PerformanceId, limit: usize) -> Result<Vec<Ended>, StoreError> {
        self.snapshot(|db| {
            let mut holds = db.prepare_cached(
                "SELECT DISTINCT hold FROM claims WHERE performance = ?1 AND hold > 0 LIMIT ?2",
            )?;
            let holds = holds.query_map(params![performance.get() as i64, limit as i64], |row| {
                cells::id(row, 0).map(HoldId::new)
            })?;
            let ended = |line: HoldLine| match line.hold.state {
                HoldState::Live => Some(Ended::Hold(line.hold.id)),
                HoldState::Booked(_, payment) => Some(Ended::Payment(payment)),
                HoldState::Released | HoldState::Expired | HoldState::Cancelled(..) => None,
            };
            Ok(lines(db, holds.collect::<Sql<_>>()?)?.into_iter().filter_map(ended).collect())
        })
    }

    fn due(&mut self, limit: usize) -> Result<Vec<HoldId>, StoreError> {
        let now = self.clock.now().unix_ms();
        self.snapshot(|db| {
            // Only for tests and audits: the desk watches its holds in memory.
            let mut due = db.prepare_cached(
                "SELECT id FROM holds WHERE state = 0 AND expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2",
            )?;
            let due = due.query_map([now, limit as i64], |row| cells::id(row, 0).map(HoldId::new))?;
            due.collect()
        })
    }

    fn webhooks(&mut self) -> Result<Vec<(Webhook, Delivery)>, StoreError> {
        self.snapshot(|db| {
            let mut found = db.prepare_cached(
                "SELECT w.packed, d.packed FROM webhooks w JOIN deliveries d ON d.webhook = w.id ORDER BY w.id",
            )?;
            let found = found.query_map([], |row| Ok((unpack(row, 0)?, unpack(row, 1)?)))?;
            found.collect()
        })
    }

    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<WaitingEvent>, StoreError> {
        self.snapshot(|db| {
            let mut packed = db.prepare_cached(
                "SELECT packed FROM events WHERE first >= \
                 ifnull((SELECT max(first) FROM events WHERE first <= ?1), 0) ORDER BY first",
            )?;
            let mut rows = packed.query([after as i64])?;
            let mut found = Vec::new();
            while let (true, Some(row)) = (found.len() < limit, rows.next()?) {
                let events: Vec<Event> = unpack(row, 0)?;
                let waiting = events.into_iter().filter(|event| event.id.get() > after);
                found.extend(waiting.map(|event| WaitingEvent { position: event.id.get(), event }));
            }
            found.truncate(limit);
            Ok(found)
        })
    }

    fn event_position(&mut self, id: Option<EventId>) -> Result<Option<u64>, StoreError> {
        self.snapshot(|db| match id {
            Some(id) => {
                let mut known = db.prepare_cached(
                    "SELECT last FROM events WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
                )?;
                let last: Option<i64> = known.query_row([id.get() as i64], |row| row.get(0)).optional()?;
                Ok(last.filter(|last| *last >= id.get() as i64).map(|_| id.get()))
            }
            None => {
                let newest: Option<i64> =
                    db.query_row("SELECT max(last) FROM events", [], |row| row.get(0))?;
                Ok(Some(newest.unwrap_or(0) as u64))
            }
        })
    }

    fn lots(
        &mut self,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<Lot>, Option<Cursor>), StoreError> {
        self.snapshot(|db| scan::lots(db, from, limit))
    }

    fn stages(&mut self, ids: &[PerformanceId]) -> Result<Vec<Stage>, StoreError> {
        self.snapshot(|db| {
            let found = ids.iter().map(|id| load::stage(db, *id));
            Ok(found.collect::<Sql<Vec<_>>>()?.into_iter().flatten().collect())
        })
    }

    fn scan(
        &mut self,
        kind: RowKind,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<Effect>, Option<Cursor>), StoreError> {
        self.snapshot(|db| scan::slice(db, kind, from, limit))
    }

    fn mark(&mut self) -> Result<Option<Vec<(IdKind, u64)>>, StoreError> {
        self.snapshot(|db| {
            let mut mark = db.prepare_cached("SELECT value FROM meta WHERE name = 'mark'")?;
            let packed: Option<Vec<u64>> = mark.query_row([], |row| unpack(row, 0)).optional()?;
            Ok(packed.map(|counts| IdKind::ALL.into_iter().zip(counts).collect()))
        })
    }
}
