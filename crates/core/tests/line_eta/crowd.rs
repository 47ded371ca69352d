//! A crowd played against a line: who joins, asks, drops out, is let in and shops, and what each was told.

use usher_core::line::{Line, Pace, Polled};
use usher_core::{PlaceEnd, Span, Timestamp, UserId};

const STEP_MS: i64 = 100;
const OPENS_MS: i64 = 1_795_000_000_000;
const PASS_TTL: Span = Span::from_secs(300);

/// How long something lasts, in seconds.
#[derive(Clone, Copy)]
pub enum Lasts {
    Forever,
    /// With an even chance to end at any moment.
    Random(f64),
    /// Anything between these two, equally likely.
    Between(f64, f64),
    /// This share of people `Random` of the first, the others of the second.
    Mixed(f64, f64, f64),
}

/// A sale.
#[derive(Clone, Copy)]
pub struct Crowd {
    pub name: &'static str,
    /// How many join in the two minutes before the room opens.
    pub early: u64,
    /// How many more join a second from then on.
    pub joins_per_second: f64,
    pub admits_per_second: u32,
    pub live_passes_max: u32,
    /// How long a pass is needed.
    pub shops_for: Lasts,
    /// How long one waits before giving up.
    pub patience: Lasts,
    /// The share of those who give up without saying so.
    pub silent: f64,
    /// The share of those who never ask at all.
    pub absent: f64,
    pub runs_for_s: i64,
    pub seed: u64,
}

/// What a fan was told, and what came true.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Since the first admission.
    pub after_s: f64,
    pub eta_s: f64,
    pub waited_s: f64,
}

struct Fan {
    gives_up_ms: i64,
    is_silent: bool,
    is_over: bool,
    told: Vec<(i64, Option<u64>)>,
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
    fn share(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }
    fn span_ms(&mut self, lasts: Lasts) -> i64 {
        let mut random = |mean: f64| -mean * (1.0 - self.share()).ln();
        let seconds = match lasts {
            Lasts::Forever => 1e9,
            Lasts::Random(mean) => random(mean),
            Lasts::Between(low, high) => low + (high - low) * self.share(),
            Lasts::Mixed(share, first, second) => {
                let (first, second) = (random(first), random(second));
                if self.share() < share { first } else { second }
            }
        };
        (seconds * 1_000.0) as i64
    }
}

struct Night {
    crowd: Crowd,
    line: Line,
    dice: Dice,
    fans: Vec<Fan>,
    /// What happens at each step after the beginning: polls and ends of passes, by number.
    polls: Vec<Vec<u64>>,
    ends: Vec<Vec<u64>>,
    first_admission_ms: Option<i64>,
    told: Vec<Told>,
    rate_left: f64,
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(OPENS_MS + ms)
}

impl Night {
    fn schedule(&mut self, ms: i64, number: u64, is_poll: bool) {
        let step = ((ms + 120_000 + STEP_MS - 1) / STEP_MS) as usize;
        let steps = if is_poll { &mut self.polls } else { &mut self.ends };
        if let Some(now) = steps.get_mut(step) {
            now.push(number);
        }
    }

    fn join(&mut self, ms: i64) {
        let number = self.fans.len() as u64 + 1;
        assert!(self.line.joined(number, &UserId::stored(&format!("fan-{number}")), at(ms)));
        let gives_up_ms = ms + self.dice.span_ms(self.crowd.patience);
        let is_silent = self.dice.share() < self.crowd.silent;
        let is_absent = self.dice.share() < self.crowd.absent;
        self.fans.push(Fan { gives_up_ms, is_silent, is_over: is_absent, told: Vec::new() });
        if !is_absent {
            self.schedule(ms + 1_000, number, true);
        }
    }

