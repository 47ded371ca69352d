//! What the last minutes show of how fast people get in and drop out, and the wait and poll times that follow.

use std::collections::VecDeque;

use super::live_count::queue_bytes;
use crate::{Span, Timestamp};

/// Rates are measured over this time in which people waited.
const WINDOW: Span = Span::from_secs(60);
/// A window with fewer admissions reaches further back: 400 random ones are known to 5 %.
const WINDOW_ADMISSIONS: u64 = 400;
/// How far back at most.
const WINDOW_MAX: Span = Span::from_secs(300);
/// One bucket of counts.
const BUCKET: Span = Span::from_secs(1);
/// A rate over less than this says nothing.
const MEASURED_MIN: Span = Span::from_secs(1);
/// How long the old rates speak for the new ones after the operator changed them.
const CHANGE_SETTLES: Span = Span::from_secs(10);

/// The share of the remaining wait after which to ask again: load then grows with the outflow, not the crowd.
const POLLS_AHEAD: u64 = 3;
const POLL_MIN_MS: u64 = 1_000;
const POLL_MAX_MS: u64 = 30_000;
/// Each fan is told up to 15 % more or less, so that a crowd that came together does not stay together.
const JITTER_PERCENT: u64 = 15;

/// What the operator set, as far as an estimate needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Nobody is let in before.
    pub opens_at: Timestamp,
    /// Nobody is let in while this many passes live.
    pub live_passes_max: u32,
    /// At most so many are let in a second.
    pub admits_per_second: u32,
    /// Nobody is let in at all.
    pub is_paused: bool,
}

#[derive(Debug, Default)]
struct Bucket {
    begins: Timestamp,
    /// Time in which somebody live waited while the room let people in, and what was summed up over it.
    busy_ms: u64,
    waiter_ms: u64,
    pass_ms: u64,
    admitted: u64,
    passes_ended: u64,
    /// How long the passes that ended had lived, and the squares of that.
    pass_lives_ms: u64,
    pass_lives_ms2: u64,
    /// Those who left or fell silent, less those who came back.
    dropped: i64,
    /// Whether the cap was what kept people out.
    is_capped: bool,
}

/// Counts of the last five minutes.
#[derive(Debug)]
pub(super) struct Flow {
    pace: Pace,
    buckets: VecDeque<Bucket>,
    /// Whether the counts begin when the first was let in, so that the passes lived from new.
    begins_new: bool,
    counted_until: Timestamp,
    pace_changed_at: Option<Timestamp>,
    estimate: Option<Estimate>,
}

/// Rates that hold for the next polls.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Estimate {
    admissions_per_ms: f64,
    /// The share of the live waiters that drops out in a millisecond.
    dropouts_per_ms: f64,
}

impl Estimate {
    /// How long until as many people as stand up to oneself are let in or gone.
    ///
    /// With outflow `mu` and a drop-out hazard `h` per waiter, the `p` people up to oneself follow
    /// `dp/dt = -mu - h p`, which reaches zero after `ln(1 + h p / mu) / h`, and `p / mu` as `h` goes to 0: the fluid
    /// limit of a queue with impatient customers (Garnett, Mandelbaum, Reiman, "Designing a call center with
    /// impatient customers", 2002; Whitt, "Fluid models for multiserver queues with abandonments", 2006).
    fn wait(&self, position: u32) -> Span {
        let (mu, h) = (self.admissions_per_ms, self.dropouts_per_ms);
        let alone = (f64::from(position) + 1.0) / mu;
        let ms = if h * alone < 1e-6 { alone } else { (h * alone).ln_1p() / h };
        Span::from_ms(ms.round() as u64)
    }
}

impl Flow {
    pub fn new(now: Timestamp, pace: Pace) -> Self {
        let buckets = VecDeque::new();
        Self { pace, buckets, begins_new: true, counted_until: now, pace_changed_at: None, estimate: None }
    }

