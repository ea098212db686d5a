//! The server's database and the statements by subject.
//!
//! SQLite is built in and needs nothing; PostgreSQL lets several servers work for many districts.
//! What is promised is the same: every change is part of one transaction, and [`Database::write`]
//! returns only after its commit is synced, so that an answer that is sent afterwards may say
//! "received". Readers see one state of the database and wait for no writer.
//!
//! Statements stand in `.sql` files beside their module. This module must not know HTTP.

pub(crate) mod accounts;
mod batch;
pub(crate) mod blobs;
pub(crate) mod copy;
pub(crate) mod db;
pub(crate) mod devices;
pub(crate) mod enrolments;
mod error;
pub(crate) mod evidence;
pub(crate) mod feed;
pub(crate) mod findings;
pub(crate) mod health;
pub(crate) mod inspections;
pub(crate) mod jobs;
pub(crate) mod likeness;
mod measured;
pub(crate) mod migrate;
pub(crate) mod ops;
pub(crate) mod parts;
pub(crate) mod people;
mod pool;
pub(crate) mod profiles;
pub(crate) mod reference;
pub(crate) mod sessions;
mod sight;
pub(crate) mod units;
mod values;

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use tokio::task::spawn_blocking;
use uuid::Uuid;
use xunfang_domain::{DistrictId, UnixMillis};
use xunfang_evidence::SecretKey;
use xunfang_vault::LetterKey;

use self::batch::Batches;
use self::db::{Db, Purpose, Source};
use self::measured::READ;
use self::pool::{Place, Pool};
pub use error::StoreError;
pub(crate) use error::StoreFault;
pub(crate) use health::{Condition, examine};
pub(crate) use measured::{InUse, Measured};

/// Readers of the file: two cores and an SSD are busy with four; more only take memory.
const SQLITE_READERS: usize = 4;
/// Connections with which one server reads from PostgreSQL and writes to it.
const POSTGRES_READERS: usize = 8;
const POSTGRES_WRITERS: usize = 4;

/// Brings a database up to date, and reads what it is.
fn open(source: &Source, now: UnixMillis) -> Result<(Db, Uuid, SecretKey, LetterKey), StoreError> {
    let db = match source {
        Source::Sqlite(path) => {
            let mut connection = db::open_writer(path)?;
            migrate::sqlite(&mut connection)?;
            let db = Db::sqlite(connection);
            jobs::give_up_all(&db)?;
            db
        }
        Source::Postgres(source) => {
            let db = Db::postgres(source)?;
            migrate::postgres(&db)?;
            db
        }
    };
    let epoch = health::epoch(&db, now)?;
    let signing_key = health::signing_key(&db)?;
    let letter_key = health::letter_key(&db)?;
    Ok((db, epoch, signing_key, letter_key))
}

/// The database of one server, or of several.
pub(crate) struct Database {
    batches: Arc<Batches>,
    readers: Arc<Pool>,
    measured: Measured,
    epoch: Uuid,
    signing_key: SecretKey,
    letter_key: LetterKey,
}

impl Database {
    /// Opens the database and brings it up to date.
    pub(crate) fn open(source: &Source, now: UnixMillis) -> Result<Self, StoreError> {
        // On a thread of its own, as it blocks and may be called from a task.
        let opened = thread::scope(|scope| scope.spawn(|| open(source, now)).join());
        let (first, epoch, signing_key, letter_key) =
            opened.map_err(|_| StoreError::Panicked)??;
        let (writers, readers) = match source {
            Source::Sqlite(_) => (1, SQLITE_READERS),
            Source::Postgres(_) => (POSTGRES_WRITERS, POSTGRES_READERS),
        };
        let writers = Pool::new(
            source.clone(),
            writers,
            Some(first),
            |source| match source {
                Source::Sqlite(path) => db::open_writer(path).map(Db::sqlite),
                Source::Postgres(source) => Db::postgres(source),
            },
        );
        let readers = Pool::new(source.clone(), readers, None, |source| match source {
            Source::Sqlite(path) => db::open_reader(path).map(Db::sqlite),
            Source::Postgres(source) => Db::postgres(source),
        });
        let measured = Measured::new();
        let apart = matches!(source, Source::Postgres(_));
        Ok(Self {
            batches: Batches::new(writers, apart, measured.clone()),
            readers,
            measured,
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

    /// How long work on it waits and takes.
    pub(crate) fn measured(&self) -> &Measured {
        &self.measured
    }

    /// What of it is busy now.
    pub(crate) fn in_use(&self) -> InUse {
        InUse {
            readers: self.readers.in_use(),
            writers: self.batches.writers_in_use(),
            queued: self.batches.queued(),
        }
    }

    /// Changes what a district has, in one transaction. `Ok` means committed and synced; `Err`
    /// means unchanged.
    ///
    /// A request that goes away while it waits changes nothing; once its transaction runs, it runs
    /// to its end.
    pub(crate) async fn write<T, E, F>(&self, district: DistrictId, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Db) -> Result<T, E> + Send + 'static,
    {
        self.batches.change(district, work).await
    }

    /// Runs `work` on one state of the database.
    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Db) -> Result<T, E> + Send + 'static,
    {
        let mut place = self.reader().await?;
        let measured = self.measured.clone();
        let done = spawn_blocking(move || {
            let began = Instant::now();
            let done = place.begin(Purpose::Read).map_err(E::from).and_then(work);
            measured.worked(READ, began);
            done
        });
        done.await.map_err(StoreError::from)?
    }

    /// Runs one statement, which needs no transaction to see one state.
    pub(crate) async fn look<T, E, F>(&self, statement: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&Db) -> Result<T, E> + Send + 'static,
    {
        let mut place = self.reader().await?;
        let measured = self.measured.clone();
        let done = spawn_blocking(move || {
            let began = Instant::now();
            let done = match statement(place.db()?) {
                // A connection that turns out to be gone is replaced by another one.
                Err(_) if place.is_lost() => statement(place.db()?),
                done => done,
            };
            measured.worked(READ, began);
            done
        });
        done.await.map_err(StoreError::from)?
    }

    async fn reader(&self) -> Result<Place, StoreError> {
        let since = Instant::now();
        let place = self.readers.place().await?;
        self.measured.waited(READ, since);
        Ok(place)
    }
}
