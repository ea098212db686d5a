//! Inspections: begun, answered item by item, and submitted.
//!
//! Invariants:
//! - Every answer is durable when the call returns; nothing is kept in memory between calls.
//! - The record, its operation and the end of the inspection commit together.
//! - A submitted inspection takes no more answers.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use xunfang_domain::{
    AnswerValue, FindingId, InspectionId, InspectionRecord, OpId, PHOTOS_PER_FINDING_MAX, PersonId,
    PointId, PointType, PositionEvidence, RecordError, Sha256Hex, StandardRef, Standing,
    TRACK_FIXES_MAX, TrackFix, UnixMillis, Wgs84,
};
use xunfang_protocol::OpKind;

use crate::draft::{put_op, read_photo};
use crate::photos::put_photo;
use crate::store::{id, json, parse};
use crate::{DraftPhoto, Store, StoreError};

/// What an inspection is begun with.
#[derive(Debug, Clone, PartialEq)]
pub struct NewInspection {
    /// Its id, used only where none is open at the point.
    pub id: InspectionId,
    /// Whose.
    pub person: PersonId,
    /// Where.
    pub point: PointId,
    /// What kind of point it is now.
    pub point_kind: PointType,
    /// The standard in force.
    pub standard: StandardRef,
    /// When.
    pub started_at: UnixMillis,
    /// Where the phone is.
    pub start: PositionEvidence,
    /// How that lies to the zone.
    pub start_standing: Option<Standing>,
}

/// An inspection as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// Its id.
    pub id: InspectionId,
    /// Whose.
    pub person: PersonId,
    /// Where.
    pub point: PointId,
    /// What kind of point it was when it was begun.
    pub point_kind: PointType,
    /// The standard it is judged by.
    pub standard: StandardRef,
    /// When it was begun.
    pub started_at: UnixMillis,
    /// Where the phone was then.
    pub start: PositionEvidence,
    /// How that lay to the zone.
    pub start_standing: Option<Standing>,
    /// The record, once it is submitted.
    pub record: Option<InspectionRecord>,
    /// Whether the server has acknowledged it.
    pub applied: bool,
    /// Code of the last failure to send it, or of its refusal.
    pub stuck: Option<String>,
    /// Whether the server refused it for good.
    pub rejected: bool,
}

/// An answer as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StoredAnswer {
    /// What was answered; none so far.
    pub value: Option<AnswerValue>,
    /// The note beside it.
    pub note: String,
    /// Photos of the item itself.
    pub photos: Vec<DraftPhoto>,
}

/// A finding that was made during an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedFinding {
    /// Which.
    pub id: FindingId,
    /// Code of the criterion that it is about.
    pub criterion: String,
    /// How many photos it has.
    pub photos: u32,
}

const COLUMNS: &str = "i.id, i.person, i.point, i.point_kind, i.standard, i.standard_version,
     i.started_at, i.start, i.start_standing, i.applied, i.record,
     o.stuck, o.state AS op_state
     FROM inspection i LEFT JOIN outbox o ON o.entity = i.id";