    pub fn set_pace(&mut self, pace: Pace, now: Timestamp) {
        let rates = |pace: Pace| (pace.live_passes_max, pace.admits_per_second);
        if rates(pace) != rates(self.pace) {
            self.pace_changed_at = Some(now);
        }
        self.pace = pace;
    }

    /// Begins anew: what was counted before says nothing of what comes.
    pub fn restart(&mut self, now: Timestamp) {
        *self = Self::new(now, self.pace);
    }

    pub fn admitted(&mut self, live_passes: u32, at: Timestamp) {
        if self.buckets.iter().rev().all(|bucket| bucket.admitted == 0) {
            self.buckets.clear();
            self.begins_new = true;
        }
        let is_capped = live_passes >= self.pace.live_passes_max;
        let bucket = self.bucket(at);
        bucket.admitted += 1;
        bucket.is_capped |= is_capped;
    }

    pub fn pass_ended(&mut self, given_at: Timestamp) {
        let lived_ms = self.counted_until.since(given_at).ms();
        if let Some(bucket) = self.buckets.back_mut() {
            bucket.passes_ended += 1;
            bucket.pass_lives_ms += lived_ms;
            bucket.pass_lives_ms2 += lived_ms * lived_ms;
        }
    }

    /// Somebody who was heard from before fell silent or left.
    pub fn dropped(&mut self) {
        if let Some(bucket) = self.buckets.back_mut() {
            bucket.dropped += 1;
        }
    }

    /// Somebody who had dropped out is back.
    pub fn came_back(&mut self) {
        if let Some(bucket) = self.buckets.back_mut() {
            bucket.dropped -= 1;
        }
    }

    /// Counts the time since the last call under what holds now, and draws the rates anew.
    pub fn count(&mut self, now: Timestamp, live_waiting: u32, live_passes: u32) {
        let ms = now.since(self.counted_until).ms();
        self.counted_until = self.counted_until.max(now);
        self.forget_old(now);
        if !self.buckets.is_empty() {
            let is_busy = live_waiting > 0 && !self.pace.is_paused;
            let bucket = self.bucket(now);
            bucket.pass_ms += u64::from(live_passes) * ms;
            if is_busy {
                bucket.busy_ms += ms;
                bucket.waiter_ms += u64::from(live_waiting) * ms;
            }
        }
        self.estimate = self.measure();
    }

    fn forget_old(&mut self, now: Timestamp) {
        let mut oldest = now.minus(WINDOW_MAX);
        if let Some(changed_at) = self.pace_changed_at.filter(|at| now.since(*at) >= CHANGE_SETTLES) {
            oldest = oldest.max(changed_at);
            self.pace_changed_at = None;
        }
        while self.buckets.front().is_some_and(|bucket| bucket.begins < oldest) {
            self.buckets.pop_front();
            self.begins_new = false;
        }
    }

    fn bucket(&mut self, at: Timestamp) -> &mut Bucket {
        if self.buckets.back().is_none_or(|last| at.since(last.begins) >= BUCKET) {
            self.buckets.push_back(Bucket { begins: at, ..Bucket::default() });
        }
        self.buckets.back_mut().expect("one was just pushed")
    }

