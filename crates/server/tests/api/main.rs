//! The server against the people who use it.
//!
//! Most tests run the server inside the process, with a clock that stands still. Where a real
//! connection, a real kill or a real full disk matters, they start the program.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and its helpers are seen by nobody else"
)]

mod accounts;
mod actors;
mod backups;
mod bundles;
mod engine;
mod keeping;
mod limits;
mod live;
mod operations;
mod photos;
mod points;
mod process;
mod program;
mod pulling;
mod pushing;
mod records;
mod rescue;
mod reviewing;
mod revising;
mod sessions;
mod settings;
mod shelf;
mod starting;
mod stopping;
mod tls;
mod uploads;
mod web;
mod wire;

/// Whether the servers of these tests work with PostgreSQL.
const ON_POSTGRES: bool = false;
/// Whether their photos are in a store that servers share.
const ON_BUCKET: bool = false;
