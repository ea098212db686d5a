//! How connections are set up, each setting with its reason.

use std::time::Duration;

use rusqlite::Connection;

use super::StoreError;

/// Statements kept compiled per connection; there are about forty.
const STATEMENTS_KEPT: usize = 64;
/// Only a person's own tool can hold the lock longer than a checkpoint does.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Sets up the connection that writes.
pub(super) fn set_up_writer(connection: &Connection) -> Result<(), StoreError> {
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
    Ok(())
}

/// Sets up a connection that only reads.
pub(super) fn set_up_reader(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.busy_timeout(LOCK_WAIT)?;
    // A statement that would write is a mistake here, and fails.
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}
