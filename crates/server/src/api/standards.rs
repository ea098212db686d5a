//! Standards: their versions, what changed between them, and making the next one.

use crate::store::db::Db;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use xunfang_domain::{
    CodeEdition, CodeEntry, Criterion, DistrictId, Object, PointType, Standard, StandardChange,
    Verb, compare,
};
use xunfang_protocol::{ErrorBody, StandardEdit, StandardHead};

use super::address::{InPath, InQuery};
use super::openapi::{BodyRefusals, SessionRefusals};
use crate::App;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::{Administrator, Session};
use crate::standards;
use crate::store::{people, profiles, reference};

/// Limits for every criterion there is.
const EDIT_BYTES_MAX: usize = 256 * 1024;
/// Most codes of one answer.
const CODES_MAX: usize = 200;

/// Which version to compare with.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    /// The earlier version.
    from: u32,
}

/// Of which kind of point.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfKind {
    /// The kind.
    kind: PointType,
}

/// Which codes to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CodeQuery {
    /// One list, or all.
    edition: Option<CodeEdition>,
    /// A name, its pinyin or initials, or the first digits of a code; empty for all.
    #[serde(default)]
    typed: String,
}

fn version(db: &Db, district: DistrictId, number: u32) -> Result<Standard, ApiError> {
    let newest = profiles::newest(db, district)?.ok_or(ApiError::NotFound)?;
    reference::standard(db, district, newest.reference.id, number)?.ok_or(ApiError::NotFound)
}

fn number(text: &str) -> Result<u32, ApiError> {
    text.parse()
        .map_err(|_| ApiError::BadRequest("a version is a number".to_owned()))
}

/// Lists the versions of the district's standard, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/standards",
    tag = "console",
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "Every version", body = Vec<StandardHead>),
        (status = 403, description = "forbidden", body = ErrorBody),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<StandardHead>>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let heads = app.database().read(move |db| -> Result<_, ApiError> {
        let in_force = reference::district(db, district)?.and_then(|stored| stored.standard);
        let standards = profiles::standards(db, district)?;
        Ok(standards
            .into_iter()
            .map(|standard| StandardHead {
                reference: standard.reference(),
                in_force: in_force == Some(standard.reference()),
                criteria: u32::try_from(standard.criteria.len()).unwrap_or(u32::MAX),
                profile_name_zh: standard
                    .profile
                    .as_ref()
                    .map_or_else(String::new, |head| head.name_zh.clone()),
                profile_name_en: standard
                    .profile
                    .as_ref()
                    .map_or_else(String::new, |head| head.name_en.clone()),
                edited: standard.edited,
            })
            .collect())
    });
    heads.await.map(Json)
}

/// Lists the criteria of the catalogue that the district does not use, in the catalogue's order.
#[utoipa::path(
    get,
    path = "/api/v1/standards/unused",
    tag = "console",
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "What an edit can adopt", body = Vec<Criterion>),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
    )
)]
pub(super) async fn unused(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Criterion>>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let shared = app.clone();
    app.database()
        .read(move |db| standards::unused(db, &shared.catalogue(), district))
        .await
        .map(Json)
}

/// Shows one version.
#[utoipa::path(
    get,
    path = "/api/v1/standards/{version}",
    tag = "console",
    params(("version" = u32, Path, description = "Which version")),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The standard", body = Standard),
        (status = 400, description = "bad_request: a version is a number", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
    )
)]
pub(super) async fn show(
    State(app): State<App>,
    session: Session,
    InPath(named): InPath<String>,
) -> Result<Json<Standard>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let wanted = number(&named)?;
    app.database()
        .read(move |db| version(db, district, wanted))
        .await
        .map(Json)
}

/// Lists what changed from an earlier version to this one.
#[utoipa::path(
    get,
    path = "/api/v1/standards/{version}/changes",
    tag = "console",
    params(("version" = u32, Path, description = "The later version"), Since),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The differences", body = Vec<StandardChange>),
        (status = 400, description = "bad_request: a version is a number", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
    )
)]
pub(super) async fn changes(
    State(app): State<App>,
    session: Session,
    InPath(named): InPath<String>,
    InQuery(since): InQuery<Since>,
) -> Result<Json<Vec<StandardChange>>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let wanted = number(&named)?;
    app.database()
        .read(move |db| {
            let from = version(db, district, since.from)?;
            let to = version(db, district, wanted)?;
            Ok::<_, ApiError>(compare(&from, &to))
        })
        .await
        .map(Json)
}

/// Lists what a kind of point is asked under a version, in the order of its checklist.
#[utoipa::path(
    get,
    path = "/api/v1/standards/{version}/checklist",
    tag = "console",
    params(("version" = u32, Path, description = "Which version"), OfKind),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "Codes of the criteria", body = Vec<String>),
        (status = 400, description = "bad_request: the query does not parse", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
    )
)]
pub(super) async fn checklist(
    State(app): State<App>,
    session: Session,
    InPath(named): InPath<String>,
    InQuery(of): InQuery<OfKind>,
) -> Result<Json<Vec<String>>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let wanted = number(&named)?;
    app.database()
        .read(move |db| {
            let standard = version(db, district, wanted)?;
            let codes = standard.checklist(of.kind).map(|one| one.code.clone());
            Ok::<_, ApiError>(codes.collect())
        })
        .await
        .map(Json)
}

/// Makes the next version and puts it in force; what was begun under an earlier one stays there.
#[utoipa::path(
    post,
    path = "/api/v1/standards",
    tag = "console",
    request_body = StandardEdit,
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "The new version", body = Standard),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
        (status = 409, description = "standard_moved_on: look again", body = ErrorBody),
        (status = 422, description = "standard_invalid: nothing changed", body = ErrorBody),
    )
)]
pub(super) async fn edit(
    State(app): State<App>,
    Administrator(actor): Administrator,
    JsonBody(edit): JsonBody<StandardEdit, EDIT_BYTES_MAX>,
) -> Result<Json<Standard>, ApiError> {
    let district = actor.district;
    let (shared, now) = (app.clone(), app.now());
    app.database()
        .write(district, move |db| {
            let editor = people::person(db, district, actor.person)?;
            let editor = editor.ok_or(ApiError::SignedOut)?;
            standards::edit(db, &shared.catalogue(), district, &edit, editor, now)
        })
        .await
        .map(Json)
}

/// Lists codes of urban management by name, initials or digits; at most 200.
#[utoipa::path(
    get,
    path = "/api/v1/codes",
    tag = "console",
    params(CodeQuery),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The codes", body = Vec<CodeEntry>),
        (status = 400, description = "bad_request: the query does not parse", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
    )
)]
pub(super) async fn codes(
    State(app): State<App>,
    session: Session,
    InQuery(query): InQuery<CodeQuery>,
) -> Result<Json<Vec<CodeEntry>>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let dictionary = app.dictionary();
    let found = dictionary.search(query.edition, &query.typed);
    Ok(Json(found.take(CODES_MAX).cloned().collect()))
}
