//! HTTP, pages and metrics.
//!
//! Start reading at [`routes`]: the one table of every path that buyers see; the operator's is [`admin`]. A request
//! goes through [`dispatch`] (limits, routing, problems), a handler of a few lines, and [`order`] (idempotency) to the
//! house; reads of availability come from [`views`].

mod admin;
mod answer;
mod call;
mod caller;
mod config;
mod connection;
mod dispatch;
mod front;
mod metrics;
mod order;
mod pages;
mod routes;
mod server;
mod table;
mod token;
mod turnstile;
mod views;
mod waiting;

pub use config::{Backing, Gate, Mode, ServerConfig, Timeouts, Verify};
pub use metrics::{Delivered, Metrics};
pub use server::{Server, serve};
pub use views::Views;
