//! Anybody with a photo, or its code, can ask the server what it is worth.

use image::imageops;
use serde_json::Value;
use xunfang_phone::{PhotoSize, PhotoView};

use crate::district::District;
use crate::photos::{file_of, jpeg, opened, street};

/// What the public page is told of a photo.
async fn shown(district: &District, photo: &[u8]) -> Value {
    let (status, body) = district.verify(photo.to_vec()).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

/// A photo that the server has, and its watermarked copy.
async fn recorded(district: &District, seed: u32) -> (PhotoView, Vec<u8>, Vec<u8>) {
    let lin = district.inspector().await;
    let point = lin.nearest().await;
    let original = street(seed);
    let photo = lin.photograph(&point, original.clone()).await.unwrap();
    lin.save(&point, "").await.unwrap();
    lin.wait_until_sent().await;
    let marked = lin.photo_file(&photo.sha256, PhotoSize::Marked).await;
    (photo, original, marked)
}

#[tokio::test]
async fn a_photo_is_known_by_its_bytes_by_its_code_and_by_what_it_shows() {
    let district = District::open().await;
    let (photo, original, marked) = recorded(&district, 1).await;
    let code = serde_json::to_value(photo.code).unwrap();
    let told = shown(&district, &original).await;
    assert_eq!(
        (&told["verdict"], &told["record"]["code"]),
        (&"original".into(), &code)
    );
    assert_eq!(told["record"]["signature"], "passed");
    assert_eq!(told["record"]["person"], "巡访员一号");
    assert_eq!(shown(&district, &marked).await["verdict"], "copy");

    // Sent through a chat: smaller, recompressed, and still known.
    let chatted = imageops::thumbnail(&opened(&marked), 960, 720);
    let told = shown(&district, &file_of(&chatted, 60)).await;
    assert_eq!(
        (&told["verdict"], &told["record"]["code"]),
        (&"similar".into(), &code)
    );

    // The original with one byte more, and there is no code in it to know it by.
    let mut touched = original.clone();
    touched.push(0);
    assert_eq!(shown(&district, &touched).await["verdict"], "unknown");

    // The watermark of one photo on another.
    let watermark = opened(&marked);
    let mut forged = opened(&street(60));
    let (width, height) = forged.dimensions();
    let corner = imageops::crop_imm(&watermark, 0, height / 2, width * 2 / 3, height / 2);
    imageops::replace(&mut forged, &corner.to_image(), 0, i64::from(height / 2));
    imageops::flip_horizontal_in_place(
        &mut imageops::crop(&mut forged, 0, 0, width, height / 2).to_image(),
    );
    for (x, y, pixel) in forged.enumerate_pixels_mut() {
        if y < height / 2 {
            let tone = if (x / 7 + y / 90) % 2 == 0 { 230 } else { 20 };
            *pixel = image::Rgb([tone, 255 - tone, tone / 2]);
        }
    }
    let told = shown(&district, &file_of(&forged, 90)).await;
    assert_eq!(
        (&told["verdict"], &told["record"]["code"]),
        (&"different".into(), &code)
    );
}

#[tokio::test]
async fn a_code_tells_what_its_watermark_shows_and_no_more() {
    let district = District::open().await;
    let (photo, ..) = recorded(&district, 2).await;
    let code = photo.code.unwrap();
    let (status, body) = district
        .fetch_as_anybody(&format!("/api/v1/verify/{}", code.bare()))
        .await;
    assert_eq!(status, 200);
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(told["verdict"], "known");
    let mut said: Vec<&str> = told["record"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            "accuracy_m",
            "code",
            "distance_m",
            "district",
            "found_after_s",
            "from_file",
            "kind",
            "offset_min",
            "person",
            "place",
            "point",
            "signature",
            "taken_at",
        ]
    );
    // Another code is of nothing; a mistyped one is told from it.
    let stranger = xunfang_domain::PhotoCode::from_digest(&[7; 32]);
    let (status, body) = district
        .fetch_as_anybody(&format!("/api/v1/verify/{stranger}"))
        .await;
    assert_eq!(
        (
            status,
            serde_json::from_slice::<Value>(&body).unwrap()["verdict"].clone()
        ),
        (200, "unknown".into())
    );
    let mut mistyped = code.bare().into_bytes();
    mistyped[3] = if mistyped[3] == b'7' { b'8' } else { b'7' };
    let mistyped = String::from_utf8(mistyped).unwrap();
    let (status, body) = district
        .fetch_as_anybody(&format!("/api/v1/verify/{mistyped}"))
        .await;
    assert_eq!(status, 400);
    assert!(
        String::from_utf8(body)
            .unwrap()
            .contains("a character of the verification code is wrong")
    );
}

#[tokio::test]
async fn whoever_asks_too_often_waits_and_what_is_no_photo_is_said_so() {
    let district = District::open().await;
    let (status, body) = district.verify(b"a letter, not a photo".to_vec()).await;
    assert_eq!(status, 422, "{}", String::from_utf8_lossy(&body));
    assert_eq!(shown(&district, &jpeg(5)).await["verdict"], "unknown");
    let stranger = format!(
        "/api/v1/verify/{}",
        xunfang_domain::PhotoCode::from_digest(&[7; 32])
    );
    let mut answers = Vec::new();
    for _ in 0..60 {
        answers.push(district.fetch_as_anybody(&stranger).await.0);
    }
    let refused = answers.iter().filter(|status| **status == 429).count();
    // A purse of thirty, of which two photos took six; it fills while this runs.
    assert!((1..=36).contains(&refused), "{refused} of 60 refused");
    assert_eq!(answers.first(), Some(&200));
}
