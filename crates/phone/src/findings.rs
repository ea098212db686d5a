//! Saving a finding, and how far each has come.

use std::sync::Arc;

use uuid::Uuid;
use xunfang_domain::{
    FindingId, FindingRecord, InspectionId, Object, OpId, PersonId, PointId, ReviewState, Standard,
};
use xunfang_protocol::SessionView;
use xunfang_store::{
    Choice, FindingQuery, FindingRow, PhotoProgress, SaveFinding, SendState, Store,
};
use xunfang_sync::Clock;

use crate::clock::WallClock;
use crate::command::Keep;
use crate::inspections::may_submit;
use crate::points::{ROWS_MAX, standard_in_force};
use crate::position::PositionSource;
use crate::view::{
    FindingFilter, FindingPageView, FindingStage, FindingView, LinkState, PhotoState, RevisedView,
    RivalView, SavedFinding,
};
use crate::{CommandError, ErrorCode};

/// Saves the draft of a point. Durable when it returns.
pub(crate) fn save(
    store: &Store,
    position: &dyn PositionSource,
    session: &SessionView,
    point: PointId,
    criterion: String,
    note: String,
) -> Result<SavedFinding, CommandError> {
    let own = Object::Finding {
        district: session.person.district,
        author: session.person.id,
        place: None,
    };
    may_submit(session, &own)?;
    let position = position.current();
    let draft = store.draft(session.person.id, point)?;
    let (standard, inspection) = match (draft.finding, draft.base_rev) {
        (Some(finding), Some(_)) => {
            let revised = store.finding_record(session.person.id, finding)?;
            (still_judged_by(store, session, &revised, &criterion)?, None)
        }
        _ => judged_by(store, session, point, &criterion)?,
    };
    let standing = position
        .fix()
        .map(|fix| Ok(store.point(point)?.zone().standing(fix)));
    let record = store.save_finding(SaveFinding {
        id: FindingId::from_uuid(Uuid::now_v7()),
        op: OpId::from_uuid(Uuid::now_v7()),
        person: session.person.id,
        point,
        standard: standard.id,
        standard_version: standard.version,
        criterion,
        note,
        found_at: WallClock.now(),
        standing: standing
            .transpose()
            .map_err(|error: xunfang_store::StoreError| error)?,
        position,
        inspection,
    })?;
    Ok(SavedFinding {
        id: record.id,
        point,
    })
}

/// Finds the standard that a finding is judged by, and the inspection that it belongs to. What is
/// found during an inspection is judged by its version; what only the version in force asks for
/// is no part of that inspection.
fn judged_by(
    store: &Store,
    session: &SessionView,
    point: PointId,
    criterion: &str,
) -> Result<(Arc<Standard>, Option<InspectionId>), CommandError> {
    if let Some(open) = store.open_inspection(session.person.id, point)? {
        let named = store.inspection(session.person.id, open)?.standard;
        let standard = store.standard(named.id, named.version)?;
        if let Some(standard) = standard.filter(|one| one.criterion(criterion).is_some()) {
            return Ok((standard, Some(open)));
        }
    }
    Ok((in_force(store, session, criterion)?, None))
}

/// Finds the standard that a revision is judged by: the one that the finding was judged by, where
/// it has the criterion.
fn still_judged_by(
    store: &Store,
    session: &SessionView,
    revised: &FindingRecord,
    criterion: &str,
) -> Result<Arc<Standard>, CommandError> {
    let first = store.standard(revised.standard, revised.standard_version)?;
    match first.filter(|one| one.criterion(criterion).is_some()) {
        Some(standard) => Ok(standard),
        None => in_force(store, session, criterion),
    }
}

fn in_force(
    store: &Store,
    session: &SessionView,
    criterion: &str,
) -> Result<Arc<Standard>, CommandError> {
    let standard = standard_in_force(store, session)?;
    if standard.criterion(criterion).is_none() {
        return Err(CommandError::new(
            ErrorCode::CriterionMissing,
            "the criterion is not part of the standard",
        ));
    }
    Ok(standard)
}

/// Begins to revise a finding that was sent back.
pub(crate) fn begin_revision(
    store: &Store,
    session: &SessionView,
    id: FindingId,
) -> Result<PointId, CommandError> {
    let own = Object::Finding {
        district: session.person.district,
        author: session.person.id,
        place: None,
    };
    may_submit(session, &own)?;
    Ok(store.begin_revision(session.person.id, id)?)
}

/// Says what a draft revises, as an answer to the review `rev`.
pub(crate) fn revised(
    store: &Store,
    person: PersonId,
    id: FindingId,
    rev: u64,
) -> Result<RevisedView, CommandError> {
    let (rows, _) = store.findings(person, FindingQuery::One(id), 0, 1)?;
    let row = rows.into_iter().next();
    let row = row.ok_or_else(|| CommandError::new(ErrorCode::NotFound, "nothing to revise"))?;
    Ok(RevisedView {
        finding: id,
        review: row.review.filter(|review| review.rev == rev),
        photos: row
            .record
            .photos
            .into_iter()
            .map(|one| one.sha256)
            .collect(),
    })
}

