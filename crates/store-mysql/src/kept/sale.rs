//! Claims, holds, bookings, payments.

use usher_core::{
    Booking, BookingId, Claim, ClaimState, Hold, HoldId, HoldState, PassRef, Payment, PaymentMethod,
    PerformanceId, Refund, RoomId, SeatNumber, Timestamp, TransferId, UserId,
};
use usher_engine::StoreError;

use super::Kept;
use crate::cells::Cells;
use crate::literal::Tuple;

/// The hold of a claim as its column: a blocked seat has hold 0, so that one comparison guards both kinds.
pub(crate) fn hold_column(hold: Option<HoldId>) -> u64 {
    hold.map_or(0, HoldId::get)
}

pub(crate) fn claim_state(state: ClaimState) -> i64 {
    match state {
        ClaimState::Held => 0,
        ClaimState::Sold => 1,
        ClaimState::Blocked => 2,
    }
}

impl Kept for Claim {
    const TABLE: &'static str = "claims";
    const COLUMNS: &'static str = "performance, seat, state, hold, user";
    const CHANGE: &'static str = "";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        Ok(Claim {
            performance: PerformanceId::new(cells.id()?),
            seat: SeatNumber::new(cells.number()?),
            state: match cells.int()? {
                0 => ClaimState::Held,
                1 => ClaimState::Sold,
                2 => ClaimState::Blocked,
                3.. | ..=-1 => return Err(cells.senseless()),
            },
            hold: match cells.id()? {
                0 => None,
                id => Some(HoldId::new(id)),
            },
            user: cells.maybe_text()?.map(|name| UserId::stored(&name)),
        })
    }

    fn tuple(&self) -> Tuple {
        Tuple::default()
            .id(self.performance.get())
            .id(self.seat.get().into())
            .int(claim_state(self.state))
            .id(hold_column(self.hold))
            .maybe_text(self.user.as_ref().map(UserId::as_str))
    }
}

impl Kept for Hold {
    const TABLE: &'static str = "holds";
    const COLUMNS: &'static str =
        "id, performance, user, seats, amount, created_at, expires_at, state, booking, payment, room, place";
    const CHANGE: &'static str =
        "ON DUPLICATE KEY UPDATE state = VALUES(state), booking = VALUES(booking), payment = VALUES(payment)";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        let (id, performance) = (HoldId::new(cells.id()?), PerformanceId::new(cells.id()?));
        let (user, seats) = (cells.user()?, cells.bytes()?);
        let seats = seats.chunks_exact(4);
        let seats =
            seats.map(|seat| SeatNumber::new(u32::from_be_bytes([seat[0], seat[1], seat[2], seat[3]])));
        let seats = seats.collect();
        let (amount, created_at, expires_at) = (cells.money()?, cells.time()?, cells.time()?);
        let state = cells.int()?;
        let sale = cells.maybe_id()?.map(BookingId::new).zip(cells.maybe_id()?.map(TransferId::new));
        let state = match (state, sale) {
            (0, _) => HoldState::Live,
            (1, Some((booking, payment))) => HoldState::Booked(booking, payment),
            (2, _) => HoldState::Released,
            (3, _) => HoldState::Expired,
            (4, Some((booking, payment))) => HoldState::Cancelled(booking, payment),
            (_, Some(_) | None) => return Err(cells.senseless()),
        };
        let pass = cells.maybe_text()?.map(|room| RoomId::stored(&room)).zip(cells.maybe_id()?);
        let pass = pass.map(|(room, number)| PassRef { room, number });
        Ok(Hold { id, performance, user, seats, amount, created_at, expires_at, pass, state })
    }

    fn tuple(&self) -> Tuple {
        let seats: Vec<u8> = self.seats.iter().flat_map(|seat| seat.get().to_be_bytes()).collect();
        let (state, sale) = match self.state {
            HoldState::Live => (0, None),
            HoldState::Booked(booking, payment) => (1, Some((booking, payment))),
            HoldState::Released => (2, None),
            HoldState::Expired => (3, None),
            HoldState::Cancelled(booking, payment) => (4, Some((booking, payment))),
        };
        Tuple::default()
            .id(self.id.get())
            .id(self.performance.get())
            .text(self.user.as_str())
            .bytes(&seats)
            .id(self.amount.minor_units())
            .int(self.created_at.unix_ms())
            .int(self.expires_at.unix_ms())
            .int(state)
            .maybe(sale.map(|(booking, _)| booking.get() as i64))
            .maybe(sale.map(|(_, payment)| payment.get() as i64))
            .maybe_text(self.pass.as_ref().map(|pass| pass.room.as_str()))
            .maybe(self.pass.as_ref().map(|pass| pass.number as i64))
    }
}

