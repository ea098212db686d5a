//! Push and pull.

use axum::extract::State;
use axum::response::Response;
use xunfang_domain::{Beacon, DeviceId, Sealed};
use xunfang_evidence::seal;
use xunfang_protocol::{
    ErrorBody, OPS_PER_PUSH_MAX, PROTO, PUSH_BYTES_MAX, PullRequest, PullResponse, PushRequest,
    PushResponse, SeqRange,
};

use super::openapi::{BodyRefusals, SessionRefusals};
use crate::App;
use crate::body::{JsonBody, TakesPacked};
use crate::error::ApiError;
use crate::pull;
use crate::push::{self, Push};
use crate::session::Session;
use crate::store::ops;

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
    packed: TakesPacked,
    JsonBody(request): JsonBody<PushRequest, PUSH_BYTES_MAX>,
) -> Result<Response, ApiError> {
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
    // A key that does not read never keeps anybody's work from coming in.
    let key = request.key.as_deref().and_then(|key| match key.parse() {
        Ok(key) => Some(key),
        Err(error) => {
            tracing::warn!(device = %request.device, %error, "a device sent no key");
            None
        }
    });
    let push = Push {
        actor: session.actor,
        device: request.device,
        key,
        now,
    };
    let pushed = push::take(&app, push, request.ops).await?;
    let mut results = pushed.results;
    for (place, receipt) in &pushed.receipts {
        let sealed = seal(receipt, app.database().signing_key());
        let sealed = sealed.map_err(|_| ApiError::Broken("the server's key does not sign"))?;
        if let Some(result) = results.get_mut(*place) {
            result.receipts.push(sealed);
        }
    }
    packed.answer(&PushResponse {
        server_time: now,
        ack_dev_seq: pushed.ack_dev_seq,
        results,
    })
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
    packed: TakesPacked,
    JsonBody(request): JsonBody<PullRequest, PULL_BYTES_MAX>,
) -> Result<Response, ApiError> {
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
    let device = session.device;
    let (scopes, held) = app
        .database()
        .read(move |db| {
            let held = device.zip(request.since).map(|(device, since)| {
                ops::held_since(db, actor.district, device, actor.person, since)
            });
            let pages = pull::pages(db, &actor, epoch, &request)?;
            Ok::<_, ApiError>((pages, held.transpose()?))
        })
        .await?;
    packed.answer(&PullResponse {
        epoch,
        server_time: app.now(),
        scopes,
        held_ops: held.as_deref().map(SeqRange::count),
        held,
        beacon: session
            .device
            .map(|device| beacon(&app, device))
            .transpose()?,
        rescue: session
            .device
            .map(|_| app.database().letter_key().address().to_string()),
    })
}

/// The server's word for a device: the time, and something that nobody could have known before.
fn beacon(app: &App, device: DeviceId) -> Result<Sealed, ApiError> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|_| ApiError::Broken("there are no random numbers"))?;
    let beacon = Beacon {
        at: app.now(),
        device,
        nonce: hex::encode(nonce),
    };
    seal(&beacon, app.database().signing_key())
        .map_err(|_| ApiError::Broken("the server's key does not sign"))
}
