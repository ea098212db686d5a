//! Databases of earlier schemas, opened by this one.

use rusqlite::{Connection, params};
use xunfang_domain::{
    CaptureSource, DeviceId, FindingId, FindingRecord, Grants, OpId, PersonId, PhotoRef, PointId,
    PositionEvidence, PositionMissing, Review, ReviewState, Role, Sha256Hex, StandardId,
};
use xunfang_store::{FindingQuery, SaveFinding, SendState, Store};

use crate::{NOW, applied, key, look, uuid};

const NO_FIX: PositionEvidence = PositionEvidence::Missing {
    why: PositionMissing::NoFix,
};

fn hash(digit: char) -> Sha256Hex {
    digit.to_string().repeat(64).parse().unwrap()
}

fn record(number: u128, photo: char) -> FindingRecord {
    FindingRecord {
        inspection: None,
        id: FindingId::from_uuid(uuid(number)),
        point: PointId::from_uuid(uuid(100)),
        standard: StandardId::from_uuid(uuid(50)),
        standard_version: 1,
        criterion: "cables-tidy".into(),
        note: "线缆下垂".into(),
        found_at: NOW.plus_ms(i64::try_from(number).unwrap()),
        position: NO_FIX,
        standing: None,
        photos: vec![PhotoRef {
            sha256: hash(photo),
            bytes: 1_000,
            media_type: "image/jpeg".into(),
            width: 40,
            height: 30,
            source: CaptureSource::Camera,
            taken_at: NOW,
            position: NO_FIX,
            evidence: None,
            annotation: None,
        }],
    }
}

/// What a phone of schema 1 holds: a returned finding, one that waits, and a draft with two photos.
pub(crate) fn fill_schema_1(db: &Connection, person: PersonId) {
    db.execute_batch(include_str!("../../../../migrations/device/0001_init.sql"))
        .unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    db.execute(
        "INSERT INTO installation (one, device, settings, server) VALUES (1, ?1, '{}', '')",
        [DeviceId::from_uuid(uuid(7)).to_string()],
    )
    .unwrap();
    for digit in ['a', 'b', 'c', 'd'] {
        db.execute(
            "INSERT INTO photo VALUES (?1, 1000, 'image/jpeg', 40, 30, 30, 40, NULL)",
            [hash(digit).as_str()],
        )
        .unwrap();
    }
    let returned = Review {
        finding: FindingId::from_uuid(uuid(1)),
        state: ReviewState::Returned,
        reason: "照片看不清".into(),
        decided_by: Some("督查".into()),
        decided_at: Some(NOW),
        rev: 1,
    };
    for (number, photo, applied, state, review) in [
        (
            1,
            'a',
            true,
            "returned",
            Some(serde_json::to_string(&returned).unwrap()),
        ),
        (2, 'b', false, "pending", None),
    ] {
        let record = record(number, photo);
        let body = serde_json::to_string(&record).unwrap();
        db.execute(
            "INSERT INTO finding (id, person, point, criterion, found_at, record, applied,
                                  review_state, review)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                record.id.to_string(),
                person.to_string(),
                record.point.to_string(),
                record.criterion,
                record.found_at.get(),
                body,
                applied,
                state,
                review,
            ],
        )
        .unwrap();
        db.execute(
            "INSERT INTO finding_photo VALUES (?1, 1, ?2)",
            [record.id.to_string(), hash(photo).to_string()],
        )
        .unwrap();
        if !applied {
            db.execute(
                "INSERT INTO outbox (dev_seq, op, person, kind, entity, body, made_at, state,
                                     attempts, retry_at)
                 VALUES (41, ?1, ?2, 'finding.submitted', ?3, ?4, ?5, 'queued', 3, 0)",
                params![
                    uuid(900).to_string(),
                    person.to_string(),
                    record.id.to_string(),
                    body,
                    NOW.get(),
                ],
            )
            .unwrap();
        }
    }
    // It has sent others since, which are acknowledged.
    db.execute(
        "UPDATE sqlite_sequence SET seq = 77 WHERE name = 'outbox'",
        [],
    )
    .unwrap();
    // It passed an event that it did not understand.
    db.execute("INSERT INTO cursor (scope, seq) VALUES ('d', 7)", [])
        .unwrap();
    let point = uuid(100).to_string();
    db.execute(
        "INSERT INTO draft VALUES (?1, ?2, 'manholes', '井盖缺失')",
        [person.to_string(), point.clone()],
    )
    .unwrap();
    // In an order that is not that of their hashes.
    for (place, digit) in [(1, 'd'), (2, 'c')] {
        db.execute(
            "INSERT INTO draft_photo VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                person.to_string(),
                point,
                place,
                hash(digit).as_str(),
                serde_json::to_string(&CaptureSource::Camera).unwrap(),
                NOW.get(),
                serde_json::to_string(&NO_FIX).unwrap(),
            ],
        )
        .unwrap();
    }
}

