//! `check-catalogue` and `use-profile`: what districts are judged by.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use xunfang_server::{App, AppConfig, catalogue, profile};

use super::{Library, Outcome, Storage};

/// Read a catalogue of criteria and say whether it can be used
#[derive(Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(super) struct CheckCatalogue {
    /// Folder with standard.toml, criteria/ and profiles/
    folder: PathBuf,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  xunfang-server check-catalogue /etc/xunfang/catalogue";

impl CheckCatalogue {
    /// Reads and counts; a fault is told with its file and line.
    pub(super) fn run(self) -> Outcome {
        let read = catalogue::read(&self.folder)?;
        let rules: usize = read
            .profiles
            .iter()
            .map(|profile| profile.rules.len())
            .sum();
        writeln!(
            io::stdout(),
            "{} is sound: version {}, {} criteria, {} profiles with {rules} rules.",
            self.folder.display(),
            read.version,
            read.criteria.len(),
            read.profiles.len(),
        )?;
        Ok(())
    }
}

/// Put a profile of the catalogue in force for a district, as the next version of its standard
#[derive(Args)]
#[command(after_help = USE_EXAMPLES)]
pub(super) struct UseProfile {
    #[command(flatten)]
    storage: Storage,
    #[command(flatten)]
    library: Library,
    /// Name or id of the district
    #[arg(long)]
    district: String,
    /// Id of the profile, such as suma-2023
    profile: String,
}

const USE_EXAMPLES: &str = "\
Examples:
  xunfang-server use-profile --data /srv/xunfang --district 泗县 suma-2023";

impl UseProfile {
    /// Makes the version and names it.
    pub(super) async fn run(self) -> Outcome {
        let app = App::open(AppConfig {
            folders: self.library.into(),
            ..AppConfig::from(self.storage)
        })?;
        let made = profile::put_in_force(&app, &self.district, &self.profile).await?;
        writeln!(
            io::stdout(),
            "{} is in force as version {} with {} items. Inspections already begun end under \
             theirs.",
            self.profile,
            made.version,
            made.criteria.len(),
        )?;
        Ok(())
    }
}
