//! What `/metrics` shows: counted where it happens, or looked up when somebody asks.

pub(crate) mod list;
mod process;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use prometheus::{
    Counter, CounterVec, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    Opts, Registry, TextEncoder,
};
use usher_api::{ProblemCode, event_type};
use usher_core::{Changes, Timestamp};
use usher_engine::{BatchReport, Follower, Step};

use list::{Kind, Metric};

/// The view of a metric's label.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View {
    Seats,
    Dates,
}

impl View {
    const ALL: [(View, &'static str); 2] = [(View::Seats, "seats"), (View::Dates, "dates")];
}

/// What came of an event that was sent to a receiver.
#[derive(Clone, Copy, Debug)]
pub enum Delivered {
    /// The receiver has it.
    Yes,
    /// It is sent again.
    NotYet,
    /// It is parked.
    Never,
}

impl Delivered {
    const ALL: [(Delivered, &'static str); 3] =
        [(Delivered::Yes, "delivered"), (Delivered::NotYet, "failed"), (Delivered::Never, "parked")];
}

/// Every metric of the server.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    refusals: IntCounterVec,
    connections: IntGauge,
    orders_waiting: IntGauge,
    reads_waiting: IntGauge,
    batches: IntCounter,
    commits: IntCounter,
    batch_orders: Histogram,
    batch_seconds: Histogram,
    steps: [Counter; Step::ALL.len()],
    effects: IntCounter,
    events: IntCounterVec,
    deliveries: [IntCounter; Delivered::ALL.len()],
    replays: IntCounter,
    rendered: [IntCounter; View::ALL.len()],
    loaded: [IntCounter; View::ALL.len()],
    views_bytes: IntGauge,
    cpu_seconds: Gauge,
    resident_bytes: IntGauge,
}

const REGISTERED: &str = "every metric of the list has a name of its own";

impl Metrics {
    /// Metrics, all at zero.
    pub fn new() -> Arc<Metrics> {
        let registry = Registry::new();
        let steps =
            register(&registry, CounterVec::new(opts(&list::STEP_SECONDS), list::STEP_SECONDS.labels));
        let by_view = |metric: &Metric| {
            let counters = register(&registry, IntCounterVec::new(opts(metric), metric.labels));
            View::ALL.map(|(_, name)| counters.with_label_values(&[name]))
        };
        let deliveries =
            register(&registry, IntCounterVec::new(opts(&list::DELIVERIES), list::DELIVERIES.labels));
        let count = |metric: &Metric| register(&registry, IntCounter::with_opts(opts(metric)));
        let gauge = |metric: &Metric| register(&registry, IntGauge::with_opts(opts(metric)));
        let count_by = |metric: &Metric| register(&registry, IntCounterVec::new(opts(metric), metric.labels));
        let seconds_by = HistogramVec::new(buckets(&list::HTTP_SECONDS), list::HTTP_SECONDS.labels);
        let histogram = |metric: &Metric| register(&registry, Histogram::with_opts(buckets(metric)));
        Arc::new(Metrics {
            requests: count_by(&list::HTTP_REQUESTS),
            request_seconds: register(&registry, seconds_by),
            refusals: count_by(&list::REFUSALS),
            connections: gauge(&list::HTTP_CONNECTIONS),
            orders_waiting: gauge(&list::ORDERS_WAITING),
            reads_waiting: gauge(&list::READS_WAITING),
            batches: count(&list::BATCHES),
            commits: count(&list::COMMITS),
            batch_orders: histogram(&list::BATCH_ORDERS),
            batch_seconds: histogram(&list::BATCH_DURATION),
            steps: Step::ALL.map(|(_, name)| steps.with_label_values(&[name])),
            effects: count(&list::EFFECTS),
            events: count_by(&list::EVENTS),
            deliveries: Delivered::ALL.map(|(_, name)| deliveries.with_label_values(&[name])),
            replays: count(&list::REPLAYS),
            rendered: by_view(&list::VIEWS_RENDERED),
            loaded: by_view(&list::VIEWS_LOADED),
            views_bytes: gauge(&list::VIEWS_BYTES),
            cpu_seconds: register(&registry, Gauge::with_opts(opts(&list::CPU_SECONDS))),
            resident_bytes: gauge(&list::RESIDENT_BYTES),
            registry,
        })
    }

    /// What one route counts.
    pub(crate) fn route(&self, route: &'static str) -> RouteMetrics {
        RouteMetrics {
            route,
            requests: self.requests.clone(),
            by_status: [const { OnceLock::new() }; STATUSES.len()],
            seconds: self.request_seconds.with_label_values(&[route]),
        }
    }

    /// A request was refused, or failed.
    pub(crate) fn refused(&self, code: ProblemCode) {
        self.refusals.with_label_values(&[code.code()]).inc();
    }

    /// Open connections.
    pub(crate) fn connections(&self) -> &IntGauge {
        &self.connections
    }

    /// An event was sent to a receiver.
    pub fn sent(&self, delivered: Delivered) {
        self.deliveries[delivered as usize].inc();
    }

    /// An answer was a repeated one.
    pub(crate) fn replayed(&self) {
        self.replays.inc();
    }

    /// A view is being rendered.
    pub(crate) fn rendered(&self, view: View) {
        self.rendered[view as usize].inc();
    }

    /// A view is being loaded.
    pub(crate) fn loaded(&self, view: View) {
        self.loaded[view as usize].inc();
    }

    /// Everything, in the text format of Prometheus.
    pub(crate) fn render(&self, orders_waiting: usize, reads_waiting: usize, views_bytes: u64) -> String {
        self.orders_waiting.set(orders_waiting as i64);
        self.reads_waiting.set(reads_waiting as i64);
        self.views_bytes.set(views_bytes as i64);
        if let Some(process) = process::usage() {
            self.cpu_seconds.set(process.cpu_seconds);
            self.resident_bytes.set(process.resident_bytes as i64);
        }
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}

impl Follower for Metrics {
    fn committed(&self, changes: &Changes, _at: Timestamp) {
        let mut run: Option<(&'static str, u64)> = None;
        for event in &changes.events {
            let name = event_type(&event.fact);
            match &mut run {
                Some((same, events)) if *same == name => *events += 1,
                _ => {
                    self.count_events(run);
                    run = Some((name, 1));
                }
            }
        }
        self.count_events(run);
    }

    fn ran(&self, report: &BatchReport) {
        self.batches.inc();
        self.batch_orders.observe(report.orders as f64);
        self.batch_seconds.observe(report.took.as_secs_f64());
        self.effects.inc_by(report.effects as u64);
        if report.effects > 0 {
            self.commits.inc();
        }
        for (counter, took) in self.steps.iter().zip(report.steps) {
            counter.inc_by(took.as_secs_f64());
        }
    }
}

impl Metrics {
    fn count_events(&self, run: Option<(&'static str, u64)>) {
        if let Some((name, events)) = run {
            self.events.with_label_values(&[name]).inc_by(events);
        }
    }
}

/// Statuses that are counted each; anything else would be counted as the last.
const STATUSES: [u16; 22] = [
    200, 201, 202, 204, 206, 304, 400, 401, 402, 403, 404, 405, 409, 413, 414, 415, 422, 429, 431, 503, 501,
    500,
];

/// What one route counts.
pub(crate) struct RouteMetrics {
    route: &'static str,
    requests: IntCounterVec,
    by_status: [OnceLock<IntCounter>; STATUSES.len()],
    seconds: Histogram,
}

impl RouteMetrics {
    /// A request was answered.
    pub(crate) fn answered(&self, status: u16, took: Duration) {
        let place = STATUSES.iter().position(|known| *known == status).unwrap_or(STATUSES.len() - 1);
        let counter = self.by_status[place].get_or_init(|| {
            let status = STATUSES[place].to_string();
            self.requests.with_label_values(&[self.route, &status])
        });
        counter.inc();
        self.seconds.observe(took.as_secs_f64());
    }
}

fn opts(metric: &Metric) -> Opts {
    Opts::new(metric.name, metric.help)
}

fn buckets(metric: &Metric) -> HistogramOpts {
    let buckets = match metric.kind {
        Kind::Histogram(buckets) => buckets.to_vec(),
        Kind::Counter | Kind::Gauge => Vec::new(),
    };
    HistogramOpts::from(opts(metric)).buckets(buckets)
}

fn register<C: prometheus::core::Collector + Clone + 'static>(
    registry: &Registry,
    made: prometheus::Result<C>,
) -> C {
    let collector = made.expect("the list's names, labels and buckets are valid");
    registry.register(Box::new(collector.clone())).expect(REGISTERED);
    collector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metrics_shown_are_those_of_the_list() {
        let metrics = Metrics::new();
        metrics.route("GET /x").answered(200, Duration::ZERO);
        metrics.count_events(Some(("hold.placed", 1)));
        metrics.refused(ProblemCode::SeatTaken);
        let shown = metrics.render(0, 0, 0);
        let shown: Vec<&str> =
            shown.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        let mut listed: Vec<&str> = list::ALL.iter().map(|metric| metric.name).collect();
        listed.sort_unstable();
        assert_eq!(shown, listed);
    }

    #[test]
    fn the_document_is_the_list() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
        if std::env::var_os("USHER_WRITE_DOCS").is_some() {
            std::fs::write(path, list::document()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            written,
            list::document(),
            "run this test with USHER_WRITE_DOCS=1 to write docs/metrics.md"
        );
    }
}
