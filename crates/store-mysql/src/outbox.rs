//! The outbox: events without a position, and events with one.
//!
//! A batch writes its events without a position, in its own transaction. Batches of several desks commit in another
//! order than their ids were drawn in, so a reader that went on after the last id would skip events. Instead rows
//! are claimed by their state, that is by the table they stand in, and moved to the other one under the next
//! positions, in a short transaction under a lock. Positions are therefore dense and ascend in the order in which
//! events become readable.
//!
//! An aggregate's events keep their order: its row was locked when they were made, so an event that is committed has
//! every earlier one of its aggregate committed before it, dated no later.

use std::collections::BTreeMap;

use usher_core::{Aggregate, Event, Timestamp};
use usher_engine::{StoreError, WaitingEvent};

use crate::cells::Cells;
use crate::error::store_error;
use crate::link::Link;
use crate::literal::{self, Tuple};

/// Events that get positions in one transaction, about.
const SLICE: usize = 1_000;
/// Slices that one call gives positions to at most.
const SLICES_MAX: usize = 10_000;
/// Events are kept for seven days.
const KEPT_MS: i64 = 7 * 24 * 3600 * 1000;
/// Events that are forgotten at a time.
const FORGOTTEN_MAX: usize = 1_000;

const GIVE: &str = "give events their positions";

struct Unplaced {
    event: Event,
    packed: Vec<u8>,
}

/// Writes a batch's events within its transaction.
pub(crate) fn write(link: &mut Link, events: &[Event]) -> Result<(), StoreError> {
    let rows = events.iter().map(|event| {
        let packed = postcard::to_allocvec(event).expect("an event is a plain value");
        Tuple::default().int(event.at.unix_ms()).id(event.id.get()).bytes(&packed)
    });
    literal::insert(link, "write events", "INSERT INTO events_new (at, id, packed)", rows, "")
}

/// Gives every committed event its position.
pub(crate) fn place_all(link: &mut Link) -> Result<(), StoreError> {
    for _ in 0..SLICES_MAX {
        if !place_slice(link)? {
            break;
        }
    }
    Ok(())
}

