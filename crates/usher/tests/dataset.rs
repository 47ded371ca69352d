//! Seeding and verifying: the dataset is clean, and losing any one row of it is found.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]

mod process;

use std::path::Path;
use std::process::Command;

use process::{Ended, run, text, usher};

fn seeded(folder: &Path) -> std::path::PathBuf {
    let data = folder.join("data");
    let told = usher(&["seed", "--data", text(&data), "--scale", "0.01"]);
    told.must_end_with(0, "");
    assert!(told.stdout.starts_with("seeded 100 concerts, 10000 performances"), "{}", told.stdout);
    data
}

fn verify(data: &Path) -> Ended {
    usher(&["verify", "--data", text(data)])
}

/// Runs a statement with the shell of SQLite, as somebody who tampers would.
fn sqlite3(data: &Path, statement: &str) -> String {
    let told = run(Command::new("sqlite3").arg(data.join("usher.db")).arg(statement));
    assert_eq!(told.status, 0, "{statement}: {told:?}");
    told.stdout.trim().to_string()
}

#[test]
fn the_dataset_is_clean_and_verifying_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = seeded(folder.path());
    let (first, second) = (verify(&data), verify(&data));
    first.must_end_with(0, "");
    assert_eq!(first.stdout, second.stdout);
    for invariant in ["NO-DOUBLE-SALE", "SOLD-STAYS-SOLD", "OWN-LIVE-HOLD", "PAID-IFF-SOLD", "ONE-REFUND"] {
        assert!(first.stdout.contains(&format!("{invariant:16} holds     10,000 ")), "{}", first.stdout);
    }
    assert!(first.stdout.contains("MONEY-CONSERVED  holds     20,000 balances, 20,000 transfers: "));
    assert!(first.stdout.contains("EVENT-PER-CHANGE holds     0 events, 70,100 rows by the dataset's mark"));
    for invariant in ["ONE-EFFECT", "NO-LOST-ACK", "CAP-HELD", "FAIR"] {
        assert!(first.stdout.contains(&format!("{invariant:16} -         needs --acks")), "{}", first.stdout);
    }
    assert!(first.stdout.contains("\ndigest "));
}

#[test]
fn the_same_dice_give_the_same_digest() {
    let folder = tempfile::tempdir().unwrap();
    let digest = |name: &str, rng: &str| {
        let data = folder.path().join(name);
        usher(&["seed", "--data", text(&data), "--scale", "0.001", "--rng", rng]).must_end_with(0, "");
        verify(&data).stdout.lines().last().unwrap().to_string()
    };
    let first = digest("a", "1");
    assert_eq!(first, digest("b", "1"));
    assert_ne!(first, digest("c", "2"));
}

#[test]
fn losing_one_row_of_any_table_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let whole = seeded(folder.path());
    let file = |data: &Path| data.join("usher.db");
    for (table, row, says) in [
        ("concerts", "id = 17", "concert 17 of the dataset: counted by the dataset's mark one, found none"),
        ("performances", "id = 99", "performance 99: performance none, its hot row"),
        ("stages", "performance = 5000", "performance 5000: sold seats by its row 0, by claims 1"),
        ("claims", "performance = 4", "seat 1 of performance 4: claimed by none, sold to hold 4 of user 4"),
        (
            "holds",
            "id = 10000",
            "seat 1 of performance 10000: claimed by hold 10000 of user 10000, sold to none",
        ),
        ("bookings", "id = 1", "hold 1: bookings none, payments payment 1 of user 1"),
        (
            "payments",
            "id = 7777",
            "hold 7777: bookings booking 7777 of user 7777 (paid by 7777), payments none",
        ),
        ("accounts", "user = '17'", "user 17: balance 0, ledger "),
        (
            "accounts",
            "user = '20000'",
            "balance 20000 of the dataset: counted by the dataset's mark one, found none",
        ),
        ("movements", "id = 17", "transfer 17: payment payment 17 of user 17"),
        ("movements", "id = 10017", "user 17: balance "),
    ] {
        let data = folder.path().join("robbed");
        std::fs::create_dir_all(&data).unwrap();
        std::fs::copy(file(&whole), file(&data)).unwrap();
        assert_eq!(sqlite3(&data, &format!("DELETE FROM {table} WHERE {row}; SELECT changes()")), "1");
        let told = verify(&data);
        told.must_end_with(1, "an invariant is broken");
        assert!(told.stdout.contains(says), "{table} {row}: {says:?} is not said:\n{}", told.stdout);
        std::fs::remove_dir_all(&data).unwrap();
    }
}

#[test]
fn a_balance_that_somebody_raised_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = seeded(folder.path());
    sqlite3(&data, "UPDATE accounts SET balance = balance + 100 WHERE user = '17'");
    let told = verify(&data);
    told.must_end_with(1, "");
    assert!(told.stdout.contains("MONEY-CONSERVED  VIOLATED"), "{}", told.stdout);
    assert!(told.stdout.contains("user 17: balance "), "{}", told.stdout);
}

#[test]
fn seeding_refuses_a_directory_that_holds_data_and_a_scale_out_of_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let data = seeded(folder.path());
    usher(&["seed", "--data", text(&data), "--scale", "0.01"]).must_end_with(2, "holds data already");
    verify(&data).must_end_with(0, "");
    let other = folder.path().join("other");
    for scale in ["0", "-1", "0.00001", "11", "NaN"] {
        let scale = format!("--scale={scale}");
        usher(&["seed", "--data", text(&other), &scale]).must_end_with(2, "is not within 0.0001 to 10");
    }
    assert!(!other.exists(), "a refused seeding leaves nothing behind");
}

#[test]
fn verifying_where_there_is_no_data_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    verify(&folder.path().join("nowhere")).must_end_with(2, "there is no data in");
    verify(folder.path()).must_end_with(2, "there is no data in");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "verifying makes nothing");
}

#[test]
fn verifying_a_file_that_cannot_be_read_ends_with_3() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("usher.db"),
        "this is no database, and long enough to be looked at".repeat(200),
    )
    .unwrap();
    verify(folder.path()).must_end_with(3, "sqlite");
    usher(&["verify", "--target", "http://127.0.0.1:1"]).must_end_with(3, "does not answer");
    usher(&["verify", "--target", "127.0.0.1:1"]).must_end_with(2, "http://host:port");
}

#[test]
fn a_file_of_another_version_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = seeded(folder.path());
    let serve = [
        "serve",
        "--mode",
        "open",
        "--data",
        text(&data),
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
    ];
    for (version, says) in [("1000000", "use the newer binary"), ("1", "seed or begin anew")] {
        sqlite3(&data, &format!("PRAGMA user_version = {version}"));
        verify(&data).must_end_with(3, says);
        usher(&serve).must_end_with(3, says);
        assert_eq!(sqlite3(&data, "PRAGMA user_version"), version);
    }
}
