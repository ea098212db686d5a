//! Failures of the database, told apart by what can be done about them.

use std::io;
use std::sync::Arc;

use rusqlite::ErrorCode;
use rusqlite::ffi;
use tokio::task::JoinError;
use tokio_postgres::error::SqlState;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreFault {
    /// There is no room.
    Full,
    /// The file does not read as a database.
    Damaged,
    /// The file may not be written.
    ReadOnly,
    /// Somebody sent a text that no database keeps.
    Unstorable,
    /// One statement broke a rule of the schema; others are not affected.
    Refused,
    /// More changes wait than may wait.
    Crowded,
    /// Anything else.
    Failed,
}

/// A step of the database that failed; its transaction changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused a statement.
    #[error("the database refused: {0}")]
    Sql(#[from] rusqlite::Error),
    /// PostgreSQL refused a statement, or cannot be reached.
    #[error("the database refused: {}", described(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// A statement was given other parameters than it has.
    #[error("the parameters of {0} are others than those given")]
    Parameters(&'static str),
    /// A text holds the character zero, at which PostgreSQL's texts end.
    #[error("a text holds the character U+0000, which cannot be kept")]
    Unstorable,
    /// A part of the transaction failed, and so all of it was taken back.
    #[error("the transaction was taken back")]
    TakenBack,
    /// The transaction that did this with other changes failed.
    #[error("{0}")]
    Together(Arc<StoreError>),
    /// PostgreSQL takes the connection and says nothing.
    #[error("the database does not answer")]
    Silent,
    /// Something broke while it worked on the database.
    #[error("work on the database broke")]
    Panicked,
    /// The operating system gives no more threads or sockets.
    #[error("no connection to the database can be made: {0}")]
    Thread(io::Error),
    /// A stored value is not what this build expects.
    #[error("a stored {what} does not read: {reason}")]
    Value {
        /// Which value.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// A newer server has brought the database further.
    #[error("the database has schema {found}, and this server knows schemas up to {known}")]
    Newer {
        /// The version it has.
        found: usize,
        /// The newest version that this build knows.
        known: usize,
    },
    /// PostgreSQL never had a schema as old as this.
    #[error("PostgreSQL has schemas from {oldest} on, and this one is {found}")]
    TooOld {
        /// The version that was asked for.
        found: usize,
        /// The oldest that there is.
        oldest: usize,
    },
    /// Tables are where there should be none.
    #[error("the database has {tables} tables already")]
    NotEmpty {
        /// How many.
        tables: u64,
    },
    /// The file may not be written.
    #[error("the database may not be written")]
    ReadOnly,
    /// The work on the database was broken off.
    #[error("work on the database broke off: {0}")]
    BrokeOff(#[from] JoinError),
    /// So many changes wait that another one would only wait too long.
    #[error("too many changes wait for the database")]
    Crowded,
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
            Self::Unstorable => StoreFault::Unstorable,
            Self::Crowded => StoreFault::Crowded,
            Self::Postgres(error) => error.code().map_or(StoreFault::Failed, sort_state),
            Self::Together(error) => error.fault(),
            Self::Sql(_)
            | Self::Parameters(_)
            | Self::TakenBack
            | Self::Panicked
            | Self::Silent
            | Self::Newer { .. }
            | Self::TooOld { .. }
            | Self::NotEmpty { .. }
            | Self::Thread(_)
            | Self::Value { .. }
            | Self::BrokeOff(_)
            | Self::Closed => StoreFault::Failed,
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

/// What PostgreSQL says, by the class of its code.
fn sort_state(state: &SqlState) -> StoreFault {
    match state.code() {
        "53100" => StoreFault::Full,
        "25006" => StoreFault::ReadOnly,
        "XX001" | "XX002" => StoreFault::Damaged,
        // A rule of the schema, or a value that no column can hold.
        code if code.starts_with("23") || code.starts_with("22") => StoreFault::Refused,
        _ => StoreFault::Failed,
    }
}

/// What it says and where, without the values that were given to it.
fn described(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
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
