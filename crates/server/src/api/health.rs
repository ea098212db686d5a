//! Whether the server can do its work, for whoever watches it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use xunfang_protocol::{ErrorBody, codes};

use crate::App;
use crate::store::health;

/// A server that works.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The server's version.
    version: &'static str,
}

/// Says whether the database can be read.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "server",
    responses(
        (status = 200, description = "It works", body = Health),
        (status = 503, description = "internal: the database cannot be read", body = ErrorBody),
    )
)]
pub(super) async fn show(State(app): State<App>) -> Response {
    let read = app.database().read(health::read_epoch).await;
    match read {
        Ok(_) => Json(Health {
            status: "ok",
            version: env!("CARGO_PKG_VERSION"),
        })
        .into_response(),
        Err(error) => {
            tracing::error!(%error, "the database cannot be read");
            let body = ErrorBody {
                code: codes::INTERNAL.to_owned(),
                message: "the database cannot be read".to_owned(),
                details: None,
            };
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}
