//! What the server answers to, one module per subject.
//!
//! A handler finds out who asks, reads what they want, makes one call and answers. Routes and
//! their description come from the same attribute, so that the document lists every route.

mod address;
mod enrolment;
mod findings;
pub(crate) mod health;
mod inspections;
mod layers;
mod live;
mod openapi;
mod people;
mod photos;
mod points;
mod rescue;
mod session;
mod standards;
mod sync;
mod units;
mod uploads;
mod verify;

use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::console;
use crate::error::ApiError;
use crate::limits;

pub(crate) use openapi::document;

/// No handler reads a body without a limit of its own; this one is for handlers to come.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Every route under a description, before it is given a server.
fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(
            uploads::status,
            uploads::announce,
            uploads::append,
            uploads::discard,
            uploads::options
        ))
        .layer(layers::tus_resumable())
        .routes(routes!(uploads::bundle));
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .routes(routes!(
            session::sign_in,
            session::current,
            session::sign_out
        ))
        .routes(routes!(session::change_password))
        .routes(routes!(enrolment::redeem))
        .routes(routes!(enrolment::give_out))
        .routes(routes!(people::list, people::add))
        .routes(routes!(people::change))
        .routes(routes!(people::reset_password))
        .routes(routes!(people::sessions, people::end_others))
        .routes(routes!(people::end_session))
        .routes(routes!(people::revoke_device))
        .routes(routes!(units::list, units::add))
        .routes(routes!(units::change))
        .routes(routes!(sync::push))
        .routes(routes!(sync::pull))
        .routes(routes!(findings::list))
        .routes(routes!(findings::detail))
        .routes(routes!(findings::review))
        .routes(routes!(inspections::list))
        .routes(routes!(inspections::detail))
        .routes(routes!(points::list, points::add))
        .routes(routes!(points::table))
        .routes(routes!(points::show, points::change))
        .routes(routes!(points::preview))
        .routes(routes!(points::commit))
        .routes(routes!(points::download))
        .routes(routes!(rescue::import))
        .routes(routes!(standards::list, standards::edit))
        .routes(routes!(standards::unused))
        .routes(routes!(standards::show))
        .routes(routes!(standards::changes))
        .routes(routes!(standards::checklist))
        .routes(routes!(standards::codes))
        .routes(routes!(photos::show))
        .routes(routes!(verify::code))
        .routes(routes!(verify::photo))
        .routes(routes!(live::stream))
        .routes(routes!(openapi::show))
        .routes(routes!(health::show))
        .routes(routes!(health::live))
        .merge(uploads)
}

/// Everything that the server answers to.
pub(crate) fn router(app: App) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .fallback(elsewhere)
        .method_not_allowed_fallback(|| async { ApiError::Method })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            limits::by_address,
        ))
        .layer(middleware::from_fn(layers::secure))
        .layer(middleware::from_fn_with_state(app.clone(), layers::log))
        .with_state(app)
}

/// Answers what no route does: an unknown address of the API, or a file of the console.
async fn elsewhere(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    let asked_for_api = path == "/api" || path.starts_with("/api/");
    match method {
        _ if asked_for_api => ApiError::NotFound.into_response(),
        Method::GET | Method::HEAD => console::file(path),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}
