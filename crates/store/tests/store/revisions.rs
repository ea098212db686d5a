//! Findings that were sent back and are revised, here and elsewhere.

use xunfang_domain::FindingRecord;
use xunfang_protocol::{FeedScope, codes};
use xunfang_store::Choice;

use super::*;

fn op_id(number: u128) -> OpId {
    OpId::from_uuid(uuid(number))
}

/// A review of the finding 1, as the server tells it.
fn review(rev: u64, state: ReviewState) -> Review {
    Review {
        finding: finding(1).id,
        state,
        reason: match state {
            ReviewState::Returned => "看不清".into(),
            _ => String::new(),
        },
        rev,
        decided_at: Some(NOW),
        decided_by: Some("督查".into()),
    }
}

/// Takes in events of Lin's own feed, from a number on.
fn learn(store: &Store, from: u64, bodies: &[EventBody]) {
    let page = ScopePage {
        id: FeedScope::Person(lin()).to_string(),
        ..page(from, bodies)
    };
    store.apply_page(uuid(5), lin(), &page).unwrap();
}

fn send(store: &Store, photo: &PhotoFacts) -> Vec<xunfang_protocol::Op> {
    store.photos_stored(&[original(photo)], NOW).unwrap();
    let head = store.queue_head(lin(), NOW, 10).unwrap();
    let ids: Vec<OpId> = head.ops.iter().map(|op| op.op).collect();
    store.ops(&ids).unwrap()
}

fn only(store: &Store) -> xunfang_store::FindingRow {
    let (mut rows, total) = store.findings(lin(), FindingQuery::All, 0, 10).unwrap();
    assert_eq!(total, 1);
    rows.remove(0)
}

/// A phone whose finding 1, with photo a, was taken by the server and sent back with review 1; and
/// its record.
fn sent_back() -> (TempDir, Store, FindingRecord) {
    let (folder, store) = phone();
    let photo = photograph(&store, 'a');
    let first = store.save_finding(finding(1)).unwrap();
    let sent = send(&store, &photo);
    assert_eq!(sent.len(), 1);
    let outcome = (sent.first().unwrap().id, applied(NOW));
    store.record_outcomes(&[outcome], NOW).unwrap();
    let told = [
        EventBody::Finding(first.clone()),
        EventBody::Review(review(1, ReviewState::Returned)),
    ];
    learn(&store, 0, &told);
    (folder, store, first)
}

/// Adds photo b and other words, under an operation of that number.
fn revise(store: &Store, op: u128) -> PhotoFacts {
    assert_eq!(
        store.begin_revision(lin(), finding(1).id).unwrap(),
        market()
    );
    let photo = photograph(store, 'b');
    let words = SaveFinding {
        op: op_id(op),
        note: "补拍近照".into(),
        found_at: NOW.plus_ms(9_000),
        ..finding(77)
    };
    store.save_finding(words).unwrap();
    photo
}

/// The same, and a revision of it under 500 with a photo was refused and is begun again.
fn begun_again() -> (TempDir, Store, FindingRecord, PhotoFacts) {
    let (folder, store, first) = sent_back();
    let photo = revise(&store, 500);
    send(&store, &photo);
    let refused = OpOutcome::Rejected {
        code: codes::FORBIDDEN.into(),
    };
    store
        .record_outcomes(&[(op_id(500), refused)], NOW)
        .unwrap();
    store.begin_revision(lin(), first.id).unwrap();
    (folder, store, first, photo)
}

/// Saves what is begun, under an operation of that number.
fn save_as(store: &Store, op: u128) {
    let words = SaveFinding {
        op: op_id(op),
        ..finding(1)
    };
    store.save_finding(words).unwrap();
}

/// Chooses the own record, which the server then takes.
fn choose_mine(store: &Store, finding: FindingId, op: u128) {
    let mine = Choice::Mine {
        op: op_id(op),
        at: NOW,
    };
    store.settle_conflict(lin(), finding, 1, mine).unwrap();
    store
        .record_outcomes(&[(op_id(op), applied(NOW))], NOW)
        .unwrap();
}

/// What another phone of Lin has made of it.
fn rival(first: &FindingRecord) -> FindingRecord {
    let mut photo = first.photos.first().unwrap().clone();
    photo.sha256 = "c".repeat(64).parse().unwrap();
    let mut rival = FindingRecord {
        note: "另一部手机".into(),
        ..first.clone()
    };
    rival.photos.push(photo);
    rival
}

