//! `xunfang-server unit`

use std::io::{self, Write};

use clap::{Args, Subcommand};
use xunfang_domain::{Unit as Listed, UnitId, UnitLevel};
use xunfang_server::{App, AppConfig, directory};

use super::{Outcome, Storage};

/// Add and list the units of a district: 市 city, 区 county, 街道 street, 社区 community. The server
/// that uses the folder has to be stopped meanwhile.
#[derive(Args)]
#[command(after_help = "Examples:
  xunfang-server unit add --data var/server --district 泗县 --level county 泗县
  xunfang-server unit add --data var/server --district 泗县 --level street --below 泗县 泗城街道
  xunfang-server unit list --data var/server --district 泗县")]
pub(super) struct Unit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Add a unit
    Add {
        #[command(flatten)]
        storage: Storage,
        /// Name or id of the district
        #[arg(long)]
        district: String,
        /// How high it stands: city, county, street or community
        #[arg(long, value_parser = level)]
        level: UnitLevel,
        /// Name or id of the unit that it belongs to
        #[arg(long)]
        below: Option<String>,
        /// Its name
        name: String,
    },
    /// List the units, each below the one that it belongs to
    List {
        #[command(flatten)]
        storage: Storage,
        /// Name or id of the district
        #[arg(long)]
        district: String,
    },
}

fn level(text: &str) -> Result<UnitLevel, String> {
    let words = UnitLevel::ALL.map(UnitLevel::word).join(", ");
    UnitLevel::named(text).ok_or_else(|| format!("{text} is none of {words}"))
}

impl Unit {
    /// Runs the command.
    ///
    /// # Errors
    /// What happened, what is safe and what to do.
    pub(super) async fn run(self) -> Outcome {
        match self.command {
            Command::Add {
                storage,
                district,
                level,
                below,
                name,
            } => {
                let app = App::open(AppConfig::from(storage))?;
                let added = directory::add_unit(&app, &district, level, below, name).await?;
                writeln!(io::stdout(), "{} was added as {}.", added.name, added.id)?;
            }
            Command::List { storage, district } => {
                let app = App::open(AppConfig::from(storage))?;
                let units = directory::unit_list(&app, &district).await?;
                print_below(&mut io::stdout().lock(), &units, None, 0)?;
            }
        }
        Ok(())
    }
}

/// Prints the units that belong to one, each with those that belong to it. Each stands strictly
/// below the one before, so that this goes four deep at most.
fn print_below(
    out: &mut impl Write,
    units: &[Listed],
    above: Option<UnitId>,
    depth: usize,
) -> io::Result<()> {
    for unit in units.iter().filter(|unit| unit.parent == above) {
        let indent = depth * 2;
        let (name, level) = (&unit.name, unit.level.word());
        writeln!(out, "{}  {:indent$}{name}  {level}", unit.id, "")?;
        print_below(out, units, Some(unit.id), depth + 1)?;
    }
    Ok(())
}
