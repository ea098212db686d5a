//! Revising a finding that was sent back, and choosing where somebody else was faster.
//!
//! A revision is an operation of its own with a record of its own. Until the server has taken it the
//! finding keeps saying what the server says, so both are there when the server has moved on: the
//! operation is kept as a conflict, and a person chooses.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use xunfang_domain::{
    FindingId, FindingRecord, OpId, PersonId, PhotoRef, PointId, Review, UnixMillis,
};
use xunfang_protocol::OpKind;

use crate::draft::{Draft, SaveFinding, end_draft, put_op, read_draft};
use crate::held::{Kind, rewrite};
use crate::receipts::send_photos_again;
use crate::store::{json, parse};
use crate::{Store, StoreError};

/// What a person wants of two records of a finding that do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Their own words, with the photos of both, as an answer to the review that they have seen.
    Mine {
        /// Id of the operation that will submit it.
        op: OpId,
        /// When it is chosen.
        at: UnixMillis,
    },
    /// What the server has.
    Theirs,
}

impl Store {
    /// Begins to revise a finding that was sent back: it becomes the draft of its point. Beginning
    /// again goes on with it.
    ///
    /// # Errors
    /// [`StoreError::DraftInUse`] where another finding is begun there, [`StoreError::MovedOn`]
    /// where it is not sent back any more or a revision waits, [`StoreError::NotFound`], or one of
    /// the database.
    pub fn begin_revision(
        &self,
        person: PersonId,
        finding: FindingId,
    ) -> Result<PointId, StoreError> {
        let step = "begin a revision";
        self.write(step, |tx| {
            let known = read(tx, person, finding)?.ok_or(StoreError::NotFound("finding"))?;
            let point = known.record.point;
            let draft = read_draft(tx, person, point)?;
            if draft.base_rev.is_some() && draft.finding == Some(finding) {
                return Ok(point);
            }
            if draft.base_rev.is_some() || !draft.is_empty() {
                return Err(StoreError::DraftInUse);
            }
            let rev = known.returned_at.ok_or(StoreError::MovedOn)?;
            let refused = untaken(tx, finding).map_err(StoreError::sql(step))?;
            let words: FindingRecord = match refused.last() {
                Some(refused) => parse("finding", refused)?,
                None => known.record,
            };
            tx.prepare_cached(
                "INSERT INTO draft (person, point, criterion, note, finding, base_rev)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (person, point) DO UPDATE SET
                   criterion = excluded.criterion, note = excluded.note,
                   finding = excluded.finding, base_rev = excluded.base_rev",
            )
            .and_then(|mut put| {
                put.execute(params![
                    person.to_string(),
                    point.to_string(),
                    words.criterion,
                    words.note,
                    finding.to_string(),
                    rev,
                ])
            })
            .map_err(StoreError::sql(step))?;
            Ok(point)
        })
    }

    /// Gives up the revision that is being written at a point; the finding stays sent back. Where
    /// a new finding is being written nothing happens.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn give_up_revision(&self, person: PersonId, point: PointId) -> Result<(), StoreError> {
        let step = "give up a revision";
        self.write(step, |tx| {
            if read_draft(tx, person, point)?.base_rev.is_some() {
                end_draft(tx, person, point).map_err(StoreError::sql(step))?;
            }
            Ok(())
        })
    }

    /// Reads a finding as the server has it, or will have it first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or one of the database.
    pub fn finding_record(
        &self,
        person: PersonId,
        finding: FindingId,
    ) -> Result<FindingRecord, StoreError> {
        let known = self.read(|db| read(db, person, finding))?;
        Ok(known.ok_or(StoreError::NotFound("finding"))?.record)
    }

    /// Settles a conflict as the person has chosen, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::MovedOn`] where there is no conflict any more, or the server's review is not
    /// the one that the person has `seen`; [`StoreError::Record`] where the photos of both are too
    /// many; or one of the database. The conflict stays then.
    pub fn settle_conflict(
        &self,
        person: PersonId,
        finding: FindingId,
        seen: u64,
        choice: Choice,
    ) -> Result<(), StoreError> {
        let step = "settle a conflict";
        self.write(step, |tx| {
            let known = read(tx, person, finding)?.ok_or(StoreError::NotFound("finding"))?;
            let (conflict, mine) = conflict_of(tx, finding)
                .map_err(StoreError::sql(step))?
                .filter(|_| known.rev == seen)
                .ok_or(StoreError::MovedOn)?;
            forget(tx, "op = ?1", &conflict).map_err(StoreError::sql(step))?;
            match choice {
                Choice::Theirs => unlink_photos(tx, finding).map_err(StoreError::sql(step)),
                Choice::Mine { op, at } => {
                    let mut record: FindingRecord = parse("finding", &mine)?;
                    take_photos_of_untaken(tx, &mut record)?;
                    record.take_photos_of(&known.record);
                    record.check()?;
                    put_revision(tx, person, op, at, known.rev, &record)
                }
            }
        })
    }
}

