//! Photo upload over HTTP: tus 1.0, see `xunfang_protocol` and [`crate::uploads`].

use std::time::{Duration, SystemTime};

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use futures_util::StreamExt;
use tokio::time::timeout;
use uuid::Uuid;
use xunfang_domain::{DistrictId, Object, Sha256Hex, Verb};
use xunfang_protocol::{
    BUNDLE_CONTENT_TYPE, BundleAnswer, ErrorBody, UPLOAD_CHECKSUM, UPLOAD_CHUNK_BYTES,
    UPLOAD_CONTENT_TYPE, UPLOAD_OFFSET, UPLOAD_PHOTO_BYTES_MAX,
};

use super::address::InPath;
use super::openapi::SessionRefusals;
use super::photos::photo_name;
use crate::App;
use crate::body::{IDLE_MAX, content_length, require_media_type};
use crate::error::ApiError;
use crate::session::Session;
use crate::uploads::{self, Held, Piece, UploadKey};

const OFFSET: HeaderName = HeaderName::from_static(UPLOAD_OFFSET);
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const CHECKSUM: HeaderName = HeaderName::from_static(UPLOAD_CHECKSUM);
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// One's own upload of the photo that the address names.
pub(super) struct Upload(UploadKey);

impl FromRequestParts<App> for Upload {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Owner { district, owner } = Owner::from_request_parts(parts, app).await?;
        let InPath(name) = InPath::<String>::from_request_parts(parts, app).await?;
        // A client that names no version is taken at its word that it follows the contract.
        let version = parts.headers.get("tus-resumable");
        if version.is_some_and(|version| version != "1.0.0") {
            return Err(ApiError::TusVersion);
        }
        Ok(Self(UploadKey {
            district,
            owner,
            sha256: photo_name(&name)?,
        }))
    }
}

/// Whose files a bundle brings.
pub(super) struct Owner {
    district: DistrictId,
    owner: Uuid,
}

impl FromRequestParts<App> for Owner {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let session = Session::from_request_parts(parts, app).await?;
        let actor = &session.actor;
        let (district, author) = (actor.district, actor.person);
        let object = Object::Finding {
            district,
            author,
            place: None,
        };
        session.require(Verb::Submit, &object)?;
        let owner = session
            .device
            .map_or(actor.person.uuid(), |device| device.uuid());
        Ok(Self { district, owner })
    }
}

