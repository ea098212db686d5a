use std::net::SocketAddr;

use image::ImageFormat;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use xunfang_domain::Sha256Hex;
use xunfang_protocol::UPLOAD_PHOTO_BYTES_MAX;
use xunfang_server::Swept;

use crate::actors::{INSPECTOR, OTHER_INSPECTOR, Phone, SUPERVISOR, TestServer};
use crate::records::Photo;
use crate::wire::{Answer, Wire};

fn offset(answer: &Answer) -> u64 {
    answer.header("upload-offset").parse().unwrap()
}

/// A phone at a real connection.
async fn phone_outside(server: &TestServer, address: SocketAddr, account: &str) -> Phone {
    Phone::sign_in(Wire::to(address), account, &server.password(account)).await
}

/// The head of a piece, as it goes over the wire.
fn piece_head(phone: &Phone, sha256: &Sha256Hex, offset: u64, length: usize) -> String {
    format!(
        "PATCH /api/v1/uploads/{sha256} HTTP/1.1\r\nhost: xunfang\r\n\
         authorization: Bearer {}\r\ncontent-type: application/offset+octet-stream\r\n\
         upload-offset: {offset}\r\ncontent-length: {length}\r\n\r\n",
        phone.token
    )
}

#[tokio::test]
async fn r6_a_photo_that_came_in_pieces_is_whole_and_unchanged() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::sized(1, 200, ImageFormat::Png);
    let length = photo.bytes.len() as u64;
    assert_eq!(phone.held(&photo.sha256).await.status, 404);
    let announced = phone.announce(&photo.sha256, length).await;
    assert_eq!((announced.status.as_u16(), offset(&announced)), (201, 0));
    let mut at = 0;
    for piece in photo.bytes.chunks(50_000) {
        let held = phone.held(&photo.sha256).await;
        assert_eq!(
            (offset(&held), held.header("upload-length")),
            (at, &*length.to_string())
        );
        let appended = phone.append(&photo.sha256, at, piece).await;
        at += piece.len() as u64;
        assert_eq!((appended.status.as_u16(), offset(&appended)), (204, at));
        assert_eq!(appended.header("tus-resumable"), "1.0.0");
    }
    let held = phone.held(&photo.sha256).await;
    assert_eq!((held.status.as_u16(), offset(&held)), (200, length));
    assert_eq!(server.files("parts").len(), 0);
    let blobs = server.files("blobs");
    assert_eq!(blobs.len(), 1);
    assert_eq!(std::fs::read(&blobs[0]).unwrap(), photo.bytes);

    let again = phone.announce(&photo.sha256, length).await;
    assert_eq!((again.status.as_u16(), offset(&again)), (200, length));
    assert_eq!(phone.append(&photo.sha256, length, &[]).await.status, 204);
    assert_eq!(
        phone.discard(&photo.sha256).await.refusal(),
        (403, "forbidden".to_owned())
    );
}

#[tokio::test]
async fn r7_a_connection_cut_inside_a_piece_costs_nothing_that_arrived() {
    let server = TestServer::start().await;
    let address = server.listen().await;
    let phone = phone_outside(&server, address, INSPECTOR).await;
    let photo = Photo::sized(1, 400, ImageFormat::Png);
    let length = photo.bytes.len();
    phone.announce(&photo.sha256, length as u64).await;
    let mut at = 0;
    for arrives in [1, 70_000, 200_000] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        let head = piece_head(&phone, &photo.sha256, at as u64, length - at);
        connection.write_all(head.as_bytes()).await.unwrap();
        connection
            .write_all(&photo.bytes[at..at + arrives])
            .await
            .unwrap();
        // The sending side closes; everything sent before it is delivered first.
        connection.shutdown().await.unwrap();
        let mut rest = Vec::new();
        connection.read_to_end(&mut rest).await.unwrap();
        drop(connection);
        at += arrives;
        assert_eq!(offset(&phone.held(&photo.sha256).await), at as u64);
    }
    let rest = phone
        .append(&photo.sha256, at as u64, &photo.bytes[at..])
        .await;
    assert_eq!(rest.status, 204);
    assert_eq!(offset(&phone.held(&photo.sha256).await), length as u64);
}

