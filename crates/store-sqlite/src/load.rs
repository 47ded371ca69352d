//! Loading rows into the working set. What is there already is current: this desk is alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};
use rustc_hash::FxHashMap;
use usher_core::{
    BookingId, Claim, Concert, ConcertId, FactId, Facts, Hold, HoldFact, HoldId, HoldState, House,
    PaymentFact, Performance, PerformanceId, Reads, Room, RoomId, Rows, Stage, TransferId, UserId,
};

use crate::cells;
use crate::error::Sql;

/// One row by its id.
pub(crate) fn one<T>(
    db: &Connection,
    sql: &str,
    id: u64,
    read: impl Fn(&Row<'_>) -> Sql<T>,
) -> Sql<Option<T>> {
    db.prepare_cached(sql)?.query_row([id as i64], |row| read(row)).optional()
}

macro_rules! select {
    ($columns:ident, $rest:literal) => {{
        // Built once: the columns are constants of `cells`.
        static SQL: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| format!(concat!("SELECT {} FROM ", $rest), $crate::cells::$columns));
        SQL.as_str()
    }};
}
pub(crate) use select;

pub(crate) fn concert(db: &Connection, id: ConcertId) -> Sql<Option<Concert>> {
    one(db, select!(CONCERT, "concerts WHERE id = ?1"), id.get(), cells::concert)
}

pub(crate) fn performance(db: &Connection, id: PerformanceId) -> Sql<Option<Performance>> {
    one(db, select!(PERFORMANCE, "performances WHERE id = ?1"), id.get(), cells::performance)
}

pub(crate) fn stage(db: &Connection, id: PerformanceId) -> Sql<Option<Stage>> {
    one(db, select!(STAGE, "stages WHERE performance = ?1"), id.get(), cells::stage)
}

pub(crate) fn hold(db: &Connection, id: HoldId) -> Sql<Option<Hold>> {
    one(db, select!(HOLD, "holds WHERE id = ?1"), id.get(), cells::hold)
}

pub(crate) fn booking(db: &Connection, id: BookingId) -> Sql<Option<usher_core::Booking>> {
    one(db, select!(BOOKING, "bookings WHERE id = ?1"), id.get(), cells::booking)
}

pub(crate) fn payment(db: &Connection, id: TransferId) -> Sql<Option<usher_core::Payment>> {
    one(db, select!(PAYMENT, "payments WHERE id = ?1"), id.get(), cells::payment)
}

pub(crate) fn movement(db: &Connection, id: TransferId) -> Sql<Option<usher_core::Movement>> {
    one(db, select!(MOVEMENT, "movements WHERE id = ?1"), id.get(), cells::movement)
}

pub(crate) fn account(db: &Connection, user: &UserId) -> Sql<Option<usher_core::Account>> {
    db.prepare_cached(select!(ACCOUNT, "accounts WHERE user = ?1"))?
        .query_row([user.as_str()], cells::account)
        .optional()
}

pub(crate) fn room(db: &Connection, id: &RoomId) -> Sql<Option<Room>> {
    db.prepare_cached("SELECT packed FROM rooms WHERE id = ?1")?
        .query_row([id.as_str()], |row| crate::reader::unpack(row, 0))
        .optional()
}

/// Those of a performance, in order of their seats.
pub(crate) fn claims(db: &Connection, id: PerformanceId) -> Sql<Vec<Claim>> {
    let mut claims = db.prepare_cached(select!(CLAIM, "claims WHERE performance = ?1"))?;
    let found = claims.query_map([id.get() as i64], cells::claim)?;
    let mut found: Vec<Claim> = found.collect::<Sql<_>>()?;
    found.sort_unstable_by_key(|claim| claim.seat);
    Ok(found)
}

/// A whole performance: one look-up each for its rows and its concert, one range scan for its claims.
pub(crate) fn house(db: &Connection, id: PerformanceId) -> Sql<Option<House>> {
    let Some(performance) = performance(db, id)? else { return Ok(None) };
    let missing = || rusqlite::Error::QueryReturnedNoRows;
    let concert = concert(db, performance.concert)?.ok_or_else(missing)?;
    let stage = stage(db, id)?.ok_or_else(missing)?;
    let mut counts: FxHashMap<UserId, u32> = FxHashMap::default();
    let mut by_seat = BTreeMap::new();
    for claim in claims(db, id)? {
        if let Some(user) = &claim.user {
            *counts.entry(user.clone()).or_default() += 1;
        }
        by_seat.insert(claim.seat, claim);
    }
    Ok(Some(House {
        performance: Arc::new(performance),
        concert: Arc::new(concert),
        stage,
        claims: by_seat,
        counts,
    }))
}

pub(crate) fn fact(db: &Connection, id: FactId, facts: &mut Facts) -> Sql<()> {
    match id {
        FactId::Hold(id) => {
            if let Some(hold) = hold(db, id)? {
                facts.holds.insert(id, HoldFact::of(&hold));
            }
        }
        FactId::Payment(id) => {
            if let Some(paid) = payment(db, id)? {
                let (performance, hold, booking) = (paid.performance, paid.hold, paid.booking);
                facts.payments.insert(id, PaymentFact { performance, user: paid.user, hold, booking });
            }
        }
    }
    Ok(())
}

/// Everything in `reads` that is not in `rows` yet. Seats, blocks and counts came with their performance.
pub(crate) fn reads(db: &Connection, reads: &Reads, rows: &mut Rows) -> Sql<()> {
    for id in &reads.concerts {
        if let Some(found) = concert(db, *id)? {
            rows.concerts.insert(*id, Arc::new(found));
        }
    }
    for id in &reads.houses {
        load_house(db, *id, rows)?;
    }
    for id in &reads.holds {
        load_hold(db, *id, rows)?;
    }
    for id in &reads.payments {
        if let (false, Some(found)) = (rows.payments.contains_key(id), payment(db, *id)?) {
            rows.payments.insert(*id, found);
        }
    }
    for id in &reads.movements {
        if let Some(found) = movement(db, *id)? {
            rows.movements.insert(*id, found);
        }
    }
    for id in &reads.webhooks {
        let packed = one(db, "SELECT packed FROM webhooks WHERE id = ?1", id.get(), |row| {
            crate::reader::unpack(row, 0)
        })?;
        if let Some(webhook) = packed {
            rows.webhooks.insert(*id, webhook);
        }
    }
    Ok(())
}

pub(crate) fn load_house(db: &Connection, id: PerformanceId, rows: &mut Rows) -> Sql<()> {
    if !rows.houses.contains_key(&id)
        && let Some(found) = house(db, id)?
    {
        rows.houses.insert(id, found);
    }
    Ok(())
}

/// A hold with its booking, if it has one.
fn load_hold(db: &Connection, id: HoldId, rows: &mut Rows) -> Sql<()> {
    if !rows.holds.contains_key(&id)
        && let Some(found) = hold(db, id)?
    {
        rows.holds.insert(id, found);
    }
    let booked = match rows.holds.get(&id).map(|hold| hold.state) {
        Some(HoldState::Booked(booking, _) | HoldState::Cancelled(booking, _)) => Some(booking),
        Some(HoldState::Live | HoldState::Released | HoldState::Expired) | None => None,
    };
    if let Some(id) = booked
        && !rows.bookings.contains_key(&id)
        && let Some(found) = booking(db, id)?
    {
        rows.bookings.insert(id, found);
    }
    Ok(())
}
