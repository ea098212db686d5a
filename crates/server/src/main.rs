//! The command `xunfang-server`: serve, load the sample districts, print the API's description.
//!
//! Standard output is for what was asked for, standard error for logs and for what went wrong.
//! A refusal to start exits with 1 after saying what happened, what is safe and what to do.

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use xunfang_server::{App, AppConfig, OnDamage, catalogue, listen, openapi_json, sample, serve};

/// Server of Xunfang 巡访, field inspection that loses nothing.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve phones and the console
    Serve {
        #[command(flatten)]
        folder: Folder,
        /// Address to listen on
        #[arg(long, env = "XUNFANG_LISTEN", default_value = "127.0.0.1:8700")]
        listen: SocketAddr,
        /// Move a damaged database to the folder set-aside and begin an empty one
        #[arg(long)]
        set_aside_damaged: bool,
        /// Folder with a catalogue of criteria to use instead of the product's own
        #[arg(long, env = "XUNFANG_CATALOGUE")]
        catalogue: Option<PathBuf>,
    },
    /// Read a catalogue of criteria and say whether it can be used
    CheckCatalogue {
        /// Folder with standard.toml, criteria/ and profiles/
        folder: PathBuf,
    },
    /// Load two sample districts and print their accounts
    Sample {
        #[command(flatten)]
        folder: Folder,
    },
    /// Print the description of the API
    Openapi,
}

#[derive(Args)]
struct Folder {
    /// Folder that holds everything
    #[arg(long, env = "XUNFANG_DATA")]
    data: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("XUNFANG_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    let outcome = match Cli::parse().command {
        Command::Serve {
            folder,
            listen,
            set_aside_damaged,
            catalogue,
        } => {
            let on_damage = if set_aside_damaged {
                OnDamage::SetAside
            } else {
                OnDamage::Refuse
            };
            run(
                AppConfig {
                    on_damage,
                    catalogue,
                    ..AppConfig::new(folder.data)
                },
                listen,
            )
            .await
        }
        Command::CheckCatalogue { folder } => check_catalogue(&folder),
        Command::Sample { folder } => load_sample(folder.data).await,
        Command::Openapi => print_openapi(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell where standard error is closed.
            drop(writeln!(io::stderr(), "xunfang-server: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(config: AppConfig, address: SocketAddr) -> Result<(), Box<dyn Error>> {
    // The address first: a server that cannot be reached has no reason to touch the folder.
    let listener = listen(address).await?;
    let address = listener.local_addr()?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let app = App::open(config)?;
    if let Some(folder) = app.set_aside() {
        tracing::warn!(folder = %folder.display(), "a damaged database was set aside");
    }
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

async fn load_sample(data: PathBuf) -> Result<(), Box<dyn Error>> {
    let app = App::open(AppConfig::new(data))?;
    let report = sample::load(&app).await?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "Sample districts 泗县（示例） and 宿马园区（示例）: {} new or changed.",
        report.changed
    )?;
    for account in &report.accounts {
        let name = &account.person.display_name;
        writeln!(out, "{}  {}  {name}", account.account, account.password)?;
    }
    Ok(())
}

fn check_catalogue(folder: &Path) -> Result<(), Box<dyn Error>> {
    let read = catalogue::read(folder)?;
    let rules: usize = read
        .profiles
        .iter()
        .map(|profile| profile.rules.len())
        .sum();
    writeln!(
        io::stdout(),
        "{} is sound: version {}, {} criteria, {} profiles with {rules} rules.",
        folder.display(),
        read.version,
        read.criteria.len(),
        read.profiles.len(),
    )?;
    Ok(())
}

fn print_openapi() -> Result<(), Box<dyn Error>> {
    writeln!(io::stdout(), "{}", openapi_json()?)?;
    Ok(())
}
