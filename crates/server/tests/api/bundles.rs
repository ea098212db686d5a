//! Several small files in one request.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use xunfang_domain::Sha256Hex;
use xunfang_protocol::{BundleAnswer, add_to_bundle};

use crate::actors::{INSPECTOR, Phone, TestServer};
use crate::records::Photo;
use crate::wire::{Answer, Wire};

fn codes(answer: &Answer) -> Vec<Option<String>> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer: BundleAnswer = answer.json();
    answer.files.into_iter().map(|file| file.code).collect()
}

#[tokio::test]
async fn r6_the_files_of_a_bundle_are_whole_once_and_a_wrong_one_harms_no_other() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let (one, other) = (Photo::take(1), Photo::take(2));
    let text = b"no photo at all".as_slice();
    let name_of_text: Sha256Hex = xunfang_photo::sha256(text);
    let bundle = [
        (&one.sha256, one.bytes.as_slice()),
        (&name_of_text, text),
        (&other.sha256, one.bytes.as_slice()),
        (&other.sha256, other.bytes.as_slice()),
        (&one.sha256, one.bytes.as_slice()),
    ];
    let expected = [None, Some("not_a_photo"), Some("hash_mismatch"), None, None];
    // The second time everything is there already.
    for _ in 0..2 {
        let answer = phone.bundle(&bundle).await;
        assert_eq!(codes(&answer), expected.map(|code| code.map(str::to_owned)));
        let mut kept = server.files("blobs");
        kept.sort();
        let mut names: Vec<_> = kept
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let mut photos = [one.sha256.to_string(), other.sha256.to_string()];
        photos.sort();
        assert_eq!(names, photos);
        for path in kept {
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(
                xunfang_photo::sha256(&bytes).as_str(),
                path.file_name().unwrap().to_str().unwrap()
            );
        }
    }
    // A finding can show it at once.
    phone.finding(&[&one]).await;
    assert_eq!(phone.held(&other.sha256).await.status, 200);
}

#[tokio::test]
async fn what_is_no_bundle_is_refused_and_leaves_nothing() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let photo = Photo::take(1);
    let mut cut = Vec::new();
    add_to_bundle(&mut cut, &photo.sha256, &photo.bytes);
    cut.pop();
    let too_long = phone.send_bundle(vec![0xff; 100]).await;
    assert_eq!(too_long.refusal(), (400, "bad_request".to_owned()));
    let broken_off = phone.send_bundle(cut).await;
    assert_eq!(broken_off.refusal(), (408, "bad_request".to_owned()));
    let many = vec![(&photo.sha256, photo.bytes.as_slice()); 65];
    assert_eq!(
        phone.bundle(&many).await.refusal(),
        (400, "bad_request".to_owned())
    );
    assert!(server.files("blobs").is_empty());
    assert_eq!(codes(&phone.bundle(&[]).await), []);
}

#[tokio::test]
async fn of_a_bundle_whose_connection_breaks_nothing_counts_and_nothing_is_left_for_long() {
    let server = TestServer::start().await;
    let address = server.listen().await;
    let phone = Phone::sign_in(Wire::to(address), INSPECTOR, &server.password(INSPECTOR)).await;
    let (one, other) = (Photo::take(1), Photo::take(2));
    let mut body = Vec::new();
    add_to_bundle(&mut body, &one.sha256, &one.bytes);
    add_to_bundle(&mut body, &other.sha256, &other.bytes);
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v1/uploads HTTP/1.1\r\nhost: xunfang\r\nauthorization: Bearer {}\r\n\
         content-type: application/vnd.xunfang.files\r\ncontent-length: {}\r\n\r\n",
        phone.token,
        body.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&body[..body.len() - 1]).await.unwrap();
    connection.shutdown().await.unwrap();
    drop(connection);
    // The next one waits for its turn, so the broken one has ended by then.
    let answer = phone.bundle(&[(&one.sha256, one.bytes.as_slice())]).await;
    assert_eq!(codes(&answer), [None]);
    assert_eq!(server.files("blobs").len(), 1);
    // By the server's clock, which a test sets.
    server.date(&server.files("parts"));
    server.days_pass(8);
    server.app.sweep().await.unwrap();
    assert_eq!(server.files("parts"), Vec::<std::path::PathBuf>::new());
}
