//! What an adapter gives the suite: stores that are fresh, opened with a clock, and opened again on the same data.

use std::sync::Arc;

use usher_core::{Effect, IdKind, Ids};
use usher_engine::{Clock, Desk, Reader, StoreError};

/// Makes stores. One adapter has one fixture.
pub trait Fixture: Send + Sync + 'static {
    /// What it makes.
    type Store: Store;

    /// A fresh, empty store of its own, which is gone with the last handle to it. Called from several threads.
    ///
    /// # Errors
    /// Why the store cannot run on this machine; the suite is then skipped, which fails in CI.
    fn create(&self) -> Result<Self::Store, String>;
}

/// One store: a directory, a database.
pub trait Store: Send + Sync + 'static {
    /// Its desks.
    type Desk: Desk + 'static;

    /// Opens it, or opens it again: everything that an earlier opening gave has been dropped by then, as after a
    /// restart. Of a store whose desk must be alone the suite asks one desk.
    ///
    /// Every time that the store reads must come from `clock`.
    fn open(&self, clock: Arc<dyn Clock>, desks: usize) -> Result<Opened<Self::Desk>, StoreError>;

    /// Loads a dataset into the store, which is not open ([`usher_engine::Bulk`]).
    fn load(
        &self,
        clock: Arc<dyn Clock>,
        effects: &mut dyn Iterator<Item = Effect>,
        mark: &[(IdKind, u64)],
    ) -> Result<(), StoreError>;
}

/// A store that is open.
pub struct Opened<D> {
    /// Its desks, each with a source of fresh ids.
    pub desks: Vec<(D, Box<dyn Ids + Send>)>,
    /// Readers, at least two.
    pub readers: Vec<Box<dyn Reader>>,
}
