//! The seats of one performance: a bitmap that follows every commit, and what was rendered from it last.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use hyper::header::HeaderValue;
use tokio::sync::OnceCell;
use usher_api::render;
use usher_core::{Claim, ClaimState, HoldId, PerformanceId, Programme, SaleState, SeatNumber, Stage, UserId};
use usher_engine::SeatsRead;

use super::owners::{Owner, Owners};
use super::{Following, RENDER_EVERY, tag};

/// Houses with more seats are rendered where they keep nobody waiting.
const RENDERED_AT_ONCE_MAX: u32 = 5_000;

/// What a commit changed about one performance.
#[derive(Clone)]
pub(super) struct SeatsChange {
    pub(super) stage: Stage,
    pub(super) claims: Arc<[(SeatNumber, Option<Taken>)]>,
}

/// A seat's claim, as far as a view keeps it.
#[derive(Clone, Copy)]
pub(super) struct Taken {
    state: ClaimState,
    owner: Owner,
}

impl Taken {
    pub(super) fn by(claim: &Claim) -> Self {
        Self { state: claim.state, owner: Owner::of(claim) }
    }
}

/// One performance, kept current.
pub(crate) struct SeatsView {
    pub(super) performance: PerformanceId,
    live: Mutex<Live>,
}

enum Live {
    /// Commits that came while it was loaded.
    Loading(Vec<SeatsChange>),
    Loaded(Loaded),
}

struct Loaded {
    programme: Programme,
    stage: Stage,
    bitmap: Vec<u8>,
    owners: Owners,
    /// A commit has come that was not followed.
    stale: bool,
    shown: Arc<SeatsShown>,
}

/// One performance at one version, and everything that is made of it.
pub(crate) struct SeatsShown {
    /// The performance and its concert.
    pub(crate) programme: Programme,
    /// What the operator has set.
    pub(crate) state: SaleState,
    /// Two bits a seat.
    pub(crate) bitmap: Bytes,
    /// The version, for the header.
    pub(crate) version_text: HeaderValue,
    version: u64,
    since: Instant,
    tag: HeaderValue,
    tag_begun: HeaderValue,
    list: OnceCell<Bytes>,
    none: OnceCell<Bytes>,
}

impl SeatsView {
    pub(super) fn loading(performance: PerformanceId) -> Arc<Self> {
        Arc::new(Self { performance, live: Mutex::new(Live::Loading(Vec::new())) })
    }

    /// What a view of so many seats takes at most, in bytes: rendered seats, owners, and what is constant.
    pub(super) const fn bytes_max(seats_max: u32) -> u32 {
        4096 + 72 * seats_max
    }

    /// Follows a commit.
    pub(super) fn follow(&self, following: Following, change: &SeatsChange) {
        match &mut *self.live.lock().expect("no holder of this lock panics") {
            Live::Loading(changes) => changes.push(change.clone()),
            Live::Loaded(loaded) => loaded.follow(following, change),
        }
    }

    /// Takes what was read; commits that came meanwhile follow it.
    pub(super) fn load(&self, following: Following, read: SeatsRead, at: Instant) -> Arc<SeatsShown> {
        let claims = read.claims.iter().map(|claim| (claim.seat, claim.state));
        let bitmap = render::seat_bitmap(read.programme.performance.seats_max, claims);
        let mut owners = Owners::of_hall(read.programme.performance.seats_max);
        read.claims.iter().for_each(|claim| owners.set(claim.seat, Some(Owner::of(claim))));
        let shown = Arc::new(SeatsShown::new(&read.programme, &read.stage, &bitmap, at));
        let mut loaded = Loaded {
            programme: read.programme,
            stage: read.stage,
            bitmap,
            owners,
            stale: false,
            shown: shown.clone(),
        };
        let mut live = self.live.lock().expect("no holder of this lock panics");
        if let Live::Loading(changes) = &*live {
            changes.iter().for_each(|change| loaded.follow(following, change));
        }
        *live = Live::Loaded(loaded);
        shown
    }

    /// What is to be shown now; `None`: it must be loaded (again).
    pub(super) fn shown(&self, now: Instant) -> Option<Arc<SeatsShown>> {
        let mut live = self.live.lock().expect("no holder of this lock panics");
        let Live::Loaded(loaded) = &mut *live else { return None };
        let is_young = now.saturating_duration_since(loaded.shown.since) < RENDER_EVERY;
        if !is_young {
            if loaded.stale {
                return None;
            }
            if loaded.shown.version != loaded.stage.version {
                loaded.shown =
                    Arc::new(SeatsShown::new(&loaded.programme, &loaded.stage, &loaded.bitmap, now));
            }
        }
        Some(loaded.shown.clone())
    }

