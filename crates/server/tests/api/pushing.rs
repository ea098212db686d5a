use axum::http::{Method, Request};
use serde_json::{Value, json};
use uuid::Uuid;
use xunfang_protocol::PushResponse;

use crate::actors::{INSPECTOR, OTHER_INSPECTOR, SUPERVISOR, TestServer, json_request, status_of};
use crate::records::Photo;

/// Each operation's fate as `status code`.
fn fates(response: &PushResponse) -> Vec<String> {
    let fate = |result| {
        let result: &xunfang_protocol::OpResult = result;
        let code = result.code.clone().unwrap_or_default();
        format!("{} {code}", status_of(result)).trim().to_owned()
    };
    response.results.iter().map(fate).collect()
}

#[tokio::test]
async fn r5_every_operation_of_a_batch_meets_its_own_fate() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let (here, missing) = (Photo::take(1), Photo::take(2));
    phone.upload(&here).await;

    let first = phone.submit(&phone.finding(&[&here]).await);
    let mut reused = phone.submit(&phone.finding(&[&here]).await);
    reused["id"] = first["id"].clone();
    let mut broken = phone.finding(&[&here]).await;
    broken["criterion"] = json!("");
    let malformed = json!({ "id": Uuid::now_v7(), "note": 5 });
    let mut elsewhere = phone.finding(&[&here]).await;
    elsewhere["point"] = json!(Uuid::now_v7());
    let without_photo = phone.finding(&[&here, &missing]).await;
    let mut newer = phone.submit(&phone.finding(&[&here]).await);
    newer["kind"] = json!("patrol.started");
    let mut about_another = phone.submit(&phone.finding(&[&here]).await);
    about_another["entity"] = json!(Uuid::now_v7());
    let known = phone.submit(&first["body"]);
    let last = phone.submit(&phone.finding(&[&here]).await);

    let response = phone
        .push(&[
            first.clone(),
            first.clone(),
            reused,
            phone.submit(&broken),
            phone.submit(&malformed),
            phone.submit(&elsewhere),
            phone.submit(&without_photo),
            newer,
            about_another,
            known,
            last.clone(),
        ])
        .await;
    assert_eq!(
        fates(&response),
        [
            "applied",
            "duplicate",
            "rejected op_id_reused",
            "rejected record_invalid",
            "rejected record_invalid",
            "rejected point_unknown",
            "retry photos_missing",
            "retry kind_unknown",
            "rejected record_invalid",
            // The very record, under another operation.
            "duplicate",
            "applied",
        ]
    );
    let seqs: Vec<_> = response.results.iter().map(|result| result.seq).collect();
    assert_eq!((seqs[0], seqs[1], seqs[10]), (Some(1), Some(1), Some(2)));
    assert_eq!(response.results[6].need_blobs, [missing.sha256]);
    assert!(
        response.results[4]
            .message
            .as_ref()
            .unwrap()
            .contains("invalid type")
    );
    assert_eq!(response.ack_dev_seq, last["dev_seq"].as_u64().unwrap());
    let listed = server.console(SUPERVISOR).await.findings("").await;
    assert_eq!(listed.rows.len(), 2);
}

#[tokio::test]
async fn r5_the_same_operation_with_its_fields_in_another_order_is_a_duplicate() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let op = phone.submit(&phone.finding(&[&photo]).await);
    assert_eq!(
        fates(&phone.push(std::slice::from_ref(&op)).await),
        ["applied"]
    );
    let fields: Vec<_> = op["body"].as_object().unwrap().iter().rev().collect();
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    let mut outer = op.clone();
    outer["body"] = json!("BODY");
    let text = outer
        .to_string()
        .replace("\"BODY\"", &format!("{{{}}}", fields.join(",")));
    let body = json!({
        "proto": 1, "schema": 1, "device": phone.device, "batch": Uuid::now_v7(), "ops": ["OP"],
    });
    let body = body.to_string().replace("\"OP\"", &text);
    let request = Request::post("/api/v1/sync/push").header("content-type", "application/json");
    let answer = phone.send(request.body(body.into()).unwrap()).await;
    assert_eq!(fates(&answer.ok()), ["duplicate"]);
}

