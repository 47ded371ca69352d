//! Kill -9 of the real server with hundreds of requests in flight: judged by what clients were told.

#![expect(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]

use std::path::PathBuf;

use usher_lab::drill::house::Store;
use usher_lab::drill::report::Report;
use usher_lab::drill::{Drill, Victim, box_office, line};

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A few rounds; `scripts/drills/kill` asks for twenty.
fn drill(store: Store, victim: Victim, work: PathBuf) -> Drill {
    // Whatever is built while the drill runs, the binary stays the same.
    let usher = work.join("usher");
    std::fs::copy(env!("CARGO_BIN_EXE_usher"), &usher).unwrap();
    let rounds = number("DRILL_ROUNDS", 3);
    let rng = number("DRILL_RNG", 1) as u64;
    Drill { usher, store, victim, rounds, writes_min: 1_000, in_flight_min: 500, work, rng }
}

fn judge(drill: &Drill, report: &Report) {
    println!("{report}");
    assert!(report.failures.is_empty(), "{report}");
    assert_eq!(report.rounds.len(), drill.rounds);
    assert!(report.rounds.iter().all(|round| round.in_flight >= 500 && round.writes >= 1_000), "{report}");
    assert!(report.ended_with.contains("status: 0"), "{report}");
    assert!(report.kills_in_start_up >= 3, "{report}");
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let drill = drill(Store::Directory(folder.path().join("data")), Victim::Server, folder.path().into());
    judge(&drill, &box_office(&drill).unwrap());
}

fn judge_line(drill: Drill) {
    // Joining and leaving is quick: so many writes take a second or more, with ten admissions.
    let drill = Drill { writes_min: 10_000, ..drill };
    let report = line(&drill).unwrap();
    judge(&drill, &report);
    let all_joined_and_let_in = report.rounds.iter().all(|round| {
        let came = |wanted| round.acknowledged.iter().any(|(kind, count)| *kind == wanted && *count > 0);
        came("places") && came("passes")
    });
    assert!(all_joined_and_let_in, "{report}");
}

#[test]
fn nobody_loses_a_place_or_a_pass_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let drill = drill(Store::Directory(folder.path().join("data")), Victim::Server, folder.path().into());
    judge_line(drill);
}

/// `DRILL_MYSQL`: a database of a MariaDB that `scripts/mariadb` keeps in the directory `DRILL_DATABASE`.
fn mysql() -> (Store, PathBuf) {
    let told = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    (Store::Url(told("DRILL_MYSQL")), told("DRILL_DATABASE").into())
}

#[test]
#[ignore = "needs a MariaDB: scripts/drills/kill mysql"]
fn nothing_acknowledged_is_lost_or_doubled_on_mariadb_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let drill = drill(mysql().0, Victim::Server, folder.path().into());
    judge(&drill, &box_office(&drill).unwrap());
}

#[test]
#[ignore = "needs a MariaDB: scripts/drills/kill mysql-line"]
fn nobody_loses_a_place_or_a_pass_on_mariadb_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    judge_line(drill(mysql().0, Victim::Server, folder.path().into()));
}

#[test]
#[ignore = "needs a MariaDB: scripts/drills/kill mysql-database"]
fn nothing_acknowledged_is_lost_or_doubled_by_a_kill_of_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let (store, dir) = mysql();
    let script = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/mariadb"));
    let drill = drill(store, Victim::Database { script, dir }, folder.path().into());
    judge(&drill, &box_office(&drill).unwrap());
}
