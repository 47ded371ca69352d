//! What this adapter promises beyond the suite: how it opens, how its desks meet, how it settles a commit.

mod commits;
mod desks;
mod opening;
mod private_server;
mod proxy;
mod seeding;
mod upkeep;

#[path = "../databases/mod.rs"]
mod databases;

use databases::Database;
use private_server::PrivateServer;

/// A fresh database; `None`, said out loud, where there is no server. In CI that is a failure.
fn database() -> Option<Database> {
    there_or_skipped(Database::create())
}

/// A server of one's own, to change and to kill.
fn private_server() -> Option<PrivateServer> {
    there_or_skipped(PrivateServer::start())
}

fn there_or_skipped<T>(found: Result<T, String>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(why) if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("nothing to test on: {why}"),
        Err(why) => {
            println!("SKIPPED: {why}");
            None
        }
    }
}

impl Database {
    /// Its name.
    fn name(&self) -> String {
        let url = self.url();
        url.rsplit('/').next().map(str::to_string).expect("a URL ends with the database's name")
    }

    /// Runs a statement that gives one number.
    fn number(&self, sql: &str) -> Result<i64, String> {
        use mysql::prelude::Queryable;
        let opts = mysql::OptsBuilder::from_opts(mysql::Opts::from_url(&self.url()).expect("it is a URL"));
        let mut conn = mysql::Conn::new(opts.prefer_socket(false)).map_err(|error| error.to_string())?;
        let found = conn.query_first(sql).map_err(|error| error.to_string())?;
        found.ok_or_else(|| "no row".to_string())
    }
}
