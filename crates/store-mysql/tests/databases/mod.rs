//! Databases for tests: each fresh, on the server that `USHER_TEST_MYSQL` names, and dropped when it goes.

use std::sync::atomic::{AtomicU32, Ordering};

use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder};

/// The variable with the URL of a server where databases named `usher_…` may be made.
const SERVER: &str = "USHER_TEST_MYSQL";

/// A database of one's own.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes one, or says why none can be made on this machine.
    pub fn create() -> Result<Self, String> {
        let server = std::env::var(SERVER).map_err(|_| format!("{SERVER} names no server"))?;
        Self::on(&server)
    }

    /// Makes one on this server.
    pub fn on(server: &str) -> Result<Self, String> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let server = server.trim_end_matches('/').to_string();
        let name = format!("usher_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let database = Self { server, name };
        database.run(&format!("CREATE DATABASE {} CHARACTER SET utf8mb4", database.name))?;
        Ok(database)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    /// Runs a statement that names its database itself.
    pub fn run(&self, sql: &str) -> Result<(), String> {
        self.conn()?.query_drop(sql).map_err(|error| error.to_string())
    }

    fn conn(&self) -> Result<Conn, String> {
        let opts = Opts::from_url(&self.server).map_err(|error| error.to_string())?;
        Conn::new(OptsBuilder::from_opts(opts).prefer_socket(false)).map_err(|error| error.to_string())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A database that stays behind is in nobody's way.
        let _ = self.run(&format!("DROP DATABASE IF EXISTS {}", self.name));
    }
}
