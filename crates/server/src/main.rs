//! The command `xunfang-server`; what it can do is in [`cli`].
//!
//! A refusal to start exits with 1 after saying what happened, what is safe and what to do.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::FromArgMatches;
use tracing_subscriber::EnvFilter;

mod cli;

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell where standard error is closed.
            drop(writeln!(io::stderr(), "xunfang-server: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Vec<OsString>) -> cli::Outcome {
    let matches = cli::commands(&args)?.get_matches_from(args);
    let cli = cli::Cli::from_arg_matches(&matches)?;
    tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .with_env_filter(EnvFilter::try_new(cli.log())?)
        .with_writer(io::stderr)
        .init();
    cli.run().await
}
