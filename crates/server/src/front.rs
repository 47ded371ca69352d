//! What every handler can reach.

use std::sync::Arc;

use usher_api::fingerprint::HashKey;
use usher_api::{ParseSettings, Problem, ProblemCode};
use usher_core::{AnswerKey, Timestamp};
use usher_engine::{ReadError, Reader, StoreError};

use crate::config::{Backing, Mode, ServerConfig, Timeouts};
use crate::connection::Stop;
use crate::pages::Made;
use crate::token::Signer;
use crate::turnstile::Turnstile;

/// The house as handlers see it.
pub(crate) struct Front {
    pub(crate) backing: Backing,
    pub(crate) mode: Mode,
    pub(crate) parse: ParseSettings,
    pub(crate) timeouts: Timeouts,
    pub(crate) hash_key: HashKey,
    pub(crate) signer: Signer,
    /// Pages that many open at once.
    pub(crate) pages: Made,
    /// Orders that run, by idempotency key.
    pub(crate) in_flight: Turnstile<AnswerKey, ()>,
    /// Tells what would go on for long, such as a stream, that the server ends.
    pub(crate) stop: Arc<Stop>,
}

/// How long a client should wait before it tries again.
pub(crate) const RETRY_AFTER_MS: u64 = 1000;

impl Front {
    pub(crate) fn new(config: &ServerConfig, backing: Backing, stop: Arc<Stop>) -> Self {
        let (first, second) = backing.secret.split_at(8);
        let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("half of 16 bytes are 8"));
        Self {
            mode: config.mode,
            parse: config.parse.clone(),
            timeouts: config.timeouts,
            hash_key: HashKey(word(first), word(second)),
            signer: Signer::new(&backing.secret),
            pages: Made::default(),
            in_flight: Turnstile::default(),
            stop,
            backing,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.backing.clock.now()
    }

    /// Reads committed rows.
    pub(crate) async fn read<T, F>(&self, read: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
    {
        let read = self.backing.house.reads().run(read);
        match tokio::time::timeout(self.timeouts.order, read).await {
            Ok(read) => read.map_err(|error| read_problem(&error)),
            Err(_) => Err(try_again()),
        }
    }
}

/// What a read that failed is answered with; logs what a person must see.
pub(crate) fn read_problem(error: &ReadError) -> Problem {
    match error {
        ReadError::Busy => try_again(),
        ReadError::Store(StoreError::RolledBack { .. } | StoreError::Unavailable { .. }) => {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "a read failed; the client is told to try again"
            );
            try_again()
        }
        ReadError::Store(
            StoreError::Constraint { .. } | StoreError::Corrupt { .. } | StoreError::Fatal { .. },
        ) => {
            tracing::error!(error = error as &dyn std::error::Error, alarm = true, "a read failed");
            Problem::new(ProblemCode::Internal)
        }
    }
}

pub(crate) fn try_again() -> Problem {
    Problem::new(ProblemCode::TryAgain).status(503).retry_after_ms(RETRY_AFTER_MS)
}
