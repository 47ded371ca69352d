//! Steady churn: holds and gives-back at saturation for minutes, with reads at a fixed rate beside.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use hyper::Method;

use super::holds::{ask_for_hold, granted};
use super::prepare::{self, Offer};
use super::read_back::{Expected, read_back};
use super::reads::{Read, Readable, Reads, beside};
use super::record::{Record, Told};
use super::{Bench, Held, Press, Seat, note_read_back};
use crate::client::{Answer, Silence};
use crate::draft::Draft;
use crate::load::{LoadError, Run, Script};
use crate::report::{Phase, Wal};

/// How the churn is shaped.
#[derive(Clone, Debug)]
pub struct Steady {
    pub performances: u64,
    pub seats: u32,
    /// Users who take turns.
    pub buyers: u64,
    /// Seat reads a second beside, and as many history reads.
    pub reads_per_second: f64,
    /// Users of the dataset whose histories are read.
    pub users: RangeInclusive<u64>,
    /// The write-ahead log whose size is watched.
    pub wal: Option<PathBuf>,
}

/// No answer may take longer.
const ANSWER_MS_MAX: f64 = 500.0;
/// The write-ahead log may not grow beyond this.
const WAL_BYTES_MAX: u64 = 512 << 20;

/// Holds a free seat, gives it back, and so on.
pub fn churn(bench: &Bench, press: Press, steady: &Steady) -> anyhow::Result<Phase> {
    let performances = prepare::create(&bench.target, steady.performances, Offer::of_seats(steady.seats))?;
    let free = performances
        .iter()
        .flat_map(|&performance| (1..=steady.seats).map(move |number| Seat { performance, number }));
    let script = Churn {
        run: bench.run.clone(),
        buyers: steady.buyers,
        free: free.collect(),
        held: Vec::new(),
        asked: 0,
        dice: bench.dice(),
        record: Record::keep(&bench.run, bench.acks.as_deref())?,
    };
    let readable = Readable { performances, concerts: 1..=1, users: steady.users.clone() };
    let readers = Reads::new(vec![Read::Seats, Read::History], readable, bench.dice());
    let (mut report, (_, (script, wal))) = bench.observe(&format!("steady-{}", press.in_flight), || {
        let (runs, script, wal) = side_by_side(bench, press, steady, script, readers)?;
        Ok((runs, (script, wal)))
    })?;
    script.record.finish()?;
    report.wal = wal;
    judge(&mut report);
    note_read_back(&mut report, read_back(bench, &script.held, Expected::Hold)?);
    Ok(report)
}

fn side_by_side(
    bench: &Bench,
    press: Press,
    steady: &Steady,
    script: Churn,
    readers: Reads,
) -> anyhow::Result<(Vec<Run>, Churn, Option<Wal>)> {
    let reading = beside(bench, 2.0 * steady.reads_per_second, press.lasting);
    let (over, is_over) = channel();
    std::thread::scope(|scope| {
        let reads = (steady.reads_per_second > 0.0)
            .then(|| scope.spawn(move || Ok::<_, LoadError>(crate::load::run(&reading, readers)?.0)));
        let watch = steady.wal.as_deref().map(|path| scope.spawn(move || watch(path, &is_over)));
        let churned = crate::load::run(&bench.load(press), script);
        drop(over);
        let read = reads.map(|reads| reads.join().expect("a reader does not panic")).transpose()?;
        let wal = watch.map(|watch| watch.join().expect("watching a file does not panic"));
        let (run, script) = churned?;
        Ok((std::iter::once(run).chain(read).collect(), script, wal))
    })
}

/// How often the size is looked at.
const WATCH_EVERY: Duration = Duration::from_millis(100);

/// Watches a file's size until the other end is dropped; a file that is not there has none.
fn watch(path: &Path, is_over: &Receiver<()>) -> Wal {
    let mut wal = Wal::default();
    loop {
        wal.last_bytes = std::fs::metadata(path).map_or(0, |file| file.len());
        wal.max_bytes = wal.max_bytes.max(wal.last_bytes);
        match is_over.recv_timeout(WATCH_EVERY) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return wal,
        }
    }
}

fn judge(report: &mut Phase) {
    let mut failures = Vec::new();
    for line in &report.lines {
        let longest = line.max_ms.max(line.ko_max_ms);
        if longest > ANSWER_MS_MAX {
            failures.push(format!("a {} took {longest:.0} ms, over {ANSWER_MS_MAX} ms", line.kind));
        }
        let (first, last) = (line.first_p99_ms, line.last_p99_ms);
        if last > 2.0 * first {
            failures.push(format!("{}: p99 went from {first:.1} to {last:.1} ms, over twice", line.kind));
        }
    }
    if let Some(wal) = report.wal.filter(|wal| wal.max_bytes > WAL_BYTES_MAX) {
        failures.push(format!(
            "the WAL grew to {} MiB, over {} MiB",
            wal.max_bytes >> 20,
            WAL_BYTES_MAX >> 20
        ));
    }
    report.failures.extend(failures);
}

enum Step {
    Hold { key: u64, buyer: u64, seat: Seat },
    GiveBack(Held),
}

struct Churn {
    run: String,
    buyers: u64,
    free: Vec<Seat>,
    held: Vec<Held>,
    asked: u64,
    dice: fastrand::Rng,
    record: Record,
}

impl Script for Churn {
    type Errand = Step;

    fn ask(&mut self, draft: &mut Draft) -> Option<Step> {
        if let Some(held) = self.held.pop() {
            draft.start("give-back", Method::DELETE, format_args!("/api/reservations/{}", held.hold));
            return Some(Step::GiveBack(held));
        }
        if self.free.is_empty() {
            return None;
        }
        let seat = self.free.swap_remove(self.dice.usize(..self.free.len()));
        self.asked += 1;
        let (key, buyer) = (self.asked, self.asked % self.buyers + 1);
        ask_for_hold(draft, &self.run, buyer, key, seat);
        Some(Step::Hold { key, buyer, seat })
    }

    fn answered(&mut self, step: Step, outcome: Result<Answer, Silence>) {
        let told = Told::from(&outcome);
        match step {
            Step::Hold { key, buyer, seat } => {
                let hold = granted(&outcome);
                self.record.hold(buyer, key, seat, told, hold);
                match (hold, outcome) {
                    (Some(hold), _) => self.held.push(Held { buyer, seat, hold }),
                    // Refused: nobody has it by this crowd's doing.
                    (None, Ok(_)) => self.free.push(seat),
                    // Unanswered: it may be held, so it is left alone.
                    (None, Err(_)) => {}
                }
            }
            Step::GiveBack(held) => {
                self.record.give_back(&held, told);
                match outcome {
                    Ok(answer) if answer.is_ok() => self.free.push(held.seat),
                    // Refused or unanswered: whether it is still held is not known, so it is left alone.
                    Ok(_) | Err(_) => {}
                }
            }
        }
    }
}
