//! `xunfang-server user`

use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

use clap::{Args, Subcommand};
use xunfang_domain::{Grant, Scope, UnixMillis};
use xunfang_protocol::{PersonRow, PersonWithPassword};
use xunfang_server::directory::{self, NamedGrant};
use xunfang_server::{App, AppConfig};

use super::{Outcome, Storage};

/// Add people and their accounts, the first administrator among them, and look after them. The server
/// that uses the folder has to be stopped meanwhile; a running one does all of it but the first in its
/// console.
#[derive(Args)]
#[command(
    after_help = "Roles: inspector 巡访员, grid_inspector 网格员, duty 值守, handler 责任单位, supervisor 督查, \
reviewer 审核, administrator 管理员, observer 观察员. A role reaches the whole district, or a unit with all \
below it: reviewer@泗城街道.

Examples:
  xunfang-server user add --data var/server --district 泗县 --name 王芳 --role administrator wangfang
  xunfang-server user add --data var/server --district 泗县 --name 李强 --role grid_inspector@泗城街道 \
--role duty liqiang
  xunfang-server user list --data var/server --district 泗县
  xunfang-server user roles --data var/server liqiang --role inspector
  xunfang-server user password --data var/server wangfang
  xunfang-server user disable --data var/server liqiang
  xunfang-server user sessions --data var/server liqiang --end"
)]
pub(super) struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Add a person with an account; the password is drawn and printed once
    Add {
        #[command(flatten)]
        storage: Storage,
        /// Name or id of the district
        #[arg(long)]
        district: String,
        /// Name shown beside their records
        #[arg(long)]
        name: String,
        /// A role, and the unit that it reaches where it is not the whole district
        #[arg(long = "role", required = true)]
        roles: Vec<NamedGrant>,
        /// Name to sign in with
        account: String,
    },
    /// List the people of a district with their roles
    List {
        #[command(flatten)]
        storage: Storage,
        /// Name or id of the district
        #[arg(long)]
        district: String,
    },
    /// Give a person other roles, in place of those they have
    Roles {
        #[command(flatten)]
        storage: Storage,
        /// A role, and the unit that it reaches where it is not the whole district
        #[arg(long = "role", required = true)]
        roles: Vec<NamedGrant>,
        /// Name that they sign in with
        account: String,
    },
    /// Give an account a new password, drawn and printed once, and end its sessions
    Password {
        #[command(flatten)]
        storage: Storage,
        /// Name that they sign in with
        account: String,
    },
    /// Let nobody sign in with an account, and end its sessions
    Disable {
        #[command(flatten)]
        storage: Storage,
        /// Name that they sign in with
        account: String,
    },
    /// Let them sign in again
    Enable {
        #[command(flatten)]
        storage: Storage,
        /// Name that they sign in with
        account: String,
    },
    /// List where an account is signed in, and its devices
    Sessions {
        #[command(flatten)]
        storage: Storage,
        /// End them all first
        #[arg(long)]
        end: bool,
        /// Name that they sign in with
        account: String,
    },
}

impl User {
    /// Runs the command.
    ///
    /// # Errors
    /// What happened, what is safe and what to do.
    pub(super) async fn run(self) -> Outcome {
        let open = |storage: Storage| App::open(AppConfig::from(storage));
        match self.command {
            Command::Add {
                storage,
                district,
                name,
                roles,
                account,
            } => {
                let app = open(storage)?;
                print_password(&directory::add_user(&app, &district, account, name, roles).await?)
            }
            Command::List { storage, district } => {
                let app = open(storage)?;
                for row in directory::users(&app, &district).await? {
                    print_row(&row)?;
                }
                Ok(())
            }
            Command::Roles {
                storage,
                roles,
                account,
            } => print_row(&directory::set_roles(&open(storage)?, &account, roles).await?),
            Command::Password { storage, account } => {
                print_password(&directory::reset_password(&open(storage)?, &account).await?)
            }
            Command::Disable { storage, account } => {
                print_row(&directory::set_disabled(&open(storage)?, &account, true).await?)
            }
            Command::Enable { storage, account } => {
                print_row(&directory::set_disabled(&open(storage)?, &account, false).await?)
            }
            Command::Sessions {
                storage,
                end,
                account,
            } => sessions(&open(storage)?, &account, end).await,
        }
    }
}

async fn sessions(app: &App, account: &str, end: bool) -> Outcome {
    let list = directory::user_sessions(app, account, end).await?;
    let mut out = io::stdout().lock();
    for session in &list.sessions {
        let place = session.device.map(|device| device.to_string());
        let place = place.unwrap_or_else(|| "browser".to_owned());
        let used = written(session.last_used_at);
        writeln!(out, "session  {}  {place}  last used {used}", session.id)?;
    }
    for device in &list.devices {
        let state = match device.revoked_at {
            Some(at) => format!("revoked {}", written(at)),
            None => format!("since {}", written(device.enrolled_at)),
        };
        writeln!(out, "device   {}  {}  {state}", device.id, device.name)?;
    }
    Ok(())
}

/// Writes a time down; the server's clock, so that it is none before 1970.
fn written(at: UnixMillis) -> String {
    let since = Duration::from_millis(at.get().clamp(0, 253_402_300_799_000).unsigned_abs());
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}

fn print_row(row: &PersonRow) -> Outcome {
    let account = row.account.as_deref().unwrap_or("-");
    let roles: Vec<String> = row.person.grants.iter().map(grant).collect();
    let disabled = if row.disabled { "  disabled" } else { "" };
    writeln!(
        io::stdout(),
        "{account}  {}  {}{disabled}",
        row.person.display_name,
        roles.join(" ")
    )?;
    Ok(())
}

fn grant(grant: Grant) -> String {
    let role = grant.role.word();
    match grant.scope {
        Scope::District => role.to_owned(),
        Scope::Unit(unit) => format!("{role}@{unit}"),
        Scope::Point(point) => format!("{role}@point:{point}"),
    }
}

fn print_password(made: &PersonWithPassword) -> Outcome {
    print_row(&made.row)?;
    writeln!(
        io::stdout(),
        "Password: {}\nIt is printed this once, and is to be changed at the first sign-in in the console.",
        made.password
    )?;
    Ok(())
}
