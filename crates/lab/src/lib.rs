//! Crowds, drills and verdicts, from outside: over HTTP and in no other way.
//!
//! A [`load::Script`] says what a crowd asks and what it makes of the answers; [`load::run`] drives it over keep-alive
//! connections ([`client`]) at a [`pace::Pace`] and measures what the buyer felt ([`measure`]). The box office bench
//! ([`boxoffice`]) is made of such scripts, and so are the drills ([`drill`]), which kill a house under load.
//! A [`crowd`] is people instead: each goes their own way through line, hall and till, at their own pace.

pub mod acks;
pub mod bare;
pub mod bars;
pub mod boxoffice;
pub mod client;
pub mod cpu;
pub mod crowd;
pub mod draft;
pub mod drill;
pub mod evening;
pub mod load;
pub mod measure;
pub mod operator;
pub mod pace;
pub mod report;
pub mod scrape;
pub mod seen;
pub mod target;
