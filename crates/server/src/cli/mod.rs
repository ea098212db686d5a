//! The commands of `xunfang-server`, one module for each concern.
//!
//! A command is a struct of its arguments with a method `run`. Standard output is for what was asked
//! for, standard error for logs and for what went wrong.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use serde::de::DeserializeOwned;
use xunfang_server::{AppConfig, Folders};

mod catalogue;
mod openapi;
mod photo;
mod points;
mod rescue;
mod sample;
mod serve;

/// What a command comes to. An error says what happened, what is safe and what to do.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// Server of Xunfang 巡访, field inspection that loses nothing.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
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
    Sample(sample::Sample),
    Openapi(openapi::Openapi),
}

impl Cli {
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
            Command::Sample(command) => command.run().await,
            Command::Openapi(command) => command.run(),
        }
    }
}

// The comments on structs that several commands share are none of clap's: it would show them in
// place of what the command itself is for.

// Where everything is kept.
#[derive(Args)]
struct Storage {
    /// Folder that holds everything, or all but the database
    #[arg(long, env = "XUNFANG_DATA")]
    data: PathBuf,
    /// Address of a PostgreSQL database to use instead of a file in the folder:
    /// postgres://user:password@host:5432/name
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database: Option<String>,
}

impl From<Storage> for AppConfig {
    fn from(Storage { data, database }: Storage) -> Self {
        Self {
            database,
            ..Self::new(data)
        }
    }
}

// What districts choose from, where it does not come with the product. A running server reads it
// again on the signal HUP.
#[derive(Args)]
struct Library {
    /// Folder with a catalogue of criteria to use instead of the product's own
    #[arg(long, env = "XUNFANG_CATALOGUE")]
    catalogue: Option<PathBuf>,
    /// Folder with lists of local codes, each named for its edition: gbt47678-2026.tsv
    #[arg(long, env = "XUNFANG_CODES")]
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
