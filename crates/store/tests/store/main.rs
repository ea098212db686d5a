//! What the device's storage keeps, through failures.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod damage;
mod database;
mod drift;
mod inspections;
mod receipts;
mod reference;
mod revisions;
mod sealing;
mod upgrade;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;
use xunfang_domain::{
    CaptureSource, DeviceId, District, DistrictId, FindingId, Grants, OpId, Person, PersonId,
    PhotoPolicy, Point, PointId, PointType, PositionEvidence, PositionMissing, RecordError, Review,
    ReviewState, Role, Sha256Hex, StandardId, UnixMillis, Wgs84,
};
use xunfang_protocol::{Event, EventBody, OpKind, ScopePage, SessionView};
use xunfang_store::{
    Acknowledgement, DraftPhoto, FindingQuery, NamedBytes, OpOutcome, PhotoFacts, PointQuery,
    QueuedPhoto, SaveDraft, SaveFinding, SendState, SignedInSession, StorageKey, Store, StoreFault,
};
use xunfang_vault::Secret;

const NOW: UnixMillis = UnixMillis::new(1_795_000_000_000);

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn lin() -> PersonId {
    PersonId::from_uuid(uuid(1))
}

fn market() -> PointId {
    PointId::from_uuid(uuid(100))
}

fn district() -> DistrictId {
    DistrictId::from_uuid(uuid(9))
}

fn key() -> StorageKey {
    StorageKey::new(&Secret::from_bytes([3; 32]))
}

/// Leaves the verdict on a promise where `make test` adds them up; a test that fails leaves none.
fn report(promise: &str, figure: &str, began: Instant) {
    let Some(folder) = std::env::var_os("XUNFANG_REPORTS") else {
        return;
    };
    let verdict = serde_json::json!({
        promise: {"passed": true, "figure": figure, "seconds": began.elapsed().as_secs()},
    });
    let path = Path::new(&folder).join(format!("{promise}.json"));
    fs::write(path, verdict.to_string()).unwrap();
}

/// Looks at the database from outside.
fn look(folder: &Path) -> Connection {
    let db = Connection::open(folder.join("device.sqlite")).unwrap();
    key().unlock(&db).unwrap();
    db
}

fn open(folder: &Path) -> Store {
    let opened = Store::open(folder, &key(), NOW).unwrap();
    assert_eq!(opened.set_aside, None);
    opened.store
}

/// A phone on which Lin has signed in and the market has arrived.
fn phone() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.installation(DeviceId::from_uuid(uuid(7))).unwrap();
    let person = Person {
        id: lin(),
        district: district(),
        display_name: "林".into(),
        grants: Grants::of_district(Role::Inspector),
    };
    let session = SessionView {
        person,
        district: District {
            id: district(),
            name: "示例".into(),
            zone_radius_m: 500.0,
            standard: None,
            photos: PhotoPolicy::default(),
        },
        password_must_change: false,
    };
    store
        .sign_in(&SignedInSession {
            server: "http://127.0.0.1:1".into(),
            session,
            token: "t".into(),
        })
        .unwrap();
    store
        .apply_page(
            uuid(5),
            lin(),
            &page(0, &[EventBody::Point(point(100, "东市场", 33.48))]),
        )
        .unwrap();
    (folder, store)
}

fn point(number: u128, name: &str, lat: f64) -> Point {
    Point {
        id: PointId::from_uuid(uuid(number)),
        district: district(),
        name: name.into(),
        kind: PointType::FarmersMarket,
        place: Wgs84::new(lat, 117.88).unwrap(),
        radius_m: 500.0,
        shape: None,
        unit_id: None,
        own_zone: false,
        number: String::new(),
        unit: String::new(),
        sample: true,
        retired: false,
    }
}

fn page(from: u64, bodies: &[EventBody]) -> ScopePage {
    let events: Vec<Event> = (from + 1..)
        .zip(bodies)
        .map(|(seq, body)| Event {
            seq,
            kind: body.kind().into(),
            body: serde_json::from_str(&body.to_json().unwrap()).unwrap(),
        })
        .collect();
    ScopePage {
        id: "s".into(),
        reset: false,
        revoked: false,
        to: from + events.len() as u64,
        more: false,
        chain: None,
        events,
    }
}

