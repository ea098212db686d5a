//! A connection that breaks, between the real transport and the real server.
//!
//! The proxy knows enough HTTP to tell which byte of a photo passes: it can cut at every one of
//! them, once. What arrived at the server before a cut has to count, and what is sent again is
//! counted (promises R6 and R7). The system tests put the same proxy between the real app and a
//! server.

mod count;
mod run;
mod stand;
mod tap;

pub use count::{Counts, Passed, Purpose};
pub use run::{ProxyFound, every_byte, random_bytes};
pub use stand::stand;
pub use tap::{Broken, Tap, Traffic};
