//! R10: what a disk or a mistake has made of the server's rows is noticed and asked for again.

use xunfang_protocol::FeedScope;

use super::*;

fn all_of(scope: FeedScope, bodies: &[EventBody]) -> ScopePage {
    ScopePage {
        id: scope.to_string(),
        ..page(0, bodies)
    }
}

fn ours() -> [FeedScope; 2] {
    [FeedScope::District(district()), FeedScope::Person(lin())]
}

/// A phone that has a point, a standard and a reviewed finding from its server; and what it was
/// sent.
fn in_step() -> (TempDir, Store, [ScopePage; 2]) {
    let (folder, store) = phone();
    photograph(&store, 'a');
    store.save_finding(finding(1)).unwrap();
    let saved = store.findings(lin(), FindingQuery::All, 0, 1).unwrap().0;
    let saved = &saved.first().unwrap().record;
    let queued = store
        .queue_head(lin(), NOW, 1)
        .unwrap()
        .ops
        .first()
        .unwrap()
        .op;
    store
        .record_outcomes(&[(queued, applied(NOW))], NOW)
        .unwrap();
    let standard = xunfang_domain::Standard {
        id: StandardId::from_uuid(uuid(50)),
        version: 1,
        name_zh: "标准".into(),
        name_en: "standard".into(),
        criteria: vec![],
        categories: vec![],
        profile: None,
        edited: None,
    };
    let review = Review {
        finding: saved.id,
        state: ReviewState::Returned,
        reason: "看不清".into(),
        rev: 1,
        decided_at: Some(NOW),
        decided_by: Some("督查".into()),
    };
    let pages = [
        all_of(
            FeedScope::District(district()),
            &[
                EventBody::Point(point(100, "东市场", 33.48)),
                EventBody::Point(point(101, "西市场", 33.50)),
                EventBody::Standard(standard),
            ],
        ),
        all_of(
            FeedScope::Person(lin()),
            &[EventBody::Finding(saved.clone()), EventBody::Review(review)],
        ),
    ];
    for page in &pages {
        store.apply_page(uuid(5), lin(), page).unwrap();
    }
    (folder, store, pages)
}

/// Every row that came from the server, as text.
fn held(folder: &Path) -> Vec<String> {
    let db = look(folder);
    let mut found = Vec::new();
    for query in [
        "SELECT json_array(id, district, name, kind, lat, lng, radius_m, retired) FROM point
         ORDER BY id",
        "SELECT id || body FROM standard ORDER BY id",
        "SELECT json_array(id, person, point, criterion, record, review_state, review)
         FROM finding ORDER BY id",
    ] {
        let mut rows = db.prepare(query).unwrap();
        let rows = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
        found.extend(rows.map(Result::unwrap));
    }
    found
}

#[test]
fn a_row_that_was_changed_is_written_again_by_the_next_exchange() {
    for damage in [
        "UPDATE point SET name = 'x' WHERE name = '西市场'",
        "UPDATE point SET lat = lat + 0.001, retired = 1",
        "DELETE FROM point WHERE name = '西市场'",
        "UPDATE standard SET body = '{}'",
        "DELETE FROM standard",
        "UPDATE finding SET review_state = 'accepted'",
        "UPDATE finding SET review = NULL, review_state = 'pending'",
        "UPDATE finding SET review = replace(review, '看不清', '很好')",
        "UPDATE finding SET review = '{'",
        "UPDATE finding SET record = replace(record, 'cables-tidy', 'cables')",
        "UPDATE finding SET criterion = 'x', found_at = 1",
    ] {
        let (folder, store, pages) = in_step();
        let before = held(folder.path());
        assert_eq!(store.mend_drift(&ours()).unwrap(), 0, "nothing was changed");
        let changed = look(folder.path()).execute(damage, []).unwrap();
        assert!(changed > 0, "{damage}");
        assert!(store.mend_drift(&ours()).unwrap() > 0, "{damage}");
        for page in &pages {
            let at = store.cursors().unwrap();
            if at.get(&page.id) == Some(&0) {
                store.apply_page(uuid(5), lin(), page).unwrap();
            }
        }
        assert_eq!(held(folder.path()), before, "{damage}");
        assert_eq!(store.mend_drift(&ours()).unwrap(), 0, "{damage}");
    }
}

#[test]
fn what_waits_is_this_phone_s_own_and_stays_as_it_is() {
    let (folder, store, pages) = in_step();
    photograph(&store, 'b');
    store.save_finding(finding(2)).unwrap();
    let waiting = || store.findings(lin(), FindingQuery::Unsent, 0, 9).unwrap().0;
    let before = waiting();
    assert_eq!(before.len(), 1);
    look(folder.path())
        .execute("UPDATE point SET name = 'x'", [])
        .unwrap();
    assert!(store.mend_drift(&ours()).unwrap() > 0);
    // The server says something else of a finding that it cannot have yet.
    let mut other = before[0].record.clone();
    other.note = "别的".into();
    let [mut district, _] = pages;
    let mut person = all_of(FeedScope::Person(lin()), &[EventBody::Finding(other)]);
    (district.reset, person.reset) = (true, true);
    for page in [district, person] {
        store.apply_page(uuid(5), lin(), &page).unwrap();
    }
    assert_eq!(waiting(), before);
}

