//! The dates of one concert, as rendered last. Nothing else is kept of them: a concert of a hundred performances is
//! read and rendered again in less than half a millisecond, and most concerts are not on sale.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use hyper::header::HeaderValue;
use usher_api::render;
use usher_core::{ConcertId, PerformanceId, SaleState, Timestamp};
use usher_engine::ConcertRead;

use super::{RENDER_EVERY, tag};

/// One concert, told of every commit.
pub(crate) struct DatesView {
    pub(super) concert: ConcertId,
    live: Mutex<Live>,
}

enum Live {
    /// Commits that came while it was loaded: versions of any performance, and who is new in this concert.
    Loading { newer: Vec<(PerformanceId, u64)>, made: Vec<PerformanceId> },
    Loaded {
        shown: Arc<DatesShown>,
        /// Every one of the concert, ahead or not.
        performances: Box<[PerformanceId]>,
        is_stale: bool,
    },
}

/// The dates ahead at one version and time.
pub(crate) struct DatesShown {
    /// As JSON.
    pub(crate) body: Bytes,
    /// The strong ETag: the sum of their versions, and how many performances lie ahead.
    pub(crate) tag: HeaderValue,
    /// When the next of them begins and is ahead no longer.
    changes_at: Option<Timestamp>,
    since: Instant,
}

impl DatesView {
    pub(super) fn loading(concert: ConcertId) -> Arc<Self> {
        let live = Live::Loading { newer: Vec::new(), made: Vec::new() };
        Arc::new(Self { concert, live: Mutex::new(live) })
    }

    /// About what it takes in bytes, with its entries in the map of performances.
    pub(super) fn bytes(&self) -> u32 {
        match &*self.live.lock().expect("no holder of this lock panics") {
            Live::Loading { .. } => 0,
            Live::Loaded { shown, performances, .. } => {
                (512 + shown.body.len() + 48 * performances.len()).min(u32::MAX as usize) as u32
            }
        }
    }

    /// A commit changed one of its performances; while it is loaded, one of any concert.
    pub(super) fn follow(&self, performance: PerformanceId, version: u64) {
        match &mut *self.live.lock().expect("no holder of this lock panics") {
            Live::Loading { newer, .. } => newer.push((performance, version)),
            Live::Loaded { is_stale, .. } => *is_stale = true,
        }
    }

    /// A commit made a performance of this concert.
    pub(super) fn follow_made(&self, performance: PerformanceId) {
        match &mut *self.live.lock().expect("no holder of this lock panics") {
            Live::Loading { made, .. } => made.push(performance),
            Live::Loaded { is_stale, .. } => *is_stale = true,
        }
    }

    /// Takes what was read. It is stale already if a commit came meanwhile that was not read.
    pub(super) fn load(&self, read: &ConcertRead, at: (Instant, Timestamp)) -> Arc<DatesShown> {
        let shown = Arc::new(DatesShown::new(read, at));
        let version_of = |id: PerformanceId| {
            let found = read.performances.iter().find(|(performance, _)| performance.id == id);
            found.map(|(_, stage)| stage.version)
        };
        let mut live = self.live.lock().expect("no holder of this lock panics");
        let is_stale = match &*live {
            Live::Loading { newer, made } => {
                newer.iter().any(|(id, version)| version_of(*id).is_some_and(|read| read < *version))
                    || made.iter().any(|id| version_of(*id).is_none())
            }
            Live::Loaded { .. } => false,
        };
        let performances = read.performances.iter().map(|(performance, _)| performance.id).collect();
        *live = Live::Loaded { shown: shown.clone(), performances, is_stale };
        shown
    }

    /// Which performances it shows.
    pub(super) fn performances(&self) -> Box<[PerformanceId]> {
        match &*self.live.lock().expect("no holder of this lock panics") {
            Live::Loading { .. } => Box::default(),
            Live::Loaded { performances, .. } => performances.clone(),
        }
    }

    /// What is to be shown now; `None`: it must be loaded (again).
    pub(super) fn shown(&self, at: (Instant, Timestamp)) -> Option<Arc<DatesShown>> {
        match &*self.live.lock().expect("no holder of this lock panics") {
            Live::Loading { .. } => None,
            Live::Loaded { shown, is_stale, .. } => {
                let is_young = at.0.saturating_duration_since(shown.since) < RENDER_EVERY;
                let is_over = shown.changes_at.is_some_and(|changes_at| at.1 >= changes_at);
                (!is_over && (is_young || !is_stale)).then(|| shown.clone())
            }
        }
    }
}

impl DatesShown {
    fn new(read: &ConcertRead, (since, now): (Instant, Timestamp)) -> Self {
        let ahead = || read.performances.iter().filter(|(performance, _)| performance.begins_at > now);
        let on_offer = ahead().filter(|(_, stage)| match stage.state {
            SaleState::OnSale | SaleState::Closed => true,
            SaleState::Cancelled => false,
        });
        let version: u64 = read.performances.iter().map(|(_, stage)| stage.version).sum();
        Self {
            // No larger than it is: most of what views take is this.
            body: render::dates(on_offer.map(|(performance, stage)| (&**performance, stage)))
                .into_boxed_slice()
                .into(),
            tag: tag(&format_args!("{version}-{}", ahead().count())),
            changes_at: ahead().map(|(performance, _)| performance.begins_at).min(),
            since,
        }
    }
}
