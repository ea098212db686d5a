//! An inspection from its beginning to the server.

use serde_json::{Value, json};
use xunfang_phone::ErrorCode;

use crate::district::District;
use crate::inspector::Inspector;
use crate::link::Fault;
use crate::photos::jpeg;

impl Inspector {
    /// The nearest point of a kind.
    async fn point_of(&self, kind: &str) -> String {
        let page = json!({"cmd": "points", "query": "", "kind": kind, "offset": 0, "limit": 1});
        let page = self.run(page).await.unwrap();
        page["rows"][0]["point"]["id"].as_str().unwrap().to_owned()
    }

    async fn begin(&self, point: &str) -> Value {
        self.run(json!({"cmd": "begin_inspection", "point": point}))
            .await
            .unwrap()
    }

    async fn answer(&self, id: &Value, criterion: &str, value: Value) -> Value {
        self.run(json!({
            "cmd": "save_answer", "id": id, "criterion": criterion, "value": value
        }))
        .await
        .unwrap()
    }

    async fn note(&self, id: &Value, criterion: &str, note: &str) -> Value {
        self.run(json!({
            "cmd": "save_answer_note", "id": id, "criterion": criterion, "note": note
        }))
        .await
        .unwrap()
    }

    async fn submit(&self, id: &Value) -> Result<Value, ErrorCode> {
        self.run(json!({"cmd": "submit_inspection", "id": id}))
            .await
    }

    /// Answers every item with yes.
    async fn all_good(&self, inspection: &Value) {
        for item in inspection["items"].as_array().unwrap() {
            let value = match item["control"].as_str().unwrap() {
                "holds" => json!({"form": "holds", "holds": true}),
                "parts" => {
                    let parts = item["criterion"]["parts"].as_array().unwrap();
                    let ticks = parts
                        .iter()
                        .map(|part| json!({"id": part["id"], "holds": true}));
                    json!({"form": "parts", "parts": ticks.collect::<Vec<_>>()})
                }
                "rate" => json!({
                    "form": "rate", "good": 40, "counted": 40, "counting": {"how": "census"}
                }),
                control => panic!("no answer for {control}"),
            };
            let code = item["criterion"]["code"].as_str().unwrap();
            self.answer(&inspection["id"], code, value).await;
        }
    }
}

fn codes(inspection: &Value) -> Vec<&str> {
    let items = inspection["items"].as_array().unwrap().iter();
    items
        .map(|item| item["criterion"]["code"].as_str().unwrap())
        .collect()
}

fn item<'a>(inspection: &'a Value, code: &str) -> &'a Value {
    let mut items = inspection["items"].as_array().unwrap().iter();
    items
        .find(|item| item["criterion"]["code"] == code)
        .unwrap()
}

