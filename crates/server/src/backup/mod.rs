//! Backups: made while a server serves, restored where nothing is, and looked through.
//!
//! ```text
//! backup.lock                              held while a backup is made
//! snapshots/<time>/manifest.json           what the backup is, see `manifest`
//! snapshots/<time>/<table>.jsonl.zst       a table, see `table`
//! snapshots/unfinished-<time>/             one that is being made; the next one removes what is left
//! blobs/<district>/<aa>/<sha256>           photos, as in a server's folder, shared by all backups
//! ```
//!
//! The database is read first, in one state of it, and the photos that its rows name are copied
//! then: a photo that has a row is never removed. A photo that is there already is not copied again,
//! so that a backup costs what is new. Everything is synced before a backup gets its name, which is
//! the last that happens.
//!
//! The format is of neither engine, and so a backup moves a server from one to the other.
//!
//! A restored server begins a new history, with an epoch of its own: it may be older than what
//! phones were told, and nothing else says so for certain. Phones then send again what they hold.
//!
//! This module must not know what the rows are, but for those that are verified.

mod error;
mod manifest;
mod photos;
mod read;
mod table;
mod verify;
mod write;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xunfang_durable::{DiskError, make_folder};

pub use self::error::BackupError;
pub use self::manifest::FaultyPhoto;
pub use self::read::{Restored, restore};
pub use self::verify::{Verified, verify, verify_backup};
pub use self::write::{Written, back_up};
use crate::app::AppConfig;
use crate::data_dir::DataDir;
use crate::store::db::{PostgresSource, Source};

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Rows of a table were read or written.
    Rows {
        /// The table.
        table: &'a str,
        /// How many, so far.
        rows: u64,
    },
    /// Photos were copied or looked at.
    Photos {
        /// How many, so far.
        done: u64,
        /// How many there are.
        of: u64,
        /// Their bytes, so far.
        bytes: u64,
        /// The bytes of all.
        of_bytes: u64,
    },
}

/// Is told how far it is, from any thread and often.
pub type Tell = Arc<dyn Fn(Step<'_>) + Send + Sync>;

/// Rows between two words about a table.
const TOLD_ROWS: u64 = 1_000;

/// A folder of backups.
struct BackupFolder {
    root: PathBuf,
}

impl BackupFolder {
    fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    fn snapshots(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    /// Makes the folder where it is not there, and keeps others from making a backup in it.
    fn lock(&self) -> Result<File, BackupError> {
        make_folder(&self.snapshots())?;
        let path = self.root.join("backup.lock");
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(DiskError::at("open", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(BackupError::InUse {
                folder: self.root.clone(),
            }),
            Err(TryLockError::Error(source)) => Err(DiskError::at("lock", &path)(source).into()),
        }
    }

    /// The names of its backups, the oldest first.
    fn times(&self) -> Result<Vec<String>, BackupError> {
        let folder = self.snapshots();
        let mut times = Vec::new();
        let entries = fs::read_dir(&folder).map_err(DiskError::at("list", &folder))?;
        for entry in entries {
            let entry = entry.map_err(DiskError::at("list", &folder))?;
            let name = entry.file_name();
            times.extend(
                name.to_str()
                    .filter(|name| !is_unfinished(name))
                    .map(str::to_owned),
            );
        }
        times.sort();
        Ok(times)
    }

    /// The backup of a time, or the newest one.
    fn find(&self, time: Option<&str>) -> Result<PathBuf, BackupError> {
        let times = self.times()?;
        let found = match time {
            Some(time) => times.iter().find(|known| *known == time),
            None => times.last(),
        };
        match found {
            Some(found) => Ok(self.snapshots().join(found)),
            None => Err(BackupError::NoSnapshot {
                folder: self.root.clone(),
                there: times.join(", "),
            }),
        }
    }

    /// Where its photos are.
    fn photos(&self) -> Arc<DataDir> {
        Arc::new(DataDir::unlocked(&self.root))
    }
}

const UNFINISHED: &str = "unfinished-";

fn is_unfinished(name: &str) -> bool {
    name.starts_with(UNFINISHED)
}

/// Where the database is that a server of these settings uses.
fn source(config: &AppConfig) -> Result<Source, BackupError> {
    Ok(match &config.database {
        Some(url) => Source::Postgres(Box::new(
            PostgresSource::parse(url).map_err(BackupError::DatabaseUrl)?,
        )),
        None => Source::Sqlite(DataDir::unlocked(&config.data).database()),
    })
}

/// The same, where there is a database.
fn present(config: &AppConfig) -> Result<Source, BackupError> {
    let source = source(config)?;
    if let Source::Sqlite(path) = &source
        && !path.exists()
    {
        return Err(BackupError::NoDatabase { path: path.clone() });
    }
    Ok(source)
}

/// Does what blocks on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce(tokio::runtime::Handle) -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    let handle = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || work(handle)).await;
    done.map_err(BackupError::BrokeOff)?
}

#[cfg(test)]
mod tests;
