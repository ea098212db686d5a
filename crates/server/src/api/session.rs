//! Signing in and out.

use crate::store::db::Db;
use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use xunfang_domain::{DistrictId, PersonId};
use xunfang_protocol::{ErrorBody, SessionView, SignInRequest, SignedIn};

use super::openapi::{BodyRefusals, ServerRefusals, SessionRefusals};
use crate::App;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::origin::Origin;
use crate::session::{COOKIE_NAME, Session, Token};
use crate::store::sessions::{self, NewSession};
use crate::store::{accounts, reference};

/// A name, a password and a device id are far below.
const SIGN_IN_BYTES_MAX: usize = 4 * 1024;
const SESSION_DAYS: i64 = 90;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

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
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn sign_in(
    State(app): State<App>,
    origin: Origin,
    JsonBody(request): JsonBody<SignInRequest, SIGN_IN_BYTES_MAX>,
) -> Result<Response, ApiError> {
    let SignInRequest {
        account,
        password,
        device,
    } = request;
    app.limits().of_sign_in(origin.address, app.now())?;
    let found = app
        .database()
        .read(move |db| accounts::find(db, &account))
        .await?;
    let stored = found.as_ref().map(|account| account.password_hash.clone());
    let matches = app.passwords().matches(password, stored).await?;
    let Some(account) = found.filter(|_| matches) else {
        app.metrics().sign_in_failed();
        return Err(ApiError::WrongPassword);
    };
    let token = Token::draw()?;
    let now = app.now();
    let session = NewSession {
        token_hash: token.hash(),
        district: account.district,
        person: account.person,
        device,
        created_at: now,
        expires_at: now.plus_ms(SESSION_DAYS * DAY_MS),
    };
    let view = app
        .database()
        .write(session.district, move |db| {
            sessions::add(db, &session)?;
            view(db, session.district, session.person)
        })
        .await?;
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    if device.is_some() {
        let body = SignedIn {
            session: view,
            token: Some(token.reveal()),
        };
        return Ok((no_store, Json(body)).into_response());
    }
    let cookie = cookie(origin, &token.reveal(), SESSION_DAYS * DAY_MS / 1000)?;
    let body = SignedIn {
        session: view,
        token: None,
    };
    Ok((no_store, [(SET_COOKIE, cookie)], Json(body)).into_response())
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
    session: Session,
) -> Result<Json<SessionView>, ApiError> {
    let actor = session.actor;
    app.database()
        .read(move |db| view(db, actor.district, actor.person))
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
    session: Session,
    origin: Origin,
) -> Result<Response, ApiError> {
    app.database()
        .write(session.actor.district, move |db| {
            sessions::revoke(db, &session.token_hash)
        })
        .await?;
    let cookie = cookie(origin, "", 0)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

fn view(db: &Db, district: DistrictId, person: PersonId) -> Result<SessionView, ApiError> {
    let person = accounts::person(db, district, person)?.ok_or(ApiError::SignedOut)?;
    let district = reference::district(db, district)?.ok_or(ApiError::SignedOut)?;
    Ok(SessionView { person, district })
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
