//! The ports of a store. They speak in decisions and rows; a store loads, locks, writes and commits, and decides
//! nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use usher_core::{
    Account, Booking, Changes, Claim, Concert, ConcertId, Delivery, Effect, Event, EventId, FactId, Facts,
    Hold, HoldId, IdKind, Keys, Movement, Payment, Performance, PerformanceId, Programme, Reads, RoomId,
    Rows, SeatNumber, Stage, Timestamp, TransferId, UserId, Webhook,
};

/// What lies under a store's error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a store could not do what it was told. `Display` is this level only; the causes follow by `source`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store rolled the transaction back by itself (deadlock, lock wait); the batch may be run again.
    #[error("{store} rolled the transaction back")]
    RolledBack {
        /// Which store.
        store: &'static str,
        /// What it said.
        #[source]
        source: BoxError,
    },
    /// A constraint of the schema refused what the rules had allowed: a bug upstream. Only the offender fails.
    #[error("{store} refused a write: {what}")]
    Constraint {
        /// Which store.
        store: &'static str,
        /// Which constraint.
        what: String,
    },
    /// Nothing was written and the store may recover (a full disk, a lost connection): try again.
    #[error("{store} cannot {what}; {advice}")]
    Unavailable {
        /// Which store.
        store: &'static str,
        /// What it was doing.
        what: &'static str,
        /// What a person should do.
        advice: &'static str,
        /// What it said.
        #[source]
        source: BoxError,
    },
    /// What is stored cannot be read as what it should be.
    #[error("{store} holds something unreadable: {what}")]
    Corrupt {
        /// Which store.
        store: &'static str,
        /// What.
        what: String,
    },
    /// Whether what was written is on the disk is not known, and never will be: the process must stop.
    #[error(
        "{store} could not make sure that a write is on the disk; the process stops: see to the disk, start it again"
    )]
    Fatal {
        /// Which store.
        store: &'static str,
        /// What it said.
        #[source]
        source: BoxError,
    },
}

