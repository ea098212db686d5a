//! `openapi`: the description of the API.

use std::io::{self, Write};

use clap::Args;
use xunfang_server::openapi_json;

use super::Outcome;

/// Print the description of the API
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Openapi {}

const EXAMPLES: &str = "\
Examples:
  xunfang-server openapi > openapi.json";

impl Openapi {
    /// Prints it as JSON.
    pub(super) fn run(self) -> Outcome {
        writeln!(io::stdout(), "{}", openapi_json()?)?;
        Ok(())
    }
}
