//! The same commands on MariaDB: seeded, served, robbed of a row. Needs `--features distributed` and `scripts/mariadb`.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]
#![cfg(feature = "distributed")]

mod process;

use std::path::{Path, PathBuf};
use std::process::Command;

use process::{Serving, run, text, usher};

/// A database server of one's own, stopped when its test ends.
struct Mariadb {
    folder: tempfile::TempDir,
    url: String,
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

impl Mariadb {
    fn start() -> Mariadb {
        let folder = tempfile::tempdir().unwrap();
        let told = run(Command::new(script("scripts/mariadb")).arg("start").arg(folder.path()));
        told.must_end_with(0, "");
        let server = told.stdout.lines().last().unwrap().to_string();
        let database = Mariadb { folder, url: format!("{server}/usher_cli") };
        database.sql("CREATE DATABASE usher_cli CHARACTER SET utf8mb4");
        database
    }

    fn sql(&self, statement: &str) {
        let rest = self.url.strip_prefix("mysql://").unwrap();
        let (login, place) = rest.split_once('@').unwrap();
        let ((user, password), address) = (login.split_once(':').unwrap(), place.split('/').next().unwrap());
        let (host, port) = address.split_once(':').unwrap();
        let mut shell = Command::new("mariadb");
        shell.args(["--host", host, "--port", port, "--user", user, "--execute", statement]);
        run(shell.env("MYSQL_PWD", password)).must_end_with(0, "");
    }

    fn usher(&self, arguments: &[&str]) -> process::Ended {
        let store = format!("store.url={}", self.url);
        usher(&[arguments, &["--set", &store]].concat())
    }
}

impl Drop for Mariadb {
    fn drop(&mut self) {
        let _ = Command::new(script("scripts/mariadb")).arg("stop").arg(self.folder.path()).status();
    }
}

#[test]
fn the_dataset_is_the_same_on_both_stores_and_a_seat_is_bought_in_it() {
    let database = Mariadb::start();
    database.usher(&["verify"]).must_end_with(2, "there is no data");
    database.usher(&["seed", "--scale", "0.001"]).must_end_with(0, "");
    database.usher(&["seed", "--scale", "0.001"]).must_end_with(3, "seed a database that holds data");
    let told = database.usher(&["verify"]);
    told.must_end_with(0, "");

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    usher(&["seed", "--scale", "0.001", "--data", text(&data)]).must_end_with(0, "");
    let on_sqlite = usher(&["verify", "--data", text(&data)]);
    assert_eq!(told.stdout, on_sqlite.stdout, "both stores hold the same rows");

    let store = format!("store.url={}", database.url);
    let serving = Serving::of(&data, &["--set", &store]);
    let bought = run(Command::new(script("examples/buy-a-seat.sh")).arg(&serving.url));
    bought.must_end_with(0, "");
    usher(&["verify", "--target", &serving.admin]).must_end_with(0, "");
    drop(serving);

    database.sql("DELETE FROM usher_cli.bookings WHERE id = 17");
    let robbed = database.usher(&["verify"]);
    robbed.must_end_with(1, "an invariant is broken");
    assert!(robbed.stdout.contains("hold 17: bookings none"), "{}", robbed.stdout);
}
