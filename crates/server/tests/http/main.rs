//! The server over real sockets, on the default store: every route, every refusal, crowds.

#![expect(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]

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
mod line;
mod observing;
mod operator;
mod pages;
mod passes;
mod payments;
mod plain;
mod rooms;
mod trouble;
mod views;
mod webhooks;
