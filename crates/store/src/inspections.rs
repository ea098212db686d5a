//! Inspections: begun, answered item by item, and submitted.
//!
//! Invariants:
//! - Every answer is durable when the call returns; nothing is kept in memory between calls.
//! - The record, its operation and the end of the inspection commit together.
//! - A submitted inspection takes no more answers.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use xunfang_domain::{
    FindingId, InspectionId, InspectionRecord, OpId, PersonId, PointId, PointType,
    PositionEvidence, StandardRef, Standing, TrackFix, UnixMillis,
};
use xunfang_protocol::OpKind;

use crate::answers::read_answers;
use crate::draft::put_op;
use crate::store::{id, json, parse};
use crate::tracks::read_track;
use crate::{Store, StoreError, StoredAnswer};

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
pub(crate) fn touch(
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
