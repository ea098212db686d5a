//! What administrators keep: standards and points.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use xunfang_domain::{RowFate, Standard};
use xunfang_protocol::{EventBody, ImportDone, ImportPreview, StandardHead};

use crate::actors::{Console, INSPECTOR, SUPERVISOR, TestServer, json_request};
use crate::wire::Answer;

const ADMINISTRATOR: &str = "guanli01";

fn file(path: &str, bytes: &[u8]) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/octet-stream")
        .body(Body::from(bytes.to_vec()))
        .unwrap()
}

async fn edit(console: &Console, body: Value) -> Answer {
    console
        .send(json_request(Method::POST, "/api/v1/standards", &body))
        .await
}

fn raised(value: f64) -> Value {
    json!({ "comparator": ">=", "value": value, "unit": "percent" })
}

#[tokio::test]
async fn an_edited_limit_makes_a_version_that_phones_get() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let phone = server.phone(INSPECTOR).await;
    let before = phone.pull_all().await.scopes.remove(0).to;
    let made: Standard = edit(
        &admin,
        json!({
            "base": 1,
            "limits": [{ "code": "ebike-plate-rate", "limit": raised(95.0) }],
            "adopt": ["manhole-intact-rate"],
            "drop": ["supporting-facilities"],
            "titles": ["national-hygienic-city"],
            "zone": { "mode": "circle", "radius_m": 450.0 },
            "note": " 上级来文 ",
        }),
    )
    .await
    .ok();
    assert_eq!(made.version, 2);
    let edited = made.edited.as_ref().unwrap();
    assert_eq!(
        (edited.by.as_str(), edited.note.as_str()),
        ("管理员", "上级来文")
    );
    let plates = made.criterion("ebike-plate-rate").unwrap();
    assert_eq!(plates.threshold.unwrap().number(), Some(95.0));
    assert!(!plates.inferred, "somebody answers for it");
    assert!(made.criterion("manhole-intact-rate").is_some());
    assert!(made.criterion("supporting-facilities").is_none());

    let heads: Vec<StandardHead> = admin.get("/api/v1/standards").await.ok();
    let shown: Vec<_> = heads
        .iter()
        .map(|head| (head.reference.version, head.in_force))
        .collect();
    assert_eq!(shown, [(2, true), (1, false)]);
    let first: Standard = admin.get("/api/v1/standards/1").await.ok();
    assert_eq!(
        first
            .criterion("ebike-plate-rate")
            .unwrap()
            .threshold
            .unwrap()
            .number(),
        Some(100.0)
    );
    let changes: Vec<Value> = admin.get("/api/v1/standards/2/changes?from=1").await.ok();
    let kinds: Vec<&str> = changes
        .iter()
        .map(|one| one["change"].as_str().unwrap())
        .collect();
    for kind in ["zone", "titles", "added", "limit", "removed"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }

    // The standard comes first, its points with their new zone, and then that it is in force.
    let own = phone.pull_all().await.scopes.remove(0);
    let events: Vec<EventBody> = own
        .events
        .iter()
        .filter(|event| event.seq > before)
        .map(|event| EventBody::read(event).unwrap())
        .collect();
    let [
        EventBody::Standard(standard),
        points @ ..,
        EventBody::District(district),
    ] = &events[..]
    else {
        panic!("{} events", events.len());
    };
    assert_eq!(*standard, made);
    assert_eq!(district.standard, Some(made.reference()));
    assert!(points.len() > 20);
    for point in points {
        assert!(matches!(point, EventBody::Point(point) if point.radius_m == 450.0));
    }
}

