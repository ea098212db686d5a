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
    PointId, PointType, PositionEvidence, RecordError, STREET_PLACES_MAX, Sha256Hex, StandardRef,
    Standing, TRACK_FIXES_MAX, TrackFix, UnixMillis, Wgs84,
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
    /// What was answered before an excuse took its place.
    pub kept: Option<AnswerValue>,
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

    /// Returns the open inspection in which the person last did something, between `since` and
    /// `now`. One of a time to come is a clock's that was set back, and is not followed.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn active_inspection(
        &self,
        person: PersonId,
        since: UnixMillis,
        now: UnixMillis,
    ) -> Result<Option<InspectionId>, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT id FROM inspection
                 WHERE person = ?1 AND submitted_at IS NULL AND touched_at BETWEEN ?2 AND ?3
                 ORDER BY touched_at DESC LIMIT 1",
            )
            .and_then(|mut find| {
                find.query_row(params![person.to_string(), since.get(), now.get()], |row| {
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

    /// Adds a place to the way that is walked and to the streets that are being walked, where it
    /// lies at least `step_m` from the last one, and says whether it did. What is full keeps what
    /// it has. This is nothing that the person did, so it does not keep the inspection under way.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn follow(
        &self,
        inspection: InspectionId,
        fix: &TrackFix,
        step_m: f64,
    ) -> Result<bool, StoreError> {
        let step = "keep a place of the track";
        self.write(step, |tx| {
            let last = tx
                .prepare_cached(
                    "SELECT number, lat, lng, accuracy_m, at FROM track_fix
                     WHERE inspection = ?1 ORDER BY number DESC LIMIT 1",
                )
                .and_then(|mut find| {
                    find.query_row(params![inspection.to_string()], |row| {
                        Ok((row.get::<_, usize>("number")?, read_fix(row)?))
                    })
                    .optional()
                })
                .map_err(StoreError::sql(step))?;
            let number = last.map_or(0, |(number, _)| number);
            if last.is_some_and(|(_, last)| last.place.distance_m(fix.place) < step_m)
                || number >= TRACK_FIXES_MAX
            {
                return Ok(false);
            }
            let added = tx
                .prepare_cached(
                    "INSERT INTO track_fix (inspection, number, lat, lng, accuracy_m, at)
                     SELECT id, ?2, ?3, ?4, ?5, ?6 FROM inspection
                     WHERE id = ?1 AND submitted_at IS NULL",
                )
                .and_then(|mut put| {
                    put.execute(params![
                        inspection.to_string(),
                        number + 1,
                        fix.place.lat(),
                        fix.place.lng(),
                        fix.accuracy_m,
                        fix.at.get()
                    ])
                })
                .map_err(StoreError::sql(step))?;
            if added == 0 {
                return Ok(false);
            }
            for (criterion, mut answer) in walked_answers(tx, inspection)? {
                if let Some(AnswerValue::Line { street, .. }) = &mut answer.value
                    && street.len() < STREET_PLACES_MAX
                {
                    street.push(fix.place);
                    put_answer(tx, inspection, &criterion, &answer)?;
                }
            }
            Ok(true)
        })
    }

    /// Returns the way that was walked so far.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn track(&self, inspection: InspectionId) -> Result<Vec<TrackFix>, StoreError> {
        self.read(|db| read_track(db, inspection))
    }

    /// Lists the findings that were made during an inspection, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn raised_findings(
        &self,
        inspection: InspectionId,
    ) -> Result<Vec<RaisedFinding>, StoreError> {
        self.read(|db| read_raised(db, inspection))
    }

    /// Ends an inspection with the record that `make` makes of what is there at that moment, and
    /// queues it, in one transaction. Durable when it returns; `false` where there was no record
    /// to make, and it stays open.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the person has no such open inspection, or one of the
    /// database; it stays open then.
    pub fn submit_inspection(
        &self,
        person: PersonId,
        inspection: InspectionId,
        (op, at): (OpId, UnixMillis),
        make: impl FnOnce(Gathered) -> Option<InspectionRecord>,
    ) -> Result<bool, StoreError> {
        let step = "submit the inspection";
        self.write(step, |tx| {
            touch(tx, person, inspection, at)?;
            let gathered = Gathered {
                answers: read_answers(tx, inspection)?,
                raised: read_raised(tx, inspection)?,
                track: read_track(tx, inspection)?,
            };
            let Some(record) = make(gathered) else {
                return Ok(false);
            };
            let body = json("inspection", &record)?;
            tx.prepare_cached("UPDATE inspection SET submitted_at = ?2, record = ?3 WHERE id = ?1")
                .and_then(|mut put| {
                    put.execute(params![
                        inspection.to_string(),
                        record.submitted_at.get(),
                        body
                    ])
                })
                .map_err(StoreError::sql(step))?;
            forget_answers(tx, inspection).map_err(StoreError::sql(step))?;
            let kind = OpKind::InspectionSubmitted;
            put_op(tx, person, op, kind, inspection.uuid(), record.submitted_at)
                .map_err(StoreError::sql(step))?;
            Ok(true)
        })
    }

    /// Takes back an inspection that is not submitted, with its answers and its way. Findings that
    /// were made meanwhile stand by themselves, and photo files stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the person has no such open inspection, or one of the
    /// database.
    pub fn discard_inspection(
        &self,
        person: PersonId,
        inspection: InspectionId,
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        let step = "discard the inspection";
        self.write(step, |tx| {
            touch(tx, person, inspection, at)?;
            forget_answers(tx, inspection).map_err(StoreError::sql(step))?;
            for delete in [
                "DELETE FROM answer_photo WHERE inspection = ?1",
                "DELETE FROM inspection WHERE id = ?1",
            ] {
                tx.execute(delete, params![inspection.to_string()])
                    .map_err(StoreError::sql(step))?;
            }
            Ok(())
        })
    }
}

