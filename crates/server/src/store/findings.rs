//! Findings, their photos and their reviews.

use uuid::Uuid;
use xunfang_domain::{
    Actor, DistrictId, FindingId, FindingRecord, Object, ObjectKind, PersonId, PointId, Review,
    ReviewState, Sha256Hex, UnixMillis,
};
use xunfang_protocol::{EarlierFinding, ReviewTally};

use super::db::{Db, Row, params, statement};
use super::{StoreError, sight, units, values};

/// A record of a finding that is stored: its first, or a revision.
#[derive(Debug)]
pub(crate) struct NewFinding<'a> {
    pub(crate) record: &'a FindingRecord,
    /// The record as it came, as JSON.
    pub(crate) body: &'a str,
    pub(crate) author: PersonId,
    pub(crate) seq: u64,
    pub(crate) received_at: UnixMillis,
}

/// A finding with the names that a list shows.
#[derive(Debug, Clone)]
pub(crate) struct StoredFinding {
    pub(crate) record: FindingRecord,
    pub(crate) author: PersonId,
    pub(crate) author_name: String,
    pub(crate) point_name: String,
    pub(crate) received_at: UnixMillis,
    pub(crate) review: Review,
    pub(crate) seq: u64,
}

impl StoredFinding {
    /// What the policy is asked about.
    pub(crate) fn object(&self, db: &Db, district: DistrictId) -> Result<Object, StoreError> {
        Ok(Object::Finding {
            district,
            author: self.author,
            place: Some(units::place(db, district, self.record.point)?),
        })
    }
}

/// Stores a finding with its photos.
pub(crate) fn add(
    db: &Db,
    district: DistrictId,
    finding: &NewFinding<'_>,
) -> Result<(), StoreError> {
    db.execute(
        statement!("findings/add.sql"),
        params! {
            ":district_id": district.uuid(),
            ":finding_id": finding.record.id.uuid(),
            ":seq": finding.seq,
            ":author_id": finding.author.uuid(),
            ":point_id": finding.record.point.uuid(),
            ":body": finding.body,
            ":received_at": finding.received_at.get(),
        },
    )?;
    add_photos(db, district, finding)
}

/// Lists findings that were received since then, of the last `limit` ones, with how they stand.
pub(crate) fn received_since(
    db: &Db,
    district: DistrictId,
    since: UnixMillis,
    limit: u32,
) -> Result<Vec<(FindingId, ReviewState)>, StoreError> {
    let last: Vec<(i64, FindingId, String)> = db.all(
        statement!("findings/received_since.sql"),
        params! { ":district_id": district.uuid(), ":limit": limit },
        |row| {
            let id = FindingId::from_uuid(row.get("finding_id")?);
            Ok((row.get("received_at")?, id, row.get("review_state")?))
        },
    )?;
    let late = last.into_iter().filter(|(at, ..)| *at >= since.get());
    late.map(|(_, id, state)| Ok((id, values::state(&state)?)))
        .collect()
}

/// Lists at most `limit` findings that were decided on since then, with how they stand.
pub(crate) fn decided_since(
    db: &Db,
    district: DistrictId,
    since: UnixMillis,
    limit: u32,
) -> Result<Vec<(FindingId, ReviewState)>, StoreError> {
    let decided: Vec<(FindingId, String)> = db.all(
        statement!("findings/decided_since.sql"),
        params! {
            ":district_id": district.uuid(),
            ":since": since.get(),
            ":limit": limit,
        },
        |row| {
            let id = FindingId::from_uuid(row.get("finding_id")?);
            Ok((id, row.get("review_state")?))
        },
    )?;
    let decided = decided.into_iter();
    decided
        .map(|(id, state)| Ok((id, values::state(&state)?)))
        .collect()
}

fn add_photos(db: &Db, district: DistrictId, finding: &NewFinding<'_>) -> Result<(), StoreError> {
    for photo in &finding.record.photos {
        db.execute(
            statement!("findings/add_photo.sql"),
            params! {
                ":district_id": district.uuid(),
                ":sha256": photo.sha256.as_str(),
                ":finding_id": finding.record.id.uuid(),
                ":received_at": finding.received_at.get(),
            },
        )?;
    }
    Ok(())
}

