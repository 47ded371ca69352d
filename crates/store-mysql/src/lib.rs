//! The same answers from MySQL and MariaDB: several desks on many nodes, row locks in one order.
//!
//! Start reading at [`open`]. What a transaction does, in order: [`desk`] begins it, `lock` locks and reads the
//! clock, `load` reads what the locks guard, `write` writes, `marker` commits and settles what got no answer.

mod answers;
mod bulk;
mod cells;
mod clock;
mod desk;
mod error;
mod ids;
mod kept;
mod link;
mod literal;
mod load;
mod lock;
mod marker;
mod open;
mod outbox;
mod reader;
mod schema;
mod write;

pub use bulk::{MysqlBulk, open_empty};
pub use clock::TimeSource;
pub use desk::{MysqlDesk, MysqlTx};
pub use open::{OpenOptions, Opened, open, open_to_read};
pub use reader::MysqlReader;
