//! Letting a device in with a code.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use xunfang_domain::PersonId;
use xunfang_protocol::{EnrolmentCode, EnrolmentRequest, ErrorBody, SignedIn};

use super::address::InPath;
use super::openapi::{BodyRefusals, ServerRefusals, SessionRefusals};
use super::session::{NO_STORE, phone_s};
use crate::App;
use crate::accounts::enrolment;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Registrar;

/// A code, a key and a signature are far below.
const ENROLMENT_BYTES_MAX: usize = 8 * 1024;

/// Gives out a code that lets one device of a person in, once, within ten minutes.
#[utoipa::path(
    post,
    path = "/api/v1/people/{id}/enrolment",
    tag = "accounts",
    params(("id" = PersonId, Path, description = "Whom it lets in")),
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The code; it is in this answer and nowhere else", body = EnrolmentCode),
        (status = 403, description = "forbidden or password_must_change", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
    )
)]
pub(super) async fn give_out(
    State(app): State<App>,
    Registrar(session): Registrar,
    InPath(id): InPath<String>,
) -> Result<Response, ApiError> {
    let person: PersonId = id.parse().map_err(|_| ApiError::NotFound)?;
    let code = enrolment::give_out(&app, session.actor.district, person).await?;
    Ok((NO_STORE, Json(code)).into_response())
}

/// Lets a device in that comes with a code and signs with its key; the same device with the same
/// key may repeat it within the ten minutes, which ends the session before.
#[utoipa::path(
    post,
    path = "/api/v1/enrolment",
    tag = "session",
    request_body = EnrolmentRequest,
    responses(
        BodyRefusals,
        ServerRefusals,
        (status = 200, description = "Signed in", body = SignedIn),
        (status = 403, description = "enrolment_refused: the code is wrong, over or used", body = ErrorBody),
    )
)]
pub(super) async fn redeem(
    State(app): State<App>,
    JsonBody(request): JsonBody<EnrolmentRequest, ENROLMENT_BYTES_MAX>,
) -> Result<Response, ApiError> {
    let (session, token) = enrolment::redeem(&app, request).await?;
    Ok(phone_s(session, token))
}
