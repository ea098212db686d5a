use serde_json::json;
use uuid::Uuid;
use xunfang_domain::{Review, ReviewState};
use xunfang_protocol::{CheckOutcome, EventBody, FindingDetail, OpStatus, PhotoCheck};

use crate::actors::{INSPECTOR, OTHER_INSPECTOR, SUPERVISOR, TestServer};
use crate::records::Photo;

#[tokio::test]
async fn a_decision_shows_in_the_list_in_the_history_and_in_the_author_s_feed() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let record = phone.report(&Photo::take(1)).await;
    let first = &console.findings("").await.rows[0];
    assert_eq!(
        (first.review.state, first.review.rev),
        (ReviewState::Pending, 0)
    );
    assert_eq!((first.author_name.as_str(), first.seq), ("巡访员一号", 1));
    assert_eq!(first.criterion_name_zh, "架空线整齐");

    let back = json!({ "rev": 0, "decision": "return", "reason": " 照片看不清 " });
    let returned: Review = console.review(&record, back).await.ok();
    assert_eq!((returned.state, returned.rev), (ReviewState::Returned, 1));
    assert_eq!(
        (returned.reason.as_str(), returned.decided_by.as_deref()),
        ("照片看不清", Some("督查一号"))
    );
    let accepted: Review = console
        .review(&record, json!({ "rev": 1, "decision": "accept" }))
        .await
        .ok();
    assert_eq!(
        (accepted.state, accepted.rev, accepted.reason.as_str()),
        (ReviewState::Accepted, 2, "")
    );

    let path = format!("/api/v1/findings/{}", record["id"].as_str().unwrap());
    let detail: FindingDetail = console.get(&path).await.ok();
    assert_eq!(detail.row.review, accepted);
    assert_eq!(detail.row.point_name, detail.point.name);
    assert_eq!(phone.get(&path).await.ok::<FindingDetail>(), detail);

    let feed = phone.own_events().await;
    let seqs: Vec<_> = feed
        .events
        .iter()
        .map(|event| (event.seq, event.kind.as_str()))
        .collect();
    assert_eq!(
        seqs,
        [
            (1, "finding.received"),
            (2, "finding.reviewed"),
            (3, "finding.reviewed")
        ]
    );
    assert_eq!(
        EventBody::read(&feed.events[1]).unwrap(),
        EventBody::Review(returned)
    );
    assert_eq!(
        EventBody::read(&feed.events[2]).unwrap(),
        EventBody::Review(accepted)
    );
    let kept = server.ask_one("SELECT count(*) FROM review WHERE rev IN (1, 2)");
    assert_eq!(kept, "2");
}

#[tokio::test]
async fn a_finding_goes_back_only_with_a_reason() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let record = phone.report(&Photo::take(1)).await;
    for (reason, code) in [
        (json!(""), "reason_invalid"),
        (json!(" \n"), "reason_invalid"),
        (json!("长".repeat(501)), "reason_invalid"),
        (json!(null), "bad_request"),
    ] {
        let body = json!({ "rev": 0, "decision": "return", "reason": reason });
        assert_eq!(
            console.review(&record, body).await.refusal(),
            (400, code.to_owned())
        );
    }
    let tally = console.findings("").await.tally;
    assert_eq!((tally.pending, tally.returned), (1, 0));
}

#[tokio::test]
async fn of_two_supervisors_who_decide_at_once_one_is_told_the_newer_revision() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let (left, right) = (
        server.console(SUPERVISOR).await,
        server.console(SUPERVISOR).await,
    );
    let record = phone.report(&Photo::take(1)).await;
    let (accept, back) = (
        json!({ "rev": 0, "decision": "accept" }),
        json!({ "rev": 0, "decision": "return", "reason": "重拍" }),
    );
    let (a, b) = tokio::join!(left.review(&record, accept), right.review(&record, back));
    let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
    assert_eq!(won.ok::<Review>().rev, 1);
    assert_eq!(lost.refusal(), (409, "review_moved_on".to_owned()));
    assert_eq!(lost.details()["rev"], 1);
}

