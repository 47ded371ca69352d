//! Locking, in the one order that all desks keep: answers, hot rows of performances, rooms, places, accounts, each
//! kind by its key.
//!
//! A row that a command may make is made before it is locked, since the lock of an absent row makes nobody wait; one
//! that nothing came of is taken away again in the same transaction. Every locking statement is forced onto the
//! primary key: a scan of a small table would lock rows of others.

use std::collections::BTreeSet;

use usher_core::{Account, AnswerKey, Changes, Key, Keys, PerformanceId, RoomId, Rows, Timestamp, UserId};
use usher_engine::StoreError;

use crate::answers::LockedKeys;
use crate::clock::TimeSource;
use crate::kept::{DatedPlace, DatedRoom, DatedStage, Kept, select};
use crate::link::Link;
use crate::literal;
use crate::load;

/// What a transaction has locked and must see to before it ends.
#[derive(Default)]
pub(crate) struct Locked {
    pub(crate) keys: LockedKeys,
    /// Rows that were made for their lock's sake.
    rooms: BTreeSet<RoomId>,
    places: BTreeSet<(RoomId, UserId)>,
    accounts: BTreeSet<UserId>,
}

/// Keys by kind, each in order.
#[derive(Default)]
struct ByKind<'a> {
    answers: BTreeSet<AnswerKey>,
    performances: Vec<PerformanceId>,
    rooms: Vec<&'a RoomId>,
    places: Vec<(&'a RoomId, &'a UserId)>,
    accounts: Vec<&'a UserId>,
}

impl<'a> ByKind<'a> {
    fn of(keys: &'a Keys) -> Self {
        let mut kinds = Self::default();
        for key in &keys.locks {
            match key {
                Key::Answer(key) => drop(kinds.answers.insert(*key)),
                Key::Performance(id) => kinds.performances.push(*id),
                Key::Room(id) => kinds.rooms.push(id),
                Key::Place(room, user) => kinds.places.push((room, user)),
                Key::Account(user) => kinds.accounts.push(user),
            }
        }
        kinds
    }
}

impl Locked {
    /// Locks rows, loads those that exist, and returns the latest time on them.
    pub(crate) fn lock(
        &mut self,
        link: &mut Link,
        time: &TimeSource,
        keys: &Keys,
        rows: &mut Rows,
    ) -> Result<Timestamp, StoreError> {
        let kinds = ByKind::of(keys);
        if !kinds.answers.is_empty() {
            let today = time.now(link)?;
            self.keys.lock(link, &kinds.answers, today, rows)?;
        }
        let mut latest_ms = lock_stages(link, &kinds.performances, rows)?;
        latest_ms = latest_ms.max(self.lock_rooms(link, &kinds.rooms, rows)?);
        latest_ms = latest_ms.max(self.lock_places(link, &kinds.places, rows)?);
        latest_ms = latest_ms.max(self.lock_accounts(link, &kinds.accounts, &keys.opens, rows)?);
        Ok(Timestamp::from_unix_ms(latest_ms))
    }

    fn lock_rooms(&mut self, link: &mut Link, ids: &[&RoomId], rows: &mut Rows) -> Result<i64, StoreError> {
        let unmade = |id: &&RoomId| DatedRoom { id: (*id).clone(), room: None, changed_at_ms: 0 };
        let equal = |id: &&RoomId| format!("id={}", literal::text(id.as_str()));
        let mut latest_ms = 0;
        let found = made_and_locked(link, ids.iter().map(unmade), ids.iter().map(equal), ids.len(), "id")?;
        for DatedRoom { id, room, changed_at_ms } in found {
            latest_ms = latest_ms.max(changed_at_ms);
            match room {
                Some(room) => drop(rows.rooms.insert(id, room)),
                None => drop(self.rooms.insert(id)),
            }
        }
        Ok(latest_ms)
    }

    fn lock_places(
        &mut self,
        link: &mut Link,
        keys: &[(&RoomId, &UserId)],
        rows: &mut Rows,
    ) -> Result<i64, StoreError> {
        let unmade = |(room, user): &(&RoomId, &UserId)| {
            let key = ((*room).clone(), (*user).clone());
            DatedPlace { key, place: None, changed_at_ms: 0 }
        };
        let equal = |(room, user): &(&RoomId, &UserId)| place(room, user);
        let mut latest_ms = 0;
        let (unmade, equal) = (keys.iter().map(unmade), keys.iter().map(equal));
        for DatedPlace { key, place, changed_at_ms } in
            made_and_locked(link, unmade, equal, keys.len(), "room, user")?
        {
            latest_ms = latest_ms.max(changed_at_ms);
            match place {
                Some(place) => drop(rows.places.insert(key, place)),
                None => drop(self.places.insert(key)),
            }
        }
        Ok(latest_ms)
    }

