//! Writing: the folded effects of a batch, each as one statement on its row. A row that is not as the rules had it
//! fails the batch.

use rusqlite::{Connection, params};
use usher_core::{Changes, ClaimChange, Event, PerformanceId, SeatNumber};

use crate::cells;
use crate::error::{Sql, store_error, violated};
use crate::taken::Taken;
use usher_engine::StoreError;

/// Writes everything but what goes to the answers (their table changes by turns) and the history (written behind).
pub(crate) fn changes(db: &Connection, changes: &Changes) -> Result<(), StoreError> {
    let failed = store_error("write a batch");
    catalogue(db, changes).map_err(&failed)?;
    stages(db, changes).map_err(&failed)?;
    claims(db, changes)?;
    holds(db, changes).map_err(&failed)?;
    sales(db, changes).map_err(&failed)?;
    money(db, changes).map_err(&failed)?;
    rooms(db, changes).map_err(&failed)?;
    events(db, &changes.events).map_err(&failed)?;
    webhooks(db, changes).map_err(&failed)
}

fn catalogue(db: &Connection, changes: &Changes) -> Sql<()> {
    for concert in &changes.concerts {
        let mut insert = db.prepare_cached("INSERT INTO concerts VALUES(?1, ?2, ?3)")?;
        insert.execute(params![concert.id.get() as i64, &*concert.title, concert.created_at.unix_ms()])?;
    }
    for new in &changes.performances {
        let mut insert = db.prepare_cached(
            "INSERT INTO performances VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        insert.execute(params![
            new.id.get() as i64,
            new.concert.get() as i64,
            new.begins_at.unix_ms(),
            new.duration.ms() as i64,
            &*new.title,
            new.description.as_deref(),
            new.price.minor_units() as i64,
            new.seats_max,
            new.sale_opens_at.unix_ms(),
            new.sale_closes_at.unix_ms(),
            new.hold_ttl.ms() as i64,
            new.seats_per_user_max,
            new.room.as_str(),
            new.created_at.unix_ms(),
        ])?;
    }
    raise(db, "hold_ttl_max_ms", changes.performances.iter().map(|new| new.hold_ttl.ms()).max())
}

/// Raises a number that the next start must know.
fn raise(db: &Connection, name: &str, value: Option<u64>) -> Sql<()> {
    if let Some(value) = value {
        let mut raise = db.prepare_cached("UPDATE meta SET value = max(value, ?2) WHERE name = ?1")?;
        raise.execute(params![name, value as i64])?;
    }
    Ok(())
}

fn stages(db: &Connection, changes: &Changes) -> Sql<()> {
    for stage in changes.stages.values() {
        db.prepare_cached(
            "INSERT INTO stages VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, x'') \
             ON CONFLICT(performance) DO UPDATE SET state = ?2, version = ?3, event_sequence = ?4, held = ?5, \
             sold = ?6, blocked = ?7, bookings = ?8, bookings_when_cancelled = ?9, refunded = ?10",
        )?
        .execute(params![
            stage.performance.get() as i64,
            cells::sale_state(stage.state),
            stage.version as i64,
            stage.event_sequence as i64,
            stage.held,
            stage.sold,
            stage.blocked,
            stage.bookings,
            stage.bookings_when_cancelled,
            stage.refunded,
        ])?;
    }
    Ok(())
}

/// The last line against selling a seat twice: what stood there must be what the rules saw.
fn claims(db: &Connection, changes: &Changes) -> Result<(), StoreError> {
    let failed = store_error("write claims");
    let mut rest = changes.claims.iter().peekable();
    while let Some(((performance, _), _)) = rest.peek().copied() {
        let mut taken = Taken::of(db, *performance).map_err(&failed)?;
        while let Some(((_, seat), change)) = rest.next_if(|((next, _), _)| next == performance) {
            let was = taken.replace(*seat, change.after.is_some());
            let is_as_seen = was == change.before.is_some();
            if !is_as_seen || !claim(db, *performance, *seat, change).map_err(&failed)? {
                return Err(violated(format!(
                    "seat {seat} of performance {performance} is not claimed as the rules had it"
                )));
            }
        }
        taken.write(db, *performance).map_err(&failed)?;
    }
    Ok(())
}

/// Whether the row that stood there was that of the hold that the rules saw.
fn claim(db: &Connection, performance: PerformanceId, seat: SeatNumber, change: &ClaimChange) -> Sql<bool> {
    let ended = match (&change.before, &change.after) {
        (Some(hold), Some(after)) if *hold == after.hold => {
            let mut update = db.prepare_cached(
                "UPDATE claims SET state = ?4 WHERE performance = ?1 AND hold = ?2 AND seat = ?3",
            )?;
            let hold = cells::claim_hold(*hold);
            let state = cells::claim_state(after.state);
            return Ok(update.execute(params![performance.get() as i64, hold, seat.get(), state])? == 1);
        }
        (Some(hold), _) => {
            let mut delete =
                db.prepare_cached("DELETE FROM claims WHERE performance = ?1 AND hold = ?2 AND seat = ?3")?;
            delete.execute(params![performance.get() as i64, cells::claim_hold(*hold), seat.get()])? == 1
        }
        (None, _) => true,
    };
    if let (true, Some(claim)) = (ended, &change.after) {
        db.prepare_cached("INSERT INTO claims VALUES(?1, ?2, ?3, ?4, ?5)")?.execute(params![
            claim.performance.get() as i64,
            cells::claim_hold(claim.hold),
            claim.seat.get(),
            cells::claim_state(claim.state),
            claim.user.as_ref().map(|user| user.as_str()),
        ])?;
    }
    Ok(ended)
}

