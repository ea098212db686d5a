//! Inspections: answers, the way that is walked, and what happens when it ends.

use super::*;
use xunfang_domain::{
    AnswerValue, InspectionId, InspectionRecord, Marker, STREET_PLACES_MAX, StandardRef, TrackFix,
};
use xunfang_store::NewInspection;

const HOUR_MS: i64 = 3_600_000;

fn inspection() -> InspectionId {
    InspectionId::from_uuid(uuid(500))
}

fn begin(store: &Store) {
    let new = NewInspection {
        id: inspection(),
        person: lin(),
        point: market(),
        point_kind: PointType::FarmersMarket,
        standard: StandardRef {
            id: StandardId::from_uuid(uuid(50)),
            version: 1,
        },
        started_at: NOW,
        start: missing(),
        start_standing: None,
    };
    assert_eq!(store.begin_inspection(&new).unwrap(), inspection());
}

const fn missing() -> PositionEvidence {
    PositionEvidence::Missing {
        why: PositionMissing::NoFix,
    }
}

/// So many metres north of the market.
fn fix(north_m: f64) -> TrackFix {
    TrackFix {
        place: Wgs84::new(33.48, 117.88).unwrap().towards(0.0, north_m),
        accuracy_m: 5.0,
        at: NOW,
    }
}

/// Places of the street, markers on it, and whether it is still walked.
fn walked(store: &Store) -> Option<(usize, usize, bool)> {
    let answers = store.answers(inspection()).unwrap();
    match answers.get("street")?.value.as_ref()? {
        AnswerValue::Line {
            street,
            markers,
            walking,
        } => Some((street.len(), markers.len(), *walking)),
        _ => None,
    }
}

fn change(store: &Store, at: UnixMillis, change: impl FnOnce(&mut Vec<Wgs84>, &mut Vec<Marker>)) {
    store
        .change_answer(lin(), inspection(), "street", at, |answer| {
            let (mut street, mut markers) = match answer.value.take() {
                Some(AnswerValue::Line {
                    street, markers, ..
                }) => (street, markers),
                _ => (Vec::new(), Vec::new()),
            };
            change(&mut street, &mut markers);
            answer.value = Some(AnswerValue::Line {
                street,
                markers,
                walking: true,
            });
        })
        .unwrap();
}

#[test]
fn a_walk_grows_beside_what_the_person_does() {
    let (_folder, store) = phone();
    begin(&store);
    change(&store, NOW, |_, _| {});
    assert!(store.follow(inspection(), &fix(0.0), 10.0).unwrap());
    assert!(
        !store.follow(inspection(), &fix(6.0), 10.0).unwrap(),
        "too near"
    );
    // A marker and a place of the walk from two threads at once, again and again.
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for step in 1..=60 {
                store
                    .follow(inspection(), &fix(f64::from(step) * 12.0), 10.0)
                    .unwrap();
            }
        });
        threads.spawn(|| {
            for _ in 0..60 {
                change(&store, NOW, |_, markers| {
                    markers.push(Marker {
                        place: fix(0.0).place,
                        accuracy_m: 5.0,
                    });
                });
                let noted = store.change_answer(lin(), inspection(), "street", NOW, |answer| {
                    answer.note.push('记');
                });
                noted.unwrap();
            }
        });
    });
    assert_eq!(walked(&store), Some((61, 60, true)));
    let noted = &store.answers(inspection()).unwrap()["street"].note;
    assert_eq!(noted.chars().count(), 60);
    assert_eq!(store.track(inspection()).unwrap().len(), 61);
}

#[test]
fn a_walk_that_nobody_ends_is_not_followed_home() {
    let (_folder, store) = phone();
    begin(&store);
    change(&store, NOW, |_, _| {});
    let active = |hours: i64| {
        let now = NOW.plus_ms(hours * HOUR_MS);
        store
            .active_inspection(lin(), now.plus_ms(-2 * HOUR_MS), now)
            .unwrap()
    };
    assert_eq!(active(1), Some(inspection()));
    for step in 0..20 {
        store
            .follow(inspection(), &fix(f64::from(step) * 12.0), 10.0)
            .unwrap();
    }
    assert_eq!(active(3), None, "walking on is nothing that the person did");
    // A clock that was set back: what was done lies in a time to come.
    assert_eq!(active(-1), None);
    change(&store, NOW.plus_ms(3 * HOUR_MS), |_, _| {});
    assert_eq!(active(3), Some(inspection()));
}

#[test]
fn a_street_that_is_full_keeps_what_it_has() {
    let (_folder, store) = phone();
    begin(&store);
    change(&store, NOW, |street, _| {
        street.extend((1..STREET_PLACES_MAX).map(|_| fix(0.0).place));
    });
    for step in 0..5 {
        store
            .follow(inspection(), &fix(f64::from(step) * 12.0), 10.0)
            .unwrap();
    }
    assert_eq!(walked(&store).unwrap().0, STREET_PLACES_MAX);
    assert_eq!(store.track(inspection()).unwrap().len(), 5);
}

#[test]
fn what_ends_it_sees_everything_and_nothing_comes_after_it() {
    let (_folder, store) = phone();
    begin(&store);
    change(&store, NOW, |_, _| {});
    store.follow(inspection(), &fix(0.0), 10.0).unwrap();
    let op = (OpId::from_uuid(uuid(600)), NOW);
    let stays = store
        .submit_inspection(lin(), inspection(), op, |gathered| {
            assert_eq!((gathered.answers.len(), gathered.track.len()), (1, 1));
            None
        })
        .unwrap();
    assert!(!stays);
    assert_eq!(
        store.answers(inspection()).unwrap().len(),
        1,
        "it is still open"
    );
    let record = InspectionRecord {
        id: inspection(),
        point: market(),
        point_kind: PointType::FarmersMarket,
        standard: StandardId::from_uuid(uuid(50)),
        standard_version: 1,
        started_at: NOW,
        submitted_at: NOW,
        start: missing(),
        start_standing: None,
        end: missing(),
        answers: vec![],
        findings: vec![],
        track: vec![],
        coverage: None,
    };
    let ended = store.submit_inspection(lin(), inspection(), op, |_| Some(record));
    assert!(ended.unwrap());
    assert!(!store.follow(inspection(), &fix(500.0), 10.0).unwrap());
    let late = store.change_answer(lin(), inspection(), "street", NOW, |_| {});
    assert!(matches!(late, Err(xunfang_store::StoreError::NotFound(_))));
    let late = store.discard_inspection(lin(), inspection(), NOW);
    assert!(matches!(late, Err(xunfang_store::StoreError::NotFound(_))));
}
