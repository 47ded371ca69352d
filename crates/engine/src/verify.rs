//! Examines every invariant of a store, also of one that is being written to, and changes nothing.

use std::collections::BTreeMap;

use usher_core::invariant::{
    Audit, Entity, Finding, Invariant, Recount, Report, Scope, Sheet, Suspects, Unequal, Walked,
};
use usher_core::{Effect, EventId, PerformanceId, Timestamp};

use crate::port::{Cursor, Reader, RowKind, StoreError};

/// The order in which rows are walked: see [`Audit`].
const ORDER: [RowKind; 13] = [
    RowKind::Performance,
    RowKind::Concert,
    RowKind::Stage,
    RowKind::Claim,
    RowKind::Count,
    RowKind::Hold,
    RowKind::Booking,
    RowKind::Payment,
    RowKind::Account,
    RowKind::Movement,
    RowKind::Room,
    RowKind::Place,
    RowKind::Event,
];

/// Rows of one slice.
const SLICE_ROWS: usize = 5_000;
/// The same of events, where a store may count batches of a thousand.
const SLICE_EVENTS: usize = 50;
/// Readings of an entity before it is given up as ever changing.
const READINGS_MAX: usize = 5;
/// Findings after which looking for more says nothing new.
const FINDINGS_MAX: usize = 10_000;
/// How often a walk begins again because events were forgotten meanwhile.
const WALKS_MAX: usize = 3;

/// Examines all rows. `progress` hears how many rows each slice had.
///
/// Rows that change while they are walked differ without being wrong. What differs is therefore read again, and
/// told only if it differs in two readings that are the same.
pub fn verify(
    reader: &mut dyn Reader,
    now: Timestamp,
    progress: &mut dyn FnMut(u64),
) -> Result<Report, StoreError> {
    let mut walks = 0;
    loop {
        let oldest = oldest_event(reader)?;
        let mut walk = Walk { scope: Scope::new(reader.mark()?, oldest, now), reader, progress };
        let report = walk.examine()?;
        walks += 1;
        if walks == WALKS_MAX || oldest_event(reader)? == oldest {
            return Ok(report);
        }
    }
}

fn oldest_event(reader: &mut dyn Reader) -> Result<Option<(EventId, Timestamp)>, StoreError> {
    let first = reader.events(0, 1)?.pop();
    Ok(first.map(|waiting| (waiting.event.id, waiting.event.at)))
}

type Off = BTreeMap<(Sheet, Entity), Unequal>;

struct Walk<'a> {
    scope: Scope,
    reader: &'a mut dyn Reader,
    progress: &'a mut dyn FnMut(u64),
}

impl Walk<'_> {
    fn examine(&mut self) -> Result<Report, StoreError> {
        let mut audit = Audit::new(self.scope.clone());
        self.walk(&mut |effect| audit.see(effect))?;
        let Walked { mut findings, missing_concerts, suspects, tally, digest } = audit.end();
        for id in missing_concerts {
            if self.reader.concert(id)?.is_none() {
                let says = format!("concert {id}: named by performances, and not there");
                findings.push(Finding { invariant: Invariant::NoDoubleSale, says });
            }
        }
        let unsettled = self.settle(suspects, &mut findings)?;
        Ok(Report::new(&tally, digest, &self.scope, &findings, &unsettled))
    }

    fn walk(&mut self, see: &mut dyn FnMut(&Effect)) -> Result<(), StoreError> {
        for kind in ORDER {
            let limit = if kind == RowKind::Event { SLICE_EVENTS } else { SLICE_ROWS };
            let mut from: Option<Cursor> = None;
            loop {
                let (rows, next) = self.reader.scan(kind, from.as_ref(), limit)?;
                rows.iter().for_each(&mut *see);
                (self.progress)(rows.len() as u64);
                match next {
                    Some(next) => from = Some(next),
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// Turns what is off in two equal readings into findings; gives back what was not judged.
    fn settle(
        &mut self,
        mut suspects: Suspects,
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<Invariant>, StoreError> {
        let mut unsettled = Vec::new();
        while !suspects.is_empty() && findings.len() < FINDINGS_MAX {
            let some = suspects.take_some();
            let mut off = self.recount(&some)?;
            let mut readings = 1;
            while !off.is_empty() && readings < READINGS_MAX {
                let again = self.recount(&some)?;
                off = compare(off, &again, findings);
                readings += 1;
            }
            for ((sheet, entity), unequal) in off {
                match self.count_at_once(&some, sheet, &entity)? {
                    Some(Some(unequal)) => findings.push(unequal.into_finding()),
                    Some(None) => {}
                    None => unsettled.push(unequal.invariant()),
                }
            }
        }
        unsettled.extend(suspects.invariants());
        Ok(unsettled)
    }

    fn recount(&mut self, suspects: &Suspects) -> Result<Off, StoreError> {
        let mut recount = Recount::new(self.scope.clone(), suspects);
        self.walk(&mut |effect| recount.see(effect))?;
        Ok(recount.end())
    }

    /// A busy performance beside its claims, from one snapshot; `None` for what no snapshot shows.
    fn count_at_once(
        &mut self,
        suspects: &Suspects,
        sheet: Sheet,
        entity: &Entity,
    ) -> Result<Option<Option<Unequal>>, StoreError> {
        let Some(id) = counted_by_claims(sheet, entity) else { return Ok(None) };
        let mut recount = Recount::new(self.scope.clone(), suspects);
        if let Some(seats) = self.reader.seats(id)? {
            recount.see(&Effect::Stage(seats.stage));
            seats.claims.into_iter().for_each(|claim| recount.see(&Effect::Claim(claim)));
        }
        Ok(Some(recount.end().remove(&(sheet, entity.clone()))))
    }
}

fn counted_by_claims(sheet: Sheet, entity: &Entity) -> Option<PerformanceId> {
    let by_claims = [Sheet::HeldCount, Sheet::SoldCount, Sheet::BlockedCount].contains(&sheet);
    match entity {
        Entity::Performance(id) if by_claims => Some(*id),
        Entity::Performance(_)
        | Entity::Seat(..)
        | Entity::Guest(..)
        | Entity::Hold(_)
        | Entity::Transfer(_)
        | Entity::User(_)
        | Entity::Place(..)
        | Entity::Row(..) => None,
    }
}

/// What two readings agree on is found; what the second does not show is well; the rest is still off.
fn compare(before: Off, after: &Off, findings: &mut Vec<Finding>) -> Off {
    let mut still_off = Off::new();
    for (key, was) in before {
        match after.get(&key) {
            None => {}
            Some(is) if *is == was => findings.push(was.into_finding()),
            Some(is) => drop(still_off.insert(key, is.clone())),
        }
    }
    still_off
}
