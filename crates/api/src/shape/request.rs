//! Shapes of what requests carry. `requestAt` is accepted everywhere and decides nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Endpoint 1: `seatNumber` or `seatNumbers`, not both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldRequest {
    /// Who holds.
    pub user_id: String,
    /// Where.
    pub concert_option_id: u64,
    /// One seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat_number: Option<u64>,
    /// 1 to 10 seats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat_numbers: Option<Vec<u64>>,
    /// Accepted and not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub request_at: Option<String>,
}

/// Endpoint 2.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmRequest {
    /// The hold.
    pub temporal_reservation_id: u64,
    /// Its holder.
    pub user_id: String,
    /// Accepted and not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub request_at: Option<String>,
}

/// Endpoint 4.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConcertRequest {
    /// 1 to 200 characters.
    pub title: String,
    /// Accepted and not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub request_at: Option<String>,
}

/// Endpoint 5.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformanceRequest {
    /// When it begins.
    #[schema(format = DateTime)]
    pub concert_date: String,
    /// ISO 8601, PT1M to P7D.
    pub concert_duration: String,
    /// 1 to 200 characters.
    pub title: String,
    /// At most 4,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Minor units, at most 10^12.
    pub price: u64,
    /// 1 to 100,000.
    pub max_seats: u32,
    /// At once by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub sale_opens_at: Option<String>,
    /// `concertDate` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub sale_closes_at: Option<String>,
    /// 10 to 3,600; `hold.ttl` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_seconds: Option<u64>,
    /// `hold.seats_per_user` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_seats_per_user: Option<u32>,
    /// `main` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_queue_id: Option<String>,
    /// Accepted and not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub request_at: Option<String>,
}

/// Endpoint 8.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRequest {
    /// Who pays.
    pub user_id: String,
    /// The hold's id, or `reservation-` and it.
    pub target_id: String,
    /// If named, the price of the hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// `CREDIT_CARD`, `DEBIT_CARD`, `PAYPAL` or `BANK_TRANSFER`.
    pub payment_method: String,
    /// Accepted and not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_target: Option<String>,
    /// Accepted and not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub request_at: Option<String>,
}

/// Endpoints 13 and 14.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AmountRequest {
    /// If named, the path's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Minor units, above zero.
    pub amount: u64,
    /// Accepted and not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub request_at: Option<String>,
}

/// Endpoint 17.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinRequest {
    /// Who joins.
    pub user_id: String,
    /// `main` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_queue_id: Option<String>,
    /// Accepted and not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub request_at: Option<String>,
}

/// Block and unblock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatsRequest {
    /// Which seats.
    pub seat_numbers: Vec<u64>,
}

/// A receiver of events to add.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookRequest {
    /// `http://` or `https://`.
    pub url: String,
    /// Which types; all by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<String>>,
}

/// What to change about a room.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomPatchRequest {
    /// When admission begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub opens_at: Option<String>,
    /// Whether admission pauses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// At most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How many passes may be live at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_passes_max: Option<u32>,
    /// How many are let in per second at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admits_per_second: Option<u32>,
}