#[test]
fn a_phone_of_schema_1_keeps_its_findings_queue_and_draft() {
    let folder = tempfile::tempdir().unwrap();
    let person = PersonId::from_uuid(uuid(1));
    let db = Connection::open(folder.path().join("device.sqlite")).unwrap();
    db.pragma_update(None, "journal_mode", "wal").unwrap();
    fill_schema_1(&db, person);
    drop(db);

    let opened = Store::open(folder.path(), &key(), NOW).unwrap();
    assert_eq!(opened.set_aside, None);
    let store = opened.store;

    let cursors = store.cursors().unwrap();
    assert!(cursors.is_empty(), "everything is asked for once more");
    let (rows, total) = store.findings(person, FindingQuery::All, 0, 10).unwrap();
    assert_eq!(total, 2);
    assert_eq!(rows[0].record, record(2, 'b'));
    assert_eq!(
        rows[0].send,
        SendState::Queued {
            photos_stored: 0,
            stuck: None
        }
    );
    assert_eq!(rows[1].record, record(1, 'a'));
    assert_eq!(rows[1].send, SendState::Applied);
    let (returned, _) = store
        .findings(person, FindingQuery::Returned, 0, 10)
        .unwrap();
    assert_eq!(returned, rows[1..]);
    assert_eq!(returned[0].review.as_ref().unwrap().reason, "照片看不清");

    let head = store.queue_head(person, NOW, 10).unwrap();
    assert_eq!(head.ops.len(), 1);
    assert_eq!(head.ops[0].dev_seq, 41);
    assert_eq!(head.ops[0].missing[0].sha256, hash('b'));
    let ops = store.ops(&[OpId::from_uuid(uuid(900))]).unwrap();
    assert_eq!(ops[0].entity, uuid(2));
    assert_eq!(ops[0].body, serde_json::to_value(record(2, 'b')).unwrap());

    let draft = store.draft(person, PointId::from_uuid(uuid(100))).unwrap();
    assert_eq!(draft.note, "井盖缺失");
    let order: Vec<_> = draft
        .photos
        .iter()
        .map(|photo| photo.facts.sha256.clone())
        .collect();
    assert_eq!(order, [hash('d'), hash('c')]);

    // The phone goes on where it was: what waits is sent, and no number is used twice.
    store
        .record_outcomes(&[(head.ops[0].op, applied(NOW))], NOW)
        .unwrap();
    store
        .save_finding(SaveFinding {
            inspection: None,
            id: FindingId::from_uuid(uuid(3)),
            op: OpId::from_uuid(uuid(901)),
            person,
            point: PointId::from_uuid(uuid(100)),
            standard: StandardId::from_uuid(uuid(50)),
            standard_version: 1,
            criterion: "manholes".into(),
            note: draft.note,
            found_at: NOW,
            position: NO_FIX,
            standing: None,
        })
        .unwrap();
    let head = store.queue_head(person, NOW, 10).unwrap();
    assert_eq!(head.ops.len(), 1);
    assert_eq!(head.ops[0].dev_seq, 78);
    let db = look(folder.path());
    let broken: u32 = db
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(broken, 0);
}

#[test]
fn a_session_from_before_grants_stays_signed_in() {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(folder.path().join("device.sqlite")).unwrap();
    db.pragma_update(None, "journal_mode", "wal").unwrap();
    fill_schema_1(&db, PersonId::from_uuid(uuid(1)));
    let session = serde_json::json!({
        "person": {
            "id": uuid(1), "district": uuid(3), "display_name": "林", "role": "inspector",
        },
        "district": { "id": uuid(3), "name": "泗县", "zone_radius_m": 500.0 },
    });
    db.execute(
        "UPDATE installation SET session = ?1, token = 'abc'",
        [session.to_string()],
    )
    .unwrap();
    drop(db);

    let store = Store::open(folder.path(), &key(), NOW).unwrap().store;
    let held = store.installation(DeviceId::from_uuid(uuid(7))).unwrap();
    let person = held.session.unwrap().person;
    assert_eq!(person.grants, Grants::of_district(Role::Inspector));
    assert_eq!(held.token.as_deref(), Some("abc"));
}
