//! What was begun at a point, and saving it as a finding.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;
use xunfang_domain::{
    CaptureSource, FindingId, FindingRecord, InspectionId, OpId, PHOTOS_PER_FINDING_MAX, PersonId,
    PhotoRef, PointId, PositionEvidence, RecordError, Sealed, Sha256Hex, StandardId, Standing,
    UnixMillis,
};
use xunfang_protocol::OpKind;

use crate::evidence::read_record;
use crate::photos::{PhotoFacts, put_photo, read_facts};
use crate::revisions::save_revision;
use crate::store::{id, json, parse};
use crate::{ChainRecord, Store, StoreError};

/// A finding that is not saved yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// Code of the criterion; empty before the choice.
    pub criterion: String,
    /// The note so far.
    pub note: String,
    /// Photos so far, in the order of capture.
    pub photos: Vec<DraftPhoto>,
    /// The finding that it will become, once a photo names it.
    pub finding: Option<FindingId>,
    /// Number of the review that it answers, where it revises that finding; none: a new one.
    pub base_rev: Option<u64>,
}

impl Draft {
    /// Whether nothing was begun.
    pub fn is_empty(&self) -> bool {
        self.criterion.is_empty() && self.note.is_empty() && self.photos.is_empty()
    }
}

/// A photo of a draft. Its file is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftPhoto {
    /// The file.
    pub facts: PhotoFacts,
    /// How it reached the app.
    pub source: CaptureSource,
    /// When.
    pub taken_at: UnixMillis,
    /// Where the phone was.
    pub position: PositionEvidence,
    /// What the device signed of it; none for a photo that an older app took in.
    pub record: Option<ChainRecord>,
    /// What was drawn on a copy of it, a signed [`xunfang_domain::PhotoAnnotation`].
    pub annotation: Option<Sealed>,
}

/// What was typed so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaveDraft<'a> {
    /// Whose draft.
    pub person: PersonId,
    /// At which point.
    pub point: PointId,
    /// Code of the criterion, or empty.
    pub criterion: &'a str,
    /// The note.
    pub note: &'a str,
}

/// Everything about a finding but its photos, which the draft holds.
#[derive(Debug, Clone, PartialEq)]
pub struct SaveFinding {
    /// Its id.
    pub id: FindingId,
    /// Id of the operation that will submit it.
    pub op: OpId,
    /// Whose finding.
    pub person: PersonId,
    /// At which point.
    pub point: PointId,
    /// The standard it is judged by.
    pub standard: StandardId,
    /// The version of that standard.
    pub standard_version: u32,
    /// Code of the criterion.
    pub criterion: String,
    /// The note.
    pub note: String,
    /// When it is saved.
    pub found_at: UnixMillis,
    /// Where the phone is.
    pub position: PositionEvidence,
    /// How that lies to the zone.
    pub standing: Option<Standing>,
    /// The inspection that is under way at the point.
    pub inspection: Option<InspectionId>,
}

