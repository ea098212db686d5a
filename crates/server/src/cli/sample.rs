//! `sample`: districts to try the product with.

use std::io::{self, Write};

use clap::Args;
use xunfang_server::{App, AppConfig, sample};

use super::{Outcome, Storage};

/// Load two sample districts and print their accounts
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Sample {
    #[command(flatten)]
    storage: Storage,
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server sample --data /srv/xunfang";

impl Sample {
    /// Loads what is missing or changed.
    pub(super) async fn run(self) -> Outcome {
        let app = App::open(AppConfig::from(self.storage))?;
        let report = sample::load(&app).await?;
        let mut out = io::stdout().lock();
        writeln!(
            out,
            "Sample districts 泗县（示例） and 宿马园区（示例）: {} new or changed.",
            report.changed
        )?;
        for account in &report.accounts {
            let name = &account.person.display_name;
            writeln!(out, "{}  {}  {name}", account.account, account.password)?;
        }
        Ok(())
    }
}
