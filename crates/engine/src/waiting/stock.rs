//! How many seats each room still has to give: what tells those who wait whether waiting is of use.
//!
//! A seat is left while it is neither sold nor blocked, in a performance not begun, closed or cancelled; a held seat
//! is left. Sixteen bytes a performance and eight more until it begins, followed from commit to commit.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;
use usher_core::{Changes, PerformanceId, RoomId, SaleState, Stage, Timestamp};

use crate::port::Lot;

/// What is kept of a performance, at its id.
#[derive(Clone, Copy, Default)]
struct Entry {
    /// In seconds; a performance that is not there has none.
    begins_at_s: u32,
    seats_max: u32,
    /// Sold and blocked.
    taken: u32,
    room: u16,
    sells: bool,
    is_there: bool,
}

impl Entry {
    fn left(&self, now_s: u32) -> u64 {
        if self.sells && now_s < self.begins_at_s {
            u64::from(self.seats_max.saturating_sub(self.taken))
        } else {
            0
        }
    }
}

/// What a room has to give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomStock {
    /// Performances that name the room.
    pub performances: u32,
    /// Of these, not begun and not cancelled.
    pub ahead: u32,
    /// Seats left.
    pub left: u64,
}

#[derive(Default)]
struct Shelf {
    stock: RoomStock,
    /// Performances ahead, by when they begin.
    beginnings: BinaryHeap<Reverse<(u32, u32)>>,
}

/// The stock of every room.
#[derive(Default)]
pub(super) struct Stock {
    entries: Vec<Entry>,
    rooms: Vec<Shelf>,
    names: FxHashMap<RoomId, u16>,
    cancelled: FxHashMap<u64, ()>,
    now_s: u32,
}

fn seconds(at: Timestamp) -> u32 {
    u32::try_from((at.unix_ms() + 999).div_euclid(1000).max(0)).unwrap_or(u32::MAX)
}

impl Stock {
    /// Takes a performance as it stands.
    pub(super) fn add(&mut self, lot: &Lot) {
        let room = self.room(&lot.room);
        let entry = Entry {
            begins_at_s: seconds(lot.begins_at),
            seats_max: lot.seats_max,
            taken: lot.stage.sold + lot.stage.blocked,
            room,
            sells: lot.stage.state == SaleState::OnSale,
            is_there: true,
        };
        self.put(lot.performance, entry, lot.stage.state == SaleState::Cancelled);
    }

    fn room(&mut self, id: &RoomId) -> u16 {
        if let Some(room) = self.names.get(id) {
            return *room;
        }
        let room = u16::try_from(self.rooms.len()).expect("a house has fewer than 65,536 rooms");
        self.rooms.push(Shelf::default());
        self.names.insert(id.clone(), room);
        room
    }

    fn put(&mut self, id: PerformanceId, entry: Entry, is_cancelled: bool) {
        let at = u32::try_from(id.get()).expect("ids of performances are dense");
        if self.entries.len() <= at as usize {
            self.entries.resize(at as usize + 1, Entry::default());
        }
        self.entries[at as usize] = entry;
        let now_s = self.now_s;
        let shelf = &mut self.rooms[usize::from(entry.room)];
        shelf.stock.performances += 1;
        if is_cancelled {
            self.cancelled.insert(id.get(), ());
        } else if now_s < entry.begins_at_s {
            shelf.stock.ahead += 1;
            shelf.stock.left += entry.left(now_s);
            shelf.beginnings.push(Reverse((entry.begins_at_s, at)));
        }
    }

    /// Follows a commit.
    pub(super) fn follow(&mut self, changes: &Changes) {
        for made in &changes.performances {
            let stage = changes.stages.get(&made.id).copied().unwrap_or(Stage::new(made.id));
            self.add(&Lot::of(made, stage));
        }
        for stage in changes.stages.values() {
            self.restage(stage);
        }
    }

