//! The bench against a fake house: what it counts, and which lies it finds.

mod fake_house;

use std::time::Duration;

use fake_house::{Defect, open};
use usher_lab::acks::{self, Op};
use usher_lab::bare::Bare;
use usher_lab::boxoffice::reads::{Read, Readable, read};
use usher_lab::boxoffice::steady::{Steady, churn};
use usher_lab::boxoffice::{Bench, Press, holds, performances_ahead, purchases};
use usher_lab::report::ReadBack;

const PRESS: Press = Press { in_flight: 16, lasting: Duration::from_secs(1) };

fn bench(house: &Bare) -> Bench {
    Bench {
        target: house.address().into(),
        admin: None,
        server_pid: Some(std::process::id()),
        acks: None,
        read_back_share: 1.0,
        rng: 1,
        run: "t".to_owned(),
    }
}

#[test]
fn every_acknowledged_hold_is_recorded_and_read_back() {
    let house = open(Defect::None);
    let folder = tempfile::tempdir().unwrap();
    let acks = folder.path().join("acks");
    let report = holds::hot(&Bench { acks: Some(acks.clone()), ..bench(&house) }, PRESS, 1_000).unwrap();
    let line = report.line("hold").unwrap();
    assert_eq!(report.failures, [""; 0]);
    assert!(line.ok > 0 && line.ko == 0 && line.ok == line.requests, "{report}");
    let read_back = ReadBack { acknowledged: line.ok, examined: line.ok, missing: 0 };
    assert_eq!(report.read_back, Some(read_back));
    let told = acks::read(&acks).unwrap().map(Result::unwrap);
    assert_eq!(told.filter(|ack| ack.op == Op::Hold && ack.status == 201).count() as u64, line.ok);
}

#[test]
fn a_hold_that_was_acknowledged_and_forgotten_is_found_missing() {
    let house = open(Defect::ForgetsHolds);
    let report = holds::hot(&bench(&house), PRESS, 1_000).unwrap();
    assert!(report.read_back.unwrap().missing > 0);
    assert_eq!(report.failures.len(), 1, "{report}");
}

#[test]
fn a_performance_is_sold_out_exactly() {
    let house = open(Defect::None);
    let report = purchases::sell_out(&bench(&house), 16, 1_000).unwrap();
    assert_eq!(report.failures, [""; 0]);
    assert_eq!(report.line("pay").unwrap().ok, 1_000);
    assert_eq!(report.line("hold").unwrap().refusals["409 seat-taken"], 200);
}

#[test]
fn a_seat_sold_twice_is_no_exact_sale() {
    let house = open(Defect::SellsTwice);
    let report = purchases::sell_out(&bench(&house), 16, 1_000).unwrap();
    assert!(report.failures.contains(&"the performance is not sold out exactly".to_owned()), "{report}");
}

#[test]
fn spread_holds_and_reads_find_what_lies_ahead() {
    let house = open(Defect::None);
    let report = purchases::lasting(&bench(&house), PRESS, 100).unwrap();
    assert_eq!(report.failures, [""; 0], "{report}");
    let report = holds::spread(&Bench { run: "s".to_owned(), ..bench(&house) }, PRESS, 1..=1).unwrap();
    assert!(report.line("hold").unwrap().ok > 0, "{report}");
    let ahead = performances_ahead(&house.address().into(), 1..=1).unwrap();
    let performances = ahead.iter().map(|ahead| ahead.performance).collect();
    let readable = Readable { performances, concerts: 1..=10, users: 1..=10 };
    let report = read(&bench(&house), PRESS, None, Read::Dates, readable.clone()).unwrap();
    assert_eq!(report.line("dates").unwrap().ko, 0);
    let report = read(&bench(&house), PRESS, Some(200.0), Read::History, readable).unwrap();
    assert_eq!(report.line("history").unwrap().ok, 200, "a plan's arrivals are all sent");
    assert_eq!(report.unsent, 0);
}

#[test]
fn churn_gives_back_what_it_holds_with_reads_beside() {
    let house = open(Defect::None);
    let (performances, seats, buyers, users) = (10, 20, 50, 1..=10);
    let steady = Steady { performances, seats, buyers, reads_per_second: 100.0, users, wal: None };
    let report = churn(&bench(&house), PRESS, &steady).unwrap();
    let [held, given_back] = ["hold", "give-back"].map(|kind| report.line(kind).unwrap());
    assert_eq!((held.ko, given_back.ko), (0, 0), "{report}");
    assert_eq!(report.read_back.unwrap().acknowledged, held.ok - given_back.ok);
    assert_eq!([report.line("seats").unwrap().ok, report.line("history").unwrap().ok], [100, 100]);
}