/// Says when the first record of a finding came that shows the photo.
pub(crate) fn photo_received(
    db: &Db,
    district: DistrictId,
    finding: FindingId,
    photo: &Sha256Hex,
) -> Result<Option<UnixMillis>, StoreError> {
    let received = db.one(
        statement!("findings/photo_received.sql"),
        params! {
            ":district_id": district.uuid(),
            ":sha256": photo.as_str(),
            ":finding_id": finding.uuid(),
        },
        |row| row.get("received_at"),
    )?;
    Ok(received.map(UnixMillis::new))
}

/// Puts a revision in the place of what a finding says, which is kept, and makes it pending under
/// the number `rev`. Says whether it did: a finding that has that number already is left alone.
pub(crate) fn revise(
    db: &Db,
    district: DistrictId,
    revision: &NewFinding<'_>,
    rev: u64,
) -> Result<bool, StoreError> {
    let finding = revision.record.id.uuid();
    // The statement compares once more, for a database with several writers.
    let kept = db.execute(
        statement!("findings/keep_earlier.sql"),
        params! {
            ":district_id": district.uuid(),
            ":finding_id": finding,
            ":rev": rev,
        },
    )?;
    if kept == 0 {
        return Ok(false);
    }
    db.execute(
        statement!("findings/revise.sql"),
        params! {
            ":district_id": district.uuid(),
            ":finding_id": finding,
            ":body": revision.body,
            ":seq": revision.seq,
            ":received_at": revision.received_at.get(),
            ":rev": rev,
        },
    )?;
    add_photos(db, district, revision)?;
    Ok(true)
}

/// Lists what a finding said before its last `limit` revisions, the oldest first.
pub(crate) fn earlier(
    db: &Db,
    district: DistrictId,
    finding: FindingId,
    limit: u32,
) -> Result<Vec<EarlierFinding>, StoreError> {
    let mut earlier = db.all(
        statement!("findings/earlier.sql"),
        params! {
            ":district_id": district.uuid(),
            ":finding_id": finding.uuid(),
            ":limit": limit,
        },
        |row| {
            let state: Option<String> = row.get("state")?;
            let review = state
                .map(|state| {
                    Ok::<_, StoreError>(Review {
                        finding,
                        state: values::state(&state)?,
                        reason: row.get("reason")?,
                        rev: row.get("rev")?,
                        decided_at: Some(UnixMillis::new(row.get("decided_at")?)),
                        decided_by: row.get("decided_by_name")?,
                    })
                })
                .transpose()?;
            Ok(EarlierFinding {
                record: values::from_json("finding", &row.get::<String>("body")?)?,
                received_at: UnixMillis::new(row.get("received_at")?),
                review,
            })
        },
    )?;
    earlier.reverse();
    Ok(earlier)
}

/// Lists who recorded findings that show a photo, and at which points.
pub(crate) fn of_photo(
    db: &Db,
    district: DistrictId,
    sha256: &Sha256Hex,
) -> Result<Vec<(PersonId, PointId)>, StoreError> {
    db.all(
        statement!("findings/of_photo.sql"),
        params! { ":district_id": district.uuid(), ":sha256": sha256.as_str() },
        values::author_and_point,
    )
}

/// Finds one finding with its names.
pub(crate) fn find(
    db: &Db,
    district: DistrictId,
    finding: FindingId,
) -> Result<Option<StoredFinding>, StoreError> {
    db.one(
        statement!("findings/find.sql"),
        params! { ":district_id": district.uuid(), ":finding_id": finding.uuid() },
        read,
    )
}

