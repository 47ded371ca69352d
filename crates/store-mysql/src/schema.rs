//! The schema: what MySQL 8 and MariaDB both know, constraints as the last line, no foreign keys.
//!
//! A foreign key would lock parents outside the one order of locks. Ids and names compare byte by byte
//! (`utf8mb4_bin`): `Kim` and `kim` are two users.

use usher_engine::StoreError;

use crate::error::{corrupt, unavailable};
use crate::link::Link;

/// Raised with every change that an older binary could not serve.
pub(crate) const VERSION: i64 = 1;

/// Tables with their columns and keys; every statement may be run again.
const TABLES: [(&str, &str); 21] = [
    // First, since it says that a database is ours; its row `schema` comes last.
    ("meta", "name VARCHAR(32) NOT NULL PRIMARY KEY, value VARBINARY(1024) NOT NULL"),
    ("concerts", "id BIGINT NOT NULL PRIMARY KEY, title VARCHAR(200) NOT NULL, created_at BIGINT NOT NULL"),
    (
        "performances",
        "id BIGINT NOT NULL PRIMARY KEY, concert BIGINT NOT NULL, begins_at BIGINT NOT NULL,
         duration_ms BIGINT NOT NULL, title VARCHAR(200) NOT NULL, description TEXT,
         price BIGINT NOT NULL CHECK (price >= 0), seats_max INT NOT NULL CHECK (seats_max > 0),
         sale_opens_at BIGINT NOT NULL, sale_closes_at BIGINT NOT NULL, hold_ttl_ms BIGINT NOT NULL,
         seats_per_user_max INT NOT NULL, room VARCHAR(64) NOT NULL, created_at BIGINT NOT NULL,
         KEY performances_by_concert (concert, begins_at)",
    ),
    // A performance's hot row: its lock guards the performance's seats, counts, holds, bookings and payments.
    (
        "stages",
        "performance BIGINT NOT NULL PRIMARY KEY, state TINYINT NOT NULL, version BIGINT NOT NULL,
         event_sequence BIGINT NOT NULL, held INT NOT NULL CHECK (held >= 0), sold INT NOT NULL CHECK (sold >= 0),
         blocked INT NOT NULL CHECK (blocked >= 0), bookings INT NOT NULL CHECK (bookings >= 0),
         bookings_when_cancelled INT NOT NULL, refunded INT NOT NULL, changed_at BIGINT NOT NULL,
         KEY stages_by_state (state)",
    ),
    // One live claim a seat: the primary key refuses a second one. A blocked seat has hold 0 and no user.
    (
        "claims",
        "performance BIGINT NOT NULL, seat INT NOT NULL, state TINYINT NOT NULL, hold BIGINT NOT NULL,
         user VARCHAR(64), PRIMARY KEY (performance, seat)",
    ),
    (
        "counts",
        "performance BIGINT NOT NULL, user VARCHAR(64) NOT NULL, seats INT NOT NULL CHECK (seats > 0),
         PRIMARY KEY (performance, user)",
    ),
    (
        "holds",
        "id BIGINT NOT NULL PRIMARY KEY, performance BIGINT NOT NULL, user VARCHAR(64) NOT NULL,
         seats VARBINARY(40) NOT NULL, amount BIGINT NOT NULL CHECK (amount >= 0), created_at BIGINT NOT NULL,
         expires_at BIGINT NOT NULL, state TINYINT NOT NULL, booking BIGINT, payment BIGINT,
         room VARCHAR(64), place BIGINT, KEY holds_by_user (user, performance), KEY holds_due (state, expires_at)",
    ),
    // One booking a hold, one payment a hold; hold -1 is what a write of another one runs into.
    (
        "bookings",
        "id BIGINT NOT NULL PRIMARY KEY, hold BIGINT NOT NULL CHECK (hold > 0), payment BIGINT NOT NULL,
         performance BIGINT NOT NULL, user VARCHAR(64) NOT NULL, created_at BIGINT NOT NULL,
         closed_when_booked TINYINT NOT NULL, cancelled TINYINT NOT NULL, UNIQUE KEY bookings_by_hold (hold)",
    ),
    (
        "payments",
        "id BIGINT NOT NULL PRIMARY KEY, hold BIGINT NOT NULL CHECK (hold > 0), booking BIGINT NOT NULL,
         performance BIGINT NOT NULL, user VARCHAR(64) NOT NULL, amount BIGINT NOT NULL CHECK (amount >= 0),
         method TINYINT, created_at BIGINT NOT NULL, refunded_at BIGINT, refund BIGINT,
         UNIQUE KEY payments_by_hold (hold), KEY payments_by_user (user, created_at, id)",
    ),
    // An id of 0 is seen only within the transaction that may open the account.
    (
        "accounts",
        "user VARCHAR(64) NOT NULL PRIMARY KEY, id BIGINT NOT NULL CHECK (id >= 0),
         balance BIGINT NOT NULL CHECK (balance >= 0), created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
         event_sequence BIGINT NOT NULL",
    ),
    (
        "movements",
        "id BIGINT NOT NULL PRIMARY KEY, user VARCHAR(64) NOT NULL, reason TINYINT NOT NULL,
         amount BIGINT NOT NULL CHECK (amount > 0), balance_after BIGINT NOT NULL CHECK (balance_after >= 0),
         hold BIGINT, created_at BIGINT NOT NULL, KEY movements_by_user (user, created_at, id)",
    ),
    // Rooms and places without content, and with a NULL for a number, are seen only within the transaction that may
    // make them. Nobody else in a room has the same number.
    ("rooms", "id VARCHAR(64) NOT NULL PRIMARY KEY, packed MEDIUMBLOB NOT NULL, changed_at BIGINT NOT NULL"),
    (
        "places",
        "room VARCHAR(64) NOT NULL, user VARCHAR(64) NOT NULL, number BIGINT CHECK (number > 0),
         joined_at BIGINT NOT NULL, event_sequence BIGINT NOT NULL, state BLOB NOT NULL, changed_at BIGINT NOT NULL,
         PRIMARY KEY (room, user), UNIQUE KEY places_by_number (room, number)",
    ),
    // Remembered answers: see `answers`.
    ("answers_0", ANSWERS),
    ("answers_1", ANSWERS),
    ("answers_2", ANSWERS),
    // Events, first without a position, then with one: see `outbox`.
    ("events_new", "at BIGINT NOT NULL, id BIGINT NOT NULL, packed MEDIUMBLOB NOT NULL, PRIMARY KEY (at, id)"),
    (
        "events",
        "position BIGINT NOT NULL PRIMARY KEY, id BIGINT NOT NULL, at BIGINT NOT NULL, packed MEDIUMBLOB NOT NULL,
         UNIQUE KEY events_by_id (id)",
    ),
    (
        "webhooks",
        "id BIGINT NOT NULL PRIMARY KEY, packed MEDIUMBLOB NOT NULL, delivery MEDIUMBLOB",
    ),
    // The next id of each kind that nobody has leased.
    ("id_blocks", "kind VARCHAR(16) NOT NULL PRIMARY KEY, next BIGINT NOT NULL"),
    // Each desk's marker, raised by every batch in its own transaction: see `marker`.
    ("desks", "desk BIGINT NOT NULL PRIMARY KEY, batch BIGINT NOT NULL"),
];

