//! Findings, their photos and their reviews.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use uuid::Uuid;
use xunfang_domain::{
    DistrictId, FindingId, FindingRecord, PersonId, Review, ReviewState, Sha256Hex, UnixMillis,
};
use xunfang_protocol::{EarlierFinding, ReviewTally};

use super::{StoreError, values};

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

/// Stores a finding with its photos.
pub(crate) fn add(
    db: &Connection,
    district: DistrictId,
    finding: &NewFinding<'_>,
) -> Result<(), StoreError> {
    db.prepare_cached(include_str!("findings/add.sql"))?
        .execute(named_params! {
            ":district_id": district.uuid(),
            ":finding_id": finding.record.id.uuid(),
            ":seq": finding.seq,
            ":author_id": finding.author.uuid(),
            ":point_id": finding.record.point.uuid(),
            ":body": finding.body,
            ":received_at": finding.received_at.get(),
        })?;
    add_photos(db, district, finding)
}

fn add_photos(
    db: &Connection,
    district: DistrictId,
    finding: &NewFinding<'_>,
) -> Result<(), StoreError> {
    let mut add_photo = db.prepare_cached(include_str!("findings/add_photo.sql"))?;
    for photo in &finding.record.photos {
        add_photo.execute(named_params! {
            ":district_id": district.uuid(),
            ":sha256": photo.sha256.as_str(),
            ":finding_id": finding.record.id.uuid(),
            ":received_at": finding.received_at.get(),
        })?;
    }
    Ok(())
}

/// Says when the first record of a finding came that shows the photo.
pub(crate) fn photo_received(
    db: &Connection,
    district: DistrictId,
    finding: FindingId,
    photo: &Sha256Hex,
) -> Result<Option<UnixMillis>, StoreError> {
    let received = db
        .prepare_cached(include_str!("findings/photo_received.sql"))?
        .query_row(
            named_params! {
                ":district_id": district.uuid(),
                ":sha256": photo.as_str(),
                ":finding_id": finding.uuid(),
            },
            |row| row.get("received_at"),
        )
        .optional()?;
    Ok(received.map(UnixMillis::new))
}

/// Puts a revision in the place of what a finding says, which is kept, and makes it pending under
/// the number `rev`. Says whether it did: a finding that has that number already is left alone.
pub(crate) fn revise(
    db: &Connection,
    district: DistrictId,
    revision: &NewFinding<'_>,
    rev: u64,
) -> Result<bool, StoreError> {
    let finding = revision.record.id.uuid();
    // The statement compares once more, for a database with several writers.
    let kept = db
        .prepare_cached(include_str!("findings/keep_earlier.sql"))?
        .execute(named_params! {
            ":district_id": district.uuid(),
            ":finding_id": finding,
            ":rev": rev,
        })?;
    if kept == 0 {
        return Ok(false);
    }
    db.prepare_cached(include_str!("findings/revise.sql"))?
        .execute(named_params! {
            ":district_id": district.uuid(),
            ":finding_id": finding,
            ":body": revision.body,
            ":seq": revision.seq,
            ":received_at": revision.received_at.get(),
            ":rev": rev,
        })?;
    add_photos(db, district, revision)?;
    Ok(true)
}

/// Lists what a finding said before its last `limit` revisions, the oldest first.
pub(crate) fn earlier(
    db: &Connection,
    district: DistrictId,
    finding: FindingId,
    limit: u32,
) -> Result<Vec<EarlierFinding>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("findings/earlier.sql"))?;
    let mut rows = statement.query(named_params! {
        ":district_id": district.uuid(),
        ":finding_id": finding.uuid(),
        ":limit": limit,
    })?;
    let mut earlier = Vec::new();
    while let Some(row) = rows.next()? {
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
        earlier.push(EarlierFinding {
            record: values::from_json("finding", &row.get::<_, String>("body")?)?,
            received_at: UnixMillis::new(row.get("received_at")?),
            review,
        });
    }
    earlier.reverse();
    Ok(earlier)
}

