//! Files that are no photos, at the camera.

use image::ImageFormat;
use xunfang_phone::ErrorCode;

use crate::district::District;
use crate::photos::{bomb, encoded, jpeg};

#[tokio::test]
async fn a_bad_file_is_refused_with_its_reason_and_the_work_goes_on() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let point = lin.nearest().await;
    lin.photograph(&point, jpeg(1)).await.unwrap();

    let mut cut = jpeg(2);
    cut.truncate(cut.len() / 2);
    let mut two_hundred_megabytes = jpeg(3);
    two_hundred_megabytes.resize(200 * 1024 * 1024, 0);
    for (name, bytes, code) in [
        ("empty", Vec::new(), ErrorCode::PhotoEmpty),
        (
            "a letter",
            b"Dear Sir or Madam".to_vec(),
            ErrorCode::PhotoUnreadable,
        ),
        (
            "from a phone that saves space",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            ErrorCode::PhotoHeic,
        ),
        ("truncated", cut, ErrorCode::PhotoDamaged),
        (
            "200 MB",
            two_hundred_megabytes,
            ErrorCode::PhotoTooManyBytes,
        ),
        ("30000 x 30000", bomb(), ErrorCode::PhotoTooManyPixels),
    ] {
        assert_eq!(
            lin.photograph(&point, bytes).await.unwrap_err(),
            code,
            "{name}"
        );
        let draft = &lin.point(&point).await.unwrap()["draft"];
        assert_eq!(
            draft["photos"].as_array().unwrap().len(),
            1,
            "{name} left something behind"
        );
    }

    lin.photograph(&point, encoded(400, 300, 4, ImageFormat::Png))
        .await
        .unwrap();
    lin.photograph(&point, encoded(400, 300, 5, ImageFormat::WebP))
        .await
        .unwrap();
    lin.save(&point, "三张照片").await.unwrap();
    lin.wait_until_sent().await;
    assert_eq!(district.findings(), 1);
}

#[tokio::test]
async fn the_shared_damaged_photo_is_refused_and_the_others_are_taken() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos/broken");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: the folder of real photos is not here");
        return;
    };
    let district = District::open().await;
    let lin = district.inspector().await;
    let point = lin.nearest().await;
    for entry in entries {
        let path = entry.unwrap().path();
        let taken = lin.photograph(&point, std::fs::read(&path).unwrap()).await;
        let damaged = path.file_name().unwrap() == "corrupted.jpg";
        assert_eq!(
            taken.err(),
            damaged.then_some(ErrorCode::PhotoDamaged),
            "{}",
            path.display()
        );
    }
}

#[tokio::test]
async fn a_finding_without_photo_or_criterion_is_not_saved_and_the_draft_stays() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let point = lin.nearest().await;
    assert_eq!(
        lin.save(&point, "没有照片").await,
        Err(ErrorCode::PhotoMissing)
    );
    lin.photograph(&point, jpeg(1)).await.unwrap();
    let unknown = serde_json::json!({
        "cmd": "save_finding", "point": point, "criterion": "no-such-thing", "note": ""
    });
    assert_eq!(lin.run(unknown).await, Err(ErrorCode::CriterionMissing));
    assert_eq!(
        lin.save(&point, &"长".repeat(2_001)).await,
        Err(ErrorCode::NoteTooLong)
    );
    let draft = &lin.point(&point).await.unwrap()["draft"];
    assert_eq!(draft["photos"].as_array().unwrap().len(), 1);
    assert_eq!(lin.sync().await["unsent"], 0);
}
