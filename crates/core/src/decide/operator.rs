//! The operator's verbs: blocking seats, closing, calling off, receivers of events.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::draft::{Draft, unknown_seats};
use super::{Done, house};
use crate::{
    Answered, Claim, ClaimState, Delivery, Effect, Fact, House, IdKind, PerformanceId, Programme, Refusal,
    Reply, SaleState, SeatNumber, Stage, Webhook, WebhookId,
};

/// Blocks all of the seats or none; blocking a blocked seat changes nothing.
pub(super) fn block(draft: &mut Draft<'_, '_>, id: PerformanceId, seats: &[SeatNumber]) -> Done {
    let house = house(draft.rows, id)?;
    refuse_unknown(house, seats)?;
    let is_taken =
        |seat: &SeatNumber| state_of(house, *seat).is_some_and(|state| state != ClaimState::Blocked);
    let taken: Vec<SeatNumber> = seats.iter().copied().filter(is_taken).collect();
    if !taken.is_empty() {
        return Err(Refusal::SeatsTaken(taken));
    }
    let mut blocked = blocked_seats(house);
    for seat in seats {
        if blocked.insert(*seat) {
            let claim =
                Claim { performance: id, seat: *seat, state: ClaimState::Blocked, hold: None, user: None };
            draft.push(Effect::Claim(claim));
        }
    }
    let stage = house.stage;
    Ok(reblock(draft, stage, blocked, Fact::SeatsBlocked))
}

/// Puts blocked seats back on sale; a seat that is not blocked stays as it is.
pub(super) fn unblock(draft: &mut Draft<'_, '_>, id: PerformanceId, seats: &[SeatNumber]) -> Done {
    let house = house(draft.rows, id)?;
    refuse_unknown(house, seats)?;
    let mut blocked = blocked_seats(house);
    for seat in seats {
        if blocked.remove(seat) {
            draft.push(Effect::ClaimEnded { performance: id, seat: *seat, hold: None });
        }
    }
    let stage = house.stage;
    Ok(reblock(draft, stage, blocked, Fact::SeatsUnblocked))
}

fn reblock(
    draft: &mut Draft<'_, '_>,
    mut stage: Stage,
    blocked: BTreeSet<SeatNumber>,
    fact: fn(PerformanceId, Arc<[SeatNumber]>) -> Fact,
) -> (Reply, Option<Answered>) {
    let seats: Arc<[SeatNumber]> = blocked.into_iter().collect();
    if stage.blocked != seats.len() as u32 {
        stage.blocked = seats.len() as u32;
        stage.version += 1;
        let told = fact(stage.performance, seats.clone());
        draft.tell(&mut stage, told);
        draft.push(Effect::Stage(stage));
    }
    (Reply::Blocked(seats.clone()), Some(Answered::Blocked(stage.performance, seats)))
}

fn blocked_seats(house: &House) -> BTreeSet<SeatNumber> {
    let blocked = house.claims.values().filter(|claim| claim.state == ClaimState::Blocked);
    blocked.map(|claim| claim.seat).collect()
}

fn state_of(house: &House, seat: SeatNumber) -> Option<ClaimState> {
    house.claims.get(&seat).map(|claim| claim.state)
}

fn refuse_unknown(house: &House, seats: &[SeatNumber]) -> Result<(), Refusal> {
    let unknown = unknown_seats(seats, house.performance.seats_max);
    if unknown.is_empty() { Ok(()) } else { Err(Refusal::SeatNotFound(unknown)) }
}

/// Stops new holds; live ones may still be paid.
pub(super) fn close(draft: &mut Draft<'_, '_>, id: PerformanceId) -> Done {
    let house = house(draft.rows, id)?;
    let mut stage = house.stage;
    match stage.state {
        SaleState::Cancelled => return Err(Refusal::PerformanceCancelled),
        SaleState::Closed => {}
        SaleState::OnSale => {
            stage.state = SaleState::Closed;
            stage.version += 1;
            draft.tell(&mut stage, Fact::PerformanceClosed(id));
            draft.push(Effect::Stage(stage));
        }
    }
    let programme = Programme { performance: house.performance.clone(), concert: house.concert.clone() };
    Ok((Reply::Closed(programme), Some(Answered::Closed(id))))
}

/// Sets the state; the releases and refunds that follow are commands of their own.
pub(super) fn cancel(draft: &mut Draft<'_, '_>, id: PerformanceId) -> Done {
    let mut stage = house(draft.rows, id)?.stage;
    if stage.state != SaleState::Cancelled {
        stage.state = SaleState::Cancelled;
        stage.version += 1;
        stage.bookings_when_cancelled = stage.bookings;
        let told = Fact::PerformanceCancelled(id, stage.bookings);
        draft.tell(&mut stage, told);
        draft.push(Effect::Stage(stage));
    }
    let (bookings, refunded) = (stage.bookings_when_cancelled, stage.refunded);
    let reply = Reply::PerformanceCancelled { performance: id, bookings, refunded };
    Ok((reply, Some(Answered::Cancelled(id, bookings, refunded))))
}

pub(super) fn add_webhook(
    draft: &mut Draft<'_, '_>,
    url: &Arc<str>,
    types: &Arc<[Arc<str>]>,
    secret: &Arc<[u8]>,
    since: &u64,
) -> Done {
    let webhook = Webhook {
        id: WebhookId::new(draft.fresh(IdKind::Webhook)),
        url: url.clone(),
        types: types.clone(),
        secret: secret.clone(),
        created_at: draft.now,
    };
    draft.push(Effect::Webhook(webhook.clone()));
    draft.push(Effect::Delivery(Delivery {
        webhook: webhook.id,
        position: *since,
        delivered: 0,
        parked: Vec::new(),
        parked_total: 0,
    }));
    Ok((Reply::Webhook(webhook.clone()), Some(Answered::Webhook(webhook))))
}

pub(super) fn remove_webhook(draft: &mut Draft<'_, '_>, id: WebhookId) -> Done {
    draft.push(Effect::WebhookRemoved(id));
    Ok((Reply::WebhookRemoved, None))
}

/// A receiver that was removed meanwhile is forgotten, and that is no refusal.
pub(super) fn record_delivery(draft: &mut Draft<'_, '_>, delivery: &Delivery) -> Done {
    if draft.rows.webhooks.contains_key(&delivery.webhook) {
        draft.push(Effect::Delivery(delivery.clone()));
    }
    Ok((Reply::DeliveryRecorded, None))
}
