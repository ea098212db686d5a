//! A phone whose storage is damaged.

use std::path::{Path, PathBuf};

use serde_json::json;
use xunfang_phone::{KeyStore, storage_key};

use crate::district::District;
use crate::link::Fault;

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_the_person_is_told_and_can_go_on() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    district.goes(Fault::Closed);
    lin.record(1).await;
    lin.close();
    let database = lin.data().join("device.sqlite");
    std::fs::write(&database, b"this was a database").unwrap();
    for log in ["device.sqlite-wal", "device.sqlite-shm"] {
        drop(std::fs::remove_file(lin.data().join(log)));
    }

    lin.reopen().unwrap();
    let start = lin.run(json!({"cmd": "start"})).await.unwrap();
    let notice = &start["notices"][0];
    assert_eq!(notice["code"], "database_set_aside");
    let kept = Path::new(notice["detail"].as_str().unwrap()).join("device.sqlite");
    assert_eq!(std::fs::read(kept).unwrap(), b"this was a database");
    district.goes(Fault::None);
    lin.sign_in("xunfang01", &district.password("xunfang01"))
        .await
        .unwrap();
    lin.wait_for_points().await;
    lin.record(2).await;
    lin.wait_until_sent().await;
    assert_eq!(district.findings(), 1);
    let left = lin
        .run(json!({"cmd": "dismiss_notice", "id": notice["id"]}))
        .await
        .unwrap();
    assert_eq!(left, json!([]));
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn damaged_photos_keep_back_nothing_else_and_do_not_count_as_a_lost_connection() {
    let district = District::open().await;
    let lin = district.inspector().await;
    district.goes(Fault::Closed);
    let mut damaged = Vec::new();
    for seed in 1..=5 {
        damaged.push(lin.record(seed).await);
    }
    for folder in ["photos", "copies"] {
        for path in files(&lin.data().join(folder)) {
            let mut bytes = std::fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0xff;
            std::fs::write(&path, bytes).unwrap();
        }
    }
    let good = lin.record(9).await;
    district.goes(Fault::None);
    lin.sync_now().await;
    lin.until("the good one is sent", async |me| {
        (me.stage(&good).await == "applied").then_some(())
    })
    .await;
    for finding in damaged {
        let view = lin.run(json!({"cmd": "finding", "id": finding})).await;
        assert_eq!(view.unwrap()["stuck"], "photo_file_damaged");
    }
    let sync = lin.until("the exchange is over", async |me| {
        let sync = me.sync().await;
        (sync["link"] == "online").then_some(sync)
    });
    let sync = sync.await;
    assert_eq!(
        (&sync["unsent"], &sync["last_error"]),
        (&json!(5), &json!(null))
    );
}

/// X1: whoever finds the phone finds nothing in the app's folder.
#[tokio::test]
async fn nothing_of_a_day_s_work_can_be_read_in_the_app_s_folder() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    let sent = lin.record(1).await;
    lin.wait_until_sent().await;
    district.goes(Fault::Closed);
    lin.record(2).await;
    let token = {
        let key = storage_key(&lin.keys(), &lin.data()).unwrap();
        let db = rusqlite::Connection::open(lin.data().join("device.sqlite")).unwrap();
        key.unlock(&db).unwrap();
        let token = db.query_row("SELECT token FROM installation", [], |row| row.get(0));
        token.unwrap()
    };
    let secrets = ["storage", "signing"].map(|name| lin.keys().read(name).unwrap().unwrap());
    let start = lin.run(json!({"cmd": "start"})).await.unwrap();
    let name = start["session"]["person"]["display_name"].as_str().unwrap();
    let (token, sent): (String, String) = (token, sent);
    let mut planted: Vec<Vec<u8>> = [
        name,
        &token,
        &sent,
        "线缆",
        "finding.submitted",
        "SQLite format",
    ]
    .map(|text: &str| text.as_bytes().to_vec())
    .into();
    planted.extend(secrets.iter().map(|secret| secret.to_vec()));
    // How a JPEG begins, and the quantisation table that stands near the beginning of each.
    planted.push(vec![0xff, 0xd8, 0xff]);
    planted.push(b"JFIF".to_vec());
    planted.push(b"Exif\0\0".to_vec());

    let data = lin.data();
    let shown = |when: &str| {
        let files = files(&data);
        assert!(files.len() > 8, "{when}: {files:?}");
        for path in files {
            let bytes = std::fs::read(&path).unwrap();
            for text in &planted {
                let seen = bytes.windows(text.len()).any(|window| window == text);
                // Three bytes come by chance in a megabyte or so; a photo has them at its beginning.
                let by_chance = text.len() < 4 && !bytes.starts_with(text);
                assert!(
                    !seen || by_chance,
                    "{when}: {} shows {}",
                    path.display(),
                    String::from_utf8_lossy(text)
                );
            }
        }
    };
    shown("while the app runs");
    lin.close();
    shown("afterwards");
}
