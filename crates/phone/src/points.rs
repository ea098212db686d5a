//! The list of points and the page of one.

use std::sync::Arc;

use xunfang_domain::{Criterion, CriterionScope, PersonId, PointId, PointType, Standard};
use xunfang_protocol::SessionView;
use xunfang_store::{FindingQuery, PointQuery, Store};

use crate::position::PositionSource;
use crate::view::{DraftView, LinkState, PointDetail, PointPage, PointRow, PointTypeCount};
use crate::{CommandError, ErrorCode, findings, inspections, photos};

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
    session: &SessionView,
    link: LinkState,
    id: PointId,
) -> Result<PointDetail, CommandError> {
    let point = store.point(id)?;
    let position = position.current();
    let person = session.person.id;
    let standard = standard_in_force(store, session)?;
    let (rows, _) = store.findings(person, FindingQuery::At(id), 0, FINDINGS_AT_POINT)?;
    Ok(PointDetail {
        standing: position.fix().map(|fix| point.zone().standing(fix)),
        position,
        criteria: likely_first(&standard, point.kind, &store.recent_criteria(person)?),
        standard_name_zh: standard.name_zh.clone(),
        standard_name_en: standard.name_en.clone(),
        standard_version: standard.version,
        profile: standard.profile.clone(),
        checklist: u32::try_from(standard.checklist(point.kind).count()).unwrap_or(u32::MAX),
        key_place: standard.is_key_place(point.kind),
        inspections: inspections::at_point(store, session, id)?,
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
    let revises = match (draft.finding, draft.base_rev) {
        (Some(finding), Some(rev)) => Some(findings::revised(store, person, finding, rev)?),
        _ => None,
    };
    Ok(DraftView {
        revises,
        criterion: draft.criterion,
        note: draft.note,
        photos: draft.photos.into_iter().map(photos::draft_view).collect(),
    })
}

pub(crate) fn standard_in_force(
    store: &Store,
    session: &SessionView,
) -> Result<Arc<Standard>, CommandError> {
    store
        .standard_in_force(session.district.id)?
        .ok_or_else(|| {
            CommandError::new(
                ErrorCode::NotFound,
                "no standard has arrived on this device yet",
            )
        })
}

/// Lists what can be found wrong on the spot: what was used last, then the point's own checklist,
/// then everything else that is looked at on the spot.
fn likely_first(standard: &Standard, kind: PointType, recent: &[String]) -> Vec<Criterion> {
    let listed: Vec<&str> = standard
        .checklist(kind)
        .map(|criterion| criterion.code.as_str())
        .collect();
    let mut criteria: Vec<Criterion> = standard
        .criteria
        .iter()
        .filter(|criterion| criterion.scope == CriterionScope::Point && !criterion.grants)
        .cloned()
        .collect();
    criteria.sort_by_key(|criterion| {
        let used = recent.iter().position(|code| *code == criterion.code);
        (
            used.unwrap_or(usize::MAX),
            !listed.contains(&criterion.code.as_str()),
        )
    });
    criteria
}
