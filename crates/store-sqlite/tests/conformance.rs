//! The whole proof of this adapter: the suite that every store must pass, on fresh directories.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use usher_conformance::{Fixture, Opened, Store};
use usher_core::{Effect, IdKind};
use usher_engine::{Bulk, Clock, Reader, StoreError};
use usher_store_sqlite::{FILE, Options, SqliteDesk, open, open_empty};

struct Directories;
struct Directory(TempDir);

impl Fixture for Directories {
    type Store = Directory;
    fn create(&self) -> Result<Directory, String> {
        tempfile::tempdir().map(Directory).map_err(|error| error.to_string())
    }
}

impl Drop for Directory {
    /// Whatever a case has done: the bits of a performance are its claims.
    fn drop(&mut self) {
        let file = self.0.path().join(FILE);
        let Ok(db) = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE) else { return };
        let bits = "SELECT s.performance, s.taken, (SELECT group_concat(seat) FROM claims c \
                    WHERE c.performance = s.performance) FROM stages s";
        let check = || -> rusqlite::Result<()> {
            let mut bits = db.prepare(bits)?;
            let mut rows = bits.query([])?;
            while let Some(row) = rows.next()? {
                let (taken, claimed): (Vec<u8>, Option<String>) = (row.get(1)?, row.get(2)?);
                let is_taken = |seat: &usize| taken[seat / 8] & 1 << (seat % 8) != 0;
                let taken: BTreeSet<usize> = (0..taken.len() * 8).filter(is_taken).collect();
                let claimed = claimed.unwrap_or_default();
                let claimed = claimed.split_terminator(',').flat_map(str::parse).collect();
                assert_eq!(taken, claimed, "performance {:?}", row.get::<_, i64>(0));
            }
            Ok(())
        };
        if !std::thread::panicking() {
            assert!(check().is_ok(), "the claims can be read");
        }
    }
}

impl Store for Directory {
    type Desk = SqliteDesk;
    fn open(&self, clock: Arc<dyn Clock>, _desks: usize) -> Result<Opened<SqliteDesk>, StoreError> {
        let opened = open(self.0.path(), Options { readers: 2, clock: Some(clock) })?;
        let readers = opened.readers.into_iter().map(|reader| Box::new(reader) as Box<dyn Reader>).collect();
        Ok(Opened { desks: vec![(opened.desk, Box::new(opened.ids))], readers })
    }
    fn load(
        &self,
        _clock: Arc<dyn Clock>,
        effects: &mut dyn Iterator<Item = Effect>,
        mark: &[(IdKind, u64)],
    ) -> Result<(), StoreError> {
        open_empty(self.0.path())?.load(effects, mark)
    }
}

fn main() {
    usher_conformance::prove("sqlite", Directories);
}
