//! A photo goes in two sizes: the small copies at once, the original when the network costs nothing.

use serde_json::{Value, json};
use xunfang_phone::PhotoSize;

use crate::district::District;
use crate::inspector::Inspector;
use crate::link::Fault;
use crate::photos::{jpeg, street};

impl Inspector {
    async fn photos_of(&self, finding: &str) -> Value {
        let view = self.run(json!({"cmd": "finding", "id": finding})).await;
        view.unwrap()["photos"].clone()
    }
}

/// What the server says of the original of a finding's first photo.
async fn original_check(district: &District, finding: &str) -> Value {
    let path = format!("/api/v1/findings/{finding}");
    let detail = district.as_supervisor(&path).await;
    let checks = detail["photos"][0]["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["what"] == "original");
    check.unwrap()["outcome"].clone()
}

#[tokio::test]
async fn copies_go_at_once_and_the_original_when_the_network_costs_nothing() {
    let district = District::open().await;
    let lin = district.inspector().await;
    lin.network(Some(true)).await;
    let point = lin.nearest().await;
    let bytes = street(1);
    let photo = lin.photograph(&point, bytes.clone()).await.unwrap();
    let finding = lin.save(&point, "").await.unwrap();
    lin.wait_until_records_are_sent().await;

    // The supervisor sees the very copies that the phone has signed, and no original.
    assert_eq!(lin.photos_of(&finding).await, json!(["shown"]));
    let sync = lin.sync().await;
    assert_eq!(
        (&sync["originals"], &sync["originals_wait"]),
        (&json!(1), &json!(true))
    );
    let name = &photo.sha256;
    for (size, kind) in [(PhotoSize::Thumb, "thumb"), (PhotoSize::Working, "working")] {
        let path = format!("/api/v1/photos/{name}/{kind}");
        let (status, shown) = district.fetch_as_supervisor(&path).await;
        assert_eq!(status, 200, "{kind}");
        assert!(shown == lin.photo_file(name, size).await, "{kind}");
    }
    let original = format!("/api/v1/photos/{name}/original");
    assert_eq!(district.fetch_as_supervisor(&original).await.0, 404);
    assert_eq!(original_check(&district, &finding).await, "unknown");

    // The phone comes into a network that costs nothing.
    lin.network(Some(false)).await;
    lin.wait_until_sent().await;
    assert_eq!(lin.photos_of(&finding).await, json!(["stored"]));
    let (status, stored) = district.fetch_as_supervisor(&original).await;
    assert!(status == 200 && stored == bytes);
    assert_eq!(original_check(&district, &finding).await, "passed");
}

#[tokio::test]
async fn somebody_who_wants_them_sent_now_need_not_wait() {
    let district = District::open().await;
    let lin = district.inspector().await;
    lin.network(Some(true)).await;
    let first = lin.record(1).await;
    lin.wait_until_records_are_sent().await;
    lin.run(json!({"cmd": "send_originals"})).await.unwrap();
    lin.wait_until_sent().await;
    assert_eq!(lin.photos_of(&first).await, json!(["stored"]));

    // It was about those that waited; the next ones wait again.
    let next = lin.record(2).await;
    lin.wait_until_records_are_sent().await;
    lin.until("the exchange is over", async |me| {
        (me.sync().await["link"] == "online").then_some(())
    })
    .await;
    assert_eq!(lin.photos_of(&next).await, json!(["shown"]));
}

#[tokio::test]
async fn an_original_that_waits_survives_the_app_and_keeps_nothing_back() {
    let district = District::open().await;
    let mut lin = district.inspector().await;
    lin.network(Some(true)).await;
    let first = lin.record(1).await;
    lin.wait_until_records_are_sent().await;
    district.goes(Fault::Closed);
    lin.reopen().unwrap();
    lin.network(Some(true)).await;
    let point = lin.nearest().await;
    lin.photograph(&point, jpeg(2)).await.unwrap();
    let second = lin.save(&point, "").await.unwrap();
    assert_eq!(lin.sync().await["unsent"], 1);
    district.goes(Fault::None);
    lin.sync_now().await;
    lin.wait_until_records_are_sent().await;
    assert_eq!(lin.photos_of(&first).await, json!(["shown"]));
    assert_eq!(lin.photos_of(&second).await, json!(["shown"]));
    // Where the window cannot tell, the network is taken for free.
    lin.network(None).await;
    lin.wait_until_sent().await;
    assert_eq!(lin.photos_of(&first).await, json!(["stored"]));
}