#[tokio::test]
async fn an_operation_that_waited_for_its_photo_is_applied_once_the_photo_is_here() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    let op = phone.submit(&phone.finding(&[&photo]).await);
    let waiting = phone.push(std::slice::from_ref(&op)).await;
    assert_eq!(fates(&waiting), ["retry photos_missing"]);
    assert_eq!(waiting.ack_dev_seq, 0);
    phone.upload(&photo).await;
    let applied = phone.push(&[op]).await;
    assert_eq!(fates(&applied), ["applied"]);
    assert_eq!(applied.ack_dev_seq, 1);
}

#[tokio::test]
async fn fields_that_this_server_does_not_know_are_kept_and_come_back() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let mut record = phone.finding(&[&photo]).await;
    record["severity_of_tomorrow"] = json!({ "level": 3, "share": 0.1 });
    phone.push(&[phone.submit(&record)]).await;
    assert_eq!(phone.own_events().await.events[0].body, record);
}

#[tokio::test]
async fn x4_nobody_pushes_for_another_role_device_or_person() {
    let server = TestServer::start().await;
    let (phone, other) = (
        server.phone(INSPECTOR).await,
        server.phone(OTHER_INSPECTOR).await,
    );
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let op = phone.submit(&phone.finding(&[&photo]).await);

    let supervisor = server.phone(SUPERVISOR).await;
    let refused = supervisor.push(&[supervisor.submit(&op["body"])]).await;
    assert_eq!(fates(&refused), ["rejected forbidden"]);

    let mut as_other_device = phone.clone();
    as_other_device.device = other.device;
    let refused = as_other_device.push_answer(std::slice::from_ref(&op)).await;
    assert_eq!(refused.refusal(), (401, "signed_out".to_owned()));

    assert_eq!(
        fates(&phone.push(std::slice::from_ref(&op)).await),
        ["applied"]
    );
    assert_eq!(fates(&other.push(&[op]).await), ["rejected op_id_reused"]);
}

#[tokio::test]
async fn x4_another_district_s_points_photos_and_findings_are_not_there() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    let record = phone.report(&photo).await;

    let neighbour = server.add_neighbours();
    let password = server.password(INSPECTOR);
    let away = crate::actors::Phone::sign_in(server.wire(), neighbour, &password).await;
    assert!(away.points().await.is_empty());
    assert_eq!(
        fates(&away.push(&[away.submit(&record)]).await),
        ["rejected point_unknown"]
    );
    assert_eq!(away.held(&photo.sha256).await.status, 404);
    let path = format!("/api/v1/photos/{}/thumb", photo.sha256);
    assert_eq!(away.get(&path).await.status, 404);
    let path = format!("/api/v1/findings/{}", record["id"].as_str().unwrap());
    assert_eq!(away.get(&path).await.status, 404);
    assert!(
        away.pull_all()
            .await
            .scopes
            .iter()
            .all(|scope| scope.events.is_empty())
    );

    let boss = crate::actors::Console::sign_in(server.wire(), "lin02", &password).await;
    assert_eq!(boss.findings("").await.rows.len(), 0);
    let refused = boss
        .review(&record, json!({ "rev": 0, "decision": "accept" }))
        .await;
    assert_eq!(refused.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_push_that_is_too_large_or_does_not_parse_changes_nothing() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let record = phone.finding(&[&Photo::take(1)]).await;
    let many: Vec<Value> = (0..201).map(|_| phone.submit(&record)).collect();
    let refused = phone.push_answer(&many).await;
    assert_eq!(refused.refusal(), (413, "too_large".to_owned()));
    assert_eq!(refused.details()["most"], 200);

    let mut long = record.clone();
    long["note"] = json!("长".repeat(1_400_000));
    let refused = phone.push_answer(&[phone.submit(&long)]).await;
    assert_eq!(refused.refusal(), (413, "too_large".to_owned()));

    for (media_type, body, status) in [
        ("application/json", "{\"proto\": 1", 400),
        ("application/json", "", 400),
        ("application/json", "[]", 400),
        ("application/json; charset=utf-8", "{}", 400),
        ("text/plain", "{}", 415),
        ("application/x-www-form-urlencoded", "proto=1", 415),
    ] {
        let request = Request::post("/api/v1/sync/push").header("content-type", media_type);
        let refused = phone.send(request.body(body.into()).unwrap()).await;
        assert_eq!(
            refused.refusal(),
            (status, "bad_request".to_owned()),
            "{media_type} {body}"
        );
    }
}

