//! The house's clock: whole milliseconds that never go backwards.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use usher_core::Timestamp;

/// Where a store that decides by this machine's time reads it.
pub trait Clock: Send + Sync {
    /// The time now, never before an earlier answer.
    fn now(&self) -> Timestamp;
}

/// The wall clock at start, never before the last committed time, plus monotonic time since.
pub struct SystemClock {
    started: Instant,
    started_at_ms: i64,
    latest_ms: AtomicI64,
}

impl SystemClock {
    /// Starts the clock; `committed_at` is the latest time that the store has on record.
    pub fn starting_after(committed_at: Timestamp) -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        let started_at_ms = wall.max(committed_at.unix_ms());
        Self { started: Instant::now(), started_at_ms, latest_ms: AtomicI64::new(started_at_ms) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let ms = self.started_at_ms + self.started.elapsed().as_millis() as i64;
        Timestamp::from_unix_ms(self.latest_ms.fetch_max(ms, Ordering::Relaxed).max(ms))
    }
}
