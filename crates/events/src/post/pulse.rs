//! Whether a receiver is there, and when it may be tried again.

use std::time::Duration;

use tokio::time::Instant;

use crate::patience::Patience;

/// Letters of one receiver under way at a time.
pub(crate) const IN_FLIGHT_MAX: usize = 16;

/// A receiver that failed rests; then one letter tries it, and if that arrives, all go on. What was sent before the
/// rest says nothing new: sixteen letters that fail together are one failure.
#[derive(Default)]
pub(crate) struct Pulse {
    failures: u32,
    rests_until: Option<Instant>,
}

impl Pulse {
    pub(crate) fn is_ill(&self) -> bool {
        self.rests_until.is_some()
    }

    /// How many letters may be under way.
    pub(crate) fn in_flight_max(&self, now: Instant) -> usize {
        match self.rests_until {
            None => IN_FLIGHT_MAX,
            Some(until) if until <= now => 1,
            Some(_) => 0,
        }
    }

    /// When it may be tried again, if it rests.
    pub(crate) fn rests_until(&self, now: Instant) -> Option<Instant> {
        self.rests_until.filter(|until| *until > now)
    }

    /// It has answered.
    pub(crate) fn answered(&mut self, sent_at: Instant) {
        if !self.is_old(sent_at) {
            *self = Pulse::default();
        }
    }

    /// It has failed, and may have asked for a time.
    pub(crate) fn failed(
        &mut self,
        sent_at: Instant,
        now: Instant,
        patience: &Patience,
        asked: Option<Duration>,
    ) {
        if self.is_old(sent_at) {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let wait = asked.map_or_else(|| patience.after(self.failures), |asked| patience.asked(asked));
        self.rests_until = Some(now + wait);
    }

    fn is_old(&self, sent_at: Instant) -> bool {
        self.rests_until.is_some_and(|until| sent_at < until)
    }
}
