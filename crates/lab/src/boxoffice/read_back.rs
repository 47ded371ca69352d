//! Looking up what was acknowledged: is it there, as it was told?

use std::time::Duration;

use hyper::Method;
use serde::Deserialize;

use super::{Bench, Held};
use crate::client::{Answer, Silence};
use crate::draft::Draft;
use crate::load::{Load, Script};
use crate::report::ReadBack;

/// Connections used to look up.
const CONNECTIONS: usize = 64;
/// Looking up is bounded by what was acknowledged, and by this.
const LOOKING_MAX: Duration = Duration::from_secs(1_800);

/// What an acknowledged hold should be by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Hold,
    Booking,
    /// Its payment was sent and nobody answered.
    HoldOrBooking,
}

/// Looks each up, or the share of them that the bench says; those that were not found as expected are missing.
pub(crate) fn read_back(bench: &Bench, held: &[Held], expected: Expected) -> anyhow::Result<ReadBack> {
    let mut dice = bench.dice();
    let chosen: Vec<Held> = held.iter().filter(|_| dice.f64() < bench.read_back_share).copied().collect();
    let examined = chosen.len() as u64;
    let script = LookUps { run: bench.run.clone(), held: chosen.into_iter(), expected, found: 0 };
    let load = Load::saturating(bench.target.clone(), CONNECTIONS, LOOKING_MAX);
    let (_, script) = crate::load::run(&load, script)?;
    Ok(ReadBack { acknowledged: held.len() as u64, examined, missing: examined - script.found })
}

struct LookUps {
    run: String,
    held: std::vec::IntoIter<Held>,
    expected: Expected,
    found: u64,
}

impl Script for LookUps {
    type Errand = Held;

    fn ask(&mut self, draft: &mut Draft) -> Option<Held> {
        let held = self.held.next()?;
        let (run, buyer, performance) = (&self.run, held.buyer, held.seat.performance);
        let path = format_args!("/api/reservations/status/{run}-{buyer}/{performance}");
        draft.start("status", Method::GET, path);
        Some(held)
    }

    fn answered(&mut self, held: Held, outcome: Result<Answer, Silence>) {
        self.found += u64::from(outcome.is_ok_and(|answer| shows(&answer.body, held, self.expected)));
    }
}

fn shows(body: &[u8], held: Held, expected: Expected) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Statuses {
        reservation_status_responses: Vec<Status>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Status {
        temporal_reservation_id: u64,
        is_temporary: bool,
        seat: SeatShown,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SeatShown {
        seat_number: u32,
    }
    let Ok(statuses) = serde_json::from_slice::<Statuses>(body) else { return false };
    statuses.reservation_status_responses.iter().any(|status| {
        status.temporal_reservation_id == held.hold
            && status.seat.seat_number == held.seat.number
            && match expected {
                Expected::Hold => status.is_temporary,
                Expected::Booking => !status.is_temporary,
                Expected::HoldOrBooking => true,
            }
    })
}
