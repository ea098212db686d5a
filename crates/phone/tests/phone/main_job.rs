//! Recording, sending, and what comes back.

use serde_json::json;

use crate::district::District;
use crate::link::Fault;

#[tokio::test]
async fn a_finding_recorded_without_a_server_is_sent_by_itself_when_it_is_back() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    district.goes(Fault::Closed);
    let first = lin.record(1).await;
    lin.wait_until_offline().await;
    assert_eq!(lin.sync().await["unsent"], 1);
    lin.reopen().unwrap();
    lin.record(2).await;
    assert_eq!(lin.sync().await["unsent"], 2);
    assert_eq!(district.findings(), 0);

    district.goes(Fault::None);
    lin.wait_until_sent().await;
    assert_eq!(lin.stage(&first).await, "applied");
    assert_eq!(district.findings(), 2);
}

#[tokio::test]
async fn the_list_is_nearest_first_and_a_point_says_which_side_of_its_zone_one_stands_on() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let page = json!({"cmd": "points", "query": "", "kind": null, "offset": 0, "limit": 50});
    let page = lin.run(page).await.unwrap();
    let distances: Vec<f64> = page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["standing"]["distance_m"].as_f64().unwrap())
        .collect();
    assert!(
        distances.len() >= 12 && distances.is_sorted(),
        "{distances:?}"
    );
    let last = page["rows"][distances.len() - 1]["point"].clone();
    lin.run(json!({
        "cmd": "simulate_position", "lat": last["place"]["lat"], "lng": last["place"]["lng"],
        "accuracy_m": 5.0
    }))
    .await
    .unwrap();
    assert_eq!(lin.nearest().await, last["id"].as_str().unwrap());
    let detail = lin.point(last["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(detail["standing"]["side"], "inside");
}

#[tokio::test]
async fn a_point_the_server_does_not_know_is_refused_visibly_and_holds_nothing_up() {
    let district = District::open().await;
    let lin = district.inspector().await;
    district.goes(Fault::Closed);
    let bad = lin.record(1).await;
    let points = lin.points().await;
    lin.photograph(&points[1], crate::photos::jpeg(2))
        .await
        .unwrap();
    let good = lin.save(&points[1], "").await.unwrap();
    let forget = format!(
        "DELETE FROM point WHERE lower(hex(point_id)) = '{}'",
        points[0].replace('-', "")
    );
    let database = district.database();
    database.pragma_update(None, "foreign_keys", "off").unwrap();
    assert_eq!(database.execute(&forget, []).unwrap(), 1);

    district.goes(Fault::None);
    lin.wait_until_sent().await;
    assert_eq!(lin.stage(&good).await, "applied");
    assert_eq!(lin.stage(&bad).await, "rejected");
    let view = lin.run(json!({"cmd": "finding", "id": bad})).await.unwrap();
    assert_eq!(view["stuck"], "point_unknown");
    let start = lin.run(json!({"cmd": "start"})).await.unwrap();
    assert_eq!(start["notices"][0]["code"], "server_rejected");
}

#[tokio::test]
async fn an_ended_session_keeps_the_queue_and_a_new_sign_in_sends_it() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    district
        .database()
        .execute("DELETE FROM session", [])
        .unwrap();
    let finding = lin.record(1).await;
    lin.until("the phone notices", async |me| {
        (me.sync().await["link"] == "signed_out").then_some(())
    })
    .await;
    assert_eq!(lin.sync().await["unsent"], 1);
    assert!(!lin.points().await.is_empty(), "the person goes on working");
    lin.sign_in("xunfang01", &district.password("xunfang01"))
        .await
        .unwrap();
    lin.wait_until_sent().await;
    assert_eq!(lin.stage(&finding).await, "applied");
}

#[tokio::test]
async fn work_of_one_person_waits_on_the_phone_while_another_uses_it() {
    let district = District::open().await;
    let mut phone = district.inspector().await;
    district.goes(Fault::Closed);
    phone.record(1).await;
    let view = phone.run(json!({"cmd": "sign_out"})).await.unwrap();
    assert_eq!(
        (&view["session"], &view["sync"]["unsent"]),
        (&json!(null), &json!(1))
    );
    district.goes(Fault::None);
    phone
        .sign_in("xunfang02", &district.password("xunfang02"))
        .await
        .unwrap();
    phone.wait_for_points().await;
    phone.record(2).await;
    phone.wait_until_sent().await;
    assert_eq!(district.findings(), 1, "only the second person's");
    phone.run(json!({"cmd": "sign_out"})).await.unwrap();
    phone
        .sign_in("xunfang01", &district.password("xunfang01"))
        .await
        .unwrap();
    phone.wait_until_sent().await;
    assert_eq!(district.findings(), 2);
}

#[tokio::test]
async fn an_answer_to_the_last_person_does_not_sign_the_next_one_out() {
    let before = District::open().await;
    let after = District::open().await;
    let mut phone = before.inspector().await;
    before.goes(Fault::LateRefusal);
    phone.sync_now().await;
    before.link.holds_a_request().await;
    phone.run(json!({"cmd": "sign_out"})).await.unwrap();
    phone
        .sign_in_at(
            &after.link.address(),
            "xunfang02",
            &after.password("xunfang02"),
        )
        .await
        .unwrap();
    before.goes(Fault::None);
    phone.record(1).await;
    phone.wait_until_sent().await;
    assert_eq!(after.findings(), 1);
    assert_eq!(before.findings(), 0);
    phone
        .until("the exchange ends well", async |me| {
            (me.sync().await["link"] == "online").then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_phone_that_is_set_up_anew_gets_its_findings_back() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let finding = lin.record(1).await;
    lin.wait_until_sent().await;
    let new_phone = district.inspector().await;
    new_phone
        .until("the finding arrives", async |me| {
            let page = json!({"cmd": "findings", "filter": "all", "offset": 0, "limit": 10});
            let page = me.run(page).await.unwrap();
            (page["rows"][0]["record"]["id"] == finding).then_some(())
        })
        .await;
}
