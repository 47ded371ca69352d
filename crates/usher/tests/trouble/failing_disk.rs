//! A disk that fails: after a failed fsync nobody knows what is on it, so the process stops, and the next one looks.

use crate::buyers::{Buyers, Sale};
use crate::disk::FailingDisk;
use crate::process::Serving;
use crate::wire::Wire;
use crate::{House, SOON};

const SAYS: &str =
    "sqlite could not make sure that a write is on the disk; the process stops: see to the disk";

/// A house on a disk that is well so far, with buyers who press it.
struct Scene {
    /// Holds the data until the scene is over.
    _folder: tempfile::TempDir,
    house: House,
    disk: FailingDisk,
    serving: Serving,
    sale: Sale,
}

fn begin() -> Option<(Scene, Buyers)> {
    let folder = tempfile::tempdir().unwrap();
    let disk = FailingDisk::in_folder(folder.path())?;
    let mut house = House::at(&folder.path().join("data"), folder.path());
    house.more = disk.environment();
    let serving = house.serve();
    let sale = Sale::open(&serving.url);
    let buyers = sale.begin(&serving.url);
    Some((Scene { _folder: folder, house, disk, serving, sale }, buyers))
}

impl Scene {
    fn must_stop(&mut self) {
        assert_eq!(self.serving.ends_within(SOON), Some(3), "an fsync that failed is not passed over");
    }

    /// It has said why it stopped, and on a disk that is well again everything told is there.
    fn must_keep_its_word(self) {
        self.house.must_have_logged(SAYS);
        self.disk.is_well_again();
        self.house.must_keep_its_word(&self.sale);
    }
}

#[test]
fn a_commit_whose_fsync_fails_is_never_acknowledged_and_stops_the_server() {
    let Some((mut scene, buyers)) = begin() else { return };
    buyers.until_held(200);
    scene.disk.fail("sync", "usher.db-wal");
    scene.must_stop();
    buyers.find_it_closed(&mut scene.sale);
    scene.must_keep_its_word();
}

#[test]
fn a_log_that_cannot_be_copied_back_stops_the_server() {
    let Some((mut scene, buyers)) = begin() else { return };
    buyers.until_held(200);
    buyers.stop(&mut scene.sale);
    scene.disk.fail("sync", "usher.db");
    write_much(&scene.serving, scene.sale.performance());
    scene.must_stop();
    scene.must_keep_its_word();
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
    let Some((mut scene, buyers)) = begin() else { return };
    buyers.until_held(200);
    buyers.stop(&mut scene.sale);
    scene.disk.fail("sync", "usher.db");
    scene.serving.signal("TERM");
    scene.must_stop();
    assert!(scene.house.data.join("usher.db-wal").metadata().unwrap().len() > 0, "the log is kept");
    scene.must_keep_its_word();
}

/// The log then holds the whole commit, which the next start would find.
#[test]
fn a_commit_that_fails_after_it_is_in_the_log_is_not_said_to_have_changed_nothing() {
    let Some((mut scene, buyers)) = begin() else { return };
    scene.disk.fail("write", "usher.db-shm");
    scene.must_stop();
    buyers.find_it_closed(&mut scene.sale);
    scene.must_keep_its_word();
}
