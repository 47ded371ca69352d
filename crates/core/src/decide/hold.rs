//! Holding seats, giving them back, and what time does to them.

use std::sync::Arc;

use super::draft::{Draft, unknown_seats};
use super::{Done, house, room};
use crate::{
    Answered, ClaimState, Effect, Fact, Hold, HoldId, HoldState, House, IdKind, PassRef, PassShown,
    PerformanceId, Programme, Refusal, Reply, SaleState, SeatNumber, Timestamp, UserId,
};

/// Grants all the seats or none.
pub(super) fn place(
    draft: &mut Draft<'_, '_>,
    user: &UserId,
    id: PerformanceId,
    seats: &Arc<[SeatNumber]>,
    shown: &PassShown,
) -> Done {
    let house = house(draft.rows, id)?;
    let performance = house.performance.clone();
    let unknown = unknown_seats(seats, performance.seats_max);
    if !unknown.is_empty() {
        return Err(Refusal::SeatNotFound(unknown));
    }
    refuse_outside_sale(house, draft.now)?;
    let place = room::check_pass(draft, &performance.room, user, shown)?;
    let taken: Vec<SeatNumber> =
        seats.iter().copied().filter(|seat| house.claims.contains_key(seat)).collect();
    if !taken.is_empty() {
        return Err(Refusal::SeatsTaken(taken));
    }
    let seats_now = house.counts.get(user).copied().unwrap_or(0);
    let seats_then = seats_now + seats.len() as u32;
    if seats_then > performance.seats_per_user_max {
        return Err(Refusal::HoldLimitReached { seats_max: performance.seats_per_user_max, seats_now });
    }
    let hold = Hold {
        id: HoldId::new(draft.fresh(IdKind::Hold)),
        performance: id,
        user: user.clone(),
        seats: seats.clone(),
        amount: performance.price.times(seats.len() as u64).ok_or(Refusal::AmountTooLarge)?,
        created_at: draft.now,
        expires_at: draft.now.plus(performance.hold_ttl),
        pass: place.as_ref().map(|place| PassRef { room: place.room.clone(), number: place.number }),
        state: HoldState::Live,
    };
    let mut stage = house.stage;
    stage.version += 1;
    stage.held += seats.len() as u32;
    draft.claim(&hold, ClaimState::Held);
    draft.push(Effect::Count { performance: id, user: user.clone(), seats: seats_then });
    draft.push(Effect::Hold(hold.clone()));
    if let Some(place) = place {
        room::list_hold(draft, place, &hold);
    }
    draft.tell(&mut stage, Fact::HoldPlaced(hold.clone()));
    draft.push(Effect::Stage(stage));
    let answered = Answered::Hold(hold.id);
    let programme = Programme { performance, concert: house.concert.clone() };
    Ok((Reply::Held { hold, programme }, Some(answered)))
}

/// The window opens inclusive and closes exclusive.
fn refuse_outside_sale(house: &House, now: Timestamp) -> Result<(), Refusal> {
    let performance = &house.performance;
    match house.stage.state {
        SaleState::Cancelled => Err(Refusal::PerformanceCancelled),
        SaleState::Closed => Err(Refusal::SaleClosed),
        SaleState::OnSale if now >= performance.sale_closes_at => Err(Refusal::SaleClosed),
        SaleState::OnSale if now < performance.sale_opens_at => {
            Err(Refusal::SaleNotOpen { opens_at: performance.sale_opens_at })
        }
        SaleState::OnSale => Ok(()),
    }
}

/// Frees a live hold's seats; what has ended stays ended, and that is no refusal.
pub(super) fn give_back(draft: &mut Draft<'_, '_>, user: Option<&UserId>, id: HoldId) -> Done {
    let hold = own_hold(draft, user, id)?;
    match hold.state {
        HoldState::Live if draft.now >= hold.expires_at => draft.end_hold(&hold, HoldState::Expired),
        HoldState::Live => draft.end_hold(&hold, HoldState::Released),
        HoldState::Booked(..) => return Err(Refusal::AlreadyPaid),
        HoldState::Released | HoldState::Expired | HoldState::Cancelled(..) => {}
    }
    Ok((Reply::GivenBack, None))
}

/// Ends a hold whose time has passed. Never touches a seat that is sold.
pub(super) fn expire(draft: &mut Draft<'_, '_>, id: HoldId) -> Done {
    let hold = own_hold(draft, None, id)?;
    match hold.state {
        HoldState::Live if draft.now < hold.expires_at => return Err(Refusal::HoldLives),
        HoldState::Live => draft.end_hold(&hold, HoldState::Expired),
        HoldState::Booked(..) | HoldState::Released | HoldState::Expired | HoldState::Cancelled(..) => {}
    }
    Ok((Reply::Expired, None))
}

/// The hold, if it is there and, where that matters, the user's own.
pub(super) fn own_hold(draft: &Draft<'_, '_>, user: Option<&UserId>, id: HoldId) -> Result<Hold, Refusal> {
    let hold = draft.rows.holds.get(&id).ok_or(Refusal::HoldNotFound)?;
    match user {
        Some(user) if hold.user != *user => Err(Refusal::HoldNotFound),
        Some(_) | None => Ok(hold.clone()),
    }
}
