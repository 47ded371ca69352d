//! Reads: free seats, dates and histories, at saturation or at a fixed rate.

use std::ops::RangeInclusive;
use std::time::Duration;

use hyper::Method;

use super::{Bench, Press};
use crate::acks::now_ms;
use crate::client::{Answer, Silence};
use crate::draft::Draft;
use crate::load::{Load, Script};
use crate::pace::{Arrivals, Pace};
use crate::report::Phase;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    Seats,
    Dates,
    History,
}

impl Read {
    /// Its name in reports.
    pub fn kind(self) -> &'static str {
        match self {
            Read::Seats => "seats",
            Read::Dates => "dates",
            Read::History => "history",
        }
    }
}

/// What there is to read; each read takes one at random.
#[derive(Clone, Debug)]
pub struct Readable {
    pub performances: Vec<u64>,
    pub concerts: RangeInclusive<u64>,
    /// Users of the dataset, who have movements.
    pub users: RangeInclusive<u64>,
}

/// Reads as fast as they are answered, or `per_second` of them whatever the server does.
pub fn read(
    bench: &Bench,
    press: Press,
    per_second: Option<f64>,
    what: Read,
    readable: Readable,
) -> anyhow::Result<Phase> {
    let keys = match what {
        Read::Seats => readable.performances.len(),
        Read::Dates => readable.concerts.clone().count(),
        Read::History => readable.users.clone().count(),
    };
    anyhow::ensure!(keys > 0, "there is nothing to read");
    let kind = what.kind();
    let (name, pace) = match per_second {
        None => (format!("{kind}-{}", press.in_flight), Pace::Saturating { lasting: press.lasting }),
        Some(rate) => (format!("{kind}-at-{rate}"), Pace::Arriving(Arrivals::constant(rate, press.lasting))),
    };
    let load = Load { pace, ..bench.load(press) };
    let (mut report, _) = bench.measure(&name, &load, Reads::new(vec![what], readable, bench.dice()))?;
    report.notes.push(format!("{keys} different answers, each as likely"));
    Ok(report)
}

/// How many connections carry the reads beside a load.
const CONNECTIONS_BESIDE: usize = 32;

/// Reads at a fixed rate beside another load, the kinds by turns.
pub(crate) fn beside(bench: &Bench, per_second: f64, lasting: Duration) -> Load {
    let press = Press { in_flight: CONNECTIONS_BESIDE, lasting };
    Load { pace: Pace::Arriving(Arrivals::constant(per_second, lasting)), ..bench.load(press) }
}

/// Reads of several kinds, by turns.
pub(crate) struct Reads {
    turns: Vec<Read>,
    next: usize,
    readable: Readable,
    dice: fastrand::Rng,
}

impl Reads {
    pub(crate) fn new(turns: Vec<Read>, readable: Readable, dice: fastrand::Rng) -> Self {
        Self { turns, next: 0, readable, dice }
    }
}

impl Script for Reads {
    type Errand = ();

    fn ask(&mut self, draft: &mut Draft) -> Option<()> {
        let what = *self.turns.get(self.next)?;
        self.next = (self.next + 1) % self.turns.len();
        let Self { readable, dice, .. } = self;
        match what {
            Read::Seats => {
                let performance = dice.choice(&readable.performances)?;
                let path = format_args!("/api/availability/seats/{performance}/{}", now_ms());
                draft.start(what.kind(), Method::GET, path);
            }
            Read::Dates => {
                let concert = dice.u64(readable.concerts.clone());
                draft.start(what.kind(), Method::GET, format_args!("/api/availability/dates/{concert}"));
            }
            Read::History => {
                let user = dice.u64(readable.users.clone());
                draft.start(what.kind(), Method::GET, format_args!("/api/user-balance/histories/{user}"));
            }
        }
        Some(())
    }

    fn answered(&mut self, (): (), _: Result<Answer, Silence>) {}
}
