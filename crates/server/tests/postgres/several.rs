//! Several servers work with one database.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::timeout;

use crate::actors::{INSPECTOR, OTHER_INSPECTOR, Phone, SUPERVISOR, TestServer, status_of};
use crate::live::{listen, next_event};
use crate::records::Photo;
use crate::wire::Wire;

#[tokio::test]
async fn what_one_server_acknowledged_every_server_has() {
    let server = TestServer::start().await;
    let (other, _folder) = server.beside();
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let op = phone.submit(&phone.finding(&[&photo]).await);
    let first = phone.push(std::slice::from_ref(&op)).await;
    assert_eq!(status_of(&first.results[0]), "applied");

    // The session, the operation and the feed are those of the district, not of a server.
    let there = phone.at(&other);
    let again = there.push(&[op]).await;
    assert_eq!(status_of(&again.results[0]), "duplicate");
    assert_eq!(again.results[0].seq, first.results[0].seq);
    let (here, there) = (phone.pull_all().await, there.pull_all().await);
    assert_eq!(here.epoch, there.epoch);
    assert_eq!(here.scopes[1].events.len(), 1);
    assert_eq!(format!("{:?}", here.scopes), format!("{:?}", there.scopes));
    // A revoked token is refused everywhere at once.
    let path = "/api/v1/session";
    let gone = axum::http::Request::delete(path).body(axum::body::Body::empty());
    assert_eq!(phone.send(gone.unwrap()).await.status, 204);
    assert_eq!(phone.at(&other).get(path).await.status, 401);
}

/// Two phones push to two servers at once, and one of them pushes everything to both.
#[tokio::test(flavor = "multi_thread")]
async fn r5_what_is_pushed_to_two_servers_at_once_is_applied_once() {
    let server = TestServer::start().await;
    let (other, _folder) = server.beside();
    let phone = server.phone(INSPECTOR).await;
    let colleague = server.phone(OTHER_INSPECTOR).await.at(&other);
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let template = phone.finding(&[&photo]).await;
    let mut ops = Vec::new();
    for _ in 0..60 {
        let mut record = template.clone();
        record["id"] = uuid::Uuid::now_v7().to_string().into();
        ops.push(phone.submit(&record));
    }
    let theirs: Vec<_> = (0..60)
        .map(|_| {
            let mut record = template.clone();
            record["id"] = uuid::Uuid::now_v7().to_string().into();
            colleague.submit(&record)
        })
        .collect();
    let send = |phone: Phone, ops: Vec<serde_json::Value>| async move {
        let mut results = Vec::new();
        for part in ops.chunks(3) {
            results.extend(phone.push(part).await.results);
        }
        results
    };
    let (here, there, others) = tokio::join!(
        tokio::spawn(send(phone.clone(), ops.clone())),
        tokio::spawn(send(phone.at(&other), ops.clone())),
        tokio::spawn(send(colleague.clone(), theirs)),
    );
    let (here, there, others) = (here.unwrap(), there.unwrap(), others.unwrap());
    let mut places = BTreeSet::new();
    for (here, there) in here.iter().zip(&there) {
        let both = [status_of(here), status_of(there)];
        assert!(
            both == ["applied", "duplicate"] || both == ["duplicate", "applied"],
            "{both:?}"
        );
        assert_eq!(here.seq, there.seq);
        places.insert(here.seq.unwrap());
    }
    for result in &others {
        assert_eq!(status_of(result), "applied");
        places.insert(result.seq.unwrap());
    }
    // Places in the queue, and in each person's feed, have no gap.
    assert_eq!(places, (1..=120).collect());
    let seqs = async |phone: &Phone| {
        let page = phone.own_events().await;
        page.events
            .iter()
            .map(|event| event.seq)
            .collect::<Vec<_>>()
    };
    assert_eq!(seqs(&phone).await, (1..=60).collect::<Vec<_>>());
    assert_eq!(seqs(&colleague).await, (1..=60).collect::<Vec<_>>());
    let console = server.console(SUPERVISOR).await;
    assert_eq!(console.findings("").await.tally.pending, 120);
}

/// Two supervisors decide on one finding through two servers.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_decisions_at_once_one_stands_and_the_other_is_told() {
    let server = TestServer::start().await;
    let (other, _folder) = server.beside();
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let mut there = console.clone();
    there.wire = Wire::Inside(other.router());
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    for _ in 0..10 {
        let record = phone.finding(&[&photo]).await;
        phone.push(&[phone.submit(&record)]).await;
        let decide = |rev: u64| serde_json::json!({"decision": "accept", "rev": rev});
        let (one, two) = tokio::join!(
            console.review(&record, decide(0)),
            there.review(&record, decide(0)),
        );
        let mut both = [one.status.as_u16(), two.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [200, 409], "{} {}", one.text(), two.text());
    }
}

/// A console at one server hears of what another one takes, also after the servers could not tell
/// each other.
#[tokio::test(flavor = "multi_thread")]
async fn a_console_hears_what_another_server_took() {
    let server = TestServer::start().await;
    let (other, _folder) = server.beside();
    for app in [&server.app, &other] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        tokio::spawn(xunfang_server::serve(
            app.clone(),
            listener,
            std::future::pending(),
        ));
    }
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let hear_one = async |last: Option<String>| -> String {
        let (mut stream, _) = listen(&other, &console, last.as_deref()).await;
        // Until the two have found each other there is nothing to hear.
        for seed in 1.. {
            let record = phone.report(&Photo::take(seed)).await;
            let heard = timeout(Duration::from_secs(2), async {
                while let Some((_, notice, last)) = next_event(&mut stream).await {
                    if notice["id"] == record["id"] {
                        return Some(last);
                    }
                }
                None
            });
            match heard.await {
                Ok(Some(last)) => return last,
                // It was let go, because something was missed: it comes back.
                Ok(None) => stream = listen(&other, &console, last.as_deref()).await.0,
                Err(_) => assert!(seed < 30, "nothing was heard"),
            }
        }
        unreachable!("it counts for long")
    };
    let last = hear_one(None).await;

    let (mut stream, _) = listen(&other, &console, Some(&last)).await;
    server.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE pid <> pg_backend_pid()
             AND (query LIKE 'LISTEN%' OR query LIKE 'SELECT pg_notify%')",
    );
    // Whoever listens is let go once it is told again, and says what it heard last.
    let ended = async { while next_event(&mut stream).await.is_some() {} };
    timeout(Duration::from_secs(60), ended).await.unwrap();
    let (_, resumed) = listen(&other, &console, Some(&last)).await;
    assert!(resumed);
    hear_one(Some(last)).await;
}
