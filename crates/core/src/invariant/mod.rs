//! The named invariants, checked over all rows of a house in memory that does not grow with it.
//!
//! Every row posts to [`Sheet`]s, as transfers post to accounts: a claim posts to its seat what its hold posts there
//! from the other side. A sheet holds when the two sides of every [`Entity`] are equal. An [`Audit`] sums postings up
//! in buckets by entity, so that one walk shows which buckets are off; a [`Recount`] then keeps the two sides of
//! the entities in these buckets alone and names them.

mod admissions;
mod audit;
mod label;
mod postings;
mod recount;
mod report;
mod rowwise;
mod sheet;
mod told;

#[cfg(test)]
mod planted;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use admissions::{Admissions, Asked, Limits};
pub use audit::{Audit, Suspects, Tally, Walked};
pub use recount::{Recount, Unequal};
pub use report::{Line, Report, Verdict, grouped};
pub use sheet::{Entity, Sheet};
pub use told::Scope;

/// What is always true of a house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Invariant {
    /// At every moment a seat has at most one live hold or booking.
    NoDoubleSale,
    /// Expiry never touches a sold seat; only a cancel frees it.
    SoldStaysSold,
    /// Only the holder confirms, only before expiry, only once.
    OwnLiveHold,
    /// Each transfer has equal sides; a balance equals the sum of its ledger; none is negative.
    MoneyConserved,
    /// Charged exactly for what is sold.
    PaidIffSold,
    /// Refunds of a payment never exceed it, however often and concurrently it is cancelled.
    OneRefund,
    /// The same idempotency key has one effect and one answer.
    OneEffect,
    /// What was acknowledged survives kill -9 and power loss.
    NoLostAck,
    /// Nobody is admitted while live passes ≥ cap; in no second more than the rate.
    CapHeld,
    /// Of two acknowledged joins, one after the other, the earlier is admitted no later.
    Fair,
    /// Published events equal committed changes, in order per aggregate.
    EventPerChange,
}

impl Invariant {
    /// Every invariant, in the order in which they are told.
    pub const ALL: [Invariant; 11] = [
        Invariant::NoDoubleSale,
        Invariant::SoldStaysSold,
        Invariant::OwnLiveHold,
        Invariant::MoneyConserved,
        Invariant::PaidIffSold,
        Invariant::OneRefund,
        Invariant::OneEffect,
        Invariant::NoLostAck,
        Invariant::CapHeld,
        Invariant::Fair,
        Invariant::EventPerChange,
    ];

    /// Its name in documents and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Invariant::NoDoubleSale => "NO-DOUBLE-SALE",
            Invariant::SoldStaysSold => "SOLD-STAYS-SOLD",
            Invariant::OwnLiveHold => "OWN-LIVE-HOLD",
            Invariant::MoneyConserved => "MONEY-CONSERVED",
            Invariant::PaidIffSold => "PAID-IFF-SOLD",
            Invariant::OneRefund => "ONE-REFUND",
            Invariant::OneEffect => "ONE-EFFECT",
            Invariant::NoLostAck => "NO-LOST-ACK",
            Invariant::CapHeld => "CAP-HELD",
            Invariant::Fair => "FAIR",
            Invariant::EventPerChange => "EVENT-PER-CHANGE",
        }
    }

    /// Whether a store alone cannot show it: it takes the record of what clients were told.
    pub const fn needs_acks(self) -> bool {
        match self {
            Invariant::OneEffect | Invariant::NoLostAck | Invariant::CapHeld | Invariant::Fair => true,
            Invariant::NoDoubleSale
            | Invariant::SoldStaysSold
            | Invariant::OwnLiveHold
            | Invariant::MoneyConserved
            | Invariant::PaidIffSold
            | Invariant::OneRefund
            | Invariant::EventPerChange => false,
        }
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A row or rows that break an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which one.
    pub invariant: Invariant,
    /// One sentence that begins with the row.
    pub says: String,
}
