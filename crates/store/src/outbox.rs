//! What waits to be sent, and what the server said of it.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;
use xunfang_domain::{OpId, PersonId, Sealed, Sha256Hex, UnixMillis};
use xunfang_protocol::{Op, OpKind, codes};

use crate::evidence::{hash, keep_receipts};
use crate::installation::put_notice;
use crate::receipts::{Acknowledgement, acknowledge};
use crate::revisions::{submit_again, take_over};
use crate::store::{id, parse};
use crate::{Store, StoreError};

/// Nothing is put off for longer: 10 minutes.
const WAIT_MS_MAX: i64 = 10 * 60 * 1000;

/// An operation that waits, with the photos that must arrive before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedOp {
    /// Its id.
    pub op: OpId,
    /// Its number on this device.
    pub dev_seq: u64,
    /// Files that the server has not confirmed and has to have before the record: the small copies
    /// of its photos, in the order of capture; originals where there are no copies.
    pub missing: Vec<QueuedPhoto>,
}

/// A photo's file that waits: one of its small copies, or the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedPhoto {
    /// Hash of the file.
    pub sha256: Sha256Hex,
    /// Its length in bytes.
    pub bytes: u64,
    /// Hash of the original, by which the phone keeps the file.
    pub of: Sha256Hex,
}

impl QueuedPhoto {
    /// Whether it is the unchanged file.
    pub fn is_original(&self) -> bool {
        self.sha256 == self.of
    }
}

/// The next operations that are due, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueHead {
    /// At most as many as were asked for.
    pub ops: Vec<QueuedOp>,
}

/// What the server said of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpOutcome {
    /// It is durable there.
    Applied {
        /// The server's signed word on the records of its photos.
        receipts: Vec<Sealed>,
        /// Whose record it is there, and when it was acknowledged.
        acknowledgement: Acknowledgement,
    },
    /// What it builds on has moved on; a person has to choose.
    Conflict {
        /// Why.
        code: String,
    },
    /// It will never be.
    Rejected {
        /// Why.
        code: String,
    },
    /// Not yet.
    Retry {
        /// Why.
        code: String,
        /// Not before this time.
        at: UnixMillis,
        /// Photos that the server does not have after all.
        need: Vec<Sha256Hex>,
    },
}

