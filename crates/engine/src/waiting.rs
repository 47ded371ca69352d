//! The waiting room in process: a line for every room, which follows commits, answers polls from memory, and proposes
//! who is let in and whose pass is over. It decides nothing: the desk does.

mod room;
mod stock;
mod ticks;

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;
use tokio::sync::watch;
use usher_core::{Changes, Effect, Room, RoomId, Settings, Span, Timestamp, UserId};

use room::RoomLine;
pub use room::{Seen, Shown};
pub use stock::RoomStock;
use stock::Stock;
pub(crate) use ticks::start;

use crate::clock::Clock;
use crate::desk::Follower;
use crate::port::{Cursor, Reader, RowKind, StoreError};

/// Why somebody new may not join. Who waits keeps the place all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinRefusal {
    /// No performance names the room and no operator made it.
    RoomNotFound,
    /// All its performances have begun or are cancelled.
    LineClosed,
}

/// Whether waiting can still bring a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// More seats are left than people are ahead, or nothing is known to run out.
    Enough,
    /// Fewer seats are left than people are ahead.
    Unlikely,
    /// None is left.
    SoldOut,
}

/// Every room with its line.
pub struct Waiting {
    rooms: RwLock<FxHashMap<RoomId, Arc<RoomLine>>>,
    stock: RwLock<Stock>,
    clock: Arc<dyn Clock>,
    settings: Settings,
}

impl Waiting {
    /// Rows that are read at a time.
    const SLICE: usize = 5_000;

