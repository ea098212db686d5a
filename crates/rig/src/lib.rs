//! Real peers for tests and benchmarks: they run on loopback, in a folder of their own, and are
//! gone with whoever started them, also where that was killed.
//!
//! This crate must not know the product.

mod port;
mod postgres;
mod s3;

pub use postgres::{Postgres, Syncs};
pub use s3::S3;
