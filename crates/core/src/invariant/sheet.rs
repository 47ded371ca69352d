//! Sheets: what is compared with what, and by which entity.

use std::fmt;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;
use siphasher::sip128::{Hasher128, SipHasher13};

use super::Invariant;
use crate::{HoldId, IdKind, PerformanceId, RoomId, SeatNumber, TransferId, UserId};

/// Two sides that must be equal for every entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sheet {
    /// Seats claimed as held; seats of live holds.
    Held,
    /// Seats claimed as sold; seats of booked holds.
    Sold,
    /// Held seats that a performance counts; claims.
    HeldCount,
    /// Sold seats that a performance counts; claims.
    SoldCount,
    /// Blocked seats that a performance counts; claims.
    BlockedCount,
    /// Live bookings that a performance counts; bookings.
    BookingCount,
    /// Seats that are counted for a user at a performance; claims.
    UserCount,
    /// Performances; their hot rows.
    Stages,
    /// Holds that were booked; bookings.
    Booked,
    /// Bookings; payments.
    Paid,
    /// What holds cost that were booked; what payments took.
    Price,
    /// Payments; the transfers that moved them.
    Charged,
    /// Refunds of payments; the transfers that moved them.
    Refunded,
    /// Balances; the sums of their ledgers.
    Balance,
    /// Balances before transfers; balances after the transfers before them.
    Chain,
    /// Changes that an account counts; its transfers since the dataset's mark.
    ChangeCount,
    /// Rows that the dataset's mark counts; rows that are there.
    Seeded,
    /// Events up to the sequence that a row counts; events that are kept.
    Sequence,
    /// Changes that rows show; events that tell of them.
    Told,
}

/// Whether a sheet's sides are compared by what they add up to or by what stands on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Sums,
    Rows,
}

impl Sheet {
    pub(super) const COUNT: usize = Sheet::Told as usize + 1;

    pub(super) const ALL: [Sheet; Sheet::COUNT] = [
        Sheet::Held,
        Sheet::Sold,
        Sheet::HeldCount,
        Sheet::SoldCount,
        Sheet::BlockedCount,
        Sheet::BookingCount,
        Sheet::UserCount,
        Sheet::Stages,
        Sheet::Booked,
        Sheet::Paid,
        Sheet::Price,
        Sheet::Charged,
        Sheet::Refunded,
        Sheet::Balance,
        Sheet::Chain,
        Sheet::ChangeCount,
        Sheet::Seeded,
        Sheet::Sequence,
        Sheet::Told,
    ];

    /// The invariant that is broken if its sides differ.
    pub const fn invariant(self) -> Invariant {
        match self {
            Sheet::Held | Sheet::HeldCount | Sheet::BlockedCount | Sheet::UserCount | Sheet::Stages => {
                Invariant::NoDoubleSale
            }
            Sheet::Sold | Sheet::SoldCount | Sheet::BookingCount => Invariant::SoldStaysSold,
            Sheet::Booked => Invariant::OwnLiveHold,
            Sheet::Paid | Sheet::Price | Sheet::Charged => Invariant::PaidIffSold,
            Sheet::Refunded => Invariant::OneRefund,
            Sheet::Balance | Sheet::Chain => Invariant::MoneyConserved,
            Sheet::ChangeCount | Sheet::Seeded | Sheet::Sequence | Sheet::Told => Invariant::EventPerChange,
        }
    }

    /// What its left and its right side are called.
    pub(super) const fn sides(self) -> (&'static str, &'static str) {
        match self {
            Sheet::Held => ("claimed by", "held by"),
            Sheet::Sold => ("claimed by", "sold to"),
            Sheet::HeldCount => ("held seats by its row", "by claims"),
            Sheet::SoldCount => ("sold seats by its row", "by claims"),
            Sheet::BlockedCount => ("blocked seats by its row", "by claims"),
            Sheet::BookingCount => ("live bookings by its row", "by bookings"),
            Sheet::UserCount => ("seats by the user's count", "by claims"),
            Sheet::Stages => ("performance", "its hot row"),
            Sheet::Booked => ("booked by", "bookings"),
            Sheet::Paid => ("bookings", "payments"),
            Sheet::Price => ("cost", "paid"),
            Sheet::Charged => ("payment", "transfer"),
            Sheet::Refunded => ("refunds of its payment", "transfers"),
            Sheet::Balance => ("balance", "ledger"),
            Sheet::Chain => ("balances that were reached", "balances that were left"),
            Sheet::ChangeCount => ("changes by its row", "by transfers"),
            Sheet::Seeded => ("counted by the dataset's mark", "found"),
            Sheet::Sequence => ("events by its row", "kept"),
            Sheet::Told => ("happened", "told by events"),
        }
    }