#[tokio::test]
async fn x4_an_inspector_neither_reviews_nor_lists_nor_sees_another_s_finding() {
    let server = TestServer::start().await;
    let (phone, other) = (
        server.phone(INSPECTOR).await,
        server.console(OTHER_INSPECTOR).await,
    );
    let record = phone.report(&Photo::take(1)).await;
    let accept = json!({ "rev": 0, "decision": "accept" });
    assert_eq!(other.review(&record, accept.clone()).await.status, 404);
    let own = server.console(INSPECTOR).await;
    assert_eq!(
        own.review(&record, accept).await.refusal(),
        (403, "forbidden".to_owned())
    );
    assert_eq!(other.get("/api/v1/findings").await.status, 403);
    let path = format!("/api/v1/findings/{}", record["id"].as_str().unwrap());
    assert_eq!(other.get(&path).await.status, 404);
}

#[tokio::test]
async fn the_queue_pages_from_the_newest_down_and_counts_every_state() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let photo = Photo::take(1);
    let mut records = Vec::new();
    for _ in 0..5 {
        records.push(phone.report(&photo).await);
    }
    let accept = json!({ "rev": 0, "decision": "accept" });
    assert_eq!(console.review(&records[2], accept).await.status, 200);

    let (mut seqs, mut before) = (Vec::new(), String::new());
    loop {
        let page = console.findings(&format!("?limit=2{before}")).await;
        assert_eq!((page.tally.pending, page.tally.accepted), (4, 1));
        seqs.extend(page.rows.iter().map(|row| row.seq));
        let Some(next) = page.next_before else { break };
        before = format!("&before={next}");
    }
    assert_eq!(seqs, [5, 4, 3, 2, 1]);
    let accepted = console.findings("?state=accepted").await;
    assert_eq!(
        accepted.rows.iter().map(|row| row.seq).collect::<Vec<_>>(),
        [3]
    );
    assert_eq!(accepted.next_before, None);
    for query in ["?state=lost", "?limit=many", "?before=-1"] {
        let refused = console.get(&format!("/api/v1/findings{query}")).await;
        assert_eq!(
            refused.refusal(),
            (400, "bad_request".to_owned()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_made_up_record_of_a_photo_refuses_nobody_and_is_told() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let copy = json!({ "sha256": "b".repeat(64), "bytes": 1, "width": 1, "height": 1 });
    for (seed, seq) in [(1, 1), (2, u64::MAX)] {
        let photo = Photo::take(seed);
        phone.upload(&photo).await;
        let mut record = phone.finding(&[&photo]).await;
        let text = json!({
            "version": 1, "device": Uuid::nil(), "seq": seq, "prev": "0".repeat(64),
            "original": { "sha256": photo.sha256, "bytes": photo.bytes.len() },
            "code": "0W3G-E1R7-0W3G-E1RH",
            "copies": { "working": copy, "marked": copy, "thumb": copy },
            "person": Uuid::nil(), "point": record["point"],
            "subject": { "kind": "finding", "id": record["id"] }, "source": "camera",
            "clocks": {
                "wall": 1_760_000_000_000_i64, "offset_min": 480, "boot": "b", "since_boot_ms": seq,
            },
            "position": { "kind": "missing", "why": "no_fix" },
        });
        record["photos"][0]["evidence"] = json!({
            "text": text.to_string(), "key": "a".repeat(64), "signature": "0".repeat(128),
        });
        let pushed = phone.push(&[phone.submit(&record)]).await;
        assert_eq!(pushed.results[0].status, OpStatus::Applied);
        assert!(pushed.results[0].receipts.is_empty());
        let path = format!("/api/v1/findings/{}", record["id"].as_str().unwrap());
        let detail: FindingDetail = console.get(&path).await.ok();
        let failed = |what| {
            let checks = &detail.photos[0].checks;
            let found = checks.iter().find(|check| check.what == what).unwrap();
            found.outcome == CheckOutcome::Failed
        };
        assert!(
            failed(PhotoCheck::Signature) && failed(PhotoCheck::Facts),
            "{seq}"
        );
        assert_eq!(failed(PhotoCheck::Chain), seq == u64::MAX);
    }
}
