//! The cells of a row, read from left to right as what they are.

use std::sync::Arc;

use mysql::Row;
use mysql::prelude::FromValue;
use serde::de::DeserializeOwned;
use usher_core::{Money, Span, Timestamp, UserId};
use usher_engine::StoreError;

use crate::error::corrupt;

/// A row being read.
pub(crate) struct Cells {
    row: Row,
    next: usize,
}

impl From<Row> for Cells {
    fn from(row: Row) -> Self {
        Self { row, next: 0 }
    }
}

impl Cells {
    fn take<T: FromValue>(&mut self) -> Result<T, StoreError> {
        let column = self.next;
        self.next += 1;
        match self.row.take_opt::<T, usize>(column) {
            Some(Ok(value)) => Ok(value),
            Some(Err(_)) | None => Err(self.wrong(column)),
        }
    }

    fn wrong(&self, column: usize) -> StoreError {
        let columns = self.row.columns_ref();
        let name = columns.get(column).map_or("?".into(), |column| column.name_str());
        let table = columns.first().map_or("?".into(), |column| column.org_table_str());
        corrupt(format!("a row of `{table}` has no sensible `{name}`"))
    }

    /// What was read last makes no sense.
    pub(crate) fn senseless(&self) -> StoreError {
        self.wrong(self.next.saturating_sub(1))
    }

    pub(crate) fn int(&mut self) -> Result<i64, StoreError> {
        self.take()
    }

    pub(crate) fn maybe_int(&mut self) -> Result<Option<i64>, StoreError> {
        self.take()
    }

    pub(crate) fn id(&mut self) -> Result<u64, StoreError> {
        let number = self.int()?;
        u64::try_from(number).map_err(|_| self.senseless())
    }

    pub(crate) fn maybe_id(&mut self) -> Result<Option<u64>, StoreError> {
        let number = self.maybe_int()?;
        number.map(|number| u64::try_from(number).map_err(|_| self.senseless())).transpose()
    }

    pub(crate) fn number(&mut self) -> Result<u32, StoreError> {
        let number = self.int()?;
        u32::try_from(number).map_err(|_| self.senseless())
    }

    pub(crate) fn money(&mut self) -> Result<Money, StoreError> {
        self.id().map(Money::from_minor_units)
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.int().map(Timestamp::from_unix_ms)
    }

    pub(crate) fn span(&mut self) -> Result<Span, StoreError> {
        self.id().map(Span::from_ms)
    }

    pub(crate) fn is_true(&mut self) -> Result<bool, StoreError> {
        match self.int()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.senseless()),
        }
    }

    pub(crate) fn string(&mut self) -> Result<String, StoreError> {
        self.take()
    }

    pub(crate) fn text(&mut self) -> Result<Arc<str>, StoreError> {
        self.string().map(Arc::from)
    }

    pub(crate) fn maybe_text(&mut self) -> Result<Option<Arc<str>>, StoreError> {
        self.take::<Option<String>>().map(|text| text.map(Arc::from))
    }

    pub(crate) fn user(&mut self) -> Result<UserId, StoreError> {
        self.string().map(|name| UserId::stored(&name))
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        self.take()
    }

    /// A packed value.
    pub(crate) fn packed<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        let bytes = self.bytes()?;
        postcard::from_bytes(&bytes).map_err(|_| self.senseless())
    }
}