    pub(super) const fn style(self) -> Style {
        match self {
            Sheet::HeldCount
            | Sheet::SoldCount
            | Sheet::BlockedCount
            | Sheet::BookingCount
            | Sheet::UserCount
            | Sheet::Price
            | Sheet::Balance
            | Sheet::ChangeCount => Style::Sums,
            Sheet::Held
            | Sheet::Sold
            | Sheet::Stages
            | Sheet::Booked
            | Sheet::Paid
            | Sheet::Charged
            | Sheet::Refunded
            | Sheet::Chain
            | Sheet::Seeded
            | Sheet::Sequence
            | Sheet::Told => Style::Rows,
        }
    }
}

/// What a sheet's sides are compared by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// A seat.
    Seat(PerformanceId, SeatNumber),
    /// A performance.
    Performance(PerformanceId),
    /// A user at a performance.
    Guest(PerformanceId, UserId),
    /// A hold.
    Hold(HoldId),
    /// A transfer.
    Transfer(TransferId),
    /// A user.
    User(UserId),
    /// A user's place in a room.
    Place(RoomId, UserId),
    /// A row of the dataset.
    Row(IdKind, u64),
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entity::Seat(performance, seat) => write!(f, "seat {seat} of performance {performance}"),
            Entity::Performance(id) => write!(f, "performance {id}"),
            Entity::Guest(performance, user) => write!(f, "user {user} at performance {performance}"),
            Entity::Hold(id) => write!(f, "hold {id}"),
            Entity::Transfer(id) => write!(f, "transfer {id}"),
            Entity::User(id) => write!(f, "user {id}"),
            Entity::Place(room, user) => write!(f, "the place of user {user} in room {room}"),
            Entity::Row(kind, id) => write!(f, "{} {id} of the dataset", kind_name(*kind)),
        }
    }
}

fn kind_name(kind: IdKind) -> &'static str {
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

/// A side of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// As it should be, or as it is counted.
    Left,
    /// What must equal it.
    Right,
}

/// One entry on a sheet: `amount` times `token`. Two sides are equal if every token has the same amount on both.
#[derive(Clone, Debug)]
pub(super) struct Posting {
    pub(super) sheet: Sheet,
    pub(super) entity: Entity,
    pub(super) side: Side,
    pub(super) token: u128,
    pub(super) amount: i64,
}

impl Posting {
    /// What the entry adds to its side's sum.
    pub(super) fn weight(&self) -> u128 {
        self.token.wrapping_mul(i128::from(self.amount) as u128)
    }

    /// What the entry adds to the sum of both sides, which is zero when they are equal.
    pub(super) fn signed(&self) -> u128 {
        match self.side {
            Side::Left => self.weight(),
            Side::Right => self.weight().wrapping_neg(),
        }
    }

    /// Which of `1 << bits` buckets its entity falls into.
    pub(super) fn bucket(&self, bits: u32) -> usize {
        let mut hasher = FxHasher::default();
        self.entity.hash(&mut hasher);
        let hash = hasher.finish();
        ((hash ^ (hash >> 32)) & ((1 << bits) - 1)) as usize
    }
}

/// 128 bits of what is compared. Odd, so that no amount short of 2^128 makes it vanish from a sum.
pub(super) fn token(what: impl Hash) -> u128 {
    digest(what) | 1
}

/// 128 bits of a value.
pub(super) fn digest(what: impl Hash) -> u128 {
    let mut hasher = SipHasher13::new();
    what.hash(&mut hasher);
    hasher.finish128().as_u128()
}
