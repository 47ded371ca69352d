//! Where load goes: to this machine alone.

use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use hyper::header::HeaderValue;

/// A server on this machine, `http://127.0.0.1:8080`.
#[derive(Clone, Debug)]
pub struct Target {
    address: SocketAddr,
    host: HeaderValue,
}

/// Why an address is not one to send load to.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// Not of the form `http://host:port`.
    #[error("`{0}` is not of the form http://host:port")]
    Form(String),
    /// The name stands for no address.
    #[error("`{0}` stands for no address")]
    Unknown(String),
    /// Somebody else's machine, or one that others can reach.
    #[error("`{0}` is not a loopback address; load goes to this machine alone")]
    NotLoopback(SocketAddr),
}

impl Target {
    /// The socket address behind the URL.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What goes into the `Host` header.
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        let host = HeaderValue::from_str(&address.to_string()).expect("an address is visible ASCII");
        Self { address, host }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(url: &str) -> Result<Self, TargetError> {
        let form = || TargetError::Form(url.to_owned());
        let host = url.strip_prefix("http://").ok_or_else(form)?.trim_end_matches('/');
        if host.contains('/') {
            return Err(form());
        }
        let mut addresses = host.to_socket_addrs().map_err(|_| TargetError::Unknown(url.to_owned()))?;
        let first = addresses.next().ok_or_else(|| TargetError::Unknown(url.to_owned()))?;
        match std::iter::once(first).chain(addresses).find(|address| !address.ip().is_loopback()) {
            Some(elsewhere) => Err(TargetError::NotLoopback(elsewhere)),
            None => Ok(Self { address: first, host: HeaderValue::from_str(host).map_err(|_| form())? }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_goes_to_this_machine_alone() {
        assert!("http://127.0.0.1:8080".parse::<Target>().is_ok());
        assert!("http://127.8.9.1:8080/".parse::<Target>().is_ok());
        assert!(matches!("http://192.0.2.1:80".parse::<Target>(), Err(TargetError::NotLoopback(_))));
        assert!(matches!("http://0.0.0.0:80".parse::<Target>(), Err(TargetError::NotLoopback(_))));
        assert!(matches!("https://127.0.0.1:80".parse::<Target>(), Err(TargetError::Form(_))));
        assert!(matches!("http://127.0.0.1:80/path".parse::<Target>(), Err(TargetError::Form(_))));
    }
}
