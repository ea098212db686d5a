//! What the server has confirmed: kept for a while, given to it again where it lost it, and then
//! let go.
//!
//! A receipt is as good as the server's memory. One that comes back from a backup shows it in two
//! ways: its history has another name ([`Store::apply_page`] is told), or it lacks one of this device's
//! operations that it has acknowledged ([`Store::requeue_lost`]). Neither the highest number nor how
//! many there are would tell: others hide what is missing. Either way everything is
//! queued again, which is harmless where the server has it after all.
//!
//! All times here are the server's: a phone's clock that jumps by years must not let anything go.

use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;
use xunfang_domain::{DistrictId, PersonId, Sha256Hex, UnixMillis};
use xunfang_protocol::SeqRange;

use crate::evidence::hash;
use crate::{Store, StoreError};

/// How long what was confirmed stays on the phone: 30 days, in milliseconds.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How often everything may be queued again for a server that holds too little: once a day. One that
/// counts otherwise than this phone would be sent the same for ever.
const REQUEUE_EVERY_MS: i64 = 24 * 60 * 60 * 1000;
/// Originals that are removed in one go, so that nothing else waits long.
const FREED_AT_ONCE: u32 = 50;

/// Operations that a server should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldOps {
    /// The lowest of their numbers on this device.
    pub first: u64,
    /// How many there are.
    pub count: u64,
}

/// A server's acknowledgement of operations: whose, and when by its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The district whose records they are.
    pub district: DistrictId,
    /// The server's clock.
    pub at: UnixMillis,
}

