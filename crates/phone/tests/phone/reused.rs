//! The server tells when a photo was used before.

use std::time::Duration;

use image::imageops;
use serde_json::{Value, json};
use xunfang_phone::PhotoSize;

use crate::district::District;
use crate::inspector::Inspector;
use crate::photos::{file_of, opened, scene};

/// What the server says of the one photo of a finding, once it has compared it.
async fn first_use(district: &District, account: &str, finding: &str) -> (Value, Vec<Value>) {
    let path = format!("/api/v1/findings/{finding}");
    let compared = async {
        loop {
            let detail = district.fetch_as(account, &path).await;
            let photo = &detail["photos"][0];
            let checks = photo["checks"].as_array().unwrap();
            let check = checks.iter().find(|check| check["what"] == "first_use");
            let outcome = check.unwrap()["outcome"].clone();
            if outcome != "unknown" {
                return (outcome, photo["used_before"].as_array().unwrap().clone());
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), compared)
        .await
        .unwrap()
}

/// Somebody on a phone of their own.
async fn somebody(district: &District, account: &str) -> Inspector {
    let mut phone = Inspector::with_new_phone(&district.link.address());
    phone
        .sign_in(account, &district.password(account))
        .await
        .unwrap();
    phone.wait_for_points().await;
    phone
}

/// Records a finding with one photo at a point, and sends it.
async fn shows(phone: &Inspector, point: &str, photo: Vec<u8>) -> String {
    phone.photograph(point, photo).await.unwrap();
    let finding = phone.save(point, "").await.unwrap();
    phone.wait_until_sent().await;
    finding
}

#[tokio::test]
async fn a_photo_that_was_used_before_is_told_however_it_comes_back() {
    let district = District::open().await;
    let lin = somebody(&district, "xunfang01").await;
    let points = lin.points().await;
    let original = file_of(&scene(1), 90);
    let taken = lin.photograph(&points[0], original.clone()).await.unwrap();
    let marked = lin.photo_file(&taken.sha256, PhotoSize::Marked).await;
    let first = lin.save(&points[0], "").await.unwrap();
    lin.wait_until_sent().await;
    assert_eq!(
        first_use(&district, "ducha01", &first).await,
        (json!("passed"), vec![])
    );

    let zhao = somebody(&district, "xunfang02").await;
    let chatted = file_of(&imageops::thumbnail(&opened(&original), 960, 720), 60);
    let marked_chatted = file_of(&imageops::thumbnail(&opened(&marked), 960, 720), 70);
    // (how it comes back, how it is known)
    for (at, (photo, how)) in [
        (original.clone(), "same_file"),
        (marked, "copy"),
        (marked_chatted, "copy"),
        (chatted, "alike"),
    ]
    .into_iter()
    .enumerate()
    {
        let again = shows(&zhao, &points[at + 1], photo).await;
        let (outcome, used) = first_use(&district, "ducha01", &again).await;
        assert_eq!(outcome, "failed", "{how}");
        let told = &used[0];
        assert_eq!(
            told["record"],
            json!({"kind": "finding", "id": first}),
            "{how}"
        );
        assert_eq!(told["how"], how);
        assert_eq!(told["photo"], json!(taken.sha256), "{how}");
        assert_eq!(told["author_name"], "巡访员一号", "{how}");
    }
    // An inspector is told nothing of a colleague's records.
    let copied = shows(&zhao, &points[6], original).await;
    assert_eq!(first_use(&district, "ducha01", &copied).await.1.len(), 3);
    assert_eq!(
        first_use(&district, "xunfang02", &copied).await,
        (json!("failed"), vec![])
    );

    let other = shows(&zhao, &points[0], file_of(&scene(2), 90)).await;
    assert_eq!(
        first_use(&district, "ducha01", &other).await,
        (json!("passed"), vec![])
    );
    // What came later takes nothing from what came first.
    assert_eq!(
        first_use(&district, "ducha01", &first).await,
        (json!("passed"), vec![])
    );
}

#[tokio::test]
async fn photos_of_one_visit_and_of_another_district_are_nothing_to_tell() {
    let district = District::open().await;
    let lin = somebody(&district, "xunfang01").await;
    let point = lin.nearest().await;
    let photo = file_of(&scene(3), 90);
    shows(&lin, &point, photo.clone()).await;
    let once_more = file_of(&opened(&photo), 70);
    let again = shows(&lin, &point, once_more).await;
    assert_eq!(
        first_use(&district, "ducha01", &again).await,
        (json!("passed"), vec![])
    );
    let elsewhere = somebody(&district, "xunfang11").await;
    let point = elsewhere.nearest().await;
    let there = shows(&elsewhere, &point, photo).await;
    assert_eq!(
        first_use(&district, "ducha11", &there).await,
        (json!("passed"), vec![])
    );
}
