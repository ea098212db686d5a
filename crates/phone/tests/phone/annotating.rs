//! Drawing on a copy of a photo, from the phone to whoever looks at it.

use serde_json::{Value, json};
use xunfang_phone::{ErrorCode, PhotoSize, PhotoView};

use crate::district::District;
use crate::inspector::Inspector;
use crate::photos::{file_of, opened, street};

fn arrow(colour: &str) -> Value {
    json!({"shape": "arrow", "from": {"x": 1_000, "y": 1_000}, "to": {"x": 4_000, "y": 3_000},
           "colour": colour})
}

fn mosaic() -> Value {
    json!({"shape": "mosaic", "from": {"x": 500, "y": 500}, "to": {"x": 9_000, "y": 4_500}})
}

async fn draw(
    phone: &Inspector,
    point: &str,
    photo: &PhotoView,
    shapes: &[Value],
) -> Result<Value, ErrorCode> {
    let command = json!({"cmd": "annotate", "point": point, "item": null,
                         "sha256": photo.sha256, "shapes": shapes});
    phone.run(command).await
}

/// Names of the files of copies on the phone.
fn copies(phone: &Inspector) -> usize {
    let folders = std::fs::read_dir(phone.data().join("copies")).unwrap();
    folders
        .map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count())
        .sum()
}

#[tokio::test]
async fn a_drawing_is_on_a_copy_and_what_is_undone_leaves_no_trace() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    let point = lin.nearest().await;
    let original = street(1);
    let photo = lin.photograph(&point, original.clone()).await.unwrap();
    let marked = lin.photo_file(&photo.sha256, PhotoSize::Marked).await;
    let before = copies(&lin);

    let drawn = draw(&lin, &point, &photo, &[arrow("red")]).await.unwrap();
    assert_eq!(drawn["shapes"], json!([arrow("red")]));
    let first = lin.photo_file(&photo.sha256, PhotoSize::Annotated).await;
    assert_eq!(drawn["annotated"], json!(xunfang_photo::sha256(&first)));
    assert_eq!(opened(&first).dimensions(), opened(&marked).dimensions());
    assert_ne!(first, marked);
    assert_eq!(copies(&lin), before + 1);

    // It is there after the app was closed, and drawing again begins from the photo.
    lin.close();
    lin.reopen().unwrap();
    let view = lin.point(&point).await.unwrap();
    assert_eq!(view["draft"]["photos"][0]["shapes"], json!([arrow("red")]));
    let both = [arrow("blue"), mosaic()];
    let again = draw(&lin, &point, &photo, &both).await.unwrap();
    assert_ne!(again["annotated"], drawn["annotated"]);
    assert_eq!(copies(&lin), before + 1, "the first drawing is gone");
    let same = draw(&lin, &point, &photo, &both).await.unwrap();
    assert_eq!(
        same["annotated"], again["annotated"],
        "the same drawing is the same file"
    );
    assert_eq!(copies(&lin), before + 1);

    let bare = draw(&lin, &point, &photo, &[]).await.unwrap();
    assert_eq!(
        (&bare["shapes"], &bare["annotated"]),
        (&json!([]), &json!(null))
    );
    assert_eq!(copies(&lin), before);
    let file = |size| lin.photo_file(&photo.sha256, size);
    assert_eq!(file(PhotoSize::Original).await, original);
    assert_eq!(file(PhotoSize::Marked).await, marked);
}

