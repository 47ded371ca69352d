//! Shapes of what the operator's verbs answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Blocked seats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Blocked {
    /// Every blocked seat of the performance, ascending.
    pub blocked: Vec<u32>,
}

/// How far a cancellation has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cancellation {
    /// The performance's state.
    pub state: String,
    /// Bookings live when it was cancelled.
    pub bookings: u32,
    /// Of these, how many are refunded.
    pub refunded: u32,
}

/// A receiver of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its id.
    pub id: u64,
    /// Where events go.
    pub url: String,
    /// Which types it wants; empty for all.
    pub events: Vec<String>,
}

/// A receiver of events, when it is added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookAdded {
    /// Its id.
    pub id: u64,
    /// Where events go.
    pub url: String,
    /// Which types it wants; empty for all.
    pub events: Vec<String>,
    /// The signing secret, shown this once.
    pub secret: String,
}

/// A receiver of events, and how far it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookLine {
    /// Its id.
    pub id: u64,
    /// Where events go.
    pub url: String,
    /// Which types it wants; empty for all.
    pub events: Vec<String>,
    /// Events delivered.
    pub delivered: u64,
    /// Events still to come.
    pub pending: u64,
    /// Events given up after repeated refusals.
    pub parked: u64,
    /// The latest of them.
    pub parked_events: Vec<ParkedEvent>,
}

/// An event that a receiver kept refusing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParkedEvent {
    /// The event.
    pub id: u64,
    /// The HTTP status it was last refused with.
    pub status: u16,
    /// When it was given up.
    #[schema(format = DateTime)]
    pub at: String,
}

/// All receivers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhooks {
    /// By id.
    pub webhooks: Vec<WebhookLine>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its id; receivers tell duplicates by it.
    pub id: u64,
    /// Such as `hold.placed`.
    pub r#type: String,
    /// When.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// `performance:<id>`, `user:<userId>` or `place:<waitingQueueId>:<userId>`.
    pub aggregate: String,
    /// Its number within the aggregate.
    pub sequence: u64,
    /// As the endpoint answered.
    pub data: serde_json::Value,
}

/// Events, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Events {
    /// A page of them.
    pub events: Vec<Event>,
    /// What to ask for next.
    pub next_after: Option<u64>,
}

/// A waiting room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// Its id.
    pub waiting_queue_id: String,
    /// When admission begins.
    #[schema(format = DateTime)]
    pub opens_at: Option<String>,
    /// Whether admission pauses.
    pub paused: bool,
    /// The operator's words to all who wait.
    pub message: Option<String>,
    /// How many passes may be live at once.
    pub live_passes_max: u32,
    /// How many are let in per second at most.
    pub admits_per_second: u32,
    /// Live places.
    pub waiting: u64,
    /// Live passes.
    pub live_passes: u64,
    /// Passes ever given.
    pub admitted: u64,
    /// How many are let in per second as measured.
    pub outflow_per_second: f64,
}

/// All waiting rooms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rooms {
    /// By id.
    pub rooms: Vec<Room>,
}
