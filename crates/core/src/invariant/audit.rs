//! The first walk over all rows: sums in buckets, counts, a digest, and what a row alone shows.

use super::postings::{mark, post};
use super::rowwise::{Catalogue, look};
use super::sheet::{Posting, Sheet, digest};
use super::told::Scope;
use super::{Finding, Invariant};
use crate::{ClaimState, ConcertId, Effect, HoldState, IdKind, Reason};

/// Buckets of every sheet: 4 MB for all of them, and some 60 of a million entities in each.
pub(super) const BUCKET_BITS: u32 = 14;

/// Sees every row once, kind by kind: performances first, concerts after them, claims in the order of their seats,
/// events last.
pub struct Audit {
    scope: Scope,
    sums: Vec<u128>,
    postings: [u64; Sheet::COUNT],
    catalogue: Catalogue,
    findings: Findings,
    tally: Tally,
    digest: u128,
}

/// What the first walk showed.
pub struct Walked {
    /// What is wrong with single rows.
    pub findings: Vec<Finding>,
    /// Concerts that performances name and that were not seen.
    pub missing_concerts: Vec<ConcertId>,
    /// Buckets that are off.
    pub suspects: Suspects,
    /// What was seen.
    pub tally: Tally,
    /// 128 bits over all rows but counts, whatever their order.
    pub digest: u128,
}

/// Buckets that are off, few enough at a time that what falls into them fits in memory.
pub struct Suspects {
    pub(super) buckets: Vec<(Sheet, u32, u64)>,
}

/// How many findings are kept; more are only counted with them.
const FINDINGS_MAX: usize = 1_000;

type Findings = Vec<Finding>;

impl Audit {
    /// Begins a walk.
    pub fn new(scope: Scope) -> Audit {
        let mut audit = Audit {
            scope,
            sums: vec![0; Sheet::COUNT << BUCKET_BITS],
            postings: [0; Sheet::COUNT],
            catalogue: Catalogue::default(),
            findings: Vec::new(),
            tally: Tally::default(),
            digest: 0,
        };
        let Audit { scope, sums, postings, .. } = &mut audit;
        mark(scope, &mut |posting| add(sums, postings, &posting));
        audit
    }

    /// Sees a row.
    pub fn see(&mut self, effect: &Effect) {
        let Audit { scope, sums, postings, catalogue, findings, .. } = self;
        post(effect, scope, &mut |posting| add(sums, postings, &posting));
        look(effect, catalogue, &mut |finding| {
            if findings.len() < FINDINGS_MAX {
                findings.push(finding);
            }
        });
        self.tally.add(effect, &self.scope);
        self.digest = self.digest.wrapping_add(row_digest(effect));
    }

    /// Ends the walk.
    pub fn end(self) -> Walked {
        let mut buckets = Vec::new();
        for sheet in Sheet::ALL {
            // A store that keeps no counts as rows has none to compare.
            if sheet == Sheet::UserCount && self.tally.counts == 0 {
                continue;
            }
            let first = (sheet as usize) << BUCKET_BITS;
            let in_each = (self.postings[sheet as usize] >> BUCKET_BITS) + 1;
            let sums = &self.sums[first..first + (1 << BUCKET_BITS)];
            let off = sums.iter().enumerate().filter(|(_, sum)| **sum != 0);
            buckets.extend(off.map(|(bucket, _)| (sheet, bucket as u32, in_each)));
        }
        Walked {
            findings: self.findings,
            missing_concerts: self.catalogue.missing_concerts(),
            suspects: Suspects { buckets },
            tally: self.tally,
            digest: self.digest,
        }
    }
}

fn add(sums: &mut [u128], postings: &mut [u64; Sheet::COUNT], posting: &Posting) {
    let sheet = posting.sheet as usize;
    let sum = &mut sums[(sheet << BUCKET_BITS) + posting.bucket(BUCKET_BITS)];
    *sum = sum.wrapping_add(posting.signed());
    postings[sheet] += 1;
}

impl Suspects {
    /// Postings that a recount may have to keep, at most.
    const POSTINGS_MAX: u64 = 250_000;

    /// Whether no bucket is off.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// What is broken if rows in these buckets are wrong, one for each bucket.
    pub fn invariants(&self) -> impl Iterator<Item = Invariant> {
        self.buckets.iter().map(|(sheet, _, _)| sheet.invariant())
    }

    /// Takes as many as one recount can look into.
    pub fn take_some(&mut self) -> Suspects {
        let mut room = Self::POSTINGS_MAX;
        let fits = |(_, _, postings): &&(Sheet, u32, u64)| {
            let fits = room > 0;
            room = room.saturating_sub(*postings);
            fits
        };
        let some = self.buckets.iter().take_while(fits).count();
        Suspects { buckets: self.buckets.drain(..some).collect() }
    }
}