/// Takes a bundle of small files; the answer comes when all of them are durable.
#[utoipa::path(
    post,
    path = "/api/v1/uploads",
    tag = "uploads",
    request_body(content = Vec<u8>, content_type = "application/vnd.xunfang.files"),
    security(("phone" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "Each file is whole and durable, or refused for good",
         body = BundleAnswer),
        (status = 400, description = "bad_request: this is no bundle", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 408, description = "bad_request: broke off; nothing counts", body = ErrorBody),
        (status = 413, description = "too_large: more than a bundle may have", body = ErrorBody),
        (status = 415, description = "bad_request: another media type", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn bundle(
    State(app): State<App>,
    Owner { district, owner }: Owner,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<BundleAnswer>, ApiError> {
    require_media_type(&headers, BUNDLE_CONTENT_TYPE)?;
    let files = uploads::take_bundle(&app, district, owner, body.into_data_stream()).await?;
    app.metrics()
        .uploaded(content_length(&headers).unwrap_or_default());
    Ok(Json(BundleAnswer { files }))
}

/// Says how much of a photo is held durably; all of it where offset and length are the same.
#[utoipa::path(
    head,
    path = "/api/v1/uploads/{sha256}",
    tag = "uploads",
    params(("sha256" = Sha256Hex, Path, description = "The photo's name")),
    security(("phone" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "Upload-Offset of Upload-Length bytes are held"),
        (status = 400, description = "bad_request: no photo has such a name"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "not_found: nothing is held yet"),
        (status = 412, description = "bad_request: another version of tus"),
        (status = 503, description = "busy: repeat after Retry-After"),
    )
)]
pub(super) async fn status(
    State(app): State<App>,
    Upload(key): Upload,
) -> Result<Response, ApiError> {
    match uploads::held(&app, &key).await? {
        Held::Nothing => Err(ApiError::NotFound),
        held => Ok((StatusCode::OK, figures(&app, held)).into_response()),
    }
}

/// Announces a photo of `Upload-Length` bytes, and may bring its first piece along.
#[utoipa::path(
    post,
    path = "/api/v1/uploads/{sha256}",
    tag = "uploads",
    params(
        ("sha256" = Sha256Hex, Path, description = "The photo's name"),
        ("upload-length" = u64, Header, description = "The photo's length in bytes"),
        ("upload-checksum" = Option<String>, Header, description = "sha256 and the piece's hash"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    security(("phone" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "It was announced before: go on at Upload-Offset"),
        (status = 201, description = "Begin at Upload-Offset"),
        (status = 400, description = "bad_request: name or length do not parse", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 412, description = "bad_request: another version of tus", body = ErrorBody),
        (status = 413, description = "too_large: more than a photo may have", body = ErrorBody),
        (status = 408, description = "bad_request: broke off; what arrived counts", body = ErrorBody),
        (status = 415, description = "bad_request: another media type", body = ErrorBody),
        (status = 422, description = "hash_mismatch or not_a_photo: dropped", body = ErrorBody),
        (status = 460, description = "piece_damaged: the piece was dropped", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn announce(
    State(app): State<App>,
    Upload(key): Upload,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let length = figure(&headers, &LENGTH)?;
    if length > UPLOAD_PHOTO_BYTES_MAX {
        return Err(ApiError::TooLarge {
            most: UPLOAD_PHOTO_BYTES_MAX,
            unit: "bytes",
        });
    }
    if length == 0 {
        return Err(ApiError::BadRequest(
            "a photo has at least one byte".to_owned(),
        ));
    }
    let address = format!("/api/v1/uploads/{}", key.sha256);
    let (held, new) = uploads::announce(&app, &key, length).await?;
    // Where something is held already the piece is not taken: the sender goes on from there. It is
    // read all the same, or the connection would be reset under the answer.
    if !new {
        read_away(body).await;
        let figures = figures(&app, held);
        return Ok((StatusCode::OK, [("location", address)], figures).into_response());
    }
    let mut reached = held;
    if headers.contains_key(CONTENT_TYPE) {
        require_media_type(&headers, UPLOAD_CONTENT_TYPE)?;
        let offset = append_piece(&app, key, 0, &headers, body).await?;
        reached = Held::Part { offset, length };
    }
    let figures = figures(&app, reached);
    Ok((StatusCode::CREATED, [("location", address)], figures).into_response())
}

/// Appends a piece; 204 means that it is durable, and with the last byte that the photo is whole.
#[utoipa::path(
    patch,
    path = "/api/v1/uploads/{sha256}",
    tag = "uploads",
    params(
        ("sha256" = Sha256Hex, Path, description = "The photo's name"),
        ("upload-offset" = u64, Header, description = "Where the piece begins"),
        ("upload-checksum" = Option<String>, Header, description = "sha256 and the piece's hash"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    security(("phone" = [])),
    responses(
        SessionRefusals,
        (status = 204, description = "Upload-Offset bytes are durable"),
        (status = 400, description = "bad_request: name or offset do not parse", body = ErrorBody),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 404, description = "not_found: announce it first", body = ErrorBody),
        (status = 408, description = "bad_request: broke off; what arrived counts", body = ErrorBody),
        (status = 409, description = "offset_mismatch: go on at Upload-Offset", body = ErrorBody),
        (status = 412, description = "bad_request: another version of tus", body = ErrorBody),
        (status = 413, description = "too_large: more than was announced", body = ErrorBody),
        (status = 415, description = "bad_request: another media type", body = ErrorBody),
        (status = 422, description = "hash_mismatch or not_a_photo: dropped", body = ErrorBody),
        (status = 460, description = "piece_damaged: the piece was dropped", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn append(
    State(app): State<App>,
    Upload(key): Upload,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    require_media_type(&headers, UPLOAD_CONTENT_TYPE)?;
    let offset = figure(&headers, &OFFSET)?;
    let offset = append_piece(&app, key, offset, &headers, body).await?;
    Ok((
        StatusCode::NO_CONTENT,
        [(OFFSET, HeaderValue::from(offset))],
    )
        .into_response())
}

/// Reads what is not wanted, up to the largest piece that a phone sends.
async fn read_away(body: Body) {
    let mut left = UPLOAD_CHUNK_BYTES;
    let mut body = body.into_data_stream();
    while let Ok(Some(Ok(chunk))) = timeout(IDLE_MAX, body.next()).await
        && chunk.len() <= left
    {
        left -= chunk.len();
    }
}

async fn append_piece(
    app: &App,
    key: UploadKey,
    offset: u64,
    headers: &HeaderMap,
    body: Body,
) -> Result<u64, ApiError> {
    let piece = Piece {
        offset,
        length: content_length(headers),
        checksum: checksum(headers)?,
    };
    let reached = uploads::append(app, key, piece, body.into_data_stream()).await?;
    app.metrics().uploaded(reached.saturating_sub(offset));
    Ok(reached)
}

/// Reads what the piece's hash should be.
fn checksum(headers: &HeaderMap) -> Result<Option<[u8; 32]>, ApiError> {
    let Some(value) = headers.get(CHECKSUM) else {
        return Ok(None);
    };
    let hash = value.to_str().ok().and_then(|text| {
        let (algorithm, hash) = text.split_once(' ')?;
        let bytes = BASE64.decode(hash).ok()?;
        (algorithm == "sha256").then_some(bytes)?.try_into().ok()
    });
    let wrong = || ApiError::BadRequest("upload-checksum has to be sha256 and a hash".to_owned());
    hash.map(Some).ok_or_else(wrong)
}

/// Drops an unfinished upload. A photo that is whole stays.
#[utoipa::path(
    delete,
    path = "/api/v1/uploads/{sha256}",
    tag = "uploads",
    params(("sha256" = Sha256Hex, Path, description = "The photo's name")),
    security(("phone" = [])),
    responses(
        SessionRefusals,
        (status = 204, description = "Nothing is held any more"),
        (status = 400, description = "bad_request: no photo has such a name", body = ErrorBody),
        (status = 403, description = "forbidden: the photo is whole", body = ErrorBody),
        (status = 404, description = "not_found: nothing was held", body = ErrorBody),
        (status = 412, description = "bad_request: another version of tus", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn discard(
    State(app): State<App>,
    Upload(key): Upload,
) -> Result<StatusCode, ApiError> {
    if uploads::discard(&app, &key).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound)
    }
}

/// Says what the upload protocol offers here.
#[utoipa::path(
    options,
    path = "/api/v1/uploads/{sha256}",
    tag = "uploads",
    params(("sha256" = String, Path, description = "Any name")),
    responses((status = 204, description = "Tus-Version, Tus-Extension, Tus-Max-Size"))
)]
pub(super) async fn options() -> Response {
    let offers = [
        ("tus-version", HeaderValue::from_static("1.0.0")),
        (
            "tus-extension",
            HeaderValue::from_static(
                "creation,creation-with-upload,checksum,expiration,termination",
            ),
        ),
        ("tus-checksum-algorithm", HeaderValue::from_static("sha256")),
        ("tus-max-size", HeaderValue::from(UPLOAD_PHOTO_BYTES_MAX)),
    ];
    (StatusCode::NO_CONTENT, offers).into_response()
}

fn figures(app: &App, held: Held) -> HeaderMap {
    let (offset, length) = match held {
        Held::Nothing => (0, 0),
        Held::Part { offset, length } => (offset, length),
        Held::Whole { bytes } => (bytes, bytes),
    };
    let mut figures = HeaderMap::from_iter([
        (OFFSET, offset.into()),
        (LENGTH, length.into()),
        (CACHE_CONTROL, NO_STORE),
    ]);
    let expires = app.now().plus_ms(uploads::EXPIRES_MS).get();
    if offset < length
        && let Ok(expires) = u64::try_from(expires)
    {
        let date = SystemTime::UNIX_EPOCH + Duration::from_millis(expires);
        if let Ok(date) = HeaderValue::try_from(httpdate::fmt_http_date(date)) {
            figures.insert(EXPIRES, date);
        }
    }
    figures
}

fn figure(headers: &HeaderMap, name: &HeaderName) -> Result<u64, ApiError> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| ApiError::BadRequest(format!("{name} has to be a number of bytes")))
}
