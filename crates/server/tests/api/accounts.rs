//! Units, people, passwords, sessions and devices.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use uuid::Uuid;
use xunfang_domain::DeviceId;
use xunfang_evidence::{DeviceSigner, SecretKey, digest, seal};
use xunfang_protocol::{EnrolmentClaim, EnrolmentCode, SessionList, SignedIn};

use crate::actors::{
    ADMINISTRATOR, Console, INSPECTOR, Phone, SUPERVISOR, TestServer, json_request, sign_in_request,
};
use crate::records::Photo;
use crate::wire::Answer;

/// Nobody and nothing is called so.
const NONE: &str = "6f2f8d0e-0000-4000-8000-000000000000";

async fn send(console: &Console, method: Method, path: &str, body: &Value) -> Answer {
    console.send(json_request(method, path, body)).await
}

fn district_wide(role: &str) -> Value {
    json!([{ "role": role, "scope": { "kind": "district" } }])
}

async fn people(admin: &Console) -> Vec<Value> {
    let page: Value = admin.get("/api/v1/people?limit=500").await.ok();
    page["rows"].as_array().unwrap().clone()
}

async fn id_of(admin: &Console, account: &str) -> String {
    let all = people(admin).await;
    let row = all.iter().find(|row| row["account"] == account).unwrap();
    row["person"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn x4_a_scoped_reader_s_lists_hold_exactly_what_the_policy_lets_them_read() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let phone = server.phone(INSPECTOR).await;
    let points = phone.points().await;
    let units: Vec<Value> = admin.get("/api/v1/units").await.ok();
    let unit = |name: &str| units.iter().find(|unit| unit["name"] == name).unwrap()["id"].clone();
    let (street, community) = (unit("泗城街道（示例）"), unit("中央社区（示例）"));
    // A finding at each of ten points, and who may read it.
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let mut findings = Vec::new();
    for point in points.iter().take(10) {
        let record = crate::records::finding_at(&point["id"], &[&photo]);
        phone.push(&[phone.submit(&record)]).await;
        findings.push((record["id"].clone(), point.clone()));
    }
    let reviewer = id_of(&admin, "shenhe01").await;
    let path = format!("/api/v1/people/{reviewer}");
    let other = points[9]["id"].clone();
    let mut seen_by_each = Vec::new();
    for scopes in [
        json!([{ "kind": "district" }]),
        json!([{ "kind": "unit", "id": street }]),
        json!([{ "kind": "unit", "id": community }]),
        json!([{ "kind": "point", "id": other }]),
        json!([{ "kind": "point", "id": other }, { "kind": "unit", "id": community }]),
    ] {
        let scopes = scopes.as_array().unwrap();
        let grants: Vec<Value> = scopes
            .iter()
            .map(|scope| json!({ "role": "reviewer", "scope": scope }))
            .collect();
        let body = json!({ "display_name": "审核员", "grants": grants, "disabled": false });
        assert_eq!(send(&admin, Method::PUT, &path, &body).await.status, 200);
        // Signed in once; what they may see follows from the next request on.
        let console = server.console("shenhe01").await;
        let mut seen = 0;
        for query in ["?limit=200", "?limit=200&state=pending"] {
            let page = console.findings(query).await;
            for (finding, point) in &findings {
                let belongs = |scope: &Value| match scope["kind"].as_str().unwrap() {
                    "district" => true,
                    "point" => scope["id"] == point["id"],
                    // Every unit of a point belongs to the street.
                    _ if scope["id"] == street => !point["unit_id"].is_null(),
                    _ => scope["id"] == point["unit_id"],
                };
                let expected = scopes.iter().any(belongs);
                let listed = page.rows.iter().any(|row| json!(row.record.id) == *finding);
                assert_eq!(listed, expected, "{scopes:?} {point}");
                let path = format!("/api/v1/findings/{}", finding.as_str().unwrap());
                let status = if expected { 200 } else { 404 };
                assert_eq!(
                    console.get(&path).await.status,
                    status,
                    "{scopes:?} {point}"
                );
                let review = json!({ "rev": 99, "decision": "accept" });
                let refused = console.review(&json!({ "id": finding }), review).await;
                assert_eq!(refused.status, if expected { 409 } else { 404 });
            }
            assert_eq!(page.tally.pending as usize, page.rows.len());
            seen = page.rows.len();
        }
        seen_by_each.push(seen);
    }
    assert_eq!((seen_by_each[0], seen_by_each[3]), (10, 1));
    assert!((2..10).contains(&seen_by_each[2]), "{seen_by_each:?}");
}

#[tokio::test]
async fn x5_five_wrong_passwords_lock_a_name_whether_somebody_is_called_so_or_not() {
    let server = TestServer::start().await;
    let try_once = async |account: &str, password: &str| {
        let request = sign_in_request(account, password, None);
        server.wire().send(request).await
    };
    let mut told = Vec::new();
    for account in [SUPERVISOR, "nobody"] {
        let mut answers = Vec::new();
        for _ in 0..6 {
            let answer = try_once(account, "wrong").await;
            answers.push((
                answer.refusal(),
                answer.header("retry-after").to_owned(),
                answer.body,
            ));
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0][4].0, (401, "wrong_password".to_owned()));
    assert_eq!(told[0][5].0, (429, "locked".to_owned()));
    assert_eq!(told[0][5].1, "900");
    // The right one is refused as well, and taken when the time is over.
    let right = server.password(SUPERVISOR);
    assert_eq!(try_once(SUPERVISOR, &right).await.status, 429);
    server.days_pass(1);
    assert_eq!(try_once(SUPERVISOR, &right).await.status, 200);
}

#[tokio::test]
async fn a_drawn_password_lets_nobody_do_anything_but_change_it_and_a_phone_in() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let body = json!({
        "account": "wangfang", "display_name": "王芳", "grants": district_wide("supervisor"),
    });
    let made: Value = send(&admin, Method::POST, "/api/v1/people", &body)
        .await
        .ok();
    let drawn = made["password"].as_str().unwrap();
    let taken = send(&admin, Method::POST, "/api/v1/people", &body).await;
    assert_eq!(taken.refusal(), (409, "account_taken".to_owned()));

    let console = Console::sign_in(server.wire(), "wangfang", drawn).await;
    let refused = console.get("/api/v1/findings").await.refusal();
    assert_eq!(refused, (403, "password_must_change".to_owned()));
    let view: Value = console.get("/api/v1/session").await.ok();
    assert_eq!(view["password_must_change"], true);
    let phone = Phone::sign_in(server.wire(), "wangfang", drawn).await;
    assert_eq!(phone.get("/api/v1/points").await.status, 200);

    let change = async |current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        send(&console, Method::PUT, "/api/v1/session/password", &body).await
    };
    for (new, fault) in [
        ("kurz", "too_short"),
        ("WangFang", "is_account"),
        ("password123", "common"),
        (drawn, "used_before"),
    ] {
        let refused = change(drawn, new).await;
        assert_eq!(refused.refusal(), (422, "password_refused".to_owned()));
        assert_eq!(refused.details()["fault"], fault, "{new}");
    }
    let wrong = change("wrong", "春风十里扬州路卷").await;
    assert_eq!(wrong.refusal(), (401, "wrong_password".to_owned()));
    assert_eq!(change(drawn, "春风十里扬州路卷").await.status, 204);
    assert_eq!(console.get("/api/v1/findings").await.status, 200);
    assert_eq!(phone.get("/api/v1/points").await.status, 200);
    Console::sign_in(server.wire(), "wangfang", "春风十里扬州路卷").await;
}

