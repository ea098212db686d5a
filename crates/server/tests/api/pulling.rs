use serde_json::json;
use uuid::Uuid;
use xunfang_domain::{Grants, Role};
use xunfang_protocol::EventBody;
use xunfang_server::sample;

use crate::actors::{INSPECTOR, OTHER_INSPECTOR, TestServer};
use crate::records::Photo;

#[tokio::test]
async fn a_new_phone_gets_its_district_its_standard_and_every_point() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    assert_eq!(
        phone.session.person.grants,
        Grants::of_district(Role::Inspector)
    );
    let pulled = phone.pull_all().await;
    let district = &pulled.scopes[0];
    assert_eq!(
        district.id,
        format!("district:{}", phone.session.district.id)
    );
    assert!(!district.reset && !district.more);
    let bodies: Vec<_> = district
        .events
        .iter()
        .map(|e| EventBody::read(e).unwrap())
        .collect();
    // The district comes first, its points, the standard, and then that the standard is in force.
    assert!(matches!(&bodies[0], EventBody::District(d) if d.standard.is_none()));
    let [
        ..,
        EventBody::Standard(standard),
        EventBody::District(in_force),
    ] = &bodies[..]
    else {
        panic!("{:?}", bodies.last());
    };
    assert_eq!(*in_force, phone.session.district);
    assert_eq!(in_force.standard, Some(standard.reference()));
    let profile = standard.profile.as_ref().unwrap();
    assert_eq!(
        (profile.id.as_str(), standard.criteria.len()),
        ("sixian-2023", 26)
    );
    let points = bodies
        .iter()
        .filter(|body| matches!(body, EventBody::Point(p) if p.sample));
    assert!(points.count() >= 22);
    assert_eq!(
        pulled.scopes[1].id,
        format!("person:{}", phone.session.person.id)
    );
    assert!(pulled.scopes[1].events.is_empty());
}

#[tokio::test]
async fn r7_pages_of_any_size_add_up_to_the_whole_feed_without_gaps() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let whole = phone.pull_all().await;
    let name = whole.scopes[0].id.clone();
    for limit in [0, 1, 7, 5000] {
        let (mut cursor, mut events) = (0, Vec::new());
        loop {
            let scopes = json!({ name.clone(): cursor });
            let page = phone
                .pull_from(Some(whole.epoch), &scopes, limit)
                .await
                .scopes
                .remove(0);
            assert!(!page.reset && page.events.len() <= limit.clamp(1, 1000) as usize);
            events.extend(page.events);
            cursor = page.to;
            if !page.more {
                break;
            }
        }
        assert_eq!(events, whole.scopes[0].events, "{limit}");
        assert!(events.iter().zip(1..).all(|(event, seq)| event.seq == seq));
    }
}

#[tokio::test]
async fn a_cursor_of_another_history_or_beyond_the_end_is_void() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let whole = phone.pull_all().await;
    let name = whole.scopes[0].id.clone();
    let last = whole.scopes[0].to;
    for (epoch, cursor, reset) in [
        (Some(whole.epoch), last, false),
        (Some(whole.epoch), last + 1, true),
        (Some(whole.epoch), u64::MAX, true),
        (Some(Uuid::new_v4()), last, true),
        (None, last, true),
        (Some(Uuid::new_v4()), 0, false),
    ] {
        let page = phone
            .pull_from(epoch, &json!({ name.clone(): cursor }), 1000)
            .await;
        let page = &page.scopes[0];
        assert_eq!(page.reset, reset, "{epoch:?} {cursor}");
        let from_the_beginning = reset || cursor == 0;
        assert_eq!(
            page.events.is_empty(),
            !from_the_beginning,
            "{epoch:?} {cursor}"
        );
        assert_eq!(page.to, last);
    }
}

#[tokio::test]
async fn x4_of_a_scope_of_somebody_else_nothing_is_told_but_that_it_is_revoked() {
    let server = TestServer::start().await;
    let (phone, other) = (
        server.phone(INSPECTOR).await,
        server.phone(OTHER_INSPECTOR).await,
    );
    phone.report(&Photo::take(1)).await;
    let theirs = format!("person:{}", phone.session.person.id);
    let pulled = other
        .pull_from(None, &json!({ theirs.clone(): 0, "district:x": 0 }), 100)
        .await;
    let scopes: Vec<_> = pulled.scopes.iter().map(|scope| scope.id.clone()).collect();
    let own = format!("person:{}", other.session.person.id);
    assert_eq!(
        scopes,
        [
            format!("district:{}", other.session.district.id),
            own,
            "district:x".to_owned(),
            theirs
        ]
    );
    assert!(pulled.scopes[1].events.is_empty());
    for scope in &pulled.scopes[2..] {
        assert!(scope.revoked && scope.reset && scope.events.is_empty() && scope.to == 0);
        assert_eq!((&scope.chain, scope.more), (&None, false));
    }
}

#[tokio::test]
async fn loading_the_sample_district_again_changes_nothing_and_keeps_the_passwords() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let before = phone.pull_all().await;
    let again = sample::load(&server.app).await.unwrap();
    assert_eq!((again.changed, &again.accounts), (0, &server.accounts));
    assert_eq!(phone.pull_all().await.scopes, before.scopes);
}
