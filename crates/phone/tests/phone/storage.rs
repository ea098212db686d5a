//! A phone whose storage is damaged.

use serde_json::json;

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
    let kept = std::path::Path::new(notice["detail"].as_str().unwrap()).join("device.sqlite");
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
