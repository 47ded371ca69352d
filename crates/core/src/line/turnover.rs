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
pub(super) const STEP: Span = Span::from_secs(1);
/// Six minutes; the last age holds all that are older.
const AGES: usize = 360;
/// What is learnt at an age weighs against this many ends at the share of the age before.
const ENDS_BEFORE: f64 = 4.0;
/// What was learnt keeps this share of its weight in a step: half in 3.5 minutes.
const REMEMBERED: f64 = 299.0 / 300.0;
/// What to expect of an age that comes to the end of its time before any was seen to.
const ENDS_BY_TTL: f64 = 0.5;

/// A line of the life table.
#[derive(Debug, Default, Clone, Copy)]
struct Learnt {
    /// How many came to this age, and how many of them ended at it.
    came: f64,
    ended: f64,
    /// How many ended at it in the step that is not over yet.
    ended_now: u32,
}

/// Passes by age.
#[derive(Debug)]
pub(super) struct Turnover {
    /// How many live, by the step in which they were given; the newest last.
    given: VecDeque<u32>,
    /// The step of the newest.
    step: i64,
    /// By age, the youngest first.
    learnt: Box<[Learnt; AGES]>,
    /// How long a pass lives if nothing ends or lengthens it.
    ttl: Span,
}

impl Turnover {
    pub fn new(now: Timestamp) -> Self {
        let learnt = Box::new([Learnt::default(); AGES]);
        Self { given: VecDeque::from([0]), step: step_of(now), learnt, ttl: Span::default() }
    }

    pub fn given(&mut self, at: Timestamp, ttl: Span) {
        self.ttl = ttl;
        let age = self.age(at);
        *self.living(age) += 1;
    }

    pub fn ended(&mut self, given_at: Timestamp) {
        let age = self.age(given_at);
        self.learnt[age].ended_now += 1;
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

    /// Lets everybody grow older until now.
    pub fn count(&mut self, now: Timestamp) {
        let steps = (step_of(now) - self.step).max(0);
        self.step += steps;
        for _ in 0..steps.min(AGES as i64) {
            self.age_by_a_step();
        }
    }

    fn age_by_a_step(&mut self) {
        for (learnt, living) in self.learnt.iter_mut().zip(self.given.iter().rev()) {
            let ended_now = f64::from(std::mem::take(&mut learnt.ended_now));
            learnt.came = learnt.came * REMEMBERED + f64::from(*living) + ended_now;
            learnt.ended = learnt.ended * REMEMBERED + ended_now;
        }
        self.given.push_back(0);
        if self.given.len() > AGES {
            let oldest = self.given.pop_front().unwrap_or(0);
            self.given[0] += oldest;
        }
    }

    /// The share of each age that ends at it.
    fn ending(&self) -> [f64; AGES] {
        let came: f64 = self.learnt.iter().map(|learnt| learnt.came).sum();
        let ended: f64 = self.learnt.iter().map(|learnt| learnt.ended).sum();
        let mut share = ended / came.max(1.0);
        let ttl_age = (self.ttl.ms() / STEP.ms()) as usize;
        let mut ending = [0.0; AGES];
        for (age, learnt) in self.learnt.iter().enumerate() {
            if age == ttl_age {
                share = ENDS_BY_TTL;
            }
            if share > 0.0 {
                share = (learnt.ended + ENDS_BEFORE) / (learnt.came + ENDS_BEFORE / share);
            }
            ending[age] = share;
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
            for (living, ending) in living.iter_mut().zip(&ending) {
                *living *= 1.0 - ending;
                total += *living;
            }
            // Some of those who are let in are gone within the step and make room again.
            let stays = 1.0 - ending[0];
            let admitted = ((live_max - total).max(0.0) / stays.max(0.1)).min(admits_max);
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
