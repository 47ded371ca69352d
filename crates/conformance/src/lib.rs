//! What every store promises, as one suite, and the model it is compared with.
//!
//! An adapter implements [`Fixture`] and calls [`prove`] from a test without a harness of its own:
//!
//! ```ignore
//! fn main() {
//!     usher_conformance::prove("sqlite", Directories);
//! }
//! ```

mod cases;
mod clock;
mod crowd;
mod defects;
mod fixture;
mod lockstep;
mod model;
mod orders;
mod picture;
mod scene;
mod suite;

pub use clock::TestClock;
pub use fixture::{Fixture, Opened, Store};
pub use model::{ModelDesk, ModelStore, ModelTx, Models};
pub use suite::prove;