impl Store {
    /// Says which acknowledged operations of a person the server should still hold; none where
    /// there are none.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn acknowledged(
        &self,
        person: PersonId,
        district: DistrictId,
    ) -> Result<Option<HeldOps>, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT min(dev_seq) AS first, count(*) AS count FROM acknowledged
                 WHERE person = ?1 AND district = ?2",
            )
            .and_then(|mut ask| {
                ask.query_row(params![person.to_string(), district.to_string()], |row| {
                    let first: Option<u64> = row.get("first")?;
                    let count = row.get("count")?;
                    Ok(first.map(|first| HeldOps { first, count }))
                })
            })
            .map_err(StoreError::sql("count acknowledgements"))
        })
    }

    /// Whether a server that holds these operations lacks one that it has acknowledged. How many it
    /// holds would not tell: one that it has and that waits here all the same would hide another.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn lacks_acknowledged(
        &self,
        person: PersonId,
        district: DistrictId,
        held: &[SeqRange],
    ) -> Result<bool, StoreError> {
        let numbers: Vec<u64> = self.read(|db| {
            let read = || {
                db.prepare_cached(
                    "SELECT dev_seq FROM acknowledged
                     WHERE person = ?1 AND district = ?2 ORDER BY dev_seq",
                )?
                .query_map(params![person.to_string(), district.to_string()], |row| {
                    row.get(0)
                })?
                .collect::<rusqlite::Result<_>>()
            };
            read().map_err(StoreError::sql("list acknowledgements"))
        })?;
        let mut held = held.iter().peekable();
        Ok(numbers.into_iter().any(|number| {
            while held.next_if(|range| range.last < number).is_some() {}
            held.peek().is_none_or(|range| range.first > number)
        }))
    }

    /// Queues again everything of a person that the server has acknowledged, because it holds less
    /// of it. Returns how many operations those are: none where that was done within the last day,
    /// by the server's clock, and has not helped.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn requeue_lost(
        &self,
        person: PersonId,
        district: DistrictId,
        server_now: UnixMillis,
    ) -> Result<u64, StoreError> {
        let step = "queue again";
        self.write(step, |tx| {
            let requeue = || -> rusqlite::Result<u64> {
                let due = tx.execute(
                    "UPDATE installation SET requeued_at = ?1
                     WHERE one = 1 AND (requeued_at IS NULL OR abs(?1 - requeued_at) >= ?2)",
                    params![server_now.get(), REQUEUE_EVERY_MS],
                )?;
                if due == 0 {
                    return Ok(0);
                }
                let whose = params![person.to_string(), district.to_string()];
                mark(tx, "person = ?1 AND district = ?2", whose)?;
                requeue_marked(tx)
            };
            requeue().map_err(StoreError::sql(step))
        })
    }

    /// Learns that by `server_now`, the server's clock, everything that is stored was stored; so its
    /// time is counted from here at the latest.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn settle_receipts(&self, server_now: UnixMillis) -> Result<(), StoreError> {
        let step = "date receipts";
        let undated: bool = self.read(|db| {
            db.query_row(
                "SELECT EXISTS (SELECT 1 FROM photo
                                WHERE stored_at IS NOT NULL AND receipt_at IS NULL)",
                [],
                |row| row.get(0),
            )
            .map_err(StoreError::sql(step))
        })?;
        if !undated {
            return Ok(());
        }
        self.write(step, |tx| {
            tx.execute(
                "UPDATE photo SET receipt_at = ?1
                 WHERE stored_at IS NOT NULL AND receipt_at IS NULL",
                [server_now.get()],
            )
            .map(drop)
            .map_err(StoreError::sql(step))
        })
    }

    /// Lets go what the server confirmed more than 30 days before `server_now`, its clock: the
    /// operations that it would be given again, and originals that nothing unsent shows. Records,
    /// and the copies by which they are looked at, stay. Returns how many originals were removed.
    ///
    /// # Errors
    /// [`StoreError`]; what is left is looked at again the next time.
    pub fn let_go(&self, server_now: UnixMillis) -> Result<u32, StoreError> {
        let step = "let go what was confirmed long ago";
        let before = server_now.plus_ms(-KEPT_MS).get();
        let (old, originals) = self.read(|db| {
            let look = || {
                let old: bool = db.query_row(
                    "SELECT EXISTS (SELECT 1 FROM acknowledged WHERE acked_at < ?1)",
                    [before],
                    |row| row.get(0),
                )?;
                Ok((old, to_free(db, before)?))
            };
            look().map_err(StoreError::sql(step))
        })?;
        let mut freed = 0;
        for original in &originals {
            // The row last: one that says more than the disk holds is mended by doing it again.
            self.photos.remove_original(original)?;
            freed += 1;
        }
        if old || freed > 0 {
            self.write(step, |tx| {
                let forget = || -> rusqlite::Result<()> {
                    tx.execute("DELETE FROM acknowledged WHERE acked_at < ?1", [before])?;
                    tx.execute(
                        "DELETE FROM op_record
                         WHERE op NOT IN (SELECT op FROM outbox
                                          UNION ALL SELECT op FROM acknowledged)",
                        [],
                    )?;
                    let mut mark =
                        tx.prepare_cached("UPDATE photo SET freed = 1 WHERE sha256 = ?1")?;
                    for original in &originals {
                        mark.execute([original.as_str()])?;
                    }
                    Ok(())
                };
                forget().map_err(StoreError::sql(step))
            })?;
        }
        Ok(freed)
    }
}

/// Originals that were confirmed before a time of the server's clock, and that no draft, no open
/// inspection, no waiting record and nothing that would be given again shows.
fn to_free(db: &Connection, before: i64) -> rusqlite::Result<Vec<Sha256Hex>> {
    db.prepare_cached(
        "SELECT sha256 FROM photo p
         WHERE receipt_at < ?1 AND freed = 0 AND stored_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM draft_photo d WHERE d.sha256 = p.sha256)
           AND NOT EXISTS (
             SELECT 1 FROM answer_photo a JOIN inspection i ON i.id = a.inspection
             WHERE a.sha256 = p.sha256
               AND (i.submitted_at IS NULL
                    OR i.id IN (SELECT entity FROM outbox)
                    OR i.id IN (SELECT entity FROM acknowledged WHERE acked_at >= ?1)))
           AND NOT EXISTS (
             SELECT 1 FROM finding_photo f
             WHERE f.sha256 = p.sha256
               AND (f.finding IN (SELECT entity FROM outbox)
                    OR f.finding IN (SELECT entity FROM acknowledged WHERE acked_at >= ?1)))
         ORDER BY receipt_at LIMIT ?2",
    )?
    .query_map(params![before, FREED_AT_ONCE], |row| hash(row, "sha256"))?
    .collect()
}

