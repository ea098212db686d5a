//! Points: registers in and out, changes by hand, and the table of them.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use xunfang_domain::{Datum, Point, PointField, RowFate, ZoneShape};
use xunfang_protocol::{EventBody, ImportDone, ImportPreview, PointTable};

use crate::actors::{ADMINISTRATOR, Console, INSPECTOR, SUPERVISOR, TestServer, json_request};
use crate::wire::Answer;

fn file(path: &str, bytes: &[u8]) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/octet-stream")
        .body(Body::from(bytes.to_vec()))
        .unwrap()
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
            // Who reads the points can take them along.
            let reader = server.console(SUPERVISOR).await;
            let out = reader.get(&format!("/api/v1/points/export?{query}")).await;
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

/// What the console sends to leave a point as it is.
fn edit_of(point: &Value) -> Value {
    json!({
        "number": point["number"], "name": point["name"], "kind": point["kind"],
        "unit": point["unit"], "unit_id": point["unit_id"], "place": null, "zone": null, "retired": point["retired"],
    })
}

async fn change(console: &Console, seen: &Value, edit: &Value) -> Answer {
    let path = format!("/api/v1/points/{}", seen["id"].as_str().unwrap());
    let body = json!({ "seen": seen, "point": edit });
    console.send(json_request(Method::PUT, &path, &body)).await
}

#[tokio::test]
async fn a_zone_is_drawn_and_given_back_and_phones_hear_of_it() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let phone = server.phone(INSPECTOR).await;
    let before = phone.pull_all().await.scopes.remove(0).to;
    let table: Value = admin.get("/api/v1/points/table?typed=lcnm").await.ok();
    let seen = &table["rows"][0];
    let (lat, lng) = (
        seen["place"]["lat"].as_f64().unwrap(),
        seen["place"]["lng"].as_f64().unwrap(),
    );
    let corner = |north: f64, east: f64| json!({ "lat": lat + north, "lng": lng + east });
    let corners = [
        corner(-0.002, -0.002),
        corner(-0.002, 0.002),
        corner(0.003, 0.0),
    ];
    let mut edit = edit_of(seen);
    edit["zone"] = json!({ "mode": "polygon", "corners": corners });
    let drawn: Point = change(&admin, seen, &edit).await.ok();
    assert!(drawn.own_zone && matches!(drawn.shape, Some(ZoneShape::Polygon { .. })));
    assert!(
        (300.0..340.0).contains(&drawn.radius_m),
        "{}",
        drawn.radius_m
    );
    // A second administrator still looks at the point as it was.
    let late = change(&admin, seen, &edit_of(seen)).await.refusal();
    assert_eq!(late, (409, "point_moved_on".to_owned()));

    let now: Value = admin
        .get(&format!("/api/v1/points/{}", drawn.id))
        .await
        .ok();
    let back: Point = change(&admin, &now, &edit_of(&now)).await.ok();
    assert_eq!(
        (back.own_zone, back.radius_m, back.shape),
        (false, 500.0, None)
    );
    let own = phone.pull_all().await.scopes.remove(0);
    let heard: Vec<Point> = own
        .events
        .iter()
        .filter(|event| event.seq > before)
        .map(|event| match EventBody::read(event).unwrap() {
            EventBody::Point(point) => point,
            other => panic!("{other:?}"),
        })
        .collect();
    let zones: Vec<bool> = heard.iter().map(|point| point.own_zone).collect();
    assert_eq!(zones, [true, false]);
    // Nothing changes, so nobody is told.
    let now: Value = admin
        .get(&format!("/api/v1/points/{}", drawn.id))
        .await
        .ok();
    change(&admin, &now, &edit_of(&now)).await.ok::<Point>();
    assert_eq!(phone.pull_all().await.scopes.remove(0).to, own.to);
}

