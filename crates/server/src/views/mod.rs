//! Availability as seen by buyers: rendered at most once per version, at most every 50 ms under writes, and never
//! more than 50 ms behind a commit.
//!
//! A kept view of seats follows every commit, so only a first look reads the store; kept dates are told that they are
//! stale, and read again. Commits that come while a view is loaded are remembered with it and follow what was read: a
//! version never goes back.

mod dates;
mod loading;
mod owners;
mod seats;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hyper::header::HeaderValue;
use moka::notification::RemovalCause;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use rustc_hash::{FxBuildHasher, FxHashMap};
use usher_core::{Changes, ConcertId, HoldId, PerformanceId, SeatNumber, Stage, Timestamp, UserId};
use usher_engine::{Follower, ReadError, Reads};

pub(crate) use dates::{DatesShown, DatesView};
pub(crate) use owners::KEPT_FROM_SEATS;
pub(crate) use seats::{SeatsShown, SeatsView};

use crate::turnstile::{Turn, Turnstile};
use loading::Loading;
use seats::{SeatsChange, Taken};

/// What was rendered is shown for so long whatever is committed meanwhile.
pub(crate) const RENDER_EVERY: Duration = Duration::from_millis(50);

/// What a commit does to seats that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Following {
    /// It is applied: commits come in order.
    Applies,
    /// It is only noted, and the view is loaded again: several desks commit, in no order.
    Notes,
}

/// Every view that is kept.
pub struct Views {
    following: Following,
    seats: Cache<PerformanceId, Kept<SeatsView>, FxBuildHasher>,
    dates: Cache<ConcertId, Kept<DatesView>, FxBuildHasher>,
    seats_loading: Loading<SeatsView>,
    dates_loading: Loading<DatesView>,
    /// Which kept dates show a performance.
    dated: Arc<Mutex<Dated>>,
    seats_turns: Turnstile<PerformanceId, Option<Arc<SeatsShown>>>,
    dates_turns: Turnstile<ConcertId, Option<Arc<DatesShown>>>,
}

type Dated = FxHashMap<PerformanceId, Arc<DatesView>>;

struct Kept<V> {
    view: Arc<V>,
    bytes: u32,
}

impl<V> Clone for Kept<V> {
    fn clone(&self) -> Self {
        Self { view: self.view.clone(), bytes: self.bytes }
    }
}

impl Views {
    /// What all views may take together, unless a setting says otherwise.
    pub const BYTES_MAX: u64 = 64 * 1024 * 1024;
    /// How often a reader waits for somebody else's load before it gives up.
    const TURNS_MAX: usize = 4;

    /// Views of at most about so many bytes. `one_desk`: whether the house has one desk, so that its commits come in
    /// order.
    pub fn new(bytes_max: u64, one_desk: bool) -> Arc<Views> {
        let dated: Arc<Mutex<Dated>> = Arc::default();
        let forget = {
            let dated = dated.clone();
            move |_: Arc<ConcertId>, gone: Kept<DatesView>, _: RemovalCause| {
                let mut dated = dated.lock().expect("no holder of this lock panics");
                for id in gone.view.performances() {
                    if dated.get(&id).is_some_and(|view| Arc::ptr_eq(view, &gone.view)) {
                        dated.remove(&id);
                    }
                }
            }
        };
        // What was just loaded is kept: the next look at a big hall must not load it again.
        let dates = Cache::builder()
            .eviction_policy(EvictionPolicy::lru())
            .max_capacity(bytes_max / 2)
            .weigher(|_, kept: &Kept<DatesView>| kept.bytes)
            .eviction_listener(forget)
            .build_with_hasher(FxBuildHasher);
        let seats = Cache::builder()
            .eviction_policy(EvictionPolicy::lru())
            .max_capacity(bytes_max - bytes_max / 2)
            .weigher(|_, kept: &Kept<SeatsView>| kept.bytes)
            .build_with_hasher(FxBuildHasher);
        Arc::new(Views {
            following: if one_desk { Following::Applies } else { Following::Notes },
            seats,
            dates,
            seats_loading: Loading::default(),
            dates_loading: Loading::default(),
            dated,
            seats_turns: Turnstile::default(),
            dates_turns: Turnstile::default(),
        })
    }

    /// About how many bytes are kept.
    pub(crate) fn bytes(&self) -> u64 {
        self.seats.weighted_size() + self.dates.weighted_size()
    }

    /// The seats of a performance; `None`: there is no such performance. `loaded` is called before a load.
    pub(crate) async fn seats(
        self: &Arc<Self>,
        id: PerformanceId,
        reads: &Reads,
        loaded: impl Fn(),
    ) -> Result<Option<Arc<SeatsShown>>, ReadError> {
        for _ in 0..Self::TURNS_MAX {
            let kept = self.seats.get(&id).and_then(|kept| kept.view.shown(Instant::now()));
            if kept.is_some() {
                return Ok(kept);
            }
            match self.seats_turns.enter(id) {
                Turn::First(first) => {
                    loaded();
                    let views = self.clone();
                    let shown = reads.run(move |reader| views.load_seats(id, || reader.seats(id))).await?;
                    first.bring(shown.clone());
                    return Ok(shown);
                }
                Turn::After(brought) => {
                    if let Ok(shown) = brought.await {
                        return Ok(shown);
                    }
                }
            }
        }
        Err(ReadError::Busy)
    }