#[tokio::test]
async fn passwords_that_rotate_are_asked_for_at_the_next_sign_in_of_a_browser() {
    let server = TestServer::start().await;
    let phone = server.phone(SUPERVISOR).await;
    server.days_pass(60);
    let console = server.console(SUPERVISOR).await;
    server.ask(
        "INSERT INTO account_policy (district_id, passwords)
         SELECT district_id, 'rotating' FROM district",
    );
    server.days_pass(29);
    assert_eq!(
        server
            .console(SUPERVISOR)
            .await
            .get("/api/v1/findings")
            .await
            .status,
        200
    );
    server.days_pass(1);
    // Nobody who is signed in is stopped.
    assert_eq!(console.get("/api/v1/findings").await.status, 200);
    let late = server.console(SUPERVISOR).await;
    assert_eq!(late.get("/api/v1/findings").await.status, 403);
    drop(phone);
    let phone = server.phone(SUPERVISOR).await;
    assert_eq!(phone.get("/api/v1/points").await.status, 200);

    let mut current = server.password(SUPERVISOR);
    let change = async |current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        send(&late, Method::PUT, "/api/v1/session/password", &body).await
    };
    let few = change(&current, "kavu-rite-subi").await;
    assert_eq!(few.details()["fault"], "too_few_kinds");
    for number in 1..=5 {
        let new = format!("Kavu-rite-{number}");
        assert_eq!(change(&current, &new).await.status, 204, "{new}");
        current = new;
    }
    assert_eq!(
        change(&current, "Kavu-rite-1").await.details()["fault"],
        "used_before"
    );
    assert_eq!(change(&current, "Kavu-rite-6").await.status, 204);
    assert_eq!(change("Kavu-rite-6", "Kavu-rite-1").await.status, 204);
}