#[tokio::test]
async fn r7_a_silent_connection_gives_way_to_the_same_phone_on_a_new_one() {
    let server = TestServer::start().await;
    let address = server.listen().await;
    let phone = phone_outside(&server, address, INSPECTOR).await;
    let photo = Photo::sized(1, 200, ImageFormat::Png);
    phone
        .announce(&photo.sha256, photo.bytes.len() as u64)
        .await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    let head = piece_head(&phone, &photo.sha256, 0, photo.bytes.len());
    silent.write_all(head.as_bytes()).await.unwrap();
    silent.write_all(&photo.bytes[..1000]).await.unwrap();
    // The connection stays open, as after a change of network; the phone asks on another one.
    let arrived = async {
        let mut held = offset(&phone.held(&photo.sha256).await);
        while held < 1000 {
            // The question may overtake the bytes; then the silent request still has the part.
            held = offset(&phone.held(&photo.sha256).await);
        }
        held
    };
    let arrived = tokio::time::timeout(std::time::Duration::from_secs(60), arrived);
    assert_eq!(arrived.await.unwrap(), 1000);
    assert_eq!(
        phone
            .append(&photo.sha256, 1000, &photo.bytes[1000..])
            .await
            .status,
        204
    );
    drop(silent);
}

#[tokio::test]
async fn a_piece_that_begins_elsewhere_is_told_where_to_go_on() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    assert_eq!(
        phone.append(&photo.sha256, 0, &photo.bytes).await.status,
        404
    );
    phone
        .announce(&photo.sha256, photo.bytes.len() as u64)
        .await;
    phone.append(&photo.sha256, 0, &photo.bytes[..100]).await;
    for wrong in [0, 99, 101] {
        let refused = phone
            .append(&photo.sha256, wrong, &photo.bytes[100..])
            .await;
        assert_eq!(refused.refusal(), (409, "offset_mismatch".to_owned()));
        assert_eq!(
            (offset(&refused), refused.details()["offset"].as_u64()),
            (100, Some(100))
        );
    }
    phone.append(&photo.sha256, 100, &photo.bytes[100..]).await;
    let refused = phone.append(&photo.sha256, 0, &photo.bytes).await;
    assert_eq!(offset(&refused), photo.bytes.len() as u64);
}

#[tokio::test]
async fn more_bytes_than_announced_are_refused_and_none_of_them_is_kept() {
    let server = TestServer::start().await;
    let address = server.listen().await;
    let phone = phone_outside(&server, address, INSPECTOR).await;
    let photo = Photo::take(1);
    let too_long = phone
        .announce(&photo.sha256, UPLOAD_PHOTO_BYTES_MAX + 1)
        .await;
    assert_eq!(too_long.refusal(), (413, "too_large".to_owned()));
    assert_eq!(phone.announce(&photo.sha256, 0).await.refusal().0, 400);

    phone.announce(&photo.sha256, 10).await;
    let refused = phone.append(&photo.sha256, 0, &photo.bytes).await;
    assert_eq!(refused.refusal(), (413, "too_large".to_owned()));
    assert_eq!(offset(&phone.held(&photo.sha256).await), 0);

    // Without a length in its head, the piece shows its size only as it comes.
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = piece_head(&phone, &photo.sha256, 0, 0).replace(
        "content-length: 0",
        "transfer-encoding: chunked\r\nconnection: close",
    );
    let chunks = "4\r\nabcd\r\n40\r\n".to_owned() + &"x".repeat(64) + "\r\n0\r\n\r\n";
    connection
        .write_all((head + &chunks).as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(offset(&phone.held(&photo.sha256).await) <= 4);
}

#[tokio::test]
async fn bytes_that_are_another_file_or_no_photo_are_dropped() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let (photo, other) = (Photo::take(1), Photo::take(2));
    phone
        .announce(&photo.sha256, other.bytes.len() as u64)
        .await;
    let refused = phone.append(&photo.sha256, 0, &other.bytes).await;
    assert_eq!(refused.refusal(), (422, "hash_mismatch".to_owned()));
    assert_eq!(phone.held(&photo.sha256).await.status, 404);

    let text = Photo::of(b"<html>not a photo</html>".to_vec());
    phone.announce(&text.sha256, text.bytes.len() as u64).await;
    let refused = phone.append(&text.sha256, 0, &text.bytes).await;
    assert_eq!(refused.refusal(), (422, "not_a_photo".to_owned()));
    assert_eq!(
        (server.files("parts").len(), server.files("blobs").len()),
        (0, 0)
    );
    phone.upload(&photo).await;
}