/// Gives a slice of the events without a position theirs; whether there were any.
pub(crate) fn place_slice(link: &mut Link) -> Result<bool, StoreError> {
    if link.number(GIVE, "SELECT 1 FROM events_new LIMIT 1")?.is_none() {
        return Ok(false);
    }
    // Each statement must see what was committed while this transaction waited for the lock.
    link.run(GIVE, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")?;
    link.run(GIVE, "START TRANSACTION")?;
    let placed = place_locked(link).and_then(|placed| {
        let committed = link.commit();
        if committed.is_err() {
            link.disconnect();
        }
        committed.map(|()| placed).map_err(store_error(GIVE))
    });
    if placed.is_err() {
        link.roll_back();
    }
    placed
}

fn place_locked(link: &mut Link) -> Result<bool, StoreError> {
    let lock = "SELECT CAST(value AS SIGNED) FROM meta WHERE name = 'event_position' FOR UPDATE";
    let mut position = link.number(GIVE, lock)?.unwrap_or(0);
    // A whole millisecond at a time: its events are put in order together.
    let cut = format!("SELECT at FROM events_new ORDER BY at, id LIMIT 1 OFFSET {}", SLICE - 1);
    let until = link.number(GIVE, &cut)?.unwrap_or(i64::MAX);
    let select = format!("SELECT packed FROM events_new WHERE at <= {until} ORDER BY at, id");
    let mut events = Vec::new();
    for row in link.rows(GIVE, &select)? {
        let packed = Cells::from(row).bytes()?;
        let event = postcard::from_bytes(&packed)
            .map_err(|_| crate::error::corrupt("an event cannot be unpacked"))?;
        events.push(Unplaced { event, packed });
    }
    if events.is_empty() {
        return Ok(false);
    }
    put_in_order(&mut events);
    let placed = events.iter().map(|Unplaced { event, packed }| {
        position += 1;
        Tuple::default().int(position).id(event.id.get()).int(event.at.unix_ms()).bytes(packed)
    });
    literal::insert(link, GIVE, "INSERT INTO events (position, id, at, packed)", placed, "")?;
    let same =
        |Unplaced { event, .. }: &Unplaced| format!("(e.at={} AND e.id={})", event.at.unix_ms(), event.id);
    literal::in_lists(events.iter().map(same), " OR ", |any, _| {
        link.run(GIVE, &format!("DELETE e FROM events_new e FORCE INDEX (PRIMARY) WHERE {any}")).map(drop)
    })?;
    link.run(GIVE, &format!("UPDATE meta SET value = '{position}' WHERE name = 'event_position'"))?;
    Ok(true)
}

/// Sorts by time and id, and within a millisecond each aggregate's events by sequence: ids of two desks say nothing
/// about which was first.
fn put_in_order(events: &mut [Unplaced]) {
    for same_time in events.chunk_by_mut(|one, next| one.event.at == next.event.at) {
        let mut places: BTreeMap<Aggregate, Vec<usize>> = BTreeMap::new();
        for (place, unplaced) in same_time.iter().enumerate() {
            places.entry(unplaced.event.fact.aggregate()).or_default().push(place);
        }
        for places in places.values() {
            // At most a few of one aggregate are out of order, so the plainest sort will do.
            for end in 1..places.len() {
                for at in (1..=end).rev() {
                    let (one, next) = (places[at - 1], places[at]);
                    if same_time[one].event.sequence <= same_time[next].event.sequence {
                        break;
                    }
                    same_time.swap(one, next);
                }
            }
        }
    }
}

/// Events after a position that have one.
pub(crate) fn read(link: &mut Link, after: u64, limit: usize) -> Result<Vec<WaitingEvent>, StoreError> {
    let sql = format!(
        "SELECT position, packed FROM events WHERE position > {after} ORDER BY position LIMIT {limit}"
    );
    let rows = link.rows("read events", &sql)?;
    let read = |row| {
        let mut cells = Cells::from(row);
        Ok(WaitingEvent { position: cells.id()?, event: cells.packed()? })
    };
    rows.into_iter().map(read).collect()
}

/// Forgets a slice of events that are over seven days old; whether there may be more.
pub(crate) fn forget_slice(link: &mut Link, now: Timestamp) -> Result<bool, StoreError> {
    let what = "forget old events";
    let kept_from = now.unix_ms() - KEPT_MS;
    let oldest = link.number(what, "SELECT at FROM events ORDER BY position LIMIT 1")?;
    if oldest.is_none_or(|oldest| oldest >= kept_from) {
        return Ok(false);
    }
    // Nearly in the order of time, so the oldest positions will do.
    let cut = format!("SELECT position FROM events ORDER BY position LIMIT 1 OFFSET {FORGOTTEN_MAX}");
    let until = link.number(what, &cut)?.unwrap_or(i64::MAX);
    let sql = format!(
        "DELETE e FROM events e FORCE INDEX (PRIMARY) WHERE e.position <= {until} AND e.at < {kept_from}"
    );
    Ok(link.run(what, &sql)? >= FORGOTTEN_MAX as u64)
}

#[cfg(test)]
mod tests {
    use usher_core::{EventId, Fact, PerformanceId};

    use super::*;

    fn unplaced(at: i64, id: u64, performance: u64, sequence: u64) -> Unplaced {
        let fact = Fact::PerformanceClosed(PerformanceId::new(performance));
        let at = Timestamp::from_unix_ms(at);
        Unplaced { event: Event { id: EventId::new(id), at, sequence, fact }, packed: Vec::new() }
    }

    #[test]
    fn what_two_desks_did_to_a_performance_in_one_millisecond_is_told_in_order() {
        // The desk with the higher ids was first.
        let mut events = [
            unplaced(7, 1, 1, 3),
            unplaced(7, 2, 2, 9),
            unplaced(7, 3, 1, 4),
            unplaced(7, 10_001, 1, 1),
            unplaced(7, 10_002, 1, 2),
            unplaced(8, 4, 1, 5),
        ];
        put_in_order(&mut events);
        let told: Vec<(i64, u64)> = events.iter().map(|e| (e.event.at.unix_ms(), e.event.sequence)).collect();
        assert_eq!(told, [(7, 1), (7, 9), (7, 2), (7, 3), (7, 4), (8, 5)]);
    }
}
