//! Drills: a house is killed under load, again and again, and judged by what its clients were told.
//!
//! Each round sends what is still unanswered again, looks up what was acknowledged, presses the house, and kills it at a
//! random moment with enough requests in flight. [`buyers`] drills the box office, [`fans`] the waiting room.

pub mod buyers;
mod crowd;
pub mod fans;
pub mod house;
pub mod report;
mod rush;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use crowd::Crowd;
use house::{Database, House, Store};
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

/// What is killed under load, and while it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Victim {
    Server,
    /// The database that `scripts/mariadb` keeps in this directory.
    Database {
        script: PathBuf,
        dir: PathBuf,
    },
}

/// How long after its process is there a database is killed while it starts, at most.
const DATABASE_KILL_WITHIN: Duration = Duration::from_millis(400);

/// Runs a drill of the box office.
pub fn box_office(drill: &Drill) -> anyhow::Result<Report> {
    run::<buyers::Buyers>(drill, &["room.gate=off"])
}

/// Runs a drill of the waiting room; no pass ends in it because of its time.
pub fn line(drill: &Drill) -> anyhow::Result<Report> {
    run::<fans::Fans>(drill, &["room.pass_ttl=3600s"])
}

fn run<C: Crowd>(drill: &Drill, settings: &[&str]) -> anyhow::Result<Report> {
    let mut house = House::prepare(drill, settings);
    let mut report = Report::default();
    let mut dice = fastrand::Rng::with_seed(drill.rng);
    start(&mut house, &mut report, &mut dice)?;
    let crowd = C::arrive(&house, drill)?;
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
        let before = crowd.acknowledged();
        let (killed, mut pressed, unanswered) = rush::until_killed(house.target()?, goal, dice, kill, crowd)
            .with_context(|| format!("in round {number}"))?;
        let acknowledged = more(&pressed.acknowledged(), &before);
        let resent = unanswered.len();
        revive(house, report, dice, &drill.victim)?;
        pressed.was_away(killed.at_ms);
        let (sendings, answered) = rush::settle(house.target()?, pressed, unanswered)
            .with_context(|| format!("sending again after round {number}"))?;
        crowd = answered.check(house, false).with_context(|| format!("looking up after round {number}"))?;
        let (writes, in_flight) = (killed.writes, killed.in_flight);
        report.rounds.push(Round { number, writes, acknowledged, in_flight, resent, sendings });
    }
    crowd = crowd.check(house, true).context("the last look-up")?;
    report.ended_with = house.end()?;
    Ok(crowd)
}

/// What came on top, by kind.
fn more(now: &[(&'static str, u64)], before: &[(&'static str, u64)]) -> Vec<(&'static str, u64)> {
    now.iter().zip(before).map(|((kind, now), (_, before))| (*kind, now - before)).collect()
}

/// Brings back what was killed; it is killed once more on its way.
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
        Victim::Database { script, dir } => {
            let database = Database { script, dir };
            let after = DATABASE_KILL_WITHIN.mul_f64(dice.f64());
            report.kills_in_start_up += usize::from(database.kill_in_start_up(after)?);
            database.start()
        }
    }
}

/// Kills the server during a start, then starts it.
fn start(house: &mut House, report: &mut Report, dice: &mut fastrand::Rng) -> anyhow::Result<()> {
    report.kills_in_start_up += usize::from(house.kill_in_start_up(dice.f64())?);
    house.start()
}