/// A finding, and how its review stands.
struct Known {
    record: FindingRecord,
    /// Number of its review.
    rev: u64,
    /// The same where it is sent back and no revision of it waits.
    returned_at: Option<u64>,
}

fn read(
    db: &Connection,
    person: PersonId,
    finding: FindingId,
) -> Result<Option<Known>, StoreError> {
    let row: Option<(String, u64, bool)> = db
        .prepare_cached(
            "SELECT f.record,
                    CASE WHEN json_valid(f.review) THEN f.review ->> 'rev' ELSE 0 END AS rev,
                    f.review_state = 'returned'
                      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.entity = f.id
                                        AND o.kind = 'finding.revised'
                                        AND o.state <> 'rejected') AS returned
             FROM finding f WHERE f.id = ?1 AND f.person = ?2",
        )
        .and_then(|mut find| {
            find.query_row(params![finding.to_string(), person.to_string()], |row| {
                Ok((row.get("record")?, row.get("rev")?, row.get("returned")?))
            })
            .optional()
        })
        .map_err(StoreError::sql("read a finding"))?;
    row.map(|(record, rev, returned)| {
        Ok(Known {
            record: parse("finding", &record)?,
            rev,
            returned_at: returned.then_some(rev),
        })
    })
    .transpose()
}

/// The operation of a finding that is a conflict, and its record.
fn conflict_of(
    tx: &Transaction<'_>,
    finding: FindingId,
) -> rusqlite::Result<Option<(String, String)>> {
    tx.prepare_cached(
        "SELECT o.op, r.record FROM outbox o JOIN op_record r ON r.op = o.op
         WHERE o.entity = ?1 AND o.state = 'conflict' ORDER BY o.dev_seq DESC LIMIT 1",
    )?
    .query_row([finding.to_string()], |row| {
        Ok((row.get("op")?, row.get("record")?))
    })
    .optional()
}

/// The records of a finding's revisions that the server has not taken, the oldest first.
fn untaken(tx: &Transaction<'_>, finding: FindingId) -> rusqlite::Result<Vec<String>> {
    tx.prepare_cached(
        "SELECT r.record FROM outbox o JOIN op_record r ON r.op = o.op
         WHERE o.entity = ?1 AND o.kind = 'finding.revised' ORDER BY o.dev_seq",
    )?
    .query_map([finding.to_string()], |row| row.get("record"))?
    .collect()
}

/// Has a record show what revisions show that the server has not taken: once it takes this one they
/// are forgotten.
fn take_photos_of_untaken(
    tx: &Transaction<'_>,
    record: &mut FindingRecord,
) -> Result<(), StoreError> {
    let untaken = untaken(tx, record.id).map_err(StoreError::sql("read revisions"))?;
    for earlier in untaken {
        record.take_photos_of(&parse("finding", &earlier)?);
    }
    Ok(())
}

/// Removes revisions that the server has not taken, with their records: another takes their place.
fn forget(tx: &Transaction<'_>, which: &str, parameter: &str) -> rusqlite::Result<()> {
    let such = format!("SELECT op FROM outbox WHERE state <> 'queued' AND {which}");
    for statement in [
        format!("DELETE FROM op_record WHERE op IN ({such})"),
        format!("DELETE FROM outbox WHERE op IN ({such})"),
    ] {
        tx.prepare_cached(&statement)?.execute([parameter])?;
    }
    Ok(())
}

