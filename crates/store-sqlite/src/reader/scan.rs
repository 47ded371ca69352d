//! Walking every row of a kind in slices, in the order of its table.

use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use usher_core::{Effect, Event, RoomId};
use usher_engine::{Cursor, Lot, RowKind};

use super::unpack;
use crate::cells;
use crate::error::Sql;
use crate::load::select;

/// At most `limit` rows after the cursor (events: of so many batches), and where to go on.
pub(super) fn slice(
    db: &Connection,
    kind: RowKind,
    from: Option<&Cursor>,
    limit: usize,
) -> Sql<(Vec<Effect>, Option<Cursor>)> {
    let walk = Walk { db, from, limit };
    match kind {
        RowKind::Concert => walk
            .by_id(select!(CONCERT, "concerts WHERE id > ?1 ORDER BY id LIMIT ?2"), |row| {
                cells::concert(row).map(|concert| Effect::Concert(Arc::new(concert)))
            }),
        RowKind::Performance => walk
            .by_id(select!(PERFORMANCE, "performances WHERE id > ?1 ORDER BY id LIMIT ?2"), |row| {
                cells::performance(row).map(|performance| Effect::Performance(Arc::new(performance)))
            }),
        RowKind::Stage => walk
            .by_id(select!(STAGE, "stages WHERE performance > ?1 ORDER BY performance LIMIT ?2"), |row| {
                cells::stage(row).map(Effect::Stage)
            }),
        RowKind::Claim => walk.rows(
            select!(
                CLAIM,
                "claims WHERE (performance, hold, seat) > (?1, ?2, ?3) ORDER BY performance, hold, seat LIMIT ?4"
            ),
            &[Value::Integer(0), Value::Integer(0), Value::Integer(0)],
            |row| cells::claim(row).map(Effect::Claim),
        ),
        // Counts are kept in memory only, made from the claims.
        RowKind::Count => Ok((Vec::new(), None)),
        RowKind::Hold => walk.by_id(select!(HOLD, "holds WHERE id > ?1 ORDER BY id LIMIT ?2"), |row| {
            cells::hold(row).map(Effect::Hold)
        }),
        RowKind::Booking => walk
            .by_id(select!(BOOKING, "bookings WHERE id > ?1 ORDER BY id LIMIT ?2"), |row| {
                cells::booking(row).map(Effect::Booking)
            }),
        RowKind::Payment => walk
            .by_id(select!(PAYMENT, "payments WHERE id > ?1 ORDER BY id LIMIT ?2"), |row| {
                cells::payment(row).map(Effect::Payment)
            }),
        RowKind::Account => walk.rows(
            select!(ACCOUNT, "accounts WHERE user > ?1 ORDER BY user LIMIT ?2"),
            &[Value::Text(String::new())],
            |row| cells::account(row).map(Effect::Account),
        ),
        RowKind::Movement => walk
            .by_id(select!(MOVEMENT, "movements WHERE id > ?1 ORDER BY id LIMIT ?2"), |row| {
                cells::movement(row).map(Effect::Movement)
            }),
        RowKind::Room => {
            let start = [Value::Text(String::new())];
            walk.rows("SELECT id, packed FROM rooms WHERE id > ?1 ORDER BY id LIMIT ?2", &start, |row| {
                unpack(row, 1).map(Effect::Room)
            })
        }
        RowKind::Place => walk.rows(
            select!(PLACE, "places WHERE (room, number) > (?1, ?2) ORDER BY room, number LIMIT ?3"),
            &[Value::Text(String::new()), Value::Integer(0)],
            |row| cells::place(row).map(Effect::Place),
        ),
        RowKind::Event => {
            let batches = "SELECT first, packed FROM events WHERE first > ?1 ORDER BY first LIMIT ?2";
            let (slices, cursor) = walk.by_id(batches, |row| unpack::<Vec<Event>>(row, 1))?;
            Ok((slices.into_iter().flatten().map(Effect::Event).collect(), cursor))
        }
    }
}

/// Performances with their hot rows, in one walk.
pub(super) fn lots(db: &Connection, from: Option<&Cursor>, limit: usize) -> Sql<(Vec<Lot>, Option<Cursor>)> {
    let lots = "SELECT s.performance, s.state, s.version, s.event_sequence, s.held, s.sold, s.blocked, s.bookings, \
                       s.bookings_when_cancelled, s.refunded, p.room, p.begins_at, p.seats_max \
                FROM performances p JOIN stages s ON s.performance = p.id WHERE p.id > ?1 ORDER BY p.id LIMIT ?2";
    Walk { db, from, limit }.by_id(lots, |row| {
        let stage = cells::stage(row)?;
        let room = RoomId::stored(row.get_ref(10)?.as_str()?);
        let (begins_at, seats_max) = (cells::time(row, 11)?, row.get(12)?);
        Ok(Lot { performance: stage.performance, room, begins_at, seats_max, stage })
    })
}

struct Walk<'a> {
    db: &'a Connection,
    from: Option<&'a Cursor>,
    limit: usize,
}

impl Walk<'_> {
    fn by_id<T>(&self, sql: &str, read: impl Fn(&Row<'_>) -> Sql<T>) -> Sql<(Vec<T>, Option<Cursor>)> {
        self.rows(sql, &[Value::Integer(i64::MIN)], read)
    }

    /// Rows after a key, whose columns come first in each row; `first` is a key before all others.
    fn rows<T>(
        &self,
        sql: &str,
        first: &[Value],
        read: impl Fn(&Row<'_>) -> Sql<T>,
    ) -> Sql<(Vec<T>, Option<Cursor>)> {
        let mut values: Vec<Value> = match self.from {
            None => first.to_vec(),
            Some(cursor) => key_from(&cursor.0, first),
        };
        values.push(Value::Integer(self.limit as i64));
        let mut select = self.db.prepare_cached(sql)?;
        let mut rows = select.query(params_from_iter(values))?;
        let (mut found, mut last) = (Vec::new(), None);
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
            if found.len() == self.limit {
                last = Some(Cursor(key_of(row, first)?));
            }
        }
        Ok((found, last))
    }
}

/// A key as bytes: an integer as eight of them, a text with its length before it.
fn key_of(row: &Row<'_>, shape: &[Value]) -> Sql<Vec<u8>> {
    let mut key = Vec::new();
    for (column, value) in shape.iter().enumerate() {
        if let Value::Text(_) = value {
            let text: String = row.get(column)?;
            key.extend((text.len() as u64).to_be_bytes());
            key.extend(text.into_bytes());
        } else {
            key.extend(row.get::<_, i64>(column)?.to_be_bytes());
        }
    }
    Ok(key)
}

fn key_from(mut bytes: &[u8], shape: &[Value]) -> Vec<Value> {
    let mut values = Vec::with_capacity(shape.len());
    for value in shape {
        let Some((number, rest)) = bytes.split_first_chunk::<8>() else { break };
        bytes = rest;
        if let Value::Text(_) = value {
            let (text, rest) = bytes.split_at((u64::from_be_bytes(*number) as usize).min(bytes.len()));
            values.push(Value::Text(String::from_utf8_lossy(text).into_owned()));
            bytes = rest;
        } else {
            values.push(Value::Integer(i64::from_be_bytes(*number)));
        }
    }
    values
}
