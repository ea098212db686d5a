//! Whether the server lives and whether it can do its work, for whoever watches it.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use xunfang_protocol::ErrorBody;

use crate::App;
use crate::error::ApiError;
use crate::readiness;

/// A server that works.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The server's version.
    version: &'static str,
}

const OK: Health = Health {
    status: "ok",
    version: env!("CARGO_PKG_VERSION"),
};

/// Says that the program answers. Where it does not, start it anew.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "server",
    responses((status = 200, description = "It answers", body = Health))
)]
pub(crate) async fn live() -> Json<Health> {
    Json(OK)
}

/// Says whether the server is ready for requests. Where it is not, send them elsewhere.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "server",
    responses(
        (status = 200, description = "It is ready", body = Health),
        (
            status = 503,
            description = "not_ready: details.reasons has draining, database_unreachable, \
                           newer_schema, data_not_writable or disk_nearly_full",
            body = ErrorBody
        ),
    )
)]
pub(crate) async fn show(State(app): State<App>) -> Response {
    let reasons = readiness::reasons(&app).await;
    if reasons.is_empty() {
        Json(OK).into_response()
    } else {
        ApiError::NotReady(reasons).into_response()
    }
}
