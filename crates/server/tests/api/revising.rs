//! Findings that were sent back come again, revised by their author.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;
use xunfang_domain::{Review, ReviewState};
use xunfang_protocol::{CheckOutcome, EventBody, FindingDetail, OpResult, PhotoCheck};

use crate::actors::{
    Console, INSPECTOR, OTHER_INSPECTOR, Phone, SUPERVISOR, TestServer, status_of,
};
use crate::records::Photo;

/// A server, the author's phone, the supervisor's console, and a finding that was sent back.
async fn sent_back() -> (TestServer, Phone, Console, Value) {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(SUPERVISOR).await;
    let record = phone.report(&Photo::take(1)).await;
    decide(&console, &record, 0, "return").await;
    (server, phone, console, record)
}

async fn decide(console: &Console, record: &Value, rev: u64, decision: &str) {
    let body = json!({ "rev": rev, "decision": decision, "reason": "看不清" });
    let review: Review = console.review(record, body).await.ok();
    assert_eq!(review.rev, rev + 1);
}

fn revise(phone: &Phone, record: &Value, base_rev: u64) -> Value {
    let mut op = phone.submit(record);
    op["kind"] = json!("finding.revised");
    op["base_rev"] = json!(base_rev);
    op
}

async fn push(phone: &Phone, op: &Value) -> OpResult {
    phone.push(std::slice::from_ref(op)).await.results.remove(0)
}

/// What the server says of an operation: its status and its code.
async fn told(phone: &Phone, op: &Value) -> (String, String) {
    let result = push(phone, op).await;
    (status_of(&result), result.code.unwrap_or_default())
}

async fn detail(console: &Console, record: &Value) -> FindingDetail {
    let path = format!("/api/v1/findings/{}", record["id"].as_str().unwrap());
    console.get(&path).await.ok()
}

/// The record with other words and one more photo, which is there.
async fn with_another_photo(phone: &Phone, record: &Value, seed: u32) -> Value {
    let photo = Photo::take(seed);
    phone.upload(&photo).await;
    let mut revised = record.clone();
    revised["note"] = json!("补拍近照");
    let added = phone.finding(&[&photo]).await["photos"][0].clone();
    revised["photos"].as_array_mut().unwrap().push(added);
    revised
}

#[tokio::test]
async fn a_revision_is_looked_at_again_and_what_was_said_before_is_kept() {
    let (_server, phone, console, record) = sent_back().await;
    let revised = with_another_photo(&phone, &record, 2).await;
    let op = revise(&phone, &revised, 1);
    assert_eq!(told(&phone, &op).await.0, "applied");
    assert_eq!(told(&phone, &op).await.0, "duplicate");

    let page = console.findings("?state=pending").await;
    assert_eq!((page.rows.len(), page.tally.returned), (1, 0));
    let now = detail(&console, &record).await;
    assert_eq!(now.row.review, Review::pending(now.row.record.id, 2));
    assert_eq!(now.row.record.note, "补拍近照");
    assert_eq!(now.photos.len(), 2);
    let [before] = now.earlier.as_slice() else {
        panic!("one earlier record: {:?}", now.earlier)
    };
    assert_eq!(
        serde_json::to_value(&before.record).unwrap()["note"],
        record["note"]
    );
    let answered = before.review.as_ref().unwrap();
    assert_eq!(
        (answered.state, answered.reason.as_str(), answered.rev),
        (ReviewState::Returned, "看不清", 1)
    );

    let feed = phone.own_events().await;
    let last: Vec<EventBody> = feed.events[2..]
        .iter()
        .map(|event| EventBody::read(event).unwrap())
        .collect();
    assert_eq!(
        last,
        [
            EventBody::Finding(now.row.record.clone()),
            EventBody::Review(now.row.review)
        ]
    );
    // Once more, and the supervisor decides on what is there now.
    decide(&console, &record, 2, "return").await;
    let again = revise(&phone, &revised, 3);
    assert_eq!(told(&phone, &again).await.0, "applied");
    decide(&console, &record, 4, "accept").await;
    assert_eq!(detail(&console, &record).await.earlier.len(), 2);
}

#[tokio::test]
async fn a_revision_of_what_has_moved_on_is_a_conflict_and_changes_nothing() {
    let (_server, phone, console, record) = sent_back().await;
    let mine = with_another_photo(&phone, &record, 2).await;
    let theirs = with_another_photo(&phone, &record, 3).await;
    assert_eq!(told(&phone, &revise(&phone, &theirs, 1)).await.0, "applied");
    let conflict = ("conflict".to_owned(), "finding_moved_on".to_owned());
    let before = detail(&console, &record).await;
    let late = revise(&phone, &mine, 1);
    assert_eq!(told(&phone, &late).await, conflict);
    assert_eq!(told(&phone, &late).await, conflict, "as often as it comes");
    // Nor does it go over photos that it does not know, whatever it says to have seen.
    assert_eq!(told(&phone, &revise(&phone, &mine, 2)).await, conflict);
    assert_eq!(detail(&console, &record).await, before);
    // Chosen again, with the photos of both.
    let mut both = mine.clone();
    both["photos"] = json!([record["photos"][0], theirs["photos"][1], mine["photos"][1]]);
    assert_eq!(told(&phone, &revise(&phone, &both, 2)).await.0, "applied");

    let (_server, phone, console, record) = sent_back().await;
    decide(&console, &record, 1, "accept").await;
    assert_eq!(told(&phone, &revise(&phone, &record, 1)).await, conflict);
}

