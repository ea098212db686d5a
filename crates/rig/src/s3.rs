//! An S3-compatible store of one's own, small and within the process.
//!
//! It speaks the protocol and keeps objects as files; it promises nothing about a power cut.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use anyhow::Context;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

const BUCKET: &str = "xunfang";
const ACCESS_KEY: &str = "rig";
const SECRET_KEY: &str = "only-on-loopback";

/// A store in a temporary folder, with an empty bucket `xunfang`.
#[derive(Debug)]
pub struct S3 {
    port: u16,
    folder: TempDir,
    /// What ends it when it is dropped, and what it runs in.
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl S3 {
    /// Starts one on a free port of loopback. It ends when it is dropped.
    ///
    /// # Errors
    /// What the operating system or the store says.
    pub fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("xunfang-s3-").tempdir()?;
        fs::create_dir(folder.path().join(BUCKET))?;
        let mut store = Self {
            port: 0,
            folder,
            running: None,
        };
        store.start_again()?;
        Ok(store)
    }

    /// Starts it again at the same port, with what it had.
    ///
    /// # Errors
    /// What the operating system or the store says.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        self.stop()?;
        let files = s3s_fs::FileSystem::new(self.folder.path())
            .map_err(|error| anyhow::anyhow!("the store does not start: {error:?}"))?;
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = service.build();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let listener = {
            // A listener that reuses the address of connections that are just over.
            let _inside = runtime.enter();
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseaddr(true)?;
            socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)))?;
            socket.listen(1024)?
        };
        self.port = listener.local_addr()?.port();
        let (stop, stopped) = oneshot::channel();
        let serving = move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = serve(listener, service) => {}
                    // Whoever held the other end let it go.
                    _ = stopped => {}
                }
            });
        };
        let thread = thread::Builder::new()
            .name("s3".to_owned())
            .spawn(serving)?;
        self.running = Some((stop, thread));
        Ok(())
    }

    /// Stops it, with all its connections.
    ///
    /// # Errors
    /// Where its thread broke.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        let Some((stop, thread)) = self.running.take() else {
            return Ok(());
        };
        drop(stop);
        thread.join().ok().context("the store's thread broke")
    }

    /// The address of its bucket.
    pub fn url(&self) -> String {
        format!("s3://{BUCKET}")
    }

    /// What a client has to be told to sign in, by the names that it has in the environment.
    pub fn settings(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
            ("AWS_ALLOW_HTTP", "true"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Where the objects of its bucket are, each in a file by its name.
    pub fn objects(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        // A drop cannot fail; the thread ends with the process at the latest.
        drop(self.stop());
    }
}

async fn serve(listener: TcpListener, service: S3Service) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let connection =
            http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
        // One that breaks is the client's to notice.
        connections.spawn(async move { drop(connection.await) });
        while connections.try_join_next().is_some() {}
    }
}