/// Photos that no record of a finding shows any more belong to it no longer: they are not sent, and
/// do not keep others waiting.
fn unlink_photos(tx: &Transaction<'_>, finding: FindingId) -> rusqlite::Result<()> {
    let unlinked: Vec<String> = tx
        .prepare_cached(
            "DELETE FROM finding_photo
             WHERE finding = ?1
               AND sha256 NOT IN (SELECT p.value ->> 'sha256'
                                  FROM finding f, json_each(f.record, '$.photos') p
                                  WHERE f.id = ?1
                                  UNION ALL
                                  SELECT p.value ->> 'sha256'
                                  FROM op_record r, json_each(r.record, '$.photos') p
                                  WHERE r.finding = ?1)
             RETURNING sha256",
        )?
        .query_map([finding.to_string()], |row| row.get("sha256"))?
        .collect::<rusqlite::Result<_>>()?;
    // The server may have asked for one meanwhile.
    let mut forget = tx.prepare_cached(
        "UPDATE photo SET due = NULL
         WHERE sha256 = ?1 AND stored_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM finding_photo WHERE sha256 = ?1)
           AND NOT EXISTS (SELECT 1 FROM answer_photo WHERE sha256 = ?1)",
    )?;
    for sha256 in unlinked {
        forget.execute([sha256])?;
    }
    Ok(())
}

/// Turns a draft into a revision of its finding.
pub(crate) fn save_revision(
    tx: &Transaction<'_>,
    new: SaveFinding,
    draft: Draft,
    base_rev: u64,
) -> Result<FindingRecord, StoreError> {
    let step = "save the revision";
    let finding = draft.finding.ok_or(StoreError::NotFound("finding"))?;
    let known = read(tx, new.person, finding)?.ok_or(StoreError::NotFound("finding"))?;
    let mut record = FindingRecord {
        standard: new.standard,
        standard_version: new.standard_version,
        criterion: new.criterion,
        note: new.note,
        photos: draft.photos.into_iter().map(PhotoRef::from).collect(),
        ..known.record.clone()
    };
    // The words of one that was refused were in the draft, and its photos stay.
    take_photos_of_untaken(tx, &mut record)?;
    record.take_photos_of(&known.record);
    record.check()?;
    forget(
        tx,
        "kind = 'finding.revised' AND state = 'rejected' AND entity = ?1",
        &finding.to_string(),
    )
    .map_err(StoreError::sql(step))?;
    put_revision(tx, new.person, new.op, new.found_at, base_rev, &record)?;
    end_draft(tx, new.person, record.point).map_err(StoreError::sql(step))?;
    Ok(record)
}

/// Keeps the first record of a finding with its operation, where the finding is about to say
/// something else: a server that has lost it gets it again as it was.
pub(crate) fn keep_as_sent(tx: &Transaction<'_>, finding: &str, new: &str) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO op_record (op, finding, base_rev, record)
         SELECT sent.op, f.id, NULL, f.record
         FROM (SELECT op, kind, entity FROM outbox
               UNION ALL SELECT op, kind, entity FROM acknowledged) sent
         JOIN finding f ON f.id = sent.entity
         WHERE sent.entity = ?1 AND sent.kind = 'finding.submitted' AND f.record <> ?2
         ON CONFLICT (op) DO NOTHING",
    )?
    .execute([finding, new])?;
    Ok(())
}

