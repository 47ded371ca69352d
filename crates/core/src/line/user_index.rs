//! Which place a user has: an index of ordinals, whose keys stand with the places.

use std::hash::Hasher;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxHasher;

use super::place::Ordinal;
use super::places::Places;

/// The index is cut into this many tables, so that one that grows holds nobody up for long.
const TABLES: usize = 128;

/// User to ordinal: 4 bytes and a byte of hash a user, and the slack of a hash table.
#[derive(Debug)]
pub(super) struct UserIndex {
    tables: Box<[HashTable<Ordinal>]>,
}

impl UserIndex {
    pub fn new() -> Self {
        Self { tables: (0..TABLES).map(|_| HashTable::new()).collect() }
    }

    /// The place last taken by this user.
    pub fn find(&self, user: &[u8], places: &Places) -> Option<Ordinal> {
        let hash = hash(user);
        self.tables[table_of(hash)].find(hash, |ordinal| places.text(*ordinal) == user).copied()
    }

    /// Points the user of this place to it.
    pub fn set(&mut self, ordinal: Ordinal, places: &Places) {
        let user = places.text(ordinal);
        let hash_of_user = hash(user);
        let is_user = |other: &Ordinal| places.text(*other) == user;
        let table = &mut self.tables[table_of(hash_of_user)];
        match table.entry(hash_of_user, is_user, |other| hash(places.text(*other))) {
            Entry::Occupied(mut before) => *before.get_mut() = ordinal,
            Entry::Vacant(free) => drop(free.insert(ordinal)),
        }
    }

    /// Forgets the user of this place unless it points to a later one.
    pub fn remove(&mut self, ordinal: Ordinal, places: &Places) {
        let hash = hash(places.text(ordinal));
        if let Ok(found) = self.tables[table_of(hash)].find_entry(hash, |other| *other == ordinal) {
            found.remove();
        }
    }

    pub fn heap_bytes(&self) -> usize {
        let tables: usize = self.tables.iter().map(HashTable::allocation_size).sum();
        tables + TABLES * size_of::<HashTable<Ordinal>>()
    }
}

fn hash(user: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(user);
    hasher.finish()
}

/// By bits that the tables use neither for the bucket nor for the tag.
fn table_of(hash: u64) -> usize {
    (hash >> 40) as usize % TABLES
}
