//! The operator's verbs and metrics, in one table: the admin listener.

pub(crate) mod bookings;
pub(crate) mod events;
pub(crate) mod fans;
pub(crate) mod metrics;
pub(crate) mod performances;
pub(crate) mod rooms;
pub(crate) mod verify;
pub(crate) mod webhooks;

use crate::pages;
use crate::table::{Line, delete, get, patch, post};

/// The most that naming all seats of the largest house takes.
const SEATS_BODY_MAX: usize = 1024 * 1024;

pub(crate) fn table() -> Vec<Line> {
    let mut lines = vec![
        post("/admin/performances/{concertOptionId}/seats/block", performances::block)
            .body_max(SEATS_BODY_MAX),
        post("/admin/performances/{concertOptionId}/seats/unblock", performances::unblock)
            .body_max(SEATS_BODY_MAX),
        post("/admin/performances/{concertOptionId}/close", performances::close),
        post("/admin/performances/{concertOptionId}/cancel", performances::cancel),
        get("/admin/performances/{concertOptionId}/cancel", performances::cancellation),
        get("/admin/performances/{concertOptionId}/bookings.csv", bookings::csv),
        get("/admin/rooms", rooms::list),
        get("/admin/rooms/{waitingQueueId}", rooms::show),
        patch("/admin/rooms/{waitingQueueId}", rooms::change),
        get("/admin/fans/{userId}", fans::why),
        get("/admin/webhooks", webhooks::list),
        post("/admin/webhooks", webhooks::add),
        delete("/admin/webhooks/{id}", webhooks::remove),
        get("/admin/events", events::list),
        get("/admin/verify", verify::verify),
        get("/metrics", metrics::metrics),
    ];
    lines.extend(pages::of_operator());
    lines
}
