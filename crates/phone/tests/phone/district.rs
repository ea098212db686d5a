//! The real server in the process, with the sample district.

use std::net::SocketAddr;

use tempfile::TempDir;
use xunfang_server::{App, AppConfig, sample};

use crate::inspector::Inspector;
use crate::link::{Fault, Link};

/// A server, its accounts, and the link through which phones reach it.
pub(crate) struct District {
    pub(crate) folder: TempDir,
    pub(crate) link: Link,
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
