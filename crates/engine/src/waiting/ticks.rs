//! What the line proposes, ten times a second: who is next, and whose pass is over.

use std::sync::Arc;
use std::time::Duration;

use usher_core::{Command, Room, RoomId, Timestamp, UserId};

use super::Waiting;
use super::room::RoomLine;
use crate::house::House;

/// Admission is checked so often.
pub(crate) const TICK: Duration = Duration::from_millis(100);
/// Ticks in a second.
const TICKS_A_SECOND: u32 = 10;
/// Passes proposed to end in one tick.
const ENDS_MAX: usize = 1_000;
/// People let in by one command.
const ADMITS_MAX: u32 = 1_000;

/// Ticks until the house closes.
pub(crate) fn start(waiting: &Arc<Waiting>, house: &House) {
    let (waiting, at_work) = (waiting.clone(), house.clone());
    house.run_chore("line", TICK, move || waiting.tick(&at_work));
}

impl Waiting {
    fn tick(&self, house: &House) {
        let now = self.clock.now();
        self.stock.write().expect("no holder of this lock panics").pass(now);
        for room in self.all() {
            self.tick_room(&room, house, now);
        }
    }

    fn tick_room(&self, room: &RoomLine, house: &House, now: Timestamp) {
        while room.line_mut().tick(now) {}
        let id = room.row().id.clone();
        let due = room.line_mut().passes_due(now, ENDS_MAX);
        house.propose(due.into_iter().map(|(number, user)| end(&id, user, number)));
        let next = self.next(room, &room.row(), now);
        if !next.is_empty() {
            house.propose(std::iter::once(Command::Admit { room: id, users: next.into() }));
        }
        room.tell();
    }

    /// Who is to be let in at this tick: a tenth of the rate, as far as cap and rate allow.
    fn next(&self, room: &RoomLine, row: &Room, now: Timestamp) -> Vec<UserId> {
        if row.paused || row.waiting == 0 || row.opens_at.is_some_and(|opens_at| now < opens_at) {
            return Vec::new();
        }
        let cap = row.live_passes_max.unwrap_or(self.settings.live_passes_max);
        let rate = row.admits_per_second.unwrap_or(self.settings.admits_per_second);
        let by_rate = rate.saturating_sub(row.admitted_within_a_second(now));
        let by_tick = rate.div_ceil(TICKS_A_SECOND).min(ADMITS_MAX);
        let wanted = cap.saturating_sub(row.live_passes).min(by_rate).min(by_tick);
        let line = room.line_mut();
        line.next(wanted as usize, now).map(|(_, user)| user).collect()
    }
}

fn end(room: &RoomId, user: UserId, number: u64) -> Command {
    Command::EndPass { user, room: room.clone(), number }
}
