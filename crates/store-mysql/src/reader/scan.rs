//! Walking every row of a kind in slices, in the order of its primary key.

use std::sync::Arc;

use usher_core::{
    Account, Booking, Claim, Concert, Effect, Hold, Movement, Payment, Performance, PerformanceId,
};
use usher_engine::{Cursor, RowKind, StoreError};

use crate::cells::Cells;
use crate::error::corrupt;
use crate::kept::{DatedPlace, DatedRoom, DatedStage, Kept, select};
use crate::link::Link;
use crate::literal;
use crate::outbox;

type Slice = (Vec<Effect>, Option<Cursor>);

/// At most `limit` rows after the cursor, and where to go on.
pub(super) fn slice(
    link: &mut Link,
    kind: RowKind,
    from: Option<&Cursor>,
    limit: usize,
) -> Result<Slice, StoreError> {
    let mut walk = Walk { link, from: from.map(text).transpose()?, limit };
    match kind {
        RowKind::Concert => {
            walk.by_id("id", |row: &Concert| row.id.get(), |row| Effect::Concert(Arc::new(row)))
        }
        RowKind::Performance => {
            walk.by_id("id", |row: &Performance| row.id.get(), |row| Effect::Performance(Arc::new(row)))
        }
        RowKind::Stage => walk.by_id(
            "performance",
            |row: &DatedStage| row.stage.performance.get(),
            |row| Effect::Stage(row.stage),
        ),
        RowKind::Claim => walk.claims(),
        RowKind::Count => walk.counts(),
        RowKind::Hold => walk.by_id("id", |row: &Hold| row.id.get(), Effect::Hold),
        RowKind::Booking => walk.by_id("id", |row: &Booking| row.id.get(), Effect::Booking),
        RowKind::Payment => walk.by_id("id", |row: &Payment| row.id.get(), Effect::Payment),
        RowKind::Account => walk.accounts(),
        RowKind::Movement => walk.by_id("id", |row: &Movement| row.id.get(), Effect::Movement),
        RowKind::Event => walk.events(),
        RowKind::Room => walk.rooms(),
        RowKind::Place => walk.places(),
    }
}

fn text(cursor: &Cursor) -> Result<String, StoreError> {
    String::from_utf8(cursor.0.clone()).map_err(|_| unknown())
}

fn unknown() -> StoreError {
    corrupt("a cursor that this store never gave")
}

struct Walk<'a> {
    link: &'a mut Link,
    /// The key of the last row of the slice before; two columns are parted by a slash, which no name has.
    from: Option<String>,
    limit: usize,
}

impl Walk<'_> {
    fn by_id<T: Kept>(
        &mut self,
        column: &str,
        id: impl Fn(&T) -> u64,
        effect: impl Fn(T) -> Effect,
    ) -> Result<Slice, StoreError> {
        let after = self.number_before()?;
        let limit = self.limit;
        let rows =
            select::<T>(self.link, &format!("WHERE {column} > {after} ORDER BY {column} LIMIT {limit}"))?;
        let last = rows.last().map(|row| id(row).to_string());
        Ok(self.ended(rows.into_iter().map(effect).collect(), last))
    }

    fn number_before(&self) -> Result<u64, StoreError> {
        self.from.as_deref().map_or(Ok(0), |from| from.parse().map_err(|_| unknown()))
    }

    fn ended(&self, rows: Vec<Effect>, last: Option<String>) -> Slice {
        let is_full = rows.len() == self.limit;
        (rows, last.filter(|_| is_full).map(|last| Cursor(last.into_bytes())))
    }

    fn claims(&mut self) -> Result<Slice, StoreError> {
        let after = self.pair_before("performance", "seat", |seat| {
            seat.parse::<u32>().ok().map(|seat| seat.to_string())
        })?;
        let limit = self.limit;
        let rest = format!("FORCE INDEX (PRIMARY) WHERE {after} ORDER BY performance, seat LIMIT {limit}");
        let rows = select::<Claim>(self.link, &rest)?;
        let last = rows.last().map(|claim| format!("{}/{}", claim.performance, claim.seat));
        Ok(self.ended(rows.into_iter().map(Effect::Claim).collect(), last))
    }

    fn counts(&mut self) -> Result<Slice, StoreError> {
        let after = self.pair_before("performance", "user", |user| Some(literal::text(user)))?;
        let sql = format!(
            "SELECT performance, user, seats FROM counts FORCE INDEX (PRIMARY) WHERE {after} \
             ORDER BY performance, user LIMIT {}",
            self.limit
        );
        let (mut rows, mut last) = (Vec::new(), None);
        for row in self.link.rows("read rows", &sql)? {
            let mut cells = Cells::from(row);
            let (performance, user) = (PerformanceId::new(cells.id()?), cells.user()?);
            last = Some(format!("{performance}/{user}"));
            rows.push(Effect::Count { performance, user, seats: cells.number()? });
        }
        Ok(self.ended(rows, last))
    }

    /// "After the key (`first`, `second`)" as SQL that both servers walk an index for.
    fn pair_before(
        &self,
        first: &str,
        second: &str,
        literal: impl Fn(&str) -> Option<String>,
    ) -> Result<String, StoreError> {
        let Some(from) = &self.from else { return Ok("TRUE".into()) };
        let (of_first, of_second) = from.split_once('/').ok_or_else(unknown)?;
        let of_first = literal::text(of_first);
        let of_second = literal(of_second).ok_or_else(unknown)?;
        Ok(format!("({first} > {of_first} OR ({first} = {of_first} AND {second} > {of_second}))"))
    }

    fn rooms(&mut self) -> Result<Slice, StoreError> {
        let after = literal::text(self.from.as_deref().unwrap_or(""));
        let rest = format!("WHERE id > {after} ORDER BY id LIMIT {}", self.limit);
        let rows = select::<DatedRoom>(self.link, &rest)?;
        let last = rows.last().map(|row| row.id.to_string());
        Ok(self.ended(rows.into_iter().filter_map(|row| row.room).map(Effect::Room).collect(), last))
    }

    /// In the order of the line, so that it can be built again while it is read.
    fn places(&mut self) -> Result<Slice, StoreError> {
        let number = |number: &str| number.parse::<u64>().ok().map(|number| number.to_string());
        let after = self.pair_before("room", "number", number)?;
        let rest = format!(
            "FORCE INDEX (places_by_number) WHERE {after} AND number IS NOT NULL ORDER BY room, number LIMIT {}",
            self.limit
        );
        let rows = select::<DatedPlace>(self.link, &rest)?;
        let places: Vec<_> = rows.into_iter().filter_map(|row| row.place).collect();
        let last = places.last().map(|place| format!("{}/{}", place.room, place.number));
        Ok(self.ended(places.into_iter().map(Effect::Place).collect(), last))
    }

    fn accounts(&mut self) -> Result<Slice, StoreError> {
        let after = literal::text(self.from.as_deref().unwrap_or(""));
        let rest = format!("WHERE user > {after} ORDER BY user LIMIT {}", self.limit);
        let rows = select::<Account>(self.link, &rest)?;
        let last = rows.last().map(|account| account.user.to_string());
        Ok(self.ended(rows.into_iter().map(Effect::Account).collect(), last))
    }

    fn events(&mut self) -> Result<Slice, StoreError> {
        if self.from.is_none() {
            outbox::place_all(self.link)?;
        }
        let after = self.number_before()?;
        let found = outbox::read(self.link, after, self.limit)?;
        let last = found.last().map(|waiting| waiting.position.to_string());
        Ok(self.ended(found.into_iter().map(|waiting| Effect::Event(waiting.event)).collect(), last))
    }
}
