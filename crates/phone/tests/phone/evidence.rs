//! Photos as evidence, from the camera to whoever looks at them on the server.

use std::time::Duration;

use serde_json::{Value, json};
use xunfang_domain::{PhotoEvidence, PhotoMark, Receipt, Sealed, UnixMillis};
use xunfang_evidence::{DeviceSigner, SecretKey, follow, open};
use xunfang_phone::{KeyStore, PhotoSize, storage_key};
use xunfang_store::{ChainRecord, Store};

use crate::district::District;
use crate::inspector::Inspector;
use crate::link::Fault;
use crate::photos::{jpeg, street};

/// The records on a phone that is closed.
fn records(lin: &Inspector) -> (Store, Vec<ChainRecord>) {
    let key = storage_key(&lin.keys(), &lin.data()).unwrap();
    let opened = Store::open(&lin.data(), &key, UnixMillis::new(0)).unwrap();
    let store = opened.store;
    let records = store.records(1, 100).unwrap();
    (store, records)
}

fn device_key(lin: &Inspector) -> SecretKey {
    let kept = lin.keys().read("signing").unwrap().unwrap();
    SecretKey::from_bytes(kept.as_slice().try_into().unwrap()).unwrap()
}

fn server_key(district: &District) -> SecretKey {
    let bytes: [u8; 32] = district
        .database()
        .query_row("SELECT signing_key FROM server", [], |row| row.get(0))
        .unwrap();
    SecretKey::from_bytes(&bytes).unwrap()
}

/// What the server says of the photos of a finding, check by check.
async fn checks(district: &District, finding: &str) -> Vec<Value> {
    let detail = district
        .as_supervisor(&format!("/api/v1/findings/{finding}"))
        .await;
    let photos = detail["photos"].as_array().unwrap();
    photos
        .iter()
        .map(|photo| {
            let checks = photo["checks"].as_array().unwrap();
            let told = checks.iter().map(|check| {
                let what = check["what"].as_str().unwrap().to_owned();
                (what, check["outcome"].clone())
            });
            Value::Object(told.collect())
        })
        .collect()
}

#[tokio::test]
async fn every_photo_is_signed_chained_kept_with_its_copies_and_acknowledged() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    let point = lin.nearest().await;
    // Beacons come with pulls, and a photo quotes the last one.
    lin.until("the server has spoken", async |me| {
        (me.sync().await["link"] == "online").then_some(())
    })
    .await;
    let first = lin.photograph(&point, street(1)).await.unwrap();
    let second = lin.photograph(&point, street(2)).await.unwrap();
    assert!(first.code.is_some() && first.code != second.code);
    // A desktop's position is made up, and says so.
    assert_eq!(first.marks, [PhotoMark::MockPosition]);
    for size in [PhotoSize::Thumb, PhotoSize::Working, PhotoSize::Marked] {
        let copy = lin.photo_file(&first.sha256, size).await;
        assert!(image::load_from_memory(&copy).is_ok(), "{size:?}");
    }
    let finding = lin.save(&point, "").await.unwrap();
    lin.wait_until_sent().await;
    lin.close();

    let (store, records) = records(&lin);
    let sealed: Vec<Sealed> = records.iter().map(|record| record.sealed.clone()).collect();
    let linked = follow(&sealed, &device_key(&lin).public_key()).unwrap();
    assert_eq!((linked.records.len(), linked.missing.len()), (2, 0));
    for (record, evidence) in records.iter().zip(&linked.records) {
        let kept = |size| {
            store
                .photo_file(&evidence.original.sha256, size)
                .unwrap()
                .bytes
        };
        for (copy, size) in [
            (&evidence.copies.working, PhotoSize::Working),
            (&evidence.copies.marked, PhotoSize::Marked),
            (&evidence.copies.thumb, PhotoSize::Thumb),
        ] {
            assert_eq!(xunfang_photo::sha256(&kept(size)), copy.sha256, "{size:?}");
        }
        assert_eq!(
            xunfang_photo::sha256(&kept(PhotoSize::Original)),
            evidence.original.sha256
        );
        assert!(evidence.beacon.is_some() && evidence.standing.is_some());
        // The server's signed word on exactly this record.
        let receipt = store.receipt(record.seq).unwrap().unwrap();
        let receipt: Receipt = open(&receipt, &server_key(&district).public_key()).unwrap();
        assert_eq!(receipt.evidence, record.digest);
        assert_eq!(receipt.original, evidence.original.sha256);
    }
    let all_passed = json!({
        "original": "passed", "first_use": "passed", "signature": "passed", "facts": "passed", "chain": "passed",
        "clock": "passed",
    });
    // Whether a photo was used before is looked up after its record is stored.
    let compared = async {
        loop {
            let checks = checks(&district, &finding).await;
            if checks.iter().all(|one| one["first_use"] != "unknown") {
                return checks;
            }
        }
    };
    let checks = tokio::time::timeout(Duration::from_secs(30), compared).await;
    assert_eq!(checks.unwrap(), [all_passed.clone(), all_passed]);
}

