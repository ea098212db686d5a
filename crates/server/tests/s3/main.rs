//! The server against the people who use it, with its photos in an S3-compatible store.
//!
//! These are the tests beside it that photos have a part in, once more: what holds for files holds
//! for objects. Then what several servers do that share a store.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and its helpers are seen by nobody else"
)]

#[path = "../api/actors.rs"]
mod actors;
#[path = "../api/backups.rs"]
mod backups;
#[path = "../api/beside.rs"]
mod beside;
#[path = "../api/bundles.rs"]
mod bundles;
#[path = "../api/engine.rs"]
#[expect(dead_code, reason = "what a database writes is searched beside")]
mod engine;
#[path = "../api/photos.rs"]
mod photos;
#[path = "../api/program.rs"]
#[expect(dead_code, reason = "the program is served beside")]
mod program;
#[path = "../api/records.rs"]
mod records;
#[path = "../api/rescue.rs"]
mod rescue;
#[path = "../api/revising.rs"]
mod revising;
#[path = "../api/shelf.rs"]
mod shelf;
#[path = "../api/uploads.rs"]
mod uploads;
#[path = "../api/wire.rs"]
mod wire;

mod shared;

/// Whether the servers of these tests work with PostgreSQL.
const ON_POSTGRES: bool = false;
/// Whether their photos are in a store that servers share.
const ON_BUCKET: bool = true;
