//! Why a backup was not made, restored or looked through: what happened, what is safe, what to do.

use std::path::PathBuf;

use tokio::task::JoinError;
use xunfang_durable::DiskError;

use crate::blobs::BlobSourceError;
use crate::error::ApiError;
use crate::start::StartError;
use crate::store::StoreError;

/// Why it broke off. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder could not be used.
    #[error(
        "{0}. Nothing that was there before was changed. Check the folder's owner and the free \
         space, and repeat the command."
    )]
    Disk(#[from] DiskError),
    /// The database could not be read or filled.
    #[error(
        "The database could not be used: {0}. Nothing that was there before was changed. Check \
         that it can be reached, and repeat the command."
    )]
    Store(#[from] StoreError),
    /// The address of the database does not read.
    #[error(
        "The address in --database or DATABASE_URL does not read: {0}. Nothing was changed. Write \
         it as postgres://user:password@host:5432/name."
    )]
    DatabaseUrl(StoreError),
    /// The setting of the photo store does not read.
    #[error("The photo store of --blobs or BLOB_URL cannot be used: {0}. Nothing was changed.")]
    BlobSource(#[from] BlobSourceError),
    /// The photo store does not answer.
    #[error(
        "{0}. Nothing that was there before was changed. Check that the photo store can be \
         reached, and repeat the command."
    )]
    Photos(String),
    /// The folder that is restored into cannot be taken.
    #[error("{0}")]
    Folder(#[from] StartError),
    /// There is nothing to back up.
    #[error(
        "There is no database {path}. Nothing was changed. Name a server's folder with --data."
    )]
    NoDatabase {
        /// Where it would be.
        path: PathBuf,
    },
    /// Somebody else makes a backup there.
    #[error(
        "Another backup into {folder} is being made. It is not disturbed. Wait until it has ended, \
         or choose another folder with --to."
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no such backup.
    #[error(
        "There is no such backup in {folder}. Nothing was changed. There are: {there}. Choose one \
         with --snapshot, or leave it out for the newest."
    )]
    NoSnapshot {
        /// The folder.
        folder: PathBuf,
        /// The names of those that there are.
        there: String,
    },
    /// There is something where a backup would be restored.
    #[error(
        "{what} is there already. Nothing was changed: a backup is restored only where there is \
         nothing. Choose another folder with --data or an empty database with --database, or move \
         away what is there."
    )]
    NotEmpty {
        /// What is there.
        what: String,
    },
    /// A file of the backup is not as it was written.
    #[error(
        "The backup is damaged: {path}: {why}. Nothing was changed. Choose another one with \
         --snapshot."
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A newer server made the backup.
    #[error(
        "The backup {path} has {what} {found}, and this server knows up to {known}. Nothing was \
         changed. Restore it with the server that made it, or a newer one."
    )]
    Newer {
        /// Its manifest.
        path: PathBuf,
        /// What is newer.
        what: &'static str,
        /// The version it has.
        found: u64,
        /// The newest that this build knows.
        known: u64,
    },
    /// Something broke while it worked.
    #[error("The work broke off: {0}. Nothing that was there before was changed.")]
    BrokeOff(JoinError),
}

impl From<ApiError> for BackupError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Disk(error) => Self::Disk(error),
            other => Self::Photos(other.to_string()),
        }
    }
}
