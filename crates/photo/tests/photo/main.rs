//! What photos turn into, and what is refused.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking"
)]

mod annotate;
mod bombs;
mod copies;
mod formats;
mod likeness;
mod orientation;
mod support;
mod watermark;
