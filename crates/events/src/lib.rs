//! Events leave in order, at least once.
//!
//! [`start`] runs a relay beside a house. Every receiver has a courier of its own, which reads the events after the
//! receiver's durable position, hands them to a [`Sink`], and records how far it has come. An aggregate has one event
//! under way at a time, so that its order holds; different aggregates go side by side. What is not recorded when the
//! process ends is delivered again under the same id.

mod address;
mod bell;
mod courier;
mod patience;
mod post;
mod relay;
mod signature;
mod sink;
mod slice;
mod webhook;

pub use address::Reach;
pub use bell::Bell;
pub use patience::Patience;
pub use relay::{Note, Relay, RelayConfig, start};
pub use signature::sign;
pub use sink::{Letter, Sent, Sink};
