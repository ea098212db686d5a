//! Several servers with one database and one photo store, and a store that fails.

use image::ImageFormat;
use uuid::Uuid;
use xunfang_rig::{Postgres, S3, Syncs};
use xunfang_server::Swept;

use crate::actors::{INSPECTOR, SUPERVISOR, TestServer, status_of};
use crate::engine::Engine;
use crate::records::Photo;
use crate::shelf::Shelf;
use crate::wire::Answer;

async fn shared() -> TestServer {
    let engine = Engine::Postgres(Postgres::start(Syncs::No).unwrap());
    TestServer::start_on(engine, Shelf::start(), |_| ()).await
}

fn offset(answer: &Answer) -> u64 {
    answer.header("upload-offset").parse().unwrap()
}

fn store(server: &mut TestServer) -> &mut S3 {
    match &mut server.shelf {
        Shelf::Bucket(store) => store,
        Shelf::Folder => panic!("these tests have a store"),
    }
}

#[tokio::test]
async fn r7_any_server_goes_on_with_a_photo_that_another_one_began() {
    let server = shared().await;
    let (other, _folder) = server.beside();
    let here = server.phone(INSPECTOR).await;
    let there = here.at(&other);
    let photo = Photo::sized(1, 400, ImageFormat::Png);
    let length = photo.bytes.len() as u64;
    assert_eq!(here.announce(&photo.sha256, length).await.status, 201);
    let (mut at, mut phones) = (0, [&there, &here].into_iter().cycle());
    for piece in photo.bytes.chunks(100_000) {
        let phone = phones.next().unwrap();
        assert_eq!(offset(&phone.held(&photo.sha256).await), at);
        let appended = phone.append(&photo.sha256, at, piece).await;
        at += piece.len() as u64;
        assert_eq!((appended.status.as_u16(), offset(&appended)), (204, at));
    }
    assert!(at > 400_000, "{at}");
    assert_eq!(server.files("parts").len(), 0);
    let blobs = server.files("blobs");
    assert_eq!(blobs.len(), 1);
    assert_eq!(std::fs::read(&blobs[0]).unwrap(), photo.bytes);

    // Whoever looks at it is shown it by either.
    let op = here.submit(&here.finding(&[&photo]).await);
    assert_eq!(status_of(&there.push(&[op]).await.results[0]), "applied");
    let path = format!("/api/v1/photos/{}/original", photo.sha256);
    let console = server.phone(SUPERVISOR).await;
    for console in [console.at(&other), console] {
        assert_eq!(console.get(&path).await.body, photo.bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_of_two_servers_that_take_the_same_piece_at_once_one_counts() {
    let server = shared().await;
    let (other, _folder) = server.beside();
    let here = server.phone(INSPECTOR).await;
    let there = here.at(&other);
    for seed in 1..=5 {
        let photo = Photo::sized(seed, 200, ImageFormat::Png);
        let (length, sha256) = (photo.bytes.len() as u64, &photo.sha256);
        here.announce(sha256, length).await;
        let (first, rest) = photo.bytes.split_at(50_000);
        let (one, two) = tokio::join!(
            here.append(sha256, 0, first),
            there.append(sha256, 0, first)
        );
        let mut both = [one.status.as_u16(), two.status.as_u16()];
        both.sort_unstable();
        assert!(both == [204, 409], "{} {}", one.text(), two.text());
        for answer in [&one, &two] {
            assert_eq!(offset(answer), 50_000);
        }
        assert_eq!(here.append(sha256, 50_000, rest).await.status, 204);
        assert_eq!(offset(&there.held(sha256).await), length);
        let found = server.files("blobs");
        let found = found.iter().find(|file| file.ends_with(sha256.as_str()));
        assert_eq!(std::fs::read(found.unwrap()).unwrap(), photo.bytes);
    }
    // What was put in vain goes after a week.
    let vain = server.files("parts");
    assert!(vain.len() <= 5, "{vain:?}");
    server.date(&vain);
    server.days_pass(8);
    assert_eq!(server.app.sweep().await.unwrap(), Swept::default());
    assert_eq!(server.files("parts").len(), 0);
}

#[tokio::test]
async fn while_the_store_is_away_nothing_is_acknowledged_and_the_rest_goes_on() {
    let mut server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::sized(1, 200, ImageFormat::Png);
    let length = photo.bytes.len() as u64;
    let (first, other) = (Photo::take(2), Photo::take(3));
    phone.upload(&first).await;
    let begun = phone
        .begin(&photo.sha256, length, &photo.bytes[..1_000])
        .await;
    assert_eq!((begun.status.as_u16(), offset(&begun)), (201, 1_000));

    store(&mut server).stop().unwrap();
    let rest = &photo.bytes[1_000..];
    for refused in [
        phone.append(&photo.sha256, 1_000, rest).await,
        phone
            .bundle(&[(&other.sha256, other.bytes.as_slice())])
            .await,
    ] {
        assert_eq!(refused.refusal(), (503, "busy".to_owned()));
        assert_eq!(refused.header("retry-after"), "30");
    }
    let op = phone.submit(&phone.finding(&[&first]).await);
    assert_eq!(status_of(&phone.push(&[op]).await.results[0]), "applied");

    store(&mut server).start_again().unwrap();
    assert_eq!(offset(&phone.held(&photo.sha256).await), 1_000);
    let appended = phone.append(&photo.sha256, 1_000, rest).await;
    assert_eq!(appended.status, 204, "{}", appended.text());
    assert_eq!(server.files("blobs").len(), 2);
}

#[tokio::test]
async fn a_piece_that_the_store_lost_is_sent_again() {
    let mut server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::sized(1, 200, ImageFormat::Png);
    let length = photo.bytes.len() as u64;
    phone
        .begin(&photo.sha256, length, &photo.bytes[..1_000])
        .await;
    std::fs::remove_file(&server.files("parts")[0]).unwrap();
    let refused = phone
        .append(&photo.sha256, 1_000, &photo.bytes[1_000..])
        .await;
    assert_eq!(refused.refusal(), (422, "hash_mismatch".to_owned()));
    assert_eq!(phone.held(&photo.sha256).await.status, 404);
    phone.upload(&photo).await;
    assert_eq!(offset(&phone.held(&photo.sha256).await), length);
    // What belongs to nobody goes, however it is named.
    let stray = store(&mut server).objects().join("parts");
    let district = server.ask_one("SELECT district_id FROM district LIMIT 1");
    let stray = stray.join(district.parse::<Uuid>().unwrap().to_string());
    std::fs::create_dir_all(&stray).unwrap();
    for name in ["stray", &Uuid::now_v7().to_string()] {
        std::fs::write(stray.join(name), "?").unwrap();
    }
    server.date(&server.files("parts"));
    server.days_pass(8);
    assert_eq!(server.app.sweep().await.unwrap(), Swept::default());
    assert_eq!(server.files("parts").len(), 0);
}

/// A copy of the database, or one that was restored, lacks the rows of photos that came later.
#[tokio::test]
async fn a_database_that_the_store_does_not_belong_to_sweeps_nothing() {
    let mut server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    assert_eq!(server.app.sweep().await.unwrap(), Swept::default());
    let owner = store(&mut server).objects().join("owner");
    let own = std::fs::read_to_string(&owner).unwrap();
    assert_eq!(own.parse::<Uuid>().unwrap().to_string(), own);

    server.ask("DELETE FROM blob");
    server.date(&server.files("blobs"));
    server.days_pass(8);
    std::fs::write(&owner, Uuid::now_v7().to_string()).unwrap();
    assert_eq!(server.app.sweep().await.unwrap(), Swept::default());
    assert_eq!(server.files("blobs").len(), 1);
    std::fs::write(&owner, own).unwrap();
    assert_eq!(server.app.sweep().await.unwrap().photos, 1);
    assert_eq!(server.files("blobs").len(), 0);
}
