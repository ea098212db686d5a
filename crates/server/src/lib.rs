//! Takes what phones record, keeps it, and shows it to supervisors.
//!
//! One process over one folder: SQLite for records, files for photos, and the web console inside
//! the program. Nothing is answered as received before it is committed and synced. This crate
//! must not know how a phone stores or queues anything; the contract is `xunfang_protocol`.

mod accounts;
mod admin;
mod api;
mod app;
mod attempts;
pub mod backup;
mod blobs;
mod body;
pub mod catalogue;
mod clock;
mod console;
mod data_dir;
pub mod directory;
mod districts;
mod error;
mod evidence;
mod library;
mod limits;
mod live;
mod metrics;
mod origin;
mod passwords;
pub mod photo_policy;
mod points;
pub mod profile;
#[cfg(feature = "proof")]
pub mod proof;
mod pull;
mod push;
mod readiness;
pub mod register;
mod renditions;
pub mod rescue;
mod reuse;
mod review;
pub mod sample;
mod serve;
mod session;
mod standards;
mod start;
mod store;
mod tls;
mod uploads;
pub mod verify;
mod visitors;

pub use admin::serve_admin;
pub use app::{App, AppConfig, OnDamage};
pub use blobs::{BlobSource, BlobSourceError, SweepError, Swept};
pub use clock::{Clock, SystemClock};
pub use districts::DistrictError;
pub use library::Folders;
pub use limits::{Rate, Rates};
pub use serve::{listen, serve};
pub use standards::PublishError;
pub use start::StartError;
pub use store::StoreError;
pub use tls::TlsFiles;

impl App {
    /// Builds everything that the server answers to.
    pub fn router(&self) -> axum::Router {
        api::router(self.clone())
    }
}

/// Writes the description of every route as JSON.
///
/// # Errors
/// The serializer's, which the description does not cause.
pub fn openapi_json() -> serde_json::Result<String> {
    serde_json::to_string_pretty(&api::document())
}
