//! Desks, ports and views: what the house does, over ports that speak in decisions.
//!
//! Start reading at [`House`]: orders go to a desk ([`desk`]), which decides them in batches through
//! [`usher_core::decide`] and makes their effects durable through the ports of a store ([`port`]).

pub mod clock;
pub mod desk;
mod due;
mod house;
mod ids;
pub mod port;
mod reads;
pub mod verify;
pub mod waiting;
mod working_set;

pub use clock::{Clock, SystemClock};
pub use desk::{Answer, BatchReport, DeskLoop, Fatal, Follower, Step};
pub use house::{Failure, House, HouseConfig};
pub use ids::{BlockIds, Counters, IdBlocks};
pub use port::{
    Bulk, CommitError, ConcertRead, Cursor, Desk, Ended, HoldLine, Lot, Reader, RowKind, SeatsRead,
    StoreError, Tx, WaitingEvent,
};
pub use reads::{ReadError, Reads};
