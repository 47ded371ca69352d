//! Places by user: an index in memory, eight bytes a place, so that a join writes nothing but the end of its room.

use std::hash::{Hash, Hasher};

use hashbrown::HashTable;
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHasher;
use usher_core::{Changes, Place, RoomId, UserId};

use crate::cells;
use crate::error::Sql;
use crate::load::select;

/// What the index keeps of a place: half of its hash, and its number. The row itself tells whether it is the one.
#[derive(Clone, Copy)]
struct Entry {
    tag: u32,
    number: u32,
}

/// The index, and what the transaction under way adds to it.
#[derive(Default)]
pub(crate) struct Places {
    by_user: HashTable<Entry>,
    noted: Vec<(u64, u32)>,
}

fn hash(room: &RoomId, user: &UserId) -> u64 {
    let mut hasher = FxHasher::default();
    (room.as_str(), user.as_str()).hash(&mut hasher);
    hasher.finish()
}

/// The table's own hash, made from the tag, so that growing it needs no row.
fn spread(tag: u32) -> u64 {
    u64::from(tag).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32 ^ hash as u32
}

fn number(number: u64) -> u32 {
    u32::try_from(number).expect("a room gives fewer than 4 billion numbers")
}

impl Places {
    /// Reads every place once.
    pub(crate) fn open(db: &Connection) -> Sql<Self> {
        let mut places = Self::default();
        let mut all = db.prepare("SELECT room, number, user FROM places")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let room = RoomId::stored(row.get_ref(0)?.as_str()?);
            let user = cells::user(row, 2)?;
            places.insert(hash(&room, &user), number(cells::id(row, 1)?));
        }
        Ok(places)
    }

    fn insert(&mut self, hash: u64, number: u32) {
        let entry = Entry { tag: tag(hash), number };
        self.by_user.insert_unique(spread(entry.tag), entry, |entry| spread(entry.tag));
    }

    /// The user's place in a room.
    pub(crate) fn find(&self, db: &Connection, room: &RoomId, user: &UserId) -> Sql<Option<Place>> {
        let tag = tag(hash(room, user));
        for entry in self.by_user.iter_hash(spread(tag)).filter(|entry| entry.tag == tag) {
            let mut select = db.prepare_cached(select!(PLACE, "places WHERE room = ?1 AND number = ?2"))?;
            let found = select.query_row(params![room.as_str(), entry.number], cells::place).optional()?;
            if let Some(place) = found.filter(|place| place.user == *user) {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Notes the new places of a batch that is being written. One that is replaced keeps its entry, which leads to no
    /// row any more: rare, and cheaper than finding it.
    pub(crate) fn note(&mut self, changes: &Changes) {
        for ((room, at), place) in &changes.places {
            let Some(place) = place else { continue };
            let hash = hash(room, &place.user);
            let (tag, number) = (tag(hash), number(*at));
            let same = |entry: &Entry| entry.tag == tag && entry.number == number;
            if self.by_user.find(spread(tag), same).is_none() {
                self.noted.push((hash, number));
            }
        }
    }

    /// The transaction is durable.
    pub(crate) fn committed(&mut self) {
        for (hash, number) in std::mem::take(&mut self.noted) {
            self.insert(hash, number);
        }
    }

    /// The transaction is gone.
    pub(crate) fn rolled_back(&mut self) {
        self.noted.clear();
    }
}