impl Store {
    /// Reads the operations that are due at `now`.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn queue_head(
        &self,
        person: PersonId,
        now: UnixMillis,
        limit: u32,
    ) -> Result<QueueHead, StoreError> {
        self.read(|db| {
            let read = || {
                let mut missing = db.prepare_cached(
                    "WITH shown AS (
                       SELECT ph.sha256, ph.bytes, s.place, ph.stored_at IS NULL AS missing, ph.freed
                       FROM (SELECT sha256, place FROM finding_photo
                             WHERE finding = ?1
                               -- Of several records of a finding the one that is sent.
                               AND coalesce((SELECT instr(r.record, sha256) FROM op_record r
                                             WHERE r.op = ?2), 1)
                             UNION ALL
                             SELECT sha256, place FROM answer_photo WHERE inspection = ?1) s
                       JOIN photo ph ON ph.sha256 = s.sha256)
                     SELECT c.sha256, c.bytes, shown.sha256 AS original, shown.place,
                            CASE c.kind WHEN 'thumb' THEN 0 WHEN 'working' THEN 1 ELSE 2 END
                     FROM shown JOIN evidence e ON e.original = shown.sha256
                     JOIN photo_copy c ON c.evidence = e.seq
                     WHERE c.stored_at IS NULL
                       AND (c.kind = 'annotated'
                            OR (shown.missing OR shown.freed) AND c.kind <> 'marked')
                     UNION ALL
                     SELECT sha256, bytes, sha256, place, 3 FROM shown
                     WHERE missing
                       AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.original = shown.sha256)
                     ORDER BY 4, 5",
                )?;
                db.prepare_cached(
                    "SELECT dev_seq, op, entity FROM outbox
                     WHERE person = ?1 AND state = 'queued'
                       AND (retry_at <= ?2 OR retry_at > ?4)
                       -- What revises a record comes after it.
                       AND (kind <> 'finding.revised' OR NOT EXISTS (
                         SELECT 1 FROM outbox before
                         WHERE before.entity = outbox.entity AND before.state = 'queued'
                           AND (before.dev_seq < outbox.dev_seq
                                OR before.kind = 'finding.submitted')))
                     ORDER BY dev_seq LIMIT ?3",
                )?
                .query_map(
                    params![person.to_string(), now.get(), limit, wrong(now)],
                    |row| {
                        let (op, entity): (String, String) = (row.get("op")?, row.get("entity")?);
                        let missing = missing
                            .query_map(params![entity, op], queued_photo)?
                            .collect::<rusqlite::Result<_>>()?;
                        Ok(QueuedOp {
                            op: id(1, &op)?,
                            dev_seq: row.get("dev_seq")?,
                            missing,
                        })
                    },
                )?
                .collect::<rusqlite::Result<Vec<_>>>()
            };
            Ok(QueueHead {
                ops: read().map_err(StoreError::sql("read the queue"))?,
            })
        })
    }

    /// Reads operations as they go on the wire, in the order of `dev_seq`. Those that do not wait any
    /// more are left out.
    ///
    /// # Errors
    /// [`StoreError`] of the database, or where a stored body does not parse.
    pub fn ops(&self, ids: &[OpId]) -> Result<Vec<Op>, StoreError> {
        let mut ops = self.read(|db| {
            ids.iter()
                .filter_map(|&op| read_op(db, op).transpose())
                .collect::<Result<Vec<_>, _>>()
        })?;
        ops.sort_by_key(|op| op.dev_seq);
        Ok(ops)
    }

    /// Reads the originals that are due at `now`, those of the oldest attempts first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn originals_due(
        &self,
        person: PersonId,
        now: UnixMillis,
        limit: u32,
    ) -> Result<Vec<QueuedPhoto>, StoreError> {
        self.read(|db| {
            let read = || {
                db.prepare_cached(
                    "SELECT sha256, bytes, sha256 AS original FROM photo
                     WHERE due = ?1 AND stored_at IS NULL AND (retry_at <= ?2 OR retry_at > ?4)
                     ORDER BY retry_at LIMIT ?3",
                )?
                .query_map(
                    params![person.to_string(), now.get(), limit, wrong(now)],
                    queued_photo,
                )?
                .collect::<rusqlite::Result<_>>()
            };
            read().map_err(StoreError::sql("read which originals are due"))
        })
    }

    /// Records that the server has confirmed files of photos.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn photos_stored(&self, photos: &[QueuedPhoto], at: UnixMillis) -> Result<(), StoreError> {
        self.write("record stored photos", |tx| {
            for photo in photos {
                let table = if photo.is_original() {
                    "photo"
                } else {
                    "photo_copy"
                };
                tx.prepare_cached(&format!(
                    "UPDATE {table} SET stored_at = ?2 WHERE sha256 = ?1"
                ))
                .and_then(|mut put| put.execute(params![photo.sha256.as_str(), at.get()]))
                .map_err(StoreError::sql("record stored photos"))?;
            }
            Ok(())
        })
    }

    /// Puts an original off after a failure that concerns it alone.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn put_off_original(
        &self,
        original: &Sha256Hex,
        until: UnixMillis,
    ) -> Result<(), StoreError> {
        self.write("put an original off", |tx| {
            tx.execute(
                "UPDATE photo SET attempts = attempts + 1, retry_at = ?2 WHERE sha256 = ?1",
                params![original.as_str(), until.get()],
            )
            .map_err(StoreError::sql("put an original off"))?;
            Ok(())
        })
    }

    /// Returns how often an original was put off.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or one of the database.
    pub fn original_attempts(&self, original: &Sha256Hex) -> Result<u32, StoreError> {
        self.read(|db| {
            db.query_row(
                "SELECT attempts FROM photo WHERE sha256 = ?1",
                [original.as_str()],
                |row| row.get("attempts"),
            )
            .map_err(StoreError::sql("count attempts"))
        })
    }

    /// Records what the server said, all in one transaction. Where it refused something for good, or
    /// a person has to choose, a notice for them is part of it.
    ///
    /// # Errors
    /// [`StoreError`] of the database; the operations are then sent again, which is harmless.
    pub fn record_outcomes(
        &self,
        outcomes: &[(OpId, OpOutcome)],
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let step = "record what the server said";
        let count = |is_such: fn(&OpOutcome) -> bool| {
            outcomes.iter().filter(|(_, one)| is_such(one)).count()
        };
        let told = [
            (
                "server_rejected",
                count(|one| matches!(one, OpOutcome::Rejected { .. })),
            ),
            (
                "finding_conflict",
                count(|one| matches!(one, OpOutcome::Conflict { .. })),
            ),
        ];
        self.write(step, |tx| {
            for (op, outcome) in outcomes {
                record(tx, *op, outcome).map_err(StoreError::sql(step))?;
            }
            for (code, count) in told.iter().filter(|(_, count)| *count > 0) {
                put_notice(tx, code, &count.to_string(), now).map_err(StoreError::sql(step))?;
            }
            Ok(())
        })
    }

    /// Makes everything due at once.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn wake_queue(&self, person: PersonId) -> Result<(), StoreError> {
        self.write("wake the queue", |tx| {
            for waiting in [
                "UPDATE outbox SET retry_at = 0 WHERE person = ?1 AND retry_at > 0",
                "UPDATE photo SET retry_at = 0
                 WHERE due = ?1 AND stored_at IS NULL AND retry_at > 0",
            ] {
                tx.execute(waiting, params![person.to_string()])
                    .map_err(StoreError::sql("wake the queue"))?;
            }
            Ok(())
        })
    }

    /// Puts an operation off after a failure that concerns it alone.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn put_off(
        &self,
        op: OpId,
        code: &str,
        until: UnixMillis,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let outcome = OpOutcome::Retry {
            code: code.to_owned(),
            at: until,
            need: Vec::new(),
        };
        self.record_outcomes(&[(op, outcome)], now)
    }

    /// Returns how often an operation was put off.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or one of the database.
    pub fn attempts(&self, op: OpId) -> Result<u32, StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT attempts FROM outbox WHERE op = ?1")
                .and_then(|mut find| {
                    find.query_row(params![op.to_string()], |row| row.get("attempts"))
                })
                .map_err(StoreError::sql("count attempts"))
        })
    }
}

