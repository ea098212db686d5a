//! People of a district, and where each is signed in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use xunfang_domain::{DeviceId, Object, PersonId, SessionId, Verb, allows};
use xunfang_protocol::{
    ErrorBody, PersonAdd, PersonChange, PersonPage, PersonRow, PersonWithPassword, SessionList,
};

use super::address::{InPath, InQuery};
use super::openapi::{BodyRefusals, SessionRefusals};
use super::session::NO_STORE;
use crate::App;
use crate::accounts::{passwords, people};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::{Registrar, Session};
use crate::store::{StoreError, devices, people as stored, sessions};

const ROWS_DEFAULT: u32 = 100;
const ROWS_MAX: u32 = 500;
/// Names, and as many grants as somebody may have.
const PERSON_BYTES_MAX: usize = 64 * 1024;

/// Which people to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Window {
    /// Only those behind this one: `next_after` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<PersonId>,
    /// Most rows, up to 500; 100 where it is left out.
    limit: Option<u32>,
}

/// Lists people with their accounts.
#[utoipa::path(
    get,
    path = "/api/v1/people",
    tag = "accounts",
    params(Window),
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "One page", body = PersonPage),
        (status = 400, description = "bad_request: the query does not parse", body = ErrorBody),
        (status = 403, description = "forbidden or password_must_change", body = ErrorBody),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    Registrar(session): Registrar,
    InQuery(window): InQuery<Window>,
) -> Result<Json<PersonPage>, ApiError> {
    let district = session.actor.district;
    let limit = window.limit.unwrap_or(ROWS_DEFAULT).clamp(1, ROWS_MAX);
    // One more than asked for tells whether another page follows.
    let rows: Result<Vec<PersonRow>, StoreError> = app
        .database()
        .read(move |db| stored::page(db, district, window.after, limit + 1))
        .await;
    let mut rows = rows?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_after = rows.last().filter(|_| more).map(|row| row.person.id);
    Ok(Json(PersonPage { rows, next_after }))
}

/// Adds a person with an account; the password is drawn and shown once.
#[utoipa::path(
    post,
    path = "/api/v1/people",
    tag = "accounts",
    request_body = PersonAdd,
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "The person, and the password", body = PersonWithPassword),
        (status = 403, description = "forbidden or password_must_change", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
        (status = 409, description = "account_taken: nothing changed", body = ErrorBody),
        (status = 422, description = "person_invalid: details.fault says why", body = ErrorBody),
    )
)]
pub(super) async fn add(
    State(app): State<App>,
    Registrar(session): Registrar,
    JsonBody(request): JsonBody<PersonAdd, PERSON_BYTES_MAX>,
) -> Result<Response, ApiError> {
    let added = people::add(&app, session.actor.district, request).await?;
    Ok((NO_STORE, Json(added)).into_response())
}

/// Changes a person. What they may do follows from their next request on.
#[utoipa::path(
    put,
    path = "/api/v1/people/{id}",
    tag = "accounts",
    params(("id" = PersonId, Path, description = "Whom")),
    request_body = PersonChange,
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "The person", body = PersonRow),
        (status = 403, description = "forbidden or password_must_change", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
        (status = 409, description = "last_administrator: nothing changed", body = ErrorBody),
        (status = 422, description = "person_invalid: details.fault says why", body = ErrorBody),
    )
)]
pub(super) async fn change(
    State(app): State<App>,
    Registrar(session): Registrar,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<PersonChange, PERSON_BYTES_MAX>,
) -> Result<Json<PersonRow>, ApiError> {
    let (district, person, now) = (session.actor.district, person_id(&id)?, app.now());
    app.database()
        .write(district, move |db| {
            people::change(db, district, person, request, now)
        })
        .await
        .map(Json)
}

/// Gives a person a new password, drawn and shown once, and ends their sessions. What their phone
/// has not sent stays on it.
#[utoipa::path(
    post,
    path = "/api/v1/people/{id}/password",
    tag = "accounts",
    params(("id" = PersonId, Path, description = "Whom")),
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The person, and the password", body = PersonWithPassword),
        (status = 403, description = "forbidden or password_must_change", body = ErrorBody),
        (status = 404, description = "not_found: no such person, or one without an account", body = ErrorBody),
    )
)]
pub(super) async fn reset_password(
    State(app): State<App>,
    Registrar(session): Registrar,
    InPath(id): InPath<String>,
) -> Result<Response, ApiError> {
    let reset = passwords::reset(&app, session.actor.district, person_id(&id)?).await?;
    Ok((NO_STORE, Json(reset)).into_response())
}

