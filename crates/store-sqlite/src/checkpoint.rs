//! Checkpoints off the writer's way, and a WAL that stays bounded: a thread copies pages back while the writer goes on,
//! and only when little is left does the writer stop for it, so that the WAL starts from its beginning again.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use usher_engine::StoreError;

use crate::error::{Sql, store_error};
use crate::open::connect;

/// Frames (pages of 4 KiB) that may wait before they are copied back: 32 MiB.
const COPY_AT_FRAMES: i64 = 8 * 1024;
/// Frames in the WAL at which it is to start from its beginning: 320 MiB. Each start has the writer wait for the disk.
const RESTART_AT_FRAMES: i64 = 80 * 1024;
/// Frames that the writer may find left then, if so few can be had.
const LEFT_FRAMES: i64 = 256;
const COPIES_BEFORE_RESTART: usize = 4;
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// After one that failed, as on a full disk, or that a long reader is in the way of.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);
const CACHE_KIB: u32 = 256;
/// How long the writer waits for readers to leave an old WAL before it puts the restart off.
pub(crate) const RESTART_WAIT: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Shared {
    stopped: AtomicBool,
    restart_due: AtomicBool,
    /// Held by whoever checkpoints.
    at_work: Mutex<()>,
    /// An fsync that failed: the process must stop.
    fatal: Mutex<Option<StoreError>>,
}

/// The writer's handle to its checkpoints.
pub(crate) struct Checkpoints {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// When a restart may be tried: each that readers are in the way of costs the writer its wait.
    restart_from: Instant,
}

impl Checkpoints {
    /// Starts the thread.
    pub(crate) fn start(file: &Path) -> Sql<Self> {
        let db = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE, CACHE_KIB)?;
        db.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")?;
        let shared = Arc::<Shared>::default();
        let watched = shared.clone();
        let run = move || {
            let mut rest = LOOK_EVERY;
            while !watched.stopped.load(Ordering::Relaxed) {
                std::thread::park_timeout(rest);
                rest = LOOK_EVERY;
                let Err(error) = copy_back(&db, &watched).map_err(store_error("copy the WAL back")) else {
                    continue;
                };
                tracing::warn!(%error, "a checkpoint failed; the WAL grows until one succeeds");
                if let StoreError::Fatal { .. } = error {
                    // A later fsync may claim to have written what this one lost: nothing may follow it.
                    *watched.fatal.lock().expect("no holder of this lock panics") = Some(error);
                    return;
                }
                rest = TRY_AGAIN_AFTER;
            }
        };
        let thread = std::thread::Builder::new().name("checkpoints".into()).spawn(run);
        Ok(Self {
            shared,
            thread: Some(thread.expect("a thread can be started")),
            restart_from: Instant::now(),
        })
    }

    /// Lets the WAL start from its beginning, if it is time and nobody else checkpoints. What is left to copy by then
    /// is what came in since the last copy.
    pub(crate) fn restart_if_due(&mut self, db: &Connection) -> Result<(), StoreError> {
        self.fatal()?;
        if !self.shared.restart_due.load(Ordering::Relaxed) || Instant::now() < self.restart_from {
            return Ok(());
        }
        let Ok(_guard) = self.shared.at_work.try_lock() else { return Ok(()) };
        self.restart_from = Instant::now() + TRY_AGAIN_AFTER;
        let busy: i64 = db
            .query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0))
            .map_err(store_error("restart the WAL"))?;
        if busy == 0 {
            self.shared.restart_due.store(false, Ordering::Relaxed);
            self.restart_from = Instant::now();
        }
        Ok(())
    }

    /// Ends the thread, then copies all that is left back and empties the WAL, unless an fsync has failed before.
    pub(crate) fn finish(&mut self, db: &Connection) -> Result<(), StoreError> {
        self.stop();
        self.fatal()?;
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(store_error("copy the WAL back as it closes"))
    }

    fn fatal(&self) -> Result<(), StoreError> {
        let mut fatal = self.shared.fatal.lock().expect("no holder of this lock panics");
        fatal.take().map_or(Ok(()), Err)
    }

    fn stop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // If it panicked it has said so, and there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.stop();
    }
}

/// (frames in the WAL, frames copied back)
fn frames(db: &Connection, pragma: &str) -> Sql<(i64, i64)> {
    db.query_row(pragma, [], |row| Ok((row.get(1)?, row.get(2)?)))
}

fn copy_back(db: &Connection, shared: &Shared) -> Sql<()> {
    let (written, copied) = frames(db, "PRAGMA wal_checkpoint(NOOP)")?;
    if written - copied < COPY_AT_FRAMES {
        return Ok(());
    }
    let _guard = shared.at_work.lock().expect("no holder of this lock panics");
    let (written, _) = frames(db, "PRAGMA wal_checkpoint(PASSIVE)")?;
    if written < RESTART_AT_FRAMES {
        return Ok(());
    }
    // What came in meanwhile, and so on, so that the writer finds little left to copy.
    for _ in 0..COPIES_BEFORE_RESTART {
        frames(db, "PRAGMA wal_checkpoint(PASSIVE)")?;
        let (written, copied) = frames(db, "PRAGMA wal_checkpoint(NOOP)")?;
        if written - copied <= LEFT_FRAMES {
            break;
        }
    }
    shared.restart_due.store(true, Ordering::Relaxed);
    Ok(())
}
