//! SQLite, which is built in: one file beside the photos.
//!
//! It has one writer at a time, whatever district it writes for. Readers see the last commit and
//! never wait.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OpenFlags};

use super::{Param, Purpose, Row, Statement, Take};
use crate::store::{StoreError, migrate};

/// Statements kept compiled per connection; there are about eighty.
const STATEMENTS_KEPT: usize = 128;
/// Only a person's own tool can hold the lock longer than a checkpoint does.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Opens the connection that writes; makes the file where it is not there.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    if connection.is_readonly(rusqlite::MAIN_DB)? {
        return Err(StoreError::ReadOnly);
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.busy_timeout(LOCK_WAIT)?;
    // Readers go on while the writer commits, and a commit is one sync.
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        let reason = format!("the journal mode is {mode}, not wal");
        return Err(StoreError::Value {
            what: "setting",
            reason,
        });
    }
    // The log is synced with every commit: what was acknowledged survives a power cut. With
    // NORMAL, the default of many libraries for this mode, the last commits would be lost.
    connection.pragma_update(None, "synchronous", "full")?;
    // SQLite checks references only where it is asked to.
    connection.pragma_update(None, "foreign_keys", true)?;
    // A damaged or planted schema cannot call functions with side effects.
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    // Opened writable because a reader of a write-ahead log takes part in its index;
    // `query_only` keeps it from changing anything.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.busy_timeout(LOCK_WAIT)?;
    // A statement that would write is a mistake here, and fails.
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// A connection that is set up.
pub(crate) struct Link(Connection);

impl Link {
    pub(crate) const fn new(connection: Connection) -> Self {
        Self(connection)
    }

    pub(super) fn execute(
        &self,
        statement: Statement,
        params: &[Param<'_>],
    ) -> Result<u64, StoreError> {
        let changed = self.bound(statement, params)?.raw_execute()?;
        Ok(changed as u64)
    }

    pub(super) fn each(
        &self,
        statement: Statement,
        params: &[Param<'_>],
        take: &mut Take<'_>,
    ) -> Result<(), StoreError> {
        let mut statement = self.bound(statement, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if take(Row::Sqlite(row))? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn each_of(&self, words: &str, take: &mut Take<'_>) -> Result<(), StoreError> {
        let mut statement = self.0.prepare(words)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if take(Row::Sqlite(row))? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    fn bound(
        &self,
        statement: Statement,
        params: &[Param<'_>],
    ) -> Result<CachedStatement<'_>, StoreError> {
        let mut prepared = self.0.prepare_cached(statement.text())?;
        if prepared.parameter_count() != params.len() {
            return Err(StoreError::Parameters(statement.name()));
        }
        for (name, value) in params {
            let place = prepared.parameter_index(name)?;
            let place = place.ok_or(StoreError::Parameters(statement.name()))?;
            prepared.raw_bind_parameter(place, value)?;
        }
        Ok(prepared)
    }

    pub(super) fn begin(&self, purpose: Purpose) -> Result<(), StoreError> {
        self.batch(match purpose {
            Purpose::Read => "BEGIN",
            Purpose::Write(_) => "BEGIN IMMEDIATE",
        })
    }

    pub(super) fn is_open(&self) -> bool {
        !self.0.is_autocommit()
    }

    pub(super) fn number(&self) -> Result<usize, StoreError> {
        Ok(migrate::version(&self.0)?)
    }

    pub(super) fn batch(&self, words: &str) -> Result<(), StoreError> {
        Ok(self.0.execute_batch(words)?)
    }
}
