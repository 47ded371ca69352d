//! What clients read in answers about the waiting room, and keep in the record of what they were told.

use serde::{Deserialize, Serialize};

/// A place in line as its fan is shown it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// In which room, by the client's own knowledge: the answer does not say.
    #[serde(default)]
    pub waiting_queue_id: String,
    pub number: u64,
    pub status: Status,
    /// Live people ahead; `None` once let in.
    pub position: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eta_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll_after_ms: Option<u64>,
    pub outlook: Outlook,
    /// The signed place or pass: shown on the way, never recorded.
    #[serde(default, skip_serializing)]
    pub token_value: String,
}

/// Whether a fan waits or is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Waiting,
    Processing,
}

/// Whether waiting can still bring a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outlook {
    Enough,
    Unlikely,
    SoldOut,
}

/// A room as its operator is shown it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    pub waiting_queue_id: String,
    /// RFC 3339; nobody is let in before.
    pub opens_at: Option<String>,
    pub paused: bool,
    pub live_passes_max: u32,
    pub admits_per_second: u32,
    /// Places that wait.
    pub waiting: u64,
    /// Passes that were given and not ended.
    pub live_passes: u64,
    /// Passes ever given.
    pub admitted: u64,
}

/// Why a request was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Problem {
    pub code: String,
    pub seat_numbers: Vec<u32>,
    pub retry_after_ms: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_read_from_an_answer_and_never_recorded() {
        let answer = r#"{"waitingQueueTokenId":7,"userId":"kim","tokenValue":"secret","position":null,"validUntil":"2026-11-25T05:00:00.000Z",
            "status":"PROCESSING","requestAt":"2026-11-25T04:59:00.000Z","etaSeconds":null,"pollAfterMs":null,"outlook":"sold-out",
            "number":7,"joinedAt":"2026-11-25T04:59:00.000Z","paused":false,"message":null}"#;
        let place: Place = serde_json::from_str(answer).unwrap();
        assert_eq!((place.status, place.outlook, place.number), (Status::Processing, Outlook::SoldOut, 7));
        assert_eq!(place.token_value, "secret");
        let recorded = serde_json::to_string(&place).unwrap();
        assert!(!recorded.contains("secret"), "{recorded}");
    }
}
