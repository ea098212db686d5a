//! A connection that breaks, between the real transport and the real server.
//!
//! The proxy knows enough HTTP to tell which byte of a photo passes: it can cut at every one of
//! them, once. What arrived at the server before a cut has to count, and what is sent again is
//! counted (promises R6 and R7).

mod run;
mod tap;

pub use run::{ProxyFound, every_byte, random_bytes};
pub use tap::{Tap, Traffic};