    /// The holds that may be the user's, after every commit so far; `None`: the store knows better.
    pub(super) fn holds_of(&self, user: &UserId) -> Option<Vec<HoldId>> {
        match &*self.live.lock().expect("no holder of this lock panics") {
            Live::Loaded(loaded) if !loaded.stale => loaded.owners.holds_of(user),
            Live::Loaded(_) | Live::Loading(_) => None,
        }
    }
}

impl Loaded {
    fn follow(&mut self, following: Following, change: &SeatsChange) {
        if change.stage.version <= self.stage.version {
            return;
        }
        match following {
            Following::Notes => self.stale = true,
            Following::Applies => {
                self.stage = change.stage;
                for (seat, taken) in change.claims.iter() {
                    set(&mut self.bitmap, *seat, taken.map(|taken| taken.state));
                    self.owners.set(*seat, taken.map(|taken| taken.owner));
                }
            }
        }
    }
}

impl SeatsShown {
    fn new(programme: &Programme, stage: &Stage, bitmap: &[u8], since: Instant) -> Self {
        Self {
            programme: programme.clone(),
            state: stage.state,
            bitmap: Bytes::copy_from_slice(bitmap),
            version_text: HeaderValue::from(stage.version),
            version: stage.version,
            since,
            tag: tag(&format_args!("{}", stage.version)),
            tag_begun: tag(&format_args!("{}-begun", stage.version)),
            list: OnceCell::new(),
            none: OnceCell::new(),
        }
    }

    /// Its strong ETag: the version, and whether the performance counts as begun.
    pub(crate) fn tag(&self, has_begun: bool) -> &HeaderValue {
        if has_begun { &self.tag_begun } else { &self.tag }
    }

    /// The free seats as JSON, rendered once; `rendered` is called when that happens.
    pub(crate) async fn list(self: &Arc<Self>, rendered: impl FnOnce()) -> Bytes {
        if let Some(list) = self.list.get() {
            return list.clone();
        }
        let render = async {
            rendered();
            let view = self.clone();
            match view.programme.performance.seats_max {
                0..=RENDERED_AT_ONCE_MAX => view.render_list(),
                _ => tokio::task::spawn_blocking(move || view.render_list())
                    .await
                    .expect("rendering seats does not panic, and the runtime ends after its tasks"),
            }
        };
        self.list.get_or_init(|| render).await.clone()
    }

    fn render_list(&self) -> Bytes {
        render::seats(&self.programme, self.state, self.version, claimed(&self.bitmap)).into()
    }

    /// No seat at all, as JSON: the performance has begun or is cancelled.
    pub(crate) async fn none(&self) -> Bytes {
        let render = async { render::seats_none(&self.programme, self.state, self.version).into() };
        self.none.get_or_init(|| render).await.clone()
    }
}

fn set(bitmap: &mut [u8], seat: SeatNumber, state: Option<ClaimState>) {
    let index = seat.get() - 1;
    let Some(byte) = bitmap.get_mut((index / 4) as usize) else { return };
    let bits: u8 = match state {
        None => 0,
        Some(ClaimState::Held) => 1,
        Some(ClaimState::Sold) => 2,
        Some(ClaimState::Blocked) => 3,
    };
    let shift = 2 * (index % 4);
    *byte = *byte & !(3 << shift) | bits << shift;
}

/// The seats that are not free, ascending.
fn claimed(bitmap: &[u8]) -> impl Iterator<Item = SeatNumber> {
    let of_byte = |(n, byte): (usize, &u8)| {
        let byte = *byte;
        (0..4).filter(move |place| byte >> (2 * place) & 3 != 0).map(move |place| n as u32 * 4 + place + 1)
    };
    bitmap.iter().enumerate().filter(|(_, byte)| **byte != 0).flat_map(of_byte).map(SeatNumber::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_that_follows_claims_reads_back_as_they_are() {
        let mut bitmap = vec![0; 3];
        for (seat, state) in
            [(1, ClaimState::Held), (4, ClaimState::Sold), (5, ClaimState::Blocked), (9, ClaimState::Sold)]
        {
            set(&mut bitmap, SeatNumber::new(seat), Some(state));
        }
        assert_eq!(bitmap, [0b10_00_00_01, 0b00_00_00_11, 0b10]);
        set(&mut bitmap, SeatNumber::new(1), Some(ClaimState::Sold));
        set(&mut bitmap, SeatNumber::new(5), None);
        assert_eq!(bitmap, [0b10_00_00_10, 0, 0b10]);
        assert_eq!(claimed(&bitmap).map(SeatNumber::get).collect::<Vec<_>>(), [1, 4, 9]);
    }
}
