//! The server's own counters, read from `/metrics` before and after a run.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::Method;

use crate::client::{Client, Silence};
use crate::draft::Draft;
use crate::target::Target;

/// Counters by series, `usher_batches_total{desk="0"}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters(BTreeMap<String, f64>);

/// Why the counters could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ScrapeError {
    #[error("/metrics did not answer")]
    Silent(#[from] Silence),
    #[error("/metrics answered {0}")]
    Refused(hyper::StatusCode),
}

impl Counters {
    /// Reads them from an admin listener.
    pub async fn read(admin: &Target) -> Result<Self, ScrapeError> {
        let mut client = Client::new(admin.clone(), Duration::from_secs(5));
        let mut draft = Draft::default();
        draft.start("metrics", Method::GET, format_args!("/metrics"));
        let answer = client.send(&mut draft).await?;
        if !answer.is_ok() {
            return Err(ScrapeError::Refused(answer.status));
        }
        Ok(Self::parse(&String::from_utf8_lossy(&answer.body)))
    }

    /// Takes every `usher_…` counter, and count and sum of every histogram, from Prometheus' text format.
    fn parse(text: &str) -> Self {
        let mut kinds = BTreeMap::new();
        let mut counters = BTreeMap::new();
        for line in text.lines() {
            if let Some(declared) = line.strip_prefix("# TYPE ") {
                kinds.extend(declared.split_once(' '));
            } else if line.starts_with("usher_")
                && let Some((series, value)) = line.rsplit_once(' ')
                && let Ok(value) = value.parse()
                && is_counted(series.split('{').next().unwrap_or(series), &kinds)
            {
                counters.insert(series.to_owned(), value);
            }
        }
        Self(counters)
    }

    /// What was counted since `earlier`, to six decimals; series that stood still are left out.
    pub fn since(&self, earlier: &Self) -> BTreeMap<String, f64> {
        let grown = self.0.iter().map(|(series, now)| {
            let before = earlier.0.get(series).copied().unwrap_or(0.0);
            (series.clone(), ((now - before) * 1e6).round() / 1e6)
        });
        grown.filter(|(_, grown)| *grown != 0.0).collect()
    }
}

fn is_counted(name: &str, kinds: &BTreeMap<&str, &str>) -> bool {
    let family = name.strip_suffix("_count").or_else(|| name.strip_suffix("_sum"));
    kinds.get(name) == Some(&"counter")
        || family.is_some_and(|family| kinds.get(family) == Some(&"histogram"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "# TYPE usher_batches_total counter\nusher_batches_total 7\n\
        # TYPE usher_waiting gauge\nusher_waiting 5\n# TYPE other_total counter\nother_total 1\n";
    const AFTER: &str = "# TYPE usher_batches_total counter\nusher_batches_total 10\n\
        # TYPE usher_waiting gauge\nusher_waiting 9\n# TYPE other_total counter\nother_total 3\n\
        # TYPE usher_http_requests_total counter\nusher_http_requests_total{route=\"a b\",status=\"201\"} 4\n\
        # TYPE usher_batch_seconds histogram\nusher_batch_seconds_bucket{le=\"1\"} 2\n\
        usher_batch_seconds_sum 0.5\nusher_batch_seconds_count 2\n";

    #[test]
    fn only_our_counters_are_compared_and_only_what_grew_is_told() {
        let grown = Counters::parse(AFTER).since(&Counters::parse(BEFORE));
        let expected = [
            ("usher_batch_seconds_count", 2.0),
            ("usher_batch_seconds_sum", 0.5),
            ("usher_batches_total", 3.0),
            ("usher_http_requests_total{route=\"a b\",status=\"201\"}", 4.0),
        ];
        assert_eq!(grown, expected.map(|(name, value)| (name.to_owned(), value)).into());
    }
}
