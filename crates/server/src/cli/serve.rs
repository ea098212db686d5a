//! `serve`: answers phones and the console until it is told to stop.

use std::io::{self, Write};
use std::net::SocketAddr;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use xunfang_server::{App, AppConfig, OnDamage, listen, serve};

use super::{Library, Outcome, Storage};

/// Serve phones and the console
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Serve {
    #[command(flatten)]
    storage: Storage,
    /// Address to listen on
    #[arg(
        long,
        env = "XUNFANG_LISTEN",
        default_value = "127.0.0.1:8700",
        value_name = "ADDRESS",
        help_heading = "Connections"
    )]
    listen: SocketAddr,
    /// Move a damaged database to the folder set-aside and begin an empty one
    #[arg(long)]
    set_aside_damaged: bool,
    #[command(flatten)]
    library: Library,
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server serve --data /srv/xunfang
  xunfang-server serve --data /srv/xunfang --listen 0.0.0.0:8700
  xunfang-server serve --config /etc/xunfang.toml
  DATABASE_URL=postgres://xunfang:secret@db:5432/xunfang xunfang-server serve --data /srv/xunfang

Signals: TERM and INT stop it after the requests in hand, HUP makes it read criteria and codes again.";

impl Serve {
    /// Serves until a signal says otherwise.
    pub(super) async fn run(self) -> Outcome {
        let on_damage = if self.set_aside_damaged {
            OnDamage::SetAside
        } else {
            OnDamage::Refuse
        };
        let config = AppConfig {
            on_damage,
            folders: self.library.into(),
            ..AppConfig::from(self.storage)
        };
        // The address first: a server that cannot be reached has no reason to touch the folder.
        let listener = listen(self.listen).await?;
        let address = listener.local_addr()?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let app = App::open(config)?;
        if let Some(folder) = app.set_aside() {
            tracing::warn!(folder = %folder.display(), "a damaged database was set aside");
        }
        let reading = app.clone();
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                match reading.read_again() {
                    Ok(()) => tracing::info!("criteria and codes were read again"),
                    Err(error) => tracing::error!(%error, "criteria and codes stay as they were"),
                }
            }
        });
        writeln!(io::stdout(), "Xunfang is ready on http://{address}")?;
        serve(app, listener, async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
        .await;
        Ok(())
    }
}
