//! One goes first, the others wait for what it brings: for requests with one idempotency key, for loads of one view.

use std::hash::{BuildHasher, Hash};
use std::sync::Mutex;

use rustc_hash::{FxBuildHasher, FxHashMap};
use tokio::sync::oneshot;

const SHARDS: usize = 16;

type Waiting<V> = Vec<oneshot::Sender<V>>;

/// Who is going first, by key, and who waits for each.
pub(crate) struct Turnstile<K, V> {
    shards: [Mutex<FxHashMap<K, Waiting<V>>>; SHARDS],
}

/// Whether one goes first.
pub(crate) enum Turn<'t, K: Hash + Eq + Clone, V: Clone> {
    /// Nobody is ahead; the others wait until this is brought or dropped.
    First(First<'t, K, V>),
    /// Somebody is ahead. Ends with what they bring, or with an error if they give up.
    After(oneshot::Receiver<V>),
}

/// The one that goes first.
pub(crate) struct First<'t, K: Hash + Eq + Clone, V: Clone> {
    turnstile: &'t Turnstile<K, V>,
    key: K,
}

impl<K, V> Default for Turnstile<K, V> {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Turnstile<K, V> {
    /// Goes first, or waits for the one that does.
    pub(crate) fn enter(&self, key: K) -> Turn<'_, K, V> {
        let mut shard = self.shard(&key).lock().expect("no holder of this lock panics");
        if let Some(waiting) = shard.get_mut(&key) {
            let (sender, receiver) = oneshot::channel();
            waiting.push(sender);
            return Turn::After(receiver);
        }
        shard.insert(key.clone(), Vec::new());
        drop(shard);
        Turn::First(First { turnstile: self, key })
    }

    fn shard(&self, key: &K) -> &Mutex<FxHashMap<K, Waiting<V>>> {
        &self.shards[(FxBuildHasher.hash_one(key) >> 32) as usize % SHARDS]
    }

    fn leave(&self, key: &K) -> Waiting<V> {
        let mut shard = self.shard(key).lock().expect("no holder of this lock panics");
        shard.remove(key).unwrap_or_default()
    }
}

impl<K: Hash + Eq + Clone, V: Clone> First<'_, K, V> {
    /// Gives everyone who waits what was brought.
    pub(crate) fn bring(self, value: V) {
        for waiting in self.turnstile.leave(&self.key) {
            // Who has gone away does not want it.
            let _ = waiting.send(value.clone());
        }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Drop for First<'_, K, V> {
    fn drop(&mut self) {
        self.turnstile.leave(&self.key);
    }
}
