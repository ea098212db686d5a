//! Units of a district, for those who keep its accounts.

use axum::Json;
use axum::extract::State;
use xunfang_domain::{Unit, UnitId};
use xunfang_protocol::{ErrorBody, UnitSave};

use super::address::InPath;
use super::openapi::{BodyRefusals, SessionRefusals};
use crate::App;
use crate::accounts::units;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Registrar;
use crate::store::{StoreError, units as stored};

/// A name of the longest kind, with room for escapes.
const UNIT_BYTES_MAX: usize = 4 * 1024;

/// Lists the units of the district by name.
#[utoipa::path(
    get,
    path = "/api/v1/units",
    tag = "accounts",
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "All of them", body = Vec<Unit>),
        (status = 403, description = "forbidden or password_must_change", body = ErrorBody),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    Registrar(session): Registrar,
) -> Result<Json<Vec<Unit>>, ApiError> {
    let district = session.actor.district;
    let units: Result<Vec<Unit>, StoreError> = app
        .database()
        .read(move |db| stored::list(db, district))
        .await;
    Ok(Json(units?))
}

/// Adds a unit.
#[utoipa::path(
    post,
    path = "/api/v1/units",
    tag = "accounts",
    request_body = UnitSave,
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "The unit", body = Unit),
        (status = 403, description = "forbidden or password_must_change", body = ErrorBody),
        (status = 422, description = "unit_invalid: details.fault says why", body = ErrorBody),
    )
)]
pub(super) async fn add(
    State(app): State<App>,
    Registrar(session): Registrar,
    JsonBody(save): JsonBody<UnitSave, UNIT_BYTES_MAX>,
) -> Result<Json<Unit>, ApiError> {
    let district = session.actor.district;
    app.database()
        .write(district, move |db| units::save(db, district, None, save))
        .await
        .map(Json)
}

/// Changes a unit. What its people may do there follows from their next request on.
#[utoipa::path(
    put,
    path = "/api/v1/units/{id}",
    tag = "accounts",
    params(("id" = UnitId, Path, description = "Which unit")),
    request_body = UnitSave,
    security(("browser" = [])),
    responses(
        BodyRefusals,
        SessionRefusals,
        (status = 200, description = "The unit", body = Unit),
        (status = 403, description = "forbidden or password_must_change", body = ErrorBody),
        (status = 404, description = "not_found", body = ErrorBody),
        (status = 422, description = "unit_invalid: details.fault says why", body = ErrorBody),
    )
)]
pub(super) async fn change(
    State(app): State<App>,
    Registrar(session): Registrar,
    InPath(id): InPath<String>,
    JsonBody(save): JsonBody<UnitSave, UNIT_BYTES_MAX>,
) -> Result<Json<Unit>, ApiError> {
    let id: UnitId = id.parse().map_err(|_| ApiError::NotFound)?;
    let district = session.actor.district;
    app.database()
        .write(district, move |db| {
            units::save(db, district, Some(id), save)
        })
        .await
        .map(Json)
}
