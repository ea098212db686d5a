use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::actors::{INSPECTOR, TestServer, json_request};
use crate::wire::DOCUMENT;

fn request(method: &str, path: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = TestServer::start().await;
    for (path, status) in [
        ("/", 200),
        ("/review/anything", 200),
        ("/assets/none.js", 404),
        ("/healthz", 200),
        ("/api/openapi.json", 200),
        ("/api/v1/session", 401),
        ("/api/v1/none", 404),
    ] {
        let answer = server.wire().send(request("GET", path)).await;
        assert_eq!(answer.status, status, "{path}");
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'self'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-request-id").len(), 36);
    }
}

#[tokio::test]
async fn the_console_s_first_page_answers_every_view_and_no_address_of_the_api() {
    let server = TestServer::start().await;
    let first = server.wire().send(request("GET", "/")).await;
    assert_eq!(first.header("content-type"), "text/html");
    assert_eq!(first.header("cache-control"), "no-cache");
    assert_eq!(
        server.wire().send(request("GET", "/findings/7")).await.body,
        first.body
    );
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/session",
        "/api/v1/session/x",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = server.wire().send(request(method, path)).await;
            assert_eq!(
                answer.refusal(),
                (404, "not_found".to_owned()),
                "{method} {path}"
            );
        }
    }
    assert_eq!(server.wire().send(request("POST", "/")).await.status, 405);
    let refused = server.wire().send(request("PUT", "/api/v1/session")).await;
    assert_eq!(refused.refusal(), (405, "bad_request".to_owned()));
}

#[tokio::test]
async fn the_document_lists_every_route_and_every_route_answers() {
    let server = TestServer::start().await;
    let served: Value = server
        .wire()
        .send(request("GET", "/api/openapi.json"))
        .await
        .ok();
    assert_eq!(served, *DOCUMENT);
    let mut listed = Vec::new();
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            listed.push(format!("{} {path}", method.to_uppercase()));
            // An address that the router does not know would be answered as such.
            let path = path
                .replace("{sha256}", &"a".repeat(64))
                .replace("{copy}", "thumb");
            let path = path.replace("{id}", "6f2f8d0e-0000-4000-8000-000000000000");
            let answer = server
                .wire()
                .send(request(&method.to_uppercase(), &path))
                .await;
            assert!(
                ![404, 405].contains(&answer.status.as_u16()),
                "{method} {path}"
            );
            for (status, response) in operation["responses"].as_object().unwrap() {
                let body = &response["content"]["application/json"]["schema"]["$ref"];
                let named = *body == "#/components/schemas/ErrorBody";
                let refusal = status.as_str() >= "400";
                assert!(
                    named == refusal || method == "head",
                    "{method} {path} {status}"
                );
            }
        }
    }
    listed.sort();
    assert_eq!(
        listed,
        [
            "DELETE /api/v1/people/{id}/devices/{device}",
            "DELETE /api/v1/people/{id}/sessions",
            "DELETE /api/v1/people/{id}/sessions/{session}",
            "DELETE /api/v1/session",
            "DELETE /api/v1/uploads/{sha256}",
            "GET /api/openapi.json",
            "GET /api/v1/codes",
            "GET /api/v1/findings",
            "GET /api/v1/findings/{id}",
            "GET /api/v1/inspections",
            "GET /api/v1/inspections/{id}",
            "GET /api/v1/live",
            "GET /api/v1/people",
            "GET /api/v1/people/{id}/sessions",
            "GET /api/v1/photos/{sha256}/{copy}",
            "GET /api/v1/points",
            "GET /api/v1/points/export",
            "GET /api/v1/points/table",
            "GET /api/v1/points/{id}",
            "GET /api/v1/session",
            "GET /api/v1/standards",
            "GET /api/v1/standards/unused",
            "GET /api/v1/standards/{version}",
            "GET /api/v1/standards/{version}/changes",
            "GET /api/v1/standards/{version}/checklist",
            "GET /api/v1/units",
            "GET /api/v1/verify/{code}",
            "GET /healthz",
            "GET /livez",
            "HEAD /api/v1/uploads/{sha256}",
            "OPTIONS /api/v1/uploads/{sha256}",
            "PATCH /api/v1/uploads/{sha256}",
            "POST /api/v1/enrolment",
            "POST /api/v1/findings/{id}/review",
            "POST /api/v1/people",
            "POST /api/v1/people/{id}/enrolment",
            "POST /api/v1/people/{id}/password",
            "POST /api/v1/points",
            "POST /api/v1/points/import",
            "POST /api/v1/points/import/commit",
            "POST /api/v1/rescue",
            "POST /api/v1/session",
            "POST /api/v1/standards",
            "POST /api/v1/sync/pull",
            "POST /api/v1/sync/push",
            "POST /api/v1/units",
            "POST /api/v1/uploads",
            "POST /api/v1/uploads/{sha256}",
            "POST /api/v1/verify",
            "PUT /api/v1/people/{id}",
            "PUT /api/v1/points/{id}",
            "PUT /api/v1/session/password",
            "PUT /api/v1/units/{id}",
        ]
    );
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let server = TestServer::start().await;
    let console = server.console(crate::actors::SUPERVISOR).await;
    let body = json!({ "rev": 0, "decision": "accept" });
    for path in [
        "/api/v1/session",
        "/api/v1/findings/x/review",
        "/api/v1/sync/push",
    ] {
        let mut form = json_request(Method::POST, path, &body);
        form.headers_mut()
            .insert("content-type", "text/plain".parse().unwrap());
        assert_eq!(console.send(form).await.status, 415, "{path}");
    }
}

#[tokio::test]
async fn a_sign_in_of_any_other_shape_is_refused() {
    let server = TestServer::start().await;
    for (body, status, code) in [
        (json!({ "account": INSPECTOR }), 400, "bad_request"),
        (
            json!({ "account": INSPECTOR, "password": 5 }),
            400,
            "bad_request",
        ),
        (
            json!({ "account": INSPECTOR, "password": "x".repeat(5000) }),
            413,
            "too_large",
        ),
        (
            json!({ "account": INSPECTOR, "password": "x", "device": "phone" }),
            400,
            "bad_request",
        ),
    ] {
        let request = json_request(Method::POST, "/api/v1/session", &body);
        assert_eq!(
            server.wire().send(request).await.refusal(),
            (status, code.to_owned())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let server = TestServer::start().await;
    let silence = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let request = Request::post("/api/v1/session").header("content-type", "application/json");
    let request = request.body(Body::from_stream(silence)).unwrap();
    let refused = server.wire().send(request).await;
    assert_eq!(refused.refusal(), (408, "bad_request".to_owned()));
}

#[tokio::test]
async fn health_names_the_version() {
    let server = TestServer::start().await;
    let health: Value = server.wire().send(request("GET", "/healthz")).await.ok();
    assert_eq!(
        health,
        json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })
    );
}
