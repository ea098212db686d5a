//! The command `xunfang-server`; what it can do is in [`cli`].
//!
//! A refusal to start exits with 1 after saying what happened, what is safe and what to do.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

mod cli;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("XUNFANG_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    match cli::Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell where standard error is closed.
            drop(writeln!(io::stderr(), "xunfang-server: {error}"));
            ExitCode::FAILURE
        }
    }
}
