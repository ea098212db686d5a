//! Push and pull.

use axum::Json;
use axum::extract::State;
use xunfang_protocol::{
    ErrorBody, OPS_PER_PUSH_MAX, PROTO, PUSH_BYTES_MAX, PullRequest, PullResponse, PushRequest,
    PushResponse,
};

use super::openapi::{BodyRefusals, SessionRefusals};
use crate::App;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::pull;
use crate::push::{self, Push};
use crate::session::Session;

/// A cursor for each scope; a phone has two.
const PULL_BYTES_MAX: usize = 16 * 1024;
/// The oldest protocol that pulls are answered in. A push is taken in any.
const PROTO_MIN: u16 = 1;

/// Takes a device's operations; whatever is answered as applied is durable.
#[utoipa::path(
    post,
    path = "/api/v1/sync/push",
    tag = "sync",
    request_body = PushRequest,
    security(("phone" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "One result per operation", body = PushResponse),
    )
)]
pub(super) async fn push(
    State(app): State<App>,
    session: Session,
    JsonBody(request): JsonBody<PushRequest, PUSH_BYTES_MAX>,
) -> Result<Json<PushResponse>, ApiError> {
    if request.ops.len() > OPS_PER_PUSH_MAX {
        return Err(ApiError::TooLarge {
            most: OPS_PER_PUSH_MAX as u64,
            unit: "operations",
        });
    }
    // A device's log is numbered by the device, so only its own session appends to it.
    if session.device != Some(request.device) {
        return Err(ApiError::SignedOut);
    }
    let now = app.now();
    let push = Push {
        actor: session.actor,
        device: request.device,
        now,
    };
    let pushed = app
        .database()
        .write(move |transaction| push::apply(transaction, push, &request.ops))
        .await?;
    for notice in pushed.notices {
        app.live().tell(session.actor.district, notice);
    }
    Ok(Json(PushResponse {
        server_time: now,
        ack_dev_seq: pushed.ack_dev_seq,
        results: pushed.results,
    }))
}

/// Answers what happened since the cursors.
#[utoipa::path(
    post,
    path = "/api/v1/sync/pull",
    tag = "sync",
    request_body = PullRequest,
    security(("phone" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "One page per scope", body = PullResponse),
        (status = 426, description = "too_old: update the app; push still works", body = ErrorBody),
    )
)]
pub(super) async fn pull(
    State(app): State<App>,
    session: Session,
    JsonBody(request): JsonBody<PullRequest, PULL_BYTES_MAX>,
) -> Result<Json<PullResponse>, ApiError> {
    if request.proto < PROTO_MIN {
        return Err(ApiError::TooOld { minimum: PROTO_MIN });
    }
    if request.proto > PROTO {
        return Err(ApiError::BadRequest(format!(
            "this server speaks protocol {PROTO}"
        )));
    }
    let epoch = app.database().epoch();
    let actor = session.actor;
    let scopes = app
        .database()
        .read(move |db| pull::pages(db, actor, epoch, &request))
        .await?;
    Ok(Json(PullResponse {
        epoch,
        server_time: app.now(),
        scopes,
    }))
}