/// Takes a photo whose bytes are `digit` repeated, into Lin's draft at the market.
fn photograph(store: &Store, digit: char) -> PhotoFacts {
    let bytes = digit.to_string().repeat(1_000);
    let facts = PhotoFacts {
        sha256: digit.to_string().repeat(64).parse().unwrap(),
        bytes: 1_000,
        media_type: "image/jpeg".into(),
        width: 40,
        height: 30,
        shown_width: 30,
        shown_height: 40,
    };
    keep(store, &facts.sha256, bytes.as_bytes());
    let photo = DraftPhoto {
        annotation: None,
        facts: facts.clone(),
        source: CaptureSource::Camera,
        taken_at: NOW,
        position: PositionEvidence::Missing {
            why: PositionMissing::NoFix,
        },
        record: None,
    };
    store.add_draft_photo(lin(), market(), &photo).unwrap();
    facts
}

/// Its file as it waits to be sent.
fn original(photo: &PhotoFacts) -> QueuedPhoto {
    QueuedPhoto {
        sha256: photo.sha256.clone(),
        bytes: photo.bytes,
        of: photo.sha256.clone(),
    }
}

/// Makes a photo's file durable.
fn keep(store: &Store, sha256: &Sha256Hex, bytes: &[u8]) {
    let original = NamedBytes { sha256, bytes };
    store.keep_photo_files(original, &[]).unwrap();
}

fn finding(number: u128) -> SaveFinding {
    SaveFinding {
        inspection: None,
        id: FindingId::from_uuid(uuid(number)),
        op: OpId::from_uuid(uuid(number + 1_000_000)),
        person: lin(),
        point: market(),
        standard: StandardId::from_uuid(uuid(50)),
        standard_version: 1,
        criterion: "cables-tidy".into(),
        note: "线缆下垂".into(),
        found_at: NOW.plus_ms(i64::try_from(number).unwrap()),
        position: PositionEvidence::Missing {
            why: PositionMissing::Denied,
        },
        standing: None,
    }
}

/// The server took it, at a time of its own clock.
fn applied(at: UnixMillis) -> OpOutcome {
    OpOutcome::Applied {
        receipts: Vec::new(),
        acknowledgement: Acknowledgement {
            district: district(),
            at,
        },
    }
}

fn stages(store: &Store) -> Vec<SendState> {
    let (rows, _) = store.findings(lin(), FindingQuery::All, 0, 100).unwrap();
    rows.into_iter().map(|row| row.send).collect()
}

#[test]
fn a_saved_finding_is_there_after_reopening_with_its_photo_and_outbox_row() {
    let (folder, store) = phone();
    let photo = photograph(&store, 'a');
    store.save_finding(finding(1)).unwrap();
    drop(store);

    let store = open(folder.path());
    let (rows, total) = store.findings(lin(), FindingQuery::Unsent, 0, 10).unwrap();
    assert_eq!((rows.len(), total), (1, 1));
    assert_eq!(rows[0].record.note, "线缆下垂");
    assert_eq!(rows[0].point_name, "东市场");
    assert_eq!(
        store
            .open_queued(&original(&photo))
            .unwrap()
            .read_all()
            .unwrap()
            .len(),
        1_000
    );
    let head = store.queue_head(lin(), NOW, 10).unwrap();
    assert_eq!(head.ops.len(), 1);
    assert_eq!(head.ops[0].missing[0].sha256, photo.sha256);
    let ops = store.ops(&[head.ops[0].op]).unwrap();
    assert_eq!(
        (ops[0].kind.clone(), ops[0].dev_seq),
        (OpKind::FindingSubmitted, 1)
    );
    assert_eq!(ops[0].body["note"], "线缆下垂");
}

#[test]
fn what_was_begun_survives_reopening_and_ends_with_the_save() {
    let (folder, store) = phone();
    let draft = SaveDraft {
        person: lin(),
        point: market(),
        criterion: "cables-tidy",
        note: "半",
    };
    store.save_draft(draft).unwrap();
    photograph(&store, 'a');
    photograph(&store, 'a');
    drop(store);

    let store = open(folder.path());
    let draft = store.draft(lin(), market()).unwrap();
    assert_eq!(
        (draft.criterion.as_str(), draft.note.as_str()),
        ("cables-tidy", "半")
    );
    assert_eq!(draft.photos.len(), 1, "the same photo twice is one");
    store.save_finding(finding(1)).unwrap();
    assert_eq!(
        store.draft(lin(), market()).unwrap(),
        xunfang_store::Draft::default()
    );
}