impl Kept for Booking {
    const TABLE: &'static str = "bookings";
    const COLUMNS: &'static str =
        "id, hold, payment, performance, user, created_at, closed_when_booked, cancelled";
    // Another booking of the same hold lands here too: hold -1 is what the schema refuses.
    const CHANGE: &'static str = "ON DUPLICATE KEY UPDATE cancelled = VALUES(cancelled), \
         hold = IF(id = VALUES(id) AND hold = VALUES(hold), hold, -1)";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        Ok(Booking {
            id: BookingId::new(cells.id()?),
            hold: HoldId::new(cells.id()?),
            payment: TransferId::new(cells.id()?),
            performance: PerformanceId::new(cells.id()?),
            user: cells.user()?,
            created_at: cells.time()?,
            closed_when_booked: cells.is_true()?,
            cancelled: cells.is_true()?,
        })
    }

    fn tuple(&self) -> Tuple {
        Tuple::default()
            .id(self.id.get())
            .id(self.hold.get())
            .id(self.payment.get())
            .id(self.performance.get())
            .text(self.user.as_str())
            .int(self.created_at.unix_ms())
            .int(self.closed_when_booked.into())
            .int(self.cancelled.into())
    }
}

impl Kept for Payment {
    const TABLE: &'static str = "payments";
    const COLUMNS: &'static str =
        "id, hold, booking, performance, user, amount, method, created_at, refunded_at, refund";
    // As with bookings: another payment of the same hold is refused.
    const CHANGE: &'static str = "ON DUPLICATE KEY UPDATE refunded_at = VALUES(refunded_at), refund = VALUES(refund), \
         hold = IF(id = VALUES(id) AND hold = VALUES(hold), hold, -1)";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        Ok(Payment {
            id: TransferId::new(cells.id()?),
            hold: HoldId::new(cells.id()?),
            booking: BookingId::new(cells.id()?),
            performance: PerformanceId::new(cells.id()?),
            user: cells.user()?,
            amount: cells.money()?,
            method: match cells.maybe_int()? {
                None => None,
                Some(0) => Some(PaymentMethod::CreditCard),
                Some(1) => Some(PaymentMethod::DebitCard),
                Some(2) => Some(PaymentMethod::Paypal),
                Some(3) => Some(PaymentMethod::BankTransfer),
                Some(4.. | ..=-1) => return Err(cells.senseless()),
            },
            created_at: cells.time()?,
            refund: refund(cells)?,
        })
    }

    fn tuple(&self) -> Tuple {
        let method = self.method.map(|method| match method {
            PaymentMethod::CreditCard => 0,
            PaymentMethod::DebitCard => 1,
            PaymentMethod::Paypal => 2,
            PaymentMethod::BankTransfer => 3,
        });
        let transfer = self.refund.and_then(|refund| refund.transfer);
        Tuple::default()
            .id(self.id.get())
            .id(self.hold.get())
            .id(self.booking.get())
            .id(self.performance.get())
            .text(self.user.as_str())
            .id(self.amount.minor_units())
            .maybe(method)
            .int(self.created_at.unix_ms())
            .maybe(self.refund.map(|refund| refund.at.unix_ms()))
            .maybe(transfer.map(|transfer| transfer.get() as i64))
    }
}

fn refund(cells: &mut Cells) -> Result<Option<Refund>, StoreError> {
    let (at, transfer) = (cells.maybe_int()?, cells.maybe_id()?);
    Ok(at.map(|at| Refund { at: Timestamp::from_unix_ms(at), transfer: transfer.map(TransferId::new) }))
}
