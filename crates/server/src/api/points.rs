//! Points, for the console's map.

use axum::Json;
use axum::extract::State;
use xunfang_domain::{Object, Point, Verb};
use xunfang_protocol::ErrorBody;

use super::openapi::SessionRefusals;
use crate::App;
use crate::error::ApiError;
use crate::session::Session;
use crate::store::reference;

/// Lists the points of the district by name.
#[utoipa::path(
    get,
    path = "/api/v1/points",
    tag = "console",
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "Every point", body = Vec<Point>),
        (status = 403, description = "forbidden", body = ErrorBody),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Point>>, ApiError> {
    let district = session.actor.district;
    session.require(Verb::Read, Object::Reference { district })?;
    let points: Result<_, ApiError> = app
        .database()
        .read(move |db| Ok(reference::points(db, district)?))
        .await;
    points.map(Json)
}
