//! Free ports of loopback.

use std::net::TcpListener;

/// A port that was free a moment ago. Whoever finds it taken asks for another.
pub(crate) fn free() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
