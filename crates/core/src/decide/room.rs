//! The waiting room: joining, letting in, leaving, and what becomes of passes.

use super::Done;
use super::draft::Draft;
use crate::{
    Effect, Event, EventId, Fact, Hold, HoldId, IdKind, Pass, PassRef, PassShown, Place, PlaceEnd,
    PlaceState, Refusal, Reply, Room, RoomId, RoomPatch, Span, UserId,
};

/// Gives a place at the back; who waits or is let in keeps what they have.
pub(super) fn join(draft: &mut Draft<'_, '_>, user: &UserId, id: &RoomId) -> Done {
    let old = find(draft, id, user);
    if let Some(place) = old.as_ref().filter(|place| !matches!(place.state, PlaceState::Ended(..))) {
        return Ok((Reply::Joined(place.clone()), None));
    }
    let mut room = room(draft, id);
    if room.waiting >= draft.settings.waiting_max {
        return Err(Refusal::LineFull);
    }
    room.last_number += 1;
    room.waiting += 1;
    if let Some(old) = &old {
        draft.push(Effect::PlaceReplaced { room: id.clone(), number: old.number });
    }
    let mut place = Place {
        room: id.clone(),
        user: user.clone(),
        number: room.last_number,
        joined_at: draft.now,
        state: PlaceState::Waiting,
        event_sequence: old.map_or(0, |place| place.event_sequence),
    };
    tell(draft, &mut place, Fact::PlaceJoined);
    draft.push(Effect::Place(place.clone()));
    draft.push(Effect::Room(room));
    Ok((Reply::Joined(place), None))
}

/// Leaves the line or gives the pass back. The holds of the pass are for the caller to give back.
pub(super) fn leave(draft: &mut Draft<'_, '_>, user: &UserId, id: &RoomId) -> Done {
    let Some(mut place) = find(draft, id, user) else {
        return Ok((Reply::LeftLine { holds: Vec::new() }, None));
    };
    let holds = match &place.state {
        PlaceState::Ended(..) => Vec::new(),
        PlaceState::Waiting => {
            let mut room = room(draft, id);
            room.waiting -= 1;
            draft.push(Effect::Room(room));
            Vec::new()
        }
        PlaceState::Passed(pass) => {
            let mut room = room(draft, id);
            room.live_passes -= 1;
            draft.push(Effect::Room(room));
            pass.holds.iter().map(|(hold, _)| *hold).collect()
        }
    };
    if !matches!(place.state, PlaceState::Ended(..)) {
        place.state = PlaceState::Ended(PlaceEnd::Left, draft.now);
        tell(draft, &mut place, Fact::PlaceLeft);
        draft.push(Effect::Place(place));
    }
    Ok((Reply::LeftLine { holds }, None))
}

/// Records that a pass has been seen by its user.
pub(super) fn fetch(draft: &mut Draft<'_, '_>, user: &UserId, id: &RoomId) -> Done {
    let mut place = find(draft, id, user).ok_or(Refusal::NotInLine)?;
    if let PlaceState::Passed(pass) = &mut place.state
        && !pass.fetched
    {
        pass.fetched = true;
        draft.push(Effect::Place(place.clone()));
    }
    Ok((Reply::Joined(place), None))
}

/// Lets people in, in the order given, as many as cap, rate and opening allow: one decision.
///
/// In no span of a second are more admitted than the rate; an idle room saves nothing up.
pub(super) fn admit(draft: &mut Draft<'_, '_>, id: &RoomId, users: &[UserId]) -> Done {
    let mut room = room(draft, id);
    let closed = room.paused || room.opens_at.is_some_and(|opens_at| draft.now < opens_at);
    let cap = room.live_passes_max.unwrap_or(draft.settings.live_passes_max);
    let rate = room.admits_per_second.unwrap_or(draft.settings.admits_per_second);
    let by_cap = cap.saturating_sub(room.live_passes);
    let by_rate = rate.saturating_sub(room.admitted_within_a_second(draft.now));
    let allowed = if closed { 0 } else { by_cap.min(by_rate) };
    let mut admitted = 0;
    for user in users {
        if admitted == allowed {
            break;
        }
        let Some(mut place) = find(draft, id, user) else { continue };
        if place.state != PlaceState::Waiting {
            continue;
        }
        place.state = PlaceState::Passed(Pass {
            given_at: draft.now,
            expires_at: draft.now.plus(draft.settings.pass_ttl),
            fetched: false,
            holds: Vec::new(),
        });
        tell(draft, &mut place, Fact::PassGiven);
        draft.push(Effect::Place(place));
        admitted += 1;
    }
    if admitted > 0 {
        let since = draft.now.minus(Span::from_secs(1));
        room.recent.retain(|(at, _)| *at > since);
        room.recent.push((draft.now, admitted));
        room.waiting -= admitted;
        room.live_passes += admitted;
        room.admitted += u64::from(admitted);
        draft.push(Effect::Room(room));
    }
    Ok((Reply::Admitted(admitted), None))
}

/// Ends a pass whose time has passed, or takes one back that nobody came for; refused while it lives.
pub(super) fn end_pass(draft: &mut Draft<'_, '_>, user: &UserId, id: &RoomId, number: u64) -> Done {
    let done = Ok((Reply::PassEnded, None));
    let Some(mut place) = find(draft, id, user).filter(|place| place.number == number) else { return done };
    let PlaceState::Passed(pass) = &place.state else { return done };
    let mut room = room(draft, id);
    if pass.holds.is_empty() && draft.now >= pass.expires_at {
        end(draft, place, &mut room, PlaceEnd::Expired);
    } else if pass.is_unclaimed(draft.now) {
        room.live_passes -= 1;
        room.waiting += 1;
        place.state = PlaceState::Waiting;
        tell(draft, &mut place, Fact::PassEnded);
        draft.push(Effect::Place(place));
    } else {
        return Err(Refusal::PassLives);
    }
    draft.push(Effect::Room(room));
    done
}

