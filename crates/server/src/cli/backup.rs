//! `backup`: everything that a server has, into a folder.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use xunfang_server::AppConfig;
use xunfang_server::backup::{Written, back_up};

use super::{Outcome, Storage, name_faults, progress};

/// Back up the database and the photos, while a server serves or while none does
///
/// A backup is of one moment and holds everything that was acknowledged before the command began.
/// Photos that the folder has from earlier backups are not copied again.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Backup {
    #[command(flatten)]
    storage: Storage,
    /// Folder of backups; it is made where it is not there
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server backup --data /srv/xunfang --to /mnt/backup/xunfang
  DATABASE_URL=postgres://… BLOB_URL=s3://xunfang xunfang-server backup --data /srv/xunfang --to /mnt/backup/xunfang

Every night at two, from cron; it exits with 0 where the backup is complete:
  0 2 * * *  xunfang-server backup --data /srv/xunfang --to /mnt/backup/xunfang";

impl Backup {
    /// Makes the backup and says what is in it.
    pub(super) async fn run(self) -> Outcome {
        let config = AppConfig::from(self.storage);
        let Written {
            snapshot,
            rows,
            photos,
            photos_new,
            faulty,
        } = back_up(config, self.to, progress::tell()).await?;
        let snapshot = snapshot.display();
        writeln!(
            io::stdout(),
            "Backed up: {snapshot}: {rows} rows, {photos} photos, {photos_new} of them new."
        )?;
        if faulty.is_empty() {
            return Ok(());
        }
        name_faults(&faulty)?;
        Err(format!(
            "The backup {snapshot} is kept and INCOMPLETE: {} photos that are named above could not \
             be had. Everything else is in it. Look for them on the phones or in an earlier backup.",
            faulty.len()
        )
        .into())
    }
}
