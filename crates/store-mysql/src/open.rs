//! Opening a store: everything that must hold before it serves.

use usher_engine::{BlockIds, StoreError};

use crate::cells::Cells;
use crate::clock::TimeSource;
use crate::desk::MysqlDesk;
use crate::error::{corrupt, unavailable};
use crate::ids::Blocks;
use crate::link::{Link, Role};
use crate::marker::Marker;
use crate::reader::MysqlReader;
use crate::schema;

/// How a store is opened.
pub struct OpenOptions {
    /// Writers, each with a connection and a thread of its own. More than the server's disk can flush at a time
    /// bring nothing.
    pub desks: usize,
    /// Readers, each with a connection and a thread of its own.
    pub readers: usize,
    /// Where the time comes from.
    pub time: TimeSource,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { desks: 4, readers: 4, time: TimeSource::Database }
    }
}

/// An open store.
pub struct Opened {
    /// Its desks, each with its source of ids.
    pub desks: Vec<(MysqlDesk, BlockIds)>,
    /// Its readers.
    pub readers: Vec<MysqlReader>,
    /// 16 random bytes, made with the schema: keys the hashes of idempotency keys. All nodes have the same.
    pub secret: [u8; 16],
}

/// Opens the store at `mysql://user:password@host:port/database`; makes the schema if the database is empty.
///
/// # Errors
/// If the server cannot be reached, does not flush at commit, has no such database, or that one's schema is newer
/// than this binary, is not ours, or its seeding did not finish. Each says what to do.
pub fn open(url: &str, options: OpenOptions) -> Result<Opened, StoreError> {
    let mut link = prepared(url)?;
    refuse_half_a_dataset(&mut link)?;
    let secret = secret(&mut link)?;
    let way = Link::new(url, Role::Desk)?;
    let mut blocks = Blocks::new(way.another());
    let mut desks = Vec::with_capacity(options.desks);
    for n in 0..options.desks {
        let mut link = way.another();
        link.connect()?;
        let marker = Marker::create(&mut link, blocks.desk()?)?;
        let ids = BlockIds::new(Box::new(blocks.clone()));
        let desk = MysqlDesk {
            link,
            ids: ids.clone(),
            marker,
            time: options.time.clone(),
            latest: Default::default(),
            tends: n == 0,
            upkeep: Default::default(),
        };
        desks.push((desk, ids));
    }
    let readers = open_readers(url, options.readers, &options.time)?;
    Ok(Opened { desks, readers, secret })
}

/// Opens a store for reading only, beside nodes that serve it or without any; `None` if the database holds nothing.
///
/// # Errors
/// As [`open`].
pub fn open_to_read(url: &str) -> Result<Option<MysqlReader>, StoreError> {
    let mut link = connected(url)?;
    if !schema::is_there(&mut link)? {
        return Ok(None);
    }
    refuse_half_a_dataset(&mut link)?;
    Ok(open_readers(url, 1, &TimeSource::Database)?.pop())
}

fn refuse_half_a_dataset(link: &mut Link) -> Result<(), StoreError> {
    match link.number("look at the schema", "SELECT 1 FROM meta WHERE name = 'seeding'")? {
        None => Ok(()),
        Some(_) => {
            let advice = "drop the database, create it again, and seed it anew";
            Err(unavailable("serve half a dataset", advice, "its seeding did not finish".to_string()))
        }
    }
}

/// Connects to a server that may be served from, and to a database with our schema.
pub(crate) fn prepared(url: &str) -> Result<Link, StoreError> {
    let mut link = connected(url)?;
    schema::ensure(&mut link)?;
    Ok(link)
}

fn connected(url: &str) -> Result<Link, StoreError> {
    let mut link = Link::new(url, Role::Setup)?;
    link.connect()?;
    if link.number("look for the database", "SELECT DATABASE() IS NOT NULL")? != Some(1) {
        let advice = "write it as mysql://user:password@host:port/database, and create that database";
        return Err(unavailable("serve without a database", advice, "`store.url` names none".to_string()));
    }
    Ok(link)
}

fn open_readers(url: &str, readers: usize, time: &TimeSource) -> Result<Vec<MysqlReader>, StoreError> {
    let link = Link::new(url, Role::Reader)?;
    Ok((0..readers).map(|_| MysqlReader { link: link.another(), time: time.clone() }).collect())
}

fn secret(link: &mut Link) -> Result<[u8; 16], StoreError> {
    let rows = link.rows("read the secret", "SELECT value FROM meta WHERE name = 'secret'")?;
    let bytes = rows.into_iter().next().map(|row| Cells::from(row).bytes()).transpose()?;
    let secret = bytes.and_then(|bytes| bytes.try_into().ok());
    secret.ok_or_else(|| corrupt("the table `meta` has no secret of 16 bytes"))
}