    fn load_seats<E>(
        &self,
        id: PerformanceId,
        read: impl FnOnce() -> Result<Option<usher_engine::SeatsRead>, E>,
    ) -> Result<Option<Arc<SeatsShown>>, E> {
        let view = SeatsView::loading(id);
        self.seats_loading.during(&view, || {
            // What is read is at least as new as this moment.
            let at = Instant::now();
            let read = read()?;
            Ok(read.map(|read| {
                let bytes = SeatsView::bytes_max(read.programme.performance.seats_max);
                let shown = view.load(self.following, read, at);
                self.seats.insert(id, Kept { view: view.clone(), bytes });
                view.shown(Instant::now()).unwrap_or(shown)
            }))
        })
    }

    /// The holds of a big hall that may be the user's, after every commit that was answered; `None`: the store must be
    /// asked. `loaded` is called before a load.
    pub(crate) async fn holds_of(
        self: &Arc<Self>,
        user: &UserId,
        id: PerformanceId,
        reads: &Reads,
        loaded: impl Fn(),
    ) -> Result<Option<Vec<HoldId>>, ReadError> {
        let find = || self.seats.get(&id).and_then(|kept| kept.view.holds_of(user));
        if self.following == Following::Notes {
            return Ok(None);
        }
        if let Some(holds) = find() {
            return Ok(Some(holds));
        }
        self.seats(id, reads, loaded).await?;
        Ok(find())
    }

    /// The dates of a concert; `None`: there is no such concert. `loaded` is called before a load.
    pub(crate) async fn dates(
        self: &Arc<Self>,
        id: ConcertId,
        now: Timestamp,
        reads: &Reads,
        loaded: impl Fn(),
    ) -> Result<Option<Arc<DatesShown>>, ReadError> {
        for _ in 0..Self::TURNS_MAX {
            let kept = self.dates.get(&id).and_then(|kept| kept.view.shown((Instant::now(), now)));
            if kept.is_some() {
                return Ok(kept);
            }
            match self.dates_turns.enter(id) {
                Turn::First(first) => {
                    loaded();
                    let views = self.clone();
                    let load = move |reader: &mut dyn usher_engine::Reader| {
                        views.load_dates(id, now, || reader.concert(id))
                    };
                    let shown = reads.run(load).await?;
                    first.bring(shown.clone());
                    return Ok(shown);
                }
                Turn::After(brought) => {
                    if let Ok(shown) = brought.await {
                        return Ok(shown);
                    }
                }
            }
        }
        Err(ReadError::Busy)
    }

    fn load_dates<E>(
        &self,
        id: ConcertId,
        now: Timestamp,
        read: impl FnOnce() -> Result<Option<usher_engine::ConcertRead>, E>,
    ) -> Result<Option<Arc<DatesShown>>, E> {
        let view = DatesView::loading(id);
        self.dates_loading.during(&view, || {
            let at = Instant::now();
            let read = read()?;
            Ok(read.map(|read| {
                let shown = view.load(&read, (at, now));
                let mut dated = self.dated.lock().expect("no holder of this lock panics");
                let performances = read.performances.iter().map(|(performance, _)| performance.id);
                dated.extend(performances.map(|id| (id, view.clone())));
                drop(dated);
                self.dates.insert(id, Kept { view: view.clone(), bytes: view.bytes() });
                shown
            }))
        })
    }

    fn follow_seats(&self, changes: &Changes) {
        let loading = self.seats_loading.all();
        for (id, stage) in &changes.stages {
            let kept = self.seats.get(id).map(|kept| kept.view);
            let mut views = loading.iter().filter(|view| view.performance == *id).chain(&kept).peekable();
            if views.peek().is_some() {
                let change = seats_change(changes, stage);
                views.for_each(|view| view.follow(self.following, &change));
            }
        }
    }

    fn follow_dates(&self, changes: &Changes) {
        let loading = self.dates_loading.all();
        for performance in &changes.performances {
            let kept = self.dates.get(&performance.concert).map(|kept| kept.view);
            let loading = loading.iter().filter(|view| view.concert == performance.concert);
            loading.chain(&kept).for_each(|view| view.follow_made(performance.id));
        }
        let dated = self.dated.lock().expect("no holder of this lock panics");
        for stage in changes.stages.values() {
            let kept = dated.get(&stage.performance);
            loading.iter().chain(kept).for_each(|view| view.follow(stage.performance, stage.version));
        }
    }
}

fn seats_change(changes: &Changes, stage: &Stage) -> SeatsChange {
    let id = stage.performance;
    let all = (id, SeatNumber::new(0))..=(id, SeatNumber::new(u32::MAX));
    let claims = changes.claims.range(all);
    let claims = claims.map(|((_, seat), change)| (*seat, change.after.as_ref().map(Taken::by)));
    SeatsChange { stage: *stage, claims: claims.collect() }
}

impl Follower for Views {
    fn committed(&self, changes: &Changes, _at: Timestamp) {
        if !changes.stages.is_empty() {
            self.follow_seats(changes);
            self.follow_dates(changes);
        }
    }
}

/// A strong ETag.
fn tag(text: &fmt::Arguments<'_>) -> HeaderValue {
    HeaderValue::try_from(format!("\"{text}\"")).expect("digits and dashes make a header")
}
