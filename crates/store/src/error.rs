//! Failures of the device's storage.

use xunfang_durable::{DiskError, DiskFault};
use xunfang_vault::UnsealError;

/// A step of the storage that failed; what was saved before it is untouched.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A statement failed.
    #[error("could not {step}: {source}")]
    Sql {
        /// What was attempted, as a verb.
        step: &'static str,
        /// SQLite's answer.
        source: rusqlite::Error,
    },
    /// A file could not be written or read.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A sealed file could not be read.
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    /// A stored value does not parse; the row is left as it is.
    #[error("the stored {what} does not parse: {source}")]
    Stored {
        /// Which value.
        what: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// There is no such row.
    #[error("there is no such {0} on this device")]
    NotFound(&'static str),
    /// A record breaks a rule of the domain.
    #[error(transparent)]
    Record(#[from] xunfang_domain::RecordError),
    /// The draft of the point holds something else, which would be lost.
    #[error("the draft of the point holds another finding")]
    DraftInUse,
    /// The finding is not in the state that this needs any more.
    #[error("the finding has moved on")]
    MovedOn,
    /// The database was made by a newer version of the app.
    #[error("the database has schema {found}, newer than this app's {known}")]
    TooNew {
        /// Its schema version.
        found: u32,
        /// The newest that this build knows.
        known: u32,
    },
    /// A thread panicked while it held the connection.
    #[error("the storage stopped after an internal failure")]
    Poisoned,
}

/// What can be done about a [`StoreError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreFault {
    /// Make room.
    DiskFull,
    /// Allow writing.
    ReadOnly,
    /// The database is damaged; it is set aside at the next start.
    Damaged,
    /// The disk fails.
    DiskFailed,
    /// Nothing is there.
    NotFound,
    /// Finish the draft that is there first.
    DraftInUse,
    /// Look at the finding again.
    MovedOn,
    /// The caller's data breaks a rule.
    Record(xunfang_domain::RecordError),
    /// A defect of the app.
    Internal,
}

impl StoreError {
    /// Returns a closure for `map_err` that adds what was attempted.
    pub(crate) fn sql(step: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Sql { step, source }
    }

    /// Returns a closure for `map_err` that adds what does not parse.
    pub(crate) fn stored(what: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Self::Stored { what, source }
    }

    /// Sorts the failure by what can be done about it.
    pub fn fault(&self) -> StoreFault {
        match self {
            Self::Sql { source, .. } => Self::sql_fault(source),
            Self::Disk(error) | Self::Unseal(UnsealError::Disk(error)) => match error.fault() {
                DiskFault::Full => StoreFault::DiskFull,
                DiskFault::ReadOnly => StoreFault::ReadOnly,
                DiskFault::Missing | DiskFault::Failed => StoreFault::DiskFailed,
            },
            // One file, and not the database.
            Self::Unseal(_) => StoreFault::DiskFailed,
            Self::Stored { .. } => StoreFault::Damaged,
            Self::NotFound(_) => StoreFault::NotFound,
            Self::DraftInUse => StoreFault::DraftInUse,
            Self::MovedOn => StoreFault::MovedOn,
            Self::Record(rule) => StoreFault::Record(*rule),
            Self::TooNew { .. } | Self::Poisoned => StoreFault::Internal,
        }
    }

    fn sql_fault(error: &rusqlite::Error) -> StoreFault {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreFault::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreFault::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreFault::Damaged,
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => StoreFault::DiskFailed,
            _ => StoreFault::Internal,
        }
    }
}
