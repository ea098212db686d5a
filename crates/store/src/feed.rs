//! Events from the server, applied together with the cursor that passes them.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;
use xunfang_domain::{FindingRecord, InspectionRecord, PersonId, Point, Review, Standard};
use xunfang_protocol::{Event, EventBody, ScopePage, UnreadEvent, codes};

use crate::held::{Kind, begin_anew, has_come, hold, is_as_held, revoke, sweep};
use crate::receipts::meet_epoch;
use crate::revisions::keep_as_sent;
use crate::store::{json, parse};
use crate::{Store, StoreError};

/// What a page of events changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Points, standards or the district.
    pub reference: bool,
    /// Findings or their reviews.
    pub findings: bool,
    /// Events that were kept unread.
    pub parked: u32,
}

impl Store {
    /// Returns the cursor of each scope.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn cursors(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read(|db| {
            let read = || {
                db.prepare_cached("SELECT scope, seq FROM cursor")?
                    .query_map([], |row| Ok((row.get("scope")?, row.get("seq")?)))?
                    .collect::<rusqlite::Result<_>>()
            };
            read().map_err(StoreError::sql("read the cursors"))
        })
    }

    /// Returns what the events up to each cursor come to, where the server has said so.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn chains(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.read(|db| {
            let read = || {
                db.prepare_cached("SELECT scope, chain FROM cursor WHERE chain IS NOT NULL")?
                    .query_map([], |row| Ok((row.get("scope")?, row.get("chain")?)))?
                    .collect::<rusqlite::Result<_>>()
            };
            read().map_err(StoreError::sql("read the cursors"))
        })
    }

    /// Applies one page: every event and the cursor in one transaction.
    ///
    /// An event that does not parse is kept as it came and passed, so that one bad event does not
    /// stop all that follow.
    ///
    /// # Errors
    /// [`StoreError`] of the database; the page is then not applied at all.
    pub fn apply_page(
        &self,
        epoch: Uuid,
        person: PersonId,
        page: &ScopePage,
    ) -> Result<Applied, StoreError> {
        let applied = self.write("apply events", |tx| {
            let mut applied = Applied::default();
            let again =
                meet_epoch(tx, person, epoch).map_err(StoreError::sql("compare histories"))?;
            applied.findings |= again > 0;
            if page.revoked {
                revoke(tx, &page.id).map_err(StoreError::sql("let go a feed"))?;
                return Ok(Applied {
                    reference: true,
                    findings: true,
                    ..applied
                });
            }
            if page.reset {
                applied.findings = true;
                begin_anew(tx, &page.id).map_err(StoreError::sql("begin a feed anew"))?;
            }
            let scope = page.id.as_str();
            for event in &page.events {
                match EventBody::read(event) {
                    Ok(body) => apply(tx, scope, person, body, &mut applied)?,
                    Err(unread) => {
                        park(tx, scope, event, &unread)?;
                        applied.parked += 1;
                    }
                }
            }
            tx.execute(
                "INSERT INTO cursor (scope, seq, chain) VALUES (?1, ?2, ?3)
                 ON CONFLICT (scope) DO UPDATE SET seq = excluded.seq, chain = excluded.chain",
                params![page.id, page.to, page.chain],
            )
            .map_err(StoreError::sql("move the cursor"))?;
            if !page.more {
                applied.reference |= sweep(tx, scope).map_err(StoreError::sql("end a feed"))?;
            }
            tx.execute(
                "UPDATE installation SET epoch = ?1 WHERE one = 1 AND epoch IS NOT ?1",
                params![epoch.to_string()],
            )
            .map_err(StoreError::sql("keep the epoch"))?;
            Ok(applied)
        })?;
        if applied.reference {
            // One that was harmed and is whole again has the same version.
            self.forget_parsed_standards()?;
            *self.points.write().map_err(|_| StoreError::Poisoned)? = None;
        }
        Ok(applied)
    }
}

