//! Opening a store: its file, its lock, its schema, and everything that must be known before it serves.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use usher_core::{IdKind, Timestamp};
use usher_engine::{Clock, Counters, StoreError, SystemClock};

use crate::answers::Answers;
use crate::checkpoint::{Checkpoints, RESTART_WAIT};
use crate::desk::SqliteDesk;
use crate::error::{STORE, Sql, store_error};
use crate::history::{History, SharedTail, Tail};
use crate::places::Places;
use crate::reader::SqliteReader;
use crate::schema;

/// The file's name within the data directory.
pub const FILE: &str = "usher.db";
const WAL_FILE: &str = "usher.db-wal";
/// A dataset until it is whole.
pub(crate) const SEEDING_FILE: &str = "usher.db.seeding";
const LOCK_FILE: &str = "usher.lock";
/// Page cache of the writer and of each reader, in KiB. Twice as much brings nothing: behind it is the system's.
const WRITER_CACHE_KIB: u32 = 16 * 1024;
const READER_CACHE_KIB: u32 = 4 * 1024;

/// How a store is opened.
#[derive(Default)]
pub struct Options {
    /// Readers to open; 0 means 2.
    pub readers: usize,
    /// A clock for tests; `None`: this machine's, never before the last committed time.
    pub clock: Option<Arc<dyn Clock>>,
}

/// An open store.
pub struct Opened {
    /// The writer.
    pub desk: SqliteDesk,
    /// Its ids, going on after the highest stored.
    pub ids: Counters,
    /// Readers, each for a thread of its own.
    pub readers: Vec<SqliteReader>,
    /// 16 random bytes, made with the file: keys the hashes of idempotency keys.
    pub secret: [u8; 16],
    /// The clock that the desk decides by.
    pub clock: Arc<dyn Clock>,
}

/// Opens the store in a directory, making both if they are not there.
///
/// # Errors
/// If another process serves this directory, the file is newer than this binary, is not ours, is damaged, or its
/// seeding did not finish. Each says what to do.
pub fn open(dir: &Path, options: Options) -> Result<Opened, StoreError> {
    std::fs::create_dir_all(dir)
        .map_err(|error| refused("make the data directory", "choose another one", error))?;
    let lock = Arc::new(lock(dir)?);
    let file = dir.join(FILE);
    refuse_without_its_file(dir)?;
    if !file.exists() {
        create(dir)?;
    }
    let db = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE, WRITER_CACHE_KIB)
        .map_err(store_error("open its file"))?;
    check(&db)?;
    let failed = store_error("read what it must know before it serves");
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
        .map_err(&failed)?;
    History::catch_up(&db).map_err(&failed)?;
    let clock = match options.clock {
        Some(clock) => clock,
        None => Arc::new(SystemClock::starting_after(last_commit(&db).map_err(&failed)?)),
    };
    let tail = SharedTail::default();
    let readers = (0..if options.readers == 0 { 2 } else { options.readers })
        .map(|_| reader(&file, &tail, &clock))
        .collect::<Sql<Vec<_>>>()
        .map_err(&failed)?;
    let ids = counters(&db).map_err(&failed)?;
    let secret = db
        .query_row("SELECT value FROM meta WHERE name = 'secret'", [], |row| row.get(0))
        .map_err(&failed)?;
    let desk = SqliteDesk {
        answers: Answers::open(&db).map_err(&failed)?,
        history: History::new(tail),
        places: Places::open(&db).map_err(&failed)?,
        checkpoints: Checkpoints::start(&file).map_err(&failed)?,
        pruned_at: clock.now(),
        clock: clock.clone(),
        _lock: lock,
        db,
    };
    Ok(Opened { desk, ids, readers, secret, clock })
}

/// Opens a store only to read it, beside a server or without one; changes nothing. `None`: there is none.
pub fn open_to_read(dir: &Path) -> Result<Option<SqliteReader>, StoreError> {
    let file: PathBuf = dir.join(FILE);
    refuse_without_its_file(dir)?;
    if !file.exists() {
        return Ok(None);
    }
    let failed = store_error("open its file");
    let db = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE, READER_CACHE_KIB).map_err(&failed)?;
    check(&db)?;
    let tail = SharedTail::new(Tail::unindexed(&db).map_err(&failed)?.into());
    let clock = Arc::new(SystemClock::starting_after(last_commit(&db).map_err(&failed)?));
    db.execute_batch("PRAGMA query_only = ON").map_err(failed)?;
    Ok(Some(SqliteReader { db, tail, clock }))
}

pub(crate) fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(LOCK_FILE);
    let file = File::options().create(true).truncate(false).write(true).open(path);
    let file =
        file.map_err(|error| refused("open its lock file", "the directory must be writable", error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let held = std::io::Error::other("its lock is held");
            Err(refused(
                "use this data directory",
                "another server uses it: stop that one, or choose another",
                held,
            ))
        }
        Err(TryLockError::Error(error)) => Err(refused("lock its directory", "locks must work there", error)),
    }
}

fn refused(what: &'static str, advice: &'static str, error: std::io::Error) -> StoreError {
    StoreError::Unavailable { store: STORE, what, advice, source: error.into() }
}

pub(crate) fn connect(file: &Path, flags: OpenFlags, cache_kib: u32) -> Sql<Connection> {
    let db = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // Closing would hide what goes wrong, and delete the log all the same: only the desk copies it back, and says so.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.set_prepared_statement_cache_capacity(96);
    db.busy_timeout(RESTART_WAIT)?;
    db.execute_batch(&format!("PRAGMA cache_size = -{cache_kib}; PRAGMA temp_store = MEMORY"))?;
    Ok(db)
}

