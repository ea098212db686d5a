//! What waits to be sent, and what the server said of it.

use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;
use xunfang_domain::{OpId, PersonId, Sealed, Sha256Hex, UnixMillis};
use xunfang_protocol::{Op, OpKind};

use crate::evidence::keep_receipts;
use crate::installation::put_notice;
use crate::store::{id, parse};
use crate::{Store, StoreError};

/// An operation that waits, with the photos that must arrive before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedOp {
    /// Its id.
    pub op: OpId,
    /// Its number on this device.
    pub dev_seq: u64,
    /// Photos that the server has not confirmed, in the order of capture.
    pub missing: Vec<QueuedPhoto>,
}

/// A photo that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedPhoto {
    /// Hash of the original.
    pub sha256: Sha256Hex,
    /// Length of the original in bytes.
    pub bytes: u64,
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
                    "SELECT ph.sha256, ph.bytes
                     FROM (SELECT sha256, place FROM finding_photo WHERE finding = ?1
                           UNION ALL
                           SELECT sha256, place FROM answer_photo WHERE inspection = ?1) shown
                     JOIN photo ph ON ph.sha256 = shown.sha256
                     WHERE ph.stored_at IS NULL ORDER BY shown.place",
                )?;
                db.prepare_cached(
                    "SELECT dev_seq, op, entity FROM outbox
                     WHERE person = ?1 AND state = 'queued' AND retry_at <= ?2
                     ORDER BY dev_seq LIMIT ?3",
                )?
                .query_map(params![person.to_string(), now.get(), limit], |row| {
                    let (op, entity): (String, String) = (row.get("op")?, row.get("entity")?);
                    let missing = missing
                        .query_map(params![entity], |row| {
                            let sha256: String = row.get("sha256")?;
                            Ok((sha256, row.get::<_, u64>("bytes")?))
                        })?
                        .filter_map(|photo| match photo {
                            // The column's CHECK and the writer leave only hashes here.
                            Ok((sha256, bytes)) => sha256
                                .parse()
                                .ok()
                                .map(|sha256| Ok(QueuedPhoto { sha256, bytes })),
                            Err(error) => Some(Err(error)),
                        })
                        .collect::<rusqlite::Result<_>>()?;
                    Ok(QueuedOp {
                        op: id(1, &op)?,
                        dev_seq: row.get("dev_seq")?,
                        missing,
                    })
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
            };
            Ok(QueueHead {
                ops: read().map_err(StoreError::sql("read the queue"))?,
            })
        })
    }

    /// Reads operations as they go on the wire, in the order of `dev_seq`.
    ///
    /// # Errors
    /// [`StoreError`] of the database, or where a stored body does not parse.
    pub fn ops(&self, ids: &[OpId]) -> Result<Vec<Op>, StoreError> {
        let mut ops = self.read(|db| {
            ids.iter()
                .map(|&op| read_op(db, op))
                .collect::<Result<Vec<_>, _>>()
        })?;
        ops.sort_by_key(|op| op.dev_seq);
        Ok(ops)
    }

    /// Records that the server has confirmed a photo.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn photo_stored(&self, sha256: &Sha256Hex, at: UnixMillis) -> Result<(), StoreError> {
        self.write("record a stored photo", |tx| {
            tx.execute(
                "UPDATE photo SET stored_at = ?2 WHERE sha256 = ?1",
                params![sha256.as_str(), at.get()],
            )
            .map_err(StoreError::sql("record a stored photo"))?;
            Ok(())
        })
    }

    /// Records what the server said, all in one transaction. Where it refused something for good, a
    /// notice for the person is part of it.
    ///
    /// # Errors
    /// [`StoreError`] of the database; the operations are then sent again, which is harmless.
    pub fn record_outcomes(
        &self,
        outcomes: &[(OpId, OpOutcome)],
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let step = "record what the server said";
        let refused = outcomes
            .iter()
            .filter(|(_, outcome)| matches!(outcome, OpOutcome::Rejected { .. }))
            .count();
        self.write(step, |tx| {
            for (op, outcome) in outcomes {
                record(tx, *op, outcome).map_err(StoreError::sql(step))?;
            }
            if refused > 0 {
                put_notice(tx, "server_rejected", &refused.to_string(), now)
                    .map_err(StoreError::sql(step))?;
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
            tx.execute(
                "UPDATE outbox SET retry_at = 0 WHERE person = ?1 AND retry_at > 0",
                params![person.to_string()],
            )
            .map_err(StoreError::sql("wake the queue"))?;
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

fn record(tx: &Transaction<'_>, op: OpId, outcome: &OpOutcome) -> rusqlite::Result<()> {
    let op = op.to_string();
    match outcome {
        OpOutcome::Applied { receipts } => {
            keep_receipts(tx, receipts)?;
            for table in ["finding", "inspection"] {
                tx.prepare_cached(&format!(
                    "UPDATE {table} SET applied = 1
                     WHERE id = (SELECT entity FROM outbox WHERE op = ?1)"
                ))?
                .execute(params![op])?;
            }
            tx.prepare_cached("DELETE FROM outbox WHERE op = ?1")?
                .execute(params![op])?;
        }
        OpOutcome::Rejected { code } => {
            tx.prepare_cached("UPDATE outbox SET state = 'rejected', stuck = ?2 WHERE op = ?1")?
                .execute(params![op, code])?;
        }
        OpOutcome::Retry { code, at, need } => {
            tx.prepare_cached(
                "UPDATE outbox SET stuck = ?2, retry_at = ?3, attempts = attempts + 1
                 WHERE op = ?1",
            )?
            .execute(params![op, code, at.get()])?;
            for sha256 in need {
                tx.prepare_cached("UPDATE photo SET stored_at = NULL WHERE sha256 = ?1")?
                    .execute(params![sha256.as_str()])?;
            }
        }
    }
    Ok(())
}

fn read_op(db: &Connection, op: OpId) -> Result<Op, StoreError> {
    let (op, record) = db
        .prepare_cached(
            "SELECT o.dev_seq, o.kind, o.entity, o.made_at,
                    coalesce(f.record, i.record) AS record
             FROM outbox o
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
                    base_rev: 0,
                    made_at: UnixMillis::new(row.get("made_at")?),
                    body: serde_json::Value::Null,
                };
                Ok((op, record))
            })
        })
        .map_err(StoreError::sql("read an operation"))?;
    Ok(Op {
        body: parse("record", &record)?,
        ..op
    })
}
