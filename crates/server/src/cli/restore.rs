//! `restore`: a backup, to where nothing is.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use xunfang_server::AppConfig;
use xunfang_server::backup::{Restored, restore};

use super::{Outcome, Storage, name_faults, progress};

/// Restore a backup to where nothing is; what is there already is never overwritten
///
/// A backup of either database restores into either. Phones notice that the server came back from a
/// backup, and send again what they hold and it may not.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Restore {
    /// Folder of backups
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// Which of them, such as 20261123T020000.000Z; without it the newest
    #[arg(long, value_name = "TIME")]
    snapshot: Option<String>,
    #[command(flatten)]
    storage: Storage,
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server restore --from /mnt/backup/xunfang --data /srv/xunfang-new
  xunfang-server restore --from /mnt/backup/xunfang --snapshot 20261123T020000.000Z --data /srv/xunfang-new
  xunfang-server restore --from /mnt/backup/xunfang --data /srv/xunfang-new --database postgres://…";

impl Restore {
    /// Restores it and says what is there now.
    pub(super) async fn run(self) -> Outcome {
        let config = AppConfig::from(self.storage);
        let Restored {
            snapshot,
            rows,
            photos,
            faulty,
        } = restore(config, self.from, self.snapshot, progress::tell()).await?;
        writeln!(
            io::stdout(),
            "Restored: {}: {rows} rows, {photos} photos.",
            snapshot.display()
        )?;
        if faulty.is_empty() {
            return Ok(());
        }
        name_faults(&faulty)?;
        Err(format!(
            "Everything else is restored and a server can be started on it, but {} photos that are \
             named above are not in the backup. Look for them on the phones or in an earlier backup.",
            faulty.len()
        )
        .into())
    }
}
