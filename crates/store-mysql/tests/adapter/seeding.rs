//! The dataset, at a small scale.

use std::time::{Duration, Instant};

use usher_core::dataset::Dataset;
use usher_core::{Effect, HoldId, PerformanceId, Timestamp, UserId};
use usher_engine::{Bulk, Reader, RowKind, StoreError};
use usher_store_mysql::{OpenOptions, open, open_empty};

use crate::database;

fn hundredth() -> Dataset {
    let today = Timestamp::from_unix_ms(1_782_864_000_000);
    Dataset::at_scale(0.01, 1, today).expect("a hundredth is a scale")
}

#[test]
fn a_hundredth_of_the_dataset_is_seeded_in_a_minute_and_served() {
    let Some(database) = database() else { return };
    let (began, dataset) = (Instant::now(), hundredth());
    let mut bulk = open_empty(&database.url()).expect("the database is empty");
    bulk.load(&mut dataset.effects(), &dataset.mark()).expect("the dataset is written");
    println!("seeded in {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(60), "it took {:?}", began.elapsed());

    let mut opened = open(&database.url(), OpenOptions::default()).expect("the store opens");
    let reader = opened.readers.last_mut().expect("a store has readers");
    assert_eq!(reader.mark().expect("the mark can be read"), Some(dataset.mark()));
    let last = dataset.performances();
    let user = UserId::stored(&last.to_string());
    let holds = reader.holds_of(&user, PerformanceId::new(last)).expect("holds can be read");
    assert_eq!(holds.iter().map(|line| line.hold.id).collect::<Vec<_>>(), [HoldId::new(last)]);
    assert_eq!(reader.movements(&user, None, 10).expect("movements can be read").len(), 2);
    let (counts, _) = reader.scan(RowKind::Count, None, 1).expect("counts can be read");
    assert!(matches!(&counts[..], [Effect::Count { seats: 1, .. }]), "{counts:?}");
}

#[test]
fn a_database_that_holds_data_takes_no_dataset() {
    let Some(database) = database() else { return };
    let few = Dataset::at_scale(0.0001, 1, Timestamp::default()).expect("one concert is a scale");
    let mut bulk = open_empty(&database.url()).expect("the database is empty");
    bulk.load(&mut few.effects(), &few.mark()).expect("the dataset is written");
    assert!(matches!(open_empty(&database.url()), Err(StoreError::Unavailable { .. })));
}

#[test]
fn half_a_dataset_is_not_served() {
    let Some(database) = database() else { return };
    let few = Dataset::at_scale(0.0001, 1, Timestamp::default()).expect("one concert is a scale");
    let mut broken = few.effects().take(5).chain(std::iter::from_fn(|| panic!("the seeding ends here")));
    let mut bulk = open_empty(&database.url()).expect("the database is empty");
    let seeding = std::panic::AssertUnwindSafe(|| bulk.load(&mut broken, &few.mark()));
    assert!(std::panic::catch_unwind(seeding).is_err());
    match open(&database.url(), OpenOptions::default()) {
        Err(error) => assert!(error.to_string().contains("seed it anew"), "{error}"),
        Ok(_) => panic!("half a dataset is served"),
    }
}
