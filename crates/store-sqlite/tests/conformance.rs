//! The whole proof of this adapter: the suite that every store must pass, on fresh directories.

use std::sync::Arc;

use tempfile::TempDir;
use usher_conformance::{Fixture, Opened, Store};
use usher_core::{Effect, IdKind};
use usher_engine::{Bulk, Clock, Reader, StoreError};
use usher_store_sqlite::{Options, SqliteDesk, open, open_empty};

struct Directories;
struct Directory(TempDir);

impl Fixture for Directories {
    type Store = Directory;
    fn create(&self) -> Result<Directory, String> {
        tempfile::tempdir().map(Directory).map_err(|error| error.to_string())
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
