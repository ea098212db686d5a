//! What the camera was opened for.

use rusqlite::params;
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
    /// Keeps what the camera is about to be opened for, in place of what it was opened for since
    /// `opened`, when the app was. Durable when it returns.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn expect_capture(&self, capture: &Capture, opened: UnixMillis) -> Result<(), StoreError> {
        let step = "keep what the camera is opened for";
        self.write(step, |tx| {
            let replace = || -> rusqlite::Result<()> {
                tx.prepare_cached("DELETE FROM capture WHERE began_at >= ?1")?
                    .execute([opened.get()])?;
                tx.prepare_cached(
                    "INSERT INTO capture (person, point, item, began_at) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    capture.person.to_string(),
                    capture.point.to_string(),
                    capture.item,
                    capture.began_at.get(),
                ])?;
                Ok(())
            };
            replace().map_err(StoreError::sql(step))
        })
    }

    /// Lists what the camera was opened for and has not given yet, the first first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn expected_captures(&self) -> Result<Vec<Capture>, StoreError> {
        self.read(|db| {
            let list = || {
                db.prepare_cached(
                    "SELECT person, point, item, began_at FROM capture ORDER BY began_at, seq",
                )?
                .query_map([], |row| {
                    let (person, point): (String, String) = (row.get("person")?, row.get("point")?);
                    Ok(Capture {
                        person: id(0, &person)?,
                        point: id(1, &point)?,
                        item: row.get("item")?,
                        began_at: UnixMillis::new(row.get("began_at")?),
                    })
                })?
                .collect::<rusqlite::Result<_>>()
            };
            list().map_err(StoreError::sql("read what the camera was opened for"))
        })
    }

    /// Forgets what the camera was opened for from one moment on, up to and without another.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn end_captures(&self, from: UnixMillis, until: UnixMillis) -> Result<(), StoreError> {
        let step = "end a capture";
        self.write(step, |tx| {
            tx.prepare_cached("DELETE FROM capture WHERE began_at >= ?1 AND began_at < ?2")
                .and_then(|mut end| end.execute([from.get(), until.get()]))
                .map_err(StoreError::sql(step))?;
            Ok(())
        })
    }
}
