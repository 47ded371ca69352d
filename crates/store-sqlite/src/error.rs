//! What SQLite says, as what it means for the house.

use rusqlite::ffi;
use usher_engine::StoreError;

pub(crate) const STORE: &str = "sqlite";

/// Result of a step in SQLite.
pub(crate) type Sql<T> = Result<T, rusqlite::Error>;

/// Maps an error of `what` to one that says what to do next.
pub(crate) fn store_error(what: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| {
        let code = error.sqlite_error().map_or(0, |error| error.extended_code);
        match (code & 0xff, code) {
            (_, ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) => {
                StoreError::Fatal { store: STORE, source: error.into() }
            }
            (ffi::SQLITE_CONSTRAINT, _) => StoreError::Constraint { store: STORE, what: error.to_string() },
            (ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB, _) => StoreError::Corrupt {
                store: STORE,
                what: format!("{error}; restore the directory from a backup"),
            },
            (ffi::SQLITE_FULL, _) => unavailable(what, "the disk is full: free some room on it", error),
            (ffi::SQLITE_IOERR, _) => {
                unavailable(what, "see in the system's log whether the disk is full or fails", error)
            }
            (ffi::SQLITE_CANTOPEN | ffi::SQLITE_PERM | ffi::SQLITE_READONLY | ffi::SQLITE_AUTH, _) => {
                unavailable(what, "the file must be readable and writable for this user", error)
            }
            (ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED, _) => {
                unavailable(what, "another program holds a lock on the file: end it", error)
            }
            _ if matches!(
                error,
                rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..)
            ) =>
            {
                StoreError::Corrupt { store: STORE, what: error.to_string() }
            }
            _ => unavailable(what, "look at the cause", error),
        }
    }
}

/// The same for a commit. After an error of the disk the log may hold it whole, to be found at the next start, so that
/// nobody can say that nothing happened. On a full disk its last page is missing.
pub(crate) fn commit_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error().map(|error| error.extended_code & 0xff) {
        Some(ffi::SQLITE_IOERR | ffi::SQLITE_NOMEM) => {
            StoreError::Fatal { store: STORE, source: error.into() }
        }
        _ => store_error("commit")(error),
    }
}

fn unavailable(what: &'static str, advice: &'static str, error: rusqlite::Error) -> StoreError {
    StoreError::Unavailable { store: STORE, what, advice, source: error.into() }
}

/// A write that did not find the row as the rules had it.
pub(crate) fn violated(what: String) -> StoreError {
    StoreError::Constraint { store: STORE, what }
}
