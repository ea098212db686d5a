//! A finding that was sent back: revised, and chosen where two phones have revised it.

use serde_json::{Value, json};
use xunfang_phone::ErrorCode;

use crate::district::District;
use crate::inspector::Inspector;
use crate::link::Fault;
use crate::photos::jpeg;

async fn view(phone: &Inspector, finding: &str) -> Value {
    let command = json!({"cmd": "finding", "id": finding});
    phone.run(command).await.unwrap()
}

async fn wait_for_stage(phone: &Inspector, finding: &str, stage: &str) {
    let what = format!("the finding is {stage}");
    phone
        .until(&what, async |me| {
            me.sync_now().await;
            let found = me.run(json!({"cmd": "finding", "id": finding})).await;
            (found.ok()?["stage"] == stage).then_some(())
        })
        .await;
}

/// Begins to revise, with one photo more; returns the point.
async fn begin(phone: &Inspector, finding: &str, seed: u32) -> String {
    let point = phone
        .run(json!({"cmd": "revise_finding", "id": finding}))
        .await
        .unwrap();
    let point = point.as_str().unwrap().to_owned();
    phone.photograph(&point, jpeg(seed)).await.unwrap();
    point
}

/// Who recorded a finding that the supervisor has sent back, with what was recorded.
async fn sent_back(district: &District) -> (Inspector, String) {
    let lin = district.inspector().await;
    let finding = lin.record(1).await;
    lin.wait_until_sent().await;
    district.review(&finding, 0, "return").await;
    wait_for_stage(&lin, &finding, "returned").await;
    (lin, finding)
}

#[tokio::test]
async fn what_was_sent_back_is_revised_offline_and_comes_before_the_supervisor_again() {
    let district = District::open().await;
    let (mut lin, finding) = sent_back(&district).await;
    district.goes(Fault::Closed);
    let point = begin(&lin, &finding, 2).await;
    lin.reopen().unwrap();
    let draft = &lin.point(&point).await.unwrap()["draft"];
    assert_eq!(draft["note"], "第 1 条");
    assert_eq!(draft["photos"].as_array().unwrap().len(), 1);
    assert_eq!(draft["revises"]["finding"], finding.as_str());
    assert_eq!(draft["revises"]["review"]["reason"], "看不清");
    assert_eq!(draft["revises"]["photos"].as_array().unwrap().len(), 1);

    assert_eq!(lin.save(&point, "补拍近照").await.unwrap(), finding);
    let here = view(&lin, &finding).await;
    assert_eq!(
        (&here["revises"], &here["record"]["note"]),
        (&json!(true), &json!("补拍近照"))
    );
    assert_eq!(lin.sync().await["unsent"], 1);

    district.goes(Fault::None);
    lin.sync_now().await;
    lin.wait_until_sent().await;
    let there = district
        .as_supervisor(&format!("/api/v1/findings/{finding}"))
        .await;
    assert_eq!(there["row"]["review"]["state"], "pending");
    assert_eq!(there["row"]["record"]["note"], "补拍近照");
    assert_eq!(there["earlier"][0]["record"]["note"], "第 1 条");
    // The photos of both visits are evidence of the same finding.
    for photo in there["photos"].as_array().unwrap() {
        let checks = photo["checks"].as_array().unwrap();
        let failed = checks.iter().filter(|check| check["outcome"] == "failed");
        assert_eq!(failed.count(), 0, "{checks:?}");
    }
    district.review(&finding, 2, "accept").await;
    wait_for_stage(&lin, &finding, "accepted").await;
}

#[tokio::test]
async fn of_two_phones_that_revise_at_once_the_second_is_asked_to_choose() {
    let district = District::open().await;
    let (lin, finding) = sent_back(&district).await;
    let other = district.inspector().await;
    wait_for_stage(&other, &finding, "returned").await;

    let point = begin(&lin, &finding, 2).await;
    begin(&other, &finding, 3).await;
    lin.save(&point, "第一部手机").await.unwrap();
    lin.wait_until_sent().await;
    other.save(&point, "第二部手机").await.unwrap();
    wait_for_stage(&other, &finding, "conflict").await;
    let both = view(&other, &finding).await;
    assert_eq!(both["record"]["note"], "第二部手机");
    assert_eq!(both["theirs"]["record"]["note"], "第一部手机");
    assert_eq!(other.sync().await["conflicts"], 1);

    let mine = json!({"cmd": "settle_conflict", "id": finding, "keep": "mine", "rev": 2});
    other.run(mine.clone()).await.unwrap();
    other.wait_until_sent().await;
    let there = district
        .as_supervisor(&format!("/api/v1/findings/{finding}"))
        .await;
    let record = &there["row"]["record"];
    assert_eq!(record["note"], "第二部手机");
    assert_eq!(record["photos"].as_array().unwrap().len(), 3);
    assert_eq!(there["earlier"].as_array().unwrap().len(), 2);
    assert_eq!(other.run(mine).await, Err(ErrorCode::FindingMovedOn));
    assert_eq!(other.sync().await["conflicts"], 0);
    // The first phone learns of it.
    lin.until("the other's words arrive", async |me| {
        me.sync_now().await;
        let here = view(me, &finding).await;
        (here["record"]["note"] == "第二部手机").then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_the_supervisor_has_accepted_meanwhile_can_stay_so() {
    let district = District::open().await;
    let (lin, finding) = sent_back(&district).await;
    district.goes(Fault::Closed);
    let point = begin(&lin, &finding, 2).await;
    lin.save(&point, "补拍近照").await.unwrap();
    district.review(&finding, 1, "accept").await;
    district.goes(Fault::None);
    wait_for_stage(&lin, &finding, "conflict").await;
    let theirs = json!({"cmd": "settle_conflict", "id": finding, "keep": "theirs", "rev": 2});
    let settled = lin.run(theirs).await.unwrap();
    assert_eq!(
        (&settled["stage"], &settled["record"]["note"]),
        (&json!("accepted"), &json!("第 1 条"))
    );
}

#[tokio::test]
async fn a_revision_does_not_take_the_place_of_what_was_begun_and_can_be_given_up() {
    let district = District::open().await;
    let (lin, finding) = sent_back(&district).await;
    let point = lin.nearest().await;
    lin.photograph(&point, jpeg(5)).await.unwrap();
    let revise = json!({"cmd": "revise_finding", "id": finding});
    assert_eq!(lin.run(revise.clone()).await, Err(ErrorCode::DraftInUse));
    lin.save(&point, "另一条").await.unwrap();
    lin.run(revise).await.unwrap();
    let given_up = json!({"cmd": "give_up_revision", "point": point});
    let draft = lin.run(given_up).await.unwrap();
    assert_eq!(
        (&draft["revises"], &draft["note"]),
        (&json!(null), &json!(""))
    );
    assert_eq!(lin.stage(&finding).await, "returned");
}