fn apply(
    tx: &Transaction<'_>,
    scope: &str,
    person: PersonId,
    body: EventBody,
    applied: &mut Applied,
) -> Result<(), StoreError> {
    let (kind, entity) = match body {
        EventBody::District(district) => {
            applied.reference = true;
            tx.prepare_cached(
                "INSERT INTO district (id, body) VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            )
            .and_then(|mut put| put.execute(params![district.id.to_string(), json_sql(&district)?]))
            .map_err(StoreError::sql("keep the district"))?;
            (Kind::District, district.id.to_string())
        }
        EventBody::Point(point) => {
            applied.reference = true;
            put_point(tx, &point).map_err(StoreError::sql("keep a point"))?;
            (Kind::Point, point.id.to_string())
        }
        EventBody::Standard(standard) => {
            applied.reference = true;
            put_standard(tx, &standard).map_err(StoreError::sql("keep the standard"))?;
            (
                Kind::Standard,
                format!("{} {}", standard.id, standard.version),
            )
        }
        EventBody::Review(review) => {
            applied.findings = true;
            put_review(tx, scope, &review)?;
            (Kind::Review, review.finding.to_string())
        }
        EventBody::Finding(record) => {
            applied.findings |= put_received(tx, person, &record)?;
            applied.findings |= is_there_after_all(tx, &record.id.to_string())?;
            (Kind::Finding, record.id.to_string())
        }
        EventBody::Inspection(record) => {
            applied.findings |= put_inspection(tx, person, &record)?;
            applied.findings |= is_there_after_all(tx, &record.id.to_string())?;
            (Kind::Inspection, record.id.to_string())
        }
    };
    hold(tx, scope, kind, &entity).map_err(StoreError::sql("keep a fingerprint"))
}

/// A record that the server had refused and now has, because it came by another way, is sent once
/// more: the answer is the acknowledgement that is missing here. And what revises it need not wait.
fn is_there_after_all(tx: &Transaction<'_>, record: &str) -> Result<bool, StoreError> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'queued', stuck = NULL, retry_at = 0
         WHERE entity = ?1 AND (state = 'rejected' OR state = 'queued' AND stuck = ?2)",
    )
    .and_then(|mut put| put.execute([record, codes::FINDING_UNKNOWN]))
    .map(|count| count > 0)
    .map_err(StoreError::sql("send a record again"))
}

/// The text of a record as it is to be kept: as it stands where that says the same, since it is what
/// was signed and would be sent again.
fn kept_text<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq>(
    tx: &Transaction<'_>,
    table: &str,
    id: &str,
    record: &T,
) -> rusqlite::Result<String> {
    let known: Option<Option<String>> = tx
        .prepare_cached(&format!("SELECT record FROM {table} WHERE id = ?1"))?
        .query_row([id], |row| row.get("record"))
        .optional()?;
    let same = known
        .flatten()
        .filter(|text| serde_json::from_str::<T>(text).is_ok_and(|known| known == *record));
    same.map_or_else(|| json_sql(record), Ok)
}

fn json_sql<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn put_point(tx: &Transaction<'_>, point: &Point) -> rusqlite::Result<usize> {
    let kind = json_sql(&point.kind)?;
    tx.prepare_cached(
        "INSERT INTO point
           (id, district, name, kind, lat, lng, radius_m, sample, retired, shape, number, unit)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (id) DO UPDATE SET
           district = excluded.district, name = excluded.name, kind = excluded.kind,
           lat = excluded.lat, lng = excluded.lng, radius_m = excluded.radius_m,
           sample = excluded.sample, retired = excluded.retired, shape = excluded.shape,
           number = excluded.number, unit = excluded.unit",
    )?
    .execute(params![
        point.id.to_string(),
        point.district.to_string(),
        point.name,
        kind.trim_matches('"'),
        point.place.lat(),
        point.place.lng(),
        point.radius_m,
        point.sample,
        point.retired,
        point.shape.as_ref().map(json_sql).transpose()?,
        point.number,
        point.unit,
    ])
}

fn put_standard(tx: &Transaction<'_>, standard: &Standard) -> rusqlite::Result<usize> {
    // A published version never changes: where this one is other than the one here, that was harmed.
    tx.prepare_cached(
        "INSERT INTO standard (id, version, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (id, version) DO UPDATE SET body = excluded.body",
    )?
    .execute(params![
        standard.id.to_string(),
        standard.version,
        json_sql(standard)?
    ])
}

/// Keeps a review, unless a newer one came before it with the same reading of the feed. What an
/// earlier reading brought is no measure: the server may have lost decisions and count them anew.
fn put_review(tx: &Transaction<'_>, scope: &str, review: &Review) -> Result<(), StoreError> {
    let known: Option<Option<String>> = tx
        .prepare_cached("SELECT review FROM finding WHERE id = ?1")
        .and_then(|mut find| {
            find.query_row(params![review.finding.to_string()], |row| row.get("review"))
                .optional()
        })
        .map_err(StoreError::sql("read a review"))?;
    // A finding that is not here was made on another phone of the same person and arrives with
    // its own event; feeds are ordered, so it has already come or the feed was reset.
    let Some(known) = known else { return Ok(()) };
    // One that does not parse was harmed, and is written anew.
    let known: Option<Review> = known.and_then(|text| parse("review", &text).ok());
    if known.is_some_and(|known| known.rev > review.rev)
        && has_come(tx, scope, Kind::Review, &review.finding.to_string())
            .map_err(StoreError::sql("look for a review"))?
    {
        return Ok(());
    }
    let state = json("review state", &review.state)?;
    tx.prepare_cached(
        "UPDATE finding SET review_state = ?2, review = ?3, applied = 1 WHERE id = ?1",
    )
    .and_then(|mut put| {
        put.execute(params![
            review.finding.to_string(),
            state.trim_matches('"'),
            json_sql(review)?
        ])
    })
    .map_err(StoreError::sql("keep a review"))?;
    Ok(())
}

