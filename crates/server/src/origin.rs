//! Where a request comes from: the one place that decides whom to believe.
//!
//! The connection says who is at its other end and whether it is encrypted. A proxy says more in
//! `X-Forwarded-For` and `X-Forwarded-Proto`, and anybody can write these; so they count only where
//! the other end is one of the proxies that the settings name.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

use crate::App;

/// What the connection of a request says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// Whether this server ended TLS for it.
    pub(crate) over_tls: bool,
}

/// Networks whose machines are believed when they name somebody else.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies(Vec<IpNet>);

impl Proxies {
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    fn believe(&self, address: IpAddr) -> bool {
        // A socket for both families writes the older one's addresses in the newer one's form.
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Who asks, and whether the way to them is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) address: IpAddr,
    pub(crate) over_tls: bool,
}

impl Origin {
    /// Decides for one request. One that came over no connection was made in this process.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &Proxies) -> Self {
        let peer = extensions.get::<Peer>().copied().unwrap_or(Peer {
            address: Ipv4Addr::LOCALHOST.into(),
            over_tls: false,
        });
        if !proxies.believe(peer.address) {
            return Self {
                address: peer.address.to_canonical(),
                over_tls: peer.over_tls,
            };
        }
        let told = |name: &str| headers.get_all(name).iter().next_back();
        let over_tls = told("x-forwarded-proto").map_or(peer.over_tls, |proto| {
            let last = proto.as_bytes().rsplit(|byte| *byte == b',').next();
            last.is_some_and(|last| last.trim_ascii().eq_ignore_ascii_case(b"https"))
        });
        // Each proxy appends who asked it. The last that is no proxy of ours is who asked the first
        // of them; what stands before was written by whoever liked to.
        let named = headers.get_all("x-forwarded-for");
        let named = named.iter().rev().filter_map(|value| value.to_str().ok());
        let mut address = peer.address;
        for text in named.flat_map(|value| value.rsplit(',')) {
            let Ok(before) = text.trim().parse() else {
                break;
            };
            address = before;
            if !proxies.believe(address) {
                break;
            }
        }
        Self {
            address: address.to_canonical(),
            over_tls,
        }
    }
}

impl FromRequestParts<App> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions, &parts.headers, app.proxies()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(peer: &str, trusted: &[&str], forwarded: &[&str], proto: Option<&str>) -> Origin {
        let mut extensions = Extensions::new();
        extensions.insert(Peer {
            address: peer.parse().unwrap(),
            over_tls: false,
        });
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        if let Some(value) = proto {
            headers.append("x-forwarded-proto", value.parse().unwrap());
        }
        let trusted = trusted.iter().map(|network| network.parse().unwrap());
        Origin::of(&extensions, &headers, &Proxies::new(trusted.collect()))
    }

    #[test]
    fn only_the_proxies_that_are_named_are_believed() {
        for (peer, trusted, forwarded, address) in [
            ("10.0.0.1", &[][..], &["1.1.1.1"][..], "10.0.0.1"),
            ("127.0.0.1", &[], &["1.1.1.1"], "127.0.0.1"),
            ("10.0.0.1", &["10.0.0.0/8"], &["1.1.1.1"], "1.1.1.1"),
            ("::ffff:10.0.0.1", &["10.0.0.0/8"], &["1.1.1.1"], "1.1.1.1"),
            (
                "10.0.0.1",
                &["10.0.0.0/8"],
                &["9.9.9.9, 1.1.1.1"],
                "1.1.1.1",
            ),
            (
                "10.0.0.1",
                &["10.0.0.0/8"],
                &["9.9.9.9", "1.1.1.1"],
                "1.1.1.1",
            ),
            (
                "10.0.0.1",
                &["10.0.0.0/8"],
                &["9.9.9.9, 1.1.1.1, 10.0.0.2"],
                "1.1.1.1",
            ),
            (
                "10.0.0.1",
                &["10.0.0.0/8"],
                &["9.9.9.9, what, 10.0.0.2"],
                "10.0.0.2",
            ),
            ("10.0.0.1", &["10.0.0.0/8"], &[], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.0/8"], &["::1"], "::1"),
        ] {
            let found = origin(peer, trusted, forwarded, None).address;
            assert_eq!(found.to_string(), address, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn a_proxy_says_whether_it_ended_tls() {
        for (trusted, proto, over_tls) in [
            (&[][..], Some("https"), false),
            (&["10.0.0.1/32"], Some("https"), true),
            (&["10.0.0.1/32"], Some("http, HTTPS"), true),
            (&["10.0.0.1/32"], Some("https, http"), false),
            (&["10.0.0.1/32"], None, false),
        ] {
            let found = origin("10.0.0.1", trusted, &[], proto).over_tls;
            assert_eq!(found, over_tls, "{proto:?}");
        }
    }
}