/// A time to wait for that lies so far ahead was set by another clock: it is no reason to wait.
fn wrong(now: UnixMillis) -> i64 {
    now.plus_ms(WAIT_MS_MAX).get()
}

fn record(tx: &Transaction<'_>, op: OpId, outcome: &OpOutcome) -> rusqlite::Result<()> {
    let op = op.to_string();
    match outcome {
        OpOutcome::Applied {
            receipts,
            acknowledgement,
        } => {
            keep_receipts(tx, receipts)?;
            for table in ["finding", "inspection"] {
                tx.prepare_cached(&format!(
                    "UPDATE {table} SET applied = 1
                     WHERE id = (SELECT entity FROM outbox WHERE op = ?1)"
                ))?
                .execute(params![op])?;
            }
            // The small copies went before the record; now the originals may follow.
            tx.prepare_cached(
                "UPDATE photo SET due = (SELECT person FROM outbox WHERE op = ?1)
                 WHERE stored_at IS NULL AND sha256 IN (
                   SELECT fp.sha256 FROM outbox o JOIN finding_photo fp ON fp.finding = o.entity
                   WHERE o.op = ?1
                   UNION ALL
                   SELECT ap.sha256 FROM outbox o JOIN answer_photo ap ON ap.inspection = o.entity
                   WHERE o.op = ?1)",
            )?
            .execute(params![op])?;
            take_over(tx, &op)?;
            acknowledge(tx, &op, *acknowledgement)?;
        }
        OpOutcome::Conflict { code } => {
            tx.prepare_cached("UPDATE outbox SET state = 'conflict', stuck = ?2 WHERE op = ?1")?
                .execute(params![op, code])?;
        }
        OpOutcome::Rejected { code } => {
            // What revises a record that is not taken would wait for ever.
            tx.prepare_cached(
                "UPDATE outbox SET state = 'rejected', stuck = ?2
                 WHERE op = ?1
                    OR state = 'queued' AND (entity, kind) IN (
                         SELECT entity, 'finding.revised' FROM outbox
                         WHERE op = ?1 AND kind = 'finding.submitted')",
            )?
            .execute(params![op, code])?;
        }
        OpOutcome::Retry { code, at, need } => {
            tx.prepare_cached(
                "UPDATE outbox SET stuck = ?2, retry_at = ?3, attempts = attempts + 1
                 WHERE op = ?1",
            )?
            .execute(params![op, code, at.get()])?;
            if code == codes::FINDING_UNKNOWN {
                submit_again(tx, &op)?;
            }
            for sha256 in need {
                // A server that does not trust a photo's record wants the original itself. One that
                // lacks a copy gets what else there is of the photo with it.
                tx.prepare_cached(
                    "UPDATE photo SET stored_at = NULL, receipt_at = NULL, retry_at = 0,
                       due = (SELECT person FROM outbox WHERE op = ?2)
                     WHERE NOT freed AND (sha256 = ?1 OR sha256 IN (
                       SELECT e.original FROM photo_copy c JOIN evidence e ON e.seq = c.evidence
                       WHERE c.sha256 = ?1 AND c.kind IN ('thumb', 'working')))",
                )?
                .execute(params![sha256.as_str(), op])?;
                tx.prepare_cached("UPDATE photo_copy SET stored_at = NULL WHERE sha256 = ?1")?
                    .execute(params![sha256.as_str()])?;
            }
        }
    }
    Ok(())
}