#[tokio::test]
async fn a_drawing_that_is_none_is_refused_and_the_last_one_stays() {
    let district = District::open().await;
    let lin = district.inspector().await;
    let point = lin.nearest().await;
    let photo = lin.photograph(&point, street(2)).await.unwrap();
    draw(&lin, &point, &photo, &[arrow("red")]).await.unwrap();
    let outside = json!({"shape": "mosaic", "from": {"x": 0, "y": 0}, "to": {"x": 10_001, "y": 9}});
    let empty = json!({"shape": "label", "at": {"x": 0, "y": 0}, "text": "", "colour": "red"});
    for (shapes, code) in [
        (vec![outside], ErrorCode::DrawingInvalid),
        (vec![empty], ErrorCode::DrawingInvalid),
        (vec![arrow("red"); 61], ErrorCode::DrawingInvalid),
    ] {
        assert_eq!(draw(&lin, &point, &photo, &shapes).await, Err(code));
    }
    let other = PhotoView {
        sha256: xunfang_photo::sha256(b"no photo of this draft"),
        ..photo.clone()
    };
    assert_eq!(
        draw(&lin, &point, &other, &[arrow("red")]).await,
        Err(ErrorCode::NotFound)
    );
    let view = lin.point(&point).await.unwrap();
    assert_eq!(view["draft"]["photos"][0]["shapes"], json!([arrow("red")]));
    // A photo that is taken out and taken in again has nothing drawn on it.
    let files = copies(&lin);
    let remove = json!({"cmd": "remove_draft_photo", "point": point, "sha256": photo.sha256});
    lin.run(remove).await.unwrap();
    assert_eq!(copies(&lin), files - 1);
    let again = lin.photograph(&point, street(2)).await.unwrap();
    assert!(again.shapes.is_empty() && again.annotated.is_none());
    // What was submitted is drawn on no more.
    lin.save(&point, "").await.unwrap();
    assert_eq!(
        draw(&lin, &point, &photo, &[]).await,
        Err(ErrorCode::NotFound)
    );
}

#[tokio::test]
async fn a_drawing_is_sent_first_signed_and_shown_beside_the_photo() {
    let district = District::open().await;
    let lin = district.inspector().await;
    // Originals stay on the phone, so that only small copies are there.
    lin.network(Some(true)).await;
    let point = lin.nearest().await;
    let photo = lin.photograph(&point, street(3)).await.unwrap();
    let shapes = [arrow("yellow"), mosaic()];
    draw(&lin, &point, &photo, &shapes).await.unwrap();
    let copy = lin.photo_file(&photo.sha256, PhotoSize::Annotated).await;
    let finding = lin.save(&point, "").await.unwrap();
    lin.wait_until_records_are_sent().await;

    let detail = format!("/api/v1/findings/{finding}");
    let told = district.as_supervisor(&detail).await["photos"][0].clone();
    let check = |told: &Value| {
        let checks = told["checks"].as_array().unwrap().iter();
        let mut found = checks.filter(|check| check["what"] == "annotation");
        found.next().unwrap()["outcome"].clone()
    };
    assert_eq!(check(&told), "passed");
    let name = xunfang_photo::sha256(&copy);
    assert_eq!(told["annotated"], json!(name));
    let shown = format!("/api/v1/photos/{name}/original");
    assert_eq!(
        district.fetch_as_supervisor(&shown).await,
        (200, copy.clone())
    );
    assert_eq!(
        district.get_as("ducha11", &shown).await.0,
        404,
        "another district"
    );
    // Whoever gets it can have it verified, also after a chat has made it smaller.
    let verdict = async |photo: &[u8]| {
        let (status, body) = district.verify(photo.to_vec()).await;
        assert_eq!(status, 200);
        serde_json::from_slice::<Value>(&body).unwrap()["verdict"].clone()
    };
    assert_eq!(verdict(&copy).await, "annotated");
    let smaller = image::imageops::thumbnail(&opened(&copy), 960, 720);
    assert_eq!(verdict(&file_of(&smaller, 60)).await, "annotated");

    // What is changed in it afterwards is told, and it is shown no more.
    let database = district.database();
    let changed = database
        .execute(
            "UPDATE finding SET body = replace(body, '4500', '1500')",
            [],
        )
        .unwrap();
    assert_eq!(changed, 1);
    let told = district.as_supervisor(&detail).await["photos"][0].clone();
    assert_eq!(
        (check(&told), &told["annotated"]),
        (json!("failed"), &json!(null))
    );
}