#[tokio::test]
async fn r6_sixteen_parallel_uploads_of_one_photo_give_one_blob() {
    let server = TestServer::start().await;
    let photo = Photo::sized(1, 200, ImageFormat::Png);
    let first = server.phone(INSPECTOR).await;
    // Eight phones of two people, each with two uploads of its own at once.
    let mut phones = vec![first.clone(), first];
    for account in [INSPECTOR, OTHER_INSPECTOR].repeat(4).into_iter().skip(1) {
        let phone = server.phone(account).await;
        phones.extend([phone.clone(), phone]);
    }
    assert_eq!(phones.len(), 16);
    let uploads = phones.into_iter().map(|phone| {
        let photo = photo.clone();
        tokio::spawn(async move {
            let length = photo.bytes.len() as u64;
            loop {
                let announced = phone.announce(&photo.sha256, length).await;
                assert!(announced.status.is_success(), "{}", announced.text());
                let at = offset(&announced);
                if at == length {
                    return;
                }
                let end = photo.bytes.len().min(usize::try_from(at).unwrap() + 40_000);
                let piece = &photo.bytes[usize::try_from(at).unwrap()..end];
                let appended = phone.append(&photo.sha256, at, piece).await;
                assert!(
                    [204, 409].contains(&appended.status.as_u16()),
                    "{}",
                    appended.text()
                );
            }
        })
    });
    for upload in uploads.collect::<Vec<_>>() {
        upload.await.unwrap();
    }
    let blobs = server.files("blobs");
    assert_eq!(blobs.len(), 1);
    assert_eq!(std::fs::read(&blobs[0]).unwrap(), photo.bytes);
    assert_eq!(server.ask_one("SELECT count(*) FROM blob"), "1");
}

#[tokio::test]
async fn x4_nobody_sees_or_spoils_another_s_upload() {
    let server = TestServer::start().await;
    let (phone, other) = (
        server.phone(INSPECTOR).await,
        server.phone(OTHER_INSPECTOR).await,
    );
    let photo = Photo::take(1);
    phone
        .announce(&photo.sha256, photo.bytes.len() as u64)
        .await;
    phone.append(&photo.sha256, 0, &photo.bytes[..100]).await;
    assert_eq!(other.held(&photo.sha256).await.status, 404);
    other.announce(&photo.sha256, 200).await;
    other.append(&photo.sha256, 0, &[0; 150]).await;
    assert_eq!(offset(&phone.held(&photo.sha256).await), 100);
    assert_eq!(other.discard(&photo.sha256).await.status, 204);
    assert_eq!(other.discard(&photo.sha256).await.status, 404);
    assert_eq!(
        phone
            .append(&photo.sha256, 100, &photo.bytes[100..])
            .await
            .status,
        204
    );
    let supervisor = server.phone(SUPERVISOR).await;
    assert_eq!(
        supervisor.announce(&photo.sha256, 10).await.refusal().0,
        403
    );
}

#[tokio::test]
async fn r6_what_a_server_that_died_left_unfinished_is_finished_at_the_next_question() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let length = |photo: &Photo| photo.bytes.len() as u64;

    // It died after the last byte and before it looked at the hash.
    let full = Photo::take(1);
    phone.announce(&full.sha256, length(&full)).await;
    server.fill(&full.sha256, &full.bytes);
    assert_eq!(offset(&phone.held(&full.sha256).await), length(&full));
    assert_eq!(server.files("blobs").len(), 1);

    // It died after the rename and before the commit.
    server.ask("DELETE FROM blob");
    assert_eq!(offset(&phone.held(&full.sha256).await), length(&full));

    // The full part is another file: it is never told as held.
    let other = Photo::take(2);
    phone.announce(&other.sha256, length(&full)).await;
    server.fill(&other.sha256, &full.bytes);
    assert_eq!(phone.held(&other.sha256).await.status, 404);

    // The disk lost the file of a committed photo: it is taken in again.
    std::fs::remove_file(&server.files("blobs")[0]).unwrap();
    assert_eq!(phone.held(&full.sha256).await.status, 404);
    phone.upload(&full).await;
    assert_eq!(
        std::fs::read(&server.files("blobs")[0]).unwrap(),
        full.bytes
    );
}

