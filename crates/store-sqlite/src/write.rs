//! Writing: the folded effects of a batch, each as one statement on its row. A row that is not as the rules had it
//! fails the batch.

use rusqlite::{Connection, params};
use usher_core::{Changes, Claim, ClaimChange, Event, HoldId, PerformanceId, SeatNumber};

use crate::cells;
use crate::error::{Sql, store_error, violated};
use usher_engine::StoreError;

/// Writes everything but what goes to the answers (their table changes by turns) and the history (written behind).
pub(crate) fn changes(db: &Connection, changes: &Changes) -> Result<(), StoreError> {
    let failed = store_error("write a batch");
    catalogue(db, changes).map_err(&failed)?;
    for ((performance, seat), change) in &changes.claims {
        claim(db, *performance, *seat, change)?;
    }
    stages_and_holds(db, changes).map_err(&failed)?;
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

/// The last line against selling a seat twice: what stood there must be what the rules saw.
fn claim(
    db: &Connection,
    performance: PerformanceId,
    seat: SeatNumber,
    change: &ClaimChange,
) -> Result<(), StoreError> {
    let failed = store_error("write a claim");
    let at = (performance.get() as i64, seat.get());
    let same_hold = |claim: &Claim| change.before == Some(claim.hold);
    let found = match (&change.before, &change.after) {
        (Some(hold), Some(claim)) if same_hold(claim) => {
            let mut update = db
                .prepare_cached(
                    "UPDATE claims SET state = ?4 WHERE performance = ?1 AND seat = ?2 AND hold IS ?3",
                )
                .map_err(&failed)?;
            update.execute(params![at.0, at.1, raw(*hold), cells::claim_state(claim.state)])
        }
        (Some(hold), after) => {
            let mut delete = db
                .prepare_cached("DELETE FROM claims WHERE performance = ?1 AND seat = ?2 AND hold IS ?3")
                .map_err(&failed)?;
            let deleted = delete.execute(params![at.0, at.1, raw(*hold)]);
            match (deleted, after) {
                (Ok(1), Some(claim)) => insert_claim(db, claim),
                (deleted, _) => deleted,
            }
        }
        (None, Some(claim)) => insert_claim(db, claim),
        (None, None) => Ok(1),
    };
    match found.map_err(&failed)? {
        1 => Ok(()),
        _ => Err(violated(format!(
            "seat {seat} of performance {performance} is not claimed as the rules had it"
        ))),
    }
}

fn raw(hold: Option<HoldId>) -> Option<i64> {
    hold.map(|hold| hold.get() as i64)
}

fn insert_claim(db: &Connection, claim: &Claim) -> Sql<usize> {
    db.prepare_cached("INSERT INTO claims VALUES(?1, ?2, ?3, ?4, ?5)")?.execute(params![
        claim.performance.get() as i64,
        claim.seat.get(),
        cells::claim_state(claim.state),
        raw(claim.hold),
        claim.user.as_ref().map(|user| user.as_str()),
    ])
}

fn stages_and_holds(db: &Connection, changes: &Changes) -> Sql<()> {
    for stage in changes.stages.values() {
        db.prepare_cached("INSERT OR REPLACE INTO stages VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?
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
            raw(movement.hold),
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