fn end(draft: &mut Draft<'_, '_>, mut place: Place, room: &mut Room, why: PlaceEnd) {
    room.live_passes -= 1;
    place.state = PlaceState::Ended(why, draft.now);
    tell(draft, &mut place, Fact::PassEnded);
    draft.push(Effect::Place(place));
}

/// Makes a room, or changes one.
pub(super) fn patch(draft: &mut Draft<'_, '_>, id: &RoomId, patch: &RoomPatch) -> Done {
    let mut room = room(draft, id);
    room.made_by_operator = true;
    room.opens_at = patch.opens_at.unwrap_or(room.opens_at);
    room.paused = patch.paused.unwrap_or(room.paused);
    room.message = patch.message.clone().unwrap_or(room.message);
    room.live_passes_max = patch.live_passes_max.or(room.live_passes_max);
    room.admits_per_second = patch.admits_per_second.or(room.admits_per_second);
    draft.push(Effect::Room(room.clone()));
    Ok((Reply::Room(room), None))
}

/// The place whose pass allows a hold in this room now; `None` if none is needed.
pub(super) fn check_pass(
    draft: &Draft<'_, '_>,
    room: &RoomId,
    user: &UserId,
    shown: &PassShown,
) -> Result<Option<Place>, Refusal> {
    match shown {
        PassShown::NotNeeded => Ok(None),
        PassShown::Missing => Err(Refusal::PassRequired),
        PassShown::Unreadable => Err(Refusal::PassNotActive),
        PassShown::Signed { user: owner, .. } if owner != user => Err(Refusal::PassOfAnotherUser),
        PassShown::Signed { room: other, .. } if other != room => Err(Refusal::PassNotActive),
        PassShown::Signed { number, .. } => {
            let place = find(draft, room, user).filter(|place| place.number == *number);
            let place = place.ok_or(Refusal::PassNotActive)?;
            match &place.state {
                PlaceState::Passed(pass) if draft.now >= pass.expires_at => Err(Refusal::PassNotActive),
                PlaceState::Passed(pass) if pass.holds.len() >= Pass::HOLDS_MAX => {
                    let seats_now = pass.holds.len() as u32;
                    Err(Refusal::HoldLimitReached { seats_max: Pass::HOLDS_MAX as u32, seats_now })
                }
                PlaceState::Passed(_) => Ok(Some(place)),
                PlaceState::Waiting | PlaceState::Ended(..) => Err(Refusal::PassNotActive),
            }
        }
    }
}

/// Lists a new hold on the pass it was made with. Whoever holds has seen the pass.
pub(super) fn list_hold(draft: &mut Draft<'_, '_>, mut place: Place, hold: &Hold) {
    if let PlaceState::Passed(pass) = &mut place.state {
        pass.holds.push((hold.id, hold.expires_at));
        pass.fetched = true;
        draft.push(Effect::Place(place));
    }
}

/// Takes an ended hold off its pass; a pass that only its holds kept alive ends with the last of them.
pub(super) fn unlist_hold(draft: &mut Draft<'_, '_>, hold: &Hold) {
    let Some(mut place) = place_of(draft, hold) else { return };
    let PlaceState::Passed(pass) = &mut place.state else { return };
    pass.holds.retain(|(listed, _): &(HoldId, _)| *listed != hold.id);
    if pass.holds.is_empty() && draft.now >= pass.expires_at {
        let mut room = room(draft, &place.room);
        end(draft, place, &mut room, PlaceEnd::Expired);
        draft.push(Effect::Room(room));
    } else {
        draft.push(Effect::Place(place));
    }
}

/// The first booking in its room uses a pass up. Its other holds stay payable.
pub(super) fn use_pass(draft: &mut Draft<'_, '_>, hold: &Hold) {
    let Some(place) = place_of(draft, hold) else { return };
    if let PlaceState::Passed(_) = &place.state {
        let mut room = room(draft, &place.room);
        end(draft, place, &mut room, PlaceEnd::Used);
        draft.push(Effect::Room(room));
    }
}

/// The place that the hold's pass belongs to, unless its user has taken a new one since.
fn place_of(draft: &Draft<'_, '_>, hold: &Hold) -> Option<Place> {
    let PassRef { room, number } = hold.pass.as_ref()?;
    find(draft, room, &hold.user).filter(|place| place.number == *number)
}

fn room(draft: &Draft<'_, '_>, id: &RoomId) -> Room {
    draft.rows.rooms.get(id).cloned().unwrap_or_else(|| Room::new(id.clone()))
}

fn find(draft: &Draft<'_, '_>, room: &RoomId, user: &UserId) -> Option<Place> {
    draft.rows.places.get(&(room.clone(), user.clone())).cloned()
}

/// Records an event of a place and numbers it on the place.
fn tell(draft: &mut Draft<'_, '_>, place: &mut Place, fact: fn(Place) -> Fact) {
    place.event_sequence += 1;
    let id = EventId::new(draft.fresh(IdKind::Event));
    let event = Event { id, at: draft.now, sequence: place.event_sequence, fact: fact(place.clone()) };
    draft.push(Effect::Event(event));
}
