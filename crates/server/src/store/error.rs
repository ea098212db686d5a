//! Failures of the database, told apart by what can be done about them.

use rusqlite::ErrorCode;
use rusqlite::ffi;
use tokio::task::JoinError;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreFault {
    /// There is no room.
    Full,
    /// The file does not read as a database.
    Damaged,
    /// The file may not be written.
    ReadOnly,
    /// One statement broke a rule of the schema; others are not affected.
    Refused,
    /// Anything else.
    Failed,
}

/// A step of the database that failed; its transaction changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused a statement.
    #[error("the database refused: {0}")]
    Sql(#[from] rusqlite::Error),
    /// A stored value is not what this build expects.
    #[error("a stored {what} does not read: {reason}")]
    Value {
        /// Which value.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// The file may not be written.
    #[error("the database may not be written")]
    ReadOnly,
    /// The work on the database was broken off.
    #[error("work on the database broke off: {0}")]
    BrokeOff(#[from] JoinError),
    /// The database is being closed.
    #[error("the database is closed")]
    Closed,
}

impl StoreError {
    /// Sorts the failure by what can be done about it.
    pub(crate) fn fault(&self) -> StoreFault {
        match self {
            Self::Sql(rusqlite::Error::SqliteFailure(error, _)) => sort(*error),
            Self::ReadOnly => StoreFault::ReadOnly,
            Self::Sql(_) | Self::Value { .. } | Self::BrokeOff(_) | Self::Closed => {
                StoreFault::Failed
            }
        }
    }
}

fn sort(error: ffi::Error) -> StoreFault {
    match error.extended_code {
        // A quota or a file-size limit reaches SQLite as a failed write, not as a full disk.
        ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_TRUNCATE => {
            return StoreFault::Full;
        }
        _ => {}
    }
    match error.code {
        ErrorCode::DiskFull => StoreFault::Full,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreFault::Damaged,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreFault::ReadOnly,
        ErrorCode::ConstraintViolation | ErrorCode::TooBig => StoreFault::Refused,
        _ => StoreFault::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_from_damage_and_from_a_broken_rule() {
        for (code, fault) in [
            (ffi::SQLITE_FULL, StoreFault::Full),
            (ffi::SQLITE_IOERR_WRITE, StoreFault::Full),
            (ffi::SQLITE_IOERR_FSYNC, StoreFault::Failed),
            (ffi::SQLITE_CORRUPT, StoreFault::Damaged),
            (ffi::SQLITE_NOTADB, StoreFault::Damaged),
            (ffi::SQLITE_READONLY_DBMOVED, StoreFault::ReadOnly),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, StoreFault::Refused),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(StoreError::from(error).fault(), fault, "{code}");
        }
    }
}
