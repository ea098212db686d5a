//! Inspections, as supervisors look through them.

use crate::store::db::Db;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use xunfang_domain::{Actor, InspectionId, Object, PhotoSubject, Verb, allows};
use xunfang_evidence::{DeviceSigner, PublicKey};
use xunfang_protocol::{ErrorBody, InspectionPage, InspectionRow, PhotoReport};

use super::address::{InPath, InQuery};
use super::openapi::SessionRefusals;
use crate::App;
use crate::error::ApiError;
use crate::evidence::{self, Shown};
use crate::reuse;
use crate::session::Session;
use crate::store::StoreError;
use crate::store::inspections::{self, StoredInspection};

/// A record of 60 answers with its track is some 100 kB, so a page is short.
const ROWS_DEFAULT: u32 = 20;
const ROWS_MAX: u32 = 50;

/// Which inspections to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only those below this place in the queue: `next_before` of the page before.
    before: Option<u64>,
    /// Most rows, up to 50; 20 where it is left out.
    limit: Option<u32>,
}

/// Lists inspections, newest first, with what the server judges otherwise than the phone did.
#[utoipa::path(
    get,
    path = "/api/v1/inspections",
    tag = "console",
    params(Filter),
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "One page", body = InspectionPage),
        (status = 400, description = "bad_request: the query does not parse", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    InQuery(filter): InQuery<Filter>,
) -> Result<Json<InspectionPage>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::ReviewQueue { district })?;
    let limit = filter.limit.unwrap_or(ROWS_DEFAULT).clamp(1, ROWS_MAX);
    let before = filter.before.unwrap_or(u64::MAX).min(i64::MAX as u64);
    let rows: Vec<InspectionRow> = app
        .database()
        .read(move |db| inspections::page(db, &session.actor, before, limit))
        .await?
        .into_iter()
        .map(without_track)
        .collect();
    let full = u32::try_from(rows.len()).is_ok_and(|rows| rows == limit);
    Ok(Json(InspectionPage {
        next_before: rows.last().filter(|_| full).map(|row| row.seq),
        rows,
    }))
}

/// A walk of an hour is thousands of fixes, which a list does not show.
fn without_track(stored: StoredInspection) -> InspectionRow {
    let mut listed = row(stored);
    listed.record.track.clear();
    listed
}

fn row(stored: StoredInspection) -> InspectionRow {
    InspectionRow {
        record: stored.record,
        point_name: stored.point_name,
        author_name: stored.author_name,
        received_at: stored.received_at,
        differing: stored.differing,
        seq: stored.seq,
        photos: Vec::new(),
    }
}

/// Examines every photo of its answers.
fn reports(
    db: &Db,
    server: &PublicKey,
    actor: &Actor,
    stored: &StoredInspection,
) -> Result<Vec<PhotoReport>, StoreError> {
    let record = &stored.record;
    let mut reports = Vec::new();
    for answer in &record.answers {
        for photo in &answer.photos {
            let shown = Shown {
                district: actor.district,
                author: stored.author,
                point: record.point,
                subject: PhotoSubject::Answer {
                    inspection: record.id,
                    criterion: answer.criterion.clone(),
                },
                photo,
                received_at: stored.received_at,
            };
            let mut report = evidence::examine(db, server, &shown)?;
            reuse::keep_readable(db, actor, &mut report)?;
            reports.push(report);
        }
    }
    Ok(reports)
}

/// Shows one inspection.
#[utoipa::path(
    get,
    path = "/api/v1/inspections/{id}",
    tag = "console",
    params(("id" = InspectionId, Path, description = "Which inspection")),
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The inspection", body = InspectionRow),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
    )
)]
pub(super) async fn detail(
    State(app): State<App>,
    session: Session,
    InPath(named): InPath<String>,
) -> Result<Json<InspectionRow>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::ReviewQueue { district })?;
    let id: InspectionId = named.parse().map_err(|_| ApiError::NotFound)?;
    let server = app.database().signing_key().public_key();
    let actor = session.actor;
    let shown = app.database().read(move |db| {
        let stored = inspections::find(db, district, id)?.ok_or(ApiError::NotFound)?;
        if !allows(&actor, Verb::Read, &stored.object(db, district)?) {
            return Err(ApiError::NotFound);
        }
        let photos = reports(db, &server, &actor, &stored)?;
        Ok(InspectionRow {
            photos,
            ..row(stored)
        })
    });
    shown.await.map(Json)
}