    /// Rebuilds every line from what is stored, in the order in which places were taken. After a restart everyone who
    /// waits is live for one interval.
    pub fn rebuild(
        reader: &mut dyn Reader,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Arc<Self>, StoreError> {
        let waiting = Self { rooms: RwLock::default(), stock: RwLock::default(), clock, settings };
        let mut from: Option<Cursor> = None;
        loop {
            let (lots, next) = reader.lots(from.as_ref(), Self::SLICE)?;
            let mut stock = waiting.stock.write().expect("no holder of this lock panics");
            lots.iter().for_each(|lot| stock.add(lot));
            from = next;
            if from.is_none() {
                break;
            }
        }
        waiting.scan(reader, RowKind::Room)?;
        waiting.scan(reader, RowKind::Place)?;
        let now = waiting.clock.now();
        let mut stock = waiting.stock.write().expect("no holder of this lock panics");
        stock.pass(now);
        stock.shrink();
        drop(stock);
        for room in waiting.all() {
            room.restart(now);
        }
        Ok(Arc::new(waiting))
    }

    fn scan(&self, reader: &mut dyn Reader, kind: RowKind) -> Result<(), StoreError> {
        let mut from: Option<Cursor> = None;
        loop {
            let (rows, next) = reader.scan(kind, from.as_ref(), Self::SLICE)?;
            for row in &rows {
                match row {
                    Effect::Room(room) => {
                        self.room_or_new(&room.id).take_row(room, &self.settings, self.clock.now())
                    }
                    Effect::Place(place) => {
                        self.room_or_new(&place.room).follow(std::iter::once(place), place.joined_at);
                    }
                    other => unreachable!("a scan of rooms or places shows no other row: {other:?}"),
                }
            }
            from = next;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    fn room(&self, id: &RoomId) -> Option<Arc<RoomLine>> {
        self.rooms.read().expect("no holder of this lock panics").get(id).cloned()
    }

    fn room_or_new(&self, id: &RoomId) -> Arc<RoomLine> {
        if let Some(room) = self.room(id) {
            return room;
        }
        let mut rooms = self.rooms.write().expect("no holder of this lock panics");
        let made = || Arc::new(RoomLine::new(Room::new(id.clone()), &self.settings, self.clock.now()));
        rooms.entry(id.clone()).or_insert_with(made).clone()
    }

    fn all(&self) -> Vec<Arc<RoomLine>> {
        let rooms = self.rooms.read().expect("no holder of this lock panics");
        rooms.values().cloned().collect()
    }

    /// What a user is in a room now; asking is a poll, and keeps a place live. `jitter` is fresh randomness.
    pub fn poll(&self, room: &RoomId, user: &UserId, jitter: u16) -> Seen {
        match self.room(room) {
            Some(room) => room.poll(user, self.clock.now(), jitter),
            None => Seen::NotInLine,
        }
    }

    /// The same without counting as a poll: for the pass a request shows, and for the operator.
    pub fn look(&self, room: &RoomId, user: &UserId) -> Seen {
        match self.room(room) {
            Some(room) => room.look(user, self.clock.now()),
            None => Seen::NotInLine,
        }
    }

    /// How long a pass takes new holds.
    pub fn pass_ttl(&self) -> Span {
        self.settings.pass_ttl
    }

    /// A room's row, if anybody has touched the room.
    pub fn row(&self, id: &RoomId) -> Option<Arc<Room>> {
        self.room(id).map(|room| room.row())
    }

    /// Whether somebody new may join.
    pub fn may_join(&self, id: &RoomId) -> Result<(), JoinRefusal> {
        let stock = self.stock.read().expect("no holder of this lock panics").of(id);
        match stock {
            Some(RoomStock { ahead: 0, .. }) => Err(JoinRefusal::LineClosed),
            Some(_) => Ok(()),
            None if *id == RoomId::main() => Ok(()),
            None if self.room(id).is_some_and(|room| room.row().made_by_operator) => Ok(()),
            None => Err(JoinRefusal::RoomNotFound),
        }
    }

    /// Whether somebody with so many people ahead can hope for a seat. At most a second old.
    pub fn outlook(&self, room: &RoomId, ahead: u64) -> Outlook {
        let stock = self.stock.read().expect("no holder of this lock panics").of(room);
        match stock {
            None => Outlook::Enough,
            Some(RoomStock { left: 0, .. }) => Outlook::SoldOut,
            Some(RoomStock { left, .. }) if left < ahead => Outlook::Unlikely,
            Some(_) => Outlook::Enough,
        }
    }

    /// A room as its operator sees it; `None` if there is none of that name.
    pub fn overview(&self, id: &RoomId) -> Option<RoomOverview> {
        let stock = self.stock.read().expect("no holder of this lock panics").of(id);
        let is_known = stock.is_some() || *id == RoomId::main();
        match self.room(id) {
            Some(room) => Some(room.overview(self.clock.now(), &self.settings, stock)),
            None if is_known => {
                let room = RoomLine::new(Room::new(id.clone()), &self.settings, self.clock.now());
                Some(room.overview(self.clock.now(), &self.settings, stock))
            }
            None => None,
        }
    }

    /// Every room that there is: named by a performance, made by an operator, joined by somebody; and `main`.
    pub fn overviews(&self) -> Vec<RoomOverview> {
        let mut ids: Vec<RoomId> = self.all().iter().map(|room| room.row().id.clone()).collect();
        ids.extend(self.stock.read().expect("no holder of this lock panics").named().cloned());
        ids.push(RoomId::main());
        ids.sort_unstable();
        ids.dedup();
        ids.iter().filter_map(|id| self.overview(id)).collect()
    }

    /// Tells when a room may have changed for those who wait in it.
    pub fn changes(&self, id: &RoomId) -> watch::Receiver<u64> {
        self.room_or_new(id).changes()
    }

    /// A stream of events is open to this user: the place stays live without polls until the guard is dropped.
    pub fn stream(&self, id: &RoomId, user: &UserId) -> Option<StreamGuard> {
        let room = self.room(id)?;
        let number = room.open_stream(user, self.clock.now())?;
        Some(StreamGuard { room, number, clock: self.clock.clone() })
    }
}

/// Keeps a place live while it stands.
pub struct StreamGuard {
    room: Arc<RoomLine>,
    number: u64,
    clock: Arc<dyn Clock>,
}

impl Drop for StreamGuard {
    fn drop(&mut self) {
        self.room.close_stream(self.number, self.clock.now());
    }
}

/// A room with its numbers.
#[derive(Clone, Debug)]
pub struct RoomOverview {
    /// Its row.
    pub row: Room,
    /// The cap in force.
    pub live_passes_max: u32,
    /// The rate in force.
    pub admits_per_second: u32,
    /// Live places that wait.
    pub waiting_live: u64,
    /// Admissions a second, as measured.
    pub outflow_per_second: f64,
    /// What its performances have to give; `None`: none names it.
    pub stock: Option<RoomStock>,
}

impl Follower for Waiting {
    fn committed(&self, changes: &Changes, at: Timestamp) {
        if !changes.stages.is_empty() {
            let mut stock = self.stock.write().expect("no holder of this lock panics");
            stock.follow(changes);
        }
        for row in changes.rooms.values() {
            self.room_or_new(&row.id).take_row(row, &self.settings, at);
        }
        let mut places = changes.places.values().flatten().peekable();
        while let Some(first) = places.peek() {
            let (id, room) = (first.room.clone(), self.room_or_new(&first.room));
            room.follow(std::iter::from_fn(|| places.next_if(|place| place.room == id)), at);
        }
    }
}