fn conflict() -> OpOutcome {
    OpOutcome::Conflict {
        code: codes::FINDING_MOVED_ON.into(),
    }
}

fn digits(record: &FindingRecord) -> String {
    let photos = record.photos.iter();
    photos
        .map(|photo| photo.sha256.as_str().chars().next().unwrap())
        .collect()
}

#[test]
fn a_revision_is_sent_beside_the_first_record_and_takes_its_place_when_it_is_there() {
    let (_folder, store, first) = sent_back();
    let photo = revise(&store, 500);
    let row = only(&store);
    assert!(row.revises && matches!(row.send, SendState::Queued { .. }));
    assert_eq!(
        (row.record.note.as_str(), digits(&row.record)),
        ("补拍近照", "ab".to_owned())
    );
    assert_eq!(
        row.record.found_at, first.found_at,
        "found when it was found"
    );
    assert_eq!(store.tally(Some(lin())).unwrap().unsent, 1);
    let (returned, _) = store.findings(lin(), FindingQuery::Returned, 0, 9).unwrap();
    assert_eq!(returned, [], "nothing is left to do there");

    let sent = send(&store, &photo);
    assert_eq!(
        (sent.len(), &sent[0].kind, sent[0].base_rev, sent[0].entity),
        (1, &OpKind::FindingRevised, 1, uuid(1))
    );
    assert_eq!(sent[0].body, serde_json::to_value(&row.record).unwrap());
    store
        .record_outcomes(&[(op_id(500), applied(NOW))], NOW)
        .unwrap();
    let row = only(&store);
    assert_eq!(
        (row.send, digits(&row.record)),
        (SendState::Applied, "ab".to_owned())
    );
    let now = row.review.unwrap();
    assert_eq!((now.state, now.rev), (ReviewState::Pending, 2));
    // It says so ahead of the event, and nobody takes that for damage.
    assert_eq!(store.mend_drift(&[FeedScope::Person(lin())]).unwrap(), 0);
}

#[test]
fn a_server_that_lost_everything_gets_the_first_record_as_it_was_and_then_the_revision() {
    let (_folder, store, first) = sent_back();
    let photo = revise(&store, 500);
    send(&store, &photo);
    store
        .record_outcomes(&[(op_id(500), applied(NOW))], NOW)
        .unwrap();
    store.requeue_lost(lin(), district(), NOW).unwrap();
    store
        .photos_stored(
            &["a", "b"].map(|digit| {
                let sha256: Sha256Hex = digit.repeat(64).parse().unwrap();
                QueuedPhoto {
                    of: sha256.clone(),
                    sha256,
                    bytes: 1_000,
                }
            }),
            NOW,
        )
        .unwrap();
    // One after the other.
    let sent = send(&store, &photo);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].body, serde_json::to_value(&first).unwrap());
    store
        .record_outcomes(&[(sent[0].id, applied(NOW))], NOW)
        .unwrap();
    let sent = send(&store, &photo);
    assert_eq!(
        (sent.len(), sent[0].id, sent[0].base_rev),
        (1, op_id(500), 1)
    );
    assert_eq!(sent[0].body["note"], "补拍近照");
}

#[test]
fn where_another_phone_was_faster_both_stay_until_somebody_chooses() {
    for mine in [true, false] {
        let (_folder, store, first) = sent_back();
        let photo = revise(&store, 500);
        send(&store, &photo);
        let theirs = rival(&first);
        store
            .record_outcomes(&[(op_id(500), conflict())], NOW)
            .unwrap();
        learn(
            &store,
            2,
            &[
                EventBody::Finding(theirs.clone()),
                EventBody::Review(Review::pending(first.id, 2)),
            ],
        );
        let row = only(&store);
        assert_eq!(row.record.note, "补拍近照");
        let kept = SendState::Conflict {
            theirs: Box::new(theirs.clone()),
        };
        assert_eq!(row.send, kept);
        assert_eq!(store.tally(Some(lin())).unwrap().conflicts, 1);
        assert_eq!(store.notices().unwrap()[0].code, "finding_conflict");
        assert_eq!(
            send(&store, &photo),
            [],
            "nothing is sent before the choice"
        );

        let choice = if mine {
            Choice::Mine {
                op: op_id(501),
                at: NOW,
            }
        } else {
            Choice::Theirs
        };
        let stale = store.settle_conflict(lin(), first.id, 1, choice);
        assert_eq!(stale.unwrap_err().fault(), StoreFault::MovedOn);
        store.settle_conflict(lin(), first.id, 2, choice).unwrap();
        let row = only(&store);
        if mine {
            let sent = send(&store, &photo);
            assert_eq!((sent[0].id, sent[0].base_rev), (op_id(501), 2));
            let record: FindingRecord = serde_json::from_value(sent[0].body.clone()).unwrap();
            assert_eq!(record.note, "补拍近照");
            assert_eq!(digits(&record), "acb", "no photo of either is left out");
            assert_eq!(row.record, record);
        } else {
            assert_eq!((row.send, row.record), (SendState::Applied, theirs));
            assert_eq!(send(&store, &photo), []);
        }
        let again = store.settle_conflict(lin(), first.id, 2, Choice::Theirs);
        assert_eq!(again.unwrap_err().fault(), StoreFault::MovedOn);
    }
}