#[tokio::test]
async fn a_change_that_does_not_fit_changes_nothing() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let limit = |code: &str, limit: Value| json!({ "base": 1, "limits": [{ "code": code, "limit": limit }] });
    for (body, status, code) in [
        (
            limit("ebike-plate-rate", raised(101.0)),
            422,
            "standard_invalid",
        ),
        (limit("cables-tidy", raised(98.0)), 422, "standard_invalid"),
        (
            limit("manhole-intact-rate", raised(98.0)),
            422,
            "standard_invalid",
        ),
        (
            json!({ "base": 1, "adopt": ["nothing"] }),
            422,
            "standard_invalid",
        ),
        (
            json!({ "base": 1, "adopt": ["cables-tidy"] }),
            422,
            "standard_invalid",
        ),
        (
            json!({ "base": 1, "drop": ["nothing"] }),
            422,
            "standard_invalid",
        ),
        (
            json!({ "base": 1, "titles": ["none"] }),
            422,
            "standard_invalid",
        ),
        (
            json!({ "base": 1, "zone": { "mode": "circle", "radius_m": 6.0 } }),
            422,
            "standard_invalid",
        ),
        (
            json!({ "base": 1, "note": "长".repeat(501) }),
            422,
            "standard_invalid",
        ),
        (json!({ "base": 7 }), 409, "standard_moved_on"),
        (json!({ "base": 1, "colour": 1 }), 400, "bad_request"),
        (
            limit(
                "ebike-plate-rate",
                json!({ "comparator": ">=", "value": 98 }),
            ),
            400,
            "bad_request",
        ),
    ] {
        let refused = edit(&admin, body.clone()).await.refusal();
        assert_eq!(refused, (status, code.to_owned()), "{body}");
    }
    for account in [SUPERVISOR, INSPECTOR] {
        let other = server.console(account).await;
        let refused = edit(&other, json!({ "base": 1 })).await.refusal();
        assert_eq!(refused, (403, "forbidden".to_owned()), "{account}");
    }
    let heads: Vec<StandardHead> = admin.get("/api/v1/standards").await.ok();
    assert_eq!(heads.len(), 1);
    assert_eq!(admin.get("/api/v1/standards/2").await.status, 404);
}

const REGISTER: &str = "编号,名称,类型,经度,纬度,责任单位,半径
A1,新丰农贸市场,农贸市场,117.8800,33.4801,市场监管局,
A2,第三小学,学校,117.8810,33.4802,教育局,300
";

#[tokio::test]
async fn a_register_is_previewed_and_then_taken_whole() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let path = "/api/v1/points/import?format=csv&datum=wgs84";
    let before = admin.get("/api/v1/points").await.ok::<Vec<Value>>().len();
    let preview: ImportPreview = admin.send(file(path, REGISTER.as_bytes())).await.ok();
    assert_eq!((preview.tally.new, preview.tally.refused), (2, 0));
    assert_eq!(
        admin.get("/api/v1/points").await.ok::<Vec<Value>>().len(),
        before
    );

    let commit = |digest: &str, text: &str| {
        let path = format!("/api/v1/points/import/commit?format=csv&datum=wgs84&digest={digest}");
        file(&path, text.as_bytes())
    };
    // Another file than the one that was looked at is not taken.
    let other = REGISTER.replace("第三小学", "第四小学");
    let refused = admin.send(commit(&preview.digest, &other)).await.refusal();
    assert_eq!(refused, (409, "import_moved_on".to_owned()));
    let done: ImportDone = admin.send(commit(&preview.digest, REGISTER)).await.ok();
    assert_eq!(done.tally, preview.tally);
    let points: Vec<Value> = admin.get("/api/v1/points").await.ok();
    assert_eq!(points.len(), before + 2);
    let school = points.iter().find(|point| point["number"] == "A2").unwrap();
    assert_eq!(
        (&school["radius_m"], &school["own_zone"]),
        (&json!(300.0), &json!(true))
    );
    // The points are others now, so the same preview does not hold twice.
    let again = admin
        .send(commit(&preview.digest, REGISTER))
        .await
        .refusal();
    assert_eq!(again, (409, "import_moved_on".to_owned()));
    let preview: ImportPreview = admin.send(file(path, REGISTER.as_bytes())).await.ok();
    assert_eq!(preview.tally.unchanged, 2);

    // One bad row, and nothing of the file is taken.
    let bad = format!("{REGISTER}A3,新新市场,农贸市场,33.48,117.88,市场监管局,\n");
    let preview: ImportPreview = admin.send(file(path, bad.as_bytes())).await.ok();
    assert_eq!(preview.tally.refused, 1);
    assert!(matches!(preview.rows[2].fate, RowFate::Refused { .. }));
    let refused = admin.send(commit(&preview.digest, &bad)).await.refusal();
    assert_eq!(refused, (409, "import_refused".to_owned()));
    let none = admin.send(file(path, b"a,b\n1,2\n")).await.refusal();
    assert_eq!(none, (422, "file_unreadable".to_owned()));
    let supervisor = server.console(SUPERVISOR).await;
    let refused = supervisor
        .send(file(path, REGISTER.as_bytes()))
        .await
        .refusal();
    assert_eq!(refused, (403, "forbidden".to_owned()));
}