#[tokio::test]
async fn what_is_changed_afterwards_is_told() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let finding = lin.record(1).await;
    lin.wait_until_sent().await;
    // (what somebody with the server's database does, the checks that no longer hold)
    for (change, fails) in [
        (
            r#"replace(body, '\"accuracy_m\":8.0', '\"accuracy_m\":3.0')"#,
            vec!["signature", "facts"],
        ),
        (
            r#"replace(body, '"source":"camera"', '"source":"file"')"#,
            vec!["facts"],
        ),
        (
            r#"replace(body, '"accuracy_m":8.0', '"accuracy_m":3.0')"#,
            vec!["facts"],
        ),
    ] {
        let database = district.database();
        let before: String = database
            .query_row("SELECT body FROM finding", [], |row| row.get(0))
            .unwrap();
        let changed = database
            .execute(&format!("UPDATE finding SET body = {change}"), [])
            .unwrap();
        assert_eq!(changed, 1);
        let after: String = database
            .query_row("SELECT body FROM finding", [], |row| row.get(0))
            .unwrap();
        assert_ne!(before, after, "{change}");
        let told = checks(&district, &finding).await.remove(0);
        for (what, outcome) in told.as_object().unwrap() {
            if fails.contains(&what.as_str()) {
                assert_eq!(outcome, "failed", "{change}: {told}");
            } else if what != "chain" {
                assert_eq!(outcome, "passed", "{change}: {told}");
            }
        }
        database
            .execute("UPDATE finding SET body = ?1", [before])
            .unwrap();
    }
    // Somebody else's key in the device's place.
    let stranger = SecretKey::from_bytes(&[9; 32]).unwrap().public_key();
    district
        .database()
        .execute(
            "UPDATE device_key SET public_key = ?1",
            [stranger.to_string()],
        )
        .unwrap();
    let told = checks(&district, &finding).await.remove(0);
    assert_eq!(told["signature"], "failed", "{told}");
}

#[tokio::test]
async fn a_photo_that_was_taken_back_leaves_a_gap_that_is_told_and_not_accused() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let point = lin.nearest().await;
    lin.photograph(&point, jpeg(1)).await.unwrap();
    let regretted = lin.photograph(&point, jpeg(2)).await.unwrap();
    lin.photograph(&point, jpeg(3)).await.unwrap();
    lin.run(json!({
        "cmd": "remove_draft_photo", "point": point, "sha256": regretted.sha256
    }))
    .await
    .unwrap();
    let finding = lin.save(&point, "").await.unwrap();
    lin.wait_until_sent().await;
    let told = checks(&district, &finding).await;
    let chains: Vec<_> = told.iter().map(|photo| photo["chain"].clone()).collect();
    assert_eq!(chains, ["passed", "unknown"]);
}

#[tokio::test]
async fn the_same_photo_again_is_no_second_record_and_another_item_gets_its_own() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    district.goes(Fault::Closed);
    let points = lin.points().await;
    let bytes = jpeg(1);
    let first = lin.photograph(&points[0], bytes.clone()).await.unwrap();
    let again = lin.photograph(&points[0], bytes.clone()).await.unwrap();
    assert_eq!(again.code, first.code);
    lin.photograph(&points[1], bytes).await.unwrap();
    let (at_first, at_second) = (
        lin.point(&points[0]).await.unwrap(),
        lin.point(&points[1]).await.unwrap(),
    );
    assert_eq!(at_first["draft"]["photos"].as_array().unwrap().len(), 1);
    assert_ne!(
        at_first["draft"]["photos"][0]["code"],
        at_second["draft"]["photos"][0]["code"]
    );
    lin.close();
    let (_, records) = records(&lin);
    let said: Vec<PhotoEvidence> = records
        .iter()
        .map(|record| record.evidence().unwrap())
        .collect();
    assert_eq!(said.len(), 2);
    // No copy lies there that no record names; both have the same thumbnail.
    let folder = lin.data().join("copies");
    let copies = std::fs::read_dir(folder).unwrap().flat_map(|sub| {
        std::fs::read_dir(sub.unwrap().path())
            .unwrap()
            .map(|file| file.unwrap().file_name())
    });
    assert_eq!(copies.count(), 5);
    assert_ne!(said[0].subject, said[1].subject);
}

#[tokio::test]
async fn a_photo_is_taken_in_without_a_server_and_without_a_position() {
    let district = District::open().await;
    let mut lin = Inspector::without_receiver(&district.link.address());
    lin.sign_in("xunfang01", &district.password("xunfang01"))
        .await
        .unwrap();
    lin.wait_for_points().await;
    district.goes(Fault::Closed);
    let finding = lin.record(1).await;
    district.goes(Fault::None);
    lin.wait_until_sent().await;
    let told = checks(&district, &finding).await.remove(0);
    assert_eq!(told["signature"], "passed");
    assert_eq!(told["facts"], "passed");
}
