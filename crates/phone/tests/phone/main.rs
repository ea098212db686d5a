//! The phone against the real server, through a link that can be broken at will.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod inspector;
mod link;
mod originals;
mod photos;
mod rescuing;
mod reused;
mod revising;

mod annotating;
mod bad_link;
mod bad_photos;
mod captures;
mod district;
mod evidence;
mod inspecting;
mod main_job;
mod storage;
mod verifying;
