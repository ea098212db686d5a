//! `xunfang-server district`

use std::io::{self, Write};

use clap::{Args, Subcommand};
use xunfang_domain::PasswordProfile;
use xunfang_server::{App, AppConfig, directory};

use super::{Outcome, Storage};

/// Add and list districts, and say what one asks of passwords. The server that uses the folder has
/// to be stopped meanwhile.
#[derive(Args)]
#[command(after_help = "Examples:
  xunfang-server district add --data var/server 泗县
  xunfang-server district list --data var/server
  xunfang-server district policy --data var/server --district 泗县 --passwords rotating")]
pub(super) struct District {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Add a district
    Add {
        #[command(flatten)]
        storage: Storage,
        /// How far the zone of a point reaches in metres, until its standard says otherwise
        #[arg(long, default_value_t = directory::ZONE_RADIUS_M)]
        zone_radius_m: f64,
        /// Its name
        name: String,
    },
    /// List the districts
    List {
        #[command(flatten)]
        storage: Storage,
    },
    /// Say what a district asks of passwords
    Policy {
        #[command(flatten)]
        storage: Storage,
        /// Name or id of the district
        #[arg(long)]
        district: String,
        /// plain: 8 characters and none of the commonest. rotating: three of four kinds of characters
        /// as well, changed every 90 days, none of the last 5
        #[arg(long, value_parser = profile)]
        passwords: PasswordProfile,
    },
}

fn profile(text: &str) -> Result<PasswordProfile, String> {
    PasswordProfile::named(text).ok_or_else(|| format!("{text} is neither plain nor rotating"))
}

impl District {
    /// Runs the command.
    ///
    /// # Errors
    /// What happened, what is safe and what to do.
    pub(super) async fn run(self) -> Outcome {
        match self.command {
            Command::Add {
                storage,
                zone_radius_m,
                name,
            } => {
                let app = App::open(AppConfig::from(storage))?;
                let added = directory::add_district(&app, &name, zone_radius_m).await?;
                writeln!(
                    io::stdout(),
                    "{} was added as {}. Put a profile in force with use-profile, and make its \
                     administrator with user add.",
                    added.name,
                    added.id
                )?;
            }
            Command::List { storage } => {
                let app = App::open(AppConfig::from(storage))?;
                let mut out = io::stdout().lock();
                for (district, passwords) in directory::districts(&app).await? {
                    let passwords = passwords.word();
                    writeln!(out, "{}  {}  {passwords}", district.id, district.name)?;
                }
            }
            Command::Policy {
                storage,
                district,
                passwords,
            } => {
                let app = App::open(AppConfig::from(storage))?;
                directory::set_passwords(&app, &district, passwords).await?;
                writeln!(
                    io::stdout(),
                    "{district}: passwords are {} from the next sign-in on.",
                    passwords.word()
                )?;
            }
        }
        Ok(())
    }
}