pub(crate) fn queued_photo(row: &Row<'_>) -> rusqlite::Result<QueuedPhoto> {
    Ok(QueuedPhoto {
        sha256: hash(row, "sha256")?,
        bytes: row.get("bytes")?,
        of: hash(row, "original")?,
    })
}

fn read_op(db: &Connection, op: OpId) -> Result<Option<Op>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT o.dev_seq, o.kind, o.entity, o.made_at, coalesce(r.base_rev, 0) AS base_rev,
                    coalesce(r.record, f.record, i.record) AS record
             FROM outbox o
             LEFT JOIN op_record r ON r.op = o.op
             LEFT JOIN finding f ON f.id = o.entity
             LEFT JOIN inspection i ON i.id = o.entity
             WHERE o.op = ?1",
        )
        .and_then(|mut find| {
            find.query_row(params![op.to_string()], |row| {
                let entity: String = row.get("entity")?;
                let record: String = row.get("record")?;
                let op = Op {
                    id: op,
                    dev_seq: row.get("dev_seq")?,
                    kind: OpKind::from(row.get::<_, String>("kind")?),
                    entity: id::<Uuid>(2, &entity)?,
                    base_rev: row.get("base_rev")?,
                    made_at: UnixMillis::new(row.get("made_at")?),
                    body: serde_json::Value::Null,
                    sig: None,
                };
                Ok((op, record))
            })
            .optional()
        })
        .map_err(StoreError::sql("read an operation"))?;
    let Some((op, record)) = found else {
        return Ok(None);
    };
    Ok(Some(Op {
        body: parse("record", &record)?,
        ..op
    }))
}
