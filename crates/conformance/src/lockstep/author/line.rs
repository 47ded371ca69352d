//! The waiting room's part of a history: aimed at the cap, the rate, and the milliseconds in which passes end.

use std::sync::Arc;

use usher_core::{
    Command, PassShown, Performance, Place, PlaceState, RoomId, RoomPatch, Span, Timestamp, UserId,
};

use super::Author;
use crate::lockstep::known::Known;

impl Author {
    fn room(&mut self) -> RoomId {
        if self.chance(70) { RoomId::main() } else { RoomId::stored("balcony") }
    }

    /// What a buyer shows at the gate: mostly a pass of their own, if they ever had a place.
    pub(super) fn shown(&mut self, user: &UserId, performance: &Performance, known: &Known) -> PassShown {
        if !self.waiting_room || self.chance(25) {
            return PassShown::NotNeeded;
        }
        let place = known.places.iter().find(|place| place.user == *user && place.room == performance.room);
        let Some(place) = place else {
            return if self.chance(50) { PassShown::Missing } else { PassShown::Unreadable };
        };
        let owner = if self.chance(95) { user.clone() } else { self.user() };
        let room = if self.chance(95) { place.room.clone() } else { self.room() };
        let number = if self.chance(95) { place.number } else { place.number + 1 };
        PassShown::Signed { room, user: owner, number }
    }

    pub(super) fn wait_in_line(&mut self, known: &Known, now: Timestamp) -> Command {
        let (user, room) = (self.user(), self.room());
        match self.rng.u32(..100) {
            0..34 => Command::Join { user, room },
            34..56 => Command::Admit { users: self.next_in_line(&room, known), room },
            56..68 => Command::FetchPass { user, room },
            68..76 => Command::Leave { user, room },
            76..92 => self.end_pass(known),
            _ => Command::PatchRoom { room, patch: self.patch(now) },
        }
    }

    /// Those who wait, lowest number first; now and then others too, in any order.
    fn next_in_line(&mut self, room: &RoomId, known: &Known) -> Arc<[UserId]> {
        let waits = |place: &&Place| place.room == *room && place.state == PlaceState::Waiting;
        let mut waiting: Vec<&Place> = known.places.iter().filter(waits).collect();
        waiting.sort_by_key(|place| place.number);
        let mut users: Vec<UserId> = waiting.into_iter().map(|place| place.user.clone()).collect();
        if self.chance(20) {
            let another = self.user();
            users.extend((!users.contains(&another)).then_some(another));
            self.rng.shuffle(&mut users);
        }
        users.truncate(self.rng.usize(1..=5));
        users.into()
    }

    fn end_pass(&mut self, known: &Known) -> Command {
        let passed = |place: &&Place| matches!(place.state, PlaceState::Passed(_));
        let passes: Vec<Place> = known.places.iter().filter(passed).cloned().collect();
        let from = if self.chance(85) { &passes } else { &known.places };
        match self.pick(from) {
            Some(place) if self.chance(92) => {
                Command::EndPass { user: place.user, room: place.room, number: place.number }
            }
            Some(place) => Command::EndPass { user: place.user, room: place.room, number: place.number + 1 },
            None => Command::EndPass { user: self.user(), room: self.room(), number: 1 },
        }
    }

    fn patch(&mut self, now: Timestamp) -> RoomPatch {
        let soon = now.plus(Span::from_ms(self.rng.u64(1..60_000)));
        RoomPatch {
            opens_at: self.chance(25).then(|| self.chance(50).then_some(soon)),
            paused: self.chance(40).then(|| self.chance(25)),
            message: self.chance(30).then(|| self.chance(60).then(|| "잠시만 기다려 주세요 🎫".into())),
            live_passes_max: self.chance(30).then(|| self.rng.u32(..5)),
            admits_per_second: self.chance(30).then(|| self.rng.u32(1..5)),
        }
    }
}
