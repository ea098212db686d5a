//! The list of points and the page of one.

use std::sync::Arc;

use xunfang_domain::{Criterion, PersonId, PointId, PointType, Standard};
use xunfang_protocol::SessionView;
use xunfang_store::{FindingQuery, PointQuery, Store};

use crate::position::PositionSource;
use crate::view::{DraftView, LinkState, PointDetail, PointPage, PointRow, PointTypeCount};
use crate::{CommandError, ErrorCode, findings, photos};

/// Most rows of any list.
pub(crate) const ROWS_MAX: u32 = 200;
/// Findings on the page of a point.
const FINDINGS_AT_POINT: u32 = 50;

/// Which part of the list a screen shows.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    pub(crate) query: &'a str,
    pub(crate) kind: Option<PointType>,
    pub(crate) offset: u32,
    pub(crate) limit: u32,
}

pub(crate) fn page(
    store: &Store,
    position: &dyn PositionSource,
    session: &SessionView,
    window: &Window<'_>,
) -> Result<PointPage, CommandError> {
    let position = position.current();
    let found = store.points(&PointQuery {
        district: session.district.id,
        person: session.person.id,
        text: window.query,
        kind: window.kind,
        from: position.fix().map(|fix| fix.place),
        offset: window.offset as usize,
        limit: window.limit.min(ROWS_MAX) as usize,
    })?;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(PointPage {
        rows: found
            .hits
            .into_iter()
            .map(|hit| PointRow {
                standing: position.fix().map(|fix| hit.point.zone().standing(fix)),
                last_finding_at: hit.last_finding_at,
                open_findings: hit.open_findings,
                point: hit.point,
            })
            .collect(),
        total: count(found.total),
        types: found
            .types
            .into_iter()
            .map(|(kind, points)| PointTypeCount {
                kind,
                count: count(points),
            })
            .collect(),
        position,
    })
}

pub(crate) fn detail(
    store: &Store,
    position: &dyn PositionSource,
    person: PersonId,
    link: LinkState,
    id: PointId,
) -> Result<PointDetail, CommandError> {
    let point = store.point(id)?;
    let position = position.current();
    let standard = newest_standard(store)?;
    let (rows, _) = store.findings(person, FindingQuery::At(id), 0, FINDINGS_AT_POINT)?;
    Ok(PointDetail {
        standing: position.fix().map(|fix| point.zone().standing(fix)),
        position,
        criteria: recent_first(standard.criteria.clone(), &store.recent_criteria(person)?),
        standard_name_zh: standard.name_zh.clone(),
        standard_name_en: standard.name_en.clone(),
        standard_version: standard.version,
        draft: draft(store, person, id)?,
        findings: findings::views(store, rows, link)?,
        point,
    })
}

pub(crate) fn draft(
    store: &Store,
    person: PersonId,
    point: PointId,
) -> Result<DraftView, CommandError> {
    let draft = store.draft(person, point)?;
    Ok(DraftView {
        criterion: draft.criterion,
        note: draft.note,
        photos: draft.photos.into_iter().map(photos::draft_view).collect(),
    })
}

pub(crate) fn newest_standard(store: &Store) -> Result<Arc<Standard>, CommandError> {
    store.newest_standard()?.ok_or_else(|| {
        CommandError::new(
            ErrorCode::NotFound,
            "no standard has arrived on this device yet",
        )
    })
}

/// Puts the criteria that were used last in front and keeps the others in their order.
fn recent_first(mut criteria: Vec<Criterion>, recent: &[String]) -> Vec<Criterion> {
    criteria.sort_by_key(|criterion| {
        recent
            .iter()
            .position(|code| *code == criterion.code)
            .unwrap_or(usize::MAX)
    });
    criteria
}