#[test]
fn a_first_record_that_waits_is_sent_as_it_was_whatever_another_phone_made_of_it() {
    let (_folder, store) = phone();
    let photo = photograph(&store, 'a');
    let first = store.save_finding(finding(1)).unwrap();
    // Its answer was lost; the other phone has it from the feed already, and has revised it.
    let theirs = rival(&first);
    learn(
        &store,
        0,
        &[
            EventBody::Finding(first.clone()),
            EventBody::Review(review(1, ReviewState::Returned)),
            EventBody::Finding(theirs.clone()),
            EventBody::Review(Review::pending(first.id, 2)),
        ],
    );
    assert_eq!(only(&store).record, theirs);
    let sent = send(&store, &photo);
    assert_eq!(sent[0].body, serde_json::to_value(&first).unwrap());
    store
        .record_outcomes(&[(sent[0].id, applied(NOW))], NOW)
        .unwrap();
    assert_eq!(only(&store).record, theirs);
}

#[test]
fn a_revision_needs_a_finding_that_is_sent_back_and_an_empty_draft() {
    let (_folder, store, first) = sent_back();
    let begin = || store.begin_revision(lin(), first.id);
    photograph(&store, 'b');
    assert_eq!(begin().unwrap_err().fault(), StoreFault::DraftInUse);
    let b = "b".repeat(64).parse().unwrap();
    store.remove_draft_photo(lin(), market(), &b).unwrap();
    begin().unwrap();
    let draft = store.draft(lin(), market()).unwrap();
    assert_eq!(
        (draft.finding, draft.base_rev, draft.note.as_str()),
        (Some(first.id), Some(1), "线缆下垂")
    );
    // Given up, it is gone, and the finding is as it was.
    store.give_up_revision(lin(), market()).unwrap();
    assert!(store.draft(lin(), market()).unwrap().is_empty());
    assert_eq!(only(&store).record, first);

    revise(&store, 500);
    assert_eq!(begin().unwrap_err().fault(), StoreFault::MovedOn);
    let (_other, store, _) = sent_back();
    learn(
        &store,
        2,
        &[EventBody::Review(review(2, ReviewState::Accepted))],
    );
    let late = store.begin_revision(lin(), first.id);
    assert_eq!(late.unwrap_err().fault(), StoreFault::MovedOn);
    let unknown = store.begin_revision(lin(), FindingId::from_uuid(uuid(2)));
    assert_eq!(unknown.unwrap_err().fault(), StoreFault::NotFound);
}

#[test]
fn a_draft_that_is_no_revision_is_not_given_up_with_one() {
    let (_folder, store, _) = sent_back();
    photograph(&store, 'b');
    store.give_up_revision(lin(), market()).unwrap();
    assert_eq!(store.draft(lin(), market()).unwrap().photos.len(), 1);
}

#[test]
fn what_revises_a_record_that_is_refused_is_refused_with_it() {
    let (_folder, store, _) = sent_back();
    let photo = revise(&store, 500);
    store.requeue_lost(lin(), district(), NOW).unwrap();
    let refused = OpOutcome::Rejected {
        code: codes::POINT_UNKNOWN.into(),
    };
    store
        .record_outcomes(&[(finding(1).op, refused)], NOW)
        .unwrap();
    let code = codes::POINT_UNKNOWN.to_owned();
    assert_eq!(only(&store).send, SendState::Rejected { code });
    assert_eq!(send(&store, &photo), []);
}

#[test]
fn a_revision_need_not_wait_once_the_server_has_what_it_revises() {
    let (_folder, store, first) = sent_back();
    let photo = revise(&store, 500);
    send(&store, &photo);
    let later = NOW.plus_ms(500_000);
    store
        .put_off(op_id(500), codes::FINDING_UNKNOWN, later, NOW)
        .unwrap();
    assert_eq!(send(&store, &photo), []);
    learn(&store, 2, &[EventBody::Finding(first)]);
    assert_eq!(send(&store, &photo).len(), 1);
}

