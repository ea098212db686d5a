//! Brings a database up to date, one step per file.
//!
//! Steps are only ever added at the end, for both engines alike. A step and its version number
//! commit together, so that a server which is killed in between finds either the old schema or the
//! new one.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;
use super::db::{Db, SET_UP, params, statement};

/// Every step, in order. The version of a database is the number of steps it has been through.
const SQLITE: [&str; 13] = [
    include_str!("../../../../migrations/server/sqlite/0001_init.sql"),
    include_str!("../../../../migrations/server/sqlite/0002_profiles_and_inspections.sql"),
    include_str!("../../../../migrations/server/sqlite/0003_evidence.sql"),
    include_str!("../../../../migrations/server/sqlite/0004_photos_by_parts.sql"),
    include_str!("../../../../migrations/server/sqlite/0005_photos_seen_before.sql"),
    include_str!("../../../../migrations/server/sqlite/0006_annotations.sql"),
    include_str!("../../../../migrations/server/sqlite/0007_signed_operations.sql"),
    include_str!("../../../../migrations/server/sqlite/0008_chained_feeds.sql"),
    include_str!("../../../../migrations/server/sqlite/0009_rescue.sql"),
    include_str!("../../../../migrations/server/sqlite/0010_revisions.sql"),
    include_str!("../../../../migrations/server/sqlite/0011_by_district.sql"),
    include_str!("../../../../migrations/server/sqlite/0012_shared_photos.sql"),
    include_str!("../../../../migrations/server/sqlite/0013_accounts.sql"),
];

/// What the first step of PostgreSQL makes is what SQLite has after so many.
const POSTGRES_BEGINS_AT: usize = 10;
const POSTGRES: [&str; 4] = [
    include_str!("../../../../migrations/server/postgres/0010_init.sql"),
    include_str!("../../../../migrations/server/postgres/0011_by_district.sql"),
    include_str!("../../../../migrations/server/postgres/0012_shared_photos.sql"),
    include_str!("../../../../migrations/server/postgres/0013_accounts.sql"),
];

/// The newest version that this build knows.
pub(crate) const NEWEST: usize = SQLITE.len();
const _: () = assert!(NEWEST == POSTGRES_BEGINS_AT + POSTGRES.len() - 1);

/// Held while one of several servers that start together brings the database up to date.
pub(super) const TURN_IN_TRANSACTION: &str = "SELECT pg_advisory_xact_lock(7869826701)";
const TURN: &str = "SELECT pg_advisory_lock(7869826701)";
pub(super) const PATIENCE: &str = "SET lock_timeout TO 0; SET statement_timeout TO 0";
const TURN_OVER: &str = "SELECT pg_advisory_unlock(7869826701)";
const VERSION_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_version (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    version  BIGINT NOT NULL CHECK (version >= 1))";

/// Returns how many steps a file has been through.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Returns how many steps a database has been through, whichever engine it is of.
pub(super) fn version_of(db: &Db) -> Result<usize, StoreError> {
    if let Some(number) = db.number_in_file()? {
        return Ok(number);
    }
    Ok(postgres_version(db)?.unwrap_or(0))
}

/// Runs the steps that a file lacks.
pub(super) fn sqlite(connection: &mut Connection) -> Result<(), StoreError> {
    sqlite_up_to(connection, NEWEST)
}

