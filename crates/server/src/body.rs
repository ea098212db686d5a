//! Bodies of requests, bounded in size and in time.
//!
//! A client that sends nothing for [`IDLE_MAX`] is given up, and so is one that drips a byte now
//! and then: nobody holds a handler for ever. Bodies that change something must say that they are
//! JSON; a form of another site cannot say so without being asked first.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::BodyDataStream;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use xunfang_protocol::{PACKING, pack, unpack};

use crate::App;
use crate::error::ApiError;

/// Longest pause inside a body.
pub(crate) const IDLE_MAX: Duration = Duration::from_secs(30);
/// Longest time for a whole body: a full push over the slowest mobile network.
const BODY_MAX: Duration = Duration::from_secs(180);

/// A JSON body of at most `MAX` bytes.
pub(crate) struct JsonBody<T, const MAX: usize>(pub(crate) T);

impl<T: DeserializeOwned, const MAX: usize> FromRequest<App> for JsonBody<T, MAX> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        require_media_type(request.headers(), "application/json")?;
        let packed = is_packed(request.headers())?;
        let mut text = collect(request, MAX).await?;
        if packed {
            text = unpack(&text, MAX)
                .map_err(|error| {
                    ApiError::BadRequest(format!("the body does not unpack: {error}"))
                })?
                .ok_or(ApiError::TooLarge {
                    most: MAX as u64,
                    unit: "bytes",
                })?;
        }
        // The error names a line and a field, which the sender knows anyway.
        serde_json::from_slice(&text)
            .map(Self)
            .map_err(|error| ApiError::BadRequest(error.to_string()))
    }
}

/// Whether a body is packed; packed otherwise than this server unpacks, it is refused.
fn is_packed(headers: &HeaderMap) -> Result<bool, ApiError> {
    match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(false),
        Some(packing) if packing == PACKING.as_bytes() => Ok(true),
        Some(_) => Err(ApiError::MediaType("bodies packed with zstd")),
    }
}

/// The whole bytes of a file of at most `MAX` bytes.
pub(crate) struct FileBody<const MAX: usize>(pub(crate) Vec<u8>);

impl<const MAX: usize> FromRequest<App> for FileBody<MAX> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        require_media_type(request.headers(), "application/octet-stream")?;
        collect(request, MAX).await.map(Self)
    }
}

/// Reads a body of at most `most` bytes.
async fn collect(request: Request, most: usize) -> Result<Vec<u8>, ApiError> {
    let too_large = || ApiError::TooLarge {
        most: most as u64,
        unit: "bytes",
    };
    if content_length(request.headers()).is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let mut stream = request.into_body().into_data_stream();
    let mut bytes = Vec::new();
    let collect = async {
        while let Some(chunk) = next_chunk(&mut stream).await? {
            if bytes.len() + chunk.len() > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(())
    };
    timeout(BODY_MAX, collect)
        .await
        .map_err(|_| ApiError::BodyBrokeOff)??;
    Ok(bytes)
}

pub(crate) async fn next_chunk(stream: &mut BodyDataStream) -> Result<Option<Bytes>, ApiError> {
    match timeout(IDLE_MAX, stream.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(chunk))) => Ok(Some(chunk)),
        Ok(Some(Err(_))) | Err(_) => Err(ApiError::BodyBrokeOff),
    }
}

/// Refuses a body of another media type.
pub(crate) fn require_media_type(
    headers: &HeaderMap,
    expected: &'static str,
) -> Result<(), ApiError> {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = given.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case(expected) {
        Ok(())
    } else {
        Err(ApiError::MediaType(expected))
    }
}

/// Returns the length that the client announced.
pub(crate) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the client takes packed answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakesPacked(bool);

impl<S: Sync> FromRequestParts<S> for TakesPacked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let accepted = parts.headers.get_all(ACCEPT_ENCODING).into_iter();
        let mut names = accepted
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(','))
            .map(|name| name.split(';').next().unwrap_or_default().trim());
        Ok(Self(names.any(|name| name == PACKING)))
    }
}

impl TakesPacked {
    /// Writes an answer, packed where the client takes that.
    pub(crate) fn answer<T: Serialize>(self, answer: &T) -> Result<Response, ApiError> {
        let text = serde_json::to_vec(answer)
            .map_err(|_| ApiError::Broken("an answer could not be written"))?;
        let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if !self.0 {
            return Ok(([json], text).into_response());
        }
        let packed = pack(&text).map_err(|_| ApiError::Broken("an answer could not be packed"))?;
        let packing = (CONTENT_ENCODING, HeaderValue::from_static(PACKING));
        Ok(([json, packing], packed).into_response())
    }
}
