//! What whoever runs a server sees of it.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use xunfang_server::{App, AppConfig};

use crate::actors::{INSPECTOR, TestServer, sign_in_request};
use crate::records::Photo;
use crate::wire::{Answer, Wire};

pub async fn get(wire: &Wire, path: &str) -> Answer {
    wire.send(Request::get(path).body(Body::empty()).unwrap())
        .await
}

/// Figures by their name with its labels.
fn figures(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, figure) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), figure.parse().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn figures_are_told_on_an_address_of_their_own_and_are_what_was_done() {
    let server = TestServer::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let admin = Wire::to(listener.local_addr().unwrap());
    tokio::spawn(xunfang_server::serve_admin(server.app.clone(), listener));
    let public = Wire::to(server.listen().await);

    let phone = server.phone(INSPECTOR).await;
    let refused = server
        .wire()
        .send(sign_in_request(INSPECTOR, "wrong", None))
        .await;
    assert_eq!(refused.status, 401);
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let op = phone.submit(&phone.finding(&[&photo]).await);
    phone.push(std::slice::from_ref(&op)).await;
    phone.push(&[op]).await;
    for strange in ["BREW", "PROPFIND"] {
        let request = Request::builder().method(strange).uri("/api/v1/session");
        let answer = server
            .wire()
            .send(request.body(Body::empty()).unwrap())
            .await;
        assert_eq!(answer.status, 405);
    }
    assert_eq!(get(&public, "/healthz").await.status, 200);

    let answer = get(&admin, "/metrics").await;
    let told = figures(&answer.text());
    let engine = if crate::ON_POSTGRES {
        "postgres"
    } else {
        "sqlite"
    };
    let figure = |name: &str| {
        let name = name.replace("ENGINE", engine);
        *told
            .get(&name)
            .unwrap_or_else(|| panic!("{name}: {}", answer.text()))
    };
    let request = |method: &str, route: &str, status: u16| {
        let labels = format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
        figure(&format!("xunfang_http_requests_total{labels}"))
    };
    assert_eq!(request("POST", "/api/v1/session", 200), 1.0);
    assert_eq!(request("POST", "/api/v1/session", 401), 1.0);
    assert_eq!(request("POST", "/api/v1/sync/push", 200), 2.0);
    assert_eq!(request("other", "/api/v1/session", 405), 2.0);
    for (name, expected) in [
        ("xunfang_push_operations_total{result=\"applied\"}", 1.0),
        ("xunfang_push_operations_total{result=\"duplicate\"}", 1.0),
        ("xunfang_upload_bytes_total", photo.bytes.len() as f64),
        ("xunfang_sign_in_failures_total", 1.0),
        ("xunfang_http_in_flight", 0.0),
        ("xunfang_database_queue{engine=\"ENGINE\"}", 0.0),
        (
            "xunfang_http_request_seconds_count{method=\"POST\",route=\"/api/v1/sync/push\"}",
            2.0,
        ),
        (
            &format!(
                "xunfang_build_info{{version=\"{}\"}}",
                env!("CARGO_PKG_VERSION")
            ),
            1.0,
        ),
    ] {
        assert_eq!(figure(name), expected, "{name}");
    }
    for name in [
        "xunfang_database_wait_seconds_count{engine=\"ENGINE\",work=\"write\"}",
        "xunfang_database_work_seconds_count{engine=\"ENGINE\",work=\"write\"}",
        "xunfang_database_work_seconds_count{engine=\"ENGINE\",work=\"read\"}",
        "xunfang_disk_free_bytes",
        "process_resident_memory_bytes",
        "process_cpu_seconds",
    ] {
        assert!(figure(name) > 0.0, "{name}");
    }
    // The public address has none of it.
    for wire in [&public, &server.wire()] {
        let page = get(wire, "/metrics").await;
        assert!(!page.text().contains("xunfang_"), "{}", page.text());
    }
}

#[tokio::test]
async fn a_server_that_cannot_work_says_why_and_lives() {
    let server = TestServer::start().await;
    let reasons = |answer: &Answer| {
        assert_eq!(answer.refusal(), (503, "not_ready".to_owned()));
        assert_eq!(answer.details()["reasons"].as_array().unwrap().len(), 1);
        answer.details()["reasons"][0].as_str().unwrap().to_owned()
    };
    let wire = server.wire();
    assert_eq!(get(&wire, "/healthz").await.status, 200);

    let newer = if crate::ON_POSTGRES {
        "UPDATE schema_version SET version = version + 1"
    } else {
        "PRAGMA user_version = 999"
    };
    let known = if crate::ON_POSTGRES {
        "SELECT version FROM schema_version"
    } else {
        "PRAGMA user_version"
    };
    let before = server.ask_one(known);
    server.ask(newer);
    let answer = get(&wire, "/healthz").await;
    assert_eq!(reasons(&answer), "newer_schema");
    assert!(
        answer.text().contains("install the update"),
        "{}",
        answer.text()
    );
    server.ask(&if crate::ON_POSTGRES {
        format!("UPDATE schema_version SET version = {before}")
    } else {
        format!("PRAGMA user_version = {before}")
    });
    assert_eq!(get(&wire, "/healthz").await.status, 200);

    let (there, away) = (
        server.folder.path().to_owned(),
        server.folder.path().with_extension("away"),
    );
    std::fs::rename(&there, &away).unwrap();
    let answer = get(&wire, "/healthz").await;
    let first = answer.details()["reasons"].to_string();
    assert!(first.contains("data_not_writable"), "{first}");
    assert_eq!(get(&wire, "/livez").await.status, 200);
    std::fs::rename(&away, &there).unwrap();
    assert_eq!(get(&wire, "/healthz").await.status, 200);
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_is_told_before_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let config = AppConfig {
        disk_free_min: u64::MAX,
        ..AppConfig::new(folder.path())
    };
    let wire = Wire::Inside(App::open(config).unwrap().router());
    let answer = get(&wire, "/healthz").await;
    assert_eq!(answer.details(), json!({ "reasons": ["disk_nearly_full"] }));
}
