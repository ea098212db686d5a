//! `import-rescue`: what a phone could not send.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use clap::Args;
use xunfang_server::{App, AppConfig, rescue};

use super::{Outcome, Storage};

/// Import a rescue file: what a phone could not send
///
/// The server that uses the folder has to be stopped meanwhile; a running one takes it in its console.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ImportRescue {
    #[command(flatten)]
    storage: Storage,
    /// The file, .xfrescue
    file: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server import-rescue --data /srv/xunfang phone-3.xfrescue";

impl ImportRescue {
    /// Takes what the file holds and counts it.
    pub(super) async fn run(self) -> Outcome {
        let name = self.file.display();
        let letter = std::fs::File::open(&self.file).map_err(|error| format!("{name}: {error}"))?;
        let app = App::open(AppConfig::from(self.storage))?;
        let report = rescue::import(&app, letter)
            .await
            .map_err(|error| format!("{name}: {error}"))?;
        let mut out = io::stdout().lock();
        // A phone's clock may say anything; dates are written up to the year 9999.
        let made = report.made_at.get().clamp(0, 253_402_300_799_000);
        let made = UNIX_EPOCH + Duration::from_millis(made.unsigned_abs());
        let made = httpdate::fmt_http_date(made);
        writeln!(
            out,
            "{name}: of {}, made on {made} by the clock of phone {}",
            report.person, report.device
        )?;
        writeln!(
            out,
            "Records: {} in the file, {} imported, {} here already.",
            report.records, report.applied, report.already
        )?;
        writeln!(
            out,
            "Files of photos: {} in the file, {} stored, {} here already.",
            report.files, report.files_stored, report.files_already
        )?;
        for refused in &report.refused {
            writeln!(
                out,
                "refused  {}  {}  {}: {}",
                refused.kind, refused.id, refused.code, refused.message
            )?;
        }
        if let Some(fault) = report.broken {
            let why = rescue::reason(fault);
            return Err(format!("{name}: {why}. What is counted above is safe.").into());
        }
        match report.refused.len() {
            0 => Ok(writeln!(out, "All of it is here.")?),
            count => Err(format!("{name}: {count} were refused; the phone still has them.").into()),
        }
    }
}
