//! Fresh ids: blocks leased from a table that all nodes share.

use std::sync::{Arc, Mutex};

use usher_core::IdKind;
use usher_engine::{IdBlocks, StoreError};

use crate::link::Link;
use crate::literal;

const DESK: &str = "desk";

fn name(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Concert => "concert",
        IdKind::Performance => "performance",
        IdKind::Hold => "hold",
        IdKind::Booking => "booking",
        IdKind::Transfer => "transfer",
        IdKind::Balance => "balance",
        IdKind::Event => "event",
        IdKind::Webhook => "webhook",
    }
}

/// The table of blocks, on a connection that the desks of a node take by turns: a lease commits by itself, so that
/// it neither waits for a batch nor is lost with one.
#[derive(Clone)]
pub(crate) struct Blocks {
    link: Arc<Mutex<Link>>,
}

impl Blocks {
    pub(crate) fn new(link: Link) -> Self {
        Self { link: Arc::new(Mutex::new(link)) }
    }

    /// A number for a desk, never given before.
    pub(crate) fn desk(&mut self) -> Result<u64, StoreError> {
        self.take(DESK, 1)
    }

    fn take(&mut self, kind: &str, count: u64) -> Result<u64, StoreError> {
        let mut link = self.link.lock().expect("no holder of this lock panics");
        // A block whose answer got lost is nobody's: ids have gaps.
        link.fresh(|link| {
            let kind = literal::text(kind);
            link.run(
                "lease ids",
                &format!(
                    "INSERT INTO id_blocks (kind, next) VALUES ({kind}, LAST_INSERT_ID(1) + {count}) \
                     ON DUPLICATE KEY UPDATE next = LAST_INSERT_ID(next) + {count}"
                ),
            )?;
            Ok(link.last_insert_id())
        })
    }
}

impl IdBlocks for Blocks {
    fn lease(&mut self, kind: IdKind, count: u64) -> Result<u64, StoreError> {
        self.take(name(kind), count)
    }
}

/// Lets leases of a kind begin after an id that a dataset has used.
pub(crate) fn begin_after(link: &mut Link, kind: IdKind, last: u64) -> Result<(), StoreError> {
    let (kind, next) = (literal::text(name(kind)), last + 1);
    let sql = format!(
        "INSERT INTO id_blocks (kind, next) VALUES ({kind}, {next}) \
         ON DUPLICATE KEY UPDATE next = GREATEST(next, VALUES(next))"
    );
    link.run("set the next ids", &sql).map(drop)
}
