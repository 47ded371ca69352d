//! The shapes of requests and answers, for the generated OpenAPI document and for clients written in Rust. The house
//! itself writes answers by [`crate::render`]; tests hold both to the same members.

mod answer;
mod line;
mod operator;
mod request;

pub use answer::{
    Balance, Booking, Concert, ConcertOption, Date, Dates, Fault, FreeSeat, Hold, Movement, Movements,
    Payment, PaymentLine, Payments, ProblemBody, Seat, Seats, Status, Statuses,
};
pub use line::{Fan, Pass, Place};
pub use operator::{
    Blocked, Cancellation, Event, Events, ParkedEvent, Room, Rooms, Webhook, WebhookAdded, WebhookLine,
    Webhooks,
};
pub use request::{
    AmountRequest, ConcertRequest, ConfirmRequest, HoldRequest, JoinRequest, PaymentRequest,
    PerformanceRequest, RoomPatchRequest, SeatsRequest, WebhookRequest,
};