#[tokio::test]
async fn an_inspection_is_left_killed_resumed_and_arrives_whole() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    district.goes(Fault::Closed);
    let market = lin.point_of("farmers-market").await;
    let begun = lin.begin(&market).await;
    let id = begun["id"].clone();
    assert_eq!(begun["stage"], "open");
    assert_eq!(begun["position_known"], true);
    let items = codes(&begun);
    assert_eq!(begun["lacks"].as_array().unwrap().len(), items.len());
    assert_eq!(lin.submit(&id).await, Err(ErrorCode::InspectionIncomplete));

    // Typed letter by letter, and the app is killed in between.
    let no = json!({"form": "holds", "holds": false});
    lin.answer(&id, "road-surface-intact", no).await;
    lin.note(&id, "road-surface-intact", "门口").await;
    let yes = json!({"form": "holds", "holds": true});
    lin.answer(&id, "cables-tidy", yes).await;
    lin.reopen().unwrap();
    let resumed = lin.begin(&market).await;
    assert_eq!(resumed["id"], id, "the open one goes on");
    assert_eq!(item(&resumed, "road-surface-intact")["note"], "门口");
    assert_eq!(
        item(&resumed, "road-surface-intact")["verdict"]["outcome"],
        "not_met"
    );
    assert_eq!(item(&resumed, "cables-tidy")["verdict"]["outcome"], "met");

    lin.all_good(&begun).await;
    let no = json!({"form": "holds", "holds": false});
    lin.answer(&id, "road-surface-intact", no).await;
    let after = lin.note(&id, "road-surface-intact", "门口两处坑").await;
    assert_eq!(after["item"]["verdict"]["outcome"], "not_met");
    let lack = json!({"lacks": "photos", "criterion": "road-surface-intact", "have": 0, "need": 2});
    assert_eq!(after["lacks"], json!([lack]));
    assert_eq!(lin.submit(&id).await, Err(ErrorCode::InspectionIncomplete));

    // One photo at the item and one with the finding that is raised from it.
    lin.photograph_item(&market, "road-surface-intact", jpeg(1))
        .await
        .unwrap();
    lin.photograph(&market, jpeg(2)).await.unwrap();
    let saved = lin.run(json!({
        "cmd": "save_finding", "point": market, "criterion": "road-surface-intact", "note": "坑"
    }));
    let finding = saved.await.unwrap()["id"].clone();
    let submitted = lin.submit(&id).await.unwrap();
    assert_eq!(submitted["stage"], "saved");
    assert_eq!(submitted["tally"]["not_met"], 1);
    assert_eq!(
        submitted["coverage"]["seen"].as_u64().map(|seen| seen > 0),
        Some(true)
    );
    assert_eq!(
        lin.submit(&id).await,
        Err(ErrorCode::NotFound),
        "it is submitted once"
    );

    district.goes(Fault::None);
    lin.sync_now().await;
    lin.wait_until_sent().await;
    let shown = lin
        .run(json!({"cmd": "inspection", "id": id}))
        .await
        .unwrap();
    assert_eq!(shown["stage"], "applied");
    let (body, differing): (String, String) = district
        .database()
        .query_row("SELECT body, differing FROM inspection", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let record: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(differing, "[]", "the server judges the same");
    assert_eq!(record["findings"], json!([finding]));
    assert_eq!(record["answers"].as_array().unwrap().len(), items.len());
    let photos = "SELECT (SELECT count(*) FROM inspection_photo), (SELECT count(*) FROM blob)";
    let photos: (u32, u32) = district
        .database()
        .query_row(photos, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    // The supervisor sees what the item's photo is worth.
    let id = record["id"].as_str().unwrap();
    let path = format!("/api/v1/inspections/{id}");
    let reports = district.as_supervisor(&path).await["photos"].clone();
    assert_eq!(reports.as_array().unwrap().len(), 1);
    for check in reports[0]["checks"].as_array().unwrap() {
        let what = check["what"].as_str().unwrap();
        if ["original", "signature", "facts"].contains(&what) {
            assert_eq!(check["outcome"], "passed", "{what}");
        }
    }
    assert!(reports[0]["code"].is_string());
    // Two photos: one of the item and one of the finding, each with two small copies.
    assert_eq!(photos, (1, 6));
    // The point shows it, and a new one begins at nothing.
    let detail = lin.point(&market).await.unwrap();
    assert_eq!(detail["inspections"][0]["stage"], "applied");
    let next = lin.begin(&market).await;
    assert_ne!(next["id"], id);
    assert_eq!(next["lacks"].as_array().unwrap().len(), items.len());
}

#[tokio::test]
async fn a_market_is_inspected_otherwise_in_another_district() {
    let district = District::open().await;
    let mut here = Vec::new();
    for (account, profile, radius_m, only_here, limit) in [
        (
            "xunfang01",
            "sixian-2023",
            500.0,
            "market-zoned-by-goods",
            "key-place-zone",
        ),
        (
            "xunfang11",
            "suma-2023",
            600.0,
            "live-poultry-separated",
            "key-place-zone",
        ),
    ] {
        let mut inspector = Inspector::with_new_phone(&district.link.address());
        let password = district.password(account);
        inspector.sign_in(account, &password).await.unwrap();
        inspector.wait_for_points().await;
        let market = inspector.point_of("farmers-market").await;
        let begun = inspector.begin(&market).await;
        assert_eq!(begun["profile"]["id"], profile);
        assert_eq!(begun["point"]["radius_m"], radius_m);
        let zone = json!({"mode": "circle", "radius_m": radius_m});
        assert_eq!(begun["profile"]["zone"], zone);
        assert!(codes(&begun).contains(&only_here), "{profile}");
        assert!(!codes(&begun).contains(&limit), "a zone is no question");
        inspector.all_good(&begun).await;
        inspector.submit(&begun["id"]).await.unwrap();
        inspector.wait_until_sent().await;
        here.push(
            codes(&begun)
                .iter()
                .map(|code| (*code).to_owned())
                .collect::<Vec<_>>(),
        );
    }
    assert_ne!(here[0], here[1]);
    let differing: u32 = district
        .database()
        .query_row(
            "SELECT count(*) FROM inspection WHERE differing <> '[]'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(differing, 0);
}

#[tokio::test]
async fn an_answer_that_cannot_be_true_is_kept_and_told_and_not_submitted() {
    let district = District::open().await;
    let mut inspector = Inspector::with_new_phone(&district.link.address());
    inspector
        .sign_in("xunfang11", &district.password("xunfang11"))
        .await
        .unwrap();
    inspector.wait_for_points().await;
    let road = inspector.point_of("main-road").await;
    let begun = inspector.begin(&road).await;
    let id = &begun["id"];
    let covers = "manhole-intact-rate";
    let rate = |good: u32, counted: u32| json!({"form": "rate", "good": good, "counted": counted, "counting": {"how": "sample", "total": null}});
    // While 99 is being typed, it reads 9.
    let half_typed = inspector.answer(id, covers, rate(97, 9)).await;
    let error = json!({"field": "good", "fault": "more_good_than_counted"});
    assert_eq!(half_typed["item"]["error"], error);
    let lack = json!({"lacks": "sense", "criterion": covers, "error": error});
    assert!(half_typed["lacks"].as_array().unwrap().contains(&lack));
    let typed = inspector.answer(id, covers, rate(97, 99)).await;
    assert_eq!(typed["item"]["error"], Value::Null);
    let verdict = &typed["item"]["verdict"];
    assert_eq!(verdict["outcome"], "undetermined");
    assert!(verdict["why"]["more"].as_u64().unwrap() > 100, "{verdict}");
    // It can be taken back.
    let none = inspector.answer(id, covers, Value::Null).await;
    assert_eq!(none["item"]["value"], Value::Null);
}

#[tokio::test]
async fn without_a_position_it_is_begun_and_submitted_all_the_same() {
    let district = District::open().await;
    let mut lin = Inspector::without_receiver(&district.link.address());
    lin.sign_in("xunfang01", &district.password("xunfang01"))
        .await
        .unwrap();
    lin.wait_for_points().await;
    let market = lin.point_of("farmers-market").await;
    let begun = lin.begin(&market).await;
    assert_eq!(
        (&begun["position_known"], &begun["coverage"]),
        (&json!(false), &Value::Null)
    );
    lin.all_good(&begun).await;
    assert_eq!(lin.submit(&begun["id"]).await.unwrap()["stage"], "saved");
    lin.wait_until_sent().await;
    let body: String = district
        .database()
        .query_row("SELECT body FROM inspection", [], |row| row.get(0))
        .unwrap();
    let record: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(record["start"], json!({"kind": "missing", "why": "no_fix"}));
    assert_eq!(
        (&record["track"], &record["coverage"]),
        (&json!([]), &Value::Null)
    );
}

#[tokio::test]
async fn a_walk_is_followed_and_the_zone_fills() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let market = lin.point_of("farmers-market").await;
    let begun = lin.begin(&market).await;
    let place = &begun["point"]["place"];
    let (lat, lng) = (
        place["lat"].as_f64().unwrap(),
        place["lng"].as_f64().unwrap(),
    );
    let mut seen = 0;
    for step in 1..=5 {
        let lat = lat + 0.0003 * f64::from(step);
        lin.run(json!({"cmd": "simulate_position", "lat": lat, "lng": lng, "accuracy_m": 5.0}))
            .await
            .unwrap();
        let yes = json!({"form": "holds", "holds": true});
        lin.answer(&begun["id"], "cables-tidy", yes).await;
        let shown = lin
            .run(json!({"cmd": "inspection", "id": begun["id"]}))
            .await
            .unwrap();
        let now = shown["coverage"]["seen"].as_u64().unwrap();
        assert!(now > seen, "step {step}: {now} after {seen}");
        seen = now;
    }
    // A fix that is good for nothing is not walked to.
    lin.run(json!({"cmd": "simulate_position", "lat": lat, "lng": lng, "accuracy_m": 900.0}))
        .await
        .unwrap();
    let yes = json!({"form": "holds", "holds": true});
    lin.answer(&begun["id"], "cables-tidy", yes).await;
    let shown = lin
        .run(json!({"cmd": "inspection", "id": begun["id"]}))
        .await
        .unwrap();
    assert_eq!(shown["coverage"]["seen"].as_u64(), Some(seen));
}

#[tokio::test]
async fn a_phone_that_is_set_up_anew_gets_its_inspections_back() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let market = lin.point_of("farmers-market").await;
    let begun = lin.begin(&market).await;
    lin.all_good(&begun).await;
    lin.submit(&begun["id"]).await.unwrap();
    lin.wait_until_sent().await;
    let new_phone = district.inspector().await;
    new_phone
        .until("the inspection arrives", async |me| {
            let detail = me.point(&market).await.unwrap();
            (detail["inspections"][0]["id"] == begun["id"]).then_some(())
        })
        .await;
    let shown = new_phone
        .run(json!({"cmd": "inspection", "id": begun["id"]}))
        .await
        .unwrap();
    assert_eq!(shown["stage"], "applied");
    assert_eq!(shown["tally"]["undetermined"], 0);
}