impl Store {
    /// Begins an inspection, or goes on with the one that is open at the point.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn begin_inspection(&self, new: &NewInspection) -> Result<InspectionId, StoreError> {
        let step = "begin an inspection";
        let kind = json("point type", &new.point_kind)?;
        let start = json("position", &new.start)?;
        let standing = new
            .start_standing
            .map(|it| json("standing", &it))
            .transpose()?;
        self.write(step, |tx| {
            let (person, point) = (new.person.to_string(), new.point.to_string());
            tx.prepare_cached(
                "INSERT INTO inspection
                   (id, person, point, point_kind, standard, standard_version, started_at,
                    touched_at, start, start_standing, applied)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, 0
                 WHERE NOT EXISTS (SELECT 1 FROM inspection
                   WHERE person = ?2 AND point = ?3 AND submitted_at IS NULL)",
            )
            .and_then(|mut put| {
                put.execute(params![
                    new.id.to_string(),
                    person,
                    point,
                    kind.trim_matches('"'),
                    new.standard.id.to_string(),
                    new.standard.version,
                    new.started_at.get(),
                    start,
                    standing,
                ])
            })
            .map_err(StoreError::sql(step))?;
            open_at(tx, new.person, new.point)?.ok_or(StoreError::NotFound("inspection"))
        })
    }

    /// Returns the inspection that is open at a point.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn open_inspection(
        &self,
        person: PersonId,
        point: PointId,
    ) -> Result<Option<InspectionId>, StoreError> {
        self.read(|db| open_at(db, person, point))
    }

    /// Returns the open inspection in which the person last did something, not before `since`.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn active_inspection(
        &self,
        person: PersonId,
        since: UnixMillis,
    ) -> Result<Option<InspectionId>, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT id FROM inspection
                 WHERE person = ?1 AND submitted_at IS NULL AND touched_at >= ?2
                 ORDER BY touched_at DESC LIMIT 1",
            )
            .and_then(|mut find| {
                find.query_row(params![person.to_string(), since.get()], |row| {
                    id(0, &row.get::<_, String>("id")?)
                })
                .optional()
            })
            .map_err(StoreError::sql("find the inspection that is under way"))
        })
    }

    /// Returns one inspection of a person.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or one of the database.
    pub fn inspection(
        &self,
        person: PersonId,
        inspection: InspectionId,
    ) -> Result<Inspection, StoreError> {
        let sql = format!("SELECT {COLUMNS} WHERE i.person = ?1 AND i.id = ?2");
        self.read(|db| {
            let found = list(db, &sql, &person.to_string(), &inspection.to_string(), 1)?;
            found
                .into_iter()
                .next()
                .ok_or(StoreError::NotFound("inspection"))
        })
    }

    /// Lists a person's inspections of a point, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn inspections_at(
        &self,
        person: PersonId,
        point: PointId,
        limit: u32,
    ) -> Result<Vec<Inspection>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE i.person = ?1 AND i.point = ?2
             ORDER BY i.started_at DESC, i.id DESC LIMIT ?3"
        );
        self.read(|db| list(db, &sql, &person.to_string(), &point.to_string(), limit))
    }

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

    /// Keeps an answer and the note beside it; durable when it returns.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the person has no such open inspection, or one of the
    /// database.
    pub fn save_answer(
        &self,
        person: PersonId,
        inspection: InspectionId,
        criterion: &str,
        value: Option<&AnswerValue>,
        note: &str,
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        let step = "keep an answer";
        let value = value.map(|value| json("answer", value)).transpose()?;
        self.write(step, |tx| {
            touch(tx, person, inspection, at)?;
            tx.prepare_cached(
                "INSERT INTO answer (inspection, criterion, value, note) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (inspection, criterion) DO UPDATE SET
                   value = excluded.value, note = excluded.note",
            )
            .and_then(|mut put| {
                put.execute(params![inspection.to_string(), criterion, value, note])
            })
            .map_err(StoreError::sql(step))?;
            Ok(())
        })
    }

    /// Adds a photo whose file is durable to an item; adding the same one again is no change.
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
    ) -> Result<(), StoreError> {
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
            put_photo(tx, &photo.facts).map_err(StoreError::sql(step))?;
            tx.prepare_cached(
                "INSERT INTO answer_photo
                   (inspection, criterion, sha256, place, source, taken_at, position)
                 SELECT ?1, ?2, ?3,
                        (SELECT coalesce(max(place), 0) + 1 FROM answer_photo
                         WHERE inspection = ?1 AND criterion = ?2),
                        ?4, ?5, ?6
                 WHERE TRUE
                 ON CONFLICT (inspection, criterion, sha256) DO NOTHING",
            )
            .and_then(|mut put| {
                put.execute(params![
                    inspection.to_string(),
                    criterion,
                    photo.facts.sha256.as_str(),
                    source,
                    photo.taken_at.get(),
                    position
                ])
            })
            .map_err(StoreError::sql(step))?;
            Ok(())
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

    /// Adds a place to the way that is walked. A track that is full keeps what it has.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn add_fix(&self, inspection: InspectionId, fix: &TrackFix) -> Result<(), StoreError> {
        let step = "keep a place of the track";
        self.write(step, |tx| {
            tx.prepare_cached(
                "INSERT INTO track_fix (inspection, number, lat, lng, accuracy_m, at)
                 SELECT i.id,
                        (SELECT coalesce(max(number), 0) + 1 FROM track_fix
                         WHERE inspection = i.id),
                        ?2, ?3, ?4, ?5
                 FROM inspection i
                 WHERE i.id = ?1 AND i.submitted_at IS NULL
                   AND (SELECT count(*) FROM track_fix WHERE inspection = i.id) < ?6",
            )
            .and_then(|mut put| {
                put.execute(params![
                    inspection.to_string(),
                    fix.place.lat(),
                    fix.place.lng(),
                    fix.accuracy_m,
                    fix.at.get(),
                    TRACK_FIXES_MAX
                ])
            })
            .map_err(StoreError::sql(step))?;
            Ok(())
        })
    }

    /// Returns the way that was walked so far.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn track(&self, inspection: InspectionId) -> Result<Vec<TrackFix>, StoreError> {
        self.read(|db| {
            let read = || {
                db.prepare_cached(
                    "SELECT lat, lng, accuracy_m, at FROM track_fix
                     WHERE inspection = ?1 ORDER BY number",
                )?
                .query_map(params![inspection.to_string()], read_fix)?
                .collect::<rusqlite::Result<_>>()
            };
            read().map_err(StoreError::sql("read the track"))
        })
    }

    /// Lists the findings that were made during an inspection, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn raised_findings(
        &self,
        inspection: InspectionId,
    ) -> Result<Vec<RaisedFinding>, StoreError> {
        self.read(|db| {
            let read = || {
                db.prepare_cached(
                    "SELECT f.id, f.criterion,
                            (SELECT count(*) FROM finding_photo fp WHERE fp.finding = f.id)
                              AS photos
                     FROM finding f WHERE f.inspection = ?1 ORDER BY f.found_at, f.id",
                )?
                .query_map(params![inspection.to_string()], |row| {
                    Ok(RaisedFinding {
                        id: id(0, &row.get::<_, String>("id")?)?,
                        criterion: row.get("criterion")?,
                        photos: row.get("photos")?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()
            };
            read().map_err(StoreError::sql("list the findings of an inspection"))
        })
    }

    /// Ends an inspection with its record and queues it, in one transaction. Durable when it
    /// returns.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the person has no such open inspection, or one of the
    /// database; it stays open then.
    pub fn submit_inspection(
        &self,
        person: PersonId,
        record: &InspectionRecord,
        op: OpId,
    ) -> Result<(), StoreError> {
        let step = "submit the inspection";
        let body = json("inspection", record)?;
        self.write(step, |tx| {
            touch(tx, person, record.id, record.submitted_at)?;
            tx.prepare_cached("UPDATE inspection SET submitted_at = ?2, record = ?3 WHERE id = ?1")
                .and_then(|mut put| {
                    put.execute(params![
                        record.id.to_string(),
                        record.submitted_at.get(),
                        body
                    ])
                })
                .map_err(StoreError::sql(step))?;
            for table in ["answer", "track_fix"] {
                tx.execute(
                    &format!("DELETE FROM {table} WHERE inspection = ?1"),
                    params![record.id.to_string()],
                )
                .map_err(StoreError::sql(step))?;
            }
            let kind = OpKind::InspectionSubmitted;
            put_op(tx, person, op, kind, record.id.uuid(), record.submitted_at)
                .map_err(StoreError::sql(step))?;
            Ok(())
        })
    }
}

/// Notes that somebody did something in an open inspection of theirs.
fn touch(
    tx: &Transaction<'_>,
    person: PersonId,
    inspection: InspectionId,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let open = tx
        .prepare_cached(
            "UPDATE inspection SET touched_at = ?3
             WHERE id = ?1 AND person = ?2 AND submitted_at IS NULL",
        )
        .and_then(|mut put| {
            put.execute(params![
                inspection.to_string(),
                person.to_string(),
                at.get()
            ])
        })
        .map_err(StoreError::sql("find the open inspection"))?;
    if open == 0 {
        return Err(StoreError::NotFound("open inspection"));
    }
    Ok(())
}

fn open_at(
    db: &Connection,
    person: PersonId,
    point: PointId,
) -> Result<Option<InspectionId>, StoreError> {
    db.prepare_cached(
        "SELECT id FROM inspection
         WHERE person = ?1 AND point = ?2 AND submitted_at IS NULL",
    )
    .and_then(|mut find| {
        find.query_row(params![person.to_string(), point.to_string()], |row| {
            id(0, &row.get::<_, String>("id")?)
        })
        .optional()
    })
    .map_err(StoreError::sql("find the open inspection"))
}

fn read_fix(row: &Row<'_>) -> rusqlite::Result<TrackFix> {
    let place = Wgs84::new(row.get("lat")?, row.get("lng")?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Real, Box::new(error))
    })?;
    Ok(TrackFix {
        place,
        accuracy_m: row.get("accuracy_m")?,
        at: UnixMillis::new(row.get("at")?),
    })
}

fn read_answers(
    db: &Connection,
    inspection: InspectionId,
) -> Result<BTreeMap<String, StoredAnswer>, StoreError> {
    let step = "read the answers";
    let mut answers: BTreeMap<String, StoredAnswer> = BTreeMap::new();
    let mut statement = db
        .prepare_cached("SELECT criterion, value, note FROM answer WHERE inspection = ?1")
        .map_err(StoreError::sql(step))?;
    let mut rows = statement
        .query(params![inspection.to_string()])
        .map_err(StoreError::sql(step))?;
    while let Some(row) = rows.next().map_err(StoreError::sql(step))? {
        let columns = || -> rusqlite::Result<(String, Option<String>, String)> {
            Ok((row.get("criterion")?, row.get("value")?, row.get("note")?))
        };
        let (criterion, value, note) = columns().map_err(StoreError::sql(step))?;
        let answer = answers.entry(criterion).or_default();
        answer.value = value.map(|value| parse("answer", &value)).transpose()?;
        answer.note = note;
    }
    let mut statement = db
        .prepare_cached(
            "SELECT a.criterion, a.sha256, a.source, a.taken_at, a.position, p.bytes,
                    p.media_type, p.width, p.height, p.shown_width, p.shown_height
             FROM answer_photo a JOIN photo p ON p.sha256 = a.sha256
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

/// A row before its JSON columns are parsed.
struct Stored {
    inspection: Inspection,
    start: String,
    start_standing: Option<String>,
    record: Option<String>,
}

fn list(
    db: &Connection,
    sql: &str,
    person: &str,
    which: &str,
    limit: u32,
) -> Result<Vec<Inspection>, StoreError> {
    let step = "list inspections";
    let mut statement = db.prepare_cached(sql).map_err(StoreError::sql(step))?;
    // The statement for a single one has no limit.
    let rows = if statement.parameter_count() == 2 {
        statement.query_map(params![person, which], stored)
    } else {
        statement.query_map(params![person, which, limit], stored)
    };
    let rows = rows
        .and_then(Iterator::collect::<rusqlite::Result<Vec<Stored>>>)
        .map_err(StoreError::sql(step))?;
    rows.into_iter()
        .map(|row| {
            Ok(Inspection {
                start: parse("position", &row.start)?,
                start_standing: row
                    .start_standing
                    .map(|text| parse("standing", &text))
                    .transpose()?,
                record: row
                    .record
                    .map(|text| parse("inspection", &text))
                    .transpose()?,
                ..row.inspection
            })
        })
        .collect()
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let text = |column| row.get::<_, String>(column);
    let kind = text("point_kind")?;
    Ok(Stored {
        inspection: Inspection {
            id: id(0, &text("id")?)?,
            person: id(1, &text("person")?)?,
            point: id(2, &text("point")?)?,
            // A kind that is written by a newer version reads as `Other`.
            point_kind: serde_json::from_value(serde_json::Value::String(kind))
                .unwrap_or(PointType::Other),
            standard: StandardRef {
                id: id(4, &text("standard")?)?,
                version: row.get("standard_version")?,
            },
            started_at: UnixMillis::new(row.get("started_at")?),
            // Parsed by the caller, whose errors say what did not parse.
            start: PositionEvidence::Missing {
                why: xunfang_domain::PositionMissing::Unavailable,
            },
            start_standing: None,
            record: None,
            applied: row.get("applied")?,
            stuck: row.get("stuck")?,
            rejected: row.get::<_, Option<String>>("op_state")?.as_deref() == Some("rejected"),
        },
        start: text("start")?,
        start_standing: row.get("start_standing")?,
        record: row.get("record")?,
    })
}
