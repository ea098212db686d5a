//! The command `xunfang-server`: serve, load the sample districts, print the API's description.
//!
//! Standard output is for what was asked for, standard error for logs and for what went wrong.
//! A refusal to start exits with 1 after saying what happened, what is safe and what to do.

mod cli;

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use clap::{Args, Parser, Subcommand};
use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use xunfang_domain::{Datum, FateTally, OriginalsGo, RowFate, WatermarkLayout, WatermarkPerson};
use xunfang_protocol::{ImportPreview, VerifyVerdict};
use xunfang_server::photo_policy::{self, PolicyChange};
use xunfang_server::{
    App, AppConfig, Folders, OnDamage, catalogue, listen, openapi_json, profile, register, rescue,
    sample, serve, verify,
};

/// Server of Xunfang 巡访, field inspection that loses nothing.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve phones and the console
    Serve {
        #[command(flatten)]
        storage: Storage,
        /// Address to listen on
        #[arg(long, env = "XUNFANG_LISTEN", default_value = "127.0.0.1:8700")]
        listen: SocketAddr,
        /// Move a damaged database to the folder set-aside and begin an empty one
        #[arg(long)]
        set_aside_damaged: bool,
        #[command(flatten)]
        library: Library,
    },
    /// Read a catalogue of criteria and say whether it can be used
    CheckCatalogue {
        /// Folder with standard.toml, criteria/ and profiles/
        folder: PathBuf,
    },
    /// Put a profile of the catalogue in force for a district, as the next version of its standard
    UseProfile {
        #[command(flatten)]
        storage: Storage,
        #[command(flatten)]
        library: Library,
        /// Name or id of the district
        #[arg(long)]
        district: String,
        /// Id of the profile, such as suma-2023
        profile: String,
    },
    /// Say how a district wants its photos, and change what is named. The server that uses the folder
    /// has to be stopped meanwhile
    PhotoPolicy {
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
    },
    /// Say which record a photo is of, and whether it is unchanged. The server that uses the folder has
    /// to be stopped meanwhile; a running one is asked on its page /V
    VerifyPhoto {
        #[command(flatten)]
        storage: Storage,
        /// The photo
        file: PathBuf,
    },
    /// Say what would become of every row of a register of points, and take it with --commit
    ImportPoints {
        #[command(flatten)]
        register: Register,
        /// Take it: all rows or none
        #[arg(long)]
        commit: bool,
    },
    /// Write a district's points into a new file, in the columns that import-points reads
    ExportPoints {
        #[command(flatten)]
        register: Register,
    },
    /// Import a rescue file: what a phone could not send. The server that uses the folder has to be
    /// stopped meanwhile; a running one takes it in its console
    ImportRescue {
        #[command(flatten)]
        storage: Storage,
        /// The file, .xfrescue
        file: PathBuf,
    },
    District(cli::district::District),
    Unit(cli::unit::Unit),
    User(cli::user::User),
    /// Load two sample districts and print their accounts
    Sample {
        #[command(flatten)]
        storage: Storage,
    },
    /// Print the description of the API
    Openapi,
}

/// A register of points. The server that uses the folder has to be stopped meanwhile; a running one
/// is asked in its console.
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

/// Reads a word as the API writes it; what there is instead stands in the error.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|error| error.to_string())
}

fn datum(text: &str) -> Result<Datum, String> {
    Datum::named(text).ok_or_else(|| format!("{text} is none of wgs84, cgcs2000, gcj02, bd09"))
}

/// What districts choose from, where it does not come with the product. A running server reads it
/// again on the signal HUP.
#[derive(Args)]
struct Library {
    /// Folder with a catalogue of criteria to use instead of the product's own
    #[arg(long, env = "XUNFANG_CATALOGUE")]
    catalogue: Option<PathBuf>,
    /// Folder with lists of local codes, each named for its edition: gbt47678-2026.tsv
    #[arg(long, env = "XUNFANG_CODES")]
    codes: Option<PathBuf>,
}

impl From<Library> for Folders {
    fn from(Library { catalogue, codes }: Library) -> Self {
        Self { catalogue, codes }
    }
}

/// Where everything is kept.
#[derive(Args)]
struct Storage {
    /// Folder that holds everything, or all but the database
    #[arg(long, env = "XUNFANG_DATA")]
    data: PathBuf,
    /// Address of a PostgreSQL database to use instead of a file in the folder:
    /// postgres://user:password@host:5432/name
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database: Option<String>,
}

