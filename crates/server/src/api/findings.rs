//! The review queue.

use std::collections::BTreeMap;

use crate::store::db::Db;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use xunfang_domain::{
    Actor, DistrictId, FindingId, Object, PhotoSubject, Review, ReviewState, Standard, StandardId,
    Verb, allows,
};
use xunfang_evidence::DeviceSigner;
use xunfang_protocol::{
    ErrorBody, FindingDetail, FindingPage, FindingRow, LiveNotice, ReviewRequest,
};

use super::address::{InPath, InQuery};
use super::openapi::{BodyRefusals, SessionRefusals};
use crate::App;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::evidence::{self, Shown};
use crate::reuse;
use crate::session::Session;
use crate::store::findings::{self, StoredFinding};
use crate::store::{StoreError, reference};

const ROWS_DEFAULT: u32 = 50;
const ROWS_MAX: u32 = 200;
/// Revisions of a finding that a reader gets.
const EARLIER_MAX: u32 = 50;
/// A reason of the longest kind, with room for escapes.
const REVIEW_BYTES_MAX: usize = 16 * 1024;

/// Which findings to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only those in this state.
    state: Option<ReviewState>,
    /// Only those below this place in the queue: `next_before` of the page before.
    before: Option<u64>,
    /// Most rows, up to 200; 50 where it is left out.
    limit: Option<u32>,
}

/// Lists findings, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/findings",
    tag = "console",
    params(Filter),
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "One page", body = FindingPage),
        (status = 400, description = "bad_request: the query does not parse", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    InQuery(filter): InQuery<Filter>,
) -> Result<Json<FindingPage>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::ReviewQueue { district })?;
    let limit = filter.limit.unwrap_or(ROWS_DEFAULT).clamp(1, ROWS_MAX);
    let before = filter.before.unwrap_or(u64::MAX).min(i64::MAX as u64);
    let page = app
        .database()
        .read(move |db| page(db, &session.actor, filter.state, before, limit))
        .await?;
    Ok(Json(page))
}

/// Shows one finding with its point.
#[utoipa::path(
    get,
    path = "/api/v1/findings/{id}",
    tag = "console",
    params(("id" = FindingId, Path, description = "Which finding")),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The finding", body = FindingDetail),
        (status = 404, description = "not_found, or not for this session", body = ErrorBody),
    )
)]
pub(super) async fn detail(
    State(app): State<App>,
    session: Session,
    InPath(id): InPath<String>,
) -> Result<Json<FindingDetail>, ApiError> {
    let (id, actor) = (finding_id(&id)?, session.actor);
    let server = app.database().signing_key().public_key();
    let detail = app.database().read(move |db| {
        let district = actor.district;
        let finding = findings::find(db, district, id)?.ok_or(ApiError::NotFound)?;
        let object = finding.object(db, district)?;
        if !allows(&actor, Verb::Read, &object) {
            return Err(ApiError::NotFound);
        }
        let point = reference::point(db, district, finding.record.point)?;
        let earlier = findings::earlier(db, district, id, EARLIER_MAX)?;
        let photos = finding
            .record
            .photos
            .iter()
            .map(|photo| {
                let came = findings::photo_received(db, district, id, &photo.sha256)?;
                let shown = Shown {
                    district,
                    author: finding.author,
                    point: finding.record.point,
                    subject: PhotoSubject::Finding { id },
                    photo,
                    received_at: came.unwrap_or(finding.received_at),
                };
                let mut report = evidence::examine(db, &server, &shown)?;
                reuse::keep_readable(db, &actor, &mut report)?;
                Ok(report)
            })
            .collect::<Result<_, StoreError>>()?;
        let row = Criteria::default().row(db, district, finding)?;
        Ok(FindingDetail {
            row,
            point: point.ok_or(ApiError::NotFound)?,
            photos,
            earlier,
        })
    });
    detail.await.map(Json)
}

/// Accepts a finding or returns it, where nobody else decided first.
#[utoipa::path(
    post,
    path = "/api/v1/findings/{id}/review",
    tag = "console",
    params(("id" = FindingId, Path, description = "Which finding")),
    request_body = ReviewRequest,
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "The new review", body = Review),
        (status = 400, description = "bad_request or reason_invalid", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
        (status = 409, description = "review_moved_on: details.rev is newer", body = ErrorBody),
    )
)]
pub(super) async fn review(
    State(app): State<App>,
    session: Session,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<ReviewRequest, REVIEW_BYTES_MAX>,
) -> Result<Json<Review>, ApiError> {
    let (id, actor, now) = (finding_id(&id)?, session.actor, app.now());
    let district = actor.district;
    let review = app
        .database()
        .write(district, move |db| {
            crate::review::decide(db, &actor, id, request, now)
        })
        .await?;
    app.live().tell(
        district,
        now,
        LiveNotice::Finding {
            id,
            state: review.state,
        },
    );
    Ok(Json(review))
}

fn finding_id(text: &str) -> Result<FindingId, ApiError> {
    text.parse().map_err(|_| ApiError::NotFound)
}

fn page(
    db: &Db,
    actor: &Actor,
    state: Option<ReviewState>,
    before: u64,
    limit: u32,
) -> Result<FindingPage, StoreError> {
    // One more than asked for tells whether another page follows.
    let mut found = findings::page(db, actor, state, before, limit + 1)?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_before = found.last().map(|last| last.seq).filter(|_| more);
    let mut criteria = Criteria::default();
    let rows = found
        .into_iter()
        .map(|finding| criteria.row(db, actor.district, finding))
        .collect::<Result<_, _>>()?;
    Ok(FindingPage {
        rows,
        next_before,
        tally: findings::tally(db, actor)?,
    })
}

/// The standards that a page needs, each read once.
#[derive(Default)]
struct Criteria(BTreeMap<(StandardId, u32), Option<Standard>>);

impl Criteria {
    fn row(
        &mut self,
        db: &Db,
        district: DistrictId,
        finding: StoredFinding,
    ) -> Result<FindingRow, StoreError> {
        let record = finding.record;
        let version = (record.standard, record.standard_version);
        let standard = match self.0.entry(version) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(unknown) => {
                unknown.insert(reference::standard(db, district, version.0, version.1)?)
            }
        };
        let names = standard
            .as_ref()
            .and_then(|standard| standard.criterion(&record.criterion))
            .map(|criterion| (criterion.name_zh.clone(), criterion.name_en.clone()));
        // A standard that is not here, for example a newer one: its code still says something.
        let (criterion_name_zh, criterion_name_en) =
            names.unwrap_or_else(|| (record.criterion.clone(), record.criterion.clone()));
        Ok(FindingRow {
            record,
            point_name: finding.point_name,
            criterion_name_zh,
            criterion_name_en,
            author_name: finding.author_name,
            received_at: finding.received_at,
            review: finding.review,
            seq: finding.seq,
        })
    }
}
