//! Servers beside a test's server, with the same database and photos.

use xunfang_server::{App, AppConfig};

use crate::actors::{Phone, TestServer};
use crate::wire::Wire;

impl TestServer {
    /// Starts a server beside this one, with a folder of its own and the same database and photos.
    pub fn beside(&self) -> (App, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let config = AppConfig {
            clock: self.clock.clone(),
            database: self.engine.url(),
            blobs: self.shelf.source(),
            ..AppConfig::new(folder.path())
        };
        (App::open(config).unwrap(), folder)
    }
}

impl Phone {
    /// The same phone, asking another server.
    pub fn at(&self, app: &App) -> Self {
        let mut there = self.clone();
        there.wire = Wire::Inside(app.router());
        there
    }
}