impl From<Storage> for AppConfig {
    fn from(Storage { data, database }: Storage) -> Self {
        Self {
            database,
            ..Self::new(data)
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("XUNFANG_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    let outcome = match Cli::parse().command {
        Command::Serve {
            storage,
            listen,
            set_aside_damaged,
            library,
        } => {
            let on_damage = if set_aside_damaged {
                OnDamage::SetAside
            } else {
                OnDamage::Refuse
            };
            run(
                AppConfig {
                    on_damage,
                    folders: library.into(),
                    ..AppConfig::from(storage)
                },
                listen,
            )
            .await
        }
        Command::CheckCatalogue { folder } => check_catalogue(&folder),
        Command::UseProfile {
            storage,
            library,
            district,
            profile,
        } => {
            let config = AppConfig {
                folders: library.into(),
                ..AppConfig::from(storage)
            };
            use_profile(config, &district, &profile).await
        }
        Command::PhotoPolicy {
            storage,
            district,
            working_px,
            layout,
            person,
            originals,
        } => {
            let change = PolicyChange {
                working_px,
                layout,
                person,
                originals,
            };
            photo_policy(storage, &district, change).await
        }
        Command::VerifyPhoto { storage, file } => verify_photo(storage, &file).await,
        Command::ImportPoints { register, commit } => import_points(register, commit).await,
        Command::ExportPoints { register } => export_points(register).await,
        Command::ImportRescue { storage, file } => import_rescue(storage, &file).await,
        Command::District(command) => cli::district::run(command).await,
        Command::Unit(command) => cli::unit::run(command).await,
        Command::User(command) => cli::user::run(command).await,
        Command::Sample { storage } => load_sample(storage).await,
        Command::Openapi => print_openapi(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell where standard error is closed.
            drop(writeln!(io::stderr(), "xunfang-server: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(config: AppConfig, address: SocketAddr) -> Result<(), Box<dyn Error>> {
    // The address first: a server that cannot be reached has no reason to touch the folder.
    let listener = listen(address).await?;
    let address = listener.local_addr()?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let app = App::open(config)?;
    if let Some(folder) = app.set_aside() {
        tracing::warn!(folder = %folder.display(), "a damaged database was set aside");
    }
    let reading = app.clone();
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match reading.read_again() {
                Ok(()) => tracing::info!("criteria and codes were read again"),
                Err(error) => tracing::error!(%error, "criteria and codes stay as they were"),
            }
        }
    });
    writeln!(io::stdout(), "Xunfang is ready on http://{address}")?;
    serve(app, listener, async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
    .await;
    Ok(())
}

async fn load_sample(storage: Storage) -> Result<(), Box<dyn Error>> {
    let app = App::open(AppConfig::from(storage))?;
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

async fn import_points(of: Register, commit: bool) -> Result<(), Box<dyn Error>> {
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

/// Prints a line for every row that is not unchanged, and how many have which fate.
fn print_fates(preview: &ImportPreview) -> Result<(), Box<dyn Error>> {
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

async fn import_rescue(storage: Storage, file: &Path) -> Result<(), Box<dyn Error>> {
    let name = file.display();
    let letter = std::fs::File::open(file).map_err(|error| format!("{name}: {error}"))?;
    let app = App::open(AppConfig::from(storage))?;
    let report = rescue::import(&app, letter)
        .await
        .map_err(|error| format!("{name}: {error}"))?;
    let mut out = io::stdout().lock();
    // A phone's clock may say anything; dates are written up to the year 9999.
    let made = report.made_at.get().clamp(0, 253_402_300_799_000);
    let made = UNIX_EPOCH + Duration::from_millis(made.unsigned_abs());
    let made = httpdate::fmt_http_date(made);
    writeln!(
        out,
        "{name}: of {}, made on {made} by the clock of phone {}",
        report.person, report.device
    )?;
    writeln!(
        out,
        "Records: {} in the file, {} imported, {} here already.",
        report.records, report.applied, report.already
    )?;
    writeln!(
        out,
        "Files of photos: {} in the file, {} stored, {} here already.",
        report.files, report.files_stored, report.files_already
    )?;
    for refused in &report.refused {
        writeln!(
            out,
            "refused  {}  {}  {}: {}",
            refused.kind, refused.id, refused.code, refused.message
        )?;
    }
    if let Some(fault) = report.broken {
        let why = rescue::reason(fault);
        return Err(format!("{name}: {why}. What is counted above is safe.").into());
    }
    match report.refused.len() {
        0 => Ok(writeln!(out, "All of it is here.")?),
        count => Err(format!("{name}: {count} were refused; the phone still has them.").into()),
    }
}

async fn export_points(of: Register) -> Result<(), Box<dyn Error>> {
    let app = App::open(AppConfig::from(of.storage))?;
    register::export(&app, &of.district, &of.file, of.datum).await?;
    writeln!(io::stdout(), "Written: {}", of.file.display())?;
    Ok(())
}

async fn use_profile(
    config: AppConfig,
    district: &str,
    profile: &str,
) -> Result<(), Box<dyn Error>> {
    let app = App::open(config)?;
    let made = profile::put_in_force(&app, district, profile).await?;
    writeln!(
        io::stdout(),
        "{profile} is in force as version {} with {} items. Inspections already begun end under \
         theirs.",
        made.version,
        made.criteria.len(),
    )?;
    Ok(())
}

async fn photo_policy(
    storage: Storage,
    district: &str,
    change: PolicyChange,
) -> Result<(), Box<dyn Error>> {
    let app = App::open(AppConfig::from(storage))?;
    let policy = photo_policy::change(&app, district, change).await?;
    writeln!(
        io::stdout(),
        "{district}: {}",
        serde_json::to_string(&policy)?
    )?;
    Ok(())
}

async fn verify_photo(storage: Storage, file: &Path) -> Result<(), Box<dyn Error>> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let app = App::open(AppConfig::from(storage))?;
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

fn check_catalogue(folder: &Path) -> Result<(), Box<dyn Error>> {
    let read = catalogue::read(folder)?;
    let rules: usize = read
        .profiles
        .iter()
        .map(|profile| profile.rules.len())
        .sum();
    writeln!(
        io::stdout(),
        "{} is sound: version {}, {} criteria, {} profiles with {rules} rules.",
        folder.display(),
        read.version,
        read.criteria.len(),
        read.profiles.len(),
    )?;
    Ok(())
}

fn print_openapi() -> Result<(), Box<dyn Error>> {
    writeln!(io::stdout(), "{}", openapi_json()?)?;
    Ok(())
}
