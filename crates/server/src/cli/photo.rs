//! `photo-policy` and `verify-photo`: how photos are wanted, and whether one is what it says.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use xunfang_domain::{OriginalsGo, WatermarkLayout, WatermarkPerson};
use xunfang_protocol::VerifyVerdict;
use xunfang_server::photo_policy::{self, PolicyChange};
use xunfang_server::{App, AppConfig, verify};

use super::{Outcome, Storage, word};

/// Say how a district wants its photos, and change what is named
///
/// The server that uses the folder has to be stopped meanwhile.
#[derive(Args)]
#[command(after_help = POLICY_EXAMPLES)]
pub(super) struct PhotoPolicy {
    #[command(flatten)]
    storage: Storage,
    /// Name or id of the district
    #[arg(long)]
    district: String,
    /// Longer side of the working copy in pixels, 1280 to 4096
    #[arg(long)]
    working_px: Option<u32>,
    /// Where the watermark lies: panel, strip, compact or footer
    #[arg(long, value_parser = word::<WatermarkLayout>)]
    layout: Option<WatermarkLayout>,
    /// Whom the watermark names: name or number
    #[arg(long, value_parser = word::<WatermarkPerson>)]
    person: Option<WatermarkPerson>,
    /// When phones send originals: unmetered (Wi-Fi, a cable) or always
    #[arg(long, value_parser = word::<OriginalsGo>)]
    originals: Option<OriginalsGo>,
}

const POLICY_EXAMPLES: &str = "\
Examples:
  xunfang-server photo-policy --data /srv/xunfang --district 泗县
  xunfang-server photo-policy --data /srv/xunfang --district 泗县 --working-px 2560 --layout strip";

impl PhotoPolicy {
    /// Changes what is named and prints what then holds.
    pub(super) async fn run(self) -> Outcome {
        let app = App::open(AppConfig::from(self.storage))?;
        let change = PolicyChange {
            working_px: self.working_px,
            layout: self.layout,
            person: self.person,
            originals: self.originals,
        };
        let policy = photo_policy::change(&app, &self.district, change).await?;
        writeln!(
            io::stdout(),
            "{}: {}",
            self.district,
            serde_json::to_string(&policy)?
        )?;
        Ok(())
    }
}

/// Say which record a photo is of, and whether it is unchanged
///
/// The server that uses the folder has to be stopped meanwhile; a running one is asked on its page /V.
#[derive(Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(super) struct VerifyPhoto {
    #[command(flatten)]
    storage: Storage,
    /// The photo
    file: PathBuf,
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  xunfang-server verify-photo --data /srv/xunfang photo.jpg";

impl VerifyPhoto {
    /// Prints the verdict and the record.
    pub(super) async fn run(self) -> Outcome {
        let file = self.file;
        let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let app = App::open(AppConfig::from(self.storage))?;
        let report = verify::file(&app, bytes).await?;
        let said = match report.verdict {
            VerifyVerdict::Unknown => "no record here names this file, or the code in it",
            VerifyVerdict::Known | VerifyVerdict::Original => {
                "the original, byte by byte as it was recorded"
            }
            VerifyVerdict::Copy => "a copy that the app made, byte by byte as it was recorded",
            VerifyVerdict::Annotated => {
                "a copy that somebody drew on before the photo was submitted, or one like it; the photo \
                 without it may show more"
            }
            VerifyVerdict::Similar => {
                "not a recorded file: it shows the same scene as the record of its code, and was \
                 recompressed or edited since"
            }
            VerifyVerdict::Different => {
                "ALTERED: it carries the code of a record whose photo shows something else"
            }
            VerifyVerdict::Unclear => {
                "it carries the code of a record whose photo cannot be compared with it"
            }
        };
        let record = serde_json::to_string_pretty(&report.record)?;
        writeln!(io::stdout(), "{}: {said}\n{record}", file.display())?;
        Ok(())
    }
}
