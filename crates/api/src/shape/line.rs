//! Answers of the waiting room.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Endpoints 17 and 18: a place that waits or is let in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The place's number.
    pub waiting_queue_token_id: u64,
    /// Whose.
    pub user_id: String,
    /// The signed place; with status `PROCESSING`, the pass to send as `X-Queue-Token`.
    pub token_value: String,
    /// Live people ahead, never more than shown before; null once let in.
    pub position: Option<u64>,
    /// Until when the pass counts; null while waiting.
    #[schema(format = DateTime)]
    pub valid_until: Option<String>,
    /// `WAITING` or `PROCESSING`.
    pub status: String,
    /// When the place was taken.
    #[schema(format = DateTime)]
    pub request_at: String,
    /// Seconds to go; null without outflow.
    pub eta_seconds: Option<u64>,
    /// When to ask again; null once let in.
    pub poll_after_ms: Option<u64>,
    /// `enough`, `unlikely` or `sold-out`.
    pub outlook: String,
    /// One's own place, never changing.
    pub number: u64,
    /// When the place was taken.
    #[schema(format = DateTime)]
    pub joined_at: String,
    /// Whether admission pauses.
    pub paused: bool,
    /// The operator's words.
    pub message: Option<String>,
}

/// Endpoints 15 and 16: a pass that is live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pass {
    /// The place's number.
    pub processing_queue_token_id: u64,
    /// Whose.
    pub user_id: String,
    /// The pass.
    pub token_value: String,
    /// Until when it counts.
    #[schema(format = DateTime)]
    pub valid_until: String,
    /// `PROCESSING`.
    pub status: String,
}

/// What happened to a fan, in order of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Fan {
    /// Each with `at`, `kind` and what belongs to it.
    pub events: Vec<serde_json::Value>,
}
