//! The bridge between the served page and the phone.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts, OriginalUri, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use subtle::ConstantTimeEq;
use tokio_stream::wrappers::BroadcastStream;
use xunfang_domain::{CaptureSource, PointId, Sha256Hex};
use xunfang_phone::{Command, CommandError, ErrorCode, Phone, PhotoPlace, PhotoSize};
use xunfang_protocol::UPLOAD_PHOTO_BYTES_MAX;

use crate::screens;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Bridge {
    phone: Phone,
    token: Arc<str>,
}

impl Bridge {
    /// Makes a bridge with a fresh token of 256 random bits.
    pub(crate) fn new(phone: Phone) -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self {
            phone,
            token: hex::encode(bytes).into(),
        })
    }
}

/// The routes of the bridge; everything else is the screens.
pub(crate) fn router(bridge: Bridge) -> Router {
    // One byte more than a photo may have, so that the phone itself refuses with its own words;
    // what is far beyond is cut off here.
    let body_max = usize::try_from(UPLOAD_PHOTO_BYTES_MAX).unwrap_or(usize::MAX) + 1;
    Router::new()
        .route("/bridge/command", post(command))
        .route("/bridge/photo", post(stage))
        .route("/bridge/photo/{sha256}/{size}", get(photo))
        .route("/bridge/changes", get(changes))
        .fallback(get(page))
        .layer(DefaultBodyLimit::max(body_max))
        .with_state(bridge)
}

/// Proof that a request comes from the served page.
struct FromPage;

#[derive(Deserialize)]
struct TokenQuery {
    token: String,
}

impl FromRequestParts<Bridge> for FromPage {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, bridge: &Bridge) -> Result<Self, Refused> {
        let bearer = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
        // Pictures and event streams cannot send a header.
        let token = bearer.or_else(|| {
            Query::<TokenQuery>::try_from_uri(&parts.uri)
                .ok()
                .map(|query| query.0.token)
        });
        let known =
            token.is_some_and(|token| token.as_bytes().ct_eq(bridge.token.as_bytes()).into());
        if known {
            Ok(Self)
        } else {
            Err(refuse("the request does not come from the page"))
        }
    }
}

/// A failed command on its way to the page.
struct Refused(StatusCode, CommandError);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

impl From<CommandError> for Refused {
    fn from(error: CommandError) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, error)
    }
}

fn refuse(message: &str) -> Refused {
    Refused(
        StatusCode::FORBIDDEN,
        CommandError::new(ErrorCode::BadCommand, message),
    )
}

async fn page(State(bridge): State<Bridge>, OriginalUri(uri): OriginalUri) -> Response {
    let serve = move || {
        screens::serve(uri.path(), &bridge.token, |page| {
            bridge.phone.fill_page(page)
        })
    };
    match tokio::task::spawn_blocking(serve).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(event = "page_failed", %error);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn command(
    State(bridge): State<Bridge>,
    _: FromPage,
    body: Bytes,
) -> Result<Json<serde_json::Value>, Refused> {
    let command: Command = serde_json::from_slice(&body)
        .map_err(|error| CommandError::new(ErrorCode::BadCommand, &error.to_string()))?;
    Ok(Json(bridge.phone.run(command).await?))
}

#[derive(Deserialize)]
struct StageQuery {
    point: PointId,
    item: Option<String>,
    source: CaptureSource,
}

async fn stage(
    State(bridge): State<Bridge>,
    _: FromPage,
    Query(query): Query<StageQuery>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Response, Refused> {
    let bytes = body.map_err(|rejection| {
        CommandError::new(ErrorCode::PhotoTooManyBytes, &rejection.body_text())
    })?;
    let place = PhotoPlace {
        point: query.point,
        item: query.item,
    };
    let view = bridge
        .phone
        .stage_photo(place, query.source, bytes.into())
        .await?;
    Ok(Json(view).into_response())
}

async fn photo(
    State(bridge): State<Bridge>,
    _: FromPage,
    Path((sha256, size)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let missing = |message: String| {
        Refused(
            StatusCode::NOT_FOUND,
            CommandError::new(ErrorCode::NotFound, &message),
        )
    };
    let sha256: Sha256Hex = sha256
        .parse()
        .map_err(|error| missing(format!("{error}")))?;
    let size: PhotoSize = size.parse().map_err(|error| missing(format!("{error}")))?;
    let file = bridge.phone.photo_file(sha256, size).await?;
    let mut headers = HeaderMap::new();
    if let Ok(media_type) = HeaderValue::from_str(&file.media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    Ok((headers, file.bytes).into_response())
}

async fn changes(
    State(bridge): State<Bridge>,
    _: FromPage,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // A page that fell behind is told nothing; it asks for everything when it comes back.
    let changes = BroadcastStream::new(bridge.phone.changes()).filter_map(async |change| {
        let event = Event::default().json_data(change.ok()?).ok()?;
        Some(Ok(event))
    });
    Sse::new(changes).keep_alive(KeepAlive::default())
}
