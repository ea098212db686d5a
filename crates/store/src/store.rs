//! The handle: one writer, a few readers, one connection for tidying up, and the photo folder.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use rusqlite::hooks::Wal;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use xunfang_domain::UnixMillis;
use xunfang_vault::FileSeal;

use crate::held::Compared;
use crate::open::{self, Opened, StorageKey};
use crate::photo_files::PhotoFolder;
use crate::points::PointIndex;
use crate::standards::ParsedStandards;
use crate::{StoreError, StoreFault, sealing};

/// Pages in the log from which on it is copied into the database: 4 MiB.
const TIDY_PAGES: i32 = 1_024;
/// Pages in the log from which on a save has to wait for the copying: 16 MiB.
const INSIST_PAGES: i32 = 4_096;

/// A page in the log with its header.
const LOG_PAGE_BYTES: u64 = 4_096 + 24;

/// Reading connections: a screen's question must not wait for the exchange that is looking through
/// the queue, nor for the question of another screen.
pub(crate) const READERS: usize = 3;

/// The device's storage. All methods block for as long as the disk takes.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    writer: Mutex<Connection>,
    readers: [Mutex<Connection>; READERS],
    housekeeper: Mutex<Connection>,
    pub(crate) photos: PhotoFolder,
    /// Rebuilt from the table after a change of points.
    pub(crate) points: RwLock<Option<Arc<PointIndex>>>,
    pub(crate) standards: ParsedStandards,
    pub(crate) compared: Mutex<Compared>,
    /// Pages in the log after the last commit. The file's length does not tell: a log that was
    /// copied is written anew from its beginning and keeps its length.
    log_pages: Arc<AtomicI32>,
}

impl Store {
    /// Opens or makes the storage in `folder`; see [`Opened`] for what became of a damaged one.
    ///
    /// # Errors
    /// [`StoreError`] where the folder cannot be used at all, or is of a newer app.
    pub fn open(folder: &Path, key: &StorageKey, now: UnixMillis) -> Result<Opened, StoreError> {
        open::open(folder, key, now)
    }

    /// Whether `folder` holds a database that opens with its own key only. A plain one, of an app
    /// without encryption, does not count.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn needs_key(folder: &Path) -> Result<bool, StoreError> {
        let database = folder.join(open::DATABASE);
        let there = database.metadata().is_ok_and(|file| file.len() > 0);
        Ok(there && !sealing::is_plain(&database)?)
    }

    pub(crate) fn new(
        folder: &Path,
        files: &FileSeal,
        mut writer: Connection,
        readers: [Connection; READERS],
        housekeeper: Connection,
    ) -> Result<Self, StoreError> {
        // What an earlier run left, or the upgrade just now. The file may be longer than its use,
        // which costs one look too many.
        let left = folder
            .join("device.sqlite-wal")
            .metadata()
            .map_or(0, |log| log.len() / LOG_PAGE_BYTES);
        let log_pages = Arc::new(AtomicI32::new(i32::try_from(left).unwrap_or(i32::MAX)));
        let counted = Arc::clone(&log_pages);
        writer
            .wal_hook(Some(move |_: &mut Wal, pages| {
                counted.store(pages, Ordering::Relaxed);
                Ok(())
            }))
            .map_err(StoreError::sql("watch the log"))?;
        Ok(Self {
            folder: folder.to_owned(),
            writer: Mutex::new(writer),
            readers: readers.map(Mutex::new),
            housekeeper: Mutex::new(housekeeper),
            photos: PhotoFolder::open(folder, files)?,
            points: RwLock::new(None),
            standards: ParsedStandards::default(),
            compared: Mutex::default(),
            log_pages,
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

    /// Runs `work` on a reading connection that nobody uses, or waits for one.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let free = self
            .readers
            .iter()
            .find_map(|reader| reader.try_lock().ok());
        let reader = match free {
            Some(reader) => reader,
            None => self.readers[0].lock().map_err(|_| StoreError::Poisoned)?,
        };
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

    /// Copies a long log into the database, so that it does not grow and reading stays quick. The
    /// next commit then writes the log anew from its beginning.
    ///
    /// # Errors
    /// [`StoreError`] where the disk refuses; nothing is lost, the log only stays long.
    pub fn tidy(&self) -> Result<(), StoreError> {
        if self.log_pages.load(Ordering::Relaxed) < TIDY_PAGES {
            return Ok(());
        }
        let housekeeper = self.housekeeper.lock().map_err(|_| StoreError::Poisoned)?;
        let left = self.watch(copy_log(&housekeeper))?;
        if left < INSIST_PAGES {
            return Ok(());
        }
        // Commits came in while it was copied, and a log is begun anew only when all of it is in
        // the database. What is left is copied while nobody can write.
        let _writer = self.writer.lock().map_err(|_| StoreError::Poisoned)?;
        self.watch(copy_log(&housekeeper)).map(drop)
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
        self.read(open::schema_of)
    }
}

/// Copies what no reader holds back. Returns the length of the log in pages where some of it is
/// left, and 0 where all of it was copied.
fn copy_log(housekeeper: &Connection) -> Result<i32, StoreError> {
    housekeeper
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            let (log, copied): (i32, i32) = (row.get("log")?, row.get("checkpointed")?);
            Ok(if copied < log { log } else { 0 })
        })
        .map_err(StoreError::sql("copy the log into the database"))
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
