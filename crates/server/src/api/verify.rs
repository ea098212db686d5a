//! What anybody may ask: whether a photo is what it claims to be.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use xunfang_protocol::{ErrorBody, UPLOAD_PHOTO_BYTES_MAX, VerifyReport};

use super::address::InPath;
use super::openapi::{BodyRefusals, ServerRefusals};
use crate::App;
use crate::body::FileBody;
use crate::error::ApiError;
use crate::verify;
use crate::visitors::{AsksForCode, BringsPhoto};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

#[expect(
    clippy::cast_possible_truncation,
    reason = "a photo fits into the memory of every machine that this runs on"
)]
const PHOTO_BYTES_MAX: usize = UPLOAD_PHOTO_BYTES_MAX as usize;

/// Says which record a code is of: no more than the watermark shows.
#[utoipa::path(
    get,
    path = "/api/v1/verify/{code}",
    tag = "public",
    params(("code" = String, Path, description = "The code, with or without dashes")),
    responses(
        ServerRefusals,
        (status = 200, description = "What is known of it", body = VerifyReport),
        (status = 400, description = "bad_request: no code looks like this", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn code(
    State(app): State<App>,
    _: AsksForCode,
    InPath(code): InPath<String>,
) -> Result<impl IntoResponse, ApiError> {
    let report = verify::code(&app, verify::typed(&code)?).await?;
    Ok(([(CACHE_CONTROL, NO_STORE)], Json(report)))
}

/// Says which record a photo is of, and whether it is unchanged. The photo is not kept.
#[utoipa::path(
    post,
    path = "/api/v1/verify",
    tag = "public",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        BodyRefusals,
        ServerRefusals,
        (status = 200, description = "What is known of it", body = VerifyReport),
        (status = 422, description = "not_a_photo", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn photo(
    State(app): State<App>,
    _place: BringsPhoto,
    FileBody(bytes): FileBody<PHOTO_BYTES_MAX>,
) -> Result<impl IntoResponse, ApiError> {
    let report = verify::photo(&app, bytes).await?;
    Ok(([(CACHE_CONTROL, NO_STORE)], Json(report)))
}