#[tokio::test]
async fn the_upload_protocol_says_what_it_offers_and_refuses_what_it_does_not_know() {
    use axum::body::Body;
    use axum::http::Request;
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let path = format!("/api/v1/uploads/{}", Photo::take(1).sha256);
    let request = Request::options(&path).body(Body::empty()).unwrap();
    let offers = server.wire().send(request).await;
    assert_eq!(offers.status, 204);
    assert_eq!(offers.header("tus-version"), "1.0.0");
    assert_eq!(
        offers.header("tus-extension"),
        "creation,creation-with-upload,checksum,expiration,termination"
    );
    assert_eq!(offers.header("tus-checksum-algorithm"), "sha256");
    assert_eq!(
        offers.header("tus-max-size"),
        UPLOAD_PHOTO_BYTES_MAX.to_string()
    );

    let patch = |name: &str, value: &str| {
        let request = Request::patch(&path)
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", "0");
        let mut request = request.body(Body::empty()).unwrap();
        let name: axum::http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
        phone.send(request)
    };
    assert_eq!(patch("tus-resumable", "0.2.2").await.refusal().0, 412);
    assert_eq!(patch("content-type", "image/jpeg").await.refusal().0, 415);
    assert_eq!(patch("upload-offset", "-1").await.refusal().0, 400);
    for name in ["..%2f..%2fetc", &"A".repeat(64), "abc", "%ff"] {
        let request = Request::head(format!("/api/v1/uploads/{name}"))
            .body(Body::empty())
            .unwrap();
        assert_eq!(phone.send(request).await.status, 400, "{name}");
    }
}

#[tokio::test]
async fn a_photo_may_come_with_its_announcement_and_what_is_here_is_not_read_again() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let small = Photo::take(1);
    let length = small.bytes.len() as u64;
    let begun = phone.begin(&small.sha256, length, &small.bytes).await;
    assert_eq!((begun.status.as_u16(), offset(&begun)), (201, length));
    assert_eq!(server.files("blobs").len(), 1);
    let again = phone.begin(&small.sha256, length, &small.bytes).await;
    assert_eq!((again.status.as_u16(), offset(&again)), (200, length));

    let large = Photo::sized(2, 200, ImageFormat::Png);
    let (length, half) = (large.bytes.len() as u64, large.bytes.len() / 2);
    let begun = phone
        .begin(&large.sha256, length, &large.bytes[..half])
        .await;
    assert_eq!((begun.status.as_u16(), offset(&begun)), (201, half as u64));
    assert!(begun.header("upload-expires").ends_with("GMT"));
    // Begun again, for example by an app that was killed, it goes on where it was.
    let again = phone.begin(&large.sha256, length, &large.bytes).await;
    assert_eq!((again.status.as_u16(), offset(&again)), (200, half as u64));
    let rest = phone.append(&large.sha256, half as u64, &large.bytes[half..]);
    assert_eq!(rest.await.status, 204);
    assert_eq!(server.files("blobs").len(), 2);
    let too_much = Photo::take(3);
    let refused = phone.begin(&too_much.sha256, 5, &too_much.bytes).await;
    assert_eq!(refused.refusal(), (413, "too_large".to_owned()));
}

