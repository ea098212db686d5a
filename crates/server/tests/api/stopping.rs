//! How a server stops, and where it tells its figures.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::engine::Engine;
use crate::operations::get;
use crate::program::{PROGRAM, Program, load_sample};
use crate::records::Photo;
use crate::wire::Wire;

#[tokio::test]
async fn a_server_that_stops_under_load_says_so_first_and_finishes_what_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, _) = load_sample(folder.path()).await;
    let mut command = Command::new(PROGRAM);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
        .args(["--drain", "2", "--data"])
        .arg(folder.path());
    let mut program = Program::start(command).await;
    let photo = Photo::take(1);
    let stopped = Arc::new(AtomicBool::new(false));
    let mut phones = Vec::new();
    for _ in 0..6 {
        let phone = program.phone(&accounts).await;
        phone.upload(&photo).await;
        let record = phone.finding(&[&photo]).await;
        let stopped = Arc::clone(&stopped);
        phones.push(tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            // Until the door is closed; a request that gets in is answered.
            loop {
                let mut record = record.clone();
                record["id"] = json!(uuid::Uuid::now_v7());
                let op = phone.submit(&record);
                let body = json!({
                    "proto": 1, "schema": 1, "device": phone.device, "batch": op["id"], "ops": [op],
                });
                let request = Request::post("/api/v1/sync/push")
                    .header("content-type", "application/json")
                    .header("authorization", format!("Bearer {}", phone.token));
                let request = request.body(Body::from(body.to_string())).unwrap();
                match phone.wire.try_send(request).await {
                    Ok(answer) => {
                        let results = answer.ok::<Value>()["results"].clone();
                        assert_eq!(results[0]["status"], "applied", "{results}");
                        acknowledged.push(record["id"].as_str().unwrap().replace('-', ""));
                    }
                    Err(error) => {
                        assert!(stopped.load(Ordering::Acquire), "{error}");
                        return acknowledged;
                    }
                }
            }
        }));
    }
    let id = program.child.id().unwrap().to_string();
    // Under way.
    while get(&program.wire, "/healthz").await.status != 200 {}
    stopped.store(true, Ordering::Release);
    let killed = Command::new("kill").args(["-TERM", &id]).status().await;
    assert!(killed.unwrap().success());
    let told = loop {
        let answer = get(&program.wire, "/healthz").await;
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!(told.details(), json!({ "reasons": ["draining"] }));
    assert_eq!(told.header("connection"), "close");
    assert_eq!(get(&program.wire, "/livez").await.status, 200);

    let ended = tokio::time::timeout(Duration::from_secs(30), program.child.wait()).await;
    assert!(ended.unwrap().unwrap().success());
    let mut acknowledged = Vec::new();
    for phone in phones {
        acknowledged.extend(phone.await.unwrap());
    }
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    // None that was acknowledged is lost, and none that was taken went without its answer.
    let program = Program::serve(folder.path()).await;
    program.kill().await;
    let rows = Engine::Sqlite.ask(folder.path(), "SELECT finding_id FROM finding");
    let mut stored: Vec<String> = rows
        .into_iter()
        .map(|row| row[0].clone().unwrap())
        .collect();
    stored.sort();
    acknowledged.sort();
    assert!(
        stored == acknowledged,
        "{} {}",
        stored.len(),
        acknowledged.len()
    );
}

#[tokio::test]
async fn an_address_for_figures_is_printed_and_a_taken_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = |admin: &str| {
        let mut command = Command::new(PROGRAM);
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--admin",
                admin,
                "--data",
            ])
            .arg(folder.path())
            .env("XUNFANG_LOG", "error")
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        command
    };
    let output = serve(&address).output().await.unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains(&address) && told.contains("--admin"),
        "{told}"
    );
    let mut child = serve("127.0.0.1:0").spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let address = line.strip_prefix("Figures are on http://").unwrap();
    let admin = Wire::to(address.strip_suffix("/metrics").unwrap());
    assert!(
        get(&admin, "/metrics")
            .await
            .text()
            .contains("xunfang_build_info")
    );
}
