//! A desk's marker: a row that every batch raises in its own transaction, so that a commit without an answer can be
//! settled by looking which way it went.

use std::time::{Duration, Instant};

use usher_engine::{CommitError, StoreError};

use crate::error::{ROLLED_BACK, corrupt, store_error, violated};
use crate::link::Link;

/// A commit that is not settled within so long is unknown.
const SETTLE_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The marker of one desk.
pub(crate) struct Marker {
    desk: u64,
    /// The last batch known to be committed; `None` after a commit that could not be settled.
    batch: Option<u64>,
}

impl Marker {
    /// Makes the row of a desk that has just got its number.
    pub(crate) fn create(link: &mut Link, desk: u64) -> Result<Self, StoreError> {
        link.run("make a desk's marker", &format!("INSERT INTO desks (desk, batch) VALUES ({desk}, 0)"))?;
        Ok(Self { desk, batch: Some(0) })
    }

    /// Raises the marker within the batch's transaction.
    pub(crate) fn raise(&mut self, link: &mut Link) -> Result<(), StoreError> {
        let batch = match self.batch {
            Some(batch) => batch,
            None => self.locked(link)?,
        };
        self.batch = Some(batch);
        let (desk, next) = (self.desk, batch + 1);
        let sql = format!("UPDATE desks SET batch = {next} WHERE desk = {desk} AND batch = {batch}");
        match link.run("raise a desk's marker", &sql)? {
            1 => Ok(()),
            _ => Err(violated(format!(
                "the marker of desk {desk} is not at {batch}: another desk has its number"
            ))),
        }
    }

    /// Commits the transaction that raised the marker, and finds out which way it went if no answer comes.
    pub(crate) fn commit(&mut self, link: &mut Link) -> Result<(), CommitError> {
        let error = match link.commit() {
            Ok(()) => {
                self.batch = self.batch.map(|batch| batch + 1);
                return Ok(());
            }
            Err(error) => error,
        };
        let rolled_back =
            matches!(&error, mysql::Error::MySqlError(said) if ROLLED_BACK.contains(&said.code));
        link.disconnect();
        let error = store_error("commit")(error);
        if rolled_back { Err(CommitError::Failed(error)) } else { self.settle(link, error) }
    }

    /// Locks the marker on a new connection, which waits until the old transaction has ended.
    fn settle(&mut self, link: &mut Link, error: StoreError) -> Result<(), CommitError> {
        let Some(before) = self.batch.take() else { return Err(CommitError::Unknown(error)) };
        tracing::warn!(desk = self.desk, "a commit got no answer; looking which way it went");
        let until = Instant::now() + SETTLE_WITHIN;
        while Instant::now() < until {
            match self.look(link, until) {
                Ok(found) => {
                    self.batch = Some(found);
                    let done = found > before;
                    return if done { Ok(()) } else { Err(CommitError::Failed(error)) };
                }
                Err(error) => tracing::debug!(%error, "the marker cannot be read yet"),
            }
            link.disconnect();
            std::thread::sleep(LOOK_EVERY);
        }
        Err(CommitError::Unknown(error))
    }

    fn look(&self, link: &mut Link, until: Instant) -> Result<u64, StoreError> {
        link.connect()?;
        let wait_secs = (until - Instant::now()).as_secs().max(1);
        link.run("settle a commit", &format!("SET SESSION innodb_lock_wait_timeout = {wait_secs}"))?;
        link.run("settle a commit", "START TRANSACTION")?;
        let found = self.locked(link)?;
        // The next batch gets a connection with the usual settings.
        link.disconnect();
        Ok(found)
    }

    fn locked(&self, link: &mut Link) -> Result<u64, StoreError> {
        let sql = format!("SELECT batch FROM desks WHERE desk = {} FOR UPDATE", self.desk);
        let found = link.number("read a desk's marker", &sql)?;
        let lost = || corrupt(format!("the marker of desk {} is gone: was a backup restored?", self.desk));
        found.and_then(|batch| u64::try_from(batch).ok()).ok_or_else(lost)
    }

    /// Takes the row away when the desk closes.
    pub(crate) fn remove(&self, link: &mut Link) -> Result<(), StoreError> {
        link.run("remove a desk's marker", &format!("DELETE FROM desks WHERE desk = {}", self.desk)).map(drop)
    }
}
