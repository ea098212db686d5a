use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::actors::{Console, INSPECTOR, SUPERVISOR, TestServer};
use crate::records::Photo;

/// Opens a console's stream of notices.
async fn listen(server: &TestServer, console: &Console) -> BodyDataStream {
    let request = Request::get("/api/v1/live").header("cookie", &console.cookie);
    let request = request.body(Body::empty()).unwrap();
    let response = server.app.router().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

async fn next_notice(stream: &mut BodyDataStream) -> Value {
    let bytes = stream.next().await.unwrap().unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    let data = text.strip_prefix("event: notice\ndata: ").unwrap();
    serde_json::from_str(data).unwrap()
}

#[tokio::test]
async fn an_open_console_is_told_of_a_new_finding_and_of_a_decision() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let mut stream = listen(&server, &console).await;
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
    let mut quiet = listen(&server, &away).await;
    let here = server.console(SUPERVISOR).await;
    let mut told = listen(&server, &here).await;
    phone.report(&Photo::take(1)).await;
    next_notice(&mut told).await;
    assert!(futures_util::FutureExt::now_or_never(quiet.next()).is_none());
    assert_eq!(
        phone.get("/api/v1/live").await.refusal(),
        (403, "forbidden".to_owned())
    );
}
