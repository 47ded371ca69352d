//! A connection that is thrown away as soon as it is doubtful, and made again between transactions only.

use std::time::Duration;

use mysql::consts::CapabilityFlags;
use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder, Row};
use usher_engine::StoreError;

use crate::error::{store_error, unavailable};

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Batches: each statement sees what is committed when it starts, since locks keep rows still.
    Desk,
    /// Reading: all statements of a transaction see one moment.
    Reader,
    /// The schema and the dataset, whose statements may take long.
    Setup,
}

impl Role {
    fn isolation(self) -> &'static str {
        match self {
            Role::Desk | Role::Setup => "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            Role::Reader => "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        }
    }

    /// A server that says nothing for so long is taken for gone. Longer than a wait for a lock, and for a desk not
    /// much longer: a commit without an answer must be settled soon.
    fn silence_max(self) -> Duration {
        match self {
            Role::Desk => Duration::from_secs(LOCK_WAIT_SECS + 2),
            Role::Reader => Duration::from_secs(30),
            Role::Setup => Duration::from_secs(3_600),
        }
    }
}

/// A connection, or the way to one.
pub(crate) struct Link {
    opts: Opts,
    conn: Option<Conn>,
}

/// How long a statement waits for a lock before its batch is run again.
pub(crate) const LOCK_WAIT_SECS: u64 = 5;
const CONNECT_WAIT_MAX: Duration = Duration::from_secs(3);

impl Link {
    /// The way to the server of `url`; nothing is connected yet.
    pub(crate) fn new(url: &str, role: Role) -> Result<Self, StoreError> {
        let opts = Opts::from_url(url).map_err(|error| {
            unavailable("read `store.url`", "write it as mysql://user:password@host:port/database", error)
        })?;
        let session = format!(
            "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', \
             innodb_lock_wait_timeout = {LOCK_WAIT_SECS}"
        );
        let opts = OptsBuilder::from_opts(opts)
            .prefer_socket(false)
            // A guarded write asks how many rows were as it says, not how many it made different.
            .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
            .tcp_connect_timeout(Some(CONNECT_WAIT_MAX))
            .read_timeout(Some(role.silence_max()))
            .write_timeout(Some(role.silence_max()))
            .stmt_cache_size(0)
            .init(vec!["SET NAMES utf8mb4".to_string(), session, role.isolation().to_string()]);
        Ok(Self { opts: opts.into(), conn: None })
    }

    /// Another way to the same server.
    pub(crate) fn another(&self) -> Self {
        Self { opts: self.opts.clone(), conn: None }
    }

    /// Connects, unless it is connected.
    pub(crate) fn connect(&mut self) -> Result<(), StoreError> {
        if self.conn.is_none() {
            self.conn = Some(Conn::new(self.opts.clone()).map_err(store_error("connect"))?);
        }
        Ok(())
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.conn.is_some()
    }

    /// Forgets the connection: the server rolls back what it has open.
    pub(crate) fn disconnect(&mut self) {
        self.conn = None;
    }

    /// Runs statements for reading, once more on a new connection if this one turns out to be gone.
    pub(crate) fn fresh<T>(
        &mut self,
        work: impl Fn(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let was_connected = self.is_connected();
        self.connect()?;
        let done = work(self);
        if done.is_ok() || self.is_connected() || !was_connected {
            return done;
        }
        self.connect()?;
        work(self)
    }

    /// Runs a statement and says how many rows it found or wrote.
    pub(crate) fn run(&mut self, what: &'static str, sql: &str) -> Result<u64, StoreError> {
        self.said(what, |conn| conn.query_drop(sql).map(|()| conn.affected_rows()))
    }

    /// Runs a statement and returns its rows.
    pub(crate) fn rows(&mut self, what: &'static str, sql: &str) -> Result<Vec<Row>, StoreError> {
        self.said(what, |conn| conn.query(sql))
    }

    /// Runs a statement that gives one number in one row, or none.
    pub(crate) fn number(&mut self, what: &'static str, sql: &str) -> Result<Option<i64>, StoreError> {
        self.said(what, |conn| conn.query_first::<Option<i64>, _>(sql)).map(Option::flatten)
    }

    /// The id that the last statement made with `LAST_INSERT_ID(…)`.
    pub(crate) fn last_insert_id(&self) -> u64 {
        self.conn.as_ref().map_or(0, Conn::last_insert_id)
    }

    /// Ends a transaction whose effect is not wanted.
    pub(crate) fn roll_back(&mut self) {
        if self.is_connected() && self.run("roll back", "ROLLBACK").is_err() {
            self.disconnect();
        }
    }

    /// Commits; an error of the server is given as it is, for the caller to judge.
    pub(crate) fn commit(&mut self) -> Result<(), mysql::Error> {
        let gone = || mysql::Error::IoError(std::io::ErrorKind::NotConnected.into());
        self.conn.as_mut().ok_or_else(gone)?.query_drop("COMMIT")
    }

    fn said<T>(
        &mut self,
        what: &'static str,
        ask: impl FnOnce(&mut Conn) -> Result<T, mysql::Error>,
    ) -> Result<T, StoreError> {
        let Some(conn) = &mut self.conn else {
            let lost = std::io::Error::from(std::io::ErrorKind::NotConnected);
            return Err(unavailable(what, "the connection was lost: try again", lost));
        };
        let said = ask(conn);
        if said.as_ref().is_err_and(mysql::Error::is_connectivity_error) {
            self.conn = None;
        }
        said.map_err(store_error(what))
    }
}
