//! The phone app in a developer's browser.
//!
//! The same screens and the same phone core as in the app; only the way between them differs: a
//! bridge on the loopback interface instead of the window's own. A random token that only the
//! served page carries keeps other pages and programs of this machine out. This binary is a
//! developer's tool and never part of the app.

mod bridge;
mod screens;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use clap::Parser;
use tokio::net::TcpListener;
use xunfang_phone::{KeyFiles, Patience, Phone, PhoneConfig, SimulatedPosition};

use crate::bridge::Bridge;

/// Serves the phone app to a browser on this machine.
#[derive(Debug, Parser)]
#[command(name = "xunfang-preview", version)]
struct Arguments {
    /// Address to listen on; the loopback interface only.
    #[arg(long, env = "XUNFANG_PREVIEW_LISTEN", default_value = "127.0.0.1:8701")]
    listen: SocketAddr,
    /// Folder for everything the phone keeps.
    #[arg(long, env = "XUNFANG_DATA")]
    data: PathBuf,
    /// Folder in which a camera leaves its photos, to try what happens when the app is ended
    /// meanwhile.
    #[arg(long, env = "XUNFANG_CAMERA")]
    camera: Option<PathBuf>,
    /// Server address to offer at sign-in.
    #[arg(long, env = "XUNFANG_SERVER", default_value = "http://127.0.0.1:8700")]
    server: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let started = Instant::now();
    let filter = tracing_subscriber::EnvFilter::try_from_env("XUNFANG_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    ensure!(
        arguments.listen.ip().is_loopback(),
        "the preview hands a whole phone to whoever reaches it, so it listens on loopback only"
    );
    let listener = TcpListener::bind(arguments.listen).await.with_context(|| {
        format!(
            "{} is taken by another program: end that one, or choose another address with --listen",
            arguments.listen
        )
    })?;
    let phone = Phone::open(PhoneConfig {
        keys: Arc::new(KeyFiles::beside(&arguments.data)),
        data_dir: arguments.data,
        default_server: arguments.server,
        camera: arguments.camera,
        position: Arc::new(SimulatedPosition::from_env()?),
        patience: Patience::default(),
        developer: true,
        started,
    })?;
    let bridge = Bridge::new(phone)?;
    tracing::info!(address = %listener.local_addr()?, "the phone preview is ready");
    axum::serve(listener, bridge::router(bridge))
        .with_graceful_shutdown(ended())
        .await
        .context("the preview stopped")
}

/// Waits until somebody ends the process.
async fn ended() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => drop(interrupted.await),
    }
    // A browser keeps its event stream open for ever; nothing here is worth waiting for.
    std::process::exit(0);
}