fn row_digest(effect: &Effect) -> u128 {
    match effect {
        Effect::Concert(row) => digest((1u8, row)),
        Effect::Performance(row) => digest((2u8, row)),
        Effect::Stage(row) => digest((3u8, row)),
        Effect::Claim(row) => digest((4u8, row)),
        Effect::Hold(row) => digest((5u8, row)),
        Effect::Booking(row) => digest((6u8, row)),
        Effect::Payment(row) => digest((7u8, row)),
        Effect::Account(row) => digest((8u8, row)),
        Effect::Movement(row) => digest((9u8, row)),
        Effect::Event(row) => digest((10u8, row)),
        Effect::Room(row) => digest((11u8, row)),
        Effect::Place(row) => digest((12u8, row)),
        // Only some stores keep counts as rows; others may stand elsewhere than in the house's tables.
        Effect::Count { .. }
        | Effect::ClaimEnded { .. }
        | Effect::PlaceReplaced { .. }
        | Effect::Answer(_)
        | Effect::Webhook(_)
        | Effect::WebhookRemoved(_)
        | Effect::Delivery(_) => 0,
    }
}

/// How many rows of each kind were seen, and what money stood where.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub(super) concerts: u64,
    pub(super) performances: u64,
    pub(super) claims: u64,
    pub(super) sold: u64,
    pub(super) counts: u64,
    pub(super) holds: u64,
    pub(super) booked: u64,
    pub(super) bookings: u64,
    pub(super) payments: u64,
    pub(super) refunds: u64,
    pub(super) accounts: u64,
    pub(super) movements: u64,
    pub(super) events: u64,
    pub(super) seeded: u64,
    pub(super) all: u64,
    pub(super) money: Money,
}

/// What came in, where it went and what is left, in minor units.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Money {
    pub(super) cash: i128,
    pub(super) revenue: i128,
    pub(super) elsewhere: i128,
    pub(super) balances: i128,
}

impl Tally {
    /// Rows that were seen, but for counts, which only some stores keep.
    pub fn rows(&self) -> u64 {
        self.all
    }

    /// Seats that are sold.
    pub fn seats_sold(&self) -> u64 {
        self.sold
    }

    fn add(&mut self, effect: &Effect, scope: &Scope) {
        let mut seeded = |kind: IdKind, id: u64| self.seeded += u64::from(scope.is_seeded(kind, id));
        self.all += u64::from(!matches!(effect, Effect::Count { .. }));
        match effect {
            Effect::Concert(row) => {
                self.concerts += 1;
                seeded(IdKind::Concert, row.id.get());
            }
            Effect::Performance(row) => {
                self.performances += 1;
                seeded(IdKind::Performance, row.id.get());
            }
            Effect::Claim(row) => {
                self.claims += 1;
                self.sold += u64::from(row.state == ClaimState::Sold);
            }
            Effect::Count { .. } => self.counts += 1,
            Effect::Hold(row) => {
                self.holds += 1;
                self.booked += u64::from(matches!(row.state, HoldState::Booked(..)));
                seeded(IdKind::Hold, row.id.get());
            }
            Effect::Booking(row) => {
                self.bookings += 1;
                seeded(IdKind::Booking, row.id.get());
            }
            Effect::Payment(row) => {
                self.payments += 1;
                self.refunds += u64::from(row.refund.is_some());
            }
            Effect::Account(row) => {
                self.accounts += 1;
                self.money.balances += i128::from(row.balance.minor_units());
                seeded(IdKind::Balance, row.id.get());
            }
            Effect::Movement(row) => {
                self.movements += 1;
                self.money.add(row.reason, i128::from(row.amount.minor_units()));
                seeded(IdKind::Transfer, row.id.get());
            }
            Effect::Event(_) => self.events += 1,
            Effect::Stage(_)
            | Effect::ClaimEnded { .. }
            | Effect::Room(_)
            | Effect::Place(_)
            | Effect::PlaceReplaced { .. }
            | Effect::Answer(_)
            | Effect::Webhook(_)
            | Effect::WebhookRemoved(_)
            | Effect::Delivery(_) => {}
        }
    }
}

impl Money {
    fn add(&mut self, reason: Reason, amount: i128) {
        match reason {
            Reason::Charge => self.cash += amount,
            Reason::Use => self.elsewhere += amount,
            Reason::Payment => self.revenue += amount,
            Reason::Refund => self.revenue -= amount,
        }
    }
}
