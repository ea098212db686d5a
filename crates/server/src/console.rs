//! The web console, compiled into the program.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// The built pages; `build.rs` says what to do when they are missing.
#[derive(RustEmbed)]
#[folder = "../../ui/console/dist"]
struct Pages;

/// Their names carry a hash of their contents, so they never change.
const ASSETS: &str = "assets/";
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Answers with a file, or with the first page where the address is one of the console's views.
pub(crate) fn file(path: &str) -> Response {
    let name = path.trim_start_matches('/');
    match Pages::get(name) {
        Some(file) if name.starts_with(ASSETS) => answer(file, FOR_EVER),
        Some(file) => answer(file, ASK_AGAIN),
        // A page that asks for an asset of an older build must not get HTML for it.
        None if name.starts_with(ASSETS) => StatusCode::NOT_FOUND.into_response(),
        None => match Pages::get("index.html") {
            Some(file) => answer(file, ASK_AGAIN),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

fn answer(file: EmbeddedFile, cache: HeaderValue) -> Response {
    let media_type = HeaderValue::from_str(file.metadata.mimetype())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, cache)];
    (headers, Body::from(file.data)).into_response()
}
