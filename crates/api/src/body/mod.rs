//! The bodies of requests, each read strictly and whole: a body, or a problem that names every member at fault.
//!
//! Every `parse` takes the parsed JSON, which the server has anyway for the idempotency key's fingerprint.

mod catalogue;
mod holds;
mod money;
mod operator;

pub use catalogue::{concert, performance};
pub use holds::{JoinBody, confirm, hold, join};
pub use money::{MoneyVerb, amount, cancel_payment, pay};
pub use operator::{WebhookBody, room_patch, seats_in_bulk, webhook};
