//! Findings of this phone, as lists show them.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};
use xunfang_domain::{FindingId, FindingRecord, PersonId, PointId, Review};

use crate::store::parse;
use crate::{Store, StoreError};

/// Length of a hash in hexadecimal digits.
const SHA256_DIGITS: usize = 64;

/// Which findings to list, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingQuery {
    /// All of the person's.
    All,
    /// Those that the server has not acknowledged, or refused.
    Unsent,
    /// Those that a supervisor sent back.
    Returned,
    /// Those of one point.
    At(PointId),
    /// One finding.
    One(FindingId),
}

/// How far the sending of a finding has come.
#[derive(Debug, Clone, PartialEq)]
pub enum SendState {
    /// It waits.
    Queued {
        /// Photos of which the server has what it needs to take the record.
        photos_stored: u32,
        /// Code of the last failure.
        stuck: Option<String>,
    },
    /// What it revises has moved on: the person has to choose.
    Conflict {
        /// What the server has.
        theirs: Box<FindingRecord>,
    },
    /// The server refused it for good.
    Rejected {
        /// Its reason.
        code: String,
    },
    /// The server has it.
    Applied,
}

/// How much of a photo the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoProgress {
    /// Not enough to show it.
    Waiting,
    /// Its small copies.
    Copies,
    /// The original.
    Whole,
}

/// One finding of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    /// The record; what waits of it, where that is something else.
    pub record: FindingRecord,
    /// Name of its point.
    pub point_name: String,
    /// How far it has come.
    pub send: SendState,
    /// Whether that is about a revision, of a record that the server has.
    pub revises: bool,
    /// How much the server has of each photo of the record, in their order.
    pub photos: Vec<PhotoProgress>,
    /// Its review, once there is one.
    pub review: Option<Review>,
}

/// How the queue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Findings that wait.
    pub unsent: u32,
    /// Findings that were refused.
    pub rejected: u32,
    /// Findings where the person has to choose.
    pub conflicts: u32,
    /// Originals of photos that wait, of records that the server has.
    pub originals: u32,
}

/// The condition of each list; `?1` is the person, `?2` a point, a finding or NULL.
const fn condition(query: FindingQuery) -> &'static str {
    match query {
        FindingQuery::All => "f.person = ?1 AND ?2 IS NULL",
        FindingQuery::Unsent => {
            "f.person = ?1 AND ?2 IS NULL
             AND f.id IN (SELECT entity FROM outbox WHERE person = ?1)"
        }
        FindingQuery::Returned => {
            "f.person = ?1 AND ?2 IS NULL AND f.review_state = 'returned'
             AND NOT EXISTS (SELECT 1 FROM outbox w WHERE w.entity = f.id
                               AND w.kind = 'finding.revised' AND w.state = 'queued')"
        }
        FindingQuery::At(_) => "f.person = ?1 AND f.point = ?2",
        FindingQuery::One(_) => "f.person = ?1 AND f.id = ?2",
    }
}

impl Store {
    /// Lists findings, newest first, and says how many there are in all.
    ///
    /// # Errors
    /// [`StoreError`] of the database, or where a stored record does not parse.
    pub fn findings(
        &self,
        person: PersonId,
        query: FindingQuery,
        offset: u32,
        limit: u32,
    ) -> Result<(Vec<FindingRow>, u32), StoreError> {
        let which = match query {
            FindingQuery::At(point) => Some(point.to_string()),
            FindingQuery::One(finding) => Some(finding.to_string()),
            FindingQuery::All | FindingQuery::Unsent | FindingQuery::Returned => None,
        };
        let condition = condition(query);
        self.read(|db| {
            let total = db
                .prepare_cached(&format!("SELECT count(*) FROM finding f WHERE {condition}"))
                .and_then(|mut count| {
                    count.query_row(params![person.to_string(), which], |row| row.get(0))
                })
                .map_err(StoreError::sql("count findings"))?;
            let rows = list(db, condition, person, which.as_deref(), offset, limit)?;
            Ok((rows, total))
        })
    }

    /// Counts what waits and what was refused: of one person, or of everybody on this phone.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn tally(&self, person: Option<PersonId>) -> Result<Tally, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT count(*) FILTER (WHERE state = 'queued') AS unsent,
                        count(*) FILTER (WHERE state = 'rejected') AS rejected,
                        count(*) FILTER (WHERE state = 'conflict') AS conflicts,
                        (SELECT count(*) FROM photo WHERE due IS NOT NULL AND stored_at IS NULL
                         AND (?1 IS NULL OR due = ?1)) AS originals
                 FROM outbox WHERE ?1 IS NULL OR person = ?1",
            )
            .and_then(|mut count| {
                count.query_row(params![person.map(|person| person.to_string())], |row| {
                    Ok(Tally {
                        unsent: row.get("unsent")?,
                        rejected: row.get("rejected")?,
                        conflicts: row.get("conflicts")?,
                        originals: row.get("originals")?,
                    })
                })
            })
            .map_err(StoreError::sql("count the queue"))
        })
    }

    /// Lists the criteria that the person used most recently, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn recent_criteria(&self, person: PersonId) -> Result<Vec<String>, StoreError> {
        self.read(|db| {
            let read = || {
                // The last 50 findings tell what somebody is working on.
                db.prepare_cached(
                    "SELECT criterion FROM (
                       SELECT criterion, found_at FROM finding
                       WHERE person = ?1 ORDER BY found_at DESC LIMIT 50)
                     GROUP BY criterion ORDER BY max(found_at) DESC",
                )?
                .query_map(params![person.to_string()], |row| row.get("criterion"))?
                .collect::<rusqlite::Result<_>>()
            };
            read().map_err(StoreError::sql("list recent criteria"))
        })
    }
}

