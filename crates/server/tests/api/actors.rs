//! A server with its district, and the people who work with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use xunfang_domain::{DeviceId, Sha256Hex, UnixMillis};
use xunfang_protocol::{
    BUNDLE_CONTENT_TYPE, FindingPage, OpResult, PullResponse, PushResponse, ScopePage, SessionView,
    SignedIn, UPLOAD_CONTENT_TYPE, add_to_bundle,
};
use xunfang_server::sample::SampleAccount;
use xunfang_server::{App, AppConfig, Clock, sample};

use crate::engine::Engine;
use crate::records::{Photo, finding_at};
use crate::shelf::Shelf;
use crate::wire::{Answer, Wire};

pub const INSPECTOR: &str = "xunfang01";
pub const OTHER_INSPECTOR: &str = "xunfang02";
pub const SUPERVISOR: &str = "ducha01";
pub const ADMINISTRATOR: &str = "guanli01";

/// A clock that stands still until it is moved.
pub struct StillClock(pub AtomicI64);

impl Clock for StillClock {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(self.0.load(Ordering::SeqCst))
    }
}

/// A server inside the process, with the sample district loaded.
pub struct TestServer {
    pub app: App,
    pub engine: Engine,
    pub shelf: Shelf,
    pub folder: TempDir,
    pub accounts: Vec<SampleAccount>,
    pub clock: Arc<StillClock>,
}

/// What the servers of tests take for now, in milliseconds.
const CLOCK_BEGINS: i64 = 1_760_000_000_000;

impl TestServer {
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// Starts one with other settings.
    pub async fn start_with(settings: impl FnOnce(&mut AppConfig)) -> Self {
        Self::start_on(Engine::start(), Shelf::start(), settings).await
    }

    /// Starts one on this database and with its photos there.
    pub async fn start_on(
        engine: Engine,
        shelf: Shelf,
        settings: impl FnOnce(&mut AppConfig),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(StillClock(AtomicI64::new(CLOCK_BEGINS)));
        let mut config = AppConfig {
            clock: clock.clone(),
            database: engine.url(),
            blobs: shelf.source(),
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
            ..AppConfig::new(folder.path())
        };
        settings(&mut config);
        let app = App::open(config).unwrap();
        let accounts = sample::load(&app).await.unwrap().accounts;
        Self {
            app,
            engine,
            shelf,
            folder,
            accounts,
            clock,
        }
    }

    pub fn wire(&self) -> Wire {
        Wire::Inside(self.app.router())
    }

    /// Serves on a real address until the runtime of the test ends.
    pub async fn listen(&self) -> std::net::SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(xunfang_server::serve(
            self.app.clone(),
            listener,
            std::future::pending(),
        ));
        address
    }

    /// Asks the database past the server; see [`Engine::ask`].
    pub fn ask(&self, statements: &str) -> Vec<Vec<Option<String>>> {
        self.engine.ask(self.folder.path(), statements)
    }

    /// Asks the database for one value.
    pub fn ask_one(&self, statement: &str) -> String {
        let rows = self.ask(statement);
        rows[0][0].clone().unwrap()
    }

    pub fn days_pass(&self, days: i64) {
        self.clock.0.fetch_add(days * 86_400_000, Ordering::SeqCst);
    }

    pub fn password(&self, account: &str) -> String {
        password(&self.accounts, account)
    }

    pub async fn phone(&self, account: &str) -> Phone {
        Phone::sign_in(self.wire(), account, &self.password(account)).await
    }

    pub async fn console(&self, account: &str) -> Console {
        Console::sign_in(self.wire(), account, &self.password(account)).await
    }

    /// Adds a neighbouring district with one inspector, whose password is the first inspector's.
    pub fn add_neighbours(&self) -> &'static str {
        let sql = "
            INSERT INTO district (district_id, body)
            SELECT id('0000000000004000800000000000000a'), body FROM district LIMIT 1;
            INSERT INTO person (district_id, person_id, display_name)
            VALUES (id('0000000000004000800000000000000a'), id('0000000000004000800000000000000b'),
                    '邻县巡访员'),
                   (id('0000000000004000800000000000000a'), id('0000000000004000800000000000000c'),
                    '邻县督查');
            INSERT INTO person_grant (district_id, person_id, number, role)
            VALUES (id('0000000000004000800000000000000a'), id('0000000000004000800000000000000b'),
                    1, 'inspector'),
                   (id('0000000000004000800000000000000a'), id('0000000000004000800000000000000c'),
                    1, 'supervisor');
            INSERT INTO account (name, district_id, person_id, password_hash)
            SELECT 'lin01', id('0000000000004000800000000000000a'),
                   id('0000000000004000800000000000000b'), password_hash
            FROM account WHERE name = 'xunfang01';
            INSERT INTO account (name, district_id, person_id, password_hash)
            SELECT 'lin02', id('0000000000004000800000000000000a'),
                   id('0000000000004000800000000000000c'), password_hash
            FROM account WHERE name = 'xunfang01'";
        self.ask(sql);
        "lin01"
    }

    /// Lists the files below one of the folders that the server's photos are in.
    pub fn files(&self, below: &str) -> Vec<PathBuf> {
        self.shelf.files(self.folder.path(), below)
    }

    /// Lists the copies of photos that this server has made.
    pub fn copies(&self) -> Vec<PathBuf> {
        files(&self.folder.path().join("renditions"))
    }

    /// Fills a part that was announced; see [`Shelf::fill`].
    pub fn fill(&self, sha256: &Sha256Hex, bytes: &[u8]) {
        self.shelf
            .fill(&self.engine, self.folder.path(), sha256, bytes);
    }

    /// Lets files look as if they were written when the server's clock began.
    pub fn date(&self, files: &[PathBuf]) {
        let then = std::time::Duration::from_millis(CLOCK_BEGINS.unsigned_abs());
        for file in files {
            let file = std::fs::File::options().write(true).open(file).unwrap();
            file.set_modified(std::time::UNIX_EPOCH + then).unwrap();
        }
    }
}

