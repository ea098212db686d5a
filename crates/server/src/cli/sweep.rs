//! `sweep`: what nobody goes on with.

use std::io::{self, Write};

use clap::Args;
use xunfang_server::{App, AppConfig, Swept};

use super::{Outcome, Storage};

/// Remove uploads that nobody went on with for a week, and photos that no record could ever name. A
/// running server does so by itself, little by little; this looks through everything at once
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Sweep {
    #[command(flatten)]
    storage: Storage,
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server sweep --data /srv/xunfang
  xunfang-server sweep --data /tmp/sweeping --database postgres://… --blobs s3://xunfang";

impl Sweep {
    /// Sweeps every district.
    pub(super) async fn run(self) -> Outcome {
        let app = App::open(AppConfig::from(self.storage))?;
        let Swept { uploads, photos } = app.sweep().await?;
        writeln!(
            io::stdout(),
            "Removed: {uploads} abandoned uploads, {photos} photos that belong to nothing."
        )?;
        Ok(())
    }
}
