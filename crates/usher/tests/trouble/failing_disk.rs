//! A disk that fails: after a failed fsync nobody knows what is on it, so the process stops, and the next one looks.

use crate::buyers::Sale;
use crate::disk::FailingDisk;
use crate::process::Serving;
use crate::wire::Wire;
use crate::{House, SOON};

const SAYS: &str =
    "sqlite could not make sure that a write is on the disk; the process stops: see to the disk";

fn house(folder: &std::path::Path) -> Option<(House, FailingDisk)> {
    let disk = FailingDisk::in_folder(folder)?;
    let mut house = House::at(&folder.join("data"), folder);
    house.more = disk.environment();
    Some((house, disk))
}

#[test]
fn a_commit_whose_fsync_fails_is_never_acknowledged_and_stops_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let Some((house, disk)) = house(folder.path()) else { return };
    let mut serving = house.serve();
    let mut sale = Sale::open(&serving.url);
    let buyers = sale.begin(&serving.url);
    buyers.until_held(200);
    disk.fail("sync", "usher.db-wal");
    assert_eq!(serving.ends_within(SOON), Some(3));
    buyers.find_it_closed(&mut sale);
    house.must_have_logged(SAYS);
    disk.is_well_again();
    house.must_keep_its_word(&sale);
}

#[test]
fn a_log_that_cannot_be_copied_back_stops_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let Some((house, disk)) = house(folder.path()) else { return };
    let mut serving = house.serve();
    let mut sale = Sale::open(&serving.url);
    let buyers = sale.begin(&serving.url);
    buyers.until_held(200);
    buyers.stop(&mut sale);
    disk.fail("sync", "usher.db");
    write_much(&serving, sale.performance());
    assert_eq!(serving.ends_within(SOON), Some(3));
    house.must_have_logged(SAYS);
    disk.is_well_again();
    house.must_keep_its_word(&sale);
}

/// Blocks and unblocks many seats again and again, until the server ends.
fn write_much(serving: &Serving, performance: u64) {
    let seats: Vec<u32> = (50_001..=100_000).collect();
    let body = serde_json::json!({ "seatNumbers": seats }).to_string();
    let mut wire = Wire::connect(&serving.admin).unwrap();
    for _ in 0..500 {
        for verb in ["block", "unblock"] {
            let path = format!("/admin/performances/{performance}/seats/{verb}");
            match wire.ask("POST", &path, &body) {
                Ok(answer) => drop(answer.expect(200)),
                Err(_) => return,
            }
        }
    }
    panic!("the log was never copied back");
}

#[test]
fn a_log_that_cannot_be_copied_back_at_the_end_is_said_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let Some((house, disk)) = house(folder.path()) else { return };
    let mut serving = house.serve();
    let mut sale = Sale::open(&serving.url);
    let buyers = sale.begin(&serving.url);
    buyers.until_held(200);
    buyers.stop(&mut sale);
    disk.fail("sync", "usher.db");
    serving.signal("TERM");
    assert_eq!(serving.ends_within(SOON), Some(3), "an fsync that failed is not passed over");
    house.must_have_logged(SAYS);
    assert!(house.data.join("usher.db-wal").metadata().unwrap().len() > 0, "the log is kept");
    disk.is_well_again();
    house.must_keep_its_word(&sale);
}

/// The log then holds the whole commit, which the next start would find.
#[test]
fn a_commit_that_fails_after_it_is_in_the_log_is_not_said_to_have_changed_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some((house, disk)) = house(folder.path()) else { return };
    let mut serving = house.serve();
    let mut sale = Sale::open(&serving.url);
    let buyers = sale.begin(&serving.url);
    disk.fail("write", "usher.db-shm");
    assert_eq!(serving.ends_within(SOON), Some(3));
    buyers.find_it_closed(&mut sale);
    house.must_have_logged(SAYS);
    disk.is_well_again();
    house.must_keep_its_word(&sale);
}
