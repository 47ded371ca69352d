//! Which receivers may be called at all.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

/// How far events may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To any address, also without TLS: mode `open`.
    Anywhere,
    /// Over `https://`, to addresses of the public Internet: a receiver's URL must not open what only this machine
    /// or its network can reach.
    PublicHttps,
}

impl Reach {
    /// Reads a receiver's URL; or why it is not called.
    pub(crate) fn target(self, url: &str) -> Result<Uri, &'static str> {
        let uri: Uri = url.parse().map_err(|_| "its URL cannot be read")?;
        let host = uri.host().ok_or("its URL names no host")?;
        match self {
            Reach::Anywhere => Ok(uri),
            Reach::PublicHttps if uri.scheme_str() != Some("https") => {
                Err("its URL must begin with https://")
            }
            Reach::PublicHttps => match host.trim_matches(['[', ']']).parse() {
                Ok(ip) if !is_public(ip) => Err("its address is not a public one"),
                // A name is judged by the addresses that it resolves to, when it is called.
                Ok(_) | Err(_) => Ok(uri),
            },
        }
    }

    fn allows(self, ip: IpAddr) -> bool {
        match self {
            Reach::Anywhere => true,
            Reach::PublicHttps => is_public(ip),
        }
    }
}

/// Whether an address belongs to the public Internet, by the IANA registries of special-purpose addresses.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or_else(|| is_public_v6(ip), is_public_v4),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let special = match ip.octets() {
        [0 | 127 | 240..=255, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => true,
        _ => ip.is_private() || ip.is_link_local() || ip.is_multicast() || ip.is_documentation(),
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    match ip.segments() {
        // Teredo, 6to4 and documentation: the first two carry an IPv4 address.
        [0x2001, 0 | 0xdb8, ..] | [0x2002, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Resolves names to addresses that may be called. What it gives is what is connected to, so that a name cannot
/// resolve to something else in between.
#[derive(Clone)]
pub(crate) struct Guarded {
    resolver: GaiResolver,
    reach: Reach,
}

impl Guarded {
    pub(crate) fn new(reach: Reach) -> Guarded {
        Guarded { resolver: GaiResolver::new(), reach }
    }
}

impl Service<Name> for Guarded {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.resolver.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (found, reach) = (self.resolver.call(name), self.reach);
        Box::pin(async move {
            let allowed: Vec<SocketAddr> =
                found.await?.filter(|address| reach.allows(address.ip())).collect();
            match allowed.is_empty() {
                true => Err(io::Error::other("the name has no address that may be called")),
                false => Ok(allowed.into_iter()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_called_outside_mode_open() {
        let refused = [
            "http://example.com/hook",
            "https://127.0.0.1/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1:8443/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[2002:7f00:1::]/",
            "https:///nowhere",
        ];
        for url in refused {
            assert!(Reach::PublicHttps.target(url).is_err(), "{url} must not be called");
        }
        for url in ["https://example.com/hook", "https://93.184.216.34/", "https://[2606:2800:220:1::]/"] {
            assert!(Reach::PublicHttps.target(url).is_ok(), "{url} may be called");
        }
        assert!(Reach::Anywhere.target("http://127.0.0.1:9000/hook").is_ok());
    }

    #[tokio::test]
    async fn a_name_is_judged_by_the_address_that_would_be_called() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(Guarded::new(Reach::PublicHttps).call(name()).await.is_err());
        assert!(Guarded::new(Reach::Anywhere).call(name()).await.unwrap().next().unwrap().ip().is_loopback());
    }
}
