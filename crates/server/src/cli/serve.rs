//! `serve`: answers phones and the console until it is told to stop.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use tokio::signal::unix::{SignalKind, signal};
use xunfang_server::{App, AppConfig, OnDamage, Rate, Rates, TlsFiles, listen, serve, serve_admin};

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
    #[command(flatten)]
    rates: Often,
    /// Address for figures (/metrics) and health, for those who run the server; never a public one
    #[arg(
        long,
        env = "XUNFANG_ADMIN",
        value_name = "ADDRESS",
        help_heading = "Operations"
    )]
    admin: Option<SocketAddr>,
    /// Seconds for which a server that was told to stop says so before it takes no more connections
    #[arg(
        long,
        env = "XUNFANG_DRAIN",
        default_value = "0",
        value_parser = seconds,
        value_name = "SECONDS",
        help_heading = "Operations"
    )]
    drain: Duration,
    /// Room that has to be on the disk of the data folder for the server to be ready, in MiB
    #[arg(
        long,
        env = "XUNFANG_DISK_FREE_MIN",
        default_value = "256",
        value_name = "MIB",
        help_heading = "Operations"
    )]
    disk_free_min: u32,
    /// Certificate to speak TLS with, and those between it and the root, in PEM; read again on HUP
    #[arg(
        long,
        env = "XUNFANG_TLS_CERT",
        value_name = "FILE",
        help_heading = "Connections"
    )]
    tls_cert: Option<PathBuf>,
    /// Key of the certificate, in PEM; read again on HUP
    #[arg(
        long,
        env = "XUNFANG_TLS_KEY",
        value_name = "FILE",
        help_heading = "Connections"
    )]
    tls_key: Option<PathBuf>,
    /// Networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto count, parted by commas
    #[arg(
        long,
        env = "XUNFANG_TRUSTED_PROXY",
        value_delimiter = ',',
        value_name = "NETWORK",
        value_parser = network,
        help_heading = "Connections"
    )]
    trusted_proxy: Vec<IpNet>,
    /// Move a damaged database to the folder set-aside and begin an empty one
    #[arg(long)]
    set_aside_damaged: bool,
    #[command(flatten)]
    library: Library,
}

// How often whom is answered. The numbers leave room for a phone that sends a day's work at once,
// and for a thousand of them that sign in behind one address within a quarter of an hour.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
struct Often {
    /// Requests a second of each session, for as long as it likes; 0 for no limit
    #[arg(
        long,
        env = "XUNFANG_RATE_SESSION",
        default_value = "50",
        value_name = "NUMBER"
    )]
    rate_session: u32,
    /// Requests that a session may make together after a pause
    #[arg(
        long,
        env = "XUNFANG_BURST_SESSION",
        default_value = "500",
        value_name = "NUMBER"
    )]
    burst_session: u32,
    /// Requests a second without a session, of each address; 0 for no limit
    #[arg(
        long,
        env = "XUNFANG_RATE_ADDRESS",
        default_value = "50",
        value_name = "NUMBER"
    )]
    rate_address: u32,
    /// Requests without a session that an address may make together after a pause
    #[arg(
        long,
        env = "XUNFANG_BURST_ADDRESS",
        default_value = "1000",
        value_name = "NUMBER"
    )]
    burst_address: u32,
    /// Attempts to sign in a minute, of each address; 0 for no limit
    #[arg(
        long,
        env = "XUNFANG_RATE_SIGN_IN",
        default_value = "60",
        value_name = "NUMBER"
    )]
    rate_sign_in: u32,
    /// Attempts to sign in that an address may make together after a pause
    #[arg(
        long,
        env = "XUNFANG_BURST_SIGN_IN",
        default_value = "100",
        value_name = "NUMBER"
    )]
    burst_sign_in: u32,
}

impl From<Often> for Rates {
    fn from(often: Often) -> Self {
        let rate = |number: u32, of_s: f64, burst: u32| {
            (number > 0).then(|| Rate {
                per_second: f64::from(number) / of_s,
                burst: f64::from(burst.max(1)),
            })
        };
        Self {
            session: rate(often.rate_session, 1.0, often.burst_session),
            address: rate(often.rate_address, 1.0, often.burst_address),
            sign_in: rate(often.rate_sign_in, 60.0, often.burst_sign_in),
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server serve --data /srv/xunfang
  xunfang-server serve --data /srv/xunfang --listen 0.0.0.0:8700
  xunfang-server serve --data /srv/xunfang --listen 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem
  xunfang-server serve --data /srv/xunfang --trusted-proxy 127.0.0.1/32,10.0.0.0/8
  xunfang-server serve --config /etc/xunfang.toml
  DATABASE_URL=postgres://xunfang:secret@db:5432/xunfang xunfang-server serve --data /srv/xunfang

Signals: TERM and INT stop it after the requests in hand, HUP makes it read
criteria, codes and certificate again.";

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 0..=600) => Ok(Duration::from_secs(seconds)),
        Ok(_) => Err("600 seconds are the most".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a network, or one address as a network of its own.
fn network(text: &str) -> Result<IpNet, String> {
    let one = text.parse().map(|address: std::net::IpAddr| address.into());
    one.or_else(|_| text.parse())
        .map_err(|_| "write a network as 10.0.0.0/8, or an address".to_owned())
}

impl Serve {
    /// Serves until a signal says otherwise.
    pub(super) async fn run(self) -> Outcome {
        let on_damage = if self.set_aside_damaged {
            OnDamage::SetAside
        } else {
            OnDamage::Refuse
        };
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            _ => {
                return Err(
                    "Only one of --tls-cert and --tls-key is given. Nothing was changed. \
                            Give both to speak TLS, or neither behind a proxy."
                        .into(),
                );
            }
        };
        let config = AppConfig {
            on_damage,
            tls,
            trusted_proxies: self.trusted_proxy,
            rates: self.rates.into(),
            drain: self.drain,
            disk_free_min: u64::from(self.disk_free_min) << 20,
            folders: self.library.into(),
            ..AppConfig::from(self.storage)
        };
        // The address first: a server that cannot be reached has no reason to touch the folder.
        let listener = listen(self.listen).await?;
        let address = listener.local_addr()?;
        let admin = match self.admin {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
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
                match reading.read_certificate_again() {
                    Ok(()) => tracing::info!("the certificate was read again"),
                    Err(error) => tracing::error!(%error, "the certificate stays as it was"),
                }
                match reading.read_again() {
                    Ok(()) => tracing::info!("criteria and codes were read again"),
                    Err(error) => tracing::error!(%error, "criteria and codes stay as they were"),
                }
            }
        });
        if let Some(admin) = admin {
            writeln!(
                io::stdout(),
                "Figures are on http://{}/metrics",
                admin.local_addr()?
            )?;
            let app = app.clone();
            tokio::spawn(async move {
                if let Err(error) = serve_admin(app, admin).await {
                    tracing::error!(%error, "figures are not told any more");
                }
            });
        }
        let scheme = if app.speaks_tls() { "https" } else { "http" };
        writeln!(io::stdout(), "Xunfang is ready on {scheme}://{address}")?;
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
