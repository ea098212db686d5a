//! Brings a database up to date, one step per file.
//!
//! Steps are only ever added at the end. A step and its version number commit together, so that a
//! server which is killed in between finds either the old schema or the new one.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// Every step, in order. The version of a database is the number of steps it has been through.
const STEPS: [&str; 9] = [
    include_str!("../../../../migrations/server/0001_init.sql"),
    include_str!("../../../../migrations/server/0002_profiles_and_inspections.sql"),
    include_str!("../../../../migrations/server/0003_evidence.sql"),
    include_str!("../../../../migrations/server/0004_photos_by_parts.sql"),
    include_str!("../../../../migrations/server/0005_photos_seen_before.sql"),
    include_str!("../../../../migrations/server/0006_annotations.sql"),
    include_str!("../../../../migrations/server/0007_signed_operations.sql"),
    include_str!("../../../../migrations/server/0008_chained_feeds.sql"),
    include_str!("../../../../migrations/server/0009_rescue.sql"),
];

/// The newest version that this build knows.
pub(super) const NEWEST: usize = STEPS.len();

/// Returns how many steps a database has been through.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Runs the steps that are missing.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    let done = version(connection)?;
    for (index, step) in STEPS.iter().enumerate().skip(done) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", index + 1)?;
        transaction.commit()?;
    }
    Ok(())
}
