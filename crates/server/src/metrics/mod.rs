//! What `/metrics` shows.

use std::sync::Arc;

use usher_core::{Changes, Timestamp};
use usher_engine::Follower;

/// Every metric of the server.
pub struct Metrics {}

impl Metrics {
    /// Metrics, all at zero.
    pub fn new() -> Arc<Metrics> {
        Arc::new(Metrics {})
    }
}

impl Follower for Metrics {
    fn committed(&self, _changes: &Changes, _at: Timestamp) {}
}
