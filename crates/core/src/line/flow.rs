//! What the last minutes show of how fast people get in and drop out, and the wait and poll times that follow.

use std::collections::VecDeque;

use super::forecast::Forecast;
use super::live_count::queue_bytes;
use super::turnover::{STEP, Turnover};
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
/// How often the forecast is drawn, and how far it reaches.
const DRAWN_EVERY: Span = Span::from_secs(1);
const FORECAST_STEPS: usize = 300;
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
    admitted: u64,
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
    turnover: Turnover,
    counted_until: Timestamp,
    pace_changed_at: Option<Timestamp>,
    forecast: Option<Forecast>,
    drawn_at: Timestamp,
}

impl Flow {
    pub fn new(now: Timestamp, pace: Pace) -> Self {
        Self {
            pace,
            buckets: VecDeque::new(),
            turnover: Turnover::new(now),
            counted_until: now,
            pace_changed_at: None,
            forecast: None,
            drawn_at: now,
        }
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

    pub fn admitted(&mut self, live_passes: u32, given_at: Timestamp, valid_until: Timestamp) {
        if self.buckets.iter().rev().all(|bucket| bucket.admitted == 0) {
            self.buckets.clear();
        }
        let is_capped = live_passes >= self.pace.live_passes_max;
        let bucket = self.bucket(given_at);
        bucket.admitted += 1;
        bucket.is_capped |= is_capped;
        self.turnover.given(given_at, valid_until.since(given_at));
    }

    pub fn pass_ended(&mut self, given_at: Timestamp) {
        self.turnover.ended(given_at);
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

    /// Counts the time since the last call under what holds now, and every second draws the forecast anew.
    pub fn count(&mut self, now: Timestamp, live_waiting: u32) {
        let ms = now.since(self.counted_until).ms();
        self.counted_until = self.counted_until.max(now);
        self.turnover.count(now);
        self.forget_old(now);
        if live_waiting > 0 && !self.pace.is_paused && !self.buckets.is_empty() {
            let bucket = self.bucket(now);
            bucket.busy_ms += ms;
            bucket.waiter_ms += u64::from(live_waiting) * ms;
        }
        if now.since(self.drawn_at) >= DRAWN_EVERY {
            self.forecast = self.draw();
            self.drawn_at = now;
        }
    }

    fn forget_old(&mut self, now: Timestamp) {
        let mut oldest = now.minus(WINDOW_MAX);
        if let Some(changed_at) = self.pace_changed_at.filter(|at| now.since(*at) >= CHANGE_SETTLES) {
            oldest = oldest.max(changed_at);
            self.pace_changed_at = None;
        }
        while self.buckets.front().is_some_and(|bucket| bucket.begins < oldest) {
            self.buckets.pop_front();
        }
    }

    fn bucket(&mut self, at: Timestamp) -> &mut Bucket {
        if self.buckets.back().is_none_or(|last| at.since(last.begins) >= BUCKET) {
            self.buckets.push_back(Bucket { begins: at, ..Bucket::default() });
        }
        self.buckets.back_mut().expect("one was just pushed")
    }

    /// What will come if the rates of the window go on. Where the cap keeps people out, the operator's rate is
    /// what is left to hold them up, and the passes that end make room.
    fn draw(&self) -> Option<Forecast> {
        let mut sum = Bucket::default();
        for bucket in self.buckets.iter().rev() {
            if sum.busy_ms >= WINDOW.ms() && sum.admitted >= WINDOW_ADMISSIONS {
                break;
            }
            sum.busy_ms += bucket.busy_ms;
            sum.waiter_ms += bucket.waiter_ms;
            sum.admitted += bucket.admitted;
            sum.dropped += bucket.dropped;
            sum.is_capped |= bucket.is_capped;
        }
        if sum.admitted == 0 || sum.busy_ms < MEASURED_MIN.ms() {
            return None;
        }
        let measured = sum.admitted as f64 / sum.busy_ms as f64 * STEP.ms() as f64;
        let allowed = f64::from(self.pace.admits_per_second) * STEP.ms() as f64 / 1e3;
        let admits_max = if sum.is_capped { allowed } else { measured };
        let live_max = f64::from(self.pace.live_passes_max);
        let admissions = self.turnover.admissions(FORECAST_STEPS, admits_max, live_max);
        let dropouts_per_ms = sum.dropped.max(0) as f64 / sum.waiter_ms.max(1) as f64;
        Forecast::new(&admissions, dropouts_per_ms)
            .or_else(|| Forecast::new(&[measured; FORECAST_STEPS], dropouts_per_ms))
    }

    /// The wait of somebody with so many ahead; `None` without outflow.
    pub fn wait(&self, position: u32) -> Option<Span> {
        let forecast = self.forecast.as_ref().filter(|_| !self.pace.is_paused);
        forecast.map(|forecast| forecast.wait(position))
    }

    /// When to ask again: a third of the wait, or of the shortest that the operator's rate allows if that is less: a room
    /// that has just filled shows nothing yet of how fast it empties, and who is let in without knowing holds a slot.
    /// Between 1 and 30 s, spread by the dice.
    pub fn poll_after(&self, position: u32, wait: Option<Span>, now: Timestamp, jitter: u16) -> Span {
        let shortest_ms = self.shortest_wait_ms(position, now);
        let wait_ms = wait.map_or(shortest_ms, |wait| wait.ms().min(shortest_ms));
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
            + self.turnover.heap_bytes()
            + self.forecast.as_ref().map_or(0, Forecast::heap_bytes)
    }
}
