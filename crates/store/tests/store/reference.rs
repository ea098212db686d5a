//! What comes from the server: points, standards, reviews, and what nobody understands yet.

use super::*;

#[test]
fn points_come_nearest_first_and_a_changed_point_is_seen_at_once() {
    let (_folder, store) = phone();
    let others = [
        point(101, "西市场", 33.50),
        point(102, "南站", 33.481),
        point(103, "远", 35.0),
    ];
    let events: Vec<_> = others.into_iter().map(EventBody::Point).collect();
    store.apply_page(uuid(5), lin(), &page(1, &events)).unwrap();
    let names = |from: Option<f64>, text: &str| -> Vec<String> {
        let query = PointQuery {
            district: district(),
            person: lin(),
            text,
            kind: None,
            from: from.map(|lat| Wgs84::new(lat, 117.88).unwrap()),
            offset: 0,
            limit: 3,
        };
        let found = store.points(&query).unwrap();
        found.hits.into_iter().map(|hit| hit.point.name).collect()
    };
    assert_eq!(names(Some(33.4806), ""), ["南站", "东市场", "西市场"]);
    assert_eq!(names(Some(33.4806), "市场"), ["东市场", "西市场"]);
    assert_eq!(names(None, "").len(), 3);
    let moved = EventBody::Point(point(103, "近", 33.4806));
    store
        .apply_page(uuid(5), lin(), &page(4, &[moved]))
        .unwrap();
    assert_eq!(names(Some(33.4806), "")[0], "近");
}

#[test]
fn a_review_arrives_once_and_an_older_one_changes_nothing() {
    let (_folder, store) = phone();
    photograph(&store, 'a');
    store.save_finding(finding(1)).unwrap();
    let review = |rev, state, reason: &str| {
        EventBody::Review(Review {
            finding: finding(1).id,
            state,
            reason: reason.into(),
            rev,
            decided_at: Some(NOW),
            decided_by: Some("督查".into()),
        })
    };
    let events = [
        review(2, ReviewState::Returned, "看不清"),
        review(1, ReviewState::Accepted, ""),
    ];
    store.apply_page(uuid(5), lin(), &page(1, &events)).unwrap();
    let (rows, total) = store
        .findings(lin(), FindingQuery::Returned, 0, 10)
        .unwrap();
    assert_eq!(total, 1);
    assert_eq!(rows[0].review.as_ref().unwrap().reason, "看不清");
}

#[test]
fn an_event_of_a_newer_server_is_kept_and_passed() {
    let (folder, store) = phone();
    let mut page = page(1, &[EventBody::Point(point(104, "新", 33.4))]);
    page.events.insert(
        0,
        Event {
            seq: 2,
            kind: "case.opened".into(),
            body: "x".into(),
        },
    );
    page.events[1].seq = 3;
    page.to = 3;
    let applied = store.apply_page(uuid(5), lin(), &page).unwrap();
    assert_eq!((applied.parked, applied.reference), (1, true));
    assert_eq!(store.cursors().unwrap()["s"], 3);
    let db = look(folder.path());
    let kept: String = db
        .query_row("SELECT kind FROM parked_event", [], |r| r.get(0))
        .unwrap();
    assert_eq!(kept, "case.opened");
}

#[test]
fn standards_are_kept_by_version() {
    let (_folder, store) = phone();
    let standard = |version, name: &str| xunfang_domain::Standard {
        id: StandardId::from_uuid(uuid(50)),
        version,
        name_zh: name.into(),
        name_en: name.into(),
        criteria: vec![xunfang_domain::Criterion {
            code: "cables-tidy".into(),
            ..xunfang_domain::Criterion::default()
        }],
        categories: vec![],
        profile: None,
        edited: None,
    };
    let events = [standard(1, "一"), standard(2, "二")].map(EventBody::Standard);
    store.apply_page(uuid(5), lin(), &page(1, &events)).unwrap();
    let in_force = || {
        store
            .standard_in_force(district())
            .unwrap()
            .unwrap()
            .version
    };
    assert_eq!(in_force(), 2);
    // The district says which one is in force; one that has not arrived cannot be.
    for (version, expected) in [(1, 1), (3, 2)] {
        let named = EventBody::District(District {
            id: district(),
            name: "示例".into(),
            zone_radius_m: 500.0,
            standard: Some(xunfang_domain::StandardRef {
                id: StandardId::from_uuid(uuid(50)),
                version,
            }),
            photos: PhotoPolicy::default(),
        });
        let from = store.cursors().unwrap()["s"];
        store
            .apply_page(uuid(5), lin(), &page(from, &[named]))
            .unwrap();
        assert_eq!(in_force(), expected);
    }
    let first = store
        .standard(StandardId::from_uuid(uuid(50)), 1)
        .unwrap()
        .unwrap();
    assert_eq!(first.name_zh, "一");
}