    fn lock_accounts(
        &mut self,
        link: &mut Link,
        users: &[&UserId],
        opens: &BTreeSet<UserId>,
        rows: &mut Rows,
    ) -> Result<i64, StoreError> {
        let equal = |user: &&UserId| format!("user={}", literal::text(user.as_str()));
        let opened: Vec<String> = opens.iter().map(|user| equal(&user)).collect();
        if !all_exist::<Account>(link, opened, opens.len())? {
            // All of them in one pass: the absent ones first would break the order of locks.
            make_absent(link, users.iter().map(|user| unopened(user)))?;
        }
        let mut latest_ms = 0;
        for account in locked::<Account>(link, users.iter().map(equal), "user")? {
            latest_ms = latest_ms.max(account.updated_at.unix_ms());
            match account.id.get() {
                0 => drop(self.accounts.insert(account.user)),
                _ => drop(rows.accounts.insert(account.user.clone(), account)),
            }
        }
        Ok(latest_ms)
    }

    /// Takes the rows away that were made for their lock's sake and that nothing came of.
    pub(crate) fn clear(&mut self, link: &mut Link, changes: &Changes) -> Result<(), StoreError> {
        let rooms = std::mem::take(&mut self.rooms).into_iter();
        let rooms = rooms.filter(|id| !changes.rooms.contains_key(id));
        remove(link, "rooms", "packed = ''", rooms.map(|id| format!("id={}", literal::text(id.as_str()))))?;
        let taken: BTreeSet<(&RoomId, &UserId)> =
            changes.places.values().flatten().map(|place| (&place.room, &place.user)).collect();
        let places = std::mem::take(&mut self.places).into_iter();
        let places = places.filter(|(room, user)| !taken.contains(&(room, user)));
        remove(link, "places", "number IS NULL", places.map(|(room, user)| place(&room, &user)))?;
        let accounts = std::mem::take(&mut self.accounts).into_iter();
        let accounts = accounts.filter(|user| !changes.accounts.contains_key(user));
        let accounts = accounts.map(|user| format!("user={}", literal::text(user.as_str())));
        remove(link, "accounts", "id = 0", accounts)
    }
}

fn place(room: &RoomId, user: &UserId) -> String {
    format!("(room={} AND user={})", literal::text(room.as_str()), literal::text(user.as_str()))
}

fn unopened(user: &UserId) -> Account {
    let (id, balance) = (usher_core::BalanceId::new(0), usher_core::Money::ZERO);
    let (created_at, updated_at) = (Timestamp::default(), Timestamp::default());
    Account { user: user.clone(), id, balance, created_at, updated_at, event_sequence: 0 }
}

fn lock_stages(link: &mut Link, ids: &[PerformanceId], rows: &mut Rows) -> Result<i64, StoreError> {
    let equal = ids.iter().map(|id| format!("performance={id}"));
    let found = locked::<DatedStage>(link, equal, "performance")?;
    let latest_ms = found.iter().map(|dated| dated.changed_at_ms).max().unwrap_or(0);
    load::houses(link, found.into_iter().map(|dated| dated.stage).collect(), rows)?;
    Ok(latest_ms)
}

/// Rows of a kind that may be absent, made and locked.
fn made_and_locked<T: Kept>(
    link: &mut Link,
    unmade: impl Iterator<Item = T>,
    equal: impl Iterator<Item = String> + Clone,
    count: usize,
    order: &str,
) -> Result<Vec<T>, StoreError> {
    if !all_exist::<T>(link, equal.clone(), count)? {
        make_absent(link, unmade)?;
    }
    locked(link, equal, order)
}

/// Whether these rows exist. None of these kinds is ever deleted once committed, so this needs no lock.
fn all_exist<T: Kept>(
    link: &mut Link,
    equal: impl IntoIterator<Item = String>,
    count: usize,
) -> Result<bool, StoreError> {
    let mut found = 0;
    literal::in_lists(equal, " OR ", |any, _| {
        let sql = format!("SELECT COUNT(*) FROM {} FORCE INDEX (PRIMARY) WHERE {any}", T::TABLE);
        found += link.number("look for rows", &sql)?.unwrap_or(0);
        Ok(())
    })?;
    Ok(found == count as i64)
}

/// A row that is there is locked at once as for writing: a lock for reading first could meet another desk's.
fn make_absent<T: Kept>(link: &mut Link, unmade: impl Iterator<Item = T>) -> Result<(), StoreError> {
    let head = format!("INSERT INTO {} ({})", T::TABLE, T::COLUMNS);
    let (first, _) = T::COLUMNS.split_once(',').unwrap_or((T::COLUMNS, ""));
    let tail = format!("ON DUPLICATE KEY UPDATE {first} = {}.{first}", T::TABLE);
    literal::insert(link, "make rows to lock", &head, unmade.map(|row| row.tuple()), &tail)
}

fn locked<T: Kept>(
    link: &mut Link,
    equal: impl IntoIterator<Item = String>,
    order: &str,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    literal::in_lists(equal, " OR ", |any, _| {
        let rest = format!("FORCE INDEX (PRIMARY) WHERE {any} ORDER BY {order} FOR UPDATE");
        found.append(&mut select(link, &rest)?);
        Ok(())
    })?;
    Ok(found)
}

fn remove(
    link: &mut Link,
    table: &str,
    is_unmade: &str,
    equal: impl Iterator<Item = String>,
) -> Result<(), StoreError> {
    literal::in_lists(equal, " OR ", |any, _| {
        let sql = format!("DELETE t FROM {table} t FORCE INDEX (PRIMARY) WHERE ({any}) AND {is_unmade}");
        link.run("take placeholders away", &sql).map(drop)
    })
}