/// Lists where a person is signed in, and their devices: one's own, or anybody's for those who keep
/// the accounts.
#[utoipa::path(
    get,
    path = "/api/v1/people/{id}/sessions",
    tag = "accounts",
    params(("id" = PersonId, Path, description = "Whose")),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "Sessions and devices", body = SessionList),
        (status = 403, description = "password_must_change", body = ErrorBody),
        (status = 404, description = "not_found, or not for this session", body = ErrorBody),
    )
)]
pub(super) async fn sessions(
    State(app): State<App>,
    session: Session,
    InPath(id): InPath<String>,
) -> Result<Json<SessionList>, ApiError> {
    let person = whose(&session, Verb::Read, &id)?;
    let (district, now) = (session.actor.district, app.now());
    app.database()
        .read(move |db| {
            stored::find(db, district, person)?.ok_or(ApiError::NotFound)?;
            Ok(SessionList {
                sessions: sessions::list(db, district, person, session.id, now)?,
                devices: devices::list(db, district, person)?,
            })
        })
        .await
        .map(Json)
}

/// Ends every session of a person but the one that asks.
#[utoipa::path(
    delete,
    path = "/api/v1/people/{id}/sessions",
    tag = "accounts",
    params(("id" = PersonId, Path, description = "Whose")),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 204, description = "Their tokens are worth nothing now"),
        (status = 403, description = "password_must_change", body = ErrorBody),
        (status = 404, description = "not_found, or not for this session", body = ErrorBody),
    )
)]
pub(super) async fn end_others(
    State(app): State<App>,
    session: Session,
    InPath(id): InPath<String>,
) -> Result<StatusCode, ApiError> {
    let person = whose(&session, Verb::Revoke, &id)?;
    let district = session.actor.district;
    app.database()
        .write(district, move |db| {
            stored::find(db, district, person)?.ok_or(ApiError::NotFound)?;
            sessions::end_others(db, district, person, session.id)?;
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}

/// Ends one session of a person.
#[utoipa::path(
    delete,
    path = "/api/v1/people/{id}/sessions/{session}",
    tag = "accounts",
    params(
        ("id" = PersonId, Path, description = "Whose"),
        ("session" = SessionId, Path, description = "Which session"),
    ),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 204, description = "Its token is worth nothing now"),
        (status = 403, description = "password_must_change", body = ErrorBody),
        (status = 404, description = "not_found, or not for this session", body = ErrorBody),
    )
)]
pub(super) async fn end_session(
    State(app): State<App>,
    session: Session,
    InPath((id, named)): InPath<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let person = whose(&session, Verb::Revoke, &id)?;
    let named: SessionId = named.parse().map_err(|_| ApiError::NotFound)?;
    let district = session.actor.district;
    let ended: Result<bool, StoreError> = app
        .database()
        .write(district, move |db| {
            sessions::end(db, district, person, named)
        })
        .await;
    gone(ended?)
}

/// Lets nobody sign in on a device any more, with its key or with a password, and ends the sessions
/// on it. Where others work with it too, only an administrator does that; whoever asks for
/// themselves ends their own sessions on it. What it signed before is taken when a rescue file brings it.
#[utoipa::path(
    delete,
    path = "/api/v1/people/{id}/devices/{device}",
    tag = "accounts",
    params(
        ("id" = PersonId, Path, description = "Who has worked with it"),
        ("device" = DeviceId, Path, description = "Which device"),
    ),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 204, description = "Nobody is signed in on it any more"),
        (status = 403, description = "password_must_change", body = ErrorBody),
        (status = 404, description = "not_found, or not for this session", body = ErrorBody),
    )
)]
pub(super) async fn revoke_device(
    State(app): State<App>,
    session: Session,
    InPath((id, device)): InPath<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let person = whose(&session, Verb::Revoke, &id)?;
    let device: DeviceId = device.parse().map_err(|_| ApiError::NotFound)?;
    let (district, now) = (session.actor.district, app.now());
    let accounts = Object::Account { district };
    let in_charge = allows(&session.actor, Verb::Edit, &accounts);
    let revoked: Result<bool, StoreError> = app
        .database()
        .write(district, move |db| {
            if !devices::is_used_by(db, district, device, person)? {
                return Ok(false);
            }
            // What a device calls itself is no secret: whoever is not in charge shuts out nobody else.
            if !in_charge && devices::is_used_by_others(db, district, device, person)? {
                sessions::end_own_on_device(db, district, device, person)?;
                return Ok(true);
            }
            let revoked = devices::revoke(db, district, device, now)?;
            if revoked {
                sessions::end_on_device(db, district, device)?;
            }
            Ok(revoked)
        })
        .await;
    gone(revoked?)
}

fn gone(was_there: bool) -> Result<StatusCode, ApiError> {
    if was_there {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound)
    }
}

fn person_id(text: &str) -> Result<PersonId, ApiError> {
    text.parse().map_err(|_| ApiError::NotFound)
}

/// Says whose sessions are meant. Of those that somebody may not ask about, they are not told
/// whether there is such a person.
fn whose(session: &Session, verb: Verb, id: &str) -> Result<PersonId, ApiError> {
    let person = person_id(id)?;
    let object = Object::Session {
        district: session.actor.district,
        person,
    };
    if allows(&session.actor, verb, &object) {
        Ok(person)
    } else {
        Err(ApiError::NotFound)
    }
}
