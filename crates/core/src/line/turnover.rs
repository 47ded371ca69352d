//! How long passes live, learnt by their age, and how fast they will make room from now on.
//!
//! A full room lets in as many as it lets go. Right after the first fill that is not yet what it will be: people
//! who came together go together, and who stays for long is seen only later. So each age has its own hazard of
//! ending (Kaplan and Meier, "Nonparametric estimation from incomplete observations", 1958: passes that still live
//! count for the ages they have passed), and those who live now are aged forward step by step.

use std::collections::VecDeque;

use super::live_count::queue_bytes;
use crate::{Span, Timestamp};

/// The width of an age, and of a step of the forecast.
pub(super) const STEP: Span = Span::from_secs(2);
/// Six minutes; the last age holds all that are older.
const AGES: usize = 180;
/// What is learnt at an age weighs against this many ends at the hazard of the age before.
const ENDS_BEFORE: f64 = 4.0;
/// What was learnt loses this share of its weight in a step: half in 3.5 minutes.
const FORGOTTEN: f64 = 1.0 / 150.0;

#[derive(Debug, Default, Clone, Copy)]
struct Learnt {
    lived_ms: f64,
    ended: f64,
}

/// Passes by age.
#[derive(Debug)]
pub(super) struct Turnover {
    /// How many live, by the step in which they were given; the newest last.
    given: VecDeque<u32>,
    /// The step of the newest.
    step: i64,
    counted_until: Timestamp,
    /// By age, the youngest first.
    learnt: Box<[Learnt; AGES]>,
    /// How long a pass lives if nothing ends or lengthens it.
    ttl: Span,
}

impl Turnover {
    pub fn new(now: Timestamp) -> Self {
        let learnt = Box::new([Learnt::default(); AGES]);
        Self {
            given: VecDeque::from([0]),
            step: step_of(now),
            counted_until: now,
            learnt,
            ttl: Span::default(),
        }
    }

    pub fn given(&mut self, at: Timestamp, ttl: Span) {
        self.ttl = ttl;
        let age = self.age(at);
        *self.living(age) += 1;
    }

    pub fn ended(&mut self, given_at: Timestamp) {
        let age = self.age(given_at);
        self.learnt[age].ended += 1.0;
        let living = self.living(age);
        *living = living.saturating_sub(1);
    }

    fn age(&self, given_at: Timestamp) -> usize {
        ((self.step - step_of(given_at)).max(0) as usize).min(self.given.len() - 1)
    }

    fn living(&mut self, age: usize) -> &mut u32 {
        let newest = self.given.len() - 1;
        &mut self.given[newest - age]
    }

    /// Counts the time since the last call.
    pub fn count(&mut self, now: Timestamp) {
        let ms = now.since(self.counted_until).ms() as f64;
        self.counted_until = self.counted_until.max(now);
        for (learnt, living) in self.learnt.iter_mut().zip(self.given.iter().rev()) {
            learnt.lived_ms += f64::from(*living) * ms;
        }
        let steps = (step_of(now) - self.step).max(0);
        self.step += steps;
        for _ in 0..steps.min(AGES as i64) {
            self.age_by_a_step();
        }
    }

    fn age_by_a_step(&mut self) {
        self.given.push_back(0);
        if self.given.len() > AGES {
            let oldest = self.given.pop_front().unwrap_or(0);
            self.given[0] += oldest;
        }
        for learnt in self.learnt.iter_mut() {
            learnt.lived_ms *= 1.0 - FORGOTTEN;
            learnt.ended *= 1.0 - FORGOTTEN;
        }
    }

    /// The share of each age that ends within a step.
    fn ending(&self) -> [f64; AGES] {
        let lived_ms: f64 = self.learnt.iter().map(|learnt| learnt.lived_ms).sum();
        let ended: f64 = self.learnt.iter().map(|learnt| learnt.ended).sum();
        let mut hazard = ended / lived_ms.max(1.0);
        let ttl_age = (self.ttl.ms() / STEP.ms()) as usize;
        let mut ending = [0.0; AGES];
        for (age, learnt) in self.learnt.iter().enumerate() {
            if age == ttl_age {
                hazard = 1.0 / STEP.ms() as f64;
            }
            if hazard > 0.0 || learnt.ended > 0.0 {
                let before_ms = if hazard > 0.0 { ENDS_BEFORE / hazard } else { 0.0 };
                hazard = (learnt.ended + ENDS_BEFORE) / (learnt.lived_ms + before_ms).max(1.0);
            }
            ending[age] = 1.0 - (-hazard * STEP.ms() as f64).exp();
        }
        ending
    }

    /// How many are let in during each of the coming steps, if at most `admits_max` are in a step and never more
    /// than `live_max` live.
    pub fn admissions(&self, steps: usize, admits_max: f64, live_max: f64) -> Vec<f64> {
        let ending = self.ending();
        let mut living = [0.0; AGES];
        for (living, given) in living.iter_mut().zip(self.given.iter().rev()) {
            *living = f64::from(*given);
        }
        let mut coming = Vec::with_capacity(steps);
        for _ in 0..steps {
            living[AGES - 1] += living[AGES - 2];
            living.copy_within(..AGES - 2, 1);
            living[0] = 0.0;
            let mut total = 0.0;
            for age in 1..AGES {
                // The oldest age keeps its own hazard; all others have just left the age before.
                living[age] *= 1.0 - ending[if age == AGES - 1 { age } else { age - 1 }];
                total += living[age];
            }
            // Who is let in during a step is there for half of it, and makes room again if gone by then.
            let stays = 1.0 - ending[0] / 2.0;
            let admitted = ((live_max - total).max(0.0) / stays).min(admits_max);
            living[0] = admitted * stays;
            coming.push(admitted);
        }
        coming
    }

    pub fn heap_bytes(&self) -> usize {
        queue_bytes(&self.given) + size_of::<[Learnt; AGES]>()
    }
}

fn step_of(at: Timestamp) -> i64 {
    at.unix_ms().div_euclid(STEP.ms() as i64)
}