#[test]
fn a_review_that_the_server_has_lost_goes_with_the_next_reading_of_its_feed() {
    let (folder, store, first) = sent_back();
    learn(
        &store,
        2,
        &[EventBody::Review(review(2, ReviewState::Accepted))],
    );
    // Something has changed a row, so the feed is read again; meanwhile the server has come back
    // from a backup in which there is only the first decision.
    look(folder.path())
        .execute("UPDATE finding SET record = record || ' '", [])
        .unwrap();
    assert_eq!(store.mend_drift(&[FeedScope::Person(lin())]).unwrap(), 1);
    let told = [
        EventBody::Finding(first.clone()),
        EventBody::Review(review(1, ReviewState::Returned)),
    ];
    learn(&store, 0, &told);
    assert_eq!(only(&store).review, Some(review(1, ReviewState::Returned)));
    look(folder.path())
        .execute("UPDATE finding SET record = record || ' '", [])
        .unwrap();
    assert_eq!(store.mend_drift(&[FeedScope::Person(lin())]).unwrap(), 1);
    learn(&store, 0, &told[..1]);
    assert_eq!(only(&store).review, None);
}

#[test]
fn a_conflict_outlives_an_older_revision_that_is_sent_again() {
    let (_folder, store, first) = sent_back();
    let photo = revise(&store, 500);
    send(&store, &photo);
    store
        .record_outcomes(&[(op_id(500), applied(NOW))], NOW)
        .unwrap();
    learn(
        &store,
        2,
        &[
            EventBody::Finding(only(&store).record),
            EventBody::Review(Review::pending(first.id, 2)),
            EventBody::Review(review(3, ReviewState::Returned)),
        ],
    );
    revise(&store, 501);
    send(&store, &photo);
    store
        .record_outcomes(&[(op_id(501), conflict())], NOW)
        .unwrap();
    // The server comes back from a backup without any of it.
    store.requeue_lost(lin(), district(), NOW).unwrap();
    let reset = ScopePage {
        id: FeedScope::Person(lin()).to_string(),
        reset: true,
        ..page(0, &[])
    };
    store.apply_page(uuid(5), lin(), &reset).unwrap();
    for op in [finding(1).op, op_id(500)] {
        store.record_outcomes(&[(op, applied(NOW))], NOW).unwrap();
    }
    let row = only(&store);
    assert!(matches!(row.send, SendState::Conflict { .. }), "{row:?}");
}

#[test]
fn a_revision_that_is_taken_ends_an_older_conflict() {
    let (_folder, store, first) = sent_back();
    let photo = revise(&store, 500);
    send(&store, &photo);
    store
        .record_outcomes(&[(op_id(500), conflict())], NOW)
        .unwrap();
    choose_mine(&store, first.id, 501);
    assert_eq!(only(&store).send, SendState::Applied);
    assert_eq!(store.tally(Some(lin())).unwrap().conflicts, 0);
}

#[test]
fn a_revision_that_was_refused_is_begun_again_with_its_words_and_photos() {
    let (_folder, store, _, photo) = begun_again();
    assert_eq!(store.draft(lin(), market()).unwrap().note, "补拍近照");
    save_as(&store, 501);
    let sent = send(&store, &photo);
    assert_eq!((sent.len(), sent[0].id), (1, op_id(501)));
    assert_eq!(digits(&only(&store).record), "ab");
    assert_eq!(store.tally(Some(lin())).unwrap().rejected, 0);
}

#[test]
fn photos_of_a_refused_revision_outlive_the_choice_after_it() {
    let (_folder, store, first, _) = begun_again();
    // While it is written, another phone's record comes and has the refused one sent again.
    learn(&store, 2, &[EventBody::Finding(rival(&first))]);
    save_as(&store, 501);
    let both = [(op_id(500), conflict()), (op_id(501), conflict())];
    store.record_outcomes(&both, NOW).unwrap();
    choose_mine(&store, first.id, 502);
    let mut kept: Vec<char> = digits(&only(&store).record).chars().collect();
    kept.sort_unstable();
    assert_eq!(kept, ['a', 'b', 'c']);
    assert_eq!(store.queue_head(lin(), NOW, 10).unwrap().ops, []);
}

