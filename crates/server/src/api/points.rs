//! Points: for the console's map, and registers in and out.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use xunfang_domain::{Datum, Object, Point, Verb};
use xunfang_protocol::{ErrorBody, ImportDone, ImportPreview};
use xunfang_report::Format;

use super::address::InQuery;
use super::openapi::{BodyRefusals, SessionRefusals};
use crate::App;
use crate::body::FileBody;
use crate::error::ApiError;
use crate::points::{self, Register};
use crate::session::Session;
use crate::store::reference;

/// A spreadsheet of 200,000 points is some 20 MB.
const REGISTER_BYTES_MAX: usize = 32 * 1024 * 1024;

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
    session.require(Verb::Read, Object::Reference { district })?;
    let points: Result<_, ApiError> = app
        .database()
        .read(move |db| Ok(reference::points(db, district)?))
        .await;
    points.map(Json)
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
    session: Session,
    InQuery(form): InQuery<FileForm>,
    FileBody(bytes): FileBody<REGISTER_BYTES_MAX>,
) -> Result<Json<ImportPreview>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Edit, Object::Reference { district })?;
    let register = Register {
        format: format(&form.format)?,
        datum: form.datum,
        bytes,
    };
    let shared = app.clone();
    app.database()
        .read(move |db| points::preview(db, shared.catalogue(), district, &register))
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
    session: Session,
    InQuery(form): InQuery<Confirmed>,
    FileBody(bytes): FileBody<REGISTER_BYTES_MAX>,
) -> Result<Json<ImportDone>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Edit, Object::Reference { district })?;
    let register = Register {
        format: format(&form.format)?,
        datum: form.datum,
        bytes,
    };
    let shared = app.clone();
    app.database()
        .write(move |db| points::commit(db, shared.catalogue(), district, &register, &form.digest))
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
    session.require(Verb::Edit, Object::Reference { district })?;
    let format = format(&form.format)?;
    let shared = app.clone();
    let file = app
        .database()
        .read(move |db| points::export(db, shared.catalogue(), district, format, form.datum))
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