    fn restage(&mut self, stage: &Stage) {
        let now_s = self.now_s;
        let id = stage.performance.get();
        let Some(entry) = self.entries.get_mut(id as usize).filter(|entry| entry.is_there) else { return };
        let before = entry.left(now_s);
        entry.taken = stage.sold + stage.blocked;
        entry.sells = stage.state == SaleState::OnSale;
        let after = entry.left(now_s);
        let shelf = &mut self.rooms[usize::from(entry.room)];
        shelf.stock.left = shelf.stock.left + after - before;
        let newly = stage.state == SaleState::Cancelled && self.cancelled.insert(id, ()).is_none();
        if newly && now_s < entry.begins_at_s {
            shelf.stock.ahead -= 1;
        }
    }

    /// Lets time pass: performances that have begun have nothing left to give.
    pub(super) fn pass(&mut self, now: Timestamp) {
        let now_s = u32::try_from(now.unix_ms().div_euclid(1000).max(0)).unwrap_or(u32::MAX);
        if now_s <= self.now_s {
            return;
        }
        for shelf in &mut self.rooms {
            while let Some(Reverse((begins_at_s, id))) = shelf.beginnings.peek().copied() {
                if now_s < begins_at_s {
                    break;
                }
                shelf.beginnings.pop();
                if !self.cancelled.contains_key(&u64::from(id)) {
                    shelf.stock.ahead -= 1;
                    shelf.stock.left -= self.entries[id as usize].left(self.now_s);
                }
            }
        }
        self.now_s = now_s;
    }

    /// Gives back what was set aside for more performances.
    pub(super) fn shrink(&mut self) {
        self.entries.shrink_to_fit();
        self.rooms.iter_mut().for_each(|shelf| shelf.beginnings.shrink_to_fit());
    }

    /// What a room has to give; `None`: no performance names it.
    pub(super) fn of(&self, room: &RoomId) -> Option<RoomStock> {
        self.names.get(room).map(|room| self.rooms[usize::from(*room)].stock)
    }

    /// Every room that a performance names.
    pub(super) fn named(&self) -> impl Iterator<Item = &RoomId> {
        self.names.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot_of(id: u64, begins_at_s: i64, seats_max: u32) -> Lot {
        Lot {
            performance: PerformanceId::new(id),
            room: RoomId::main(),
            begins_at: Timestamp::from_unix_ms(begins_at_s * 1000),
            seats_max,
            stage: Stage::new(PerformanceId::new(id)),
        }
    }

    fn sold(id: u64, sold: u32, state: SaleState) -> Changes {
        let stage = Stage { sold, state, ..Stage::new(PerformanceId::new(id)) };
        Changes { stages: [(stage.performance, stage)].into(), ..Changes::default() }
    }

    fn left(stock: &Stock) -> (u64, u32) {
        let main = stock.of(&RoomId::main()).expect("performances name the room");
        (main.left, main.ahead)
    }

    #[test]
    fn what_is_sold_closed_cancelled_or_begun_is_not_left() {
        let mut stock = Stock::default();
        stock.pass(Timestamp::from_unix_ms(1_000_000));
        (1..=4).for_each(|id| stock.add(&lot_of(id, 2_000 + id as i64, 50)));
        assert_eq!(left(&stock), (200, 4));
        stock.follow(&sold(1, 10, SaleState::OnSale));
        assert_eq!(left(&stock), (190, 4));
        stock.follow(&sold(2, 0, SaleState::Closed));
        assert_eq!(left(&stock), (140, 4), "a closed sale has nothing to give, but is ahead");
        stock.follow(&sold(3, 0, SaleState::Cancelled));
        assert_eq!(left(&stock), (90, 3));
        stock.pass(Timestamp::from_unix_ms(2_001_000));
        assert_eq!(left(&stock), (50, 2), "the first has begun");
        stock.pass(Timestamp::from_unix_ms(2_004_000));
        assert_eq!(left(&stock), (0, 0));
    }
}