#[tokio::test]
async fn an_excuse_keeps_the_answer_that_it_covers() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let market = lin.point_of("farmers-market").await;
    let id = lin.begin(&market).await["id"].clone();
    let item = "cables-tidy";
    let counted = json!({"form": "holds", "holds": false});
    lin.note(&id, item, "三根").await;
    lin.answer(&id, item, counted.clone()).await;
    for reason in ["没", "没有", "没有线缆"] {
        let none = json!({"form": "not-applicable", "reason": reason});
        let shown = lin.answer(&id, item, none).await;
        assert_eq!(shown["item"]["verdict"]["outcome"], "not_applicable");
    }
    let back = lin.answer(&id, item, Value::Null).await;
    assert_eq!(back["item"]["value"], counted);
    assert_eq!(back["item"]["note"], "三根");
    // Taken back once more there is nothing before it.
    let none = lin.answer(&id, item, Value::Null).await;
    assert_eq!(none["item"]["value"], Value::Null);
}

#[tokio::test]
async fn an_inspection_begun_by_mistake_is_taken_back_and_its_findings_stand() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let market = lin.point_of("farmers-market").await;
    let id = lin.begin(&market).await["id"].clone();
    lin.photograph_item(&market, "cables-tidy", jpeg(1))
        .await
        .unwrap();
    lin.photograph(&market, jpeg(2)).await.unwrap();
    let finding =
        json!({"cmd": "save_finding", "point": market, "criterion": "cables-tidy", "note": ""});
    lin.run(finding).await.unwrap();
    let discard = json!({"cmd": "discard_inspection", "id": id});
    assert_eq!(lin.run(discard.clone()).await.unwrap(), json!(market));
    assert_eq!(lin.run(discard).await, Err(ErrorCode::NotFound));
    let detail = lin.point(&market).await.unwrap();
    assert_eq!(detail["inspections"], json!([]));
    lin.wait_until_sent().await;
    assert_eq!(district.findings(), 1);
    assert_ne!(lin.begin(&market).await["id"], id);
}

#[tokio::test]
async fn who_does_not_inspect_is_told_before_anything_is_recorded() {
    let district = District::open().await;
    let mut chief = Inspector::with_new_phone(&district.link.address());
    let password = district.password("ducha01");
    chief.sign_in("ducha01", &password).await.unwrap();
    chief.wait_for_points().await;
    let market = chief.point_of("farmers-market").await;
    chief.photograph(&market, jpeg(1)).await.unwrap();
    for command in [
        json!({"cmd": "begin_inspection", "point": market}),
        json!({"cmd": "save_finding", "point": market, "criterion": "cables-tidy", "note": ""}),
    ] {
        assert_eq!(chief.run(command).await, Err(ErrorCode::NotForThisRole));
    }
}
