//! Settings: what they are, what they may be, and which of them contradict each other.

mod layers;
mod units;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

pub use layers::{Given, load};
use units::Bytes;
pub use units::Ms;

use crate::failed::Failed;

/// Every setting, as `config/usher.toml` explains them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub timezone: String,
    pub compat: bool,
    pub admin: Admin,
    pub auth: Auth,
    pub store: Store,
    pub hold: Hold,
    pub room: Room,
    pub server: Server,
    pub views: Views,
    pub log: Log,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    pub listen: SocketAddr,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    pub mode: AuthMode,
}

/// Who a caller is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthMode {
    Open,
    Token,
    Jwt,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub url: String,
    pub readers: usize,
    pub desks: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    pub ttl: Ms,
    pub seats_per_user: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    pub gate: Gate,
    pub live_passes: u32,
    pub admits_per_second: u32,
    pub pass_ttl: Ms,
    pub waiting_max: u32,
}

/// What needs a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    Bookings,
    All,
    Off,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub workers: usize,
    pub head_timeout: Ms,
    pub body_timeout: Ms,
    pub order_timeout: Ms,
    pub in_flight_wait: Ms,
    pub drain_timeout: Ms,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Views {
    pub memory: Bytes,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub level: String,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const MIB: u64 = 1024 * 1024;

impl Config {
    /// Refuses what is out of bounds, contradicts itself, or is not in this version.
    pub fn check(&self) -> Result<(), Failed> {
        within("store.readers", self.store.readers as u64, 1, 64)?;
        within("store.desks", self.store.desks as u64, 1, 64)?;
        lasts("hold.ttl", self.hold.ttl, SECOND, HOUR)?;
        within("hold.seats_per_user", self.hold.seats_per_user.into(), 1, 100_000)?;
        within("room.live_passes", self.room.live_passes.into(), 1, u32::MAX.into())?;
        within("room.admits_per_second", self.room.admits_per_second.into(), 1, 1_000_000)?;
        lasts("room.pass_ttl", self.room.pass_ttl, SECOND, HOUR)?;
        within("room.waiting_max", self.room.waiting_max.into(), 1, u32::MAX.into())?;
        within("server.workers", self.server.workers as u64, 0, 256)?;
        lasts("server.head_timeout", self.server.head_timeout, SECOND, 10 * MINUTE)?;
        lasts("server.body_timeout", self.server.body_timeout, SECOND, 10 * MINUTE)?;
        lasts("server.order_timeout", self.server.order_timeout, SECOND, 10 * MINUTE)?;
        lasts("server.in_flight_wait", self.server.in_flight_wait, Duration::ZERO, MINUTE)?;
        lasts("server.drain_timeout", self.server.drain_timeout, Duration::ZERO, 10 * MINUTE)?;
        within("views.memory", self.views.memory.get(), MIB, 64 * 1024 * MIB)?;
        self.zone()?;
        self.refuse_contradictions()
    }

    fn refuse_contradictions(&self) -> Result<(), Failed> {
        let refuse = |says: String| Err(Failed::usage(says));
        if self.server.in_flight_wait.get() > self.server.order_timeout.get() {
            return refuse(
                "server.in_flight_wait is longer than server.order_timeout: the first request of a key has \
                           ended before the second stops waiting for it; make it shorter"
                    .into(),
            );
        }
        if self.listen == self.admin.listen && self.listen.port() != 0 {
            return refuse(format!("listen and admin.listen are both {}: choose two ports", self.listen));
        }
        if self.compat {
            return refuse(
                "compat = true: the original's three ports are not in this version; leave it false".into(),
            );
        }
        Ok(())
    }

    /// The time zone by its name.
    pub fn zone(&self) -> Result<jiff::tz::TimeZone, Failed> {
        jiff::tz::TimeZone::get(&self.timezone).map_err(|_| {
            Failed::usage(format!("timezone: `{}` is no time zone such as Asia/Seoul", self.timezone))
        })
    }
}

fn within(key: &str, value: u64, min: u64, max: u64) -> Result<(), Failed> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(Failed::usage(format!("{key}: {value} is not within {min} to {max}")))
}

fn lasts(key: &str, value: Ms, min: Duration, max: Duration) -> Result<(), Failed> {
    if (min..=max).contains(&value.get()) {
        return Ok(());
    }
    Err(Failed::usage(format!("{key}: {:?} is not within {min:?} to {max:?}", value.get())))
}
