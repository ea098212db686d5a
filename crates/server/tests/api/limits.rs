//! What is refused for being too much: too often, too large.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use xunfang_domain::Sha256Hex;
use xunfang_server::{Rate, Rates};

use crate::actors::{ADMINISTRATOR, INSPECTOR, OTHER_INSPECTOR, TestServer, sign_in_request};
use crate::wire::{Answer, DOCUMENT};

const FEW: Rate = Rate {
    per_second: 0.5,
    burst: 3.0,
};

fn told(answer: &Answer, retry_after_s: u32) {
    assert_eq!(answer.refusal(), (429, "too_often".to_owned()));
    assert_eq!(answer.header("retry-after"), retry_after_s.to_string());
    assert_eq!(answer.details(), json!({ "retry_after_s": retry_after_s }));
}

fn asks(path: &str, from: &str) -> Request<Body> {
    let request = Request::get(path).header("x-forwarded-for", from);
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn each_session_has_a_purse_of_its_own_and_it_fills_again() {
    let rates = Rates {
        session: Some(FEW),
        ..Rates::default()
    };
    let server = TestServer::start_with(|config| config.rates = rates).await;
    let (phone, other) = (
        server.phone(INSPECTOR).await,
        server.phone(OTHER_INSPECTOR).await,
    );
    for _ in 0..3 {
        assert_eq!(phone.get("/api/v1/session").await.status, 200);
    }
    told(&phone.get("/api/v1/session").await, 2);
    told(&phone.push_answer(&[]).await, 2);
    assert_eq!(other.get("/api/v1/session").await.status, 200);
    server.days_pass(1);
    assert_eq!(phone.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn who_is_not_signed_in_shares_a_purse_with_their_address_alone() {
    let rates = Rates {
        address: Some(FEW),
        ..Rates::default()
    };
    let server = TestServer::start_with(|config| config.rates = rates).await;
    let phone = server.phone(INSPECTOR).await;
    server.days_pass(1);
    let wire = server.wire();
    for path in ["/", "/healthz", "/api/v1/session"] {
        assert_ne!(wire.send(asks(path, "1.1.1.1")).await.status, 429);
    }
    told(&wire.send(asks("/healthz", "1.1.1.1")).await, 2);
    // Whoever watches whether it lives would start it anew.
    assert_eq!(wire.send(asks("/livez", "1.1.1.1")).await.status, 200);
    // A token that is worth nothing buys nothing.
    let mut guess = asks("/api/v1/session", "1.1.1.1");
    guess
        .headers_mut()
        .insert("authorization", "Bearer 00".parse().unwrap());
    told(&wire.send(guess).await, 2);
    assert_eq!(wire.send(asks("/healthz", "2.2.2.2")).await.status, 200);
    // Whoever is signed in behind the same address is not held up.
    let mut request = asks("/api/v1/session", "1.1.1.1");
    let token = format!("Bearer {}", phone.token).parse().unwrap();
    request.headers_mut().insert("authorization", token);
    assert_eq!(wire.send(request).await.status, 200);
}

#[tokio::test]
async fn x5_guessing_passwords_is_slowed_down_by_address() {
    let rates = Rates {
        sign_in: Some(FEW),
        ..Rates::default()
    };
    let server = TestServer::start_with(|config| config.rates = rates).await;
    let sign_in = |password: &str, from: &str| {
        let mut request = sign_in_request(INSPECTOR, password, None);
        request
            .headers_mut()
            .insert("x-forwarded-for", from.parse().unwrap());
        request
    };
    let wire = server.wire();
    for _ in 0..3 {
        assert_eq!(wire.send(sign_in("wrong", "1.1.1.1")).await.status, 401);
    }
    let right = server.password(INSPECTOR);
    told(&wire.send(sign_in(&right, "1.1.1.1")).await, 2);
    assert_eq!(wire.send(sign_in(&right, "2.2.2.2")).await.status, 200);
}

#[tokio::test]
async fn no_route_takes_a_body_without_bound_and_one_too_large_changes_nothing() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(ADMINISTRATOR).await;
    let photo: Sha256Hex = "a".repeat(64).parse().unwrap();
    assert_eq!(phone.announce(&photo, 100).await.status, 201);
    let before = (
        server.ask_one("SELECT count(*) FROM op"),
        server.files("parts").len(),
    );
    let id = "6f2f8d0e-0000-4000-8000-000000000000";
    let mut asked = 0;
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(kinds) = operation["requestBody"]["content"].as_object() else {
                continue;
            };
            let kind = kinds.keys().next().unwrap();
            let mut address = path.replace("{sha256}", photo.as_str()).replace("{id}", id);
            if path.contains("/import") {
                address += "?format=csv&datum=wgs84&digest=a";
            }
            // What is read as it comes is not refused for what its head announces.
            let bytes = if path == "/api/v1/uploads" {
                4 << 20
            } else {
                1
            };
            let body = || Body::from(vec![b'x'; bytes]);
            let request = || {
                Request::builder()
                    .method(method.to_uppercase().as_str())
                    .uri(&address)
                    .header("content-type", kind)
                    .header("tus-resumable", "1.0.0")
                    .header("upload-offset", "0")
                    .header("upload-length", "10000000000")
                    .header("content-length", "10000000000")
            };
            let phone_s = phone.send(request().body(body()).unwrap()).await;
            let console_s = console.send(request().body(body()).unwrap()).await;
            asked += 1;
            let refused = [&phone_s, &console_s].map(|answer| answer.status.as_u16());
            assert!(refused.contains(&413), "{method} {path}: {refused:?}");
        }
    }
    assert!(asked >= 8, "{asked}");
    let after = (
        server.ask_one("SELECT count(*) FROM op"),
        server.files("parts").len(),
    );
    assert_eq!(after, before);
}
