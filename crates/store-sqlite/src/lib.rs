//! The default store: one SQLite file, one writer, group commit.
//!
//! WAL mode with `synchronous = FULL`: a commit is on the disk before anyone hears of it. See [`open`].

mod answers;
mod behind;
mod bulk;
mod cells;
mod checkpoint;
mod desk;
mod error;
mod history;
mod load;
mod open;
mod places;
mod reader;
mod schema;
mod seen;
mod taken;
mod write;

pub use bulk::{SqliteBulk, open_empty};
pub use desk::{SqliteDesk, SqliteTx};
pub use open::{FILE, Opened, Options, open, open_to_read};
pub use reader::SqliteReader;
