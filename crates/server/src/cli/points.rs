//! `import-points` and `export-points`: the register of points as a file.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use xunfang_domain::{Datum, FateTally, RowFate};
use xunfang_protocol::ImportPreview;
use xunfang_server::{App, AppConfig, register};

use super::{Outcome, Storage};

// A register of points, and the system that it is in.
#[derive(Args)]
struct Register {
    #[command(flatten)]
    storage: Storage,
    /// Name or id of the district
    #[arg(long)]
    district: String,
    /// System of the coordinates: wgs84, cgcs2000, gcj02 or bd09
    #[arg(long, value_parser = datum)]
    datum: Datum,
    /// The file: .xlsx, .csv or .geojson
    file: PathBuf,
}

fn datum(text: &str) -> Result<Datum, String> {
    Datum::named(text).ok_or_else(|| format!("{text} is none of wgs84, cgcs2000, gcj02, bd09"))
}

/// Say what would become of every row of a register of points, and take it with --commit
///
/// The server that uses the folder has to be stopped meanwhile; a running one is asked in its console.
#[derive(Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(super) struct ImportPoints {
    #[command(flatten)]
    register: Register,
    /// Take it: all rows or none
    #[arg(long)]
    commit: bool,
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  xunfang-server import-points --data /srv/xunfang --district 泗县 --datum gcj02 points.xlsx
  xunfang-server import-points --data /srv/xunfang --district 泗县 --datum gcj02 points.xlsx --commit";

impl ImportPoints {
    /// Prints the fate of every row that is not unchanged.
    pub(super) async fn run(self) -> Outcome {
        let Self {
            register: of,
            commit,
        } = self;
        let app = App::open(AppConfig::from(of.storage))?;
        let preview = register::import(&app, &of.district, &of.file, of.datum, commit).await;
        let preview = match preview {
            Ok(preview) => preview,
            // Which rows they are is what the person needs.
            Err(error) if commit => {
                let look = register::import(&app, &of.district, &of.file, of.datum, false).await?;
                print_fates(&look)?;
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        print_fates(&preview)?;
        let next = match (commit, preview.tally.refused) {
            (true, _) => "All of it was taken.",
            (false, 0) => "Nothing was changed. Repeat with --commit to take it.",
            (false, _) => {
                "Nothing was changed. Mend the refused rows: a file is taken whole or not at all."
            }
        };
        writeln!(io::stdout(), "{next}")?;
        Ok(())
    }
}

/// Prints a line for every row that is not unchanged, and how many have which fate.
fn print_fates(preview: &ImportPreview) -> Outcome {
    let mut out = io::stdout().lock();
    for row in &preview.rows {
        let fate = match &row.fate {
            RowFate::Unchanged => continue,
            RowFate::New => "new".to_owned(),
            RowFate::Changed { fields } => format!("changed: {}", serde_json::to_string(fields)?),
            RowFate::Refused { reasons } => format!("refused: {}", serde_json::to_string(reasons)?),
        };
        writeln!(out, "{:>6}  {}  {fate}", row.line, row.name)?;
    }
    let FateTally {
        new,
        changed,
        unchanged,
        refused,
    } = preview.tally;
    writeln!(
        out,
        "{new} new, {changed} changed, {unchanged} unchanged, {refused} refused."
    )?;
    Ok(())
}

/// Write a district's points into a new file, in the columns that import-points reads
///
/// The server that uses the folder has to be stopped meanwhile; a running one is asked in its console.
#[derive(Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub(super) struct ExportPoints {
    #[command(flatten)]
    register: Register,
}

const EXPORT_EXAMPLES: &str = "\
Examples:
  xunfang-server export-points --data /srv/xunfang --district 泗县 --datum wgs84 points.geojson";

impl ExportPoints {
    /// Writes the file, which must not be there yet.
    pub(super) async fn run(self) -> Outcome {
        let of = self.register;
        let app = App::open(AppConfig::from(of.storage))?;
        register::export(&app, &of.district, &of.file, of.datum).await?;
        writeln!(io::stdout(), "Written: {}", of.file.display())?;
        Ok(())
    }
}
