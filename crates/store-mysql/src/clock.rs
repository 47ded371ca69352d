//! The time that decisions are made at.

use std::sync::Arc;

use usher_core::Timestamp;
use usher_engine::{Clock, StoreError};

use crate::error::corrupt;
use crate::link::Link;

/// Where the time comes from.
#[derive(Clone, Default)]
pub enum TimeSource {
    /// The database's clock, which all nodes share.
    #[default]
    Database,
    /// A clock for tests.
    Given(Arc<dyn Clock>),
}

impl TimeSource {
    /// The time now. A statement of its own: NOW() in a statement that waited is the time before the wait.
    pub(crate) fn now(&self, link: &mut Link) -> Result<Timestamp, StoreError> {
        match self {
            TimeSource::Database => {
                let sql = "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)";
                let ms = link.number("read the clock", sql)?;
                ms.map(Timestamp::from_unix_ms).ok_or_else(|| corrupt("no time"))
            }
            TimeSource::Given(clock) => Ok(clock.now()),
        }
    }
}
