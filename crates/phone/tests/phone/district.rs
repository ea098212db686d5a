//! The real server in the process, with the sample district.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use xunfang_domain::DeviceId;
use xunfang_protocol::{RescueReport, SignInRequest, SignedIn};
use xunfang_server::{App, AppConfig, sample};

use crate::inspector::Inspector;
use crate::link::{Fault, Link};

/// A server, its accounts, and the link through which phones reach it.
pub(crate) struct District {
    pub(crate) folder: TempDir,
    pub(crate) link: Link,
    server: SocketAddr,
    accounts: Vec<sample::SampleAccount>,
}

impl District {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(AppConfig::new(folder.path())).unwrap();
        let accounts = sample::load(&app).await.unwrap().accounts;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server: SocketAddr = listener.local_addr().unwrap();
        tokio::spawn(xunfang_server::serve(app, listener, std::future::pending()));
        let link = Link::to(server).await;
        Self {
            folder,
            link,
            server,
            accounts,
        }
    }

    pub(crate) fn password(&self, account: &str) -> String {
        let found = self.accounts.iter().find(|one| one.account == account);
        found.unwrap().password.clone()
    }

    /// An inspector who has signed in and sees the points.
    pub(crate) async fn inspector(&self) -> Inspector {
        let mut inspector = Inspector::with_new_phone(&self.link.address());
        inspector
            .sign_in("xunfang01", &self.password("xunfang01"))
            .await
            .unwrap();
        inspector.wait_for_points().await;
        inspector
    }

    /// Asks the server as its supervisor.
    pub(crate) async fn as_supervisor(&self, path: &str) -> Value {
        self.fetch_as("ducha01", path).await
    }

    /// Asks the server as its supervisor; returns the status and the body.
    pub(crate) async fn fetch_as_supervisor(&self, path: &str) -> (u16, Vec<u8>) {
        self.get_as("ducha01", path).await
    }

    /// Asks the server as somebody who may.
    pub(crate) async fn fetch_as(&self, account: &str, path: &str) -> Value {
        let (status, body) = self.get_as(account, path).await;
        assert_eq!(status, 200, "{path}");
        serde_json::from_slice(&body).unwrap()
    }

    async fn token_of(&self, account: &str) -> String {
        let request = SignInRequest {
            account: account.to_owned(),
            password: self.password(account),
            device: Some(DeviceId::from_uuid(Uuid::now_v7())),
            device_name: None,
        };
        let signed_in = client()
            .post(format!("http://{}/api/v1/session", self.server))
            .json(&request)
            .send();
        let signed_in: SignedIn = signed_in.await.unwrap().json().await.unwrap();
        signed_in.token.unwrap()
    }

    /// Asks the server as somebody; returns the status and the body.
    pub(crate) async fn get_as(&self, account: &str, path: &str) -> (u16, Vec<u8>) {
        let token = self.token_of(account).await;
        let server = self.server;
        let answer = client()
            .get(format!("http://{server}{path}"))
            .bearer_auth(token)
            .send();
        let answer = answer.await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.bytes().await.unwrap().to_vec())
    }

    /// Brings a rescue file to the office.
    pub(crate) async fn import_rescue(&self, account: &str, file: Vec<u8>) -> RescueReport {
        let token = self.token_of(account).await;
        let answer = client()
            .post(format!("http://{}/api/v1/rescue", self.server))
            .bearer_auth(token)
            .header("content-type", "application/octet-stream")
            .body(file)
            .send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    /// The supervisor decides on a finding that is at `rev`.
    pub(crate) async fn review(&self, finding: &str, rev: u64, decision: &str) {
        let token = self.token_of("ducha01").await;
        let answer = client()
            .post(format!(
                "http://{}/api/v1/findings/{finding}/review",
                self.server
            ))
            .bearer_auth(token)
            .json(&json!({"rev": rev, "decision": decision, "reason": "看不清"}))
            .send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    /// Asks the server without a session.
    pub(crate) async fn fetch_as_anybody(&self, path: &str) -> (u16, Vec<u8>) {
        let answer = client().get(format!("http://{}{path}", self.server)).send();
        let answer = answer.await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.bytes().await.unwrap().to_vec())
    }

    /// Has the server look at a file, without a session.
    pub(crate) async fn verify(&self, file: Vec<u8>) -> (u16, Vec<u8>) {
        let answer = client()
            .post(format!("http://{}/api/v1/verify", self.server))
            .header("content-type", "application/octet-stream")
            .body(file)
            .send();
        let answer = answer.await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.bytes().await.unwrap().to_vec())
    }

    /// The server's own database.
    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("server.db")).unwrap()
    }

    pub(crate) fn findings(&self) -> u32 {
        let count = "SELECT count(*) FROM finding";
        self.database()
            .query_row(count, [], |row| row.get(0))
            .unwrap()
    }

    pub(crate) fn goes(&self, fault: Fault) {
        self.link.set(fault);
    }
}

fn client() -> reqwest::Client {
    // The phone brings its own provider; a plain client asks for the process's. Another test of
    // the same process may have put it there meanwhile.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::new()
}
