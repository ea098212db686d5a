//! What the camera was opened for.

use rusqlite::{OptionalExtension, Transaction, params};
use xunfang_domain::{PersonId, PointId, UnixMillis};

use crate::store::id;
use crate::{Store, StoreError};

/// A photo that the camera is expected to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// Who opened the camera.
    pub person: PersonId,
    /// At which point.
    pub point: PointId,
    /// Code of the item of the inspection that is open there; none: the draft of a finding.
    pub item: Option<String>,
    /// When.
    pub began_at: UnixMillis,
}

impl Store {
    /// Keeps what the camera is about to be opened for, in place of what it was opened for before.
    /// Durable when it returns.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn expect_capture(&self, capture: &Capture) -> Result<(), StoreError> {
        let step = "keep what the camera is opened for";
        self.write(step, |tx| {
            tx.prepare_cached(
                "INSERT INTO capture (one, person, point, item, began_at)
                 VALUES (1, ?1, ?2, ?3, ?4)
                 ON CONFLICT (one) DO UPDATE SET person = excluded.person,
                   point = excluded.point, item = excluded.item, began_at = excluded.began_at",
            )
            .and_then(|mut put| {
                put.execute(params![
                    capture.person.to_string(),
                    capture.point.to_string(),
                    capture.item,
                    capture.began_at.get(),
                ])
            })
            .map_err(StoreError::sql(step))?;
            Ok(())
        })
    }

    /// Returns what the camera was opened for, where no photo has come since.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn expected_capture(&self) -> Result<Option<Capture>, StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT person, point, item, began_at FROM capture WHERE one = 1")
                .and_then(|mut find| {
                    find.query_row([], |row| {
                        let (person, point): (String, String) =
                            (row.get("person")?, row.get("point")?);
                        Ok(Capture {
                            person: id(0, &person)?,
                            point: id(1, &point)?,
                            item: row.get("item")?,
                            began_at: UnixMillis::new(row.get("began_at")?),
                        })
                    })
                    .optional()
                })
                .map_err(StoreError::sql("read what the camera was opened for"))
        })
    }

    /// Forgets what the camera was opened for.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn end_capture(&self) -> Result<(), StoreError> {
        self.write("end a capture", |tx| {
            forget_capture(tx).map_err(StoreError::sql("end a capture"))
        })
    }
}

/// Forgets it as part of keeping the photo that came.
pub(crate) fn forget_capture(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM capture")?.execute([])?;
    Ok(())
}
