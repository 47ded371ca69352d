//! The rows of the waiting room: rooms, and places with the passes they become.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{HoldId, RoomId, Span, Timestamp, UserId};

/// A waiting room: a hot row, since every join and admission rewrites it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Room {
    /// Its name.
    pub id: RoomId,
    /// Nobody is admitted before; joining is allowed. `None`: open.
    pub opens_at: Option<Timestamp>,
    /// Whether the operator has stopped admissions.
    pub paused: bool,
    /// The operator's words to those who wait, at most 500 characters.
    pub message: Option<Arc<str>>,
    /// The operator's cap on live passes; `None`: the setting `room.live_passes`.
    pub live_passes_max: Option<u32>,
    /// The operator's rate of admissions; `None`: the setting `room.admits_per_second`.
    pub admits_per_second: Option<u32>,
    /// Whether an operator made it (a room that performances name needs no making).
    pub made_by_operator: bool,
    /// The last number given; numbers only rise.
    pub last_number: u64,
    /// Places that wait, silent ones included.
    pub waiting: u32,
    /// Passes that are live, and so count against the cap.
    pub live_passes: u32,
    /// Passes ever given.
    pub admitted: u64,
    /// Admissions of the last second: when, and how many.
    pub recent: Vec<(Timestamp, u32)>,
}

impl Room {
    /// A room that nobody has touched.
    pub fn new(id: RoomId) -> Room {
        Room {
            id,
            opens_at: None,
            paused: false,
            message: None,
            live_passes_max: None,
            admits_per_second: None,
            made_by_operator: false,
            last_number: 0,
            waiting: 0,
            live_passes: 0,
            admitted: 0,
            recent: Vec::new(),
        }
    }

    /// How many were admitted in the second that ends at `now`, this moment included.
    pub fn admitted_within_a_second(&self, now: Timestamp) -> u32 {
        let since = now.minus(Span::from_secs(1));
        self.recent.iter().filter(|(at, _)| *at > since).map(|(_, count)| count).sum()
    }
}

/// A user's place in a room: one row for each, with what it became. A new place replaces an ended one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Where.
    pub room: RoomId,
    /// Whose.
    pub user: UserId,
    /// Its number in the room; the lowest goes first. Never changes.
    pub number: u64,
    /// When it was taken.
    pub joined_at: Timestamp,
    /// What it is now.
    pub state: PlaceState,
    /// The sequence of the last event of this user in this room.
    pub event_sequence: u64,
}

/// What a place is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PlaceState {
    /// It waits.
    Waiting,
    /// Its user was let in.
    Passed(Pass),
    /// It is over.
    Ended(PlaceEnd, Timestamp),
}

/// Why a place ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PlaceEnd {
    /// Its user left, waiting or let in.
    Left,
    /// The pass ran out.
    Expired,
    /// The pass brought a booking.
    Used,
}

/// The right to hold seats in a room for a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pass {
    /// When it was given.
    pub given_at: Timestamp,
    /// It takes new holds until then (exclusive).
    pub expires_at: Timestamp,
    /// Whether its user has seen it.
    pub fetched: bool,
    /// Live holds made with it, with their expiry.
    pub holds: Vec<(HoldId, Timestamp)>,
}

impl Pass {
    /// Live holds that a pass carries at most.
    pub const HOLDS_MAX: usize = 20;
    /// A pass that nobody has fetched for so long is withdrawn.
    pub const FETCH_WITHIN: Span = Span::from_secs(60);

    /// Until when it counts against the cap: its own expiry or that of its holds, whichever is later.
    pub fn valid_until(&self) -> Timestamp {
        self.holds.iter().map(|(_, expires_at)| *expires_at).fold(self.expires_at, Timestamp::max)
    }

    /// Whether nobody came for it in time: it goes back, and its place waits again.
    pub fn is_unclaimed(&self, now: Timestamp) -> bool {
        !self.fetched && self.holds.is_empty() && now >= self.given_at.plus(Self::FETCH_WITHIN)
    }
}

/// The pass that a hold was made with: it lists the hold while it lives.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PassRef {
    /// The room.
    pub room: RoomId,
    /// The place's number.
    pub number: u64,
}

/// What a request showed as its right to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassShown {
    /// The gate is off: none is needed.
    NotNeeded,
    /// None was shown.
    Missing,
    /// Something was shown that we never signed.
    Unreadable,
    /// A pass that we signed.
    Signed {
        /// For this room.
        room: RoomId,
        /// For this user.
        user: UserId,
        /// The number of its place.
        number: u64,
    },
}

/// What an operator changes about a room; `None` leaves it, `Some(None)` goes back to the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomPatch {
    /// See [`Room::opens_at`].
    pub opens_at: Option<Option<Timestamp>>,
    /// See [`Room::paused`].
    pub paused: Option<bool>,
    /// See [`Room::message`].
    pub message: Option<Option<Arc<str>>>,
    /// See [`Room::live_passes_max`].
    pub live_passes_max: Option<u32>,
    /// See [`Room::admits_per_second`].
    pub admits_per_second: Option<u32>,
}
