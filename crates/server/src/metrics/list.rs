//! Every metric there is, each in one place: its name, kind, labels and help. `docs/metrics.md` is made from it.

/// What a metric counts or shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram(&'static [f64]),
}

/// A metric.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) labels: &'static [&'static str],
    pub(crate) help: &'static str,
}

const SECONDS: &[f64] =
    &[0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const BATCH_SECONDS: &[f64] =
    &[0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];
const ORDERS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

macro_rules! metrics {
    ($($name:ident $text:literal $kind:expr, [$($label:literal),*], $help:literal;)+) => {
        $(pub(crate) const $name: Metric =
            Metric { name: $text, kind: $kind, labels: &[$($label),*], help: $help };)+

        /// All of them.
        #[cfg(test)]
        pub(crate) const ALL: &[Metric] = &[$($name),+];
    };
}

metrics! {
    HTTP_REQUESTS "usher_http_requests_total" Kind::Counter, ["route", "status"],
        "Requests answered, by route of the table and HTTP status. Refusals are answers, not errors.";
    HTTP_SECONDS "usher_http_request_seconds" Kind::Histogram(SECONDS), ["route"],
        "From the head of a request to its answer, in seconds.";
    REFUSALS "usher_refusals_total" Kind::Counter, ["code"],
        "Refusals and failures, by the code of the problem.";
    HTTP_CONNECTIONS "usher_http_connections" Kind::Gauge, [],
        "Open connections, of buyers and the operator.";
    ORDERS_WAITING "usher_orders_waiting" Kind::Gauge, [],
        "Orders that wait at the desks.";
    READS_WAITING "usher_reads_waiting" Kind::Gauge, [],
        "Reads that wait for a reader.";
    BATCHES "usher_batches_total" Kind::Counter, [],
        "Batches that the desks have answered.";
    COMMITS "usher_commits_total" Kind::Counter, [],
        "Batches that changed something and were committed.";
    BATCH_ORDERS "usher_batch_orders" Kind::Histogram(ORDERS), [],
        "Orders in a batch.";
    BATCH_DURATION "usher_batch_seconds" Kind::Histogram(BATCH_SECONDS), [],
        "From the first step of a batch to its last, in seconds.";
    STEP_SECONDS "usher_step_seconds_total" Kind::Counter, ["step"],
        "Time that batches spent in each step: facts, lock, load, decide, write, commit.";
    EFFECTS "usher_effects_total" Kind::Counter, [],
        "Rows changed by decisions.";
    EVENTS "usher_events_total" Kind::Counter, ["type"],
        "Changes committed, by type of event.";
    DELIVERIES "usher_deliveries_total" Kind::Counter, ["outcome"],
        "Events sent to receivers, by what came of it: delivered, failed (they are sent again), parked.";
    REPLAYS "usher_idempotent_replays_total" Kind::Counter, [],
        "Answers that repeated the remembered one of an idempotency key.";
    VIEWS_RENDERED "usher_views_rendered_total" Kind::Counter, ["view"],
        "Renderings of views: seats, dates.";
    VIEWS_LOADED "usher_views_loaded_total" Kind::Counter, ["view"],
        "Loads of views from the store: seats, dates.";
    VIEWS_BYTES "usher_views_bytes" Kind::Gauge, [],
        "About how many bytes the kept views take.";
    CPU_SECONDS "process_cpu_seconds_total" Kind::Counter, [],
        "CPU time of this process, in seconds.";
    RESIDENT_BYTES "process_resident_memory_bytes" Kind::Gauge, [],
        "Resident memory of this process, in bytes.";
}

#[cfg(test)]
/// The whole of `docs/metrics.md`.
pub(crate) fn document() -> String {
    use std::fmt::Write;
    let mut text = String::from(
        "# Metrics: what `/metrics` on the admin listener shows\n\n\
         Prometheus text format. Every label has a bound: routes are those of the route table (`other` for what it does\n\
         not know), statuses those of `docs/problems.md` and the successes, steps, types, outcomes and views are closed sets, as are codes.\n\n\
         | metric | kind | labels | meaning |\n|---|---|---|---|\n",
    );
    for metric in ALL {
        let kind = match metric.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(text, "| `{}` | {kind} | {} | {} |", metric.name, labels.join(", "), metric.help)
            .expect("writing to memory cannot fail");
    }
    text
}
