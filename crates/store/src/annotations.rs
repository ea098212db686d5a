//! What was drawn on copies of photos that are not submitted yet.

use std::fs;

use rusqlite::{OptionalExtension, Transaction, params};
use xunfang_domain::{PersonId, PhotoSubject, Sealed, Sha256Hex, UnixMillis};
use xunfang_durable::DiskError;

use crate::evidence::{CopyKind, hash};
use crate::inspections::touch;
use crate::store::json;
use crate::{NamedBytes, Store, StoreError};

/// Which photo is drawn on.
#[derive(Debug, Clone, Copy)]
pub struct DrawnPhoto<'a> {
    /// Whose.
    pub person: PersonId,
    /// What it was taken for.
    pub subject: &'a PhotoSubject,
    /// Number of its record.
    pub seq: u64,
    /// Hash of its original.
    pub original: &'a Sha256Hex,
}

/// What was drawn.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<'a> {
    /// A signed [`xunfang_domain::PhotoAnnotation`].
    pub sealed: &'a Sealed,
    /// The copy that was drawn on.
    pub copy: NamedBytes<'a>,
}

impl Store {
    /// Keeps what was drawn on a photo in place of what was drawn before, or forgets it. The copy
    /// is durable before the rows are, and both when it returns.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the photo is in no draft and no open inspection of the person
    /// any more, or one of the database or the disk; what was drawn before is kept then.
    pub fn keep_annotation(
        &self,
        photo: DrawnPhoto<'_>,
        drawing: Option<Drawing<'_>>,
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        let step = "keep a drawing";
        if let Some(drawing) = &drawing {
            let name = self.photos.copy(photo.original, drawing.copy.sha256);
            self.photos.keep(&[(drawing.copy, name)])?;
        }
        let sealed = drawing
            .map(|drawing| json("annotation", drawing.sealed))
            .transpose()?;
        let copy = drawing.map(|drawing| drawing.copy);
        let kept = self.write(step, |tx| {
            may_draw(tx, photo, at)?;
            let replace = || -> rusqlite::Result<Option<Sha256Hex>> {
                let kind = CopyKind::Annotated.name();
                let before = tx
                    .prepare_cached(
                        "DELETE FROM photo_copy WHERE evidence = ?1 AND kind = ?2
                         RETURNING sha256",
                    )?
                    .query_row(params![photo.seq, kind], |row| hash(row, "sha256"))
                    .optional()?;
                tx.prepare_cached("DELETE FROM annotation WHERE evidence = ?1")?
                    .execute([photo.seq])?;
                if let (Some(sealed), Some(copy)) = (&sealed, copy) {
                    tx.prepare_cached("INSERT INTO annotation (evidence, sealed) VALUES (?1, ?2)")?
                        .execute(params![photo.seq, sealed])?;
                    tx.prepare_cached(
                        "INSERT INTO photo_copy (evidence, kind, sha256, bytes)
                         VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![
                        photo.seq,
                        kind,
                        copy.sha256.as_str(),
                        copy.bytes.len()
                    ])?;
                }
                Ok(before)
            };
            replace().map_err(StoreError::sql(step))
        });
        let unnamed = match &kept {
            Ok(before) => before.clone(),
            Err(_) => copy.map(|copy| copy.sha256.clone()),
        };
        if let Some(unnamed) = unnamed
            && let Err(error) = self.drop_copy(photo.original, &unnamed)
        {
            // What is kept is kept; this only takes the person's room.
            tracing::warn!(%error, "a copy that nothing names stays");
        }
        kept.map(drop)
    }

    /// Removes the file of a copy, unless a record still names it.
    fn drop_copy(&self, original: &Sha256Hex, copy: &Sha256Hex) -> Result<(), StoreError> {
        let path = self.photos.copy(original, copy);
        if !self.is_copy(original, copy)? && path.exists() {
            fs::remove_file(&path).map_err(DiskError::at("remove", &path))?;
        }
        Ok(())
    }
}

/// Refuses where the photo is not the person's to draw on.
fn may_draw(tx: &Transaction<'_>, photo: DrawnPhoto<'_>, at: UnixMillis) -> Result<(), StoreError> {
    let person = photo.person.to_string();
    let is_there: rusqlite::Result<bool> = match photo.subject {
        PhotoSubject::Finding { .. } => tx
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM draft_photo WHERE person = ?1 AND evidence = ?2)",
            )
            .and_then(|mut find| find.query_row(params![person, photo.seq], |row| row.get(0))),
        PhotoSubject::Answer {
            inspection,
            criterion,
        } => {
            touch(tx, photo.person, *inspection, at)?;
            tx.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM answer_photo
                                WHERE inspection = ?1 AND criterion = ?2 AND evidence = ?3)",
            )
            .and_then(|mut find| {
                let keys = params![inspection.to_string(), criterion, photo.seq];
                find.query_row(keys, |row| row.get(0))
            })
        }
    };
    if is_there.map_err(StoreError::sql("find a photo"))? {
        Ok(())
    } else {
        Err(StoreError::NotFound("photo"))
    }
}
