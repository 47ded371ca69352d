//! One room: its row, its line, and who listens for changes.

use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;
use usher_core::line::{Line, Pace, PassView, Polled, Standing, Wait};
use usher_core::{Place, PlaceEnd, PlaceState, Room, Settings, Timestamp, UserId};

use super::{RoomOverview, RoomStock};

/// What a user is in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Waits.
    Waiting(Shown, Wait),
    /// Is let in.
    Passed(Shown, PassView),
    /// Was there less than a day ago.
    Ended(PlaceEnd),
    /// Never was, or longer ago.
    NotInLine,
}

/// What never changes about a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub number: u64,
    /// When it was taken.
    pub joined_at: Timestamp,
}

/// A room in memory.
pub(super) struct RoomLine {
    row: RwLock<Arc<Room>>,
    line: RwLock<Line>,
    changed: watch::Sender<u64>,
}

fn pace(row: &Room, settings: &Settings) -> Pace {
    Pace {
        opens_at: row.opens_at.unwrap_or_default(),
        live_passes_max: row.live_passes_max.unwrap_or(settings.live_passes_max),
        admits_per_second: row.admits_per_second.unwrap_or(settings.admits_per_second),
        is_paused: row.paused,
    }
}

impl RoomLine {
    pub(super) fn new(row: Room, settings: &Settings, now: Timestamp) -> Self {
        let line = RwLock::new(Line::new(now, pace(&row, settings)));
        Self { row: RwLock::new(Arc::new(row)), line, changed: watch::Sender::new(0) }
    }

    fn line(&self) -> RwLockReadGuard<'_, Line> {
        self.line.read().expect("no holder of this lock panics")
    }

    pub(super) fn line_mut(&self) -> RwLockWriteGuard<'_, Line> {
        self.line.write().expect("no holder of this lock panics")
    }

    pub(super) fn row(&self) -> Arc<Room> {
        self.row.read().expect("no holder of this lock panics").clone()
    }

    pub(super) fn take_row(&self, row: &Room, settings: &Settings, now: Timestamp) {
        let before = std::mem::replace(
            &mut *self.row.write().expect("no holder of this lock panics"),
            Arc::new(row.clone()),
        );
        if pace(&before, settings) != pace(row, settings) || before.message != row.message {
            self.line_mut().set_pace(pace(row, settings), now);
            self.tell();
        }
    }

    /// Takes places as they are after a commit, in the order of their numbers.
    pub(super) fn follow<'a>(&self, places: impl Iterator<Item = &'a Place>, at: Timestamp) {
        let mut line = self.line_mut();
        for place in places {
            follow_one(&mut line, place, at);
        }
        drop(line);
        self.tell();
    }

    pub(super) fn restart(&self, now: Timestamp) {
        let mut line = self.line_mut();
        let before = self.row().admitted.saturating_sub(line.counts().admitted);
        line.admitted_before(before);
        line.restart(now);
    }

    /// Wakes those who listen; nobody need.
    pub(super) fn tell(&self) {
        self.changed.send_modify(|version| *version += 1);
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn poll(&self, user: &UserId, now: Timestamp, jitter: u16) -> Seen {
        let line = self.line();
        let Some(place) = line.place_of(user, now) else { return Seen::NotInLine };
        let shown = Shown { number: place.number, joined_at: place.joined_at };
        let polled = line.poll(place.number, now, jitter);
        drop(line);
        match polled {
            Polled::NeedsRevival => seen(shown, self.line_mut().revive(place.number, now, jitter)),
            polled => seen(shown, polled),
        }
    }

    pub(super) fn look(&self, user: &UserId, now: Timestamp) -> Seen {
        let line = self.line();
        let Some(place) = line.place_of(user, now) else { return Seen::NotInLine };
        let shown = Shown { number: place.number, joined_at: place.joined_at };
        match place.state {
            Standing::Waiting => seen(shown, line.look(place.number, now, 0)),
            Standing::Silent => {
                let position_shown = line.position(place.number).unwrap_or(0);
                let poll_after = usher_core::Span::from_secs(1);
                Seen::Waiting(shown, Wait { position_shown, poll_after, eta: None })
            }
            Standing::Pass(pass) => Seen::Passed(shown, pass),
            Standing::Ended(end) => Seen::Ended(end),
        }
    }

    /// The number of the place that the stream keeps live.
    pub(super) fn open_stream(&self, user: &UserId, now: Timestamp) -> Option<u64> {
        let mut line = self.line_mut();
        let number = line.place_of(user, now)?.number;
        line.stream_opened(number).then_some(number)
    }

    pub(super) fn close_stream(&self, number: u64, now: Timestamp) {
        self.line_mut().stream_closed(number, now);
    }

    pub(super) fn overview(
        &self,
        now: Timestamp,
        settings: &Settings,
        stock: Option<RoomStock>,
    ) -> RoomOverview {
        let row = (*self.row()).clone();
        let line = self.line();
        let pace = pace(&row, settings);
        RoomOverview {
            row,
            live_passes_max: pace.live_passes_max,
            admits_per_second: pace.admits_per_second,
            waiting_live: u64::from(line.counts().live_waiting),
            outflow_per_second: line.outflow_per_second(now),
            stock,
        }
    }
}

fn seen(shown: Shown, polled: Polled) -> Seen {
    match polled {
        Polled::Waiting(wait) => Seen::Waiting(shown, wait),
        Polled::Pass(pass) => Seen::Passed(shown, pass),
        Polled::Ended(end) => Seen::Ended(end),
        // A place that was just revived needs no revival; one that was just found is known.
        Polled::NeedsRevival | Polled::Unknown => Seen::NotInLine,
    }
}

/// Makes the line agree with a place's row. A batch may take a place through several states at once.
fn follow_one(line: &mut Line, place: &Place, at: Timestamp) {
    let number = place.number;
    if line.place(number, at).is_none() {
        line.joined(number, &place.user, place.joined_at);
    }
    let standing = line.place(number, at).map(|(_, view)| view.state);
    match (&place.state, standing) {
        (PlaceState::Waiting, Some(Standing::Pass(_))) => drop(line.withdrawn(number)),
        (PlaceState::Waiting, _) => {}
        (PlaceState::Passed(pass), standing) => {
            if !matches!(standing, Some(Standing::Pass(_))) {
                line.admitted(number, pass.given_at, pass.valid_until());
            }
            line.pass_extended(number, pass.valid_until());
            if pass.fetched {
                line.fetched(number);
            }
        }
        (PlaceState::Ended(end, ended_at), _) => drop(line.ended(number, *end, *ended_at)),
    }
}
