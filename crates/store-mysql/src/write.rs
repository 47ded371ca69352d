//! Writing: the folded effects of a batch, a dozen statements of many rows.

use usher_core::{Changes, Claim, Delivery, PerformanceId, SeatNumber, Timestamp, UserId, WebhookId};
use usher_engine::StoreError;

use crate::error::violated;
use crate::kept::{DatedPlace, DatedRoom, DatedStage, claim_state, hold_column, put};
use crate::link::Link;
use crate::literal::{self, Tuple};
use crate::outbox;

/// Writes everything but answers, which belong to the locked keys; hot rows are dated `now`.
pub(crate) fn changes(link: &mut Link, changes: &Changes, now: Timestamp) -> Result<(), StoreError> {
    claims(link, changes)?;
    rows(link, changes, now)
}

/// The same but for claims, which a dataset writes by itself.
pub(crate) fn rows(link: &mut Link, changes: &Changes, now: Timestamp) -> Result<(), StoreError> {
    put(link, "write concerts", changes.concerts.iter().map(|concert| &**concert))?;
    put(link, "write performances", changes.performances.iter().map(|performance| &**performance))?;
    let dated = |stage: &usher_core::Stage| DatedStage { stage: *stage, changed_at_ms: now.unix_ms() };
    let stages: Vec<DatedStage> = changes.stages.values().map(dated).collect();
    put(link, "write hot rows", &stages)?;
    put(link, "write holds", changes.holds.values())?;
    put(link, "write bookings", changes.bookings.values())?;
    put(link, "write payments", changes.payments.values())?;
    let mut accounts: Vec<_> = changes.accounts.values().collect();
    accounts.sort_unstable_by(|one, other| one.user.cmp(&other.user));
    put(link, "write accounts", accounts)?;
    put(link, "write transfers", &changes.movements)?;
    counts(link, changes)?;
    waiting_room(link, changes, now)?;
    outbox::write(link, &changes.events)?;
    webhooks(link, changes)
}

/// The last line against selling a seat twice: what stood there must be what the rules saw.
fn claims(link: &mut Link, changes: &Changes) -> Result<(), StoreError> {
    let (mut ended, mut taken) = (Vec::new(), Vec::new());
    // By state as stored: held, sold, blocked.
    let mut changed: [Vec<String>; 3] = Default::default();
    for ((performance, seat), change) in &changes.claims {
        let was = change.before.map(|hold| same(*performance, *seat, hold_column(hold)));
        match (was, &change.after) {
            (Some(was), Some(claim)) if change.before == Some(claim.hold) => {
                changed[claim_state(claim.state) as usize].push(was);
            }
            (was, after) => {
                ended.extend(was);
                taken.extend(after.as_ref());
            }
        }
    }
    let end = |any: &str| format!("DELETE c FROM claims c FORCE INDEX (PRIMARY) WHERE {any}");
    guarded(link, ended, end)?;
    for (state, changed) in changed.into_iter().enumerate() {
        let set =
            |any: &str| format!("UPDATE claims c FORCE INDEX (PRIMARY) SET c.state = {state} WHERE {any}");
        guarded(link, changed, set)?;
    }
    put::<Claim>(link, "take seats", taken)
}

fn same(performance: PerformanceId, seat: SeatNumber, hold: u64) -> String {
    format!("(c.performance={performance} AND c.seat={seat} AND c.hold={hold})")
}

/// Runs a statement on claims that must all be as they were seen.
fn guarded(
    link: &mut Link,
    claims: Vec<String>,
    statement: impl Fn(&str) -> String,
) -> Result<(), StoreError> {
    literal::in_lists(claims, " OR ", |any, count| {
        let found = link.run("change claims", &statement(any))?;
        if found == count as u64 {
            return Ok(());
        }
        Err(violated(format!("{} of {count} claims are not as the rules saw them", count as u64 - found)))
    })
}

fn counts(link: &mut Link, changes: &Changes) -> Result<(), StoreError> {
    let tuple = |((performance, user), seats): (&(PerformanceId, UserId), &u32)| {
        Tuple::default().id(performance.get()).text(user.as_str()).id((*seats).into())
    };
    let counted = changes.counts.iter().filter(|(_, seats)| **seats > 0).map(tuple);
    let head = "INSERT INTO counts (performance, user, seats)";
    literal::insert(link, "count seats", head, counted, "ON DUPLICATE KEY UPDATE seats = VALUES(seats)")?;
    let gone = changes.counts.iter().filter(|(_, seats)| **seats == 0).map(|((performance, user), _)| {
        format!("(c.performance={performance} AND c.user={})", literal::text(user.as_str()))
    });
    literal::in_lists(gone, " OR ", |any, _| {
        let sql = format!("DELETE c FROM counts c FORCE INDEX (PRIMARY) WHERE {any}");
        link.run("count seats", &sql).map(drop)
    })
}

/// A user's new place takes the row of the old one, so what was replaced needs no writing.
fn waiting_room(link: &mut Link, changes: &Changes, now: Timestamp) -> Result<(), StoreError> {
    let changed_at_ms = now.unix_ms();
    let rooms = changes.rooms.iter();
    let rooms = rooms.map(|(id, room)| DatedRoom { id: id.clone(), room: Some(room.clone()), changed_at_ms });
    put(link, "write rooms", &rooms.collect::<Vec<_>>())?;
    let mut places: Vec<DatedPlace> = changes
        .places
        .values()
        .flatten()
        .map(|place| {
            let key = (place.room.clone(), place.user.clone());
            DatedPlace { key, place: Some(place.clone()), changed_at_ms }
        })
        .collect();
    places.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    put(link, "write places", &places)
}

fn webhooks(link: &mut Link, changes: &Changes) -> Result<(), StoreError> {
    for (id, webhook) in &changes.webhooks {
        let sql = match webhook {
            Some(webhook) => {
                let packed = postcard::to_allocvec(webhook).expect("a webhook is a plain value");
                let row = Tuple::default().id(id.get()).bytes(&packed).close();
                format!("INSERT INTO webhooks (id, packed) VALUES {row}")
            }
            None => format!("DELETE FROM webhooks WHERE id = {id}"),
        };
        link.run("write webhooks", &sql)?;
    }
    changes.deliveries.iter().try_for_each(|(id, delivery)| write_delivery(link, *id, delivery))
}

/// A webhook that another node has removed meanwhile is not there to be written to, and that is well.
fn write_delivery(link: &mut Link, id: WebhookId, delivery: &Delivery) -> Result<(), StoreError> {
    let packed = postcard::to_allocvec(delivery).expect("a delivery is a plain value");
    let sql = format!("UPDATE webhooks SET delivery = {} WHERE id = {id}", literal::bytes(&packed));
    link.run("record a delivery", &sql).map(drop)
}