#[test]
fn what_a_feed_that_was_begun_anew_no_longer_has_goes_at_its_end() {
    let (_folder, store, _) = in_step();
    let names = || -> Vec<String> {
        let query = PointQuery {
            district: district(),
            person: lin(),
            text: "",
            kind: None,
            from: None,
            offset: 0,
            limit: 9,
        };
        let found = store.points(&query).unwrap();
        found.hits.into_iter().map(|hit| hit.point.name).collect()
    };
    assert_eq!(names().len(), 2);
    let mut first = all_of(
        FeedScope::District(district()),
        &[EventBody::Point(point(100, "东市场", 33.48))],
    );
    first.reset = true;
    first.more = true;
    store.apply_page(uuid(5), lin(), &first).unwrap();
    assert_eq!(names().len(), 2, "there may be more to come");
    let last = ScopePage {
        id: first.id,
        ..page(1, &[EventBody::Point(point(102, "南站", 33.481))])
    };
    store.apply_page(uuid(5), lin(), &last).unwrap();
    assert_eq!(names(), ["东市场", "南站"]);
}

#[test]
fn a_feed_that_may_not_be_read_any_more_takes_its_rows_along_and_nobody_s_work() {
    let (folder, store, _) = in_step();
    photograph(&store, 'b');
    store.save_finding(finding(2)).unwrap();
    let revoked = ScopePage {
        reset: true,
        revoked: true,
        ..all_of(FeedScope::District(district()), &[])
    };
    store.apply_page(uuid(5), lin(), &revoked).unwrap();
    let points = || -> Vec<String> {
        let db = look(folder.path());
        let mut rows = db.prepare("SELECT name FROM point ORDER BY name").unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(points(), ["东市场"], "something waits that is about it");
    let waiting = store.findings(lin(), FindingQuery::Unsent, 0, 9).unwrap().0;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].point_name, "东市场");
    let db = look(folder.path());
    let standards: u32 = db
        .query_row("SELECT count(*) FROM standard", [], |row| row.get(0))
        .unwrap();
    assert_eq!(standards, 0);
    assert!(!store.cursors().unwrap().contains_key(&revoked.id));
    assert_eq!(store.mend_drift(&ours()).unwrap(), 0);
}

#[test]
fn a_feed_that_is_read_again_because_of_one_row_keeps_the_other_reviews_until_they_come() {
    let (folder, store, pages) = in_step();
    look(folder.path())
        .execute("UPDATE finding SET criterion = 'x'", [])
        .unwrap();
    assert_eq!(store.mend_drift(&ours()).unwrap(), 1);
    let returned = || {
        let found = store.findings(lin(), FindingQuery::Returned, 0, 9);
        found.unwrap().1
    };
    assert_eq!(returned(), 1, "no network is needed to keep it");
    // As far as the feed was not read again nothing is compared, so that it is not begun once more.
    assert_eq!(store.mend_drift(&ours()).unwrap(), 0);
    store.apply_page(uuid(5), lin(), &pages[1]).unwrap();
    assert_eq!(returned(), 1);
    assert_eq!(store.mend_drift(&ours()).unwrap(), 0);
}

#[test]
fn a_point_for_which_the_camera_is_open_stays_when_its_feed_is_revoked() {
    let (_folder, store, _) = in_step();
    let camera = xunfang_store::Capture {
        person: lin(),
        point: PointId::from_uuid(uuid(101)),
        item: None,
        began_at: NOW,
    };
    store.expect_capture(&camera, NOW).unwrap();
    let revoked = ScopePage {
        reset: true,
        revoked: true,
        ..all_of(FeedScope::District(district()), &[])
    };
    store.apply_page(uuid(5), lin(), &revoked).unwrap();
    assert!(store.point(camera.point).is_ok());
}

#[test]
fn a_refused_record_that_the_server_has_after_all_is_acknowledged_by_sending_it_once_more() {
    let (_folder, store, _) = in_step();
    photograph(&store, 'b');
    store.save_finding(finding(2)).unwrap();
    let waiting = store.findings(lin(), FindingQuery::Unsent, 0, 1).unwrap().0;
    let op = store.queue_head(lin(), NOW, 1).unwrap().ops[0].op;
    let refused = OpOutcome::Rejected {
        code: "point_unknown".into(),
    };
    store.record_outcomes(&[(op, refused)], NOW).unwrap();
    assert!(store.queue_head(lin(), NOW, 1).unwrap().ops.is_empty());
    // An administrator has imported it.
    let came = EventBody::Finding(waiting[0].record.clone());
    let page = ScopePage {
        id: FeedScope::Person(lin()).to_string(),
        ..page(2, &[came])
    };
    store.apply_page(uuid(5), lin(), &page).unwrap();
    assert_eq!(store.queue_head(lin(), NOW, 1).unwrap().ops[0].op, op);
}

#[test]
fn a_record_that_says_the_same_keeps_its_letters_because_they_are_what_was_signed() {
    let (folder, store, pages) = in_step();
    let text = || -> String {
        look(folder.path())
            .query_row("SELECT record FROM finding", [], |row| row.get(0))
            .unwrap()
    };
    let spaced = text().replacen(':', ": ", 1);
    look(folder.path())
        .execute("UPDATE finding SET record = ?1", [&spaced])
        .unwrap();
    store.apply_page(uuid(5), lin(), &pages[1]).unwrap();
    assert_eq!(text(), spaced);
}
