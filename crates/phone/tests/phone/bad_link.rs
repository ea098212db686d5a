//! A server that is away, slow, broken or another program.

use xunfang_phone::ErrorCode;

use crate::district::District;
use crate::inspector::Inspector;
use crate::link::Fault;

const FAULTS: [(Fault, &str); 6] = [
    (Fault::Closed, "cut"),
    (Fault::Silent, "timeout"),
    (Fault::CutMidBody, "cut"),
    (Fault::InternalError, "http_500"),
    (Fault::InvalidJson, "garbled"),
    (Fault::OtherJson, "garbled"),
];

#[tokio::test]
async fn whatever_breaks_the_finding_stays_queued_and_is_sent_once_when_it_is_well_again() {
    let district = District::open().await;
    let lin = district.inspector().await;
    for (sent, (fault, _)) in (1_u32..).zip(FAULTS) {
        district.goes(fault);
        let finding = lin.record(sent).await;
        lin.wait_until_offline().await;
        assert_eq!(lin.sync().await["unsent"], 1, "{fault:?}");
        district.goes(Fault::None);
        lin.sync_now().await;
        lin.wait_until_sent().await;
        assert_eq!(lin.stage(&finding).await, "applied", "{fault:?}");
        assert_eq!(district.findings(), sent, "{fault:?}");
    }
}

#[tokio::test]
async fn each_failure_has_its_own_name_when_nothing_waits() {
    let district = District::open().await;
    let lin = district.inspector().await;
    for (fault, name) in FAULTS {
        district.goes(fault);
        lin.sync_now().await;
        // An exchange that was under way is cut by the change and may report that first.
        lin.until(name, async |me| {
            let sync = me.sync().await;
            (sync["link"] == "offline" && sync["last_error"] == name).then_some(())
        })
        .await;
        district.goes(Fault::None);
        lin.sync_now().await;
        lin.until("the link is up", async |me| {
            (me.sync().await["link"] == "online").then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_sign_in_that_fails_says_why_and_changes_nothing() {
    let district = District::open().await;
    let mut lin = Inspector::with_new_phone(&district.link.address());
    assert_eq!(
        lin.sign_in("xunfang01", "wrong").await,
        Err(ErrorCode::WrongPassword)
    );
    assert_eq!(
        lin.sign_in("nobody", "wrong").await,
        Err(ErrorCode::WrongPassword)
    );
    let password = district.password("xunfang01");
    for (fault, code) in [
        (Fault::Closed, ErrorCode::ServerUnreachable),
        (Fault::Silent, ErrorCode::ServerUnreachable),
        (Fault::CutMidBody, ErrorCode::ServerUnreachable),
        (Fault::InternalError, ErrorCode::ServerUnreachable),
        (Fault::InvalidJson, ErrorCode::ServerBroken),
        (Fault::OtherJson, ErrorCode::ServerBroken),
    ] {
        district.goes(fault);
        assert_eq!(
            lin.sign_in("xunfang01", &password).await,
            Err(code),
            "{fault:?}"
        );
    }
    let mut lost = Inspector::with_new_phone("http://127.0.0.1:1");
    assert_eq!(
        lost.sign_in("a", "b").await,
        Err(ErrorCode::ServerUnreachable)
    );
    let mut open = Inspector::with_new_phone("http://example.com");
    assert_eq!(
        open.sign_in("a", "b").await,
        Err(ErrorCode::BadServerAddress)
    );

    district.goes(Fault::None);
    lin.sign_in("xunfang01", &password).await.unwrap();
    lin.wait_for_points().await;
}
