//! An inspector with a phone.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::broadcast::error::RecvError;
use xunfang_domain::{CaptureSource, PointId, Sha256Hex, Wgs84};
use xunfang_phone::{
    CommandError, ErrorCode, KeyFiles, Patience, Phone, PhoneConfig, PhotoPlace, PhotoSize,
    PhotoView, RescueView, SimulatedPosition,
};

/// How long anything may take before a test gives up; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Inspector {
    // Before the folder, so that the phone is closed while its folder is still there.
    phone: Option<Phone>,
    pub(crate) folder: TempDir,
    server: String,
    /// Whether it knows where it is.
    receiver: bool,
}

impl Inspector {
    pub(crate) fn with_new_phone(server: &str) -> Self {
        Self::new(server, true)
    }

    /// A phone whose receiver gives nothing.
    pub(crate) fn without_receiver(server: &str) -> Self {
        Self::new(server, false)
    }

    fn new(server: &str, receiver: bool) -> Self {
        let mut inspector = Self {
            phone: None,
            folder: tempfile::tempdir().unwrap(),
            server: server.to_owned(),
            receiver,
        };
        inspector.reopen().unwrap();
        inspector
    }

    /// Closes the app and opens it again on the same storage.
    pub(crate) fn reopen(&mut self) -> Result<(), CommandError> {
        self.phone = None;
        let place = Wgs84::new(33.48, 117.88).unwrap();
        let position = if self.receiver {
            SimulatedPosition::at(place, 8.0)
        } else {
            SimulatedPosition::nowhere()
        };
        let phone = Phone::open(PhoneConfig {
            camera: Some(self.camera()),
            data_dir: self.data(),
            keys: Arc::new(self.keys()),
            default_server: self.server.clone(),
            position: Arc::new(position),
            patience: Patience {
                connect: Duration::from_millis(500),
                read: Duration::from_millis(500),
                request: Duration::from_secs(5),
            },
            developer: true,
            started: Instant::now(),
        })?;
        self.phone = Some(phone);
        Ok(())
    }

    pub(crate) fn close(&mut self) {
        self.phone = None;
    }

    /// Where the camera leaves its photos.
    pub(crate) fn camera(&self) -> PathBuf {
        self.folder.path().join("camera")
    }

    pub(crate) fn keys(&self) -> KeyFiles {
        KeyFiles::beside(&self.data())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("phone")
    }

    fn phone(&self) -> &Phone {
        self.phone.as_ref().unwrap()
    }

    pub(crate) async fn run(&self, command: Value) -> Result<Value, ErrorCode> {
        let command = serde_json::from_value(command).unwrap();
        self.phone().run(command).await.map_err(|error| error.code)
    }

    /// Signs in at another server than before.
    pub(crate) async fn sign_in_at(
        &mut self,
        server: &str,
        account: &str,
        password: &str,
    ) -> Result<Value, ErrorCode> {
        server.clone_into(&mut self.server);
        self.sign_in(account, password).await
    }

    pub(crate) async fn sign_in(
        &mut self,
        account: &str,
        password: &str,
    ) -> Result<Value, ErrorCode> {
        self.run(json!({
            "cmd": "sign_in", "server": self.server, "account": account, "password": password
        }))
        .await
    }

