//! Why things went for one fan as they did: what a support desk reads out.

use hyper::StatusCode;
use usher_api::render::{self, FanEvent};
use usher_api::{Problem, address, shape};
use usher_core::{Event, Fact, PerformanceId, RoomId, Timestamp, UserId};
use usher_engine::waiting::{Outlook, Seen};
use usher_engine::{Reader, StoreError};

use crate::answer::{Answer, json};
use crate::call::Call;

/// Events of one read: no read keeps its snapshot for long.
const SLICE: usize = 2_000;
/// So many events are looked through at most, newest ones missing then.
const LOOKED_AT_MAX: usize = 20_000_000;

/// What happened to a user, in order of time: place, pass, holds, bookings, payments; and how it stands now.
#[utoipa::path(
    get, path = "/admin/fans/{userId}", tag = "operator",
    params(("userId" = String, Path), ("waitingQueueId" = Option<String>, Query)),
    responses((status = 200, body = shape::Fan)),
)]
pub(crate) async fn why(call: Call) -> Result<Answer, Problem> {
    let user = address::path_user(&call.param("userId"))?;
    let room = address::query_room(call.query())?.unwrap_or_else(RoomId::main);
    let (mut position, mut looked_at) = (0, 0);
    let (mut own, mut last_sale) = (Vec::new(), None);
    while looked_at < LOOKED_AT_MAX {
        let (of, at) = (user.clone(), room.clone());
        let slice = call.front.read(move |reader| slice(reader, position, &of, &at)).await?;
        own.extend(slice.own);
        last_sale = slice.last_sale.or(last_sale);
        looked_at += slice.count;
        if slice.count < SLICE {
            break;
        }
        position = slice.until;
    }
    let waiting = &call.front.backing.waiting;
    let mut events: Vec<FanEvent<'_>> = own.iter().map(FanEvent::Told).collect();
    let now = call.front.now();
    match waiting.look(&room, &user) {
        Seen::Waiting(shown, wait) => events.push(FanEvent::Place {
            at: now,
            number: shown.number,
            position: u64::from(wait.position_shown),
        }),
        Seen::Passed(..) | Seen::Ended(_) | Seen::NotInLine => {}
    }
    if let (Outlook::SoldOut, Some((at, performance))) = (waiting.outlook(&room, 0), last_sale)
        && in_room(&call, performance, &room).await?
    {
        events.push(FanEvent::LastSeat { at });
    }
    events.sort_by_key(FanEvent::at);
    Ok(json(StatusCode::OK, render::fan(&events)))
}

async fn in_room(call: &Call, performance: PerformanceId, room: &RoomId) -> Result<bool, Problem> {
    let found = call.front.read(move |reader| reader.programme(performance)).await?;
    Ok(found.is_some_and(|(programme, _)| programme.performance.room == *room))
}

#[derive(Default)]
struct Slice {
    own: Vec<Event>,
    last_sale: Option<(Timestamp, PerformanceId)>,
    until: u64,
    count: usize,
}

fn slice(reader: &mut dyn Reader, after: u64, user: &UserId, room: &RoomId) -> Result<Slice, StoreError> {
    let events = reader.events(after, SLICE)?;
    let mut slice = Slice { count: events.len(), ..Slice::default() };
    for waiting in events {
        slice.until = waiting.position;
        if let Fact::BookingMade(booking, _) = &waiting.event.fact {
            slice.last_sale = Some((waiting.event.at, booking.performance));
        }
        if is_of(&waiting.event.fact, user, room) {
            slice.own.push(waiting.event);
        }
    }
    Ok(slice)
}

fn is_of(fact: &Fact, user: &UserId, room: &RoomId) -> bool {
    match fact {
        Fact::HoldPlaced(hold) | Fact::HoldReleased(hold) | Fact::HoldExpired(hold) => hold.user == *user,
        Fact::BookingMade(booking, _) => booking.user == *user,
        Fact::BookingCancelled(payment) => payment.user == *user,
        Fact::Balance(movement) => movement.user == *user,
        Fact::PlaceJoined(place)
        | Fact::PlaceLeft(place)
        | Fact::PassGiven(place)
        | Fact::PassEnded(place) => place.user == *user && place.room == *room,
        Fact::PerformanceCreated(_)
        | Fact::PerformanceClosed(_)
        | Fact::PerformanceCancelled(..)
        | Fact::SeatsBlocked(..)
        | Fact::SeatsUnblocked(..) => false,
    }
}
