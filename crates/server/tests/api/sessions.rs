use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;
use sha2::{Digest, Sha256};
use xunfang_protocol::{SessionView, SignedIn};

use crate::actors::{INSPECTOR, SUPERVISOR, TestServer, json_request, sign_in_request};

#[tokio::test]
async fn a_phone_gets_a_token_and_a_browser_gets_a_cookie_that_scripts_cannot_read() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    assert_eq!(phone.token.len(), 64);
    assert_eq!(
        phone.get("/api/v1/session").await.ok::<SessionView>(),
        phone.session
    );

    let sign_in = sign_in_request(SUPERVISOR, &server.password(SUPERVISOR), None);
    let answer = server.wire().send(sign_in).await;
    let cookie = answer.header("set-cookie");
    for part in ["xunfang=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.ok::<SignedIn>().session.person.display_name,
        "督查一号"
    );

    let mut over_tls = sign_in_request(SUPERVISOR, &server.password(SUPERVISOR), None);
    over_tls
        .headers_mut()
        .insert("x-forwarded-proto", "https".parse().unwrap());
    let answer = server.wire().send(over_tls).await;
    assert!(answer.header("set-cookie").contains("; Secure"));
}

#[tokio::test]
async fn x5_a_wrong_password_and_an_unknown_account_are_told_alike() {
    let server = TestServer::start().await;
    let mut answers = Vec::new();
    for account in [INSPECTOR, "nobody"] {
        let answer = server
            .wire()
            .send(sign_in_request(account, "wrong", None))
            .await;
        assert_eq!(answer.refusal(), (401, "wrong_password".to_owned()));
        assert_eq!(answer.header("set-cookie"), "");
        answers.push(answer.body);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn x3_a_revoked_token_is_refused_from_the_next_request_on_and_others_stay() {
    let server = TestServer::start().await;
    let (phone, other) = (server.phone(INSPECTOR).await, server.phone(INSPECTOR).await);
    let sign_out = json_request(Method::DELETE, "/api/v1/session", &json!({}));
    assert_eq!(phone.send(sign_out).await.status, 204);
    let refused = phone.get("/api/v1/session").await;
    assert_eq!(refused.refusal(), (401, "signed_out".to_owned()));
    assert_eq!(
        phone.push_answer(&[]).await.refusal(),
        (401, "signed_out".to_owned())
    );
    assert_eq!(other.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn x3_the_database_holds_no_token() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let bits = hex::decode(&phone.token).unwrap();
    let known = Sha256::digest(phone.token.as_bytes());
    let mut is_known = false;
    for file in server.engine.files(server.folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(
            !holds(phone.token.as_bytes()) && !holds(&bits),
            "{}",
            file.display()
        );
        is_known |= holds(&known);
    }
    // What is kept of it is found by this search.
    assert!(is_known);
}

#[tokio::test]
async fn a_session_lasts_ninety_days() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    server.days_pass(89);
    assert_eq!(phone.get("/api/v1/session").await.status, 200);
    server.days_pass(1);
    assert_eq!(
        phone.get("/api/v1/session").await.refusal(),
        (401, "signed_out".to_owned())
    );
}

#[tokio::test]
async fn requests_that_go_away_while_they_are_answered_leave_the_server_as_it_was() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    for _ in 0..20 {
        for _ in 0..8 {
            // Begun and dropped, like a connection that breaks while the database is read.
            drop(futures_util::FutureExt::now_or_never(
                phone.get("/api/v1/session"),
            ));
        }
        assert_eq!(phone.get("/api/v1/session").await.status, 200);
    }
}

#[tokio::test]
async fn a_request_without_a_usable_token_is_refused_everywhere() {
    let server = TestServer::start().await;
    for header in [
        "",
        "Bearer ",
        "Bearer 00",
        "Basic eHVuZmFuZzAxOng=",
        "Bearer \u{e9}",
    ] {
        for path in [
            "/api/v1/session",
            "/api/v1/points",
            "/api/v1/findings",
            "/api/v1/live",
        ] {
            let request = Request::get(path).header("authorization", header.as_bytes());
            let answer = server
                .wire()
                .send(request.body(Body::empty()).unwrap())
                .await;
            assert_eq!(
                answer.refusal(),
                (401, "signed_out".to_owned()),
                "{header} {path}"
            );
        }
    }
}