/// What is there of an open inspection when it is submitted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gathered {
    /// The answers, by the codes of their criteria.
    pub answers: BTreeMap<String, StoredAnswer>,
    /// The findings that were made meanwhile.
    pub raised: Vec<RaisedFinding>,
    /// The way that was walked.
    pub track: Vec<TrackFix>,
}

fn forget_answers(tx: &Transaction<'_>, inspection: InspectionId) -> rusqlite::Result<()> {
    for delete in [
        "DELETE FROM answer WHERE inspection = ?1",
        "DELETE FROM track_fix WHERE inspection = ?1",
    ] {
        tx.execute(delete, params![inspection.to_string()])?;
    }
    Ok(())
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

fn read_track(db: &Connection, inspection: InspectionId) -> Result<Vec<TrackFix>, StoreError> {
    let read = || {
        db.prepare_cached(
            "SELECT lat, lng, accuracy_m, at FROM track_fix
             WHERE inspection = ?1 ORDER BY number",
        )?
        .query_map(params![inspection.to_string()], read_fix)?
        .collect::<rusqlite::Result<_>>()
    };
    read().map_err(StoreError::sql("read the track"))
}

fn read_raised(
    db: &Connection,
    inspection: InspectionId,
) -> Result<Vec<RaisedFinding>, StoreError> {
    let read = || {
        db.prepare_cached(
            "SELECT f.id, f.criterion,
                    (SELECT count(*) FROM finding_photo fp WHERE fp.finding = f.id) AS photos
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
fn walked_answers(
    db: &Connection,
    inspection: InspectionId,
) -> Result<BTreeMap<String, StoredAnswer>, StoreError> {
    let which = "?2 = '' AND value ->> '$.form' = 'line' AND value ->> '$.walking'";
    bare_answers(db, which, inspection, "")
}

fn put_answer(
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

fn read_answers(
    db: &Connection,
    inspection: InspectionId,
) -> Result<BTreeMap<String, StoredAnswer>, StoreError> {
    let step = "read the answers";
    let mut answers = bare_answers(db, "?2 = ''", inspection, "")?;
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