/// How a commit went wrong.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Nothing happened.
    #[error("the commit failed and changed nothing")]
    Failed(#[source] StoreError),
    /// The commit was sent and no answer came, and asking again did not settle it within 5 s: it may or may not
    /// have happened. A caller may try again only with the same idempotency key.
    #[error("the outcome of the commit is unknown")]
    Unknown(#[source] StoreError),
}

/// The writing side of a store. Owns its thread; synchronous.
pub trait Desk: Send {
    /// A transaction.
    type Tx<'a>: Tx
    where
        Self: 'a;

    /// Whether no other desk writes to this store: then rows stay valid from one batch to the next.
    const ALONE: bool;

    /// Begins a transaction.
    fn begin(&mut self) -> Result<Self::Tx<'_>, StoreError>;

    /// Does a slice of the housekeeping that is due (indexing behind, forgetting old answers and events), for a
    /// few milliseconds at most. Called between batches, at least every 40 ms.
    fn tend(&mut self) -> Result<(), StoreError>;

    /// Leaves the store as one that is used no more should be left. Called once, after the last batch.
    fn close(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Holds that may be live, oldest expiry first, to watch from the start. Empty unless [`Desk::ALONE`].
    fn live_holds(&mut self) -> Result<Vec<(Timestamp, HoldId)>, StoreError>;
}

/// A transaction: facts, locks, loads, writes, one commit. Dropped without a commit, it leaves nothing behind.
pub trait Tx {
    /// Looks immutable facts up. What does not exist is absent from the answer.
    fn facts(&mut self, ids: &BTreeSet<FactId>) -> Result<Facts, StoreError>;

    /// Locks rows in the order of `keys` and loads those that exist into `rows`, unless they are there already;
    /// then reads the clock. A key whose answer exists, a performance, an account: all of it that changes.
    fn lock(&mut self, keys: &Keys, rows: &mut Rows) -> Result<Timestamp, StoreError>;

    /// Loads rows that the locks guard into `rows`, unless they are there already.
    fn load(&mut self, reads: &Reads, rows: &mut Rows) -> Result<(), StoreError>;

    /// Writes the folded effects of a batch.
    fn write(&mut self, changes: &Changes) -> Result<(), StoreError>;

    /// Makes it durable. When this returns `Ok`, it survives kill -9 and power loss.
    fn commit(self) -> Result<(), CommitError>;
}

/// What endpoint 6 needs, from one snapshot.
#[derive(Clone, Debug)]
pub struct ConcertRead {
    /// The concert.
    pub concert: Arc<Concert>,
    /// All its performances with their hot rows, by date.
    pub performances: Vec<(Arc<Performance>, Stage)>,
}

/// What endpoint 7 needs, from one snapshot.
#[derive(Clone, Debug)]
pub struct SeatsRead {
    /// The performance and its concert.
    pub programme: Programme,
    /// Its hot row.
    pub stage: Stage,
    /// Every claim, by seat.
    pub claims: Vec<Claim>,
}

/// What the waiting room must know of a performance.
#[derive(Clone, Debug)]
pub struct Lot {
    /// Which.
    pub performance: PerformanceId,
    /// The room that serves it.
    pub room: RoomId,
    /// When it begins.
    pub begins_at: Timestamp,
    /// How many seats it has.
    pub seats_max: u32,
    /// Its hot row.
    pub stage: Stage,
}

impl Lot {
    /// The lot of a performance with this hot row.
    pub fn of(made: &Performance, stage: Stage) -> Self {
        let (room, begins_at) = (made.room.clone(), made.begins_at);
        Self { performance: made.id, room, begins_at, seats_max: made.seats_max, stage }
    }
}

/// A live hold, or what it became.
#[derive(Clone, Debug)]
pub struct HoldLine {
    /// The hold.
    pub hold: Hold,
    /// Its booking, if it is booked.
    pub booking: Option<Booking>,
    /// Its payment, if it is booked.
    pub payment: Option<Payment>,
}

/// An event with its position in the outbox: ascending in the order of commits, without a place to be skipped.
#[derive(Clone, Debug)]
pub struct WaitingEvent {
    /// Its position; what a delivery counts by.
    pub position: u64,
    /// The event.
    pub event: Event,
}

/// Something of a cancelled performance that still has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A live hold to release.
    Hold(HoldId),
    /// A live booking's payment to refund.
    Payment(TransferId),
}

/// The kinds of rows that [`Reader::scan`] walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKind {
    /// [`Effect::Concert`]
    Concert,
    /// [`Effect::Performance`]
    Performance,
    /// [`Effect::Stage`]
    Stage,
    /// [`Effect::Claim`]
    Claim,
    /// [`Effect::Count`]; only stores that keep counts as rows have any.
    Count,
    /// [`Effect::Hold`]
    Hold,
    /// [`Effect::Booking`]
    Booking,
    /// [`Effect::Payment`]
    Payment,
    /// [`Effect::Account`]
    Account,
    /// [`Effect::Movement`]
    Movement,
    /// [`Effect::Event`]
    Event,
    /// [`Effect::Room`]
    Room,
    /// [`Effect::Place`]
    Place,
}

/// Where a scan goes on: opaque to all but the store that gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub Vec<u8>);

