//! Points: for the console's map, and registers in and out.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use xunfang_domain::{Datum, Object, Point, PointId, PointType, Verb};
use xunfang_protocol::{ErrorBody, ImportDone, ImportPreview, PointSave, PointTable};
use xunfang_report::Format;

use super::address::{InPath, InQuery};
use super::openapi::{BodyRefusals, SessionRefusals};
use crate::App;
use crate::body::{FileBody, JsonBody};
use crate::error::ApiError;
use crate::points::{self, Order, Page, Register, Use};
use crate::session::{Administrator, Session};
use crate::store::reference;

/// A spreadsheet of 200,000 points is some 20 MB.
const REGISTER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A polygon of 500 corners, twice.
const POINT_BYTES_MAX: usize = 128 * 1024;
const ROWS_DEFAULT: u32 = 50;
const ROWS_MAX: u32 = 200;

/// How a register is written.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FileForm {
    /// `xlsx`, `csv` or `geojson`.
    format: String,
    /// The coordinate system: `wgs84`, `cgcs2000`, `gcj02` or `bd09`. In a file that is read, a
    /// column of its own comes before this.
    datum: Datum,
}

/// A register that was previewed.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Confirmed {
    /// `xlsx`, `csv` or `geojson`.
    format: String,
    /// The coordinate system, as in the preview.
    datum: Datum,
    /// The digest that the preview gave.
    digest: String,
}

/// Which rows of the table, and in which order.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TableQuery {
    /// A part of name, number or unit, or its pinyin or initials.
    #[serde(default)]
    typed: String,
    /// One kind of point, or all.
    kind: Option<PointType>,
    /// Those in use, or those that are not.
    #[serde(default)]
    uses: Use,
    /// What to order by.
    #[serde(default)]
    order: Order,
    /// Whether the last comes first.
    #[serde(default)]
    descending: bool,
    /// How many rows to pass over.
    #[serde(default)]
    offset: u32,
    /// Most rows, up to 200; 50 where it is left out.
    limit: Option<u32>,
}

/// A point that nobody can have looked at is none.
fn point_id(named: &str) -> Result<PointId, ApiError> {
    named.parse().map_err(|_| ApiError::NotFound)
}

fn format(name: &str) -> Result<Format, ApiError> {
    Format::of(&format!(".{name}"))
        .ok_or_else(|| ApiError::BadRequest("format is xlsx, csv or geojson".to_owned()))
}

/// Lists the points of the district by name.
#[utoipa::path(
    get,
    path = "/api/v1/points",
    tag = "console",
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "Every point", body = Vec<Point>),
        (status = 403, description = "forbidden", body = ErrorBody),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Point>>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let points: Result<_, ApiError> = app
        .database()
        .read(move |db| Ok(reference::points(db, district)?))
        .await;
    points.map(Json)
}

/// Finds, orders and pages the points of the district.
#[utoipa::path(
    get,
    path = "/api/v1/points/table",
    tag = "console",
    params(TableQuery),
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "One page", body = PointTable),
        (status = 400, description = "bad_request: the query does not parse", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
    )
)]
pub(super) async fn table(
    State(app): State<App>,
    session: Session,
    InQuery(query): InQuery<TableQuery>,
) -> Result<Json<PointTable>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let page = Page {
        typed: query.typed,
        kind: query.kind,
        uses: query.uses,
        order: query.order,
        descending: query.descending,
        offset: query.offset as usize,
        limit: query.limit.unwrap_or(ROWS_DEFAULT).clamp(1, ROWS_MAX) as usize,
    };
    let found: Result<_, ApiError> = app
        .database()
        .read(move |db| Ok(points::page(db, district, &page)?))
        .await;
    found.map(Json)
}

/// Shows one point.
#[utoipa::path(
    get,
    path = "/api/v1/points/{id}",
    tag = "console",
    params(("id" = PointId, Path, description = "Which point")),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The point", body = Point),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
    )
)]
pub(super) async fn show(
    State(app): State<App>,
    session: Session,
    InPath(named): InPath<String>,
) -> Result<Json<Point>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let id = point_id(&named)?;
    app.database()
        .read(move |db| reference::point(db, district, id)?.ok_or(ApiError::NotFound))
        .await
        .map(Json)
}

