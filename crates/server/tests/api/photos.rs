use image::GenericImageView;

use crate::actors::{INSPECTOR, OTHER_INSPECTOR, SUPERVISOR, TestServer};
use crate::records::Photo;

#[tokio::test]
async fn x4_a_photo_is_seen_by_who_may_see_a_finding_that_shows_it() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let (console, other) = (
        server.console(SUPERVISOR).await,
        server.console(OTHER_INSPECTOR).await,
    );
    let photo = Photo::take(1);
    let path = format!("/api/v1/photos/{}/original", photo.sha256);
    phone.upload(&photo).await;
    for unseen in [phone.get(&path).await, console.get(&path).await] {
        assert_eq!(unseen.refusal(), (404, "not_found".to_owned()));
    }
    let record = phone.finding(&[&photo]).await;
    phone.push(&[phone.submit(&record)]).await;
    assert_eq!(other.get(&path).await.status, 404);
    for seen in [phone.get(&path).await, console.get(&path).await] {
        assert_eq!(seen.status, 200);
        assert_eq!(seen.body, photo.bytes);
        assert_eq!(seen.header("content-type"), "image/jpeg");
        assert_eq!(
            seen.header("cache-control"),
            "private, max-age=31536000, immutable"
        );
        assert_eq!(seen.header("x-content-type-options"), "nosniff");
        assert_eq!(seen.header("content-disposition"), "inline");
    }
}

#[tokio::test]
async fn copies_are_made_once_at_their_size_and_again_when_they_are_gone() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::sized(1, 2000, image::ImageFormat::Jpeg);
    phone.report(&photo).await;
    for (copy, side) in [("thumb", 320), ("working", 1920)] {
        let path = format!("/api/v1/photos/{}/{copy}", photo.sha256);
        let first = phone.get(&path).await;
        assert_eq!(
            image::load_from_memory(&first.body).unwrap().dimensions(),
            (side, side)
        );
        assert_eq!(phone.get(&path).await.body, first.body);
    }
    assert_eq!(server.copies().len(), 2);
    std::fs::remove_dir_all(server.folder.path().join("renditions")).unwrap();
    let path = format!("/api/v1/photos/{}/thumb", photo.sha256);
    assert_eq!(phone.get(&path).await.status, 200);
}

#[tokio::test]
async fn x8_no_address_reaches_a_file_that_is_no_photo() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    phone.report(&photo).await;
    let upper = photo.sha256.as_str().to_uppercase();
    for name in [
        "..%2f..%2fserver.db",
        "%2e%2e",
        &upper,
        "server.db",
        "%00",
        "a%2fb",
    ] {
        for path in [
            format!("/api/v1/photos/{name}/original"),
            format!("/api/v1/photos/{name}/thumb"),
        ] {
            assert_eq!(
                phone.get(&path).await.refusal(),
                (400, "bad_request".to_owned()),
                "{path}"
            );
        }
    }
    for path in [
        format!("/api/v1/photos/{}/..%2f..", photo.sha256),
        format!("/api/v1/photos/{}/huge", photo.sha256),
        format!("/api/v1/photos/../{}", photo.sha256),
        "/api/v1/photos/../../server.db".to_owned(),
    ] {
        let status = phone.get(&path).await.status.as_u16();
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
}