#[tokio::test]
async fn a_point_that_cannot_be_so_says_every_reason_and_changes_nothing() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let table: Value = admin.get("/api/v1/points/table?limit=2").await.ok();
    let (seen, other) = (&table["rows"][0], &table["rows"][1]);
    let mut edit = edit_of(seen);
    edit["name"] = json!(" ");
    edit["unit"] = json!("");
    edit["zone"] = json!({ "mode": "circle", "radius_m": 9000.0 });
    let refused = change(&admin, seen, &edit).await;
    assert_eq!(refused.refusal(), (422, "point_invalid".to_owned()));
    assert_eq!(
        refused.details()["reasons"],
        json!([
            { "reason": "missing", "field": "name" },
            { "reason": "missing", "field": "unit" },
            { "reason": "zone", "error": { "fault": "distance", "value": 9000.0, "min": 10.0, "max": 5000.0 } },
        ])
    );
    let id = seen["id"].as_str().unwrap();
    let now: Value = admin.get(&format!("/api/v1/points/{id}")).await.ok();
    assert_eq!(now, *seen);
    // Another point's record is not this one.
    let path = format!("/api/v1/points/{id}");
    let body = json!({ "seen": other, "point": edit_of(other) });
    let mixed = admin.send(json_request(Method::PUT, &path, &body)).await;
    assert_eq!(mixed.refusal(), (409, "point_moved_on".to_owned()));
    for (path, expected) in [
        ("/api/v1/points/none", (404, "not_found".to_owned())),
        (
            "/api/v1/points/0190f5a0-0000-7000-8000-00000000dead",
            (404, "not_found".to_owned()),
        ),
    ] {
        assert_eq!(admin.get(path).await.refusal(), expected);
    }
    let supervisor = server.console(SUPERVISOR).await;
    let refused = change(&supervisor, seen, &edit_of(seen)).await.refusal();
    assert_eq!(refused, (403, "forbidden".to_owned()));
    let neighbour = server.console("ducha11").await;
    let elsewhere = neighbour.get(&path).await.refusal();
    assert_eq!(elsewhere, (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_save_whose_answer_was_lost_is_answered_again() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let table: PointTable = admin.get("/api/v1/points/table?limit=1").await.ok();
    let seen = serde_json::to_value(&table.rows[0]).unwrap();
    let edit = |unit: &str| {
        json!({ "number": seen["number"], "name": seen["name"], "kind": seen["kind"], "unit": unit,
            "place": { "datum": "gcj02", "lat": 33.482, "lng": 117.878 }, "zone": null,
            "retired": false })
    };
    let saved: Point = change(&admin, &seen, &edit("新单位")).await.ok();
    let again: Point = change(&admin, &seen, &edit("新单位")).await.ok();
    assert_eq!(again, saved);
    let other = change(&admin, &seen, &edit("别的单位")).await;
    assert_eq!(other.refusal(), (409, "point_moved_on".to_owned()));
}

#[tokio::test]
async fn a_file_that_is_no_register_says_what_is_wrong_with_it() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let fault = async |format: &str, bytes: &[u8]| -> Value {
        let path = format!("/api/v1/points/import?format={format}&datum=wgs84");
        let answer = admin.send(file(&path, bytes)).await;
        let body: Value = serde_json::from_str(&answer.text()).unwrap();
        assert_eq!(body["code"], "file_unreadable");
        body["details"].clone()
    };
    assert_eq!(
        fault("xlsx", b"no archive").await,
        json!({ "fault": "spreadsheet" })
    );
    assert_eq!(fault("geojson", b"{}").await, json!({ "fault": "geojson" }));
    assert_eq!(
        fault("csv", "名称,类型,责任单位\n甲,学校,乙\n".as_bytes()).await,
        json!({ "fault": "titles", "missing": ["place"] })
    );
    assert_eq!(
        fault("csv", "名称,名称,类型,责任单位,经度,纬度\n".as_bytes()).await,
        json!({ "fault": "column_twice", "title": "名称" })
    );
}

#[tokio::test]
async fn a_new_point_is_there_once() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let body = json!({ "seen": null, "point": {
        "number": "K7", "name": "虹桥农贸市场", "kind": "farmers-market", "unit": "市场监管局",
        "place": { "datum": "gcj02", "lat": 33.4790, "lng": 117.8860 }, "zone": null,
        "retired": false,
    }});
    let add = || json_request(Method::POST, "/api/v1/points", &body);
    let made: Point = admin.send(add()).await.ok();
    assert_eq!((made.radius_m, made.own_zone), (500.0, false));
    assert_eq!(
        made.place,
        Datum::Gcj02.to_wgs84(33.4790, 117.8860).unwrap()
    );
    let again = admin.send(add()).await;
    assert_eq!(again.refusal(), (422, "point_invalid".to_owned()));
    let reasons = &again.details()["reasons"];
    assert_eq!(reasons[0]["reason"], "number_taken");
    assert_eq!(reasons[1]["reason"], "duplicate");
}