fn holds(db: &Connection, changes: &Changes) -> Sql<()> {
    for hold in changes.holds.values() {
        let (state, booking, payment) = cells::hold_state(hold.state);
        db.prepare_cached(
            "INSERT INTO holds VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
             ON CONFLICT(id) DO UPDATE SET state = ?8, booking = ?9, payment = ?10",
        )?
        .execute(params![
            hold.id.get() as i64,
            hold.performance.get() as i64,
            hold.user.as_str(),
            cells::seats_blob(&hold.seats),
            hold.amount.minor_units() as i64,
            hold.created_at.unix_ms(),
            hold.expires_at.unix_ms(),
            state,
            booking,
            payment,
            hold.pass.as_ref().map(|pass| pass.room.as_str()),
            hold.pass.as_ref().map(|pass| pass.number as i64),
        ])?;
    }
    Ok(())
}

fn sales(db: &Connection, changes: &Changes) -> Sql<()> {
    for booking in changes.bookings.values() {
        db.prepare_cached(
            "INSERT INTO bookings VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
             ON CONFLICT(id) DO UPDATE SET cancelled = ?8",
        )?
        .execute(params![
            booking.id.get() as i64,
            booking.hold.get() as i64,
            booking.payment.get() as i64,
            booking.performance.get() as i64,
            booking.user.as_str(),
            booking.created_at.unix_ms(),
            booking.closed_when_booked,
            booking.cancelled,
        ])?;
    }
    for payment in changes.payments.values() {
        db.prepare_cached(
            "INSERT INTO payments VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
             ON CONFLICT(id) DO UPDATE SET refunded_at = ?9, refund = ?10",
        )?
        .execute(params![
            payment.id.get() as i64,
            payment.hold.get() as i64,
            payment.booking.get() as i64,
            payment.performance.get() as i64,
            payment.user.as_str(),
            payment.amount.minor_units() as i64,
            payment.method.map(cells::method),
            payment.created_at.unix_ms(),
            payment.refund.map(|refund| refund.at.unix_ms()),
            payment.refund.and_then(|refund| refund.transfer).map(|transfer| transfer.get() as i64),
        ])?;
    }
    Ok(())
}

fn money(db: &Connection, changes: &Changes) -> Sql<()> {
    let opened = changes.accounts.values().filter(|account| account.event_sequence <= 1);
    raise(db, "balance_last", opened.map(|account| account.id.get()).max())?;
    for account in changes.accounts.values() {
        db.prepare_cached(
            "INSERT INTO accounts VALUES(?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT(user) DO UPDATE SET balance = ?3, updated_at = ?5, event_sequence = ?6",
        )?
        .execute(params![
            account.user.as_str(),
            account.id.get() as i64,
            account.balance.minor_units() as i64,
            account.created_at.unix_ms(),
            account.updated_at.unix_ms(),
            account.event_sequence as i64,
        ])?;
    }
    for movement in &changes.movements {
        db.prepare_cached("INSERT INTO movements VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
            movement.id.get() as i64,
            movement.user.as_str(),
            cells::reason(movement.reason),
            movement.amount.minor_units() as i64,
            movement.balance_after.minor_units() as i64,
            movement.hold.map(|hold| hold.get() as i64),
            movement.created_at.unix_ms(),
        ])?;
    }
    Ok(())
}

fn rooms(db: &Connection, changes: &Changes) -> Sql<()> {
    for room in changes.rooms.values() {
        let packed = postcard::to_allocvec(room).expect("a room is a plain value");
        db.prepare_cached("INSERT OR REPLACE INTO rooms VALUES(?1, ?2)")?
            .execute(params![room.id.as_str(), packed])?;
    }
    for ((room, number), place) in &changes.places {
        let Some(place) = place else {
            let mut delete = db.prepare_cached("DELETE FROM places WHERE room = ?1 AND number = ?2")?;
            delete.execute(params![room.as_str(), *number as i64])?;
            continue;
        };
        let state = postcard::to_allocvec(&place.state).expect("a state is a plain value");
        db.prepare_cached(
            "INSERT INTO places VALUES(?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT(room, number) DO UPDATE SET event_sequence = ?5, state = ?6",
        )?
        .execute(params![
            room.as_str(),
            *number as i64,
            place.user.as_str(),
            place.joined_at.unix_ms(),
            place.event_sequence as i64,
            state,
        ])?;
    }
    Ok(())
}

fn events(db: &Connection, events: &[Event]) -> Sql<()> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(()) };
    let packed = postcard::to_allocvec(events).expect("events are plain values, and memory is there");
    let mut insert = db.prepare_cached("INSERT INTO events VALUES(?1, ?2, ?3, ?4)")?;
    insert.execute(params![first.id.get() as i64, last.id.get() as i64, last.at.unix_ms(), packed])?;
    Ok(())
}

fn webhooks(db: &Connection, changes: &Changes) -> Sql<()> {
    raise(db, "webhook_last", changes.webhooks.keys().map(|id| id.get()).max())?;
    for (id, webhook) in &changes.webhooks {
        let id = id.get() as i64;
        match webhook {
            Some(webhook) => {
                let packed = postcard::to_allocvec(webhook).expect("a webhook is a plain value");
                db.execute("INSERT INTO webhooks VALUES(?1, ?2)", params![id, packed])?;
            }
            None => {
                db.execute("DELETE FROM webhooks WHERE id = ?1", [id])?;
                db.execute("DELETE FROM deliveries WHERE webhook = ?1", [id])?;
            }
        }
    }
    for (id, delivery) in &changes.deliveries {
        let packed = postcard::to_allocvec(delivery).expect("a delivery is a plain value");
        db.prepare_cached("INSERT OR REPLACE INTO deliveries VALUES(?1, ?2)")?
            .execute(params![id.get() as i64, packed])?;
    }
    Ok(())
}
