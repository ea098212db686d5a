//! Rescue files: what phones could not send, brought by an administrator.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use xunfang_protocol::{ErrorBody, RescueReport};

use super::openapi::{BodyRefusals, SessionRefusals};
use crate::App;
use crate::body::{content_length, require_media_type};
use crate::error::ApiError;
use crate::rescue;
use crate::session::Importer;

/// When to try again where others are being imported.
const RETRY_AFTER_S: u32 = 30;

/// Imports a rescue file of the district. It may be sent again: what is here already stays.
#[utoipa::path(
    post,
    path = "/api/v1/rescue",
    tag = "console",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "What it says is taken is durable", body = RescueReport),
        (status = 403, description = "forbidden", body = ErrorBody),
        (status = 422, description = "rescue_refused: details.fault", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn import(
    State(app): State<App>,
    Importer(actor): Importer,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RescueReport>, ApiError> {
    require_media_type(&headers, "application/octet-stream")?;
    if content_length(&headers).is_some_and(|length| length > rescue::RESCUE_BYTES_MAX) {
        return Err(rescue::too_large());
    }
    // Each takes room on the disk beside the photos that are in it.
    let place = Arc::clone(app.rescues())
        .try_acquire_owned()
        .map_err(|_| ApiError::Busy {
            retry_after_s: RETRY_AFTER_S,
        })?;
    let file = rescue::spool(&app, body.into_data_stream()).await?;
    let importing = app.clone();
    // All of it is here: it is taken also where nobody waits for the answer any more.
    let imported = app.tasks().spawn(async move {
        let _place = place;
        rescue::take(&importing, Some(actor.district), file).await
    });
    imported.await?.map(Json)
}
