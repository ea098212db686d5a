//! What a rescue file has to carry: everything of a person that the server has not confirmed.

use rusqlite::{Connection, params};
use xunfang_domain::{OpId, PersonId};

use crate::outbox::queued_photo;
use crate::store::id;
use crate::{QueuedPhoto, Store, StoreError};

/// What waits of one person, or was refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unsent {
    /// The operations, in the order in which they were made.
    pub ops: Vec<OpId>,
    /// The files of photos that the server has not confirmed: of those operations, and originals of
    /// records that it has.
    pub files: Vec<QueuedPhoto>,
}

impl Store {
    /// Lists everything of a person that the server has not confirmed, put off or refused as well.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn unsent(&self, person: PersonId) -> Result<Unsent, StoreError> {
        self.read(|db| list(db, person).map_err(StoreError::sql("list what was not sent")))
    }

    /// Keeps the address to which the server wants rescue files sealed.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn keep_rescue_address(&self, address: &str) -> Result<(), StoreError> {
        if self.rescue_address()?.as_deref() == Some(address) {
            return Ok(());
        }
        let step = "keep the address of rescue files";
        self.write(step, |tx| {
            tx.execute(
                "UPDATE installation SET rescue = ?1 WHERE one = 1",
                [address],
            )
            .map(drop)
            .map_err(StoreError::sql(step))
        })
    }

    /// Returns that address; none before the server has told it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn rescue_address(&self) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT rescue FROM installation WHERE one = 1")
                .and_then(|mut find| find.query_row([], |row| row.get("rescue")))
                .map_err(StoreError::sql("read the address of rescue files"))
        })
    }
}

fn list(db: &Connection, person: PersonId) -> rusqlite::Result<Unsent> {
    let person = person.to_string();
    let ops = db
        .prepare_cached(
            // A finding that the server has lost is submitted once more behind its revision.
            "SELECT op FROM outbox WHERE person = ?1
             ORDER BY kind = 'finding.revised', dev_seq",
        )?
        .query_map([&person], |row| id(0, &row.get::<_, String>("op")?))?
        .collect::<rusqlite::Result<_>>()?;
    let files = db
        .prepare_cached(
            "WITH shown AS (
               SELECT s.sha256 FROM outbox o JOIN finding_photo s ON s.finding = o.entity
               WHERE o.person = ?1
               UNION
               SELECT s.sha256 FROM outbox o JOIN answer_photo s ON s.inspection = o.entity
               WHERE o.person = ?1)
             SELECT c.sha256, c.bytes, e.original AS original, 0
             FROM shown JOIN evidence e ON e.original = shown.sha256
             JOIN photo_copy c ON c.evidence = e.seq
             WHERE c.stored_at IS NULL AND c.kind <> 'marked'
             UNION
             SELECT sha256, bytes, sha256, 1 FROM photo
             WHERE stored_at IS NULL AND NOT freed AND (due = ?1 OR sha256 IN shown)
             ORDER BY 4, 1",
        )?
        .query_map(params![person], queued_photo)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Unsent { ops, files })
}
