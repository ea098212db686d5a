//! What the flows begin with: a real server, and a phone that has signed in there and has something
//! to revise.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::oneshot;
use uuid::Uuid;
use xunfang_domain::{CaptureSource, DeviceId, FindingId, Review, ReviewState, UnixMillis};
use xunfang_phone::PhotoPlace;
use xunfang_protocol::{Event, EventBody, FeedScope, ScopePage};
use xunfang_server::{App, AppConfig, sample};
use xunfang_store::Store;

use crate::scene::{key, open, photo, points, run, send, text};

/// How long the preparation may take before it gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A real server with the sample districts, for as long as this lives.
pub(crate) struct Served {
    address: String,
    account: String,
    password: String,
    _folder: TempDir,
    /// Dropped with the rest, which ends the server.
    _stop: oneshot::Sender<()>,
}

impl Served {
    /// Starts one.
    ///
    /// # Errors
    /// Where it does not start.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let app = App::open(AppConfig::new(folder.path()))?;
        let accounts = sample::load(&app).await?.accounts;
        let inspector = accounts.iter().find(|one| one.account == "xunfang01");
        let inspector = inspector.context("the sample district has no inspector")?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(xunfang_server::serve(app, listener, async {
            // Dropping the sender ends it as well.
            drop(stopped.await);
        }));
        Ok(Self {
            address,
            account: inspector.account.clone(),
            password: inspector.password.clone(),
            _folder: folder,
            _stop: stop,
        })
    }
}

/// Signs a new phone in at a server, waits for its points, and has a finding sent back to it.
///
/// # Errors
/// Where the server or the phone fails.
pub(crate) async fn prepare(folder: &Path, server: &Served) -> anyhow::Result<()> {
    let phone = open(folder, &server.address)?;
    run(
        &phone,
        json!({
            "cmd": "sign_in", "server": server.address,
            "account": server.account, "password": server.password,
        }),
    )
    .await?;
    let arrived = async {
        let mut changes = phone.changes();
        while points(&phone).await.is_err() {
            // What was missed is asked for anew.
            drop(changes.recv().await);
        }
    };
    tokio::time::timeout(PATIENCE, arrived)
        .await
        .context("the points did not arrive")?;
    let [near, _] = points(&phone).await?;
    let staged = phone.stage_photo(PhotoPlace::draft(near), CaptureSource::Camera, photo(11)?);
    staged
        .await
        .map_err(|error| anyhow!("a photo is refused: {error}"))?;
    let saved = json!({
        "cmd": "save_finding", "point": near, "criterion": "cables-tidy", "note": "线缆散落",
    });
    let saved = run(&phone, saved).await?;
    send(&phone).await?;
    drop(phone);
    send_back(folder, text(&saved, "/id")?.parse()?)
}

/// A supervisor returns a finding, as the phone learns of it.
fn send_back(folder: &Path, finding: FindingId) -> anyhow::Result<()> {
    let store = Store::open(folder, &key(folder)?, UnixMillis::new(0))?.store;
    let installation = store.installation(DeviceId::from_uuid(Uuid::nil()))?;
    let person = installation.session.context("a session")?.person.id;
    let scope = FeedScope::Person(person).to_string();
    let seq = store.cursors()?.get(&scope).copied().unwrap_or(0) + 1;
    let returned = EventBody::Review(Review {
        finding,
        state: ReviewState::Returned,
        reason: "照片看不清".to_owned(),
        rev: 1,
        decided_at: Some(UnixMillis::new(0)),
        decided_by: Some("督查".to_owned()),
    });
    let page = ScopePage {
        id: scope,
        reset: false,
        revoked: false,
        to: seq,
        chain: None,
        more: false,
        events: vec![Event {
            seq,
            kind: returned.kind().to_owned(),
            body: serde_json::from_str(&returned.to_json()?)?,
        }],
    };
    let epoch = store.epoch()?.context("an epoch")?;
    store.apply_page(epoch, person, &page)?;
    Ok(())
}
