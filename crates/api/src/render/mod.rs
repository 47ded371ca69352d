//! Answers, written as bytes: the fields of the API in their order.
//!
//! Functions that take `out` append to it; the others return a whole body.

mod event;
mod fan;
mod history;
mod hold;
mod money;
mod operator;
mod option;
mod place;
mod reply;
mod view;

pub use event::{ProgrammeMissing, event, events_page, programme_needed};
pub use fan::{FanEvent, fan};
pub use history::{movements_page, payments_page};
pub use hold::{booking, hold, statuses};
pub use money::{balance, balance_after, payment};
pub use operator::{
    CSV_HEADER, RoomView, WebhookView, blocked, cancellation, csv_line, room, rooms, secret_text, webhook,
    webhooks,
};
pub use option::{concert, option};
pub use place::{Outlook, PlaceAnswer, pass_answer, place_answer};
pub use reply::{Answer, reply};
pub use view::{dates, seat_bitmap, seats, seats_none};
