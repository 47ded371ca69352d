//! The dates of one concert: its performances with their counts, and what was rendered from them last.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use hyper::header::HeaderValue;
use tokio::sync::OnceCell;
use usher_api::render;
use usher_core::{ConcertId, Performance, PerformanceId, SaleState, Stage, Timestamp};
use usher_engine::ConcertRead;

use super::{Following, RENDER_EVERY, tag};

/// A performance with its hot row.
pub(super) type Date = (Arc<Performance>, Stage);

/// One concert, kept current.
pub(crate) struct DatesView {
    pub(super) concert: ConcertId,
    live: Mutex<Live>,
}

enum Live {
    /// Commits that came while it was loaded: hot rows of any performance, and new performances of this concert.
    Loading {
        stages: Vec<Stage>,
        made: Vec<Date>,
    },
    Loaded(Loaded),
}

struct Loaded {
    /// In the order in which they came; a performance keeps its place.
    dates: Vec<Date>,
    /// The sum of their versions: it rises with every change of any of them.
    version: u64,
    stale: bool,
    shown: Arc<DatesShown>,
}

/// The dates ahead at one version and time.
pub(crate) struct DatesShown {
    ahead: Vec<Date>,
    /// When the next of them begins and is ahead no longer.
    changes_at: Option<Timestamp>,
    version: u64,
    since: Instant,
    /// The strong ETag: the version, and how many performances lie ahead.
    pub(crate) tag: HeaderValue,
    body: OnceCell<Bytes>,
}

impl DatesView {
    pub(super) fn loading(concert: ConcertId) -> Arc<Self> {
        let live = Mutex::new(Live::Loading { stages: Vec::new(), made: Vec::new() });
        Arc::new(Self { concert, live })
    }

    /// About what a view takes in bytes, rendered and not.
    pub(super) fn bytes_max(dates: &[Date]) -> u32 {
        let of_date = |(performance, _): &Date| {
            800 + 3 * performance.title.len()
                + 3 * performance.description.as_ref().map_or(0, |text| text.len())
        };
        (2048 + dates.iter().map(of_date).sum::<usize>()).min(u32::MAX as usize) as u32
    }

    /// Follows a commit that made a performance of this concert; returns its place.
    pub(super) fn follow_made(&self, date: &Date) -> Option<usize> {
        match &mut *self.live.lock().expect("no holder of this lock panics") {
            Live::Loading { made, .. } => {
                made.push(date.clone());
                None
            }
            Live::Loaded(loaded) => loaded.make(date),
        }
    }

    /// Follows a commit that changed a hot row, which has this place once the view is loaded.
    pub(super) fn follow(&self, following: Following, place: Option<usize>, stage: &Stage) {
        match (&mut *self.live.lock().expect("no holder of this lock panics"), place) {
            (Live::Loading { stages, .. }, _) => stages.push(*stage),
            (Live::Loaded(loaded), Some(place)) => loaded.follow(following, place, stage),
            (Live::Loaded(_), None) => {}
        }
    }

    /// Takes what was read; commits that came meanwhile follow it. Returns its performances in order of place.
    pub(super) fn load(
        &self,
        following: Following,
        read: ConcertRead,
        at: (Instant, Timestamp),
    ) -> (Arc<DatesShown>, Vec<Arc<Performance>>) {
        let version = read.performances.iter().map(|(_, stage)| stage.version).sum();
        let shown = Arc::new(DatesShown::new(&read.performances, version, at));
        let mut loaded = Loaded { dates: read.performances, version, stale: false, shown: shown.clone() };
        let mut live = self.live.lock().expect("no holder of this lock panics");
        if let Live::Loading { stages, made } = &*live {
            for date in made {
                loaded.make(date);
            }
            for stage in stages {
                let place =
                    loaded.dates.iter().position(|(performance, _)| performance.id == stage.performance);
                if let Some(place) = place {
                    loaded.follow(following, place, stage);
                }
            }
        }
        let performances = loaded.dates.iter().map(|(performance, _)| performance.clone()).collect();
        *live = Live::Loaded(loaded);
        (shown, performances)
    }

    /// Which performances it shows.
    pub(super) fn performances(&self) -> Vec<PerformanceId> {
        match &*self.live.lock().expect("no holder of this lock panics") {
            Live::Loading { .. } => Vec::new(),
            Live::Loaded(loaded) => loaded.dates.iter().map(|(performance, _)| performance.id).collect(),
        }
    }

    /// What is to be shown now; `None`: it must be loaded (again).
    pub(super) fn shown(&self, at: (Instant, Timestamp)) -> Option<Arc<DatesShown>> {
        let mut live = self.live.lock().expect("no holder of this lock panics");
        let Live::Loaded(loaded) = &mut *live else { return None };
        let shown = &loaded.shown;
        let is_young = at.0.saturating_duration_since(shown.since) < RENDER_EVERY;
        if loaded.stale && !is_young {
            return None;
        }
        let has_changed = shown.version != loaded.version && !is_young;
        if has_changed || shown.changes_at.is_some_and(|changes_at| at.1 >= changes_at) {
            loaded.shown = Arc::new(DatesShown::new(&loaded.dates, loaded.version, at));
        }
        Some(loaded.shown.clone())
    }
}

impl Loaded {
    fn make(&mut self, date: &Date) -> Option<usize> {
        if self.dates.iter().any(|(performance, _)| performance.id == date.0.id) {
            return None;
        }
        self.dates.push(date.clone());
        self.version += date.1.version;
        Some(self.dates.len() - 1)
    }

    fn follow(&mut self, following: Following, place: usize, stage: &Stage) {
        let known = &mut self.dates[place].1;
        debug_assert_eq!(known.performance, stage.performance);
        if stage.version <= known.version {
            return;
        }
        match following {
            Following::Notes => self.stale = true,
            Following::Applies => {
                self.version += stage.version - known.version;
                *known = *stage;
            }
        }
    }
}

impl DatesShown {
    fn new(dates: &[Date], version: u64, (since, now): (Instant, Timestamp)) -> Self {
        let mut ahead: Vec<Date> =
            dates.iter().filter(|(performance, _)| performance.begins_at > now).cloned().collect();
        ahead.sort_by_key(|(performance, _)| (performance.begins_at, performance.id));
        let tag = tag(&format_args!("{version}-{}", ahead.len()));
        let changes_at = ahead.first().map(|(performance, _)| performance.begins_at);
        Self { ahead, changes_at, version, since, tag, body: OnceCell::new() }
    }

    /// The dates as JSON, rendered once; `rendered` is called when that happens.
    pub(crate) async fn body(&self, rendered: impl FnOnce()) -> Bytes {
        if let Some(body) = self.body.get() {
            return body.clone();
        }
        let render = async {
            rendered();
            let on_offer = self.ahead.iter().filter(|(_, stage)| match stage.state {
                SaleState::OnSale | SaleState::Closed => true,
                SaleState::Cancelled => false,
            });
            render::dates(on_offer.map(|(performance, stage)| (&**performance, stage))).into()
        };
        self.body.get_or_init(|| render).await.clone()
    }
}