/// A row before its JSON columns are parsed.
struct Stored {
    record: String,
    point_name: String,
    applied: bool,
    review: Option<String>,
    /// Of the newest operation that is about it.
    op_state: Option<String>,
    stuck: Option<String>,
    /// Whether that revises it.
    revises: bool,
    /// What the server has, where that is another thing.
    theirs: Option<String>,
    /// Hash of each photo that is here and a letter, see [`progress`].
    photos: Option<String>,
}

fn list(
    db: &Connection,
    condition: &str,
    person: PersonId,
    which: Option<&str>,
    offset: u32,
    limit: u32,
) -> Result<Vec<FindingRow>, StoreError> {
    let sql = format!(
        "SELECT coalesce(r.record, f.record) AS record, f.applied, f.review,
                coalesce(p.name, '') AS point_name, o.state AS op_state, o.stuck,
                r.base_rev IS NOT NULL AS revises,
                CASE WHEN o.state = 'conflict' THEN f.record END AS theirs,
                (SELECT group_concat(ph.sha256 || CASE
                          WHEN ph.stored_at IS NOT NULL THEN 'o'
                          WHEN NOT EXISTS (SELECT 1 FROM evidence e WHERE e.original = ph.sha256)
                            OR EXISTS (
                              SELECT 1 FROM evidence e JOIN photo_copy c ON c.evidence = e.seq
                              WHERE e.original = ph.sha256 AND c.kind <> 'marked'
                                AND c.stored_at IS NULL) THEN 'w'
                          ELSE 'c' END)
                 FROM finding_photo fp JOIN photo ph ON ph.sha256 = fp.sha256
                 WHERE fp.finding = f.id) AS photos
         FROM finding f
         LEFT JOIN point p ON p.id = f.point
         LEFT JOIN outbox o ON o.dev_seq = (
           SELECT w.dev_seq FROM outbox w WHERE w.entity = f.id
           ORDER BY w.kind = 'finding.revised' DESC, w.dev_seq DESC LIMIT 1)
         LEFT JOIN op_record r ON r.op = o.op AND (r.base_rev IS NOT NULL OR NOT f.applied)
         WHERE {condition}
         ORDER BY f.found_at DESC, f.id DESC LIMIT ?3 OFFSET ?4"
    );
    let read = || {
        db.prepare_cached(&sql)?
            .query_map(params![person.to_string(), which, limit, offset], stored)?
            .collect::<rusqlite::Result<Vec<_>>>()
    };
    let rows = read().map_err(StoreError::sql("list findings"))?;
    rows.into_iter().map(FindingRow::try_from).collect()
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        record: row.get("record")?,
        point_name: row.get("point_name")?,
        applied: row.get("applied")?,
        review: row.get("review")?,
        op_state: row.get("op_state")?,
        stuck: row.get("stuck")?,
        revises: row.get("revises")?,
        theirs: row.get("theirs")?,
        photos: row.get("photos")?,
    })
}

fn progress(letter: &str) -> PhotoProgress {
    match letter {
        "o" => PhotoProgress::Whole,
        "c" => PhotoProgress::Copies,
        _ => PhotoProgress::Waiting,
    }
}

impl TryFrom<Stored> for FindingRow {
    type Error = StoreError;

    fn try_from(row: Stored) -> Result<Self, StoreError> {
        let record: FindingRecord = parse("finding", &row.record)?;
        let here = row.photos.unwrap_or_default();
        let here: BTreeMap<&str, PhotoProgress> = here
            .split(',')
            .filter_map(|photo| photo.split_at_checked(SHA256_DIGITS))
            .map(|(sha256, letter)| (sha256, progress(letter)))
            .collect();
        // What is not here came with the finding, from the server.
        let not_here = if row.applied {
            PhotoProgress::Whole
        } else {
            PhotoProgress::Waiting
        };
        let photos: Vec<PhotoProgress> = record
            .photos
            .iter()
            .map(|photo| *here.get(photo.sha256.as_str()).unwrap_or(&not_here))
            .collect();
        let stored = photos.iter().filter(|one| **one != PhotoProgress::Waiting);
        let photos_stored = u32::try_from(stored.count()).unwrap_or(u32::MAX);
        let op_state = row.op_state.as_deref();
        let send = match (row.applied && !row.revises, row.theirs) {
            (true, _) => SendState::Applied,
            (false, Some(theirs)) => SendState::Conflict {
                theirs: Box::new(parse("finding", &theirs)?),
            },
            (false, None) if op_state == Some("rejected") => SendState::Rejected {
                code: row.stuck.unwrap_or_default(),
            },
            (false, None) => SendState::Queued {
                photos_stored,
                stuck: row.stuck,
            },
        };
        Ok(Self {
            record,
            point_name: row.point_name,
            send,
            revises: row.revises,
            photos,
            review: row
                .review
                .as_deref()
                .map(|text| parse("review", text))
                .transpose()?,
        })
    }
}
