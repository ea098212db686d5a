//! The server's SQLite: one writer, a few readers, and the statements by subject.
//!
//! Every change is one transaction on the one writer, and [`Database::write`] returns only after
//! its commit is synced: an answer that is sent afterwards may say "received". Callers wait for
//! the writer as tasks, not as threads. A request that goes away while it waits changes nothing;
//! once its transaction runs, it runs to its end. Readers see the last commit and never wait.
//!
//! Rejected: a pool of writers (SQLite has one writer at a time, the others would fail with
//! `SQLITE_BUSY`), and a connection per request (opening one costs more than most queries).
//!
//! Statements stand in `.sql` files beside their module. This module must not know HTTP.

pub(crate) mod accounts;
pub(crate) mod blobs;
pub(crate) mod devices;
mod error;
pub(crate) mod evidence;
pub(crate) mod feed;
pub(crate) mod findings;
pub(crate) mod health;
pub(crate) mod inspections;
pub(crate) mod likeness;
mod migrate;
pub(crate) mod ops;
mod pragmas;
pub(crate) mod profiles;
pub(crate) mod reference;
pub(crate) mod sessions;
mod values;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::{Mutex as AsyncMutex, OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use uuid::Uuid;
use xunfang_domain::UnixMillis;
use xunfang_evidence::SecretKey;
use xunfang_vault::LetterKey;

pub use error::StoreError;
pub(crate) use error::StoreFault;
pub(crate) use health::{Condition, examine};

/// Two cores and an SSD are busy with four; more only take memory.
const READERS: usize = 4;

/// The database of one server.
pub(crate) struct Database {
    writer: Arc<AsyncMutex<Connection>>,
    readers: Arc<Readers>,
    epoch: Uuid,
    signing_key: SecretKey,
    letter_key: LetterKey,
}

struct Readers {
    idle: Mutex<Vec<Connection>>,
    /// Counts the idle ones.
    free: Arc<Semaphore>,
}

impl Database {
    /// Opens the file, making it where it is not there, and brings it up to date.
    pub(crate) fn open(path: &Path, now: UnixMillis) -> Result<Self, StoreError> {
        let mut writer = Connection::open(path)?;
        if writer.is_readonly(rusqlite::MAIN_DB)? {
            return Err(StoreError::ReadOnly);
        }
        pragmas::set_up_writer(&writer)?;
        migrate::run(&mut writer)?;
        let epoch = health::epoch(&mut writer, now)?;
        let signing_key = health::signing_key(&mut writer)?;
        let letter_key = health::letter_key(&mut writer)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut idle = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            // Opened writable because a reader of a write-ahead log takes part in its index;
            // `query_only` keeps it from changing anything.
            let reader = Connection::open_with_flags(path, flags)?;
            pragmas::set_up_reader(&reader)?;
            idle.push(reader);
        }
        let readers = Readers {
            idle: Mutex::new(idle),
            free: Arc::new(Semaphore::new(READERS)),
        };
        Ok(Self {
            writer: Arc::new(AsyncMutex::new(writer)),
            readers: Arc::new(readers),
            epoch,
            signing_key,
            letter_key,
        })
    }

    /// Identity of this database's history.
    pub(crate) fn epoch(&self) -> Uuid {
        self.epoch
    }

    /// The key with which this server signs.
    pub(crate) fn signing_key(&self) -> &SecretKey {
        &self.signing_key
    }

    /// The key that opens the rescue files for this server.
    pub(crate) fn letter_key(&self) -> &LetterKey {
        &self.letter_key
    }

    /// Runs `work` in one transaction. `Ok` means committed and synced; `Err` means unchanged.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        let done = spawn_blocking(move || {
            let mut transaction = writer
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(StoreError::from)?;
            // Dropped without a commit, also by a panic, the transaction is rolled back.
            let outcome = work(&mut transaction)?;
            transaction.commit().map_err(StoreError::from)?;
            Ok(outcome)
        });
        done.await.map_err(StoreError::from)?
    }

    /// Runs `work` on one snapshot of the database.
    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let free = Arc::clone(&self.readers.free);
        let place = free.acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let mut borrowed = Borrowed {
            reader: self.readers.take(),
            readers: Arc::clone(&self.readers),
            _place: place,
        };
        let done = spawn_blocking(move || {
            let reader = borrowed.reader.as_mut().ok_or(StoreError::Closed)?;
            let snapshot = reader.transaction().map_err(StoreError::from)?;
            work(&snapshot)
        });
        done.await.map_err(StoreError::from)?
    }
}

impl Readers {
    fn take(&self) -> Option<Connection> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }
}

/// A reader that goes back to the others, whatever became of its query or its request.
struct Borrowed {
    reader: Option<Connection>,
    readers: Arc<Readers>,
    /// Given up after the reader is back.
    _place: OwnedSemaphorePermit,
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            self.readers
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(reader);
        }
    }
}
