//! How long to wait for a receiver, and before it is tried again.

use std::time::Duration;

/// How long to wait for a receiver, and before it is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For an answer, from connecting on; then the receiver counts as not there.
    pub answer: Duration,
    /// After a first failure; it doubles with each further one.
    pub first: Duration,
    /// After many.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(5),
            first: Duration::from_secs(1),
            longest: Duration::from_secs(10),
        }
    }
}

impl Patience {
    /// How long to wait after so many failures in a row.
    pub(crate) fn after(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }

    /// How long to wait if the receiver has asked for so long: no longer than after many failures.
    pub(crate) fn asked(&self, retry_after: Duration) -> Duration {
        retry_after.clamp(self.first.min(self.longest), self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_from_one_second_to_ten() {
        let waits: Vec<u64> = (1..=7).map(|failures| Patience::default().after(failures).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 10, 10, 10]);
        assert_eq!(Patience::default().after(u32::MAX).as_secs(), 10);
    }

    #[test]
    fn a_receiver_may_ask_for_at_most_ten_seconds() {
        let asked = |secs| Patience::default().asked(Duration::from_secs(secs)).as_secs();
        assert_eq!([asked(0), asked(3), asked(10), asked(3600)], [1, 3, 10, 10]);
    }
}