/// Queues a revision. What the finding says until then stays as it was submitted.
fn put_revision(
    tx: &Transaction<'_>,
    person: PersonId,
    op: OpId,
    made_at: UnixMillis,
    base_rev: u64,
    record: &FindingRecord,
) -> Result<(), StoreError> {
    let body = json("finding", record)?;
    let put = || -> rusqlite::Result<()> {
        let finding = record.id.to_string();
        keep_as_sent(tx, &finding, &body)?;
        put_op(
            tx,
            person,
            op,
            OpKind::FindingRevised,
            record.id.uuid(),
            made_at,
        )?;
        tx.prepare_cached(
            "INSERT INTO op_record (op, finding, base_rev, record) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![op.to_string(), finding, base_rev, body])?;
        let mut link = tx.prepare_cached(
            "INSERT INTO finding_photo (finding, place, sha256)
             SELECT ?1, (SELECT coalesce(max(place), 0) + 1 FROM finding_photo WHERE finding = ?1),
                    sha256
             FROM photo
             WHERE sha256 = ?2
               AND NOT EXISTS (SELECT 1 FROM finding_photo WHERE finding = ?1 AND sha256 = ?2)",
        )?;
        for photo in &record.photos {
            link.execute(params![finding, photo.sha256.as_str()])?;
        }
        Ok(())
    };
    put().map_err(StoreError::sql("queue a revision"))
}

/// Has the finding say what its revision says, now that the server has taken it. What the server has
/// told of it since is newer and stays.
pub(crate) fn take_over(tx: &Transaction<'_>, op: &str) -> rusqlite::Result<()> {
    let taken: Option<(String, u64, String, String)> = tx
        .prepare_cached(
            "SELECT r.finding, r.base_rev, r.record, r.record ->> 'criterion' AS criterion
             FROM op_record r JOIN finding f ON f.id = r.finding
             WHERE r.op = ?1
           AND r.base_rev >= CASE WHEN json_valid(f.review) THEN f.review ->> 'rev' ELSE 0 END",
        )?
        .query_row([op], |row| {
            Ok((
                row.get("finding")?,
                row.get("base_rev")?,
                row.get("record")?,
                row.get("criterion")?,
            ))
        })
        .optional()?;
    let Some((finding, base_rev, record, criterion)) = taken else {
        return Ok(());
    };
    let id = crate::store::id::<FindingId>(0, &finding)?;
    let review = serde_json::to_string(&Review::pending(id, base_rev + 1))
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    keep_as_sent(tx, &finding, &record)?;
    tx.prepare_cached(
        "UPDATE finding SET record = ?2, criterion = ?3, review_state = 'pending', review = ?4
         WHERE id = ?1",
    )?
    .execute(params![finding, record, criterion, review])?;
    for kind in [Kind::Finding, Kind::Review] {
        rewrite(tx, kind, &finding)?;
    }
    // The person has gone on from an older revision that the server had not taken.
    forget(
        tx,
        "(entity, kind) = (SELECT entity, kind FROM outbox WHERE op = ?1)
         AND dev_seq < (SELECT dev_seq FROM outbox WHERE op = ?1)",
        op,
    )
}

/// Submits the finding once more that a revision is about, where the server has lost it after the
/// time for which its operation was remembered. Where it was made on another phone its photos are
/// not here: the revision waits, and says for what.
pub(crate) fn submit_again(tx: &Transaction<'_>, revision: &str) -> rusqlite::Result<()> {
    let added = tx
        .prepare_cached(
            // The operation's own id is forgotten; the record's is as good a name for it.
            "INSERT INTO outbox (op, person, kind, entity, made_at, state, attempts, retry_at)
         SELECT f.id, f.person, 'finding.submitted', f.id, f.found_at, 'queued', 0, 0
         FROM outbox o JOIN finding f ON f.id = o.entity
         WHERE o.op = ?1
           AND EXISTS (SELECT 1 FROM finding_photo p
                       WHERE p.finding = f.id AND p.sha256 = f.record ->> '$.photos[0].sha256')
           AND NOT EXISTS (SELECT 1 FROM outbox w
                           WHERE w.entity = f.id AND w.kind = 'finding.submitted')
           AND NOT EXISTS (SELECT 1 FROM acknowledged a
                           WHERE a.entity = f.id AND a.kind = 'finding.submitted')
         ON CONFLICT (op) DO NOTHING",
        )?
        .execute([revision])?;
    if added > 0 {
        tx.prepare_cached(
            "INSERT INTO op_record (op, finding, base_rev, record)
             SELECT f.id, f.id, NULL, f.record
             FROM outbox o JOIN finding f ON f.id = o.entity WHERE o.op = ?1
             ON CONFLICT (op) DO NOTHING",
        )?
        .execute([revision])?;
        // What it shows is lost there as well.
        let shown = "SELECT sha256 FROM finding_photo
                     WHERE finding = (SELECT entity FROM outbox WHERE op = ?1)";
        send_photos_again(tx, shown, [revision])?;
    }
    Ok(())
}
