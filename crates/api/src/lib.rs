//! What travels over HTTP, and every way we say no.
//!
//! In: [`json::Json::parse`], then a function of [`body`] or [`address`]. Out: a function of [`render`], or a
//! [`problem::Problem`]. Nothing here does I/O or reads a clock.

pub mod address;
pub mod body;
pub mod cursor;
mod duration;
mod event_type;
mod fault;
mod fields;
pub mod fingerprint;
pub mod json;
mod lang;
mod number;
pub mod problem;
mod read;
pub mod render;
pub mod shape;
mod time;
mod writer;

pub use duration::{parse_duration, write_duration};
pub use event_type::{EVENT_TYPES, event_type};
pub use fault::{Fault, Field, Wrong};
pub use fields::ParseSettings;
pub use lang::Lang;
pub use number::{Decimal, Number};
pub use problem::{Problem, ProblemCode};
pub use time::{TIME_MAX, TIME_MIN, parse_time, write_time};
