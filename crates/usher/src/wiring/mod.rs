//! Which store is behind a house, and how the parts of one are put together.

#[cfg_attr(not(feature = "distributed"), path = "without_mysql.rs")]
mod mysql;

use std::path::Path;
use std::sync::Arc;

use usher_core::{Settings, Span};
use usher_engine::desk::Follower;
use usher_engine::waiting::Waiting;
use usher_engine::{Bulk, Desk, House, HouseConfig, Reader, StoreError};
use usher_events::Bell;
use usher_server::{Backing, Gate, Metrics, Views};

use crate::config::{self, Config};
use crate::failed::{Failed, chain};
use crate::verify::examine;

/// Where the truth is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    /// In a directory.
    Sqlite(std::path::PathBuf),
    /// In a database that speaks MySQL's protocol.
    Mysql(String),
}

impl Store {
    /// What `store.url` and `data` say.
    pub fn of(config: &Config) -> Result<Store, Failed> {
        match config.store.url.as_str() {
            "sqlite" => Ok(Store::Sqlite(config.data.clone())),
            url if url.starts_with("mysql://") => Ok(Store::Mysql(url.to_string())),
            url => Err(Failed::usage(format!(
                "store.url: `{url}` is neither `sqlite` nor mysql://user:password@host:port/database"
            ))),
        }
    }

    /// A reader, beside a server or without one; `None`: there is no data.
    pub fn open_to_read(&self) -> Result<Option<Box<dyn Reader>>, Failed> {
        match self {
            Store::Sqlite(dir) => {
                let reader = usher_store_sqlite::open_to_read(dir)?;
                Ok(reader.map(|reader| Box::new(reader) as Box<dyn Reader>))
            }
            Store::Mysql(url) => mysql::open_to_read(url),
        }
    }

    /// An empty store, to be filled. Refuses one that holds data.
    pub fn open_empty(&self) -> Result<Box<dyn Bulk>, Failed> {
        match self {
            Store::Sqlite(dir) => {
                refuse_data(dir)?;
                Ok(Box::new(usher_store_sqlite::open_empty(dir)?))
            }
            Store::Mysql(url) => mysql::open_empty(url),
        }
    }

    /// A house on this store, with everything that a server shows of it.
    pub fn open_house(&self, config: &Config) -> Result<Opened, Failed> {
        match self {
            Store::Sqlite(dir) => {
                let options =
                    usher_store_sqlite::Options { readers: config.store.readers, ..Default::default() };
                let store = usher_store_sqlite::open(dir, options)?;
                let readers = store.readers.into_iter().map(|reader| Box::new(reader) as Box<dyn Reader>);
                let desks = vec![(store.desk, Box::new(store.ids) as Box<dyn usher_core::Ids + Send>)];
                let parts = Parts { readers: readers.collect(), clock: store.clock, secret: store.secret };
                open_house(desks, parts, config, self.clone())
            }
            Store::Mysql(url) => mysql::open_house(url, config, self.clone()),
        }
    }
}

/// Says that a directory must hold no data, before anything is made in it.
pub fn refuse_data(dir: &Path) -> Result<(), Failed> {
    let file = dir.join(usher_store_sqlite::FILE);
    match file.exists() {
        true => Err(Failed::usage(format!(
            "{} holds data already ({}): choose an empty directory, or delete that file first",
            dir.display(),
            file.display()
        ))),
        false => Ok(()),
    }
}

/// A house that is open, and what goes beside it.
pub struct Opened {
    /// What a server serves.
    pub backing: Backing,
    /// What wakes the relay of events.
    pub bell: Arc<Bell>,
}

/// What a store gives beside its desks.
struct Parts {
    readers: Vec<Box<dyn Reader>>,
    clock: Arc<dyn usher_engine::Clock>,
    secret: [u8; 16],
}

fn open_house<D: Desk + 'static>(
    desks: Vec<(D, Box<dyn usher_core::Ids + Send>)>,
    parts: Parts,
    config: &Config,
    store: Store,
) -> Result<Opened, Failed> {
    let metrics = Metrics::new();
    let bell = Bell::new();
    let views = Views::new(config.views.memory.get(), D::ALONE);
    let followers: Vec<Arc<dyn Follower>> = vec![views.clone(), metrics.clone(), bell.clone()];
    let settings = decided_by(config);
    let mut readers = parts.readers;
    let reader = readers.first_mut().expect("every store gives readers");
    let waiting = Waiting::rebuild(&mut **reader, parts.clock.clone(), settings)?;
    let (fatal, followed) = (Arc::new(stop_at_once), Some(waiting.clone()));
    let house = House::open(desks, readers, HouseConfig { settings, followers, fatal, waiting: followed })?;
    let verify = Arc::new(move || {
        let report = store.open_to_read().and_then(|reader| match reader {
            Some(mut reader) => examine(&mut *reader),
            None => Err(Failed::environment("the store is gone")),
        });
        let report = report.map_err(|failed| failed.to_string())?;
        serde_json::to_string(&report).map_err(|error| error.to_string())
    });
    let gate = gate(config.room.gate);
    let (clock, secret) = (parts.clock, parts.secret);
    let backing = Backing { house, clock, views, waiting, gate, metrics, secret, verify };
    Ok(Opened { backing, bell })
}

fn gate(gate: config::Gate) -> Gate {
    match gate {
        config::Gate::Bookings => Gate::Bookings,
        config::Gate::All => Gate::All,
        config::Gate::Off => Gate::Off,
    }
}

/// Settings that decisions depend on.
fn decided_by(config: &Config) -> Settings {
    let span = |ms: config::Ms| Span::from_ms(ms.get().as_millis() as u64);
    Settings {
        hold_ttl: span(config.hold.ttl),
        seats_per_user_max: config.hold.seats_per_user,
        waiting_max: config.room.waiting_max,
        live_passes_max: config.room.live_passes,
        admits_per_second: config.room.admits_per_second,
        pass_ttl: span(config.room.pass_ttl),
    }
}

/// The store must not be used any more: what is on its disk is found at the next start.
fn stop_at_once(error: &StoreError) {
    tracing::error!("{}", chain(error));
    std::process::exit(3);
}
