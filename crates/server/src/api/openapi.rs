//! The description of every route, and what many of them have in common.

use std::collections::BTreeMap;

use axum::Json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify};
use xunfang_protocol::ErrorBody;

use crate::session::COOKIE_NAME;

/// What the description begins with; the routes add themselves.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Xunfang 巡访", description = "Field inspection: sync, uploads and console"),
    components(schemas(ErrorBody)),
    modifiers(&Sessions)
)]
pub(super) struct Document;

struct Sessions;

impl Modify for Sessions {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "phone",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
        components.add_security_scheme(
            "browser",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE_NAME))),
        );
    }
}

/// Returns the description of every route.
pub(crate) fn document() -> OpenApi {
    let mut document = super::routes().into_openapi();
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.options,
            &mut item.head,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            // Whoever asks too often is told so everywhere.
            let often = refusals([("429", "too_often: repeat after Retry-After")]);
            operation.responses.responses.extend(often);
        }
    }
    document
}

/// This description.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "server",
    responses((status = 200, description = "The description", body = Object))
)]
pub(super) async fn show() -> Json<OpenApi> {
    Json(document())
}

/// What any request may be answered that needs the server's disk.
pub(super) struct ServerRefusals;

impl IntoResponses for ServerRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals([
            ("500", "internal: something broke, repeat later"),
            (
                "503",
                "busy: too much waits already, repeat after Retry-After",
            ),
            (
                "507",
                "storage_full: nothing was acknowledged, repeat later",
            ),
        ])
    }
}

/// What any request may be answered that needs a session.
pub(super) struct SessionRefusals;

impl IntoResponses for SessionRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = ServerRefusals::responses();
        responses.extend(refusals([("401", "signed_out: sign in and repeat")]));
        responses
    }
}

/// What any request may be answered that carries JSON.
pub(super) struct BodyRefusals;

impl IntoResponses for BodyRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals([
            ("400", "bad_request: the request does not parse"),
            ("408", "bad_request: the body came too slowly or broke off"),
            ("413", "too_large: details.most says how much is taken"),
            ("415", "bad_request: another media type is expected"),
        ])
    }
}

fn refusals<const N: usize>(refusals: [(&str, &str); N]) -> BTreeMap<String, RefOr<Response>> {
    let body = || Content::new(Some(Ref::from_schema_name("ErrorBody")));
    refusals
        .into_iter()
        .map(|(status, description)| {
            let response = ResponseBuilder::new()
                .description(description)
                .content("application/json", body())
                .build();
            (status.to_owned(), RefOr::T(response))
        })
        .collect()
}
