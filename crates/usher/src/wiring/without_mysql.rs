//! A binary without MySQL: says so.

use usher_engine::{Bulk, Reader};

use super::{Opened, Store};
use crate::config::Config;
use crate::failed::Failed;

fn not_built_in<T>() -> Result<T, Failed> {
    Err(Failed::usage(
        "store.url: this binary is built without MySQL; build it with `cargo build --release --features distributed`",
    ))
}

pub(super) fn open_to_read(_: &str) -> Result<Option<Box<dyn Reader>>, Failed> {
    not_built_in()
}

pub(super) fn open_empty(_: &str) -> Result<Box<dyn Bulk>, Failed> {
    not_built_in()
}

pub(super) fn open_house(_: &str, _: &Config, _: Store) -> Result<Opened, Failed> {
    not_built_in()
}
