//! The whole proof of this adapter: the suite that every store must pass, on fresh databases.

mod databases;

use std::sync::Arc;

use databases::Database;
use usher_conformance::{Fixture, Opened, Store};
use usher_core::{Effect, IdKind};
use usher_engine::{Bulk, Clock, Reader, StoreError};
use usher_store_mysql::{MysqlDesk, OpenOptions, TimeSource, open, open_empty};

struct Server;
struct Fresh(Database);

impl Fixture for Server {
    type Store = Fresh;
    fn create(&self) -> Result<Fresh, String> {
        Database::create().map(Fresh)
    }
}

impl Store for Fresh {
    type Desk = MysqlDesk;
    fn open(&self, clock: Arc<dyn Clock>, desks: usize) -> Result<Opened<MysqlDesk>, StoreError> {
        let options = OpenOptions { desks, readers: 2, time: TimeSource::Given(clock) };
        let opened = open(&self.0.url(), options)?;
        let desks = opened.desks.into_iter().map(|(desk, ids)| (desk, Box::new(ids) as _)).collect();
        let readers = opened.readers.into_iter().map(|reader| Box::new(reader) as Box<dyn Reader>).collect();
        Ok(Opened { desks, readers })
    }
    fn load(
        &self,
        _clock: Arc<dyn Clock>,
        effects: &mut dyn Iterator<Item = Effect>,
        mark: &[(IdKind, u64)],
    ) -> Result<(), StoreError> {
        open_empty(&self.0.url())?.load(effects, mark)
    }
}

fn main() {
    usher_conformance::prove("mysql", Server);
}