impl Store {
    /// Reads the draft of a point; an empty one where nothing was begun.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn draft(&self, person: PersonId, point: PointId) -> Result<Draft, StoreError> {
        self.read(|db| read_draft(db, person, point))
    }

    /// Keeps what was typed so far.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn save_draft(&self, draft: SaveDraft<'_>) -> Result<(), StoreError> {
        self.write("keep the draft", |tx| {
            tx.prepare_cached(
                "INSERT INTO draft (person, point, criterion, note) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (person, point) DO UPDATE SET
                   criterion = excluded.criterion, note = excluded.note",
            )
            .and_then(|mut put| {
                put.execute(params![
                    draft.person.to_string(),
                    draft.point.to_string(),
                    draft.criterion,
                    draft.note
                ])
            })
            .map_err(StoreError::sql("keep the draft"))?;
            Ok(())
        })
    }

    /// Names the finding that the draft will become; `fresh` where it has no name yet.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn name_draft(
        &self,
        person: PersonId,
        point: PointId,
        fresh: FindingId,
    ) -> Result<FindingId, StoreError> {
        let step = "name the draft";
        if let Some(finding) = self.draft(person, point)?.finding {
            return Ok(finding);
        }
        self.write(step, |tx| {
            tx.prepare_cached(
                "INSERT INTO draft (person, point, criterion, note, finding)
                 VALUES (?1, ?2, '', '', ?3)
                 ON CONFLICT (person, point) DO UPDATE SET
                   finding = coalesce(finding, excluded.finding)",
            )
            .and_then(|mut put| {
                put.execute(params![
                    person.to_string(),
                    point.to_string(),
                    fresh.to_string()
                ])
            })
            .map_err(StoreError::sql(step))?;
            Ok(read_draft(tx, person, point)?.finding.unwrap_or(fresh))
        })
    }

    /// Adds a photo whose files are durable to the draft, with its record. Adding the same photo
    /// again is no change and writes no record; it answers whether it was added.
    ///
    /// # Errors
    /// [`RecordError::TooManyPhotos`], or one of the database.
    pub fn add_draft_photo(
        &self,
        person: PersonId,
        point: PointId,
        photo: &DraftPhoto,
    ) -> Result<bool, StoreError> {
        let step = "add a photo to the draft";
        let (source, position) = (
            json("capture source", &photo.source)?,
            json("position", &photo.position)?,
        );
        let (whose, place) = (person.to_string(), point.to_string());
        self.write(step, |tx| {
            let count: usize = tx
                .prepare_cached(
                    "SELECT count(*) FROM draft_photo
                     WHERE person = ?1 AND point = ?2 AND sha256 <> ?3",
                )
                .and_then(|mut count| {
                    count.query_row(params![whose, place, photo.facts.sha256.as_str()], |row| {
                        row.get(0)
                    })
                })
                .map_err(StoreError::sql(step))?;
            if count >= PHOTOS_PER_FINDING_MAX {
                return Err(RecordError::TooManyPhotos.into());
            }
            let there: bool = tx
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM draft_photo
                                    WHERE person = ?1 AND point = ?2 AND sha256 = ?3)",
                )
                .and_then(|mut find| {
                    find.query_row(params![whose, place, photo.facts.sha256.as_str()], |row| {
                        row.get(0)
                    })
                })
                .map_err(StoreError::sql(step))?;
            if there {
                return Ok(false);
            }
            put_photo(tx, photo)?;
            tx.prepare_cached(
                "INSERT INTO draft_photo
                   (person, point, place, sha256, source, taken_at, position, evidence)
                 SELECT ?1, ?2,
                        (SELECT coalesce(max(place), 0) + 1 FROM draft_photo
                         WHERE person = ?1 AND point = ?2),
                        ?3, ?4, ?5, ?6, ?7",
            )
            .and_then(|mut put| {
                put.execute(params![
                    whose,
                    place,
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

    /// Takes a photo out of the draft. Its file stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the draft does not hold it, or one of the database.
    pub fn remove_draft_photo(
        &self,
        person: PersonId,
        point: PointId,
        sha256: &Sha256Hex,
    ) -> Result<(), StoreError> {
        let step = "take a photo out of the draft";
        self.write(step, |tx| {
            let removed = tx
                .execute(
                    "DELETE FROM draft_photo WHERE person = ?1 AND point = ?2 AND sha256 = ?3",
                    params![person.to_string(), point.to_string(), sha256.as_str()],
                )
                .map_err(StoreError::sql(step))?;
            if removed == 0 {
                Err(StoreError::NotFound("photo"))
            } else {
                Ok(())
            }
        })
    }

    /// Turns the draft into a finding, or into the revision of one, with its outbox row, in one
    /// transaction, and ends the draft. Durable when it returns. A revision keeps when and where
    /// the thing was found, and its inspection.
    ///
    /// # Errors
    /// [`StoreError::Record`] where the finding breaks a rule, or one of the database; the draft
    /// is untouched then.
    pub fn save_finding(&self, new: SaveFinding) -> Result<FindingRecord, StoreError> {
        let step = "save the finding";
        self.write(step, |tx| {
            let draft = read_draft(tx, new.person, new.point)?;
            if let Some(base_rev) = draft.base_rev {
                return save_revision(tx, new, draft, base_rev);
            }
            let person = new.person;
            let op = new.op;
            // The photos were taken for this finding, under the name that their records give it.
            let id = draft.finding.unwrap_or(new.id);
            let record = assemble(SaveFinding { id, ..new }, draft.photos);
            record.check()?;
            let body = json("finding", &record)?;
            put_finding(tx, person, &record, &body).map_err(StoreError::sql(step))?;
            let kind = OpKind::FindingSubmitted;
            put_op(tx, person, op, kind, record.id.uuid(), record.found_at)
                .map_err(StoreError::sql(step))?;
            end_draft(tx, person, record.point).map_err(StoreError::sql(step))?;
            Ok(record)
        })
    }
}

fn assemble(new: SaveFinding, photos: Vec<DraftPhoto>) -> FindingRecord {
    FindingRecord {
        id: new.id,
        point: new.point,
        standard: new.standard,
        standard_version: new.standard_version,
        criterion: new.criterion,
        note: new.note,
        found_at: new.found_at,
        position: new.position,
        standing: new.standing,
        photos: photos.into_iter().map(PhotoRef::from).collect(),
        inspection: new.inspection,
    }
}

fn put_finding(
    tx: &Transaction<'_>,
    person: PersonId,
    record: &FindingRecord,
    body: &str,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO finding
           (id, person, point, criterion, found_at, record, applied, review_state, inspection)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 'pending', ?7)",
    )?
    .execute(params![
        record.id.to_string(),
        person.to_string(),
        record.point.to_string(),
        record.criterion,
        record.found_at.get(),
        body,
        record.inspection.map(|id| id.to_string()),
    ])?;
    let mut link = tx
        .prepare_cached("INSERT INTO finding_photo (finding, place, sha256) VALUES (?1, ?2, ?3)")?;
    for (place, photo) in (1_i64..).zip(&record.photos) {
        link.execute(params![record.id.to_string(), place, photo.sha256.as_str()])?;
    }
    Ok(())
}

/// Queues an operation about a record that is written in the same transaction.
pub(crate) fn put_op(
    tx: &Transaction<'_>,
    person: PersonId,
    op: OpId,
    kind: OpKind,
    entity: Uuid,
    made_at: UnixMillis,
) -> rusqlite::Result<usize> {
    tx.prepare_cached(
        "INSERT INTO outbox
           (op, person, kind, entity, made_at, state, attempts, retry_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'queued', 0, 0)",
    )?
    .execute(params![
        op.to_string(),
        person.to_string(),
        String::from(kind),
        entity.to_string(),
        made_at.get(),
    ])
}

pub(crate) fn end_draft(
    tx: &Transaction<'_>,
    person: PersonId,
    point: PointId,
) -> rusqlite::Result<()> {
    for statement in [
        "DELETE FROM draft_photo WHERE person = ?1 AND point = ?2",
        "DELETE FROM draft WHERE person = ?1 AND point = ?2",
    ] {
        tx.prepare_cached(statement)?
            .execute(params![person.to_string(), point.to_string()])?;
    }
    Ok(())
}

pub(crate) fn read_draft(
    db: &Connection,
    person: PersonId,
    point: PointId,
) -> Result<Draft, StoreError> {
    let step = "read the draft";
    let keys = params![person.to_string(), point.to_string()];
    let typed: Option<Draft> = db
        .prepare_cached(
            "SELECT criterion, note, finding, base_rev FROM draft
             WHERE person = ?1 AND point = ?2",
        )
        .and_then(|mut find| {
            find.query_row(keys, |row| {
                let finding: Option<String> = row.get("finding")?;
                Ok(Draft {
                    criterion: row.get("criterion")?,
                    note: row.get("note")?,
                    photos: Vec::new(),
                    finding: finding.map(|text| id(0, &text)).transpose()?,
                    base_rev: row.get("base_rev")?,
                })
            })
            .optional()
        })
        .map_err(StoreError::sql(step))?;
    let draft = typed.unwrap_or_default();
    let mut statement = db
        .prepare_cached(
            "SELECT d.sha256, d.source, d.taken_at, d.position, p.bytes, p.media_type,
                    p.width, p.height, p.shown_width, p.shown_height,
                    d.evidence, e.digest, e.text, e.key, e.signature, n.sealed
             FROM draft_photo d JOIN photo p ON p.sha256 = d.sha256
             LEFT JOIN evidence e ON e.seq = d.evidence
             LEFT JOIN annotation n ON n.evidence = d.evidence
             WHERE d.person = ?1 AND d.point = ?2 ORDER BY d.place",
        )
        .map_err(StoreError::sql(step))?;
    let mut rows = statement.query(keys).map_err(StoreError::sql(step))?;
    let mut photos = Vec::new();
    while let Some(row) = rows.next().map_err(StoreError::sql(step))? {
        photos.push(read_photo(row, step)?);
    }
    Ok(Draft { photos, ..draft })
}

/// Reads a photo that is not part of a record yet, with how and where it was taken.
pub(crate) fn read_photo(row: &Row<'_>, step: &'static str) -> Result<DraftPhoto, StoreError> {
    let columns = || -> rusqlite::Result<_> {
        let (sha256, source): (String, String) = (row.get("sha256")?, row.get("source")?);
        let position: String = row.get("position")?;
        let sha256 = sha256.parse().map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(
                0,
                rusqlite::types::Type::Text,
                Box::<xunfang_domain::Sha256HexError>::new(error),
            )
        })?;
        let facts = read_facts(row, sha256)?;
        let taken_at = UnixMillis::new(row.get("taken_at")?);
        let drawn: Option<String> = row.get("sealed")?;
        Ok((facts, source, taken_at, position, read_record(row)?, drawn))
    };
    let (facts, source, taken_at, position, record, drawn) =
        columns().map_err(StoreError::sql(step))?;
    Ok(DraftPhoto {
        facts,
        source: parse("capture source", &source)?,
        taken_at,
        position: parse("position", &position)?,
        record,
        annotation: drawn.map(|text| parse("annotation", &text)).transpose()?,
    })
}

impl From<DraftPhoto> for PhotoRef {
    fn from(photo: DraftPhoto) -> Self {
        Self {
            sha256: photo.facts.sha256,
            bytes: photo.facts.bytes,
            media_type: photo.facts.media_type,
            width: photo.facts.width,
            height: photo.facts.height,
            source: photo.source,
            taken_at: photo.taken_at,
            position: photo.position,
            evidence: photo.record.map(|record| record.sealed),
            annotation: photo.annotation,
        }
    }
}
