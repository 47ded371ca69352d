//! Reading committed rows on a connection of one's own, each call in one short snapshot.

mod scan;

use std::collections::BTreeMap;
use std::sync::Arc;

use usher_core::{
    Account, Booking, BookingId, Claim, Concert, ConcertId, Delivery, Effect, EventId, Hold, HoldId,
    HoldState, IdKind, Movement, Payment, Performance, PerformanceId, Programme, SeatNumber, Stage,
    TransferId, UserId, Webhook,
};
use usher_engine::{
    ConcertRead, Cursor, Ended, HoldLine, Reader, RowKind, SeatsRead, StoreError, WaitingEvent,
};

use crate::cells::Cells;
use crate::clock::TimeSource;
use crate::error::corrupt;
use crate::kept::{DatedStage, Kept, select, select_in, select_one};
use crate::link::Link;
use crate::literal;
use crate::outbox;

/// A reader of a MySQL store.
pub struct MysqlReader {
    pub(crate) link: Link,
    pub(crate) time: TimeSource,
}

impl MysqlReader {
    /// Everything that `read` sees belongs to one moment.
    fn snapshot<T>(&mut self, read: impl Fn(&mut Link) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.link.fresh(|link| {
            link.run("begin to read", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")?;
            let found = read(link);
            link.roll_back();
            found
        })
    }

    /// A user's entries of a kind before one, newest first by (time, id): ids of several desks are not in the order
    /// of time.
    fn history<T: Kept>(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<T>, StoreError> {
        let user = literal::text(user.as_str());
        self.snapshot(|link| {
            let older = match before {
                None => String::new(),
                Some(id) => {
                    let sql = format!("SELECT created_at FROM {} WHERE id = {id}", T::TABLE);
                    let Some(at) = link.number("read rows", &sql)? else { return Ok(Vec::new()) };
                    format!("AND (created_at < {at} OR (created_at = {at} AND id < {id}))")
                }
            };
            let order = format!("ORDER BY created_at DESC, id DESC LIMIT {limit}");
            select(link, &format!("WHERE user = {user} {older} {order}"))
        })
    }
}

/// Holds with what they became, in the order of `holds`.
fn lines(link: &mut Link, holds: Vec<Hold>) -> Result<Vec<HoldLine>, StoreError> {
    let sale = |hold: &Hold| match hold.state {
        HoldState::Booked(booking, payment) | HoldState::Cancelled(booking, payment) => {
            Some((booking, payment))
        }
        HoldState::Live | HoldState::Released | HoldState::Expired => None,
    };
    let sales = || holds.iter().filter_map(sale);
    let bookings = select_in::<Booking>(link, "id", sales().map(|(booking, _)| booking.to_string()))?;
    let payments = select_in::<Payment>(link, "id", sales().map(|(_, payment)| payment.to_string()))?;
    let mut bookings: BTreeMap<BookingId, Booking> = bookings.into_iter().map(|row| (row.id, row)).collect();
    let mut payments: BTreeMap<TransferId, Payment> = payments.into_iter().map(|row| (row.id, row)).collect();
    let line = |hold: Hold| {
        let sale = sale(&hold);
        let booking = sale.and_then(|(booking, _)| bookings.remove(&booking));
        let payment = sale.and_then(|(_, payment)| payments.remove(&payment));
        HoldLine { hold, booking, payment }
    };
    Ok(holds.into_iter().map(line).collect())
}

fn programme(link: &mut Link, id: PerformanceId) -> Result<Option<(Programme, Stage)>, StoreError> {
    let Some(performance) = select_one::<Performance>(link, &format!("WHERE id = {id}"))? else {
        return Ok(None);
    };
    let concert = select_one::<Concert>(link, &format!("WHERE id = {}", performance.concert))?;
    let stage = select_one::<DatedStage>(link, &format!("WHERE performance = {id}"))?;
    let (Some(concert), Some(dated)) = (concert, stage) else {
        return Err(corrupt(format!("performance {id} has no concert or no hot row")));
    };
    let programme = Programme { performance: Arc::new(performance), concert: Arc::new(concert) };
    Ok(Some((programme, dated.stage)))
}

fn ids(link: &mut Link, sql: &str) -> Result<Vec<u64>, StoreError> {
    let rows = link.rows("read rows", sql)?;
    rows.into_iter().map(|row| Cells::from(row).id()).collect()
}

fn stages_of(link: &mut Link, ids: impl Iterator<Item = PerformanceId>) -> Result<Vec<Stage>, StoreError> {
    let found = select_in::<DatedStage>(link, "performance", ids.map(|id| id.to_string()))?;
    Ok(found.into_iter().map(|dated| dated.stage).collect())
}

impl Reader for MysqlReader {
    fn programme(&mut self, id: PerformanceId) -> Result<Option<(Programme, Stage)>, StoreError> {
        self.snapshot(|link| programme(link, id))
    }

    fn concert(&mut self, id: ConcertId) -> Result<Option<ConcertRead>, StoreError> {
        self.snapshot(|link| {
            let concert = select_one::<Concert>(link, &format!("WHERE id = {id}"))?;
            let Some(concert) = concert.map(Arc::new) else { return Ok(None) };
            let rest = format!("WHERE concert = {id} ORDER BY begins_at, id");
            let performances = select::<Performance>(link, &rest)?;
            let stages = stages_of(link, performances.iter().map(|performance| performance.id))?;
            let stages: BTreeMap<PerformanceId, Stage> =
                stages.into_iter().map(|stage| (stage.performance, stage)).collect();
            let with_stage = |performance: Performance| {
                stages.get(&performance.id).map(|stage| (Arc::new(performance), *stage))
            };
            let performances = performances.into_iter().filter_map(with_stage).collect();
            Ok(Some(ConcertRead { concert, performances }))
        })
    }

    fn seats(&mut self, id: PerformanceId) -> Result<Option<SeatsRead>, StoreError> {
        self.snapshot(|link| {
            let Some((programme, stage)) = programme(link, id)? else { return Ok(None) };
            let claims = select::<Claim>(link, &format!("WHERE performance = {id} ORDER BY seat"))?;
            Ok(Some(SeatsRead { programme, stage, claims }))
        })
    }

    fn holds_of(&mut self, user: &UserId, performance: PerformanceId) -> Result<Vec<HoldLine>, StoreError> {
        let user = literal::text(user.as_str());
        let rest =
            format!("WHERE user = {user} AND performance = {performance} AND state IN (0, 1) ORDER BY id");
        self.snapshot(|link| {
            let holds = select(link, &rest)?;
            lines(link, holds)
        })
    }

    fn hold(&mut self, id: HoldId) -> Result<Option<HoldLine>, StoreError> {
        self.snapshot(|link| {
            let hold = select(link, &format!("WHERE id = {id}"))?;
            Ok(lines(link, hold)?.pop())
        })
    }

    fn payment(&mut self, id: TransferId) -> Result<Option<Payment>, StoreError> {
        self.link.fresh(|link| select_one(link, &format!("WHERE id = {id}")))
    }

    fn account(&mut self, user: &UserId) -> Result<Option<Account>, StoreError> {
        let user = literal::text(user.as_str());
        self.link.fresh(|link| select_one(link, &format!("WHERE user = {user}")))
    }

    fn movements(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<Movement>, StoreError> {
        self.history(user, before, limit)
    }

    fn payments(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError> {
        self.history(user, before, limit)
    }

    fn bookings(
        &mut self,
        performance: PerformanceId,
        after: Option<SeatNumber>,
        limit: usize,
    ) -> Result<Vec<HoldLine>, StoreError> {
        let after = after.map_or(0, SeatNumber::get);
        // A booking of several seats stands at its first: the first four bytes of its seats.
        let first_seats = format!(
            "SELECT c.hold FROM claims c STRAIGHT_JOIN holds h ON h.id = c.hold \
             WHERE c.performance = {performance} AND c.seat > {after} AND c.state = 1 \
             AND CONV(HEX(LEFT(h.seats, 4)), 16, 10) = c.seat ORDER BY c.seat LIMIT {limit}"
        );
        self.snapshot(|link| {
            let found = ids(link, &first_seats)?;
            let mut holds = select_in::<Hold>(link, "id", found.iter().map(u64::to_string))?;
            holds.sort_unstable_by_key(|hold| hold.seats.first().copied());
            lines(link, holds)
        })
    }

    fn unfinished_cancellations(&mut self) -> Result<Vec<PerformanceId>, StoreError> {
        let sql = "SELECT performance FROM stages WHERE state = 2 AND (held > 0 OR bookings > 0)";
        let found = self.link.fresh(|link| ids(link, sql))?;
        Ok(found.into_iter().map(PerformanceId::new).collect())
    }

    fn unfinished(&mut self, performance: PerformanceId, limit: usize) -> Result<Vec<Ended>, StoreError> {
        let claimed = format!(
            "SELECT DISTINCT hold FROM claims WHERE performance = {performance} AND state IN (0, 1) LIMIT {limit}"
        );
        let ended = |hold: Hold| match hold.state {
            HoldState::Live => Some(Ended::Hold(hold.id)),
            HoldState::Booked(_, payment) => Some(Ended::Payment(payment)),
            HoldState::Released | HoldState::Expired | HoldState::Cancelled(..) => None,
        };
        self.snapshot(|link| {
            let found = ids(link, &claimed)?;
            let holds = select_in::<Hold>(link, "id", found.iter().map(u64::to_string))?;
            Ok(holds.into_iter().filter_map(ended).collect())
        })
    }

    fn due(&mut self, limit: usize) -> Result<Vec<HoldId>, StoreError> {
        let time = &self.time;
        let found = self.link.fresh(|link| {
            let now = time.now(link)?.unix_ms();
            let sql = format!(
                "SELECT id FROM holds WHERE state = 0 AND expires_at <= {now} ORDER BY expires_at, id LIMIT {limit}"
            );
            ids(link, &sql)
        })?;
        Ok(found.into_iter().map(HoldId::new).collect())
    }

    fn webhooks(&mut self) -> Result<Vec<(Webhook, Delivery)>, StoreError> {
        let sql = "SELECT packed, delivery FROM webhooks WHERE delivery IS NOT NULL ORDER BY id";
        let rows = self.link.fresh(|link| link.rows("read webhooks", sql))?;
        let read = |row| {
            let mut cells = Cells::from(row);
            Ok((cells.packed()?, cells.packed()?))
        };
        rows.into_iter().map(read).collect()
    }

    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<WaitingEvent>, StoreError> {
        self.link.fresh(|link| {
            let found = outbox::read(link, after, limit)?;
            if found.len() < limit && outbox::place_slice(link)? {
                return outbox::read(link, after, limit);
            }
            Ok(found)
        })
    }

    fn event_position(&mut self, id: Option<EventId>) -> Result<Option<u64>, StoreError> {
        let sql = match id {
            None => "SELECT CAST(value AS SIGNED) FROM meta WHERE name = 'event_position'".to_string(),
            Some(id) => format!("SELECT position FROM events WHERE id = {id}"),
        };
        self.link.fresh(|link| {
            let known = if id.is_some() { link.number("read events", &sql)? } else { None };
            if known.is_some() {
                return Ok(known.map(|position| position as u64));
            }
            outbox::place_all(link)?;
            Ok(link.number("read events", &sql)?.map(|position| position as u64))
        })
    }

    fn stages(&mut self, ids: &[PerformanceId]) -> Result<Vec<Stage>, StoreError> {
        self.link.fresh(|link| stages_of(link, ids.iter().copied()))
    }

    fn scan(
        &mut self,
        kind: RowKind,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<Effect>, Option<Cursor>), StoreError> {
        self.link.fresh(|link| scan::slice(link, kind, from, limit))
    }

    fn mark(&mut self) -> Result<Option<Vec<(IdKind, u64)>>, StoreError> {
        let rows = self
            .link
            .fresh(|link| link.rows("read the mark", "SELECT value FROM meta WHERE name = 'mark'"))?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let mark: Vec<(u8, u64)> = Cells::from(row).packed()?;
        let kind = |(kind, count): (u8, u64)| IdKind::ALL.get(usize::from(kind)).map(|kind| (*kind, count));
        Ok(Some(mark.into_iter().filter_map(kind).collect()))
    }
}
