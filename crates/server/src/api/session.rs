//! Signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderName, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use xunfang_protocol::{ErrorBody, PasswordChange, SessionView, SignInRequest, SignedIn};

use super::openapi::{BodyRefusals, ServerRefusals, SessionRefusals};
use crate::App;
use crate::accounts::{self, DAY_MS, SESSION_DAYS};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::origin::Origin;
use crate::session::{AnySession, COOKIE_NAME, Token};
use crate::store::{StoreError, sessions};

/// A name, passwords and a device are far below.
const SIGN_IN_BYTES_MAX: usize = 4 * 1024;
/// A secret is kept by whoever asked for it and by nobody on the way.
pub(super) const NO_STORE: [(HeaderName, HeaderValue); 1] =
    [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];

/// Signs in: with a device the answer carries a token, without one it sets a cookie.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "session",
    request_body = SignInRequest,
    responses(
        BodyRefusals,
        ServerRefusals,
        (status = 200, description = "Signed in", body = SignedIn),
        (status = 401, description = "wrong_password: nothing changed", body = ErrorBody),
        (status = 403, description = "device_revoked: what is on the device stays there", body = ErrorBody),
        (status = 429, description = "locked: repeat after Retry-After", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn sign_in(
    State(app): State<App>,
    origin: Origin,
    JsonBody(request): JsonBody<SignInRequest, SIGN_IN_BYTES_MAX>,
) -> Result<Response, ApiError> {
    app.limits().of_sign_in(origin.address, app.now())?;
    let by_phone = request.device.is_some();
    let (session, token) = accounts::sign_in::sign_in(&app, request).await?;
    if by_phone {
        return Ok(phone_s(session, token));
    }
    let cookie = cookie(origin, &token.reveal(), SESSION_DAYS * DAY_MS / 1000)?;
    let body = SignedIn {
        session,
        token: None,
    };
    Ok((NO_STORE, [(SET_COOKIE, cookie)], Json(body)).into_response())
}

/// The answer to a phone that was let in.
pub(super) fn phone_s(session: SessionView, token: Token) -> Response {
    let body = SignedIn {
        session,
        token: Some(token.reveal()),
    };
    (NO_STORE, Json(body)).into_response()
}

/// Says who is signed in.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    tag = "session",
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "Who it is", body = SessionView),
    )
)]
pub(super) async fn current(
    State(app): State<App>,
    AnySession {
        session,
        must_change,
    }: AnySession,
) -> Result<Json<SessionView>, ApiError> {
    let actor = session.actor;
    app.database()
        .read(move |db| accounts::view(db, actor.district, actor.person, must_change))
        .await
        .map(Json)
}

/// Revokes the session. What the phone has not sent yet stays on the phone.
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    tag = "session",
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 204, description = "The token is worth nothing now"),
    )
)]
pub(super) async fn sign_out(
    State(app): State<App>,
    AnySession { session, .. }: AnySession,
    origin: Origin,
) -> Result<Response, ApiError> {
    let ended: Result<(), StoreError> = app
        .database()
        .write(session.actor.district, move |db| {
            sessions::end_by_token(db, &session.token_hash)
        })
        .await;
    ended?;
    let cookie = cookie(origin, "", 0)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Changes one's own password. Other browsers are signed out, phones are not.
#[utoipa::path(
    put,
    path = "/api/v1/session/password",
    tag = "session",
    request_body = PasswordChange,
    security(("phone" = []), ("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 204, description = "It is the new one from now on"),
        (status = 401, description = "wrong_password or signed_out: nothing changed", body = ErrorBody),
        (status = 404, description = "not_found: there is no account", body = ErrorBody),
        (status = 422, description = "password_refused: details.fault says why", body = ErrorBody),
        (status = 429, description = "locked: repeat after Retry-After", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn change_password(
    State(app): State<App>,
    AnySession { session, .. }: AnySession,
    JsonBody(request): JsonBody<PasswordChange, SIGN_IN_BYTES_MAX>,
) -> Result<StatusCode, ApiError> {
    accounts::passwords::change(&app, &session, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The cookie that scripts cannot read and other sites cannot send.
fn cookie(origin: Origin, value: &str, max_age_s: i64) -> Result<HeaderValue, ApiError> {
    // On plain loopback a browser would drop a secure cookie.
    let secure = if origin.over_tls { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE_NAME}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={max_age_s}{secure}"
    );
    HeaderValue::from_str(&cookie).map_err(|_| ApiError::Broken("the cookie is not a header"))
}
