//! A house on MySQL or MariaDB.

use std::sync::Arc;

use usher_core::{Ids, Timestamp};
use usher_engine::{Bulk, Reader, SystemClock};
use usher_store_mysql::OpenOptions;

use super::{Opened, Parts, Store};
use crate::config::Config;
use crate::failed::Failed;

pub(super) fn open_to_read(url: &str) -> Result<Option<Box<dyn Reader>>, Failed> {
    let reader = usher_store_mysql::open_to_read(url)?;
    Ok(reader.map(|reader| Box::new(reader) as Box<dyn Reader>))
}

pub(super) fn open_empty(url: &str) -> Result<Box<dyn Bulk>, Failed> {
    Ok(Box::new(usher_store_mysql::open_empty(url)?))
}

pub(super) fn open_house(url: &str, config: &Config, store: Store) -> Result<Opened, Failed> {
    let options =
        OpenOptions { desks: config.store.desks, readers: config.store.readers, ..OpenOptions::default() };
    let opened = usher_store_mysql::open(url, options)?;
    let desks = opened.desks.into_iter().map(|(desk, ids)| (desk, Box::new(ids) as Box<dyn Ids + Send>));
    let readers = opened.readers.into_iter().map(|reader| Box::new(reader) as Box<dyn Reader>);
    // Decisions are made by the database's clock; this one only tells which performances lie ahead.
    let clock = Arc::new(SystemClock::starting_after(Timestamp::default()));
    let parts = Parts { readers: readers.collect(), clock, secret: opened.secret };
    super::open_house(desks.collect(), parts, config, store)
}