/// Writes down a new point.
#[utoipa::path(
    post,
    path = "/api/v1/points",
    tag = "console",
    request_body = PointSave,
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "The point", body = Point),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
        (status = 409, description = "point_moved_on: nothing changed", body = ErrorBody),
        (status = 422, description = "point_invalid: details.reasons", body = ErrorBody),
    )
)]
pub(super) async fn add(
    State(app): State<App>,
    Administrator(actor): Administrator,
    JsonBody(save): JsonBody<PointSave, POINT_BYTES_MAX>,
) -> Result<Json<Point>, ApiError> {
    let district = actor.district;
    app.database()
        .write(district, move |db| points::save(db, district, None, &save))
        .await
        .map(Json)
}

/// Changes a point, where nobody else did since it was looked at.
#[utoipa::path(
    put,
    path = "/api/v1/points/{id}",
    tag = "console",
    params(("id" = PointId, Path, description = "Which point")),
    request_body = PointSave,
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "The point as it is now", body = Point),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
        (status = 409, description = "point_moved_on: nothing changed", body = ErrorBody),
        (status = 422, description = "point_invalid: details.reasons", body = ErrorBody),
    )
)]
pub(super) async fn change(
    State(app): State<App>,
    Administrator(actor): Administrator,
    InPath(named): InPath<String>,
    JsonBody(save): JsonBody<PointSave, POINT_BYTES_MAX>,
) -> Result<Json<Point>, ApiError> {
    let district = actor.district;
    let id = point_id(&named)?;
    app.database()
        .write(district, move |db| {
            points::save(db, district, Some(id), &save)
        })
        .await
        .map(Json)
}

/// Says what would become of every row of a register; nothing is written.
#[utoipa::path(
    post,
    path = "/api/v1/points/import",
    tag = "console",
    params(FileForm),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "Every row's fate", body = ImportPreview),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
        (status = 422, description = "file_unreadable: it is no register", body = ErrorBody),
    )
)]
pub(super) async fn preview(
    State(app): State<App>,
    Administrator(actor): Administrator,
    InQuery(form): InQuery<FileForm>,
    FileBody(bytes): FileBody<REGISTER_BYTES_MAX>,
) -> Result<Json<ImportPreview>, ApiError> {
    let district = actor.district;
    let register = Register {
        format: format(&form.format)?,
        datum: form.datum,
        bytes,
    };
    let shared = app.clone();
    app.database()
        .read(move |db| points::preview(db, &shared.catalogue(), district, &register))
        .await
        .map(Json)
}

/// Takes a whole register that was previewed, or nothing of it.
#[utoipa::path(
    post,
    path = "/api/v1/points/import/commit",
    tag = "console",
    params(Confirmed),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "All of it is durable", body = ImportDone),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
        (status = 409, description = "import_refused or import_moved_on", body = ErrorBody),
        (status = 422, description = "file_unreadable: it is no register", body = ErrorBody),
    )
)]
pub(super) async fn commit(
    State(app): State<App>,
    Administrator(actor): Administrator,
    InQuery(form): InQuery<Confirmed>,
    FileBody(bytes): FileBody<REGISTER_BYTES_MAX>,
) -> Result<Json<ImportDone>, ApiError> {
    let district = actor.district;
    let register = Register {
        format: format(&form.format)?,
        datum: form.datum,
        bytes,
    };
    points::commit(&app, district, register, form.digest)
        .await
        .map(Json)
}

/// Writes the district's points in the columns that are read back.
#[utoipa::path(
    get,
    path = "/api/v1/points/export",
    tag = "console",
    params(FileForm),
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 400, description = "bad_request: the query does not parse", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
    )
)]
pub(super) async fn download(
    State(app): State<App>,
    session: Session,
    InQuery(form): InQuery<FileForm>,
) -> Result<Response, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, &Object::Reference { district })?;
    let format = format(&form.format)?;
    let shared = app.clone();
    let file = app
        .database()
        .read(move |db| points::export(db, &shared.catalogue(), district, format, form.datum))
        .await?;
    let name = format!("attachment; filename=\"points.{}\"", format.extension());
    let name = HeaderValue::from_str(&name)
        .map_err(|_| ApiError::Broken("a file's name is not a header"))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, file).into_response())
}