#[test]
fn an_original_that_was_asked_for_is_not_sent_once_its_revision_was_given_up() {
    let (_folder, store, first) = sent_back();
    let photo = revise(&store, 500);
    let asked = OpOutcome::Retry {
        code: codes::PHOTOS_MISSING.into(),
        at: NOW,
        need: vec![photo.sha256.clone()],
    };
    store.record_outcomes(&[(op_id(500), asked)], NOW).unwrap();
    assert_eq!(store.tally(Some(lin())).unwrap().originals, 1);
    store
        .record_outcomes(&[(op_id(500), conflict())], NOW)
        .unwrap();
    store
        .settle_conflict(lin(), first.id, 1, Choice::Theirs)
        .unwrap();
    assert_eq!(store.tally(Some(lin())).unwrap().originals, 0);
}

#[test]
fn photos_of_a_revision_that_was_given_up_keep_nothing_waiting() {
    let (_folder, store, first) = sent_back();
    revise(&store, 500);
    store
        .record_outcomes(&[(op_id(500), conflict())], NOW)
        .unwrap();
    store
        .settle_conflict(lin(), first.id, 1, Choice::Theirs)
        .unwrap();
    store.requeue_lost(lin(), district(), NOW).unwrap();
    let head = store.queue_head(lin(), NOW, 10).unwrap();
    let missing: Vec<_> = head.ops[0].missing.iter().map(|one| &one.sha256).collect();
    assert_eq!(missing, [&first.photos[0].sha256]);
}

#[test]
fn a_first_record_does_not_wait_for_photos_of_its_revision() {
    let (_folder, store, first) = sent_back();
    let photo = revise(&store, 500);
    send(&store, &photo);
    store
        .record_outcomes(&[(op_id(500), applied(NOW))], NOW)
        .unwrap();
    store.requeue_lost(lin(), district(), NOW).unwrap();
    let head = store.queue_head(lin(), NOW, 10).unwrap();
    let missing: Vec<_> = head.ops[0].missing.iter().map(|one| &one.sha256).collect();
    assert_eq!(missing, [&first.photos[0].sha256]);
}

#[test]
fn what_the_server_lost_long_after_it_was_forgotten_here_is_submitted_once_more() {
    let (_folder, store, first) = sent_back();
    store.let_go(NOW.plus_ms(31 * 24 * 60 * 60 * 1000)).unwrap();
    let photo = revise(&store, 500);
    let head = send(&store, &photo);
    assert_eq!(head.len(), 1);
    let later = NOW.plus_ms(500_000);
    store
        .put_off(op_id(500), codes::FINDING_UNKNOWN, later, NOW)
        .unwrap();
    let head = store.queue_head(lin(), NOW, 10).unwrap();
    let missing: Vec<_> = head.ops[0].missing.iter().map(|one| &one.sha256).collect();
    assert_eq!(missing, [&first.photos[0].sha256], "its photo is lost too");
    store
        .photos_stored(&[head.ops[0].missing[0].clone()], NOW)
        .unwrap();
    let sent = send(&store, &photo);
    assert_eq!(
        (sent.len(), &sent[0].kind),
        (1, &OpKind::FindingSubmitted),
        "the revision waits"
    );
    assert_eq!(sent[0].body, serde_json::to_value(&first).unwrap());
    let submitted = sent[0].id;
    // What is shown is the revision, and a file takes what it revises first.
    let row = only(&store);
    assert!(row.revises, "{row:?}");
    assert_eq!(row.record.note, "补拍近照");
    assert_eq!(store.unsent(lin()).unwrap().ops, [submitted, op_id(500)]);
    for op in [submitted, op_id(500)] {
        store.record_outcomes(&[(op, applied(NOW))], NOW).unwrap();
    }
    // Lost once more, it goes as it went, whatever the finding says by now.
    let told = [
        EventBody::Finding(first.clone()),
        EventBody::Finding(only(&store).record),
    ];
    learn(&store, 2, &told);
    store.requeue_lost(lin(), district(), NOW).unwrap();
    let again = store.ops(&[submitted]).unwrap();
    assert_eq!(again[0].body, serde_json::to_value(&first).unwrap());
}

#[test]
fn a_review_that_was_harmed_stops_nothing() {
    let (folder, store, _) = sent_back();
    let photo = revise(&store, 500);
    send(&store, &photo);
    look(folder.path())
        .execute("UPDATE finding SET review = 'x'", [])
        .unwrap();
    store
        .record_outcomes(&[(op_id(500), applied(NOW))], NOW)
        .unwrap();
    assert_eq!(only(&store).review.map(|review| review.rev), Some(2));
}
