//! The commands of `xunfang-server`, one module for each concern.
//!
//! A command is a struct of its arguments with a method `run`. Standard output is for what was asked
//! for, standard error for logs and for what went wrong.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use serde::de::DeserializeOwned;
use tracing_subscriber::EnvFilter;
use xunfang_server::backup::FaultyPhoto;
use xunfang_server::{AppConfig, BlobSource, Folders};

mod backup;
mod catalogue;
mod district;
mod openapi;
mod photo;
mod points;
mod progress;
mod rescue;
mod restore;
mod sample;
mod serve;
mod settings;
mod sweep;
mod unit;
mod user;
mod verify;

pub(crate) use settings::commands;

/// What a command comes to. An error says what happened, what is safe and what to do.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// Server of Xunfang 巡访, field inspection that loses nothing.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    logging: Logging,
    // Read before the arguments are; here it is listed and checked.
    /// File of settings, in TOML
    #[arg(long, global = true, env = "XUNFANG_CONFIG", help_heading = "Settings")]
    config: Option<PathBuf>,
}

#[derive(Args)]
#[command(next_help_heading = "Logging")]
struct Logging {
    /// What is logged: error, warn, info, debug, or a filter such as xunfang_server=debug
    #[arg(
        long,
        global = true,
        env = "XUNFANG_LOG",
        default_value = "info",
        value_parser = filter,
        value_name = "FILTER"
    )]
    log: String,
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server sample --data /srv/xunfang
  xunfang-server serve --data /srv/xunfang --listen 0.0.0.0:8700
  xunfang-server serve --help";

#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    CheckCatalogue(catalogue::CheckCatalogue),
    UseProfile(catalogue::UseProfile),
    PhotoPolicy(photo::PhotoPolicy),
    VerifyPhoto(photo::VerifyPhoto),
    ImportPoints(points::ImportPoints),
    ExportPoints(points::ExportPoints),
    ImportRescue(rescue::ImportRescue),
    District(district::District),
    Unit(unit::Unit),
    User(user::User),
    Sweep(sweep::Sweep),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Verify(verify::Verify),
    Sample(sample::Sample),
    Openapi(openapi::Openapi),
    Settings(settings::Settings),
}

impl Cli {
    /// What is to be logged.
    pub(crate) fn log(&self) -> &str {
        &self.logging.log
    }

    /// Does what was asked for.
    pub(crate) async fn run(self) -> Outcome {
        match self.command {
            Command::Serve(command) => command.run().await,
            Command::CheckCatalogue(command) => command.run(),
            Command::UseProfile(command) => command.run().await,
            Command::PhotoPolicy(command) => command.run().await,
            Command::VerifyPhoto(command) => command.run().await,
            Command::ImportPoints(command) => command.run().await,
            Command::ExportPoints(command) => command.run().await,
            Command::ImportRescue(command) => command.run().await,
            Command::District(command) => command.run().await,
            Command::Unit(command) => command.run().await,
            Command::User(command) => command.run().await,
            Command::Sweep(command) => command.run().await,
            Command::Backup(command) => command.run().await,
            Command::Restore(command) => command.run().await,
            Command::Verify(command) => command.run().await,
            Command::Sample(command) => command.run().await,
            Command::Openapi(command) => command.run(),
            Command::Settings(command) => command.run(),
        }
    }
}

// The comments on structs that several commands share are none of clap's: it would show them in
// place of what the command itself is for.

// Where everything is kept.
#[derive(Args)]
#[command(next_help_heading = "Storage")]
struct Storage {
    /// Folder that holds everything, or all but the database
    #[arg(long, env = "XUNFANG_DATA", value_name = "FOLDER")]
    data: PathBuf,
    /// Address of a PostgreSQL database to use instead of a file in the folder:
    /// postgres://user:password@host:5432/name
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "ADDRESS"
    )]
    database: Option<String>,
    /// File whose first line is the address of the database
    #[arg(
        long,
        env = "DATABASE_URL_FILE",
        conflicts_with = "database",
        value_parser = first_line,
        value_name = "FILE"
    )]
    database_file: Option<Secret>,
    /// Store to keep photos in that several servers share, instead of files in the folder:
    /// s3://bucket or s3://bucket/folder. How to sign in to it is said as for other tools of S3, by
    /// AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ALLOW_HTTP
    #[arg(long, env = "BLOB_URL", value_name = "URL")]
    blobs: Option<String>,
}

/// The first line of a file that a setting names.
#[derive(Clone)]
struct Secret(String);

fn first_line(path: &str) -> Result<Secret, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return Err("its first line is empty".to_owned());
    }
    Ok(Secret(line.to_owned()))
}

fn filter(text: &str) -> Result<String, String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl From<Storage> for AppConfig {
    fn from(storage: Storage) -> Self {
        let Storage {
            data,
            database,
            database_file,
            blobs,
        } = storage;
        Self {
            database: database.or(database_file.map(|Secret(address)| address)),
            blobs: blobs.map(BlobSource::with_environment),
            ..Self::new(data)
        }
    }
}

// What districts choose from, where it does not come with the product. A running server reads it
// again on the signal HUP.
#[derive(Args)]
#[command(next_help_heading = "Standards")]
struct Library {
    /// Folder with a catalogue of criteria to use instead of the product's own
    #[arg(long, env = "XUNFANG_CATALOGUE", value_name = "FOLDER")]
    catalogue: Option<PathBuf>,
    /// Folder with lists of local codes, each named for its edition: gbt47678-2026.tsv
    #[arg(long, env = "XUNFANG_CODES", value_name = "FOLDER")]
    codes: Option<PathBuf>,
}

impl From<Library> for Folders {
    fn from(Library { catalogue, codes }: Library) -> Self {
        Self { catalogue, codes }
    }
}

/// Reads a word as the API writes it; what there is instead stands in the error.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|error| error.to_string())
}

/// Names the photos that could not be had.
fn name_faults(faulty: &[FaultyPhoto]) -> Outcome {
    let mut out = io::stdout().lock();
    for photo in faulty {
        writeln!(out, "faulty  {photo}")?;
    }
    Ok(())
}