#[test]
fn a_finding_that_breaks_a_rule_leaves_the_draft_and_nothing_else() {
    let (_folder, store) = phone();
    let error = store.save_finding(finding(1)).unwrap_err();
    assert_eq!(error.fault(), StoreFault::Record(RecordError::PhotoMissing));
    photograph(&store, 'a');
    let long = SaveFinding {
        note: "长".repeat(2_001),
        ..finding(1)
    };
    let error = store.save_finding(long).unwrap_err();
    assert_eq!(error.fault(), StoreFault::Record(RecordError::NoteTooLong));
    assert_eq!(stages(&store), []);
    assert_eq!(store.queue_head(lin(), NOW, 10).unwrap().ops, []);
    assert_eq!(store.draft(lin(), market()).unwrap().photos.len(), 1);
}

#[test]
fn a_finding_goes_from_queued_over_its_photo_to_applied() {
    let (_folder, store) = phone();
    let photo = photograph(&store, 'a');
    let op = finding(1).op;
    store.save_finding(finding(1)).unwrap();
    assert_eq!(
        stages(&store),
        [SendState::Queued {
            photos_stored: 0,
            stuck: None
        }]
    );
    store.photos_stored(&[original(&photo)], NOW).unwrap();
    assert_eq!(store.queue_head(lin(), NOW, 10).unwrap().ops[0].missing, []);
    assert_eq!(
        stages(&store),
        [SendState::Queued {
            photos_stored: 1,
            stuck: None
        }]
    );
    store.record_outcomes(&[(op, applied(NOW))], NOW).unwrap();
    assert_eq!(stages(&store), [SendState::Applied]);
    assert_eq!(store.tally(Some(lin())).unwrap().unsent, 0);
}

#[test]
fn a_photo_that_the_server_lost_is_sent_again_and_a_refusal_stays_visible() {
    let (_folder, store) = phone();
    let photo = photograph(&store, 'a');
    store.save_finding(finding(1)).unwrap();
    photograph(&store, 'b');
    store.save_finding(finding(2)).unwrap();
    store.photos_stored(&[original(&photo)], NOW).unwrap();
    let later = NOW.plus_ms(5_000);
    let need = vec![photo.sha256.clone()];
    let retry = OpOutcome::Retry {
        code: "photos_missing".into(),
        at: later,
        need,
    };
    let rejected = OpOutcome::Rejected {
        code: "point_unknown".into(),
    };
    store
        .record_outcomes(&[(finding(1).op, retry), (finding(2).op, rejected)], NOW)
        .unwrap();

    assert_eq!(
        store.queue_head(lin(), NOW, 10).unwrap().ops,
        [],
        "not due yet"
    );
    let due = store.queue_head(lin(), later, 10).unwrap().ops;
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].missing[0].sha256, photo.sha256);
    // What the server asks for by name is sent even if nothing else would send it.
    let originals = store.originals_due(lin(), NOW, 10).unwrap();
    assert_eq!(originals, [original(&photo)]);
    let stuck = Some("photos_missing".to_owned());
    let rejected = SendState::Rejected {
        code: "point_unknown".into(),
    };
    assert_eq!(
        stages(&store),
        [
            rejected,
            SendState::Queued {
                photos_stored: 0,
                stuck
            }
        ]
    );
    store.wake_queue(lin()).unwrap();
    assert_eq!(
        store.queue_head(lin(), NOW, 10).unwrap().ops.len(),
        1,
        "due at once"
    );
    assert_eq!(store.tally(Some(lin())).unwrap().rejected, 1);
}

#[test]
fn another_person_on_the_same_phone_neither_sees_nor_sends_what_waits() {
    let (_folder, store) = phone();
    photograph(&store, 'a');
    store.save_finding(finding(1)).unwrap();
    let wang = PersonId::from_uuid(uuid(2));
    assert_eq!(store.queue_head(wang, NOW, 10).unwrap().ops, []);
    assert_eq!(store.findings(wang, FindingQuery::All, 0, 10).unwrap().1, 0);
    store.sign_out(true).unwrap();
    assert_eq!(store.queue_head(lin(), NOW, 10).unwrap().ops.len(), 1);
}

#[test]
fn a_half_written_photo_is_cleared_and_a_whole_one_is_never_overwritten() {
    let (folder, store) = phone();
    let photo = photograph(&store, 'a');
    fs::write(folder.path().join("incoming").join("b".repeat(64)), b"half").unwrap();
    drop(store);
    let store = open(folder.path());
    assert_eq!(
        fs::read_dir(folder.path().join("incoming"))
            .unwrap()
            .count(),
        0
    );
    let path = folder.path().join("photos/aa").join(photo.sha256.as_str());
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    keep(&store, &photo.sha256, "a".repeat(1_000).as_bytes());
    let after = fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(before, after);
}