const ANSWERS: &str = "id BINARY(16) NOT NULL PRIMARY KEY, request BIGINT NOT NULL, answered MEDIUMBLOB NOT NULL, at BIGINT NOT NULL";

const OPTIONS: &str = "ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

/// Makes sure that the database has our schema: makes it in an empty one, refuses a newer one and somebody else's.
/// Several nodes may do this at once.
pub(crate) fn ensure(link: &mut Link) -> Result<(), StoreError> {
    refuse_loose_commits(link)?;
    if is_there(link)? { Ok(()) } else { create(link) }
}

/// Whether the database has our schema, or is empty; a newer one and somebody else's are refused.
pub(crate) fn is_there(link: &mut Link) -> Result<bool, StoreError> {
    let what = "look at the schema";
    let count = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()";
    let tables = link.number(what, count)?.unwrap_or(0);
    let ours = link.number(what, &format!("{count} AND table_name = 'meta'"))?.unwrap_or(0);
    if tables > 0 && ours == 0 {
        let source = format!("it has {tables} tables, and none of them is ours");
        return Err(unavailable(
            "use a database that others use",
            "name an empty one in `store.url`",
            source,
        ));
    }
    let found = if ours == 0 {
        None
    } else {
        link.number(what, "SELECT CAST(value AS SIGNED) FROM meta WHERE name = 'schema'")?
    };
    match found {
        None => Ok(false),
        Some(VERSION) => Ok(true),
        Some(version @ ..VERSION) => Err(corrupt(format!("a schema of version {version}, which never was"))),
        Some(version) => {
            let source = format!("its schema is version {version}, this binary knows {VERSION}");
            Err(unavailable("serve a newer database", "start the newer `usher` that made it", source))
        }
    }
}

fn create(link: &mut Link) -> Result<(), StoreError> {
    for (table, columns) in TABLES {
        let sql = format!("CREATE TABLE IF NOT EXISTS {table} ({columns}) {OPTIONS}");
        link.run("create the schema", &sql)?;
    }
    let rows = format!(
        "INSERT INTO meta (name, value) VALUES ('secret', RANDOM_BYTES(16)), ('event_position', '0'), \
         ('schema', '{VERSION}') ON DUPLICATE KEY UPDATE name = name"
    );
    link.run("create the schema", &rows).map(drop)
}

/// Nothing is acknowledged before it is durable, so a server that answers a commit before it has flushed is refused.
fn refuse_loose_commits(link: &mut Link) -> Result<(), StoreError> {
    let what = "look at the server's settings";
    let flush = link.number(what, "SELECT @@GLOBAL.innodb_flush_log_at_trx_commit")?;
    if flush != Some(1) {
        let source = format!("innodb_flush_log_at_trx_commit is {}", flush.unwrap_or(0));
        let advice =
            "set innodb_flush_log_at_trx_commit = 1 on the server, so that a sale survives a power cut";
        return Err(unavailable("serve on a server that does not flush at commit", advice, source));
    }
    let binlog = link.number(what, "SELECT @@GLOBAL.log_bin")?;
    let sync = link.number(what, "SELECT @@GLOBAL.sync_binlog")?;
    if binlog == Some(1) && sync != Some(1) {
        // After a crash InnoDB rolls back what its binary log does not have.
        let source = format!("log_bin is on and sync_binlog is {}", sync.unwrap_or(0));
        let advice = "set sync_binlog = 1 on the server, so that a sale survives a power cut";
        return Err(unavailable("serve on a server that does not flush its binary log", advice, source));
    }
    Ok(())
}