#[tokio::test]
async fn a_piece_that_arrives_otherwise_than_it_was_sent_is_dropped_alone() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::sized(1, 300, ImageFormat::Png);
    let (length, half) = (photo.bytes.len() as u64, photo.bytes.len() / 2);
    phone.announce(&photo.sha256, length).await;
    let (first, second) = photo.bytes.split_at(half);
    let mut damaged = first.to_vec();
    damaged[70_000] ^= 1;
    let refused = phone
        .append_checked(&photo.sha256, 0, &damaged, first)
        .await;
    assert_eq!(refused.refusal(), (460, "piece_damaged".to_owned()));
    assert_eq!(offset(&phone.held(&photo.sha256).await), 0);
    let taken = phone.append_checked(&photo.sha256, 0, first, first).await;
    assert_eq!((taken.status.as_u16(), offset(&taken)), (204, half as u64));
    let refused = phone
        .append_checked(&photo.sha256, half as u64, &damaged, second)
        .await;
    assert_eq!(refused.refusal(), (460, "piece_damaged".to_owned()));
    let held = phone.held(&photo.sha256).await;
    assert_eq!(offset(&held), half as u64, "what came before stays");
    let taken = phone
        .append_checked(&photo.sha256, half as u64, second, second)
        .await;
    assert_eq!(taken.status, 204);
    assert_eq!(server.files("blobs").len(), 1);
}

#[tokio::test]
async fn a_part_that_nobody_goes_on_with_is_dropped_after_a_week_and_no_other() {
    let server = TestServer::start().await;
    let address = server.listen().await;
    let phone = phone_outside(&server, address, INSPECTOR).await;
    let (old, whole) = (Photo::sized(1, 200, ImageFormat::Png), Photo::take(2));
    phone
        .begin(&old.sha256, old.bytes.len() as u64, &old.bytes[..1_000])
        .await;
    phone.upload(&whole).await;
    let parts = server.files("parts");
    assert_eq!(parts.len(), server.shelf.files_of_a_part());
    server.date(&parts);
    server.days_pass(6);
    assert_eq!(server.app.sweep().await.unwrap(), Swept::default());
    assert_eq!(server.files("parts"), parts);
    server.days_pass(2);
    let swept = Swept {
        uploads: 1,
        photos: 0,
    };
    assert_eq!(server.app.sweep().await.unwrap(), swept);
    assert_eq!(server.files("parts").len(), 0);
    assert_eq!(server.files("blobs").len(), 1);
    assert_eq!(phone.held(&old.sha256).await.status, 404);
}

/// A photo without a row was put by a server that died before its commit.
#[tokio::test]
async fn a_photo_without_a_row_is_swept_after_a_week_and_no_row_ever_names_what_is_gone() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let (lost, kept) = (Photo::take(1), Photo::take(2));
    for photo in [&lost, &kept] {
        phone.upload(photo).await;
    }
    server.ask(&format!(
        "DELETE FROM blob WHERE sha256 = '{}'",
        lost.sha256
    ));
    server.date(&server.files("blobs"));
    server.days_pass(6);
    assert_eq!(server.app.sweep().await.unwrap(), Swept::default());
    assert_eq!(server.files("blobs").len(), 2);
    server.days_pass(2);
    let swept = Swept {
        uploads: 0,
        photos: 1,
    };
    assert_eq!(server.app.sweep().await.unwrap(), swept);
    let left = server.files("blobs");
    assert!(left.len() == 1 && left[0].ends_with(kept.sha256.as_str()));
    assert_eq!(phone.held(&lost.sha256).await.status, 404);

    // Somebody may have put it again, or looked at it, before it went: for an hour no row is
    // committed for it. The phone comes back.
    let length = lost.bytes.len() as u64;
    let refused = phone.begin(&lost.sha256, length, &lost.bytes).await;
    assert_eq!(refused.refusal(), (503, "busy".to_owned()));
    assert_eq!(server.ask_one("SELECT COUNT(*) FROM blob"), "1");
    let refused = phone.bundle(&[(&lost.sha256, lost.bytes.as_slice())]).await;
    assert_eq!(refused.refusal(), (503, "busy".to_owned()));
    server.days_pass(1);
    assert_eq!(server.app.sweep().await.unwrap(), Swept::default());
    assert_eq!(offset(&phone.held(&lost.sha256).await), length);
    assert_eq!(server.ask_one("SELECT COUNT(*) FROM blob"), "2");
}
