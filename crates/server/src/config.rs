//! What a server is started with.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use usher_api::ParseSettings;
use usher_engine::waiting::Waiting;
use usher_engine::{Clock, House};

use crate::metrics::Metrics;
use crate::views::Views;

/// Who a caller is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Whoever the request names. For loopback and trusted networks only.
    Open,
}

impl Mode {
    /// Its name in settings, in `/health` and in the header `X-Usher-Mode`.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Open => "open",
        }
    }
}

/// Where a pass is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// To hold seats.
    Bookings,
    /// To hold seats and to see which are free.
    All,
    /// Nowhere: the network in front is trusted.
    Off,
}

/// Where and how to listen.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where buyers are served; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where the operator is served; port 0 picks a free one.
    pub admin_listen: SocketAddr,
    /// Who a caller is taken to be.
    pub mode: Mode,
    /// How requests are read: the zone of times that name none.
    pub parse: ParseSettings,
    /// Threads that serve buyers; 0 means one per core.
    pub workers: usize,
    /// Bounds in time.
    pub timeouts: Timeouts,
}

/// How long a server waits for what.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the head of a request, and for the next one on a connection kept alive: longer than who waits is ever told
    /// to wait before asking again.
    pub head: Duration,
    /// For the rest of a body.
    pub body: Duration,
    /// For the house's answer; then the outcome counts as unknown.
    pub order: Duration,
    /// For the first of two requests with the same idempotency key, before the second is told that it still runs.
    pub in_flight: Duration,
    /// A server that is told to end goes on taking requests for so long, each answer saying that it is the last of its
    /// connection: what clients are sending by then is answered and not cut off.
    pub linger: Duration,
    /// For requests in flight when the server ends.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(40),
            body: Duration::from_secs(10),
            order: Duration::from_secs(15),
            in_flight: Duration::from_secs(2),
            linger: Duration::from_millis(100),
            drain: Duration::from_secs(20),
        }
    }
}

/// Runs every check of the house's invariants and returns the report as JSON. May block for long.
pub type Verify = Arc<dyn Fn() -> Result<String, String> + Send + Sync>;

/// What a server serves.
#[derive(Clone)]
pub struct Backing {
    /// The house; its followers must include `views` and `metrics`.
    pub house: House,
    /// The clock that the house's desk decides by.
    pub clock: Arc<dyn Clock>,
    /// The views of the same house.
    pub views: Arc<Views>,
    /// The waiting room of the same house.
    pub waiting: Arc<Waiting>,
    /// Where a pass is asked for.
    pub gate: Gate,
    /// The metrics of the same house.
    pub metrics: Arc<Metrics>,
    /// Keys the hashes of idempotency keys: the same for every node and after every restart.
    pub secret: [u8; 16],
    /// What `GET /admin/verify` runs.
    pub verify: Verify,
}
