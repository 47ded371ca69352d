//! Drills: a house is killed under load, again and again, and judged by what its clients were told.
//!
//! Each round sends what is still unanswered again, looks up what was acknowledged, presses the house, and kills it at a
//! random moment with enough requests in flight. [`buyers`] drills the box office.

pub mod buyers;
mod crowd;
pub mod house;
pub mod report;
mod rush;

use std::path::PathBuf;

use anyhow::Context;

use crowd::Crowd;
use house::{House, Store};
use report::{Report, Round};

/// How a drill is run.
#[derive(Clone, Debug)]
pub struct Drill {
    /// The binary.
    pub usher: PathBuf,
    /// Where the house keeps its truth.
    pub store: Store,
    /// What is killed.
    pub victim: Victim,
    /// Kills under load.
    pub rounds: usize,
    /// Writes that must be acknowledged before each kill; up to twice as many more, by chance.
    pub writes_min: u64,
    /// Requests that must be in flight at each kill.
    pub in_flight_min: usize,
    /// A directory for logs and for the record of answers.
    pub work: PathBuf,
    /// Seeds every choice.
    pub rng: u64,
}

/// What is killed under load. The server is always killed while it starts, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Victim {
    Server,
    /// The database that `scripts/mariadb` keeps in this directory.
    Database {
        script: PathBuf,
        dir: PathBuf,
    },
}

/// Runs a drill of the box office.
pub fn box_office(drill: &Drill) -> anyhow::Result<Report> {
    let mut house = House::prepare(drill, &["room.gate=off"]);
    let mut report = Report::default();
    let mut dice = fastrand::Rng::with_seed(drill.rng);
    start(&mut house, &mut report, &mut dice)?;
    let crowd = buyers::Buyers::arrive(&house, drill)?;
    let crowd = rounds(drill, &mut house, &mut report, &mut dice, crowd)?;
    report.acknowledged = crowd.acknowledged();
    let acks = crowd.leave(&mut report)?;
    report.verify(&house, &acks)?;
    Ok(report)
}

/// All rounds, and a last look; the house has ended by then.
fn rounds<C: Crowd>(
    drill: &Drill,
    house: &mut House,
    report: &mut Report,
    dice: &mut fastrand::Rng,
    mut crowd: C,
) -> anyhow::Result<C> {
    for number in 1..=drill.rounds {
        let kill = house.kill_of(&drill.victim)?;
        let goal = rush::Goal {
            writes_min: drill.writes_min + dice.u64(0..=2 * drill.writes_min),
            in_flight_min: drill.in_flight_min,
        };
        let (killed, pressed, unanswered) = rush::until_killed(house.target()?, goal, dice, kill, crowd)
            .with_context(|| format!("in round {number}"))?;
        let resent = unanswered.len();
        revive(house, report, dice, &drill.victim)?;
        let (passes, answered) = rush::settle(house.target()?, pressed, unanswered)
            .with_context(|| format!("sending again after round {number}"))?;
        crowd = answered.check(house, false).with_context(|| format!("looking up after round {number}"))?;
        let (writes, in_flight) = (killed.writes, killed.in_flight);
        report.rounds.push(Round { number, writes, in_flight, resent, passes });
    }
    crowd = crowd.check(house, true).context("the last look-up")?;
    report.ended_with = house.end()?;
    Ok(crowd)
}

/// Brings back what was killed; the server is killed once more on its way.
fn revive(
    house: &mut House,
    report: &mut Report,
    dice: &mut fastrand::Rng,
    victim: &Victim,
) -> anyhow::Result<()> {
    match victim {
        Victim::Server => {
            house.reap()?;
            start(house, report, dice)
        }
        Victim::Database { script, dir } => house::start_database(script, dir),
    }
}

/// Kills the server during a start, then starts it.
fn start(house: &mut House, report: &mut Report, dice: &mut fastrand::Rng) -> anyhow::Result<()> {
    report.kills_in_start_up += usize::from(house.kill_in_start_up(dice.f64())?);
    house.start()
}
