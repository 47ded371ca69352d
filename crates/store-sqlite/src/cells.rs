//! Rows of SQLite to rows of the house and back: one function a kind, in the order of the columns.

use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};
use usher_core::{
    Account, BalanceId, Booking, BookingId, Claim, ClaimState, Concert, ConcertId, Hold, HoldId, HoldState,
    Money, Movement, PassRef, Payment, PaymentMethod, Performance, PerformanceId, Place, Reason, Refund,
    RoomId, SaleState, SeatNumber, Span, Stage, Timestamp, TransferId, UserId,
};

use crate::error::Sql;

fn wrong(column: usize) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(FromSqlError::OutOfRange(0)))
}

pub(crate) fn id(row: &Row<'_>, column: usize) -> Sql<u64> {
    row.get::<_, i64>(column)?.try_into().map_err(|_| wrong(column))
}

fn id_or_none(row: &Row<'_>, column: usize) -> Sql<Option<u64>> {
    row.get::<_, Option<i64>>(column)?.map(|id| id.try_into().map_err(|_| wrong(column))).transpose()
}

fn number(row: &Row<'_>, column: usize) -> Sql<u32> {
    row.get::<_, i64>(column)?.try_into().map_err(|_| wrong(column))
}

fn money(row: &Row<'_>, column: usize) -> Sql<Money> {
    id(row, column).map(Money::from_minor_units)
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> Sql<Timestamp> {
    row.get(column).map(Timestamp::from_unix_ms)
}

fn span(row: &Row<'_>, column: usize) -> Sql<Span> {
    id(row, column).map(Span::from_ms)
}

pub(crate) fn user(row: &Row<'_>, column: usize) -> Sql<UserId> {
    Ok(UserId::stored(row.get_ref(column)?.as_str()?))
}

pub(crate) const CONCERT: &str = "id, title, created_at";

pub(crate) fn concert(row: &Row<'_>) -> Sql<Concert> {
    Ok(Concert { id: ConcertId::new(id(row, 0)?), title: text(row, 1)?, created_at: time(row, 2)? })
}

fn text(row: &Row<'_>, column: usize) -> Sql<Arc<str>> {
    Ok(Arc::from(row.get_ref(column)?.as_str()?))
}

pub(crate) const PERFORMANCE: &str = "id, concert, begins_at, duration_ms, title, description, price, seats_max, \
     sale_opens_at, sale_closes_at, hold_ttl_ms, seats_per_user_max, room, created_at";

pub(crate) fn performance(row: &Row<'_>) -> Sql<Performance> {
    Ok(Performance {
        id: PerformanceId::new(id(row, 0)?),
        concert: ConcertId::new(id(row, 1)?),
        begins_at: time(row, 2)?,
        duration: span(row, 3)?,
        title: text(row, 4)?,
        description: row.get_ref(5)?.as_str_or_null()?.map(Arc::from),
        price: money(row, 6)?,
        seats_max: number(row, 7)?,
        sale_opens_at: time(row, 8)?,
        sale_closes_at: time(row, 9)?,
        hold_ttl: span(row, 10)?,
        seats_per_user_max: number(row, 11)?,
        room: RoomId::stored(row.get_ref(12)?.as_str()?),
        created_at: time(row, 13)?,
    })
}

pub(crate) const STAGE: &str = "performance, state, version, event_sequence, held, sold, blocked, bookings, bookings_when_cancelled, refunded";

pub(crate) fn stage(row: &Row<'_>) -> Sql<Stage> {
    let state = match row.get(1)? {
        0 => SaleState::OnSale,
        1 => SaleState::Closed,
        2 => SaleState::Cancelled,
        3.. | ..=-1 => return Err(wrong(1)),
    };
    Ok(Stage {
        performance: PerformanceId::new(id(row, 0)?),
        state,
        version: id(row, 2)?,
        event_sequence: id(row, 3)?,
        held: number(row, 4)?,
        sold: number(row, 5)?,
        blocked: number(row, 6)?,
        bookings: number(row, 7)?,
        bookings_when_cancelled: number(row, 8)?,
        refunded: number(row, 9)?,
    })
}

pub(crate) fn sale_state(state: SaleState) -> i64 {
    match state {
        SaleState::OnSale => 0,
        SaleState::Closed => 1,
        SaleState::Cancelled => 2,
    }
}

pub(crate) const CLAIM: &str = "performance, hold, seat, state, user";

pub(crate) fn claim(row: &Row<'_>) -> Sql<Claim> {
    let hold = match id(row, 1)? {
        BLOCKED => None,
        hold => Some(HoldId::new(hold)),
    };
    let state = match row.get(3)? {
        0 => ClaimState::Held,
        1 => ClaimState::Sold,
        2 => ClaimState::Blocked,
        3.. | ..=-1 => return Err(wrong(3)),
    };
    Ok(Claim {
        performance: PerformanceId::new(id(row, 0)?),
        seat: SeatNumber::new(number(row, 2)?),
        state,
        hold,
        user: row.get_ref(4)?.as_str_or_null()?.map(UserId::stored),
    })
}

/// In place of a hold: a seat that the operator blocked.
const BLOCKED: u64 = 0;

pub(crate) fn claim_hold(hold: Option<HoldId>) -> i64 {
    hold.map_or(BLOCKED, HoldId::get) as i64
}

pub(crate) fn claim_state(state: ClaimState) -> i64 {
    match state {
        ClaimState::Held => 0,
        ClaimState::Sold => 1,
        ClaimState::Blocked => 2,
    }
}

pub(crate) const HOLD: &str =
    "id, performance, user, seats, amount, created_at, expires_at, state, booking, payment, room, place";

pub(crate) fn hold(row: &Row<'_>) -> Sql<Hold> {
    let seats = row.get_ref(3)?.as_blob()?;
    let seats = seats
        .chunks_exact(4)
        .map(|seat| SeatNumber::new(u32::from_le_bytes([seat[0], seat[1], seat[2], seat[3]])));
    let booked = || -> Sql<(BookingId, TransferId)> {
        Ok((BookingId::new(id(row, 8)?), TransferId::new(id(row, 9)?)))
    };
    let state = match row.get(7)? {
        0 => HoldState::Live,
        1 => booked().map(|(booking, payment)| HoldState::Booked(booking, payment))?,
        2 => HoldState::Released,
        3 => HoldState::Expired,
        4 => booked().map(|(booking, payment)| HoldState::Cancelled(booking, payment))?,
        5.. | ..=-1 => return Err(wrong(7)),
    };
    let room = row.get_ref(10)?.as_str_or_null()?.map(RoomId::stored);
    let pass = match room {
        Some(room) => Some(PassRef { room, number: id(row, 11)? }),
        None => None,
    };
    Ok(Hold {
        id: HoldId::new(id(row, 0)?),
        performance: PerformanceId::new(id(row, 1)?),
        user: user(row, 2)?,
        seats: seats.collect(),
        amount: money(row, 4)?,
        created_at: time(row, 5)?,
        expires_at: time(row, 6)?,
        pass,
        state,
    })
}

/// The state of a hold as its three columns.
pub(crate) fn hold_state(state: HoldState) -> (i64, Option<i64>, Option<i64>) {
    match state {
        HoldState::Live => (0, None, None),
        HoldState::Booked(booking, payment) => (1, Some(booking.get() as i64), Some(payment.get() as i64)),
        HoldState::Released => (2, None, None),
        HoldState::Expired => (3, None, None),
        HoldState::Cancelled(booking, payment) => (4, Some(booking.get() as i64), Some(payment.get() as i64)),
    }
}

/// Seats as four little-endian bytes each; at most ten of them.
pub(crate) fn seats_blob(seats: &[SeatNumber]) -> Vec<u8> {
    seats.iter().flat_map(|seat| seat.get().to_le_bytes()).collect()
}

pub(crate) const BOOKING: &str =
    "id, hold, payment, performance, user, created_at, closed_when_booked, cancelled";

pub(crate) fn booking(row: &Row<'_>) -> Sql<Booking> {
    Ok(Booking {
        id: BookingId::new(id(row, 0)?),
        hold: HoldId::new(id(row, 1)?),
        payment: TransferId::new(id(row, 2)?),
        performance: PerformanceId::new(id(row, 3)?),
        user: user(row, 4)?,
        created_at: time(row, 5)?,
        closed_when_booked: row.get(6)?,
        cancelled: row.get(7)?,
    })
}

pub(crate) const PAYMENT: &str =
    "id, hold, booking, performance, user, amount, method, created_at, refunded_at, refund";

pub(crate) fn payment(row: &Row<'_>) -> Sql<Payment> {
    let method = match row.get::<_, Option<i64>>(6)? {
        None => None,
        Some(0) => Some(PaymentMethod::CreditCard),
        Some(1) => Some(PaymentMethod::DebitCard),
        Some(2) => Some(PaymentMethod::Paypal),
        Some(3) => Some(PaymentMethod::BankTransfer),
        Some(4.. | ..=-1) => return Err(wrong(6)),
    };
    let refunded_at: Option<i64> = row.get(8)?;
    let transfer = id_or_none(row, 9)?.map(TransferId::new);
    Ok(Payment {
        id: TransferId::new(id(row, 0)?),
        hold: HoldId::new(id(row, 1)?),
        booking: BookingId::new(id(row, 2)?),
        performance: PerformanceId::new(id(row, 3)?),
        user: user(row, 4)?,
        amount: money(row, 5)?,
        method,
        created_at: time(row, 7)?,
        refund: refunded_at.map(|at| Refund { at: Timestamp::from_unix_ms(at), transfer }),
    })
}

pub(crate) fn method(method: PaymentMethod) -> i64 {
    match method {
        PaymentMethod::CreditCard => 0,
        PaymentMethod::DebitCard => 1,
        PaymentMethod::Paypal => 2,
        PaymentMethod::BankTransfer => 3,
    }
}

pub(crate) const ACCOUNT: &str = "user, id, balance, created_at, updated_at, event_sequence";

pub(crate) fn account(row: &Row<'_>) -> Sql<Account> {
    Ok(Account {
        user: user(row, 0)?,
        id: BalanceId::new(id(row, 1)?),
        balance: money(row, 2)?,
        created_at: time(row, 3)?,
        updated_at: time(row, 4)?,
        event_sequence: id(row, 5)?,
    })
}

pub(crate) const MOVEMENT: &str = "id, user, reason, amount, balance_after, hold, created_at";

pub(crate) fn movement(row: &Row<'_>) -> Sql<Movement> {
    let reason = match row.get(2)? {
        0 => Reason::Charge,
        1 => Reason::Use,
        2 => Reason::Payment,
        3 => Reason::Refund,
        4.. | ..=-1 => return Err(wrong(2)),
    };
    Ok(Movement {
        id: TransferId::new(id(row, 0)?),
        user: user(row, 1)?,
        reason,
        amount: money(row, 3)?,
        balance_after: money(row, 4)?,
        hold: id_or_none(row, 5)?.map(HoldId::new),
        created_at: time(row, 6)?,
    })
}

pub(crate) fn reason(reason: Reason) -> i64 {
    match reason {
        Reason::Charge => 0,
        Reason::Use => 1,
        Reason::Payment => 2,
        Reason::Refund => 3,
    }
}

pub(crate) const PLACE: &str = "room, number, user, joined_at, event_sequence, state";

pub(crate) fn place(row: &Row<'_>) -> Sql<Place> {
    Ok(Place {
        room: RoomId::stored(row.get_ref(0)?.as_str()?),
        number: id(row, 1)?,
        user: user(row, 2)?,
        joined_at: time(row, 3)?,
        event_sequence: id(row, 4)?,
        state: crate::reader::unpack(row, 5)?,
    })
}
