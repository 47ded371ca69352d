//! The box office bench: holds, purchases, steady churn, reads and the line, against a running house.

pub mod holds;
pub mod line;
pub(crate) mod prepare;
pub mod purchases;
mod read_back;
pub mod reads;
mod record;
pub mod steady;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use crate::cpu;
use crate::load::{Load, Run, Script};
use crate::report::{Phase, ReadBack};
use crate::scrape::Counters;
use crate::target::Target;

pub use prepare::{Ahead, performances_ahead};

/// Where the house is and how much of what it says is proven.
#[derive(Clone, Debug)]
pub struct Bench {
    pub target: Target,
    /// Its admin listener, whose counters are compared.
    pub admin: Option<Target>,
    /// Its process, whose CPU time is compared.
    pub server_pid: Option<u32>,
    /// Where answers are recorded.
    pub acks: Option<PathBuf>,
    /// What share of the acknowledged changes is looked up again, 0.0 to 1.0.
    pub read_back_share: f64,
    /// Seeds every choice of seats and users.
    pub rng: u64,
    /// Begins the name of every user and key, so that runs against the same house do not meet.
    pub run: String,
}

/// How long a phase lasts and how hard it presses.
#[derive(Clone, Copy, Debug)]
pub struct Press {
    pub in_flight: usize,
    pub lasting: Duration,
}

/// A seat of a performance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    pub performance: u64,
    pub number: u32,
}

/// A hold that was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The number in the name of the user who holds it.
    pub buyer: u64,
    pub seat: Seat,
    /// `temporalReservationId`.
    pub hold: u64,
}

impl Bench {
    fn load(&self, press: Press) -> Load {
        Load::saturating(self.target.clone(), press.in_flight, press.lasting)
    }

    /// Dice that fall the same way in every run with the same seed.
    fn dice(&self) -> fastrand::Rng {
        fastrand::Rng::with_seed(self.rng)
    }

    /// Runs a phase of one load: counters and the server's CPU are compared around it.
    fn measure<S: Script + 'static>(
        &self,
        phase: &str,
        load: &Load,
        script: S,
    ) -> anyhow::Result<(Phase, S)> {
        let (phase, (_, script)) = self.observe(phase, || {
            let (run, script) = crate::load::run(load, script)?;
            Ok((vec![run], script))
        })?;
        Ok((phase, script))
    }

    /// Runs a phase and reports its runs beside what the server says of itself.
    fn observe<T>(
        &self,
        phase: &str,
        work: impl FnOnce() -> anyhow::Result<(Vec<Run>, T)>,
    ) -> anyhow::Result<(Phase, (Vec<Run>, T))> {
        let counters_before = self.counters()?;
        let cpu_before = self.server_cpu()?;
        let (runs, result) = work()?;
        let cpu_after = self.server_cpu()?;
        let counters_after = self.counters()?;
        let mut report = Phase::of_runs(phase.to_owned(), &runs);
        report.server_micros_per_request = cpu_before
            .zip(cpu_after)
            .map(|(before, after)| cpu::micros_per_request(after.saturating_sub(before), report.requests()));
        report.counters = match (counters_before, counters_after) {
            (Some(before), Some(after)) => after.since(&before),
            (None, _) | (_, None) => BTreeMap::new(),
        };
        if report.lines.iter().all(|line| line.ok == 0) {
            report.failures.push("nothing was accepted".to_owned());
        }
        Ok((report, (runs, result)))
    }

    fn server_cpu(&self) -> anyhow::Result<Option<Duration>> {
        let Some(pid) = self.server_pid else { return Ok(None) };
        cpu::of_process(pid).with_context(|| format!("there is no process {pid}")).map(Some)
    }

    fn counters(&self) -> anyhow::Result<Option<Counters>> {
        let Some(admin) = &self.admin else { return Ok(None) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Some(runtime.block_on(Counters::read(admin))?))
    }
}

/// Takes the result of a look-up into the report.
fn note_read_back(report: &mut Phase, result: ReadBack) {
    if result.missing > 0 {
        report.failures.push(format!("{} acknowledged changes are missing", result.missing));
    }
    report.read_back = Some(result);
}
