//! Shapes of what buyers' routes answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A title with performances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Concert {
    /// Its id.
    pub concert_id: u64,
    /// Its title.
    pub title: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// As `createdAt`.
    #[schema(format = DateTime)]
    pub request_at: String,
}

/// A performance: one date of a concert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConcertOption {
    /// Its id.
    pub concert_option_id: u64,
    /// Its concert.
    pub concert: Concert,
    /// When it begins.
    #[schema(format = DateTime)]
    pub concert_date: String,
    /// How long it lasts, ISO 8601.
    pub concert_duration: String,
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: Option<String>,
    /// Price of each seat, in minor units.
    pub price: u64,
    /// Seats are numbered from 1 to this.
    pub max_seats: u32,
    /// From then on it sells.
    #[schema(format = DateTime)]
    pub sale_opens_at: String,
    /// From then on no new hold.
    #[schema(format = DateTime)]
    pub sale_closes_at: String,
    /// How long a hold lives.
    pub hold_seconds: u64,
    /// How many seats one user may hold and have booked.
    pub max_seats_per_user: u32,
    /// Its waiting room.
    pub waiting_queue_id: String,
    /// `ON_SALE`, `CLOSED` or `CANCELLED`.
    pub state: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// As `createdAt`.
    #[schema(format = DateTime)]
    pub request_at: String,
}

/// A seat of a hold or booking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Seat {
    /// (concertOptionId − 1)·100000 + seatNumber.
    pub seat_id: u64,
    /// Null until there are layouts.
    pub section: Option<String>,
    /// Null until there are layouts.
    pub seat_row: Option<String>,
    /// Its number, from 1.
    pub seat_number: u32,
    /// Always true here.
    pub occupied: bool,
}

/// Seats kept for one buyer for a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The hold.
    pub temporal_reservation_id: u64,
    /// Whose.
    pub user_id: String,
    /// Where.
    pub concert_option: ConcertOption,
    /// The first of `seats`.
    pub seat: Seat,
    /// Which seats, by number.
    pub seats: Vec<Seat>,
    /// What they cost, in minor units.
    pub amount: u64,
    /// Always false.
    pub is_confirmed: bool,
    /// When it was granted.
    #[schema(format = DateTime)]
    pub reserve_at: String,
    /// From then on it is expired.
    #[schema(format = DateTime)]
    pub expire_at: String,
    /// As `reserveAt`.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// As `createdAt`.
    #[schema(format = DateTime)]
    pub request_at: String,
}

/// Seats sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    /// The booking.
    pub reservation_id: u64,
    /// The hold it came from.
    pub temporal_reservation_id: u64,
    /// The payment.
    pub transaction_id: u64,
    /// Whose.
    pub user_id: String,
    /// Where.
    pub concert_option: ConcertOption,
    /// The first of `seats`.
    pub seat: Seat,
    /// Which seats, by number.
    pub seats: Vec<Seat>,
    /// When it was booked.
    #[schema(format = DateTime)]
    pub reserve_at: String,
    /// As `reserveAt`.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Always true.
    pub is_confirmed: bool,
}

/// A live booking or hold of endpoint 3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The booking; null for a hold.
    pub reservation_id: Option<u64>,
    /// The hold.
    pub temporal_reservation_id: u64,
    /// The payment; only bookings have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<u64>,
    /// Whose.
    pub user_id: String,
    /// Where.
    pub concert_option: ConcertOption,
    /// The first of `seats`.
    pub seat: Seat,
    /// Which seats, by number.
    pub seats: Vec<Seat>,
    /// What they cost; only holds have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// Whether it is booked.
    pub is_confirmed: bool,
    /// When it was granted or booked.
    #[schema(format = DateTime)]
    pub reserve_at: String,
    /// From then on it is expired; only holds have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub expire_at: Option<String>,
    /// As `reserveAt`.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// As `createdAt`; only holds have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub request_at: Option<String>,
    /// Whether it is a hold.
    pub is_temporary: bool,
}

/// Endpoint 3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statuses {
    /// Bookings, then holds, by id.
    pub reservation_status_responses: Vec<Status>,
}

/// A performance that lies ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Date {
    /// Its id.
    pub concert_option_id: u64,
    /// When it begins.
    #[schema(format = DateTime)]
    pub concert_date: String,
    /// How long it lasts, ISO 8601.
    pub concert_duration: String,
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: Option<String>,
    /// Price of each seat, in minor units.
    pub price: u64,
    /// All seats of the house.
    pub seats_total: u32,
    /// Seats neither held, sold nor blocked.
    pub seats_available: u32,
}

/// Endpoint 6.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dates {
    /// By date.
    pub available_date_responses: Vec<Date>,
}

/// A seat on offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FreeSeat {
    /// (concertOptionId − 1)·100000 + seatNumber.
    pub seat_id: u64,
    /// Its number, from 1.
    pub seat_number: u32,
    /// Always false.
    pub occupied: bool,
}

/// Endpoint 7.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Seats {
    /// The performance.
    pub concert_option: ConcertOption,
    /// Rises with every change of seats or state.
    pub version: u64,
    /// By number.
    pub available_seats_responses: Vec<FreeSeat>,
}

/// Endpoints 8 and 9.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// The payment.
    pub transaction_id: u64,
    /// Who paid.
    pub user_id: String,
    /// How much, in minor units.
    pub amount: u64,
    /// `COMPLETE` or `CANCELLED`.
    pub payment_status: String,
    /// The booking.
    pub reservation_id: u64,
}

/// A payment in a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentLine {
    /// The payment.
    pub transaction_id: u64,
    /// Who paid.
    pub user_id: String,
    /// How much, in minor units.
    pub amount: u64,
    /// `COMPLETE` or `CANCELLED`.
    pub payment_status: String,
    /// As it was named; null if it was not.
    pub payment_method: Option<String>,
    /// The booking.
    pub reservation_id: u64,
    /// When.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// Endpoint 10.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payments {
    /// Newest first.
    pub payment_responses: Vec<PaymentLine>,
    /// Where older ones follow; null at the end.
    pub next_cursor: Option<String>,
}

/// Endpoints 11, 13 and 14.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    /// Its id.
    pub balance_id: u64,
    /// Whose.
    pub user_id: String,
    /// What is in it, in minor units.
    pub amount: u64,
    /// When it was opened.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// A movement of money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Movement {
    /// Its transfer.
    pub transaction_id: u64,
    /// Whose balance.
    pub user_id: String,
    /// How much, always positive.
    pub amount: u64,
    /// The balance after it.
    pub balance_after: u64,
    /// `CHARGE` (in) or `USE` (out).
    pub transaction_type: String,
    /// `CHARGE`, `REFUND`, `PAYMENT` or `USE`.
    pub reason: String,
    /// When.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// Endpoint 12.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Movements {
    /// Newest first.
    pub balance_transaction_responses: Vec<Movement>,
    /// Where older ones follow; null at the end.
    pub next_cursor: Option<String>,
}

/// A member at fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The member, parameter or header.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// Why a request was refused: RFC 9457.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// `/problems/<code>`, a page.
    pub r#type: String,
    /// A few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do next.
    pub detail: String,
    /// The path asked for.
    pub instance: String,
    /// Stable, kebab-case.
    pub code: String,
    /// When to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The seats it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat_numbers: Option<Vec<u32>>,
    /// Members at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<Fault>>,
}