/// Keeps a finding that this phone does not have, for example after it was installed anew, or has
/// otherwise than the server. What was sent of it from here is kept by itself.
fn put_received(
    tx: &Transaction<'_>,
    person: PersonId,
    record: &FindingRecord,
) -> Result<bool, StoreError> {
    let id = record.id.to_string();
    let step = "keep a received finding";
    let text = kept_text(tx, "finding", &id, record).map_err(StoreError::sql(step))?;
    // One that was harmed here is nothing that was sent.
    if is_as_held(tx, Kind::Finding, &id).map_err(StoreError::sql(step))? {
        keep_as_sent(tx, &id, &text).map_err(StoreError::sql(step))?;
    }
    let added = tx
        .prepare_cached(
            "INSERT INTO finding
               (id, person, point, criterion, found_at, record, applied, review_state, inspection)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, 'pending', ?7)
             ON CONFLICT (id) DO UPDATE SET
               person = excluded.person, point = excluded.point, criterion = excluded.criterion,
               found_at = excluded.found_at, record = excluded.record,
               inspection = excluded.inspection
             WHERE (finding.person, finding.point, finding.criterion, finding.found_at,
                    finding.record, finding.inspection)
                   IS NOT (excluded.person, excluded.point, excluded.criterion, excluded.found_at,
                           excluded.record, excluded.inspection)",
        )
        .and_then(|mut put| {
            put.execute(params![
                id,
                person.to_string(),
                record.point.to_string(),
                record.criterion,
                record.found_at.get(),
                text,
                record.inspection.map(|id| id.to_string()),
            ])
        })
        .map_err(StoreError::sql(step))?;
    Ok(added > 0)
}

/// Keeps an inspection that this phone does not have, or has otherwise than the server.
fn put_inspection(
    tx: &Transaction<'_>,
    person: PersonId,
    record: &InspectionRecord,
) -> Result<bool, StoreError> {
    let kind = json("point type", &record.point_kind)?;
    let added = tx
        .prepare_cached(
            "INSERT INTO inspection
               (id, person, point, point_kind, standard, standard_version, started_at,
                touched_at, start, start_standing, submitted_at, applied, record)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?8, 1, ?11)
             ON CONFLICT (id) DO UPDATE SET
               person = excluded.person, point = excluded.point, standard = excluded.standard,
               standard_version = excluded.standard_version,
               submitted_at = excluded.submitted_at, record = excluded.record
             WHERE inspection.applied
               AND (inspection.person, inspection.point, inspection.standard,
                    inspection.standard_version, inspection.submitted_at, inspection.record)
                   IS NOT (excluded.person, excluded.point, excluded.standard,
                           excluded.standard_version, excluded.submitted_at, excluded.record)",
        )
        .and_then(|mut put| {
            put.execute(params![
                record.id.to_string(),
                person.to_string(),
                record.point.to_string(),
                kind.trim_matches('"'),
                record.standard.to_string(),
                record.standard_version,
                record.started_at.get(),
                record.submitted_at.get(),
                json_sql(&record.start)?,
                record.start_standing.as_ref().map(json_sql).transpose()?,
                kept_text(tx, "inspection", &record.id.to_string(), record)?,
            ])
        })
        .map_err(StoreError::sql("keep a received inspection"))?;
    Ok(added > 0)
}

fn park(
    tx: &Transaction<'_>,
    scope: &str,
    event: &Event,
    unread: &UnreadEvent,
) -> Result<(), StoreError> {
    tracing::warn!(scope, seq = event.seq, %unread, "an event was kept unread");
    tx.prepare_cached(
        "INSERT INTO parked_event (scope, seq, kind, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (scope, seq) DO UPDATE SET kind = excluded.kind, body = excluded.body",
    )
    .and_then(|mut put| {
        put.execute(params![
            scope,
            event.seq,
            event.kind,
            event.body.to_string()
        ])
    })
    .map_err(StoreError::sql("keep an unread event"))?;
    Ok(())
}