#[tokio::test]
async fn x3_a_device_that_is_revoked_is_refused_from_its_next_call_on() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let (phone, other) = (server.phone(INSPECTOR).await, server.phone(INSPECTOR).await);
    let person = id_of(&admin, INSPECTOR).await;
    let path = format!("/api/v1/people/{person}/sessions");
    let list: SessionList = phone.get(&path).await.ok();
    assert_eq!((list.sessions.len(), list.devices.len()), (2, 2));
    assert_eq!(list.sessions.iter().filter(|one| one.current).count(), 1);

    let device = format!("/api/v1/people/{person}/devices/{}", phone.device);
    assert_eq!(
        send(&admin, Method::DELETE, &device, &json!({}))
            .await
            .status,
        204
    );
    assert_eq!(
        phone.push_answer(&[]).await.refusal(),
        (401, "signed_out".to_owned())
    );
    assert_eq!(other.get("/api/v1/session").await.status, 200);
    let again = sign_in_request(INSPECTOR, &server.password(INSPECTOR), Some(phone.device));
    let refused = server.wire().send(again).await.refusal();
    assert_eq!(refused, (403, "device_revoked".to_owned()));

    // One's own, ended elsewhere; nobody else's.
    let third = server.phone(INSPECTOR).await;
    let end = |path: &str| Request::delete(path).body(Body::empty()).unwrap();
    assert_eq!(third.send(end(&path)).await.status, 204);
    assert_eq!(other.get("/api/v1/session").await.status, 401);
    assert_eq!(third.get("/api/v1/session").await.status, 200);
    let boss = id_of(&admin, ADMINISTRATOR).await;
    for path in [
        format!("/api/v1/people/{boss}/sessions"),
        format!("/api/v1/people/{NONE}/sessions"),
        format!("/api/v1/people/{person}/sessions/{NONE}"),
        format!("/api/v1/people/{person}/devices/{NONE}"),
        format!("/api/v1/people/{boss}/devices/{}", third.device),
    ] {
        assert_eq!(
            third.send(end(&path)).await.refusal(),
            (404, "not_found".to_owned()),
            "{path}"
        );
    }
}