/// Runs the steps that a file lacks up to a version.
pub(crate) fn sqlite_up_to(connection: &mut Connection, to: usize) -> Result<(), StoreError> {
    let done = version(connection)?;
    for (index, step) in SQLITE.iter().enumerate().take(to).skip(done) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", index + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Runs the steps that a database of PostgreSQL lacks.
pub(super) fn postgres(db: &Db) -> Result<(), StoreError> {
    // A step takes as long as it takes, and so does waiting for another server's.
    db.batch(PATIENCE)?;
    db.batch(TURN)?;
    let done = steps(db);
    // Where this fails, the connection does, and the turn is over with it.
    done.and(db.batch(TURN_OVER)).and(db.batch(SET_UP))
}

/// Makes the schema of a version in a database of PostgreSQL that has no tables, within a
/// transaction that is open.
pub(super) fn make_postgres(db: &Db, version: usize) -> Result<(), StoreError> {
    if version < POSTGRES_BEGINS_AT {
        return Err(StoreError::TooOld {
            found: version,
            oldest: POSTGRES_BEGINS_AT,
        });
    }
    db.batch(VERSION_TABLE)?;
    for step in POSTGRES.iter().take(version + 1 - POSTGRES_BEGINS_AT) {
        db.batch(step)?;
    }
    set_postgres_version(db, version)
}

/// Returns the version of a database of PostgreSQL; none where no step was done yet.
pub(super) fn postgres_version(db: &Db) -> Result<Option<usize>, StoreError> {
    let done: Option<u32> = db.one(statement!("migrate/version.sql"), params! {}, |row| {
        row.get("version")
    })?;
    Ok(done.map(|version| version as usize))
}

fn set_postgres_version(db: &Db, version: usize) -> Result<(), StoreError> {
    db.execute(
        statement!("migrate/set_version.sql"),
        params! { ":version": version as u64 },
    )?;
    Ok(())
}

fn steps(db: &Db) -> Result<(), StoreError> {
    db.batch(VERSION_TABLE)?;
    let done = postgres_version(db)?.unwrap_or(0);
    if done > NEWEST {
        return Err(StoreError::Newer {
            found: done,
            known: NEWEST,
        });
    }
    for (index, step) in POSTGRES.iter().enumerate() {
        let version = POSTGRES_BEGINS_AT + index;
        if version <= done {
            continue;
        }
        db.batch("BEGIN")?;
        db.batch(step)?;
        set_postgres_version(db, version)?;
        db.batch("COMMIT")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_and_decisions_from_before_revisions_are_kept() {
        let mut db = Connection::open_in_memory().unwrap();
        // As when a server starts.
        db.pragma_update(None, "foreign_keys", "on").unwrap();
        for step in &SQLITE[..9] {
            db.execute_batch(step).unwrap();
        }
        db.pragma_update(None, "user_version", 9).unwrap();
        db.execute_batch(
            "INSERT INTO district VALUES (randomblob(16), '{}');
             INSERT INTO person (district_id, person_id, display_name, role)
               SELECT district_id, randomblob(16), '林', 'inspector' FROM district;
             INSERT INTO point SELECT district_id, randomblob(16), '市场', '{}' FROM district;
             INSERT INTO finding
               SELECT district_id, randomblob(16), 1, person_id, point_id, '{}', 5, 'pending', 0
               FROM person JOIN point USING (district_id);
             INSERT INTO finding
               SELECT district_id, randomblob(16), 2, person_id, point_id, '{}', 6, 'returned', 1
               FROM person JOIN point USING (district_id);
             INSERT INTO review
               SELECT district_id, finding_id, 1, 'returned', '看不清', author_id, 7
               FROM finding WHERE seq = 2;
             INSERT INTO finding_photo
               SELECT district_id, lower(hex(randomblob(32))), finding_id FROM finding;",
        )
        .unwrap();
        let look = |db: &Connection| -> Vec<String> {
            let all = "SELECT f.seq || f.review_state || f.review_rev || f.received_at
                         || hex(f.finding_id) || coalesce(r.reason, '') || p.sha256
                       FROM finding f
                       JOIN finding_photo p ON p.finding_id = f.finding_id
                       LEFT JOIN review r ON r.finding_id = f.finding_id ORDER BY 1";
            let mut rows = db.prepare(all).unwrap();
            let rows = rows.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        let before = look(&db);
        assert_eq!(before.len(), 2);
        sqlite(&mut db).unwrap();
        assert_eq!(look(&db), before);
        for table in ["review", "finding_photo", "earlier_finding"] {
            let to_findings: bool = db
                .query_row(
                    "SELECT EXISTS (SELECT 1 FROM pragma_foreign_key_list(?1) WHERE \"table\" = 'finding')",
                    [table],
                    |row| row.get(0),
                )
                .unwrap();
            assert!(to_findings, "{table}");
        }
    }

    #[test]
    fn roles_passwords_sessions_and_devices_from_before_grants_are_carried_over() {
        let mut db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "foreign_keys", "on").unwrap();
        for step in &SQLITE[..11] {
            db.execute_batch(step).unwrap();
        }
        db.pragma_update(None, "user_version", 11).unwrap();
        db.execute_batch(
            "INSERT INTO district VALUES (zeroblob(16), '{}');
             INSERT INTO person (district_id, person_id, display_name, role, administrator)
             VALUES (zeroblob(16), unhex('00000000000000000000000000000001'), '林', 'inspector', 0),
                    (zeroblob(16), unhex('00000000000000000000000000000002'), '督', 'supervisor', 0),
                    (zeroblob(16), unhex('00000000000000000000000000000003'), '管', 'supervisor', 1);
             INSERT INTO account
               SELECT display_name, district_id, person_id, '$argon2id$' || display_name FROM person;
             INSERT INTO session
               SELECT randomblob(32), district_id, person_id, unhex('0000000000000000000000000000000a'),
                      5 + (display_name = '督'), 99
               FROM person WHERE display_name <> '管';
             INSERT INTO session
               SELECT randomblob(32), district_id, person_id, NULL, 5, 99
               FROM person WHERE display_name = '管';
             INSERT INTO device_key
               SELECT district_id, unhex('0000000000000000000000000000000a'),
                      lower(hex(randomblob(32))), '02' || lower(hex(randomblob(32))), person_id, 3
               FROM person WHERE display_name = '林';",
        )
        .unwrap();
        let tokens = "SELECT group_concat(hex(token_hash)) FROM (SELECT * FROM session ORDER BY 1)";
        let one = |db: &Connection, question: &str| -> String {
            db.query_row(question, [], |row| row.get(0)).unwrap()
        };
        let before = one(&db, tokens);
        sqlite(&mut db).unwrap();
        assert_eq!(one(&db, tokens), before);
        for (question, expected) in [
            (
                "SELECT group_concat(p.display_name || ' ' || g.role, ', ')
                 FROM person p JOIN person_grant g USING (district_id, person_id)
                 WHERE g.unit_id IS NULL AND g.point_id IS NULL",
                "林 inspector, 督 supervisor, 管 administrator",
            ),
            (
                "SELECT group_concat(password_hash || must_change, ' ') FROM account
                 JOIN password_history USING (district_id, person_id, password_hash)
                 WHERE disabled_at IS NULL ORDER BY 1",
                "$argon2id$林0 $argon2id$督0 $argon2id$管0",
            ),
            (
                "SELECT count(DISTINCT session_id) || ' ' || min(last_used_at = created_at)
                     || ' ' || max(must_change) FROM session",
                "3 1 0",
            ),
            // Whoever signed in last; since anybody did.
            (
                "SELECT group_concat(p.display_name || d.enrolled_at)
                 FROM device d JOIN person p USING (district_id, person_id)",
                "督3",
            ),
        ] {
            assert_eq!(one(&db, question), expected, "{question}");
        }
    }
}
