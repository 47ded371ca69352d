//! Concerts, performances, and their hot rows.

use usher_core::{Concert, ConcertId, Performance, PerformanceId, RoomId, SaleState, Stage};
use usher_engine::StoreError;

use super::Kept;
use crate::cells::Cells;
use crate::literal::Tuple;

impl Kept for Concert {
    const TABLE: &'static str = "concerts";
    const COLUMNS: &'static str = "id, title, created_at";
    const CHANGE: &'static str = "";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        Ok(Concert { id: ConcertId::new(cells.id()?), title: cells.text()?, created_at: cells.time()? })
    }

    fn tuple(&self) -> Tuple {
        Tuple::default().id(self.id.get()).text(&self.title).int(self.created_at.unix_ms())
    }
}

impl Kept for Performance {
    const TABLE: &'static str = "performances";
    const COLUMNS: &'static str = "id, concert, begins_at, duration_ms, title, description, price, seats_max, \
         sale_opens_at, sale_closes_at, hold_ttl_ms, seats_per_user_max, room, created_at";
    const CHANGE: &'static str = "";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        Ok(Performance {
            id: PerformanceId::new(cells.id()?),
            concert: ConcertId::new(cells.id()?),
            begins_at: cells.time()?,
            duration: cells.span()?,
            title: cells.text()?,
            description: cells.maybe_text()?,
            price: cells.money()?,
            seats_max: cells.number()?,
            sale_opens_at: cells.time()?,
            sale_closes_at: cells.time()?,
            hold_ttl: cells.span()?,
            seats_per_user_max: cells.number()?,
            room: RoomId::stored(&cells.string()?),
            created_at: cells.time()?,
        })
    }

    fn tuple(&self) -> Tuple {
        Tuple::default()
            .id(self.id.get())
            .id(self.concert.get())
            .int(self.begins_at.unix_ms())
            .id(self.duration.ms())
            .text(&self.title)
            .maybe_text(self.description.as_deref())
            .id(self.price.minor_units())
            .id(self.seats_max.into())
            .int(self.sale_opens_at.unix_ms())
            .int(self.sale_closes_at.unix_ms())
            .id(self.hold_ttl.ms())
            .id(self.seats_per_user_max.into())
            .text(self.room.as_str())
            .int(self.created_at.unix_ms())
    }
}

/// A hot row, and when it last changed: no later decision about it may be dated before.
pub(crate) struct DatedStage {
    pub(crate) stage: Stage,
    pub(crate) changed_at_ms: i64,
}

impl Kept for DatedStage {
    const TABLE: &'static str = "stages";
    const COLUMNS: &'static str = "performance, state, version, event_sequence, held, sold, blocked, bookings, \
         bookings_when_cancelled, refunded, changed_at";
    const CHANGE: &'static str = "ON DUPLICATE KEY UPDATE state = VALUES(state), version = VALUES(version), \
         event_sequence = VALUES(event_sequence), held = VALUES(held), sold = VALUES(sold), \
         blocked = VALUES(blocked), bookings = VALUES(bookings), \
         bookings_when_cancelled = VALUES(bookings_when_cancelled), refunded = VALUES(refunded), \
         changed_at = VALUES(changed_at)";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        let stage = Stage {
            performance: PerformanceId::new(cells.id()?),
            state: match cells.int()? {
                0 => SaleState::OnSale,
                1 => SaleState::Closed,
                2 => SaleState::Cancelled,
                3.. | ..=-1 => return Err(cells.senseless()),
            },
            version: cells.id()?,
            event_sequence: cells.id()?,
            held: cells.number()?,
            sold: cells.number()?,
            blocked: cells.number()?,
            bookings: cells.number()?,
            bookings_when_cancelled: cells.number()?,
            refunded: cells.number()?,
        };
        Ok(DatedStage { stage, changed_at_ms: cells.int()? })
    }

    fn tuple(&self) -> Tuple {
        let stage = &self.stage;
        let state = match stage.state {
            SaleState::OnSale => 0,
            SaleState::Closed => 1,
            SaleState::Cancelled => 2,
        };
        Tuple::default()
            .id(stage.performance.get())
            .int(state)
            .id(stage.version)
            .id(stage.event_sequence)
            .id(stage.held.into())
            .id(stage.sold.into())
            .id(stage.blocked.into())
            .id(stage.bookings.into())
            .id(stage.bookings_when_cancelled.into())
            .id(stage.refunded.into())
            .int(self.changed_at_ms)
    }
}
