//! Which keys a table of answers may have: a Bloom filter in memory, so that a new key costs no look-up. After a start it
//! is filled in slices, and until it is whole every key may be there.

use rusqlite::{Connection, OptionalExtension, params};
use usher_core::AnswerKey;

use crate::error::Sql;

/// Bits of a filter: 4 MiB. With three million keys one new key in eighty is looked up in vain.
const BITS: usize = 1 << 25;
/// Keys read at a time: half a millisecond.
const SLICE: usize = 2_000;

/// The keys of one table.
pub(crate) struct Seen {
    /// None yet while the table is empty.
    words: Vec<u64>,
    /// Until which key the table has been read; `None`: whole.
    filled_until: Option<Vec<u8>>,
}

const NEXT: [&str; 2] = [
    "SELECT key FROM answers_0 WHERE key > ?1 ORDER BY key LIMIT ?2",
    "SELECT key FROM answers_1 WHERE key > ?1 ORDER BY key LIMIT ?2",
];

impl Seen {
    /// Those of an empty table.
    pub(crate) fn none() -> Self {
        Self { words: Vec::new(), filled_until: None }
    }

    /// Those of a table as it is: nothing is known yet, unless it is empty.
    pub(crate) fn of(db: &Connection, table: usize) -> Sql<Self> {
        let first = db.query_row(NEXT[table], params![&[][..] as &[u8], 1], |_| Ok(())).optional()?;
        Ok(Self { words: Vec::new(), filled_until: first.map(|()| Vec::new()) })
    }

    /// Notes a key that is being written.
    pub(crate) fn add(&mut self, key: AnswerKey) {
        if self.words.is_empty() {
            self.words = vec![0; BITS / 64];
        }
        for bit in bits(key) {
            self.words[bit / 64] |= 1 << (bit % 64);
        }
    }

    /// Whether the table may have it; `false` is certain.
    pub(crate) fn may_have(&self, key: AnswerKey) -> bool {
        let has = |bit: usize| self.words[bit / 64] >> (bit % 64) & 1 == 1;
        self.filled_until.is_some() || (!self.words.is_empty() && bits(key).into_iter().all(has))
    }

    /// Reads a slice of the table, if there is one to read.
    pub(crate) fn fill(&mut self, db: &Connection, table: usize) -> Sql<()> {
        let Some(from) = self.filled_until.take() else { return Ok(()) };
        let mut next = db.prepare_cached(NEXT[table])?;
        let keys = next.query_map(params![from, SLICE as i64], |row| row.get(0))?;
        let keys: Vec<[u8; 16]> = keys.collect::<Sql<_>>().inspect_err(|_| self.filled_until = Some(from))?;
        keys.iter().for_each(|key| self.add(AnswerKey(u128::from_be_bytes(*key))));
        if let (SLICE, Some(last)) = (keys.len(), keys.last()) {
            self.filled_until = Some(last.to_vec());
        }
        Ok(())
    }
}

/// A key is a hash: its own bits are as good as any.
fn bits(key: AnswerKey) -> [usize; 4] {
    [0, 32, 64, 96].map(|shift| (key.0 >> shift) as usize % BITS)
}