    /// Asks again after each change until `probe` gives something.
    pub(crate) async fn until<T, F: AsyncFnMut(&Self) -> Option<T>>(
        &self,
        what: &str,
        mut probe: F,
    ) -> T {
        let wait = async {
            let mut changes = self.phone().changes();
            loop {
                if let Some(value) = probe(self).await {
                    return value;
                }
                match changes.recv().await {
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => panic!("the phone has closed"),
                }
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(value) => value,
            Err(_) => panic!("{what}: not in time; sync is {:?}", self.sync().await),
        }
    }

    pub(crate) async fn wait_for_points(&self) {
        self.until("points arrive", async |me| {
            let rows = me.points().await;
            let has_standard = || async { me.point(&rows[0]).await.is_ok() };
            (!rows.is_empty() && has_standard().await).then_some(())
        })
        .await;
    }

    /// Ids of the points, nearest first.
    pub(crate) async fn points(&self) -> Vec<String> {
        let page = json!({"cmd": "points", "query": "", "kind": null, "offset": 0, "limit": 50});
        let page = self.run(page).await.unwrap();
        let rows = page["rows"].as_array().unwrap();
        rows.iter()
            .map(|row| row["point"]["id"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) async fn nearest(&self) -> String {
        self.points().await.remove(0)
    }

    pub(crate) async fn point(&self, id: &str) -> Result<Value, ErrorCode> {
        self.run(json!({"cmd": "point", "id": id})).await
    }

    pub(crate) async fn photograph_item(
        &self,
        point: &str,
        item: &str,
        bytes: Vec<u8>,
    ) -> Result<PhotoView, ErrorCode> {
        let place = PhotoPlace {
            point: point.parse().unwrap(),
            item: Some(item.to_owned()),
        };
        let staged = self
            .phone()
            .stage_photo(place, CaptureSource::Camera, bytes);
        staged.await.map_err(|error| error.code)
    }

    pub(crate) async fn photograph(
        &self,
        point: &str,
        bytes: Vec<u8>,
    ) -> Result<PhotoView, ErrorCode> {
        let point: PointId = point.parse().unwrap();
        let staged = self
            .phone()
            .stage_photo(PhotoPlace::draft(point), CaptureSource::Camera, bytes)
            .await;
        staged.map_err(|error| error.code)
    }

    pub(crate) async fn photo_file(&self, sha256: &Sha256Hex, size: PhotoSize) -> Vec<u8> {
        let file = self.phone().photo_file(sha256.clone(), size).await;
        file.unwrap().bytes
    }

    pub(crate) async fn save(&self, point: &str, note: &str) -> Result<String, ErrorCode> {
        let saved = self
            .run(json!({
                "cmd": "save_finding", "point": point, "criterion": "cables-tidy", "note": note
            }))
            .await?;
        Ok(saved["id"].as_str().unwrap().to_owned())
    }

    /// Photographs and saves at the nearest point.
    pub(crate) async fn record(&self, seed: u32) -> String {
        let point = self.nearest().await;
        self.photograph(&point, crate::photos::jpeg(seed))
            .await
            .unwrap();
        self.save(&point, &format!("第 {seed} 条")).await.unwrap()
    }

    pub(crate) async fn sync(&self) -> Value {
        self.run(json!({"cmd": "sync"})).await.unwrap()
    }

    pub(crate) async fn sync_now(&self) {
        self.run(json!({"cmd": "sync_now"})).await.unwrap();
    }

    pub(crate) async fn stage(&self, finding: &str) -> String {
        let view = self
            .run(json!({"cmd": "finding", "id": finding}))
            .await
            .unwrap();
        view["stage"].as_str().unwrap().to_owned()
    }

    /// Waits until the server has every record, and every original too.
    pub(crate) async fn wait_until_sent(&self) {
        self.until("everything is sent", async |me| {
            let sync = me.sync().await;
            (sync["unsent"] == 0 && sync["originals"] == 0).then_some(())
        })
        .await;
    }

    /// Waits until the server has every record.
    pub(crate) async fn wait_until_records_are_sent(&self) {
        self.until("every record is sent", async |me| {
            (me.sync().await["unsent"] == 0).then_some(())
        })
        .await;
    }

    pub(crate) async fn write_rescue(
        &self,
        to: impl std::io::Write + Send + 'static,
    ) -> Result<RescueView, ErrorCode> {
        let written = self.phone().write_rescue(to).await;
        written.map_err(|error| error.code)
    }

    /// The window says whether somebody pays for each byte.
    pub(crate) async fn network(&self, metered: Option<bool>) {
        self.run(json!({"cmd": "surroundings", "now": {
            "metered": metered, "connected": null, "visible": true, "saving": null
        }}))
        .await
        .unwrap();
    }

    /// Waits until the phone has noticed that the link is down, and says why.
    pub(crate) async fn wait_until_offline(&self) -> String {
        self.until("the phone is offline", async |me| {
            let sync = me.sync().await;
            (sync["link"] == "offline").then(|| sync["last_error"].as_str().unwrap().to_owned())
        })
        .await
    }
}
