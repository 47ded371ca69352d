//! Writing a dataset into an empty store, in transactions of a few thousand rows.

use usher_core::{Answer, Changes, Claim, Effect, IdKind, Timestamp};
use usher_engine::{Bulk, StoreError};

use crate::answers::LockedKeys;
use crate::error::{store_error, unavailable};
use crate::ids;
use crate::kept::{claim_state, hold_column};
use crate::link::Link;
use crate::literal::{self, Tuple};
use crate::open::prepared;
use crate::write;

/// Effects that are folded and written in one transaction.
const CHUNK: usize = 10_000;

/// An empty store, to be filled.
pub struct MysqlBulk {
    link: Link,
}

/// Opens a database that holds no data yet, to fill it; makes the schema if it has none.
///
/// # Errors
/// If there is data in it, or it cannot be served from ([`crate::open`]).
pub fn open_empty(url: &str) -> Result<MysqlBulk, StoreError> {
    let mut link = prepared(url)?;
    let any = "SELECT EXISTS(SELECT 1 FROM concerts) OR EXISTS(SELECT 1 FROM accounts) \
               OR EXISTS(SELECT 1 FROM meta WHERE name IN ('mark', 'seeding'))";
    if link.number("look for data", any)? != Some(0) {
        let advice = "name an empty database in `store.url`, or drop this one first";
        return Err(unavailable("seed a database that holds data", advice, "it is not empty".to_string()));
    }
    Ok(MysqlBulk { link })
}

impl Bulk for MysqlBulk {
    fn load(
        &mut self,
        effects: &mut dyn Iterator<Item = Effect>,
        mark: &[(IdKind, u64)],
    ) -> Result<(), StoreError> {
        let link = &mut self.link;
        link.run("begin seeding", "INSERT INTO meta (name, value) VALUES ('seeding', '1')")?;
        let mut last = IdKind::ALL.map(|_| 0);
        for (kind, count) in mark {
            last[*kind as usize] = *count;
        }
        let mut chunk = Vec::with_capacity(CHUNK);
        loop {
            chunk.clear();
            chunk.extend(effects.take(CHUNK));
            if chunk.is_empty() {
                break;
            }
            chunk.iter().filter_map(id).for_each(|(kind, id)| {
                last[kind as usize] = last[kind as usize].max(id);
            });
            link.run("begin a transaction", "START TRANSACTION")?;
            write_chunk(link, &chunk)?;
            link.commit().map_err(store_error("write the dataset"))?;
        }
        IdKind::ALL.into_iter().zip(last).try_for_each(|(kind, last)| ids::begin_after(link, kind, last))?;
        finish(link, mark)
    }
}

fn write_chunk(link: &mut Link, effects: &[Effect]) -> Result<(), StoreError> {
    let mut changes = Changes::fold(effects);
    // A dataset need not say how a seat was taken, nor how many a user has: claims are written as they end up, and
    // counted at the end.
    changes.counts.clear();
    let tuple = |claim: &Claim| {
        let row = Tuple::default().id(claim.performance.get()).id(claim.seat.get().into());
        let row = row.int(claim_state(claim.state)).id(hold_column(claim.hold));
        row.maybe_text(claim.user.as_ref().map(|user| user.as_str()))
    };
    let taken = changes.claims.values().filter_map(|change| change.after.as_ref()).map(tuple);
    let head = "INSERT INTO claims (performance, seat, state, hold, user)";
    let change = "ON DUPLICATE KEY UPDATE state = VALUES(state), hold = VALUES(hold), user = VALUES(user)";
    literal::insert(link, "write claims", head, taken, change)?;
    let gone = changes.claims.iter().filter(|(_, change)| change.after.is_none());
    let gone = gone.map(|((performance, seat), _)| format!("(performance={performance} AND seat={seat})"));
    literal::in_lists(gone, " OR ", |any, _| {
        link.run("write claims", &format!("DELETE FROM claims WHERE {any}")).map(drop)
    })?;
    answers(link, &changes.answers)?;
    write::rows(link, &changes, Timestamp::default())
}

fn answers(link: &mut Link, answers: &[Answer]) -> Result<(), StoreError> {
    answers.iter().try_for_each(|answer| LockedKeys::of(answer.at).write(link, std::slice::from_ref(answer)))
}

/// Counts seats by user from the claims, sets the mark, and opens the store for serving.
fn finish(link: &mut Link, mark: &[(IdKind, u64)]) -> Result<(), StoreError> {
    let what = "finish seeding";
    link.run(
        what,
        "INSERT INTO counts (performance, user, seats) SELECT performance, user, COUNT(*) FROM claims \
         WHERE state IN (0, 1) GROUP BY performance, user",
    )?;
    let mark: Vec<(u8, u64)> = mark.iter().map(|(kind, count)| (*kind as u8, *count)).collect();
    let mark = postcard::to_allocvec(&mark).expect("a mark is a plain value");
    link.run(what, "START TRANSACTION")?;
    let row = Tuple::default().text("mark").bytes(&mark).close();
    link.run(what, &format!("INSERT INTO meta (name, value) VALUES {row}"))?;
    link.run(what, "DELETE FROM meta WHERE name = 'seeding'")?;
    link.commit().map_err(store_error(what))
}

/// The id that an effect uses up.
fn id(effect: &Effect) -> Option<(IdKind, u64)> {
    match effect {
        Effect::Concert(concert) => Some((IdKind::Concert, concert.id.get())),
        Effect::Performance(performance) => Some((IdKind::Performance, performance.id.get())),
        Effect::Hold(hold) => Some((IdKind::Hold, hold.id.get())),
        Effect::Booking(booking) => Some((IdKind::Booking, booking.id.get())),
        Effect::Payment(payment) => Some((IdKind::Transfer, payment.id.get())),
        Effect::Account(account) => Some((IdKind::Balance, account.id.get())),
        Effect::Movement(movement) => Some((IdKind::Transfer, movement.id.get())),
        Effect::Event(event) => Some((IdKind::Event, event.id.get())),
        Effect::Webhook(webhook) => Some((IdKind::Webhook, webhook.id.get())),
        Effect::Stage(_)
        | Effect::Claim(_)
        | Effect::ClaimEnded { .. }
        | Effect::Count { .. }
        | Effect::Room(_)
        | Effect::Place(_)
        | Effect::PlaceReplaced { .. }
        | Effect::Answer(_)
        | Effect::WebhookRemoved(_)
        | Effect::Delivery(_) => None,
    }
}
