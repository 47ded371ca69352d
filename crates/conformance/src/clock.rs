//! A clock that a test sets.

use std::sync::atomic::{AtomicI64, Ordering};

use usher_core::{Span, Timestamp};
use usher_engine::Clock;

/// Stands still until it is moved, and never goes back.
pub struct TestClock(AtomicI64);

impl TestClock {
    /// 2026-07-01T00:00Z.
    pub const START: Timestamp = Timestamp::from_unix_ms(1_782_864_000_000);

    /// Moves it to a moment, unless that has passed.
    pub fn move_to(&self, at: Timestamp) {
        self.0.fetch_max(at.unix_ms(), Ordering::SeqCst);
    }

    /// Moves it on.
    pub fn pass(&self, span: Span) {
        self.move_to(self.now().plus(span));
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(Self::START.unix_ms()))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}
