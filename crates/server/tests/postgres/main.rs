//! The server against the people who use it, with PostgreSQL as its database.
//!
//! These are the tests beside it, once more: what holds for one engine holds for the other. Left out
//! are those that are about the file of SQLite, and those of the program.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and its helpers are seen by nobody else"
)]

#[path = "../api/accounts.rs"]
mod accounts;
#[path = "../api/actors.rs"]
mod actors;
#[path = "../api/backups.rs"]
mod backups;
#[path = "../api/beside.rs"]
mod beside;
#[path = "../api/bundles.rs"]
mod bundles;
#[path = "../api/engine.rs"]
mod engine;
#[path = "../api/keeping.rs"]
mod keeping;
#[path = "../api/limits.rs"]
mod limits;
#[path = "../api/live.rs"]
mod live;
#[path = "../api/operations.rs"]
mod operations;
#[path = "../api/photos.rs"]
mod photos;
#[path = "../api/points.rs"]
mod points;
#[path = "../api/program.rs"]
#[expect(dead_code, reason = "the program is served beside")]
mod program;
#[path = "../api/pulling.rs"]
mod pulling;
#[path = "../api/pushing.rs"]
mod pushing;
#[path = "../api/records.rs"]
mod records;
#[path = "../api/rescue.rs"]
mod rescue;
#[path = "../api/reviewing.rs"]
mod reviewing;
#[path = "../api/revising.rs"]
mod revising;
#[path = "../api/sessions.rs"]
mod sessions;
#[path = "../api/shelf.rs"]
mod shelf;
#[path = "../api/uploads.rs"]
mod uploads;
#[path = "../api/web.rs"]
mod web;
#[path = "../api/wire.rs"]
mod wire;

mod schema;
mod several;
mod statements;

/// Whether the servers of these tests work with PostgreSQL.
const ON_POSTGRES: bool = true;
/// Whether their photos are in a store that servers share.
const ON_BUCKET: bool = false;