#[tokio::test]
async fn points_go_out_and_come_back_unchanged_in_every_form_and_system() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let points = admin.get("/api/v1/points").await.ok::<Vec<Value>>().len();
    for format in ["xlsx", "csv", "geojson"] {
        for datum in ["wgs84", "cgcs2000", "gcj02", "bd09"] {
            let query = format!("format={format}&datum={datum}");
            let out = admin.get(&format!("/api/v1/points/export?{query}")).await;
            assert_eq!(out.status, 200);
            let path = format!("/api/v1/points/import?{query}");
            let preview: ImportPreview = admin.send(file(&path, &out.body)).await.ok();
            assert_eq!(preview.rows.len(), points, "{query}");
            assert_eq!(
                preview.tally.unchanged as usize, points,
                "{query}: {:?}",
                preview.rows[0]
            );
        }
    }
    let refused = admin
        .get("/api/v1/points/export?format=pdf&datum=wgs84")
        .await
        .refusal();
    assert_eq!(refused, (400, "bad_request".to_owned()));
}

#[tokio::test]
async fn codes_are_found_by_initials_and_say_how_sure_they_are() {
    let server = TestServer::start().await;
    let console = server.console(SUPERVISOR).await;
    let found: Vec<Value> = console
        .get("/api/v1/codes?edition=gbt47678-2026&typed=bllj")
        .await
        .ok();
    assert_eq!(found[0]["digits"], "06010");
    assert_eq!(found[0]["status"], "transcribed");
}

#[tokio::test]
async fn an_inspection_that_was_judged_otherwise_is_flagged() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let standard: Standard = phone.get("/api/v1/standards/1").await.ok();
    let points = phone.points().await;
    let market = points
        .iter()
        .find(|point| point["kind"] == "farmers-market")
        .unwrap();
    let met = json!({ "outcome": "met", "why": { "because": "holds" } });
    let record = |holds: bool| {
        json!({
            "id": uuid::Uuid::now_v7(), "point": market["id"], "point_kind": "farmers-market",
            "standard": standard.id, "standard_version": 1,
            "started_at": 1_760_000_000_000_i64, "submitted_at": 1_760_000_060_000_i64,
            "start": { "kind": "missing", "why": "denied" }, "start_standing": null,
            "end": { "kind": "missing", "why": "denied" },
            "answers": [{
                "criterion": "cables-tidy", "value": { "form": "holds", "holds": holds },
                "note": "", "photos": [], "verdict": met,
            }],
            "findings": [], "track": [], "coverage": null, "from_a_newer_phone": 1,
        })
    };
    let submit = |record: &Value| {
        let mut op = phone.submit(record);
        op["kind"] = json!("inspection.submitted");
        op
    };
    let (honest, altered) = (record(true), record(false));
    let mut unknown = record(true);
    unknown["standard_version"] = json!(9);
    let ops = [submit(&honest), submit(&altered), submit(&unknown)];
    let results = phone.push(&ops).await.results;
    let codes: Vec<_> = results
        .iter()
        .map(|result| result.code.as_deref())
        .collect();
    assert_eq!(codes, [None, None, Some("standard_unknown")]);
    // Sent again it is the same one, and nothing is there twice.
    let again = phone.push(&ops[..1]).await.results.remove(0);
    assert_eq!(crate::actors::status_of(&again), "duplicate");

    let console = server.console(SUPERVISOR).await;
    let page: Value = console.get("/api/v1/inspections").await.ok();
    let rows = page["rows"].as_array().unwrap();
    let seen: Vec<_> = rows
        .iter()
        .map(|row| (&row["record"]["id"], &row["differing"]))
        .collect();
    assert_eq!(
        seen,
        [
            (&altered["id"], &json!(["cables-tidy"])),
            (&honest["id"], &json!([]))
        ]
    );
    let first: Value = console.get("/api/v1/inspections?limit=1").await.ok();
    let next = format!(
        "/api/v1/inspections?limit=1&before={}",
        first["next_before"]
    );
    let second: Value = console.get(&next).await.ok();
    assert_eq!(second["rows"][0]["record"]["id"], honest["id"]);
    let own = server.console(INSPECTOR).await;
    assert_eq!(own.get("/api/v1/inspections").await.status, 403);
    // What this server does not know of the record is kept for one that does.
    let kept: String = server
        .database()
        .query_row("SELECT body FROM inspection LIMIT 1", [], |row| row.get(0))
        .unwrap();
    assert!(kept.contains("from_a_newer_phone"));
}
