//! Every path that buyers see, in one table.

mod availability;
mod balance;
mod bookings;
mod catalogue;
mod docs;
mod health;
mod holds;
mod line;
mod openapi;
mod payments;
mod problems;
mod stream;

pub(crate) use line::no_place;

use crate::pages;
use crate::table::{Line, delete, get, post, put};

/// The most that a performance's description and the rest of it take.
const PERFORMANCE_BODY_MAX: usize = 64 * 1024;

pub(crate) fn table() -> Vec<Line> {
    let mut lines = vec![
        post("/api/reservations", holds::place),
        delete("/api/reservations/{temporalReservationId}", holds::give_back),
        post("/api/reservations/confirm", bookings::confirm),
        get("/api/reservations/status/{userId}/{concertOptionId}", bookings::statuses),
        post("/api/concerts", catalogue::make_concert),
        post("/api/concerts/{concertId}/options", catalogue::make_performance).body_max(PERFORMANCE_BODY_MAX),
        get("/api/availability/dates/{concertId}", availability::dates),
        get("/api/availability/seats/{concertOptionId}/{requestAt}", availability::seats),
        post("/api/user-balance/payment", payments::pay),
        post("/api/user-balance/payment/cancel/{transactionId}", payments::cancel),
        get("/api/user-balance/payment/history/{userId}", payments::history),
        get("/api/user-balance/{userId}", balance::balance),
        get("/api/user-balance/histories/{userId}", balance::movements),
        put("/api/user-balance/charge/{userId}", balance::charge),
        put("/api/user-balance/use/{userId}", balance::spend),
        post("/api/waiting-queue-token", line::join),
        get("/api/waiting-queue-token/{userId}", line::place),
        delete("/api/waiting-queue-token/{userId}", line::leave),
        get("/api/waiting-queue-token/{userId}/events", stream::events),
        get("/api/processing-queue-token/check-availability/{userId}", line::own_pass),
        get("/api/processing-queue-token/check-availability", line::any_pass),
        get("/health/live", health::live),
        get("/health/ready", health::ready),
        get("/problems/{code}", problems::page),
        get("/openapi.json", openapi::document),
        get("/docs", docs::front),
        get("/docs/{*file}", docs::file),
    ];
    lines.extend(pages::of_buyers());
    lines
}
