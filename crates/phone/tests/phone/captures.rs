//! What the camera took while the app was gone is found again.

use serde_json::{Value, json};
use xunfang_phone::ErrorCode;

use crate::district::District;
use crate::inspector::Inspector;
use crate::photos::{jpeg, street};

async fn expect(phone: &Inspector, point: &str, item: Option<&str>) {
    let command = json!({"cmd": "expect_photo", "point": point, "item": item});
    assert_eq!(phone.run(command).await, Ok(Value::Null));
}

/// The system ends the app; meanwhile the camera leaves these files.
fn ended_while_the_camera_writes(phone: &mut Inspector, files: &[(&str, Vec<u8>)]) {
    phone.close();
    std::fs::create_dir_all(phone.camera()).unwrap();
    for (name, bytes) in files {
        std::fs::write(phone.camera().join(name), bytes).unwrap();
    }
    phone.reopen().unwrap();
}

async fn interrupted(phone: &Inspector) -> bool {
    let start = phone.run(json!({"cmd": "start"})).await.unwrap();
    start["interrupted"].as_bool().unwrap()
}

async fn recover(phone: &Inspector) -> Value {
    phone.run(json!({"cmd": "recover_capture"})).await.unwrap()
}

fn left(phone: &Inspector) -> usize {
    std::fs::read_dir(phone.camera()).unwrap().count()
}

#[tokio::test]
async fn the_photo_of_an_ended_app_is_in_the_form_it_was_taken_for() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    let point = lin.points().await.remove(1);
    assert!(!interrupted(&lin).await);
    expect(&lin, &point, None).await;
    assert!(!interrupted(&lin).await, "the app is still there");
    let shot = street(1);
    let files = [
        ("JPEG_1.jpg", shot.clone()),
        ("JPEG_2.jpg", vec![]),
        ("notes.txt", b"no".to_vec()),
    ];
    ended_while_the_camera_writes(&mut lin, &files);
    assert!(interrupted(&lin).await);
    let found = recover(&lin).await;
    assert_eq!(
        found,
        json!({"point": point, "inspection": null, "item": null, "photos": 1})
    );
    let draft = lin.point(&point).await.unwrap()["draft"].clone();
    let photo = &draft["photos"][0];
    assert_eq!(photo["sha256"], json!(xunfang_photo::sha256(&shot)));
    assert_eq!(photo["source"], "camera");
    let marks = photo["marks"].as_array().unwrap();
    assert!(
        marks.iter().any(|mark| mark["mark"] == "found_later"),
        "{marks:?}"
    );
    // Nothing is found twice, and what is no photo of ours is left alone.
    assert_eq!((left(&lin), interrupted(&lin).await), (2, false));
    assert_eq!(recover(&lin).await, Value::Null);
    // It goes the way of every other photo.
    lin.save(&point, "").await.unwrap();
    lin.wait_until_sent().await;
    assert_eq!(district.findings(), 1);
}

#[tokio::test]
async fn the_photo_of_an_item_is_at_the_item_while_its_inspection_is_open() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    let point = lin.nearest().await;
    let begin = json!({"cmd": "begin_inspection", "point": point});
    let view = lin.run(begin).await.unwrap();
    let (id, item) = (view["id"].clone(), &view["items"][0]["criterion"]["code"]);
    let item = item.as_str().unwrap().to_owned();
    expect(&lin, &point, Some(&item)).await;
    ended_while_the_camera_writes(&mut lin, &[("a.jpg", street(2))]);
    let found = recover(&lin).await;
    assert_eq!((&found["inspection"], &found["photos"]), (&id, &json!(1)));
    let view = lin
        .run(json!({"cmd": "inspection", "id": id}))
        .await
        .unwrap();
    assert_eq!(view["items"][0]["photos"].as_array().unwrap().len(), 1);

    // The inspection is gone: there is nowhere to come back to, and the photo stays where it is.
    expect(&lin, &point, Some(&item)).await;
    lin.run(json!({"cmd": "discard_inspection", "id": id}))
        .await
        .unwrap();
    ended_while_the_camera_writes(&mut lin, &[("b.jpg", street(3))]);
    assert_eq!(recover(&lin).await, Value::Null);
    assert_eq!((left(&lin), interrupted(&lin).await), (1, false));
}

#[tokio::test]
async fn a_camera_that_was_closed_or_gave_its_photo_is_not_waited_for() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    let point = lin.nearest().await;
    expect(&lin, &point, None).await;
    lin.run(json!({"cmd": "end_capture"})).await.unwrap();
    ended_while_the_camera_writes(&mut lin, &[("later.jpg", jpeg(1))]);
    assert!(!interrupted(&lin).await);

    // The usual way: the photo comes through the form, and the camera's own file is not kept twice.
    expect(&lin, &point, None).await;
    let shot = jpeg(2);
    std::fs::write(lin.camera().join("shot.jpg"), &shot).unwrap();
    lin.photograph(&point, shot).await.unwrap();
    assert_eq!(left(&lin), 1, "only the file of before");
    ended_while_the_camera_writes(&mut lin, &[]);
    assert!(!interrupted(&lin).await);
}

#[tokio::test]
async fn what_cannot_be_taken_in_yet_is_taken_in_at_a_later_start() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    let points = lin.points().await;
    expect(&lin, &points[0], None).await;
    ended_while_the_camera_writes(&mut lin, &[("a.jpg", street(5))]);
    // The screen could not recover it: the storage fails at this moment.
    let copies = lin.data().join("incoming");
    std::fs::remove_dir_all(&copies).unwrap();
    std::fs::write(&copies, b"no folder").unwrap();
    let failed = lin.run(json!({"cmd": "recover_capture"})).await;
    assert_eq!(failed, Err(ErrorCode::DiskFailed));
    std::fs::remove_file(&copies).unwrap();
    // The person goes on elsewhere, opens the camera there and closes it again.
    expect(&lin, &points[1], None).await;
    lin.run(json!({"cmd": "end_capture"})).await.unwrap();
    expect(&lin, &points[1], None).await;
    ended_while_the_camera_writes(&mut lin, &[]);
    assert!(interrupted(&lin).await);
    let found = recover(&lin).await;
    assert_eq!(
        (&found["point"], &found["photos"]),
        (&json!(points[1]), &json!(1)),
        "the form is the last one, and the photo of the first was found"
    );
    let draft = lin.point(&points[0]).await.unwrap()["draft"].clone();
    assert_eq!(draft["photos"].as_array().unwrap().len(), 1);
    assert_eq!((left(&lin), interrupted(&lin).await), (0, false));
}

#[tokio::test]
async fn nobody_gets_the_photo_that_somebody_else_took() {
    let district = District::open().await;
    let mut phone = district.inspector().await;
    let point = phone.nearest().await;
    expect(&phone, &point, None).await;
    ended_while_the_camera_writes(&mut phone, &[("a.jpg", street(4))]);
    phone.run(json!({"cmd": "sign_out"})).await.unwrap();
    assert_eq!(
        phone.run(json!({"cmd": "recover_capture"})).await,
        Err(ErrorCode::SignedOut)
    );
    phone
        .sign_in("xunfang02", &district.password("xunfang02"))
        .await
        .unwrap();
    assert!(!interrupted(&phone).await);
    assert_eq!(recover(&phone).await, Value::Null);
    assert_eq!(left(&phone), 1);
}