#[tokio::test]
async fn a_server_that_has_lost_decisions_takes_a_revision_that_answers_a_later_one() {
    let (_server, phone, console, record) = sent_back().await;
    assert_eq!(told(&phone, &revise(&phone, &record, 7)).await.0, "applied");
    let now = detail(&console, &record).await;
    assert_eq!(now.row.review.rev, 8);
    // The decision that it has, and the author has not seen, is told.
    assert_eq!(now.earlier[0].review.as_ref().unwrap().rev, 1);
    decide(&console, &record, 8, "accept").await;
    // What was accepted meanwhile stands.
    assert_eq!(
        told(&phone, &revise(&phone, &record, 70)).await.0,
        "conflict"
    );
}

#[tokio::test]
async fn the_same_record_under_another_operation_is_known() {
    let (server, phone, console, record) = sent_back().await;
    let revised = with_another_photo(&phone, &record, 2).await;
    assert_eq!(
        told(&phone, &revise(&phone, &revised, 1)).await.0,
        "applied"
    );
    let before = detail(&console, &record).await;
    for known in [&record, &revised] {
        assert_eq!(told(&phone, &phone.submit(known)).await.0, "duplicate");
    }
    assert_eq!(detail(&console, &record).await, before);
    let mut other = record.clone();
    other["note"] = json!("别的");
    let refused = ("rejected".to_owned(), "record_invalid".to_owned());
    assert_eq!(told(&phone, &phone.submit(&other)).await, refused);
    let stranger = server.phone(OTHER_INSPECTOR).await;
    assert_eq!(told(&stranger, &stranger.submit(&record)).await, refused);
}

#[tokio::test]
async fn a_revision_makes_no_photo_look_newer_than_it_is() {
    let (server, phone, console, record) = sent_back().await;
    let other = server.phone(OTHER_INSPECTOR).await;
    let again = other.report(&Photo::take(1)).await;
    assert_eq!(told(&phone, &revise(&phone, &record, 1)).await.0, "applied");
    // Whether a photo was used before is looked up after its record is stored.
    let looked_up = async {
        let is_known = |detail: &FindingDetail| {
            let mut checks = detail.photos.iter().flat_map(|photo| &photo.checks);
            checks.all(|check| {
                check.what != PhotoCheck::FirstUse || check.outcome != CheckOutcome::Unknown
            })
        };
        while !is_known(&detail(&console, &again).await) {}
    };
    let looked_up = tokio::time::timeout(Duration::from_secs(30), looked_up);
    looked_up.await.unwrap();
    let earlier = |detail: FindingDetail| -> Vec<String> {
        let uses = detail
            .photos
            .into_iter()
            .flat_map(|photo| photo.used_before);
        uses.map(|used| serde_json::to_string(&used.record).unwrap())
            .collect()
    };
    let flagged = earlier(detail(&console, &again).await);
    assert!(
        flagged.len() == 1 && flagged[0].contains(record["id"].as_str().unwrap()),
        "{flagged:?}"
    );
    assert_eq!(
        earlier(detail(&console, &record).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn x4_only_its_author_revises_a_finding_and_only_that_one() {
    let (server, phone, console, record) = sent_back().await;
    let other = server.phone(OTHER_INSPECTOR).await;
    let refused = |code: &str| ("rejected".to_owned(), code.to_owned());
    assert_eq!(
        told(&other, &revise(&other, &record, 1)).await,
        refused("forbidden")
    );
    let mut elsewhere = record.clone();
    elsewhere["point"] = phone.points().await[1]["id"].clone();
    let mut later = record.clone();
    later["found_at"] = json!(1);
    for other in [elsewhere, later] {
        assert_eq!(
            told(&phone, &revise(&phone, &other, 1)).await,
            refused("record_invalid")
        );
    }
    assert_eq!(
        told(&phone, &revise(&phone, &record, 1_000_000)).await,
        refused("record_invalid")
    );
    let mut unknown = record.clone();
    unknown["id"] = json!(Uuid::now_v7());
    assert_eq!(
        told(&phone, &revise(&phone, &unknown, 1)).await,
        ("retry".to_owned(), "finding_unknown".to_owned())
    );
    let photo = Photo::take(9);
    let mut pictured = record.clone();
    let missing = phone.finding(&[&photo]).await["photos"][0].clone();
    pictured["photos"].as_array_mut().unwrap().push(missing);
    let result = push(&phone, &revise(&phone, &pictured, 1)).await;
    assert_eq!(result.need_blobs, [photo.sha256]);
    let now = detail(&console, &record).await;
    assert_eq!((now.row.review.rev, now.earlier.len()), (1, 0));
}
