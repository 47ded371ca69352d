//! The port that events leave through.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use usher_core::{Aggregate, EventId};

/// An event, ready to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its position in the outbox.
    pub position: u64,
    /// Its id: what a receiver tells duplicates by.
    pub event: EventId,
    /// What it is ordered by.
    pub aggregate: Aggregate,
    /// The event as JSON.
    pub body: Bytes,
}

/// What came of sending a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The receiver has it.
    Delivered,
    /// The receiver is there and does not want this event.
    Refused {
        /// The HTTP status it said so with.
        status: u16,
    },
    /// The receiver cannot take anything now.
    Unavailable {
        /// What a person should know.
        why: &'static str,
        /// When it asked to be tried again.
        retry_after: Option<Duration>,
    },
}

/// Where events leave to. Whoever calls it keeps the order within an aggregate: it sends the next event of one only
/// when the last is delivered or given up.
pub trait Sink: Send + Sync + 'static {
    /// Sends a letter and waits for what comes of it, for a bounded time. Safe to repeat.
    fn send(&self, letter: &Letter) -> impl Future<Output = Sent> + Send;
}