/// What a device calls itself stands in every record that it signed.
#[tokio::test]
async fn x4_nobody_shuts_out_a_phone_that_others_work_with_but_who_is_in_charge() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let phone = server.phone(INSPECTOR).await;
    let password = server.password(SUPERVISOR);
    let taken = sign_in_request(SUPERVISOR, &password, Some(phone.device));
    let taken: SignedIn = server.wire().send(taken).await.ok();
    let mut other = phone.clone();
    other.token = taken.token.unwrap();
    let (mine, theirs) = (
        id_of(&admin, INSPECTOR).await,
        id_of(&admin, SUPERVISOR).await,
    );
    let at = |person: &str| format!("/api/v1/people/{person}/devices/{}", phone.device);
    let end = |path: &str| Request::delete(path).body(Body::empty()).unwrap();
    assert_eq!(other.send(end(&at(&theirs))).await.status, 204);
    assert_eq!(other.get("/api/v1/session").await.status, 401);
    assert_eq!(phone.get("/api/v1/session").await.status, 200);
    let again = sign_in_request(INSPECTOR, &server.password(INSPECTOR), Some(phone.device));
    assert_eq!(server.wire().send(again).await.status, 200);

    // Whoever is in charge finds it with each of them.
    let path = format!("/api/v1/people/{mine}/sessions");
    let list: SessionList = admin.get(&path).await.ok();
    assert_eq!(list.devices.len(), 1);
    let shut = send(&admin, Method::DELETE, &at(&mine), &json!({})).await;
    assert_eq!(shut.status, 204);
    assert_eq!(phone.get("/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn the_last_administrator_stays_whoever_asks() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let me = format!("/api/v1/people/{}", id_of(&admin, ADMINISTRATOR).await);
    for (grants, disabled) in [
        (district_wide("observer"), false),
        (district_wide("administrator"), true),
    ] {
        let body = json!({ "display_name": "管理员", "grants": grants, "disabled": disabled });
        let refused = send(&admin, Method::PUT, &me, &body).await;
        assert_eq!(refused.refusal(), (409, "last_administrator".to_owned()));
    }
    let other = format!("/api/v1/people/{}", id_of(&admin, SUPERVISOR).await);
    let body = json!({ "display_name": "督查一号", "grants": district_wide("administrator"), "disabled": false });
    assert_eq!(send(&admin, Method::PUT, &other, &body).await.status, 200);
    let body =
        json!({ "display_name": "管理员", "grants": district_wide("observer"), "disabled": false });
    assert_eq!(send(&admin, Method::PUT, &me, &body).await.status, 200);
    // It counts from the next request on.
    assert_eq!(
        admin.get("/api/v1/people").await.refusal(),
        (403, "forbidden".to_owned())
    );
}

#[tokio::test]
async fn a_disabled_account_is_signed_out_and_told_like_a_wrong_password() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let phone = server.phone(INSPECTOR).await;
    let path = format!("/api/v1/people/{}", id_of(&admin, INSPECTOR).await);
    let body = |disabled| json!({ "display_name": "巡访员一号", "grants": district_wide("inspector"), "disabled": disabled });
    assert_eq!(
        send(&admin, Method::PUT, &path, &body(true)).await.status,
        200
    );
    assert_eq!(phone.get("/api/v1/session").await.status, 401);
    let sign_in = || sign_in_request(INSPECTOR, &server.password(INSPECTOR), None);
    let refused = server.wire().send(sign_in()).await.refusal();
    assert_eq!(refused, (401, "wrong_password".to_owned()));
    assert_eq!(
        send(&admin, Method::PUT, &path, &body(false)).await.status,
        200
    );
    assert_eq!(server.wire().send(sign_in()).await.status, 200);
    let reset: Value = send(
        &admin,
        Method::POST,
        &format!("{path}/password"),
        &json!({}),
    )
    .await
    .ok();
    assert_eq!(server.wire().send(sign_in()).await.status, 401);
    Phone::sign_in(
        server.wire(),
        INSPECTOR,
        reset["password"].as_str().unwrap(),
    )
    .await;
}

