//! Loading what a batch needs, and only that: rows are not kept between batches, since other desks write too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use usher_core::{
    BookingId, Claim, Concert, ConcertId, FactId, Facts, Hold, HoldFact, HoldState, House, Payment,
    PaymentFact, Performance, PerformanceId, Reads, Rows, SeatNumber, Stage, UserId,
};
use usher_engine::StoreError;

use crate::cells::Cells;
use crate::error::corrupt;
use crate::kept::{select, select_in};
use crate::link::Link;
use crate::literal;

/// What never changes about holds and payments.
pub(crate) fn facts(link: &mut Link, ids: &BTreeSet<FactId>) -> Result<Facts, StoreError> {
    let (mut holds, mut payments) = (Vec::new(), Vec::new());
    for id in ids {
        match id {
            FactId::Hold(id) => holds.push(id.to_string()),
            FactId::Payment(id) => payments.push(id.to_string()),
        }
    }
    let mut facts = Facts::default();
    for hold in select_in::<Hold>(link, "id", holds)? {
        facts.holds.insert(hold.id, HoldFact::of(&hold));
    }
    for paid in select_in::<Payment>(link, "id", payments)? {
        let (performance, hold, booking) = (paid.performance, paid.hold, paid.booking);
        facts.payments.insert(paid.id, PaymentFact { performance, user: paid.user, hold, booking });
    }
    Ok(facts)
}

/// Concerts by id.
pub(crate) fn concerts(
    link: &mut Link,
    ids: &BTreeSet<ConcertId>,
) -> Result<BTreeMap<ConcertId, Arc<Concert>>, StoreError> {
    let found = select_in::<Concert>(link, "id", ids.iter().map(ConcertId::to_string))?;
    Ok(found.into_iter().map(|concert| (concert.id, Arc::new(concert))).collect())
}

/// Adds the performances of these hot rows, as yet without any claim.
pub(crate) fn houses(link: &mut Link, stages: Vec<Stage>, rows: &mut Rows) -> Result<(), StoreError> {
    let ids = stages.iter().map(|stage| stage.performance.to_string());
    let performances = select_in::<Performance>(link, "id", ids)?;
    let concerts = concerts(link, &performances.iter().map(|performance| performance.concert).collect())?;
    let mut performances: FxHashMap<PerformanceId, Performance> =
        performances.into_iter().map(|performance| (performance.id, performance)).collect();
    for stage in stages {
        let id = stage.performance;
        let performance = performances.remove(&id).map(Arc::new);
        let concert = performance.as_ref().and_then(|performance| concerts.get(&performance.concert));
        let (Some(performance), Some(concert)) = (performance, concert.cloned()) else {
            return Err(corrupt(format!("performance {id} has a hot row and no rows of its own")));
        };
        let (claims, counts) = (BTreeMap::new(), FxHashMap::default());
        rows.houses.insert(id, House { performance, concert, stage, claims, counts });
    }
    Ok(())
}

/// Everything in `reads`; claims and counts go into their houses, which are here if they exist.
pub(crate) fn reads(link: &mut Link, reads: &Reads, rows: &mut Rows) -> Result<(), StoreError> {
    rows.concerts.extend(concerts(link, &reads.concerts)?);
    let shown = reads.houses.iter().filter(|id| !rows.houses.contains_key(id)).map(PerformanceId::to_string);
    let stages = select_in::<crate::kept::DatedStage>(link, "performance", shown.collect::<Vec<_>>())?;
    houses(link, stages.into_iter().map(|dated| dated.stage).collect(), rows)?;
    claims(link, reads, rows)?;
    counts(link, &reads.counts, rows)?;
    holds(link, reads, rows)?;
    for payment in select_in::<Payment>(link, "id", reads.payments.iter().map(|id| id.to_string()))? {
        rows.payments.insert(payment.id, payment);
    }
    for movement in select_in(link, "id", reads.movements.iter().map(|id| id.to_string()))? {
        let movement: usher_core::Movement = movement;
        rows.movements.insert(movement.id, movement);
    }
    literal::in_lists(reads.webhooks.iter().map(|id| id.to_string()), ",", |list, _| {
        let sql = format!("SELECT packed FROM webhooks WHERE id IN ({list})");
        for row in link.rows("read rows", &sql)? {
            let webhook: usher_core::Webhook = Cells::from(row).packed()?;
            rows.webhooks.insert(webhook.id, webhook);
        }
        Ok(())
    })
}

fn claims(link: &mut Link, reads: &Reads, rows: &mut Rows) -> Result<(), StoreError> {
    let here = |id: &PerformanceId| rows.houses.contains_key(id);
    let seat = |(id, seat): &(PerformanceId, SeatNumber)| format!("(performance={id} AND seat={seat})");
    let seats: Vec<String> = reads.seats.iter().filter(|(id, _)| here(id)).map(seat).collect();
    let blocked: Vec<String> = reads.blocked.iter().filter(|id| here(id)).map(|id| id.to_string()).collect();
    let mut found: Vec<Claim> = Vec::new();
    literal::in_lists(seats, " OR ", |any, _| {
        found.append(&mut select(link, &format!("FORCE INDEX (PRIMARY) WHERE {any}"))?);
        Ok(())
    })?;
    literal::in_lists(blocked, ",", |list, _| {
        let rest = format!("FORCE INDEX (PRIMARY) WHERE performance IN ({list}) AND state = 2");
        found.append(&mut select(link, &rest)?);
        Ok(())
    })?;
    for claim in found {
        if let Some(house) = rows.houses.get_mut(&claim.performance) {
            house.claims.insert(claim.seat, claim);
        }
    }
    Ok(())
}

fn counts(
    link: &mut Link,
    wanted: &BTreeSet<(PerformanceId, UserId)>,
    rows: &mut Rows,
) -> Result<(), StoreError> {
    let one = |(id, user): &(PerformanceId, UserId)| {
        format!("(performance={id} AND user={})", literal::text(user.as_str()))
    };
    literal::in_lists(wanted.iter().map(one), " OR ", |any, _| {
        let sql = format!("SELECT performance, user, seats FROM counts FORCE INDEX (PRIMARY) WHERE {any}");
        for row in link.rows("read rows", &sql)? {
            let mut cells = Cells::from(row);
            let (id, user, seats) = (PerformanceId::new(cells.id()?), cells.user()?, cells.number()?);
            if let Some(house) = rows.houses.get_mut(&id) {
                house.counts.insert(user, seats);
            }
        }
        Ok(())
    })
}

/// Holds, each with its booking if it has one.
fn holds(link: &mut Link, reads: &Reads, rows: &mut Rows) -> Result<(), StoreError> {
    let mut booked: BTreeSet<BookingId> = BTreeSet::new();
    for hold in select_in::<Hold>(link, "id", reads.holds.iter().map(|id| id.to_string()))? {
        match hold.state {
            HoldState::Booked(booking, _) | HoldState::Cancelled(booking, _) => drop(booked.insert(booking)),
            HoldState::Live | HoldState::Released | HoldState::Expired => {}
        }
        rows.holds.insert(hold.id, hold);
    }
    for booking in select_in(link, "id", booked.iter().map(BookingId::to_string))? {
        let booking: usher_core::Booking = booking;
        rows.bookings.insert(booking.id, booking);
    }
    Ok(())
}
