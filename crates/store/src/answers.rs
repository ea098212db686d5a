//! The answers of an open inspection: each durable by itself, with the photos of its item.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, Transaction, params};
use xunfang_domain::{
    AnswerValue, InspectionId, PHOTOS_PER_FINDING_MAX, PersonId, RecordError, Sha256Hex, UnixMillis,
};

use crate::draft::read_photo;
use crate::inspections::touch;
use crate::photos::put_photo;
use crate::store::{json, parse};
use crate::{DraftPhoto, Store, StoreError};

/// An answer as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StoredAnswer {
    /// What was answered; none so far.
    pub value: Option<AnswerValue>,
    /// What was answered before an excuse took its place.
    pub kept: Option<AnswerValue>,
    /// The note beside it.
    pub note: String,
    /// Photos of the item itself.
    pub photos: Vec<DraftPhoto>,
}

impl Store {
    /// Returns the answers so far, by the codes of their criteria.
    ///
    /// # Errors
    /// [`StoreError`] of the database, or where a stored answer does not parse.
    pub fn answers(
        &self,
        inspection: InspectionId,
    ) -> Result<BTreeMap<String, StoredAnswer>, StoreError> {
        self.read(|db| read_answers(db, inspection))
    }

    /// Changes an answer by what it is at that moment; durable when it returns. Photos of the item
    /// are no part of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the person has no such open inspection, or one of the
    /// database.
    pub fn change_answer(
        &self,
        person: PersonId,
        inspection: InspectionId,
        criterion: &str,
        at: UnixMillis,
        change: impl FnOnce(&mut StoredAnswer),
    ) -> Result<(), StoreError> {
        self.write("keep an answer", |tx| {
            touch(tx, person, inspection, at)?;
            let mut answer = read_answer(tx, inspection, criterion)?;
            change(&mut answer);
            put_answer(tx, inspection, criterion, &answer)
        })
    }

    /// Adds a photo whose files are durable to an item, with its record. Adding the same photo
    /// again is no change and writes no record; it answers whether it was added.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the person has no such open inspection,
    /// [`RecordError::TooManyPhotos`], or one of the database.
    pub fn add_answer_photo(
        &self,
        person: PersonId,
        inspection: InspectionId,
        criterion: &str,
        photo: &DraftPhoto,
    ) -> Result<bool, StoreError> {
        let step = "add a photo to an item";
        let source = json("capture source", &photo.source)?;
        let position = json("position", &photo.position)?;
        self.write(step, |tx| {
            touch(tx, person, inspection, photo.taken_at)?;
            let keys = params![
                inspection.to_string(),
                criterion,
                photo.facts.sha256.as_str()
            ];
            let others: usize = tx
                .prepare_cached(
                    "SELECT count(*) FROM answer_photo
                     WHERE inspection = ?1 AND criterion = ?2 AND sha256 <> ?3",
                )
                .and_then(|mut count| count.query_row(keys, |row| row.get(0)))
                .map_err(StoreError::sql(step))?;
            if others >= PHOTOS_PER_FINDING_MAX {
                return Err(RecordError::TooManyPhotos.into());
            }
            let there: bool = tx
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM answer_photo
                                    WHERE inspection = ?1 AND criterion = ?2 AND sha256 = ?3)",
                )
                .and_then(|mut find| find.query_row(keys, |row| row.get(0)))
                .map_err(StoreError::sql(step))?;
            if there {
                return Ok(false);
            }
            put_photo(tx, photo)?;
            tx.prepare_cached(
                "INSERT INTO answer_photo
                   (inspection, criterion, sha256, place, source, taken_at, position, evidence)
                 SELECT ?1, ?2, ?3,
                        (SELECT coalesce(max(place), 0) + 1 FROM answer_photo
                         WHERE inspection = ?1 AND criterion = ?2),
                        ?4, ?5, ?6, ?7",
            )
            .and_then(|mut put| {
                put.execute(params![
                    inspection.to_string(),
                    criterion,
                    photo.facts.sha256.as_str(),
                    source,
                    photo.taken_at.get(),
                    position,
                    photo.record.as_ref().map(|record| record.seq),
                ])
            })
            .map_err(StoreError::sql(step))?;
            Ok(true)
        })
    }

    /// Takes a photo off an item. Its file stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the item does not have it, or one of the database.
    pub fn remove_answer_photo(
        &self,
        person: PersonId,
        inspection: InspectionId,
        criterion: &str,
        sha256: &Sha256Hex,
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        let step = "take a photo off an item";
        self.write(step, |tx| {
            touch(tx, person, inspection, at)?;
            let removed = tx
                .execute(
                    "DELETE FROM answer_photo
                     WHERE inspection = ?1 AND criterion = ?2 AND sha256 = ?3",
                    params![inspection.to_string(), criterion, sha256.as_str()],
                )
                .map_err(StoreError::sql(step))?;
            if removed == 0 {
                Err(StoreError::NotFound("photo"))
            } else {
                Ok(())
            }
        })
    }
}

