//! What an app without encryption left: its database and photo files, sealed once.
//!
//! The database is copied into an encrypted one under another name, synced and renamed over the
//! plain one, so that at every moment one of the two is whole under the lasting name. Photos follow
//! one by one in the same way, while the app is in use already: a plain one is read as well.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use rusqlite::Connection;
use xunfang_durable::{DiskError, rename};

use crate::open::{StorageKey, schema_of};
use crate::{Store, StoreError};

/// How a plain database begins.
const PLAIN: [u8; 16] = *b"SQLite format 3\0";

/// Whether there is a database that is not encrypted.
///
/// # Errors
/// [`DiskError`] where the file cannot be read.
pub(crate) fn is_plain(database: &Path) -> Result<bool, DiskError> {
    let mut begins = [0; PLAIN.len()];
    match File::open(database).and_then(|mut file| file.read_exact(&mut begins)) {
        Ok(()) => Ok(begins == PLAIN),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof
            ) =>
        {
            Ok(false)
        }
        Err(error) => Err(DiskError::at("read", database)(error)),
    }
}

/// Replaces a plain database by an encrypted one that holds the same.
pub(crate) fn seal_database(database: &Path, key: &StorageKey) -> Result<(), StoreError> {
    if !is_plain(database)? {
        return Ok(());
    }
    let sealed = database.with_extension("sqlite.sealing");
    // Left by an app that was killed while it did this.
    match fs::remove_file(&sealed) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(DiskError::at("remove", &sealed)(error).into());
        }
        _ => {}
    }
    copy_sealed(database, &sealed, key)?;
    File::open(&sealed)
        .and_then(|file| file.sync_all())
        .map_err(DiskError::at("sync", &sealed))?;
    rename(&sealed, database)?;
    tracing::info!("the database is encrypted from now on");
    Ok(())
}

fn copy_sealed(database: &Path, sealed: &Path, key: &StorageKey) -> Result<(), StoreError> {
    let plain = Connection::open(database).map_err(StoreError::sql("open the plain database"))?;
    let schema = schema_of(&plain)?;
    let copy = || -> rusqlite::Result<()> {
        // All of it into the one file, and no log beside it that would be taken for the new one's.
        plain.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        plain.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        plain.execute(
            "ATTACH DATABASE ?1 AS sealed KEY ?2",
            [sealed.to_string_lossy().into_owned(), key.literal()],
        )?;
        plain.query_row("SELECT sqlcipher_export('sealed')", [], |_| Ok(()))?;
        plain.pragma_update(Some("sealed"), "user_version", schema)?;
        plain.execute("DETACH DATABASE sealed", [])?;
        Ok(())
    };
    copy().map_err(StoreError::sql("encrypt the database"))
}

impl Store {
    /// Seals the photo files that an app without encryption left. It takes as long as copying them;
    /// a call that was cut off is gone on with by the next, and once all are sealed there is nothing
    /// to do.
    ///
    /// # Errors
    /// [`StoreError`] of the disk or the database; each file is whole then, sealed or not.
    pub fn seal_photos(&self) -> Result<(), StoreError> {
        let sealed = self.read(|db| {
            db.query_row(
                "SELECT photos_sealed FROM installation WHERE one = 1",
                [],
                |row| row.get(0),
            )
            .map_err(StoreError::sql("ask whether the photos are sealed"))
        })?;
        if sealed {
            return Ok(());
        }
        let count = self.photos.seal_all()?;
        self.write("note that the photos are sealed", |tx| {
            tx.execute(
                "UPDATE installation SET photos_sealed = 1 WHERE one = 1",
                [],
            )
            .map_err(StoreError::sql("note that the photos are sealed"))
        })?;
        tracing::info!(count, "the photo files are encrypted");
        Ok(())
    }
}