/// Chooses between one's own revision and what the server has.
pub(crate) fn settle(
    store: &Store,
    session: &SessionView,
    id: FindingId,
    keep: Keep,
    seen: u64,
) -> Result<(), CommandError> {
    let choice = match keep {
        Keep::Mine => Choice::Mine {
            op: OpId::from_uuid(Uuid::now_v7()),
            at: WallClock.now(),
        },
        Keep::Theirs => Choice::Theirs,
    };
    Ok(store.settle_conflict(session.person.id, id, seen, choice)?)
}

pub(crate) fn page(
    store: &Store,
    person: PersonId,
    link: LinkState,
    filter: FindingFilter,
    offset: u32,
    limit: u32,
) -> Result<FindingPageView, CommandError> {
    let query = match filter {
        FindingFilter::All => FindingQuery::All,
        FindingFilter::Unsent => FindingQuery::Unsent,
        FindingFilter::Returned => FindingQuery::Returned,
    };
    let (rows, total) = store.findings(person, query, offset, limit.min(ROWS_MAX))?;
    Ok(FindingPageView {
        rows: views(store, rows, link)?,
        total,
    })
}

pub(crate) fn one(
    store: &Store,
    person: PersonId,
    link: LinkState,
    id: FindingId,
) -> Result<FindingView, CommandError> {
    let (rows, _) = store.findings(person, FindingQuery::One(id), 0, 1)?;
    views(store, rows, link)?
        .pop()
        .ok_or_else(|| CommandError::new(ErrorCode::NotFound, "there is no such finding here"))
}

/// Adds the names that a record only refers to.
pub(crate) fn views(
    store: &Store,
    rows: Vec<FindingRow>,
    link: LinkState,
) -> Result<Vec<FindingView>, CommandError> {
    rows.into_iter()
        .map(|row| {
            let (criterion_name_zh, criterion_name_en) = names(store, &row.record)?;
            let (stage, stuck) = stage(&row, link);
            let photos = row.photos.iter().map(|&progress| photo_state(progress));
            let photos = photos.collect();
            let theirs = match row.send {
                SendState::Conflict { theirs } => {
                    let (criterion_name_zh, criterion_name_en) = names(store, &theirs)?;
                    Some(RivalView {
                        record: *theirs,
                        criterion_name_zh,
                        criterion_name_en,
                    })
                }
                _ => None,
            };
            Ok(FindingView {
                point_name: row.point_name,
                criterion_name_zh,
                criterion_name_en,
                stage,
                stuck,
                revises: row.revises,
                theirs,
                photos,
                review: row.review,
                record: row.record,
            })
        })
        .collect()
}

/// The names of a finding's criterion, in Chinese and English. A standard that has not arrived
/// leaves the code, which still says what is meant.
fn names(store: &Store, record: &FindingRecord) -> Result<(String, String), CommandError> {
    let standard = store.standard(record.standard, record.standard_version)?;
    let criterion = standard
        .as_ref()
        .and_then(|standard| standard.criterion(&record.criterion));
    Ok(criterion.map_or_else(
        || (record.criterion.clone(), record.criterion.clone()),
        |found| (found.name_zh.clone(), found.name_en.clone()),
    ))
}

const fn photo_state(progress: PhotoProgress) -> PhotoState {
    match progress {
        PhotoProgress::Waiting => PhotoState::Queued,
        PhotoProgress::Copies => PhotoState::Shown,
        PhotoProgress::Whole => PhotoState::Stored,
    }
}

fn stage(row: &FindingRow, link: LinkState) -> (FindingStage, Option<String>) {
    let photos = u32::try_from(row.record.photos.len()).unwrap_or(u32::MAX);
    match &row.send {
        SendState::Applied => {
            let stage = match row.review.as_ref().map(|review| review.state) {
                Some(ReviewState::Accepted) => FindingStage::Accepted,
                Some(ReviewState::Returned) => FindingStage::Returned,
                Some(ReviewState::Pending) | None => FindingStage::Applied,
            };
            (stage, None)
        }
        SendState::Conflict { .. } => (FindingStage::Conflict, None),
        SendState::Rejected { code } => (FindingStage::Rejected, Some(code.clone())),
        SendState::Queued {
            photos_stored,
            stuck,
        } => {
            let stage = if *photos_stored == photos {
                FindingStage::PhotosStored
            } else if link == LinkState::Syncing && stuck.is_none() {
                FindingStage::Sending
            } else {
                FindingStage::Saved
            };
            (stage, stuck.clone())
        }
    }
}
