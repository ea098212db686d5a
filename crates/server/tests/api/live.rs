use std::sync::atomic::Ordering;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use xunfang_server::App;

use crate::actors::{Console, INSPECTOR, SUPERVISOR, TestServer};
use crate::records::Photo;

/// Opens a console's stream of notices, and says whether it goes on after what it heard last.
pub async fn listen(app: &App, console: &Console, last: Option<&str>) -> (BodyDataStream, bool) {
    let mut request = Request::get("/api/v1/live").header("cookie", &console.cookie);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = app.router().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let (kind, begun, _) = next_event(&mut stream).await.unwrap();
    assert_eq!(kind, "begun");
    (stream, begun["resumed"].as_bool().unwrap())
}

/// The next event's kind, data and id; none where the stream has ended.
pub async fn next_event(stream: &mut BodyDataStream) -> Option<(String, Value, String)> {
    loop {
        let bytes = stream.next().await?.unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        let field = |name: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        };
        // A comment keeps the connection open and says nothing.
        let Some(kind) = field("event") else { continue };
        let data = serde_json::from_str(field("data").unwrap()).unwrap();
        return Some((kind.to_owned(), data, field("id").unwrap().to_owned()));
    }
}

fn minutes_pass(server: &TestServer, minutes: i64) {
    server.clock.0.fetch_add(minutes * 60_000, Ordering::SeqCst);
}

async fn next_notice(stream: &mut BodyDataStream) -> Value {
    let (kind, notice, _) = next_event(stream).await.unwrap();
    assert_eq!(kind, "notice");
    notice
}

#[tokio::test]
async fn an_open_console_is_told_of_a_new_finding_and_of_a_decision() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let (mut stream, resumed) = listen(&server.app, &console, None).await;
    assert!(!resumed);
    let record = phone.report(&Photo::take(1)).await;
    let arrived = json!({ "kind": "finding", "id": record["id"], "state": "pending" });
    assert_eq!(next_notice(&mut stream).await, arrived);
    console
        .review(&record, json!({ "rev": 0, "decision": "accept" }))
        .await;
    let decided = json!({ "kind": "finding", "id": record["id"], "state": "accepted" });
    assert_eq!(next_notice(&mut stream).await, decided);
}

#[tokio::test]
async fn x4_a_console_hears_nothing_of_another_district_and_an_inspector_nothing_at_all() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    server.add_neighbours();
    let password = server.password(INSPECTOR);
    let away = Console::sign_in(server.wire(), "lin02", &password).await;
    let (mut quiet, _) = listen(&server.app, &away, None).await;
    let here = server.console(SUPERVISOR).await;
    let (mut told, _) = listen(&server.app, &here, None).await;
    phone.report(&Photo::take(1)).await;
    next_notice(&mut told).await;
    assert!(futures_util::FutureExt::now_or_never(quiet.next()).is_none());
    assert_eq!(
        phone.get("/api/v1/live").await.refusal(),
        (403, "forbidden".to_owned())
    );
}

#[tokio::test]
async fn a_console_that_was_away_hears_what_changed_since() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let before = phone.report(&Photo::take(1)).await;
    minutes_pass(&server, 10);
    let (mut stream, _) = listen(&server.app, &console, None).await;
    let heard = phone.report(&Photo::take(2)).await;
    let (_, notice, last) = next_event(&mut stream).await.unwrap();
    assert_eq!(notice["id"], heard["id"]);
    drop(stream);

    minutes_pass(&server, 10);
    let missed = phone.report(&Photo::take(3)).await;
    let accept = json!({ "rev": 0, "decision": "accept" });
    console.review(&before, accept).await;
    let (mut stream, resumed) = listen(&server.app, &console, Some(&last)).await;
    assert!(resumed);
    // What was heard a moment before may come again, what came long before does not.
    let mut told = Vec::new();
    for _ in 0..3 {
        let notice = next_notice(&mut stream).await;
        told.push((notice["id"].clone(), notice["state"].clone()));
    }
    told.sort_by_key(|(id, _)| id.to_string());
    let mut expected = vec![
        (heard["id"].clone(), json!("pending")),
        (missed["id"].clone(), json!("pending")),
        (before["id"].clone(), json!("accepted")),
    ];
    expected.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(told, expected);
    assert!(futures_util::FutureExt::now_or_never(stream.next()).is_none());

    // Too long ago, or no time at all: everything is asked for.
    minutes_pass(&server, 120);
    for last in [last.as_str(), "", "-", "99999999999999999999"] {
        let (mut stream, resumed) = listen(&server.app, &console, Some(last)).await;
        assert!(!resumed, "{last}");
        assert!(futures_util::FutureExt::now_or_never(stream.next()).is_none());
    }
}