/// The columns of an answer before they are parsed.
type AnswerColumns = (String, Option<String>, Option<String>, String);

fn answer_columns(row: &Row<'_>) -> rusqlite::Result<AnswerColumns> {
    Ok((
        row.get("criterion")?,
        row.get("value")?,
        row.get("kept")?,
        row.get("note")?,
    ))
}

/// Reads answers without their photos.
fn bare_answers(
    db: &Connection,
    which: &str,
    inspection: InspectionId,
    criterion: &str,
) -> Result<BTreeMap<String, StoredAnswer>, StoreError> {
    let step = "read the answers";
    let sql = format!(
        "SELECT criterion, value, kept, note FROM answer WHERE inspection = ?1 AND {which}"
    );
    let read = || {
        db.prepare_cached(&sql)?
            .query_map(params![inspection.to_string(), criterion], answer_columns)?
            .collect::<rusqlite::Result<Vec<AnswerColumns>>>()
    };
    let rows = read().map_err(StoreError::sql(step))?;
    rows.into_iter()
        .map(|(criterion, value, kept, note)| {
            let parsed = |text: Option<String>| -> Result<Option<AnswerValue>, StoreError> {
                text.map(|text| parse("answer", &text)).transpose()
            };
            let answer = StoredAnswer {
                value: parsed(value)?,
                kept: parsed(kept)?,
                note,
                photos: Vec::new(),
            };
            Ok((criterion, answer))
        })
        .collect()
}

fn read_answer(
    db: &Connection,
    inspection: InspectionId,
    criterion: &str,
) -> Result<StoredAnswer, StoreError> {
    let found = bare_answers(db, "criterion = ?2", inspection, criterion)?;
    Ok(found.into_values().next().unwrap_or_default())
}

/// Reads the answers whose street somebody is walking.
pub(crate) fn walked_answers(
    db: &Connection,
    inspection: InspectionId,
) -> Result<BTreeMap<String, StoredAnswer>, StoreError> {
    let which = "?2 = '' AND value ->> '$.form' = 'line' AND value ->> '$.walking'";
    bare_answers(db, which, inspection, "")
}

/// Keeps an answer; its photos are kept beside it.
pub(crate) fn put_answer(
    tx: &Transaction<'_>,
    inspection: InspectionId,
    criterion: &str,
    answer: &StoredAnswer,
) -> Result<(), StoreError> {
    let text = |value: &Option<AnswerValue>| {
        value
            .as_ref()
            .map(|value| json("answer", value))
            .transpose()
    };
    let (value, kept) = (text(&answer.value)?, text(&answer.kept)?);
    tx.prepare_cached(
        "INSERT INTO answer (inspection, criterion, value, kept, note)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (inspection, criterion) DO UPDATE SET
           value = excluded.value, kept = excluded.kept, note = excluded.note",
    )
    .and_then(|mut put| {
        put.execute(params![
            inspection.to_string(),
            criterion,
            value,
            kept,
            answer.note
        ])
    })
    .map_err(StoreError::sql("keep an answer"))?;
    Ok(())
}

/// Reads the answers of an inspection with their photos.
pub(crate) fn read_answers(
    db: &Connection,
    inspection: InspectionId,
) -> Result<BTreeMap<String, StoredAnswer>, StoreError> {
    let step = "read the answers";
    let mut answers = bare_answers(db, "?2 = ''", inspection, "")?;
    let mut statement = db
        .prepare_cached(
            "SELECT a.criterion, a.sha256, a.source, a.taken_at, a.position, p.bytes,
                    p.media_type, p.width, p.height, p.shown_width, p.shown_height,
                    a.evidence, e.digest, e.text, e.key, e.signature, n.sealed
             FROM answer_photo a JOIN photo p ON p.sha256 = a.sha256
             LEFT JOIN evidence e ON e.seq = a.evidence
             LEFT JOIN annotation n ON n.evidence = a.evidence
             WHERE a.inspection = ?1 ORDER BY a.criterion, a.place",
        )
        .map_err(StoreError::sql(step))?;
    let mut rows = statement
        .query(params![inspection.to_string()])
        .map_err(StoreError::sql(step))?;
    while let Some(row) = rows.next().map_err(StoreError::sql(step))? {
        let criterion: String = row.get("criterion").map_err(StoreError::sql(step))?;
        let photo = read_photo(row, step)?;
        answers.entry(criterion).or_default().photos.push(photo);
    }
    Ok(answers)
}
