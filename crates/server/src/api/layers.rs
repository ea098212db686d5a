//! What every answer carries and what is logged of every request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CONNECTION, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::Instrument;
use uuid::Uuid;

use crate::App;

/// Nothing from elsewhere is loaded or run, and nobody frames the console. Inline styles are what
/// Element Plus positions its pop-ups with; blobs are the map's workers and tiles.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; \
     script-src 'self'; worker-src 'self' blob:; connect-src 'self'; font-src 'self' data:; \
     object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");

/// Adds the headers that keep a browser from being turned against its user.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Logs and counts each request: what was asked for by its route, never by its address or content.
pub(super) async fn log(State(app): State<App>, request: Request, next: Next) -> Response {
    let _in_flight = app.metrics().begin();
    let began = Instant::now();
    let id = Uuid::new_v4().to_string();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", %id, %method, route = route.as_str());
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = app
        .metrics()
        .answered(&method, &route, response.status(), began);
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        tracing::info!(status = response.status().as_u16(), duration_ms, "answered");
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if app.is_draining() {
        // The next request on this connection would come when nobody takes it any more.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

/// Names the upload protocol's version on every answer of an upload.
pub(super) fn tus_resumable() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(TUS_RESUMABLE, HeaderValue::from_static("1.0.0"))
}