/// Lists findings below `before` that somebody may read, newest first.
pub(crate) fn page(
    db: &Db,
    actor: &Actor,
    state: Option<ReviewState>,
    before: u64,
    limit: u32,
) -> Result<Vec<StoredFinding>, StoreError> {
    let district_id = actor.district.uuid();
    let part = sight::part_of(actor, ObjectKind::Finding);
    // Statements by themselves, because one with optional conditions could not use the indexes.
    match (part, state) {
        (Some([a, b, c, d, e, f, g, h]), state) => db.all(
            statement!("findings/page_seen.sql"),
            params! {
                ":district_id": district_id,
                ":person_id": actor.person.uuid(),
                ":a": *a,
                ":b": *b,
                ":c": *c,
                ":d": *d,
                ":e": *e,
                ":f": *f,
                ":g": *g,
                ":h": *h,
                ":state": *state.map_or("", values::state_word),
                ":before": before,
                ":limit": limit,
            },
            read,
        ),
        (None, Some(state)) => db.all(
            statement!("findings/page_in_state.sql"),
            params! {
                ":district_id": district_id,
                ":state": values::state_word(state),
                ":before": before,
                ":limit": limit,
            },
            read,
        ),
        (None, None) => db.all(
            statement!("findings/page.sql"),
            params! { ":district_id": district_id, ":before": before, ":limit": limit },
            read,
        ),
    }
}

/// Counts the findings that somebody may read, by state.
pub(crate) fn tally(db: &Db, actor: &Actor) -> Result<ReviewTally, StoreError> {
    let district_id = actor.district.uuid();
    let count = |row: Row<'_>| {
        Ok((
            values::state(&row.get::<String>("review_state")?)?,
            row.get("findings")?,
        ))
    };
    let counts = match sight::part_of(actor, ObjectKind::Finding) {
        Some([a, b, c, d, e, f, g, h]) => db.all(
            statement!("findings/tally_seen.sql"),
            params! {
                ":district_id": district_id,
                ":person_id": actor.person.uuid(),
                ":a": *a,
                ":b": *b,
                ":c": *c,
                ":d": *d,
                ":e": *e,
                ":f": *f,
                ":g": *g,
                ":h": *h,
            },
            count,
        ),
        None => db.all(
            statement!("findings/tally.sql"),
            params! { ":district_id": district_id },
            count,
        ),
    }?;
    let mut tally = ReviewTally::default();
    for (state, count) in counts {
        match state {
            ReviewState::Pending => tally.pending = count,
            ReviewState::Accepted => tally.accepted = count,
            ReviewState::Returned => tally.returned = count,
        }
    }
    Ok(tally)
}

/// Writes a decision where the finding still has the revision before it, and says whether it did.
pub(crate) fn decide(
    db: &Db,
    district: DistrictId,
    review: &Review,
    decided_by: PersonId,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    let changed = db.execute(
        statement!("findings/decide.sql"),
        params! {
            ":district_id": district.uuid(),
            ":finding_id": review.finding.uuid(),
            ":state": values::state_word(review.state),
            ":rev": review.rev,
        },
    )?;
    if changed == 0 {
        return Ok(false);
    }
    db.execute(
        statement!("findings/add_review.sql"),
        params! {
            ":district_id": district.uuid(),
            ":finding_id": review.finding.uuid(),
            ":rev": review.rev,
            ":state": values::state_word(review.state),
            ":reason": review.reason,
            ":decided_by": decided_by.uuid(),
            ":decided_at": now.get(),
        },
    )?;
    Ok(true)
}

fn read(row: Row<'_>) -> Result<StoredFinding, StoreError> {
    let record: FindingRecord = values::from_json("finding", &row.get::<String>("body")?)?;
    let review = Review {
        finding: record.id,
        state: values::state(&row.get::<String>("review_state")?)?,
        reason: row.get::<Option<String>>("reason")?.unwrap_or_default(),
        rev: row.get("review_rev")?,
        decided_at: row.get::<Option<i64>>("decided_at")?.map(UnixMillis::new),
        decided_by: row.get("decided_by_name")?,
    };
    Ok(StoredFinding {
        record,
        author: PersonId::from_uuid(row.get::<Uuid>("author_id")?),
        author_name: row.get("author_name")?,
        point_name: row.get("point_name")?,
        received_at: UnixMillis::new(row.get("received_at")?),
        review,
        seq: row.get("seq")?,
    })
}
