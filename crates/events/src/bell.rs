//! Rings when something is committed that couriers wait for.

use std::sync::Arc;

use tokio::sync::watch;
use usher_core::{Changes, Timestamp};
use usher_engine::Follower;

/// A follower of the house that wakes the relay. Only a hint: the relay also looks by itself every second, since
/// another node may have committed.
pub struct Bell {
    events: watch::Sender<()>,
    webhooks: watch::Sender<()>,
}

impl Bell {
    /// A bell to open a house with.
    pub fn new() -> Arc<Bell> {
        Arc::new(Bell { events: watch::Sender::new(()), webhooks: watch::Sender::new(()) })
    }

    /// Hears that there are new events.
    pub(crate) fn events(&self) -> watch::Receiver<()> {
        self.events.subscribe()
    }

    /// Hears that receivers were added or removed.
    pub(crate) fn webhooks(&self) -> watch::Receiver<()> {
        self.webhooks.subscribe()
    }
}

impl Follower for Bell {
    fn committed(&self, changes: &Changes, _at: Timestamp) {
        if !changes.events.is_empty() {
            self.events.send_replace(());
        }
        if !changes.webhooks.is_empty() {
            self.webhooks.send_replace(());
        }
    }
}