#[tokio::test]
async fn units_and_people_that_cannot_be_so_are_refused_and_others_stay_hidden() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let units: Vec<Value> = admin.get("/api/v1/units").await.ok();
    let street = units.iter().find(|unit| unit["level"] == "street").unwrap();
    let save = |parent: &Value, level: &str, name: &str| json!({ "parent": parent, "level": level, "name": name });
    for (body, fault) in [
        (save(&street["id"], "street", "同级"), "above_parent"),
        (save(&json!(NONE), "street", "无"), "parent_unknown"),
        (save(&street["id"], "community", " "), "name"),
        (
            save(&street["id"], "community", "中央社区（示例）"),
            "name_taken",
        ),
    ] {
        let refused = send(&admin, Method::POST, "/api/v1/units", &body).await;
        assert_eq!(refused.refusal(), (422, "unit_invalid".to_owned()));
        assert_eq!(refused.details()["fault"], fault);
    }
    let made: Value = send(
        &admin,
        Method::POST,
        "/api/v1/units",
        &save(&street["id"], "community", "西关社区"),
    )
    .await
    .ok();
    let path = format!("/api/v1/units/{}", made["id"].as_str().unwrap());
    let renamed: Value = send(
        &admin,
        Method::PUT,
        &path,
        &save(&street["id"], "community", "西关"),
    )
    .await
    .ok();
    assert_eq!(renamed["name"], "西关");

    let add = |account: &str, name: &str, scope: Value| {
        json!({
            "account": account, "display_name": name, "grants": [{ "role": "duty", "scope": scope }],
        })
    };
    let everywhere = json!({ "kind": "district" });
    for (body, fault) in [
        (add("lin", " ", everywhere.clone()), "name"),
        (add("li n", "林", everywhere), "account"),
        (
            add("lin", "林", json!({ "kind": "unit", "id": NONE })),
            "unit_unknown",
        ),
        (
            add("lin", "林", json!({ "kind": "point", "id": NONE })),
            "point_unknown",
        ),
    ] {
        let refused = send(&admin, Method::POST, "/api/v1/people", &body).await;
        assert_eq!(refused.refusal(), (422, "person_invalid".to_owned()));
        assert_eq!(refused.details()["fault"], fault);
    }
    let none = json!({ "account": "lin", "display_name": "林", "grants": [] });
    let refused = send(&admin, Method::POST, "/api/v1/people", &none)
        .await
        .refusal();
    assert_eq!(refused, (400, "bad_request".to_owned()));

    // Another district's are not there; who keeps no accounts is told so.
    server.add_neighbours();
    let theirs = "00000000-0000-4000-8000-00000000000b";
    let person =
        json!({ "display_name": "林", "grants": district_wide("duty"), "disabled": false });
    let unit = save(&Value::Null, "city", "市");
    for (method, path, body) in [
        (Method::PUT, format!("/api/v1/people/{theirs}"), &person),
        (
            Method::POST,
            format!("/api/v1/people/{theirs}/password"),
            &person,
        ),
        (
            Method::POST,
            format!("/api/v1/people/{theirs}/enrolment"),
            &person,
        ),
        (
            Method::GET,
            format!("/api/v1/people/{theirs}/sessions"),
            &person,
        ),
        (
            Method::DELETE,
            format!("/api/v1/people/{theirs}/sessions"),
            &person,
        ),
        (Method::PUT, format!("/api/v1/units/{NONE}"), &unit),
    ] {
        let refused = send(&admin, method, &path, body).await.refusal();
        assert_eq!(refused, (404, "not_found".to_owned()), "{path}");
    }
    let supervisor = server.console(SUPERVISOR).await;
    for path in ["/api/v1/people", "/api/v1/units"] {
        assert_eq!(
            supervisor.get(path).await.refusal(),
            (403, "forbidden".to_owned())
        );
    }
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_bytes(&[seed; 32]).unwrap()
}

fn application(code: &str, device: DeviceId, key: &SecretKey) -> Value {
    let claim = EnrolmentClaim {
        code: digest(code.as_bytes()),
        device,
    };
    json!({
        "code": code, "device": device, "device_name": "android",
        "key": key.public_key().to_string(), "claim": seal(&claim, key).unwrap(),
    })
}