/// Learns under which name the server's history goes: what was acknowledged under another name is
/// queued again. Returns how many those are.
pub(crate) fn meet_epoch(
    tx: &Transaction<'_>,
    person: PersonId,
    epoch: Uuid,
) -> rusqlite::Result<u64> {
    let (person, epoch) = (person.to_string(), epoch.to_string());
    tx.prepare_cached("UPDATE acknowledged SET epoch = ?2 WHERE person = ?1 AND epoch IS NULL")?
        .execute(params![person, epoch])?;
    mark(tx, "person = ?1 AND epoch <> ?2", params![person, epoch])?;
    requeue_marked(tx)
}

/// Moves an operation from the queue to those that are acknowledged.
pub(crate) fn acknowledge(
    tx: &Transaction<'_>,
    op: &str,
    acknowledgement: Acknowledgement,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO acknowledged
           (dev_seq, op, person, kind, entity, made_at, district, epoch, acked_at)
         SELECT dev_seq, op, person, kind, entity, made_at, ?2,
                (SELECT epoch FROM installation WHERE one = 1), ?3
         FROM outbox WHERE op = ?1",
    )?
    .execute(params![
        op,
        acknowledgement.district.to_string(),
        acknowledgement.at.get()
    ])?;
    tx.prepare_cached("DELETE FROM outbox WHERE op = ?1")?
        .execute(params![op])?;
    Ok(())
}

/// Moves acknowledged operations that `which` names back into the queue, without anything else.
fn mark(
    tx: &Transaction<'_>,
    which: &str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<()> {
    tx.execute(
        &format!(
            "INSERT INTO outbox
               (dev_seq, op, person, kind, entity, made_at, state, attempts, retry_at)
             SELECT dev_seq, op, person, kind, entity, made_at, 'queued', 0, 0
             FROM acknowledged WHERE {which}"
        ),
        parameters,
    )?;
    Ok(())
}

/// Has photos that `shown` selects sent again: what is here of them.
pub(crate) fn send_photos_again<P: rusqlite::Params + Copy>(
    tx: &Transaction<'_>,
    shown: &str,
    parameters: P,
) -> rusqlite::Result<()> {
    for statement in [
        format!(
            "UPDATE photo_copy SET stored_at = NULL
             WHERE evidence IN (SELECT seq FROM evidence WHERE original IN ({shown}))"
        ),
        format!(
            "UPDATE photo SET stored_at = NULL, receipt_at = NULL, due = NULL, attempts = 0,
               retry_at = 0
             WHERE NOT freed AND sha256 IN ({shown})"
        ),
    ] {
        tx.execute(&statement, parameters)?;
    }
    Ok(())
}

/// Finishes what [`mark`] began: records and photos of the operations wait as well.
fn requeue_marked(tx: &Transaction<'_>) -> rusqlite::Result<u64> {
    let again = "SELECT entity FROM acknowledged WHERE op IN (SELECT op FROM outbox)";
    let count: u64 = tx.query_row(&format!("SELECT count(*) FROM ({again})"), [], |row| {
        row.get(0)
    })?;
    if count == 0 {
        return Ok(0);
    }
    let shown = format!(
        "SELECT sha256 FROM finding_photo WHERE finding IN ({again})
         UNION SELECT sha256 FROM answer_photo WHERE inspection IN ({again})"
    );
    for statement in [
        // Whether the server has the finding that a revision is about is for others to say.
        format!(
            "UPDATE finding SET applied = 0 WHERE id IN ({again} AND kind <> 'finding.revised')"
        ),
        format!("UPDATE inspection SET applied = 0 WHERE id IN ({again})"),
    ] {
        tx.execute(&statement, [])?;
    }
    send_photos_again(tx, &shown, [])?;
    tx.execute(
        "DELETE FROM acknowledged WHERE op IN (SELECT op FROM outbox)",
        [],
    )?;
    tracing::warn!(
        count,
        "the server has lost what it had acknowledged; it is sent again"
    );
    Ok(count)
}