#[tokio::test]
async fn the_table_is_found_ordered_and_paged_on_the_server() {
    let server = TestServer::start().await;
    let console = server.console(SUPERVISOR).await;
    let table = async |query: &str| -> PointTable {
        console
            .get(&format!("/api/v1/points/table?{query}"))
            .await
            .ok()
    };
    let all = table("limit=200").await;
    assert_eq!(all.rows.len(), all.total as usize);
    assert_eq!(
        all.kinds.iter().map(|kind| kind.points).sum::<u32>(),
        all.total
    );
    // Pages together are the whole, each row once.
    let mut paged = Vec::new();
    for page in 0..all.total.div_ceil(7) {
        let part = table(&format!("limit=7&offset={}", page * 7)).await;
        assert_eq!(part.total, all.total);
        paged.extend(part.rows);
    }
    assert_eq!(paged, all.rows);
    let backwards = table("limit=200&descending=true").await;
    assert!(backwards.rows.iter().rev().eq(&all.rows));
    for order in ["name", "number", "kind", "unit", "reach"] {
        let ordered = table(&format!("limit=200&order={order}")).await;
        assert_eq!(ordered.total, all.total, "{order}");
    }
    let kinds = table("limit=200&order=kind").await;
    assert!(kinds.rows.is_sorted_by_key(|point| point.kind));

    let markets = table("kind=farmers-market").await;
    assert!(markets.total > 0 && markets.total < all.total);
    assert!(
        markets
            .rows
            .iter()
            .all(|point| serde_json::to_value(point.kind).unwrap() == "farmers-market")
    );
    assert_eq!(
        markets.kinds, all.kinds,
        "the other kinds stay to be chosen"
    );
    let found = table("typed=lcnm").await;
    assert_eq!((found.total, found.all), (1, all.all));
    assert_eq!(table("uses=retired").await.total, 0);
    let bad = console
        .get("/api/v1/points/table?order=colour")
        .await
        .refusal();
    assert_eq!(bad, (400, "bad_request".to_owned()));
}

#[tokio::test]
async fn points_of_a_register_follow_a_district_that_walks() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let walk = json!({ "base": 1, "limits": [], "adopt": [], "drop": [], "titles": null, "note": "",
        "zone": { "mode": "walk-visible", "walk_m": 400.0, "sight_m": 50.0 } });
    let made = admin
        .send(json_request(Method::POST, "/api/v1/standards", &walk))
        .await;
    assert_eq!(made.status, 200);
    let path = "/api/v1/points/import?format=csv&datum=wgs84";
    let preview: ImportPreview = admin.send(file(path, REGISTER.as_bytes())).await.ok();
    let path = format!(
        "/api/v1/points/import/commit?format=csv&datum=wgs84&digest={}",
        preview.digest
    );
    admin
        .send(file(&path, REGISTER.as_bytes()))
        .await
        .ok::<ImportDone>();
    let table: PointTable = admin.get("/api/v1/points/table?limit=200").await.ok();
    let point = |number: &str| {
        table
            .rows
            .iter()
            .find(|point| point.number == number)
            .unwrap()
    };
    let (follows, own) = (point("A1"), point("A2"));
    assert!(matches!(follows.shape, Some(ZoneShape::WalkVisible { .. })));
    assert_eq!((follows.radius_m, follows.own_zone), (450.0, false));
    assert_eq!(
        (own.radius_m, own.own_zone, &own.shape),
        (300.0, true, &None)
    );

    // A register that says nothing of zones leaves the circle of its own as it is.
    let silent = "编号,名称,类型,责任单位,纬度,经度\nA2,{name},学校,另一个单位,{lat},{lng}\n"
        .replace("{name}", &own.name)
        .replace("{lat}", &own.place.lat().to_string())
        .replace("{lng}", &own.place.lng().to_string());
    let path = "/api/v1/points/import?format=csv&datum=wgs84";
    let preview: ImportPreview = admin.send(file(path, silent.as_bytes())).await.ok();
    let fates: Vec<&RowFate> = preview.rows.iter().map(|row| &row.fate).collect();
    assert!(
        matches!(fates[..], [RowFate::Changed { fields }] if !fields.contains(&PointField::Radius)),
        "{fates:?}"
    );
    let path = format!(
        "/api/v1/points/import/commit?format=csv&datum=wgs84&digest={}",
        preview.digest
    );
    admin
        .send(file(&path, silent.as_bytes()))
        .await
        .ok::<ImportDone>();
    let kept: Point = admin.get(&format!("/api/v1/points/{}", own.id)).await.ok();
    assert_eq!(
        (kept.unit.as_str(), kept.radius_m, kept.own_zone),
        ("另一个单位", 300.0, true)
    );
}
