//! Looks at a database before and while it is used.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;
use xunfang_domain::UnixMillis;
use xunfang_evidence::SecretKey;
use xunfang_vault::LetterKey;

use super::db::{Column, Db, params, statement};
use super::{StoreError, StoreFault, migrate};

/// Reading a file of this size takes about a second. A larger one is checked at its first page
/// only, so that a server with years of records still starts at once.
const CHECKED_WHOLE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What a first look at the file says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It is not there yet, or it can be used.
    Usable,
    /// It does not read as a database.
    Damaged {
        /// What SQLite says.
        what: String,
    },
    /// A newer server wrote it.
    Newer {
        /// The version it has.
        found: usize,
        /// The newest version that this build knows.
        known: usize,
    },
}

/// Looks at the file without changing it: not even its journal mode or an unfinished log.
pub(crate) fn examine(path: &Path) -> Result<Condition, StoreError> {
    let Ok(metadata) = path.metadata() else {
        return Ok(Condition::Usable);
    };
    let outcome = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|connection| look(&connection, metadata.len()))
        .map_err(StoreError::from);
    match outcome {
        Err(error) if error.fault() == StoreFault::Damaged => Ok(Condition::Damaged {
            what: error.to_string(),
        }),
        other => other,
    }
}

fn look(connection: &Connection, bytes: u64) -> rusqlite::Result<Condition> {
    let found = migrate::version(connection)?;
    if found > migrate::NEWEST {
        return Ok(Condition::Newer {
            found,
            known: migrate::NEWEST,
        });
    }
    // The first read of the schema notices a file that is no database at all.
    connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0))?;
    if bytes <= CHECKED_WHOLE_BYTES_MAX {
        let what: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if what != "ok" {
            return Ok(Condition::Damaged { what });
        }
    }
    Ok(Condition::Usable)
}

/// Returns the database's epoch, minting it the first time.
pub(super) fn epoch(db: &Db, now: UnixMillis) -> Result<Uuid, StoreError> {
    db.execute(
        statement!("health/insert_server.sql"),
        params! { ":epoch": Uuid::new_v4(), ":created_at": now.get() },
    )?;
    read_epoch(db)
}

/// Returns the key with which this server signs, making it the first time.
pub(super) fn signing_key(db: &Db) -> Result<SecretKey, StoreError> {
    let unfit = |reason: String| StoreError::Value {
        what: "signing key",
        reason,
    };
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh).map_err(|error| unfit(error.to_string()))?;
    db.execute(
        statement!("health/sign_with.sql"),
        params! { ":key": fresh },
    )?;
    let stored: [u8; 32] = read_server(db, "signing_key")?;
    SecretKey::from_bytes(&stored).ok_or_else(|| unfit("it is no number of P-256".to_owned()))
}

/// Returns the key that opens rescue files for this server, making it the first time.
pub(super) fn letter_key(db: &Db) -> Result<LetterKey, StoreError> {
    let unfit = |reason: String| StoreError::Value {
        what: "letter key",
        reason,
    };
    let fresh = LetterKey::random().map_err(|error| unfit(error.to_string()))?;
    db.execute(
        statement!("health/open_with.sql"),
        params! { ":key": fresh.to_bytes().as_slice() },
    )?;
    let stored: [u8; 32] = read_server(db, "letter_key")?;
    LetterKey::from_bytes(&stored).ok_or_else(|| unfit("it is no number of P-256".to_owned()))
}

/// Reads the one row that every database has; fails where the database cannot be read.
pub(crate) fn read_epoch(db: &Db) -> Result<Uuid, StoreError> {
    read_server(db, "epoch")
}

/// Fails where the database cannot be read, or where a newer server has changed it since.
pub(crate) fn check(db: &Db) -> Result<(), StoreError> {
    read_epoch(db)?;
    let found = migrate::version_of(db)?;
    if found > migrate::NEWEST {
        return Err(StoreError::Newer {
            found,
            known: migrate::NEWEST,
        });
    }
    Ok(())
}

fn read_server<T: Column>(db: &Db, column: &str) -> Result<T, StoreError> {
    db.only(statement!("health/server.sql"), params! {}, |row| {
        row.get(column)
    })
}
