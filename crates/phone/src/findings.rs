//! Saving a finding, and how far each has come.

use std::sync::Arc;

use uuid::Uuid;
use xunfang_domain::{
    FindingId, InspectionId, Object, OpId, PersonId, PointId, ReviewState, Standard,
};
use xunfang_protocol::SessionView;
use xunfang_store::{FindingQuery, FindingRow, PhotoProgress, SaveFinding, SendState, Store};
use xunfang_sync::Clock;

use crate::clock::WallClock;
use crate::inspections::may_submit;
use crate::points::{ROWS_MAX, standard_in_force};
use crate::position::PositionSource;
use crate::view::{
    FindingFilter, FindingPageView, FindingStage, FindingView, LinkState, PhotoState, SavedFinding,
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
    };
    may_submit(session, own)?;
    let position = position.current();
    let (standard, inspection) = judged_by(store, session, point, &criterion)?;
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
    let in_force = standard_in_force(store, session)?;
    if in_force.criterion(criterion).is_none() {
        return Err(CommandError::new(
            ErrorCode::CriterionMissing,
            "the criterion is not part of the standard",
        ));
    }
    Ok((in_force, None))
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
            let standard = store.standard(row.record.standard, row.record.standard_version)?;
            Ok(view(row, standard.as_deref(), link))
        })
        .collect()
}

fn view(row: FindingRow, standard: Option<&Standard>, link: LinkState) -> FindingView {
    let code = row.record.criterion.clone();
    // A standard that has not arrived leaves the code, which still says what is meant.
    let (name_zh, name_en) = standard
        .and_then(|standard| standard.criterion(&code))
        .map_or((code.clone(), code), |found| {
            (found.name_zh.clone(), found.name_en.clone())
        });
    let (stage, stuck) = stage(&row, link);
    let photos = row.photos.iter().map(|&progress| photo_state(progress));
    FindingView {
        point_name: row.point_name,
        criterion_name_zh: name_zh,
        criterion_name_en: name_en,
        stage,
        stuck,
        photos: photos.collect(),
        review: row.review,
        record: row.record,
    }
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