fn reader(file: &Path, tail: &SharedTail, clock: &Arc<dyn Clock>) -> Sql<SqliteReader> {
    let db = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE, READER_CACHE_KIB)?;
    db.execute_batch("PRAGMA query_only = ON")?;
    Ok(SqliteReader { db, tail: tail.clone(), clock: clock.clone() })
}

/// Refuses a directory whose file is lost: SQLite would throw its log away, and with it what was acknowledged. And one
/// whose file never came to be.
fn refuse_without_its_file(dir: &Path) -> Result<(), StoreError> {
    let size = |name: &str| dir.join(name).metadata().ok().map(|found| found.len());
    let (what, advice) =
        ("find what it held", "restore the directory from a backup, or empty it to begin anew");
    let (what, advice, found) = match (size(FILE), size(WAL_FILE), size(SEEDING_FILE)) {
        (Some(0), ..) => (what, advice, format!("{FILE} is empty")),
        (None, Some(1..), _) => (what, advice, format!("{WAL_FILE} is there and {FILE} is not")),
        (None, _, Some(_)) => (
            "use a dataset whose seeding did not finish",
            "seed again, or delete the directory to begin anew",
            format!("{SEEDING_FILE} is there and {FILE} is not"),
        ),
        _ => return Ok(()),
    };
    Err(refused(what, advice, std::io::Error::other(found)))
}

/// Makes an empty store, whole or not at all.
fn create(dir: &Path) -> Result<(), StoreError> {
    let new = dir.join(format!("{FILE}.new"));
    let failed = store_error("make its file");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let db = connect(&new, flags, READER_CACHE_KIB).map_err(&failed)?;
    // It may be there already, from a start that was killed.
    if tables(&db).map_err(&failed)? == 0 {
        make(&db).map_err(&failed)?;
    }
    db.close().map_err(|(_, error)| failed(error))?;
    put_in_place(dir, &new)
}

/// Gives a file that is whole its name.
pub(crate) fn put_in_place(dir: &Path, new: &Path) -> Result<(), StoreError> {
    std::fs::rename(new, dir.join(FILE))
        .and_then(|()| File::open(dir)?.sync_all())
        .map_err(|error| refused("make its file", "the directory must be writable", error))
}

fn tables(db: &Connection) -> Sql<i64> {
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
}

/// Refuses what this binary cannot serve.
pub(crate) fn check(db: &Connection) -> Result<(), StoreError> {
    let failed = store_error("read its schema");
    let number = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let version = number("PRAGMA user_version").map_err(&failed)?;
    let ours = number("PRAGMA application_id").map_err(&failed)? == schema::APPLICATION_ID;
    let tables = tables(db).map_err(&failed)?;
    let refuse = |what: &'static str, advice: &'static str| {
        let found =
            std::io::Error::other(format!("found schema version {version}, know {}", schema::VERSION));
        Err(refused(what, advice, found))
    };
    match (tables, ours, version) {
        (0, ..) | (_, false, _) => {
            refuse("read this file", "it is not one of ours: choose another directory")
        }
        (_, true, version) if version > schema::VERSION => {
            refuse("read a file of a newer version", "use the newer binary; nothing was changed")
        }
        (_, true, version) if version < schema::VERSION => {
            refuse("read a file from before the first release", "seed or begin anew; nothing was changed")
        }
        (_, true, _) => Ok(()),
    }
}

pub(crate) fn make(db: &Connection) -> Sql<()> {
    db.execute_batch(&format!(
        "BEGIN IMMEDIATE; {} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT;",
        schema::CREATE,
        schema::APPLICATION_ID,
        schema::VERSION
    ))
}

/// The latest time on record.
fn last_commit(db: &Connection) -> Sql<Timestamp> {
    let latest = "SELECT max(ifnull((SELECT at FROM events ORDER BY first DESC LIMIT 1), 0), \
                         ifnull((SELECT created_at FROM holds ORDER BY id DESC LIMIT 1), 0), \
                         ifnull((SELECT created_at FROM movements ORDER BY id DESC LIMIT 1), 0))";
    db.query_row(latest, [], |row| row.get(0)).map(Timestamp::from_unix_ms)
}

fn counters(db: &Connection) -> Sql<Counters> {
    let mut last = [0; IdKind::ALL.len()];
    for kind in IdKind::ALL {
        let highest = match kind {
            IdKind::Concert => "SELECT max(id) FROM concerts",
            IdKind::Performance => "SELECT max(id) FROM performances",
            IdKind::Hold => "SELECT max(id) FROM holds",
            IdKind::Booking => "SELECT max(id) FROM bookings",
            IdKind::Transfer => {
                "SELECT max(ifnull((SELECT max(id) FROM movements), 0), ifnull((SELECT max(id) FROM payments), 0))"
            }
            IdKind::Balance => "SELECT value FROM meta WHERE name = 'balance_last'",
            IdKind::Event => "SELECT last FROM events ORDER BY first DESC LIMIT 1",
            IdKind::Webhook => "SELECT value FROM meta WHERE name = 'webhook_last'",
        };
        let highest: Option<i64> = match db.query_row(highest, [], |row| row.get(0)) {
            Err(rusqlite::Error::QueryReturnedNoRows) => None,
            found => found?,
        };
        last[kind as usize] = highest.unwrap_or(0) as u64;
    }
    Ok(Counters::after(|kind| last[kind as usize]))
}