    /// The rates over the window. Where the cap keeps people out, the first fill of the passes would be taken for
    /// outflow; so there it is no more than what the passes that end make room for, over the longest window, since
    /// people who were let in together also end together.
    fn measure(&self) -> Option<Estimate> {
        let mut sum = Bucket::default();
        for bucket in self.buckets.iter().rev() {
            let is_enough = sum.busy_ms >= WINDOW.ms() && sum.admitted >= WINDOW_ADMISSIONS;
            if is_enough && !sum.is_capped {
                break;
            }
            sum.busy_ms += bucket.busy_ms;
            sum.waiter_ms += bucket.waiter_ms;
            sum.pass_ms += bucket.pass_ms;
            sum.admitted += bucket.admitted;
            sum.passes_ended += bucket.passes_ended;
            sum.pass_lives_ms += bucket.pass_lives_ms;
            sum.pass_lives_ms2 += bucket.pass_lives_ms2;
            sum.dropped += bucket.dropped;
            sum.is_capped |= bucket.is_capped;
        }
        if sum.admitted == 0 || sum.busy_ms < MEASURED_MIN.ms() {
            return None;
        }
        let mut admissions_per_ms = sum.admitted as f64 / sum.busy_ms as f64;
        if sum.is_capped && sum.passes_ended > 0 {
            admissions_per_ms = admissions_per_ms.min(self.room_made_per_ms(&sum));
        }
        let dropouts_per_ms = sum.dropped.max(0) as f64 / sum.waiter_ms.max(1) as f64;
        Some(Estimate { admissions_per_ms, dropouts_per_ms })
    }

    /// How fast passes that end make room while the cap is full.
    ///
    /// Passes that began together have ended less often by then than they do in the long run: in a renewal process
    /// with a coefficient of variation `c`, by `(1 - c^2) / 2` ends each (Cox, "Renewal theory", 1962, 4.2).
    fn room_made_per_ms(&self, sum: &Bucket) -> f64 {
        let (ended, cap) = (sum.passes_ended as f64, f64::from(self.pace.live_passes_max));
        let mean_ms = (sum.pass_lives_ms as f64 / ended).max(1.0);
        let variation2 = (sum.pass_lives_ms2 as f64 / ended / (mean_ms * mean_ms) - 1.0).clamp(0.0, 1.0);
        let still_due = if self.begins_new { cap * (1.0 - variation2) / 2.0 } else { 0.0 };
        (ended + still_due) / sum.pass_ms.max(1) as f64 * cap
    }

    /// The wait of somebody with so many ahead; `None` without outflow.
    pub fn wait(&self, position: u32) -> Option<Span> {
        if self.pace.is_paused { None } else { self.estimate.map(|estimate| estimate.wait(position)) }
    }

    /// When to ask again: a third of the wait; without outflow, of the shortest that the operator's rate allows.
    /// Between 1 and 30 s, spread by the dice.
    pub fn poll_after(&self, position: u32, wait: Option<Span>, now: Timestamp, jitter: u16) -> Span {
        let wait_ms = wait.map_or_else(|| self.shortest_wait_ms(position, now), Span::ms);
        let least = (POLL_MIN_MS * 100).div_ceil(100 - JITTER_PERCENT);
        let most = (POLL_MAX_MS * 100).div_ceil(100 + JITTER_PERCENT);
        let middle = (wait_ms / POLLS_AHEAD).clamp(least, most);
        let dice_max = u64::from(u16::MAX);
        let share = (100 - JITTER_PERCENT) * dice_max + 2 * JITTER_PERCENT * u64::from(jitter);
        Span::from_ms(middle * share / (100 * dice_max))
    }

    fn shortest_wait_ms(&self, position: u32, now: Timestamp) -> u64 {
        let per_second = u64::from(self.pace.admits_per_second.max(1));
        self.pace.opens_at.since(now).ms() + u64::from(position) * 1_000 / per_second
    }

    /// Admissions a second over the last minute, or since the first if that is shorter.
    pub fn outflow_per_second(&self, now: Timestamp) -> f64 {
        let since = now.minus(WINDOW);
        let recent = self.buckets.iter().filter(|bucket| bucket.begins >= since);
        let admitted: u64 = recent.map(|bucket| bucket.admitted).sum();
        let Some(first) = self.buckets.front() else { return 0.0 };
        let ms = now.since(first.begins).ms().clamp(MEASURED_MIN.ms(), WINDOW.ms());
        admitted as f64 * 1_000.0 / ms as f64
    }

    pub fn heap_bytes(&self) -> usize {
        queue_bytes(&self.buckets)
    }
}
