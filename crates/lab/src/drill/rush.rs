//! A crowd presses until the house is killed; and a crowd that sends again what nobody answered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::crowd::{Crowd, Heard};
use crate::acks::now_ms;
use crate::client::{Answer, Silence};
use crate::draft::Draft;
use crate::load::{Load, Script, run};
use crate::pace::Pace;
use crate::target::Target;

/// Connections above the requests that must be in flight: some rest, or have just been answered.
const CONNECTIONS_MORE: usize = 140;
/// How long a house may take to acknowledge a round's writes.
const RUSH_MAX: Duration = Duration::from_secs(120);
/// How long a request may take: longer than the server lets an order wait.
const PATIENCE: Duration = Duration::from_secs(20);
/// When the goal is reached, the kill comes within so long.
const KILL_WITHIN: Duration = Duration::from_millis(40);
/// Connections for sending again and for looking up.
const CONNECTIONS: usize = 64;
/// How long a house that is back may take to answer everything.
const SETTLE_MAX: Duration = Duration::from_secs(120);
const REST: Duration = Duration::from_millis(100);

/// When the kill comes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal {
    pub(super) writes_min: u64,
    pub(super) in_flight_min: usize,
}

/// What there was at the moment of the kill.
#[derive(Clone, Copy, Debug)]
pub(super) struct Killed {
    pub(super) in_flight: usize,
    pub(super) writes: u64,
    /// When, in milliseconds since 1970.
    pub(super) at_ms: u64,
}

/// What the thread that kills must know; it kills under the lock, so that its count is that of the moment.
#[derive(Default)]
struct Pressure {
    in_flight: usize,
    writes: u64,
    /// The kill came, or the rush is over without one.
    over: bool,
}

type Shared = Mutex<Pressure>;

fn look(pressure: &Shared) -> MutexGuard<'_, Pressure> {
    pressure.lock().expect("no holder of this lock panics")
}

struct Rush<C: Crowd> {
    crowd: C,
    pressure: Arc<Shared>,
    unanswered: Vec<C::Errand>,
}

impl<C: Crowd> Script for Rush<C> {
    type Errand = C::Errand;

    fn ask(&mut self, draft: &mut Draft) -> Option<C::Errand> {
        let mut pressure = look(&self.pressure);
        if pressure.over {
            return None;
        }
        let errand = self.crowd.next();
        self.crowd.write(errand, draft);
        pressure.in_flight += 1;
        Some(errand)
    }

    fn answered(&mut self, errand: C::Errand, outcome: Result<Answer, Silence>) {
        let mut pressure = look(&self.pressure);
        pressure.in_flight -= 1;
        match self.crowd.hear(errand, outcome) {
            Heard::Acknowledged => pressure.writes += 1,
            Heard::Answered => {}
            Heard::Silence => self.unanswered.push(errand),
        }
    }
}

/// Presses until the kill; what was there then, and everything that got no answer.
pub(super) fn until_killed<C: Crowd>(
    target: &Target,
    goal: Goal,
    dice: &mut fastrand::Rng,
    kill: impl FnOnce() -> bool + Send + 'static,
    crowd: C,
) -> anyhow::Result<(Killed, C, Vec<C::Errand>)> {
    let pressure = Arc::new(Shared::default());
    let watched = pressure.clone();
    let late = KILL_WITHIN.mul_f64(dice.f64());
    let killer = std::thread::spawn(move || kill_at(goal, late, &watched, kill));
    let load = Load {
        target: target.clone(),
        connections: goal.in_flight_min + CONNECTIONS_MORE,
        pace: Pace::Saturating { lasting: RUSH_MAX },
        patience: PATIENCE,
    };
    let script = Rush { crowd, pressure: pressure.clone(), unanswered: Vec::new() };
    let ran = run(&load, script);
    look(&pressure).over = true;
    let killed = killer.join().expect("the killing thread does not panic");
    let (_, script) = ran?;
    let writes = look(&pressure).writes;
    let killed = killed.with_context(|| format!("{writes} writes in {RUSH_MAX:?}: too few for a kill"))?;
    Ok((killed, script.crowd, script.unanswered))
}

/// Waits for the goal and a moment more, then kills; nothing if the rush is over before.
fn kill_at(goal: Goal, late: Duration, pressure: &Shared, kill: impl FnOnce() -> bool) -> Option<Killed> {
    let mut due = None;
    loop {
        let mut now = look(pressure);
        if now.over {
            return None;
        }
        if now.writes >= goal.writes_min {
            let due = *due.get_or_insert_with(|| Instant::now() + late);
            if now.in_flight >= goal.in_flight_min && due <= Instant::now() {
                now.over = true;
                let killed = Killed { in_flight: now.in_flight, writes: now.writes, at_ms: now_ms() };
                return kill().then_some(killed);
            }
        }
        drop(now);
        std::thread::sleep(Duration::from_micros(200));
    }
}

struct Again<C: Crowd> {
    crowd: C,
    errands: VecDeque<C::Errand>,
    left: Vec<C::Errand>,
}

impl<C: Crowd> Script for Again<C> {
    type Errand = C::Errand;

    fn ask(&mut self, draft: &mut Draft) -> Option<C::Errand> {
        let errand = self.errands.pop_front()?;
        self.crowd.write(errand, draft);
        Some(errand)
    }

    fn answered(&mut self, errand: C::Errand, outcome: Result<Answer, Silence>) {
        if self.crowd.hear(errand, outcome) == Heard::Silence {
            self.left.push(errand);
        }
    }
}

/// Sends these until each is answered; how often some had to be sent.
pub(super) fn settle<C: Crowd>(
    target: &Target,
    mut crowd: C,
    mut errands: Vec<C::Errand>,
) -> anyhow::Result<(usize, C)> {
    let began = Instant::now();
    let mut passes = 0;
    while !errands.is_empty() {
        passes += 1;
        let load = Load {
            target: target.clone(),
            connections: CONNECTIONS.min(errands.len()),
            pace: Pace::Saturating { lasting: SETTLE_MAX },
            patience: PATIENCE,
        };
        let script = Again { crowd, errands: errands.into(), left: Vec::new() };
        let (_, script) = run(&load, script)?;
        ensure!(script.errands.is_empty(), "the house is too slow: {} were not sent", script.errands.len());
        (crowd, errands) = (script.crowd, script.left);
        ensure!(
            errands.is_empty() || began.elapsed() < SETTLE_MAX,
            "{} requests got no answer in {SETTLE_MAX:?}",
            errands.len()
        );
        if !errands.is_empty() {
            std::thread::sleep(REST);
        }
    }
    Ok((passes, crowd))
}
