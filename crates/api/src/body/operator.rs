//! What the operator's verbs take.

use std::sync::Arc;

use usher_core::{RoomPatch, SeatNumber};

use crate::event_type::EVENT_TYPES;
use crate::fault::Wrong;
use crate::fields::{Fields, ParseSettings};
use crate::json::Json;
use crate::problem::Problem;
use crate::read;

/// The most seats that one block or unblock names: all of the largest house.
const SEATS_IN_BULK_MAX: usize = 100_000;
const URL_MAX: usize = 2000;
const MESSAGE_MAX: usize = 500;
const LIVE_PASSES_MAX: u32 = 100_000_000;
const ADMITS_PER_SECOND_MAX: u32 = 1_000_000;

/// Block and unblock: seats, ascending, each once.
pub fn seats_in_bulk(body: &Json<'_>, settings: &ParseSettings) -> Result<Arc<[SeatNumber]>, Problem> {
    let mut fields = Fields::of(body, settings)?;
    match fields.required("seatNumbers", |json| read::seats_in_bulk(json, SEATS_IN_BULK_MAX)) {
        Some(seats) if fields.sound() => Ok(seats),
        _ => Err(fields.problem()),
    }
}

/// A receiver of events to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookBody {
    /// Where events go: `http://` or `https://`; whether that host may be called is the server's to say.
    pub url: Arc<str>,
    /// The types it wants; empty for all.
    pub types: Arc<[Arc<str>]>,
}

/// `POST /admin/webhooks`.
pub fn webhook(body: &Json<'_>, settings: &ParseSettings) -> Result<WebhookBody, Problem> {
    let mut fields = Fields::of(body, settings)?;
    let url = fields.required("url", url);
    let types = fields.optional("events", event_types).unwrap_or_default();
    match url {
        Some(url) if fields.sound() => Ok(WebhookBody { url, types }),
        _ => Err(fields.problem()),
    }
}

fn url(json: &Json<'_>) -> Result<Arc<str>, Wrong> {
    let text = read::text(json, 1, URL_MAX).map_err(|_| Wrong::NotUrl)?;
    let rest = text.strip_prefix("https://").or(text.strip_prefix("http://")).ok_or(Wrong::NotUrl)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = rest.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
    if host.is_empty() || host.starts_with(':') || !is_plain { Err(Wrong::NotUrl) } else { Ok(text) }
}

fn event_types(json: &Json<'_>) -> Result<Arc<[Arc<str>]>, Wrong> {
    let Json::List(items) = json else { return Err(Wrong::NotList { min: 0, max: EVENT_TYPES.len() }) };
    if items.len() > EVENT_TYPES.len() {
        return Err(Wrong::NotList { min: 0, max: EVENT_TYPES.len() });
    }
    let known = |item: &Json<'_>| match item {
        Json::Text(text) if EVENT_TYPES.contains(&text.as_ref()) => Ok(Arc::from(text.as_ref())),
        _ => Err(Wrong::NotOneOf(EVENT_TYPES)),
    };
    items.iter().map(known).collect()
}

/// `PATCH /admin/rooms/{waitingQueueId}`.
pub fn room_patch(body: &Json<'_>, settings: &ParseSettings) -> Result<RoomPatch, Problem> {
    let mut fields = Fields::of(body, settings)?;
    let zone = fields.zone();
    let patch = RoomPatch {
        opens_at: fields.clearable("opensAt", |json| read::time(json, zone)),
        paused: fields.optional("paused", read::bool),
        message: fields.clearable("message", |json| read::text(json, 0, MESSAGE_MAX)),
        live_passes_max: fields.optional("livePassesMax", |json| read::count(json, 0, LIVE_PASSES_MAX)),
        admits_per_second: fields
            .optional("admitsPerSecond", |json| read::count(json, 0, ADMITS_PER_SECOND_MAX)),
    };
    if fields.sound() { Ok(patch) } else { Err(fields.problem()) }
}
