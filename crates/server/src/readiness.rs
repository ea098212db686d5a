//! Whether the server can do its work, and if not, why.
//!
//! Being alive and being ready are two questions. A server that lost its database is alive, and to
//! start it anew would not help; but nobody should be sent to it meanwhile.

use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::App;
use crate::store::{StoreError, health};

/// Longest time for the database to answer a question that takes it no time.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Why nobody should be sent here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// The server was told to stop, and finishes what it began.
    Draining,
    /// The database does not answer, or not in time.
    DatabaseUnreachable,
    /// A newer server has brought the database further than this one knows.
    NewerSchema,
    /// Nothing can be written into the data folder.
    DataNotWritable,
    /// There is less room on the disk than the settings ask for.
    DiskNearlyFull,
}

impl Reason {
    /// What happened, and what to do about it.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Draining => "the server stops, and finishes what it began",
            Self::DatabaseUnreachable => {
                "the database does not answer; see the log and the database"
            }
            Self::NewerSchema => {
                "a newer server has changed the database; what is in it is safe, install the update here"
            }
            Self::DataNotWritable => {
                "nothing can be written into the data folder; look at its disk, owner and mount"
            }
            Self::DiskNearlyFull => {
                "the disk of the data folder is nearly full; make room, what is on it is safe"
            }
        }
    }
}

/// Looks at everything that the work needs. Nothing means ready.
pub(crate) async fn reasons(app: &App) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if app.is_draining() {
        reasons.push(Reason::Draining);
    }
    match timeout(ANSWER_MAX, app.database().read(health::check)).await {
        Ok(Ok(())) => {}
        Ok(Err(StoreError::Newer { .. })) => reasons.push(Reason::NewerSchema),
        Ok(Err(error)) => {
            tracing::error!(%error, "the database cannot be read");
            reasons.push(Reason::DatabaseUnreachable);
        }
        Err(_) => reasons.push(Reason::DatabaseUnreachable),
    }
    match app.folder().room() {
        Ok(room) if !room.writable => reasons.push(Reason::DataNotWritable),
        Ok(room) if room.free < app.disk_free_min() => reasons.push(Reason::DiskNearlyFull),
        Ok(_) => {}
        Err(error) => {
            tracing::error!(%error, "the data folder cannot be looked at");
            reasons.push(Reason::DataNotWritable);
        }
    }
    reasons
}
