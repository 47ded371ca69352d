//! A file that is damaged, or is none of ours: refused at the start, met while serving, never made worse.

use std::fs::{File, read, write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;

use crate::buyers::Sale;
use crate::process::{run, text, usher};
use crate::wire::ask;
use crate::{House, SOON};

const RESTORE: &str = "restore the directory from a backup";

fn seeded(folder: &Path) -> House {
    let house = House::at(&folder.join("data"), folder);
    usher(&["seed", "--data", text(&house.data), "--scale", "0.01"]).must_end_with(0, "");
    house
}

fn sqlite3(file: &Path, statement: &str) -> String {
    let told = run(Command::new("sqlite3").arg(file).arg(statement));
    told.must_end_with(0, "");
    told.stdout
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::at(folder.path(), folder.path());
    let file = folder.path().join("usher.db");
    write(&file, "The minutes of the last meeting. ".repeat(200)).unwrap();
    let minutes = read(&file).unwrap();
    house.must_be_refused(RESTORE);
    house.verify().must_end_with(3, RESTORE);
    assert!(read(&file).unwrap() == minutes);

    std::fs::remove_file(&file).unwrap();
    sqlite3(&file, "CREATE TABLE minutes(day TEXT)");
    house.must_be_refused("it is not one of ours: choose another directory");
    house.verify().must_end_with(3, "it is not one of ours: choose another directory");
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let house = seeded(folder.path());
    let file = File::options().write(true).open(house.data.join("usher.db")).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2 / 4096 * 4096).unwrap();
    house.must_be_refused(RESTORE);
    house.verify().must_end_with(3, RESTORE);
}

#[test]
fn a_file_that_was_emptied_or_lost_is_refused_with_its_log_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::at(&folder.path().join("data"), folder.path());
    let serving = house.serve();
    Sale::open(&serving.url);
    drop(serving);
    let (file, log) = (house.data.join("usher.db"), house.data.join("usher.db-wal"));
    let (whole, logged) = (read(&file).unwrap(), read(&log).unwrap());
    assert!(!logged.is_empty());

    write(&file, "").unwrap();
    house.must_be_refused("usher.db is empty");
    house.verify().must_end_with(3, RESTORE);
    std::fs::remove_file(&file).unwrap();
    house.must_be_refused("usher.db-wal is there and usher.db is not");
    house.verify().must_end_with(3, RESTORE);
    assert!(read(&log).unwrap() == logged);

    write(&file, whole).unwrap();
    drop(house.serve());
    house.verify().must_end_with(0, "");
}

#[test]
fn damage_met_while_serving_fails_what_meets_it_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let house = seeded(folder.path());
    let file = house.data.join("usher.db");
    let pages = sqlite3(&file, "SELECT pageno FROM dbstat WHERE name = 'accounts' AND pagetype = 'leaf'");
    let pages: Vec<u64> = pages.lines().map(|page| page.parse().unwrap()).collect();
    assert!(pages.len() > 10);
    let opened = File::options().write(true).open(&file).unwrap();
    for page in &pages {
        opened.write_all_at(&[0xa5; 4096], (page - 1) * 4096).unwrap();
    }

    let mut serving = house.serve();
    let amount = r#"{"amount":5}"#;
    for (method, path, body) in [
        ("GET", "/api/user-balance/17", ""),
        ("PUT", "/api/user-balance/charge/17", amount),
        ("PUT", "/api/user-balance/use/17", amount),
    ] {
        let problem = ask(&serving.url, method, path, body).expect(500);
        assert_eq!(problem["code"], "internal", "{method} {path}");
    }
    house.must_have_logged(RESTORE);
    let hold = r#"{"userId":"17","concertOptionId":1,"seatNumber":2}"#;
    ask(&serving.url, "POST", "/api/reservations", hold).expect(201);
    ask(&serving.url, "GET", "/api/user-balance/payment/history/17", "").expect(200);
    house.verify().must_end_with(3, RESTORE);
    serving.signal("TERM");
    assert_eq!(serving.ends_within(SOON), Some(0));
}
