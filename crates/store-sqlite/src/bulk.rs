//! Writing a dataset: straight into a file without a journal, which is made safe by giving it its name once it is whole.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};
use usher_core::{Changes, Effect, IdKind, Reason};
use usher_engine::{Bulk, StoreError};

use crate::error::{STORE, Sql, store_error};
use crate::history::Kind;
use crate::open::{self, FILE, SEEDING_FILE};
use crate::write;

/// An empty store, to be filled.
pub struct SqliteBulk {
    db: Connection,
    dir: PathBuf,
    _lock: File,
}

/// Effects that are folded and written together.
const CHUNK: usize = 20_000;
const CACHE_KIB: u32 = 128 * 1024;

/// Opens a directory that holds no data yet, to fill it.
///
/// # Errors
/// If there is a store in it, empty or not, or somebody serves it.
pub fn open_empty(dir: &Path) -> Result<SqliteBulk, StoreError> {
    let io = |error: std::io::Error| StoreError::Unavailable {
        store: STORE,
        what: "make the data directory",
        advice: "choose another one",
        source: error.into(),
    };
    std::fs::create_dir_all(dir).map_err(io)?;
    let lock = open::lock(dir)?;
    let file = dir.join(FILE);
    if file.exists() {
        let source = std::io::Error::other(format!("{} is there", file.display())).into();
        let (what, advice) =
            ("seed a directory that holds data", "choose an empty one, or delete this one first");
        return Err(StoreError::Unavailable { store: STORE, what, advice, source });
    }
    let new = dir.join(SEEDING_FILE);
    for left_over in [new.clone(), dir.join(format!("{SEEDING_FILE}-journal"))] {
        match std::fs::remove_file(left_over) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let db = open::connect(&new, flags, CACHE_KIB).map_err(store_error("open its file"))?;
    open::make(&db).map_err(store_error("make its schema"))?;
    Ok(SqliteBulk { db, dir: dir.into(), _lock: lock })
}

impl Bulk for SqliteBulk {
    fn load(
        &mut self,
        effects: &mut dyn Iterator<Item = Effect>,
        mark: &[(IdKind, u64)],
    ) -> Result<(), StoreError> {
        let failed = store_error("write the dataset");
        self.begin().map_err(&failed)?;
        let mut chunk = Vec::with_capacity(CHUNK);
        loop {
            chunk.clear();
            chunk.extend(effects.take(CHUNK));
            if chunk.is_empty() {
                break;
            }
            let mut changes = Changes::fold(&chunk);
            // In a dataset a sold seat was never held before.
            changes.claims.values_mut().for_each(|claim| claim.before = None);
            write::changes(&self.db, &changes)?;
            self.index(&changes).map_err(&failed)?;
        }
        self.finish(mark).map_err(&failed)?;
        let new = self.dir.join(SEEDING_FILE);
        File::open(&new)
            .and_then(|file| file.sync_all())
            .map_err(|error| StoreError::Fatal { store: STORE, source: error.into() })?;
        open::put_in_place(&self.dir, &new)
    }
}

impl SqliteBulk {
    fn begin(&self) -> Sql<()> {
        self.db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN;",
        )
    }

    fn index(&self, changes: &Changes) -> Sql<()> {
        let mut insert = self.db.prepare_cached("INSERT INTO history VALUES(?1, ?2, ?3)")?;
        for movement in &changes.movements {
            let kind = if movement.reason == Reason::Payment { Kind::PaidTransfer } else { Kind::Transfer };
            insert.execute(params![movement.user.as_str(), movement.id.get() as i64, kind as i64])?;
        }
        for payment in changes.payments.values().filter(|payment| payment.amount.is_zero()) {
            insert.execute(params![payment.user.as_str(), payment.id.get() as i64, Kind::Payment as i64])?;
        }
        Ok(())
    }

    fn finish(&self, mark: &[(IdKind, u64)]) -> Sql<()> {
        let count =
            |kind: IdKind| mark.iter().find(|(marked, _)| *marked == kind).map_or(0, |(_, count)| *count);
        let counts = IdKind::ALL.map(count).to_vec();
        let packed = postcard::to_allocvec(&counts).expect("numbers are plain values");
        self.db.execute("INSERT INTO meta VALUES('mark', ?1)", [packed])?;
        self.db.execute_batch(
            "UPDATE meta SET value = max(
               (SELECT ifnull(max(id), 0) FROM movements), (SELECT ifnull(max(id), 0) FROM payments))
               WHERE name = 'history_until';
             COMMIT;",
        )
    }
}
