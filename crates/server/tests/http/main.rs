//! The server over real sockets, on the default store: every route, every refusal, crowds.

mod availability;
mod balance;
mod bookings;
mod catalogue;
mod crowd;
mod docs;
mod holds;
mod house;
mod idempotency;
mod limits;
mod observing;
mod operator;
mod payments;
mod views;
mod webhooks;
