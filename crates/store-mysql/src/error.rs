//! What the server says, as what it means for the house.

use usher_engine::StoreError;

pub(crate) const STORE: &str = "mysql";

/// A transaction that the server rolled back, or whose statement gave up waiting: deadlock, lock wait, changed row.
pub(crate) const ROLLED_BACK: [u16; 3] = [1213, 1205, 1020];
/// Duplicate key, NULL where none may be, value out of range, CHECK (MySQL, MariaDB).
const CONSTRAINT: [u16; 6] = [1062, 1048, 1264, 1690, 3819, 4025];
/// Unknown database.
const NO_DATABASE: u16 = 1049;
/// Access denied: to the server, to the database, to a table.
const DENIED: [u16; 4] = [1044, 1045, 1142, 1227];
/// Too many connections, of everybody or of this user.
const CROWDED: [u16; 3] = [1040, 1203, 1226];
/// Disk full, table full.
const FULL: [u16; 3] = [1021, 1041, 1114];
/// Read-only server, or one that is not (yet) part of its cluster.
const NOT_A_WRITER: [u16; 4] = [1290, 1836, 1047, 3100];

/// Maps an error of `what` to one that says what to do next.
pub(crate) fn store_error(what: &'static str) -> impl Fn(mysql::Error) -> StoreError {
    move |error| {
        let mysql::Error::MySqlError(said) = &error else {
            return unavailable(what, "look whether the server runs and can be reached", error);
        };
        match said.code {
            code if ROLLED_BACK.contains(&code) => {
                StoreError::RolledBack { store: STORE, source: error.into() }
            }
            code if CONSTRAINT.contains(&code) => violated(said.message.clone()),
            NO_DATABASE => unavailable(
                what,
                "create the database that `store.url` names (utf8mb4), or correct it",
                error,
            ),
            code if DENIED.contains(&code) => {
                unavailable(what, "give the user of `store.url` all rights on its database", error)
            }
            code if CROWDED.contains(&code) => unavailable(
                what,
                "raise `max_connections` on the server, or run fewer desks and readers",
                error,
            ),
            code if FULL.contains(&code) => {
                unavailable(what, "the server's disk is full: free some room", error)
            }
            code if NOT_A_WRITER.contains(&code) => {
                unavailable(what, "name a server in `store.url` that takes writes", error)
            }
            _ => unavailable(what, "look at the cause and at the server's log", error),
        }
    }
}

pub(crate) fn unavailable(
    what: &'static str,
    advice: &'static str,
    source: impl Into<usher_engine::port::BoxError>,
) -> StoreError {
    StoreError::Unavailable { store: STORE, what, advice, source: source.into() }
}

/// A write that the schema refused, or that did not find the row as the rules had it.
pub(crate) fn violated(what: impl Into<String>) -> StoreError {
    StoreError::Constraint { store: STORE, what: what.into() }
}

/// A stored value that cannot be what it should be.
pub(crate) fn corrupt(what: impl Into<String>) -> StoreError {
    StoreError::Corrupt { store: STORE, what: what.into() }
}
