//! The handle: one writer, one reader, one connection for tidying up, and the photo folder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use xunfang_domain::UnixMillis;

use crate::open::{self, Opened};
use crate::photos::PhotoFolder;
use crate::points::PointIndex;
use crate::{StoreError, StoreFault};

/// Pages in the log from which on it is copied into the database: 4 MiB.
const TIDY_PAGES: i64 = 1_024;

/// The device's storage. All methods block for as long as the disk takes.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    housekeeper: Mutex<Connection>,
    pub(crate) photos: PhotoFolder,
    /// Rebuilt from the table after a change of points.
    pub(crate) points: RwLock<Option<Arc<PointIndex>>>,
}

impl Store {
    /// Opens or makes the storage in `folder`; see [`Opened`] for what became of a damaged one.
    ///
    /// # Errors
    /// [`StoreError`] where the folder cannot be used at all, or is of a newer app.
    pub fn open(folder: &Path, now: UnixMillis) -> Result<Opened, StoreError> {
        open::open(folder, now)
    }

    pub(crate) fn new(
        folder: &Path,
        writer: Connection,
        reader: Connection,
        housekeeper: Connection,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            folder: folder.to_owned(),
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
            housekeeper: Mutex::new(housekeeper),
            photos: PhotoFolder::open(folder)?,
            points: RwLock::new(None),
        })
    }

    /// Runs `work` in one transaction; it commits where `work` succeeds, and is durable then.
    pub(crate) fn write<T>(
        &self,
        step: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer.lock().map_err(|_| StoreError::Poisoned)?;
        let run = || {
            let tx = writer
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(StoreError::sql(step))?;
            let value = work(&tx)?;
            tx.commit().map_err(StoreError::sql(step))?;
            Ok(value)
        };
        self.watch(run())
    }

    /// Runs `work` on the reading connection.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let reader = self.reader.lock().map_err(|_| StoreError::Poisoned)?;
        self.watch(work(&reader))
    }

    fn watch<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result
            && error.fault() == StoreFault::Damaged
        {
            open::mark_damaged(&self.folder);
        }
        result
    }

    /// Copies a long log into the database, so that it does not grow and reading stays quick.
    ///
    /// # Errors
    /// [`StoreError`] where the disk refuses; nothing is lost, the log only stays long.
    pub fn tidy(&self) -> Result<(), StoreError> {
        let housekeeper = self.housekeeper.lock().map_err(|_| StoreError::Poisoned)?;
        let pages = self
            .folder
            .join("device.sqlite-wal")
            .metadata()
            .map_or(0, |log| log.len());
        if i64::try_from(pages / 4_096).unwrap_or(i64::MAX) < TIDY_PAGES {
            return Ok(());
        }
        self.watch(
            housekeeper
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
                .map_err(StoreError::sql("copy the log into the database")),
        )
    }

    /// Reads every page once; damage is then noted for the next start.
    ///
    /// # Errors
    /// [`StoreError::Sql`] of fault [`StoreFault::Damaged`] where a page is damaged.
    pub fn verify(&self) -> Result<(), StoreError> {
        let housekeeper = self.housekeeper.lock().map_err(|_| StoreError::Poisoned)?;
        let verdict: Result<String, _> =
            housekeeper.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
        let result = match verdict {
            Ok(verdict) if verdict == "ok" => Ok(()),
            Ok(verdict) => Err(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
                Some(verdict),
            )),
            Err(error) => Err(error),
        };
        self.watch(result.map_err(StoreError::sql("verify the database")))
    }

    /// Returns the schema version that this build writes.
    pub fn schema(&self) -> Result<u32, StoreError> {
        self.read(|db| {
            db.pragma_query_value(None, "user_version", |row| row.get(0))
                .map_err(StoreError::sql("read the schema version"))
        })
    }
}

/// Writes a value as JSON for a column.
pub(crate) fn json<T: serde::Serialize>(
    what: &'static str,
    value: &T,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::stored(what))
}

/// Reads a value from a column of JSON.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(StoreError::stored(what))
}

/// Reads an id from its column.
pub(crate) fn id<T: std::str::FromStr<Err = uuid::Error>>(
    column: usize,
    text: &str,
) -> rusqlite::Result<T> {
    text.parse().map_err(|error: uuid::Error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}
