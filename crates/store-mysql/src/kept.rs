//! Kinds of rows that are kept in a table of their own, and how they are selected and put there.

mod catalogue;
mod money;
mod sale;
mod waiting;

pub(crate) use catalogue::DatedStage;
pub(crate) use sale::{claim_state, hold_column};
use usher_engine::StoreError;
pub(crate) use waiting::{DatedPlace, DatedRoom};

use crate::cells::Cells;
use crate::link::Link;
use crate::literal::{self, Tuple};

/// A kind of row with its table: columns, reading and writing stand side by side, in one order.
pub(crate) trait Kept: Sized {
    const TABLE: &'static str;
    const COLUMNS: &'static str;
    /// What a row with the same key is changed to; it says so only if it is the same row.
    const CHANGE: &'static str;

    fn read(cells: &mut Cells) -> Result<Self, StoreError>;
    fn tuple(&self) -> Tuple;
}

/// Rows of a kind; `rest` is everything after the table's name.
pub(crate) fn select<T: Kept>(link: &mut Link, rest: &str) -> Result<Vec<T>, StoreError> {
    let sql = format!("SELECT {} FROM {} {rest}", T::COLUMNS, T::TABLE);
    let rows = link.rows("read rows", &sql)?;
    rows.into_iter().map(|row| T::read(&mut row.into())).collect()
}

/// The row of a kind that `rest` finds, if there is one.
pub(crate) fn select_one<T: Kept>(link: &mut Link, rest: &str) -> Result<Option<T>, StoreError> {
    Ok(select(link, rest)?.pop())
}

/// Rows of a kind whose `column` is one of the literals.
pub(crate) fn select_in<T: Kept>(
    link: &mut Link,
    column: &str,
    literals: impl IntoIterator<Item = String>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    literal::in_lists(literals, ",", |list, _| {
        found.append(&mut select(link, &format!("WHERE {column} IN ({list})"))?);
        Ok(())
    })?;
    Ok(found)
}

/// Puts rows of a kind, new or changed.
pub(crate) fn put<'a, T: Kept + 'a>(
    link: &mut Link,
    what: &'static str,
    rows: impl IntoIterator<Item = &'a T>,
) -> Result<(), StoreError> {
    let head = format!("INSERT INTO {} ({})", T::TABLE, T::COLUMNS);
    literal::insert(link, what, &head, rows.into_iter().map(T::tuple), T::CHANGE)
}
