//! `verify`: everything that is kept, held against its hashes and signatures.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use xunfang_server::AppConfig;
use xunfang_server::backup::{Verified, verify, verify_backup};

use super::{Outcome, Storage, progress};

/// Look through everything: photos, feeds and signed records, of a server or of a backup
///
/// It changes nothing, and works while a server serves. It exits with 1 where something is wrong.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Verify {
    #[command(flatten)]
    storage: Option<Storage>,
    /// Folder of backups to look through instead of a server's data
    #[arg(long, value_name = "FOLDER")]
    backup: Option<PathBuf>,
    /// Which of them, such as 20261123T020000.000Z; without it the newest
    #[arg(long, value_name = "TIME", requires = "backup")]
    snapshot: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server verify --data /srv/xunfang
  xunfang-server verify --backup /mnt/backup/xunfang
  xunfang-server verify --backup /mnt/backup/xunfang --snapshot 20261123T020000.000Z";

impl Verify {
    /// Looks, counts, and names each fault.
    pub(super) async fn run(self) -> Outcome {
        let tell = progress::tell();
        let Verified {
            photos,
            photo_bytes,
            events,
            records,
            faults,
        } = match (self.backup, self.storage) {
            (Some(backup), _) => verify_backup(backup, self.snapshot, tell).await?,
            (None, Some(storage)) => verify(AppConfig::from(storage), tell).await?,
            (None, None) => return Err("Name what to look through: --data or --backup.".into()),
        };
        let mut out = io::stdout().lock();
        for fault in &faults {
            writeln!(out, "fault  {fault}")?;
        }
        writeln!(
            out,
            "Sound: {photos} photos of {photo_bytes} bytes, {events} events of feeds, {records} \
             signed records of photos."
        )?;
        match faults.len() {
            0 => Ok(()),
            count => Err(format!(
                "{count} faults are named above. Nothing was changed. What is damaged can be taken \
                 from a backup."
            )
            .into()),
        }
    }
}