#[tokio::test]
async fn x6_a_code_lets_one_key_in_for_ten_minutes_and_nobody_else() {
    let server = TestServer::start().await;
    let admin = server.console(ADMINISTRATOR).await;
    let person = id_of(&admin, INSPECTOR).await;
    let path = format!("/api/v1/people/{person}/enrolment");
    let give_out =
        async || -> EnrolmentCode { send(&admin, Method::POST, &path, &json!({})).await.ok() };
    let redeem = async |body: &Value| {
        let request = json_request(Method::POST, "/api/v1/enrolment", body);
        server.wire().send(request).await
    };
    let session = async |token: &str| {
        let request =
            Request::get("/api/v1/session").header("authorization", format!("Bearer {token}"));
        server
            .wire()
            .send(request.body(Body::empty()).unwrap())
            .await
    };
    let device = || DeviceId::from_uuid(Uuid::now_v7());
    let EnrolmentCode { code, expires_at } = give_out().await;
    assert_eq!(expires_at.get(), 1_760_000_000_000 + 600_000);
    let (mine, other) = (device(), device());

    // Nothing of it can be another's.
    let good = application(&code, mine, &key(7));
    let mut bad = Vec::new();
    for (field, value) in [
        ("code", json!(code.replace('A', "B"))),
        ("code", json!("")),
        ("code", json!("碼".repeat(40))),
        ("device", json!(other)),
        ("key", json!(key(8).public_key().to_string())),
        ("key", json!("")),
    ] {
        let mut changed = good.clone();
        changed[field] = value;
        bad.push(changed);
    }
    bad[0]["code"] = json!(format!("{code}0"));
    let refusals: Vec<Vec<u8>> = {
        let mut all = Vec::new();
        for body in &bad {
            let refused = redeem(body).await;
            assert_eq!(refused.refusal(), (403, "enrolment_refused".to_owned()));
            all.push(refused.body);
        }
        all
    };
    assert!(refusals.iter().all(|one| *one == refusals[0]));

    let first: SignedIn = redeem(&good).await.ok();
    assert_eq!(first.session.person.id.to_string(), person);
    let first = first.token.unwrap();
    assert_eq!(session(&first).await.status, 200);
    // Used: refused to any other key or device, repeated for the one whose answer was lost.
    for thief in [
        application(&code, other, &key(8)),
        application(&code, mine, &key(8)),
        application(&code, other, &key(7)),
    ] {
        assert_eq!(redeem(&thief).await.body, refusals[0]);
    }
    let second: SignedIn = redeem(&good).await.ok();
    let second = second.token.unwrap();
    assert_eq!(session(&first).await.status, 401);
    assert_eq!(session(&second).await.status, 200);

    // Over, for the device that has used it as well, and for one that has not.
    let unused = give_out().await.code;
    server.days_pass(1);
    assert_eq!(redeem(&good).await.body, refusals[0]);
    assert_eq!(
        redeem(&application(&unused, other, &key(9))).await.body,
        refusals[0]
    );
    assert_eq!(session(&second).await.status, 200);

    // A device that was shut out is not let in with its key, whatever it calls itself.
    let revoke = format!("/api/v1/people/{person}/devices/{mine}");
    assert_eq!(
        send(&admin, Method::DELETE, &revoke, &json!({}))
            .await
            .status,
        204
    );
    assert_eq!(session(&second).await.status, 401);
    let code = give_out().await.code;
    for again in [
        application(&code, mine, &key(10)),
        application(&code, other, &key(7)),
    ] {
        assert_eq!(redeem(&again).await.body, refusals[0]);
    }
    let last = application(&code, other, &key(11));
    let third: SignedIn = redeem(&last).await.ok();
    // What an administrator ended is not had again with the code that began it.
    let reset = format!("/api/v1/people/{person}/password");
    let drawn = send(&admin, Method::POST, &reset, &json!({})).await;
    assert_eq!(drawn.status, 200, "{}", drawn.text());
    assert_eq!(session(&third.token.unwrap()).await.status, 401);
    assert_eq!(redeem(&last).await.body, refusals[0]);
}