/// The reading side of a store: committed rows, every one whose change was acknowledged before the call. It never
/// decides. No call keeps a snapshot open for over 100 ms.
pub trait Reader: Send {
    /// A performance with its concert and hot row.
    fn programme(&mut self, id: PerformanceId) -> Result<Option<(Programme, Stage)>, StoreError>;
    /// A concert with all its performances and their hot rows, by date.
    fn concert(&mut self, id: ConcertId) -> Result<Option<ConcertRead>, StoreError>;
    /// A performance with every claim.
    fn seats(&mut self, id: PerformanceId) -> Result<Option<SeatsRead>, StoreError>;
    /// A user's live holds and bookings at a performance, by hold id.
    fn holds_of(&mut self, user: &UserId, performance: PerformanceId) -> Result<Vec<HoldLine>, StoreError>;
    /// A hold by id.
    fn hold(&mut self, id: HoldId) -> Result<Option<HoldLine>, StoreError>;
    /// A payment by id.
    fn payment(&mut self, id: TransferId) -> Result<Option<Payment>, StoreError>;
    /// A user's account.
    fn account(&mut self, user: &UserId) -> Result<Option<Account>, StoreError>;
    /// A user's transfers before one, newest first by (time, id).
    fn movements(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<Movement>, StoreError>;
    /// A user's payments before one, newest first by (time, id).
    fn payments(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError>;
    /// Live bookings of a performance with their holds and payments, by first seat, after a seat.
    fn bookings(
        &mut self,
        performance: PerformanceId,
        after: Option<SeatNumber>,
        limit: usize,
    ) -> Result<Vec<HoldLine>, StoreError>;
    /// Cancelled performances with live holds or bookings left.
    fn unfinished_cancellations(&mut self) -> Result<Vec<PerformanceId>, StoreError>;
    /// Live holds and bookings of a performance, up to `limit` of them.
    fn unfinished(&mut self, performance: PerformanceId, limit: usize) -> Result<Vec<Ended>, StoreError>;
    /// Live holds whose time has passed by the store's clock, earliest first, then by id.
    fn due(&mut self, limit: usize) -> Result<Vec<HoldId>, StoreError>;
    /// Webhooks with how far they have come, by id.
    fn webhooks(&mut self) -> Result<Vec<(Webhook, Delivery)>, StoreError>;
    /// Events after a position, in order of position; events of one aggregate in order of sequence.
    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<WaitingEvent>, StoreError>;
    /// The position of an event, if it is (still) kept; for the newest event pass `None` (0 if there is none).
    fn event_position(&mut self, id: Option<EventId>) -> Result<Option<u64>, StoreError>;
    /// Performances as the waiting room needs them, from a cursor on, as [`Reader::scan`] goes. A store that can look
    /// both rows up at once does.
    fn lots(
        &mut self,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<Lot>, Option<Cursor>), StoreError> {
        let (rows, next) = self.scan(RowKind::Performance, from, limit)?;
        let made = |row| if let Effect::Performance(made) = row { Some(made) } else { None };
        let made: Vec<Arc<Performance>> = rows.into_iter().filter_map(made).collect();
        let ids: Vec<PerformanceId> = made.iter().map(|made| made.id).collect();
        let mut stages: FxHashMap<PerformanceId, Stage> =
            self.stages(&ids)?.into_iter().map(|stage| (stage.performance, stage)).collect();
        let lots = made.iter().filter_map(|made| Some(Lot::of(made, stages.remove(&made.id)?)));
        Ok((lots.collect(), next))
    }
    /// The hot rows of performances, for views that several nodes keep.
    fn stages(&mut self, ids: &[PerformanceId]) -> Result<Vec<Stage>, StoreError>;
    /// Rows of a kind from a cursor on (`None`: from the first), at most `limit`; and where to go on, `None` at the end.
    fn scan(
        &mut self,
        kind: RowKind,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<Effect>, Option<Cursor>), StoreError>;
    /// The dataset's mark: for each kind how many rows, with ids from 1, a seeding wrote; `None` if it was not seeded.
    /// Events count from the mark.
    fn mark(&mut self) -> Result<Option<Vec<(IdKind, u64)>>, StoreError>;
}

/// Writes a dataset into an empty store.
pub trait Bulk {
    /// Writes every effect, in whatever transactions it likes, and leaves the store as if it had served them. The
    /// mark says how many rows of each kind there are, with ids from 1. Refuses a store that holds data.
    fn load(
        &mut self,
        effects: &mut dyn Iterator<Item = Effect>,
        mark: &[(IdKind, u64)],
    ) -> Result<(), StoreError>;
}
