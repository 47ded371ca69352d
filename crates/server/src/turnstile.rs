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
    /// `None` once it has brought something: who is first by then is somebody else.
    key: Option<K>,
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
        Turn::First(First { turnstile: self, key: Some(key) })
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
    pub(crate) fn bring(mut self, value: V) {
        for waiting in self.leave() {
            // Who has gone away does not want it.
            let _ = waiting.send(value.clone());
        }
    }

    fn leave(&mut self) -> Waiting<V> {
        self.key.take().map_or_else(Vec::new, |key| self.turnstile.leave(&key))
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Drop for First<'_, K, V> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_after_gets_what_the_first_brings() {
        let turnstile = Turnstile::<u32, &str>::default();
        let Turn::First(first) = turnstile.enter(7) else { panic!("nobody is ahead") };
        let Turn::After(waiting) = turnstile.enter(7) else { panic!("somebody is ahead") };
        let Turn::First(_other) = turnstile.enter(8) else { panic!("nobody is ahead with another key") };
        first.bring("seats");
        assert_eq!(waiting.await, Ok("seats"));
        let Turn::First(next) = turnstile.enter(7) else { panic!("the first has left") };
        let Turn::After(waiting) = turnstile.enter(7) else { panic!("somebody is ahead") };
        drop(next);
        assert!(waiting.await.is_err(), "who gives up brings nothing");
    }
}