/// Lists who recorded findings that show a photo.
pub(crate) fn authors_of_photo(
    db: &Connection,
    district: DistrictId,
    sha256: &Sha256Hex,
) -> Result<Vec<PersonId>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("findings/authors_of_photo.sql"))?;
    let mut rows = statement
        .query(named_params! { ":district_id": district.uuid(), ":sha256": sha256.as_str() })?;
    let mut authors = Vec::new();
    while let Some(row) = rows.next()? {
        authors.push(PersonId::from_uuid(row.get("author_id")?));
    }
    Ok(authors)
}

/// Finds one finding with its names.
pub(crate) fn find(
    db: &Connection,
    district: DistrictId,
    finding: FindingId,
) -> Result<Option<StoredFinding>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("findings/find.sql"))?;
    let mut rows = statement
        .query(named_params! { ":district_id": district.uuid(), ":finding_id": finding.uuid() })?;
    rows.next()?.map(read).transpose()
}

/// Lists findings below `before`, newest first.
pub(crate) fn page(
    db: &Connection,
    district: DistrictId,
    state: Option<ReviewState>,
    before: u64,
    limit: u32,
) -> Result<Vec<StoredFinding>, StoreError> {
    // Two statements, because one with an optional condition could not use the index by state.
    let sql = match state {
        Some(_) => include_str!("findings/page_in_state.sql"),
        None => include_str!("findings/page.sql"),
    };
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = match state {
        Some(state) => statement.query(named_params! {
            ":district_id": district.uuid(),
            ":state": values::state_word(state),
            ":before": before,
            ":limit": limit,
        })?,
        None => statement.query(named_params! {
            ":district_id": district.uuid(),
            ":before": before,
            ":limit": limit,
        })?,
    };
    let mut findings = Vec::new();
    while let Some(row) = rows.next()? {
        findings.push(read(row)?);
    }
    Ok(findings)
}

/// Counts a district's findings by state.
pub(crate) fn tally(db: &Connection, district: DistrictId) -> Result<ReviewTally, StoreError> {
    let mut statement = db.prepare_cached(include_str!("findings/tally.sql"))?;
    let mut rows = statement.query(named_params! { ":district_id": district.uuid() })?;
    let mut tally = ReviewTally::default();
    while let Some(row) = rows.next()? {
        let count = row.get("findings")?;
        match values::state(&row.get::<_, String>("review_state")?)? {
            ReviewState::Pending => tally.pending = count,
            ReviewState::Accepted => tally.accepted = count,
            ReviewState::Returned => tally.returned = count,
        }
    }
    Ok(tally)
}

/// Writes a decision where the finding still has the revision before it, and says whether it did.
pub(crate) fn decide(
    db: &Connection,
    district: DistrictId,
    review: &Review,
    decided_by: PersonId,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    let changed = db
        .prepare_cached(include_str!("findings/decide.sql"))?
        .execute(named_params! {
            ":district_id": district.uuid(),
            ":finding_id": review.finding.uuid(),
            ":state": values::state_word(review.state),
            ":rev": review.rev,
        })?;
    if changed == 0 {
        return Ok(false);
    }
    db.prepare_cached(include_str!("findings/add_review.sql"))?
        .execute(named_params! {
            ":district_id": district.uuid(),
            ":finding_id": review.finding.uuid(),
            ":rev": review.rev,
            ":state": values::state_word(review.state),
            ":reason": review.reason,
            ":decided_by": decided_by.uuid(),
            ":decided_at": now.get(),
        })?;
    Ok(true)
}

fn read(row: &Row<'_>) -> Result<StoredFinding, StoreError> {
    let record: FindingRecord = values::from_json("finding", &row.get::<_, String>("body")?)?;
    let review = Review {
        finding: record.id,
        state: values::state(&row.get::<_, String>("review_state")?)?,
        reason: row.get::<_, Option<String>>("reason")?.unwrap_or_default(),
        rev: row.get("review_rev")?,
        decided_at: row
            .get::<_, Option<i64>>("decided_at")?
            .map(UnixMillis::new),
        decided_by: row.get("decided_by_name")?,
    };
    Ok(StoredFinding {
        record,
        author: PersonId::from_uuid(row.get::<_, Uuid>("author_id")?),
        author_name: row.get("author_name")?,
        point_name: row.get("point_name")?,
        received_at: UnixMillis::new(row.get("received_at")?),
        review,
        seq: row.get("seq")?,
    })
}
