//! A disk without room: refused, said, and nothing lost.

use crate::buyers::Sale;
use crate::disk::SmallDisk;
use crate::process::{text, usher};
use crate::wire::ask;
use crate::{House, SOON};

const FULL: &str = "the disk is full: free some room on it";

#[test]
fn a_full_disk_refuses_orders_until_there_is_room_and_loses_none() {
    let Some(disk) = SmallDisk::of(8) else { return };
    let folder = tempfile::tempdir().unwrap();
    let house = House::at(&disk.path().join("data"), folder.path());
    let mut serving = house.serve();
    let mut sale = Sale::open(&serving.url);

    // It fills up in the middle of a sale.
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 2 * 1024 * 1024]).unwrap();
    let buyers = sale.begin(&serving.url);
    buyers.until_refused(50);
    let seats = format!("/api/availability/seats/{}/0", sale.performance());
    ask(&serving.url, "GET", &seats, "").expect(200);
    ask(&serving.url, "GET", "/health/live", "");
    house.must_have_logged(FULL);

    // Somebody frees some room, and the same server goes on.
    std::fs::remove_file(&ballast).unwrap();
    buyers.stop(&mut sale);
    let held_before = sale.held();
    let buyers = sale.begin(&serving.url);
    buyers.until_held(1);

    // It fills up again; a server that ends finds no room to copy its log back, and one that starts none for orders.
    buyers.until_refused(50);
    buyers.stop(&mut sale);
    assert!(sale.held() > held_before);
    serving.signal("TERM");
    assert_eq!(serving.ends_within(SOON), Some(0));
    let mut serving = house.serve();
    sale.must_be_true(&serving.url);
    let buyers = sale.begin(&serving.url);
    buyers.until_refused(1);
    buyers.stop(&mut sale);
    serving.signal("TERM");
    assert_eq!(serving.ends_within(SOON), Some(0));

    disk.grow_to(64);
    house.must_keep_its_word(&sale);
}

#[test]
fn a_dataset_that_does_not_fit_is_said_and_never_served() {
    let Some(disk) = SmallDisk::of(4) else { return };
    let data = disk.path().join("data");
    usher(&["seed", "--data", text(&data), "--scale", "0.05"]).must_end_with(3, FULL);
    disk.grow_to(64);
    let house = House::at(&data, disk.path());
    house.must_be_refused("seed again, or delete the directory");
    house.verify().must_end_with(3, "seed again, or delete the directory");
    usher(&["seed", "--data", text(&data), "--scale", "0.001"]).must_end_with(0, "");
    house.verify().must_end_with(0, "");
    drop(house.serve());
}