    fn poll(&mut self, number: u64, ms: i64) {
        let fan = &mut self.fans[number as usize - 1];
        if fan.is_over {
            return;
        }
        let is_waiting = !matches!(self.line.look(number, at(ms), 0), Polled::Pass(_));
        if is_waiting && fan.gives_up_ms <= ms {
            fan.is_over = true;
            if !fan.is_silent {
                self.line.ended(number, PlaceEnd::Left, at(ms));
            }
            return;
        }
        let dice = self.dice.roll() as u16;
        let polled = match self.line.poll(number, at(ms), dice) {
            Polled::NeedsRevival => self.line.revive(number, at(ms), dice),
            polled => polled,
        };
        match polled {
            Polled::Waiting(wait) => {
                fan.told.push((ms, wait.eta.map(Span::ms)));
                self.schedule(ms + wait.poll_after.ms() as i64, number, true);
            }
            Polled::Pass(_) => {
                fan.is_over = true;
                self.line.fetched(number);
                let opened_ms = self.first_admission_ms.expect("somebody was let in");
                let told = std::mem::take(&mut fan.told).into_iter();
                self.told.extend(told.filter_map(|(told_ms, eta_ms)| {
                    Some(Told {
                        after_s: (told_ms - opened_ms) as f64 / 1e3,
                        eta_s: eta_ms? as f64 / 1e3,
                        waited_s: (ms - told_ms) as f64 / 1e3,
                    })
                }));
                let shops_ms = self.dice.span_ms(self.crowd.shops_for).min(PASS_TTL.ms() as i64);
                self.schedule(ms + shops_ms, number, false);
            }
            Polled::NeedsRevival | Polled::Ended(_) | Polled::Unknown => {}
        }
    }

    /// Lets in what cap and rate allow.
    fn admit(&mut self, ms: i64) {
        let rate = f64::from(self.crowd.admits_per_second) * STEP_MS as f64 / 1e3;
        self.rate_left = (self.rate_left + rate).min(rate.max(1.0));
        let free = self.crowd.live_passes_max.saturating_sub(self.line.counts().live_passes);
        let limit = (self.rate_left as u32).min(free);
        let next: Vec<u64> = self.line.next(limit as usize, at(ms)).map(|(number, _)| number).collect();
        for number in next {
            self.rate_left -= 1.0;
            self.first_admission_ms.get_or_insert(ms);
            self.line.admitted(number, at(ms), at(ms).plus(PASS_TTL));
        }
    }

    fn step(&mut self, step: usize) {
        let ms = step as i64 * STEP_MS - 120_000;
        let per_step = if ms < 0 {
            self.crowd.early as f64 / 1_200.0
        } else {
            self.crowd.joins_per_second * STEP_MS as f64 / 1e3
        };
        let whole = per_step.floor() as u64 + u64::from(self.dice.share() < per_step.fract());
        for _ in 0..whole {
            self.join(ms);
        }
        for number in std::mem::take(&mut self.polls[step]) {
            self.poll(number, ms);
        }
        for number in std::mem::take(&mut self.ends[step]) {
            self.line.ended(number, PlaceEnd::Used, at(ms));
        }
        for (number, _) in self.line.passes_due(at(ms), 1_000) {
            let is_fetched = self.fans[number as usize - 1].is_over;
            if is_fetched && !self.line.withdrawn(number) {
                self.line.ended(number, PlaceEnd::Expired, at(ms));
            }
        }
        while self.line.tick(at(ms)) {}
        if ms >= 0 {
            self.admit(ms);
        }
    }
}

impl Crowd {
    /// Plays the night and returns every estimate told to those who were let in.
    pub fn play(self) -> Vec<Told> {
        let steps = ((self.runs_for_s + 120) * 1_000 / STEP_MS) as usize;
        let pace = Pace {
            opens_at: at(0),
            live_passes_max: self.live_passes_max,
            admits_per_second: self.admits_per_second,
            is_paused: false,
        };
        let mut night = Night {
            crowd: self,
            line: Line::new(at(-120_000), pace),
            dice: Dice(self.seed),
            fans: Vec::new(),
            polls: vec![Vec::new(); steps],
            ends: vec![Vec::new(); steps],
            first_admission_ms: None,
            told: Vec::new(),
            rate_left: 0.0,
        };
        for step in 0..steps {
            night.step(step);
        }
        night.told
    }
}