#[tokio::test]
async fn a_phone_that_is_too_old_or_too_new_to_pull_may_still_push() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    for (proto, refusal) in [(0, (426, "too_old")), (99, (400, "bad_request"))] {
        let pull = json!({ "proto": proto, "epoch": null, "scopes": {}, "limit": 10 });
        let refused = phone
            .send(json_request(Method::POST, "/api/v1/sync/pull", &pull))
            .await;
        assert_eq!(refused.refusal(), (refusal.0, refusal.1.to_owned()));
        let push = json!({
            "proto": proto, "schema": 1, "device": phone.device, "batch": Uuid::now_v7(), "ops": [],
        });
        let taken = phone
            .send(json_request(Method::POST, "/api/v1/sync/push", &push))
            .await;
        assert_eq!(taken.status, 200);
    }
}

#[tokio::test]
async fn a_push_may_be_packed_and_so_is_its_answer() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let op = phone.submit(&phone.finding(&[&photo]).await);
    let body = json!({
        "proto": 1, "schema": 1, "device": phone.device, "batch": Uuid::now_v7(), "ops": [op],
    });
    let packed = xunfang_protocol::pack(body.to_string().as_bytes()).unwrap();
    let push = |body: Vec<u8>, packing: &str| {
        Request::post("/api/v1/sync/push")
            .header("content-type", "application/json")
            .header("content-encoding", packing)
            .header("accept-encoding", "gzip, zstd;q=0.5")
            .body(body.into())
            .unwrap()
    };
    let answer = phone.send(push(packed.clone(), "zstd")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-encoding"), "zstd");
    let plain = xunfang_protocol::unpack(&answer.body, 1 << 20)
        .unwrap()
        .unwrap();
    let response: PushResponse = serde_json::from_slice(&plain).unwrap();
    assert_eq!(fates(&response), ["applied"]);

    // What does not unpack, is packed otherwise or is a bomb is refused, and nothing else happens.
    let half = packed[..packed.len() / 2].to_vec();
    for (body, packing, refusal) in [
        (half, "zstd", (400, "bad_request")),
        (body.to_string().into_bytes(), "zstd", (400, "bad_request")),
        (packed, "br", (415, "bad_request")),
        (
            xunfang_protocol::pack(&vec![b' '; 64 << 20]).unwrap(),
            "zstd",
            (413, "too_large"),
        ),
    ] {
        let (status, code) = phone.send(push(body, packing)).await.refusal();
        assert_eq!((status, code.as_str()), refusal);
    }
}

#[tokio::test]
async fn what_is_signed_has_to_be_as_it_was_signed() {
    use xunfang_evidence::{DeviceSigner, OpAuthor, SecretKey, sign_op};
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let key = SecretKey::from_bytes(&[5; 32]).unwrap();
    let author = OpAuthor {
        device: phone.device.to_string().parse().unwrap(),
        person: phone.session.person.id,
    };
    let signed = |op: &Value| {
        let read = serde_json::from_value(op.clone()).unwrap();
        let mut op = op.clone();
        op["sig"] = json!(sign_op(&read, author, &key).unwrap());
        op
    };
    let whole = signed(&phone.submit(&phone.finding(&[&photo]).await));
    let mut changed = signed(&phone.submit(&phone.finding(&[&photo]).await));
    changed["body"]["note"] = json!("another note");
    let unsigned = phone.submit(&phone.finding(&[&photo]).await);
    let push = |key: Option<String>| {
        let ops = [whole.clone(), changed.clone(), unsigned.clone()];
        let body = json!({
            "proto": 1, "schema": 1, "device": phone.device, "batch": Uuid::now_v7(),
            "key": key, "ops": ops,
        });
        let request = json_request(Method::POST, "/api/v1/sync/push", &body);
        async { fates(&phone.send(request).await.ok::<PushResponse>()) }
    };
    let (lost, other) = ("retry signature_invalid", SecretKey::from_bytes(&[6; 32]));
    let other = other.unwrap().public_key().to_string();
    assert_eq!(push(None).await, [lost, lost, "applied"]);
    assert_eq!(push(Some(other)).await, [lost, lost, "duplicate"]);
    let ours = Some(key.public_key().to_string());
    assert_eq!(push(ours).await, ["applied", lost, "duplicate"]);
    let kept = server.ask("SELECT signature, key_id FROM op ORDER BY seq");
    let signature = whole["sig"].as_str().unwrap().to_owned();
    let held = [Some(signature), Some(key.public_key().id().to_string())];
    assert_eq!(kept, [[None, None], held]);
}
