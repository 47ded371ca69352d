//! Views that are being loaded: each follows commits from before its read until it is kept.

use std::sync::{Arc, Mutex};

/// The views that are being loaded. Few: at most one for every reader of the house.
pub(super) struct Loading<V> {
    views: Mutex<Vec<Arc<V>>>,
}

impl<V> Default for Loading<V> {
    fn default() -> Self {
        Self { views: Mutex::default() }
    }
}

impl<V> Loading<V> {
    /// Runs a load, from the read to keeping what was read, with the view among those that follow.
    pub(super) fn during<T>(&self, view: &Arc<V>, load: impl FnOnce() -> T) -> T {
        let views = || self.views.lock().expect("no holder of this lock panics");
        views().push(view.clone());
        let loaded = load();
        views().retain(|other| !Arc::ptr_eq(other, view));
        loaded
    }

    /// All of them. Ask before looking among the kept ones: a view is kept before it is loading no longer.
    pub(super) fn all(&self) -> Vec<Arc<V>> {
        self.views.lock().expect("no holder of this lock panics").clone()
    }
}
