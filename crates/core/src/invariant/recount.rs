//! A second walk that keeps both sides of the entities in buckets that were off, and names those that differ.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::audit::{BUCKET_BITS, Suspects};
use super::label::label;
use super::postings::{mark, post};
use super::sheet::{Entity, Posting, Sheet, Side, Style};
use super::told::Scope;
use super::{Finding, Invariant};
use crate::Effect;

/// Sees the same rows as the [`super::Audit`], in the same order.
pub struct Recount {
    scope: Scope,
    suspects: FxHashSet<(Sheet, u32)>,
    entities: BTreeMap<(Sheet, Entity), Sides>,
}

/// An entity whose sides differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unequal {
    sides: Sides,
    finding: Finding,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sides {
    left: Sum,
    right: Sum,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sum {
    weight: u128,
    amount: i128,
    rows: Vec<String>,
    rows_total: u64,
}

/// Rows that are named of each side.
const ROWS_NAMED_MAX: usize = 4;

impl Recount {
    /// Begins a walk that looks into these buckets.
    pub fn new(scope: Scope, suspects: &Suspects) -> Recount {
        let suspects = suspects.buckets.iter().map(|(sheet, bucket, _)| (*sheet, *bucket)).collect();
        let mut recount = Recount { scope, suspects, entities: BTreeMap::new() };
        let Recount { scope, suspects, entities } = &mut recount;
        mark(scope, &mut |posting| keep(suspects, entities, posting, || "one".into()));
        recount
    }

    /// Sees a row.
    pub fn see(&mut self, effect: &Effect) {
        let Recount { scope, suspects, entities } = self;
        post(effect, scope, &mut |posting| keep(suspects, entities, posting, || label(effect)));
    }

    /// Ends the walk.
    pub fn end(self) -> BTreeMap<(Sheet, Entity), Unequal> {
        let unequal = self.entities.into_iter().filter(|(_, sides)| sides.left.weight != sides.right.weight);
        let told = unequal.map(|((sheet, entity), sides)| {
            let finding = Finding { invariant: sheet.invariant(), says: says(sheet, &entity, &sides) };
            ((sheet, entity), Unequal { sides, finding })
        });
        told.collect()
    }
}

fn keep(
    suspects: &FxHashSet<(Sheet, u32)>,
    entities: &mut BTreeMap<(Sheet, Entity), Sides>,
    posting: Posting,
    label: impl FnOnce() -> String,
) {
    if !suspects.contains(&(posting.sheet, posting.bucket(BUCKET_BITS) as u32)) {
        return;
    }
    let weight = posting.weight();
    let sides = entities.entry((posting.sheet, posting.entity)).or_default();
    let sum = match posting.side {
        Side::Left => &mut sides.left,
        Side::Right => &mut sides.right,
    };
    sum.weight = sum.weight.wrapping_add(weight);
    sum.amount += i128::from(posting.amount);
    sum.rows_total += 1;
    if sum.rows.len() < ROWS_NAMED_MAX && posting.sheet.style() == Style::Rows {
        sum.rows.push(label());
    }
}

impl Unequal {
    /// What it breaks.
    pub fn invariant(&self) -> Invariant {
        self.finding.invariant
    }

    /// What to tell of it.
    pub fn into_finding(self) -> Finding {
        self.finding
    }
}

fn says(sheet: Sheet, entity: &Entity, sides: &Sides) -> String {
    let (left, right) = sheet.sides();
    match sheet.style() {
        Style::Sums => format!("{entity}: {left} {}, {right} {}", sides.left.amount, sides.right.amount),
        Style::Rows => format!("{entity}: {left} {}, {right} {}", rows(&sides.left), rows(&sides.right)),
    }
}

fn rows(sum: &Sum) -> String {
    let more = sum.rows_total - sum.rows.len() as u64;
    match (sum.rows_total, more) {
        (0, _) => "none".into(),
        (_, 0) => sum.rows.join("; "),
        (_, more) => format!("{}; and {more} more", sum.rows.join("; ")),
    }
}
