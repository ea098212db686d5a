//! What administrators keep: standards.

use axum::http::Method;
use serde_json::{Value, json};
use xunfang_domain::{Criterion, PointType, Standard};
use xunfang_protocol::{EventBody, StandardHead};

use crate::actors::{ADMINISTRATOR, Console, INSPECTOR, SUPERVISOR, TestServer, json_request};
use crate::wire::Answer;

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
async fn what_the_district_does_not_use_can_be_adopted_and_then_is_no_longer_listed() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let unused: Vec<Criterion> = admin.get("/api/v1/standards/unused").await.ok();
    let used: Standard = admin.get("/api/v1/standards/1").await.ok();
    assert_eq!(unused.len() + used.criteria.len(), 169);
    let unknown = unused.iter().all(|one| used.criterion(&one.code).is_none());
    assert!(unknown);
    let adopt: Vec<&str> = unused.iter().map(|one| one.code.as_str()).collect();
    let made: Standard = edit(&admin, json!({ "base": 1, "adopt": adopt }))
        .await
        .ok();
    assert_eq!(made.criteria.len(), 169);
    let rest: Vec<Criterion> = admin.get("/api/v1/standards/unused").await.ok();
    assert_eq!(rest, []);
}

#[tokio::test]
async fn an_edit_whose_answer_was_lost_is_answered_again_and_made_once() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let body = json!({ "base": 1, "drop": ["cables-tidy"], "note": "一次" });
    let made: Standard = edit(&admin, body.clone()).await.ok();
    let again: Standard = edit(&admin, body).await.ok();
    assert_eq!(again, made);
    let other = edit(
        &admin,
        json!({ "base": 1, "drop": ["road-surface-intact"] }),
    )
    .await;
    assert_eq!(other.refusal(), (409, "standard_moved_on".to_owned()));
    let heads: Vec<StandardHead> = admin.get("/api/v1/standards").await.ok();
    assert_eq!(heads.len(), 2);
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
    let nothing_here = json!({
        "outcome": "not_applicable", "why": { "because": "nothing_here", "reason": "没有" },
    });
    let answers = |holds: bool| -> Vec<Value> {
        let asked = standard.checklist(PointType::FarmersMarket);
        asked
            .map(|criterion| {
                let looked_at = criterion.code == "cables-tidy";
                json!({
                    "criterion": criterion.code, "note": "", "photos": [],
                    "value": if looked_at {
                        json!({ "form": "holds", "holds": holds })
                    } else {
                        json!({ "form": "not-applicable", "reason": "没有" })
                    },
                    "verdict": if looked_at { &met } else { &nothing_here },
                })
            })
            .collect()
    };
    let record = |holds: bool| {
        json!({
            "id": uuid::Uuid::now_v7(), "point": market["id"], "point_kind": "farmers-market",
            "standard": standard.id, "standard_version": 1,
            "started_at": 1_760_000_000_000_i64, "submitted_at": 1_760_000_060_000_i64,
            "start": { "kind": "missing", "why": "denied" }, "start_standing": null,
            "end": { "kind": "missing", "why": "denied" },
            "answers": answers(holds),
            "findings": [], "coverage": null, "from_a_newer_phone": 1,
            "track": [{ "place": { "lat": 33.48, "lng": 117.88 }, "accuracy_m": 8.0,
                "at": 1_760_000_030_000_i64 }],
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
    assert_eq!(codes, [None, None, Some("standard_unknown")], "{results:?}");
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
    // The list goes without tracks, which are most of a record.
    assert_eq!(second["rows"][0]["record"]["track"], json!([]));
    let path = format!("/api/v1/inspections/{}", honest["id"].as_str().unwrap());
    let whole: Value = console.get(&path).await.ok();
    assert_eq!(whole["record"]["track"], honest["track"]);
    let own = server.console(INSPECTOR).await;
    assert_eq!(own.get("/api/v1/inspections").await.status, 403);
    // What this server does not know of the record is kept for one that does.
    let kept = server.ask_one("SELECT body FROM inspection LIMIT 1");
    assert!(kept.contains("from_a_newer_phone"));
}