pub fn password(accounts: &[SampleAccount], account: &str) -> String {
    accounts
        .iter()
        .find(|sample| sample.account == account)
        .unwrap()
        .password
        .clone()
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

pub fn sign_in_request(account: &str, password: &str, device: Option<DeviceId>) -> Request<Body> {
    let body = json!({ "account": account, "password": password, "device": device });
    json_request(Method::POST, "/api/v1/session", &body)
}

pub fn json_request(method: Method, path: &str, body: &Value) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// An inspector's phone.
#[derive(Clone)]
pub struct Phone {
    pub wire: Wire,
    pub session: SessionView,
    pub device: DeviceId,
    pub token: String,
    dev_seq: Arc<AtomicU64>,
}

impl Phone {
    pub async fn sign_in(wire: Wire, account: &str, password: &str) -> Self {
        let device = DeviceId::from_uuid(Uuid::now_v7());
        let signed_in: SignedIn = wire
            .send(sign_in_request(account, password, Some(device)))
            .await
            .ok();
        let token = signed_in.token.unwrap();
        Self {
            wire,
            session: signed_in.session,
            device,
            token,
            dev_seq: Arc::default(),
        }
    }

    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let token = format!("Bearer {}", self.token).parse().unwrap();
        request.headers_mut().insert("authorization", token);
        self.wire.send(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Makes the operation that submits a finding.
    pub fn submit(&self, record: &Value) -> Value {
        json!({
            "id": Uuid::now_v7(),
            "dev_seq": self.dev_seq.fetch_add(1, Ordering::SeqCst) + 1,
            "kind": "finding.submitted",
            "entity": record["id"],
            "base_rev": 0,
            "made_at": 1_760_000_000_000_i64,
            "body": record,
        })
    }

    pub async fn push_answer(&self, ops: &[Value]) -> Answer {
        let body = json!({
            "proto": 1, "schema": 1, "device": self.device, "batch": Uuid::now_v7(), "ops": ops,
        });
        self.send(json_request(Method::POST, "/api/v1/sync/push", &body))
            .await
    }

    pub async fn push(&self, ops: &[Value]) -> PushResponse {
        self.push_answer(ops).await.ok()
    }

    /// Uploads a photo, submits a finding that shows it, and returns the finding.
    pub async fn report(&self, photo: &Photo) -> Value {
        self.upload(photo).await;
        let record = self.finding(&[photo]).await;
        let result = self.push(&[self.submit(&record)]).await.results.remove(0);
        assert_eq!(status_of(&result), "applied", "{result:?}");
        record
    }

    /// Makes the record of a finding at the first point of the district.
    pub async fn finding(&self, photos: &[&Photo]) -> Value {
        let point = &self.points().await[0];
        finding_at(&point["id"], photos)
    }

    pub async fn points(&self) -> Vec<Value> {
        let body = self.get("/api/v1/points").await.ok::<Value>();
        body.as_array().unwrap().clone()
    }

    pub async fn pull_from(&self, epoch: Option<Uuid>, scopes: &Value, limit: u32) -> PullResponse {
        let body = json!({ "proto": 1, "epoch": epoch, "scopes": scopes, "limit": limit });
        self.send(json_request(Method::POST, "/api/v1/sync/pull", &body))
            .await
            .ok()
    }

    pub async fn pull_all(&self) -> PullResponse {
        self.pull_from(None, &json!({}), 1000).await
    }

    /// Pulls one's own scope from its beginning.
    pub async fn own_events(&self) -> ScopePage {
        self.pull_all().await.scopes.remove(1)
    }

    fn upload_request(&self, method: &str, sha256: &Sha256Hex) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/api/v1/uploads/{sha256}"))
            .header("tus-resumable", "1.0.0")
    }

    pub async fn held(&self, sha256: &Sha256Hex) -> Answer {
        self.send(
            self.upload_request("HEAD", sha256)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    pub async fn announce(&self, sha256: &Sha256Hex, length: u64) -> Answer {
        let request = self
            .upload_request("POST", sha256)
            .header("upload-length", length);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Announces a photo with its first piece.
    pub async fn begin(&self, sha256: &Sha256Hex, length: u64, piece: &[u8]) -> Answer {
        let request = self
            .upload_request("POST", sha256)
            .header("upload-length", length)
            .header("content-type", UPLOAD_CONTENT_TYPE);
        self.send(request.body(Body::from(piece.to_vec())).unwrap())
            .await
    }

    /// Appends a piece with the hash of what was meant.
    pub async fn append_checked(
        &self,
        sha256: &Sha256Hex,
        offset: u64,
        sent: &[u8],
        meant: &[u8],
    ) -> Answer {
        use base64::Engine;
        use sha2::Digest;
        let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(meant));
        let request = self
            .upload_request("PATCH", sha256)
            .header("upload-offset", offset)
            .header("upload-checksum", format!("sha256 {hash}"))
            .header("content-type", UPLOAD_CONTENT_TYPE);
        self.send(request.body(Body::from(sent.to_vec())).unwrap())
            .await
    }

    /// Sends several files at once, each under the name that is given.
    pub async fn bundle(&self, files: &[(&Sha256Hex, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (sha256, bytes) in files {
            add_to_bundle(&mut body, sha256, bytes);
        }
        self.send_bundle(body).await
    }

    pub async fn send_bundle(&self, body: Vec<u8>) -> Answer {
        let request = Request::post("/api/v1/uploads").header("content-type", BUNDLE_CONTENT_TYPE);
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn append(&self, sha256: &Sha256Hex, offset: u64, bytes: &[u8]) -> Answer {
        let request = self
            .upload_request("PATCH", sha256)
            .header("upload-offset", offset)
            .header("content-type", UPLOAD_CONTENT_TYPE);
        self.send(request.body(Body::from(bytes.to_vec())).unwrap())
            .await
    }

    pub async fn discard(&self, sha256: &Sha256Hex) -> Answer {
        self.send(
            self.upload_request("DELETE", sha256)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    pub async fn upload(&self, photo: &Photo) {
        let announced = self.announce(&photo.sha256, photo.bytes.len() as u64).await;
        assert!(announced.status.is_success(), "{announced:?}");
        if announced.header("upload-offset") == "0" {
            let appended = self.append(&photo.sha256, 0, &photo.bytes).await;
            assert_eq!(appended.status, 204, "{}", appended.text());
        }
    }
}

/// A supervisor's browser.
#[derive(Clone)]
pub struct Console {
    pub wire: Wire,
    pub cookie: String,
}

impl Console {
    pub async fn sign_in(wire: Wire, account: &str, password: &str) -> Self {
        let answer = wire.send(sign_in_request(account, password, None)).await;
        let cookie = answer
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        assert_eq!(answer.ok::<SignedIn>().token, None);
        Self { wire, cookie }
    }

    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        request
            .headers_mut()
            .insert("cookie", self.cookie.parse().unwrap());
        self.wire.send(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub async fn findings(&self, query: &str) -> FindingPage {
        self.get(&format!("/api/v1/findings{query}")).await.ok()
    }

    pub async fn review(&self, finding: &Value, body: Value) -> Answer {
        let path = format!(
            "/api/v1/findings/{}/review",
            finding["id"].as_str().unwrap()
        );
        self.send(json_request(Method::POST, &path, &body)).await
    }
}

pub fn status_of(result: &OpResult) -> String {
    serde_json::to_value(result.status)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}
