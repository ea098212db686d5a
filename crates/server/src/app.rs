//! One server: its folder, its database, and what requests share.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use xunfang_domain::catalogue::Catalogue;
use xunfang_domain::{Dictionary, UnixMillis};
use xunfang_durable::settle;

use crate::attempts::Attempts;
use crate::blobs::{BlobSource, Blobs};
use crate::clock::{Clock, SystemClock};
use crate::data_dir::DataDir;
use crate::library::{Folders, Library};
use crate::limits::{Limits, Rates};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::origin::Proxies;
use crate::passwords::Passwords;
use crate::renditions::Renditions;
use crate::reuse::Comparing;
use crate::start::StartError;
use crate::store::db::{PostgresSource, Source};
use crate::store::{self, Condition, Database, StoreError, StoreFault};
use crate::tls::{Tls, TlsFiles};
use crate::uploads::Uploads;
use crate::visitors::Visitors;

/// Rescue files that come in over the network at a time.
const RESCUES_AT_ONCE: usize = 2;

/// What a server needs to know before it starts.
#[derive(Clone)]
pub struct AppConfig {
    /// The folder that holds everything, or all but the database.
    pub data: PathBuf,
    /// Where the database is, `postgres://…`; none for a file in the folder.
    pub database: Option<String>,
    /// Where photos are; none for files in the folder.
    pub blobs: Option<BlobSource>,
    /// Where criteria and codes are that do not come with the product.
    pub folders: Folders,
    /// What to do with a damaged database.
    pub on_damage: OnDamage,
    /// The certificate with which phones and browsers are answered; without one, plainly.
    pub tls: Option<TlsFiles>,
    /// Networks of the proxies that are believed when they name who asks.
    pub trusted_proxies: Vec<IpNet>,
    /// How often whom is answered.
    pub rates: Rates,
    /// How long the server says that it stops before it takes no more connections.
    pub drain: Duration,
    /// Bytes that have to be free on the disk for the server to be ready.
    pub disk_free_min: u64,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

/// What to do with a damaged database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDamage {
    /// Do not start, and leave it as it is.
    Refuse,
    /// Move it to the folder `set-aside` and begin an empty one.
    SetAside,
}

impl AppConfig {
    /// Takes a folder, and the careful choice for everything else.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            database: None,
            blobs: None,
            folders: Folders::default(),
            on_damage: OnDamage::Refuse,
            tls: None,
            trusted_proxies: Vec::new(),
            rates: Rates::default(),
            drain: Duration::ZERO,
            disk_free_min: 0,
            clock: Arc::new(SystemClock),
        }
    }
}

/// A server that is ready to answer. Clones share it; the last one gives up the folder.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

struct Shared {
    database: Database,
    blobs: Blobs,
    uploads: Uploads,
    rescues: Arc<Semaphore>,
    visitors: Visitors,
    renditions: Renditions,
    comparing: Comparing,
    passwords: Passwords,
    attempts: Attempts,
    live: Live,
    metrics: Metrics,
    limits: Limits,
    drain: Duration,
    draining: AtomicBool,
    disk_free_min: u64,
    tls: Option<Tls>,
    proxies: Proxies,
    /// Where the database is that other servers may share.
    postgres: Option<PostgresSource>,
    folders: Folders,
    library: watch::Sender<Library>,
    clock: Arc<dyn Clock>,
    stopping: CancellationToken,
    tasks: TaskTracker,
    /// Where a damaged database lies now, if one was set aside.
    set_aside: Option<PathBuf>,
    /// The last to go, as it holds the folder's lock.
    folder: Arc<DataDir>,
}

impl App {
    /// Takes the folder, looks at the database and brings it up to date.
    ///
    /// # Errors
    /// [`StartError`] where the folder is in use, or where the database is damaged, of a newer
    /// schema or not writable. Nothing is deleted.
    pub fn open(config: AppConfig) -> Result<Self, StartError> {
        let AppConfig {
            data,
            database,
            blobs,
            folders,
            on_damage,
            tls,
            trusted_proxies,
            rates,
            drain,
            disk_free_min,
            clock,
        } = config;
        let tls = tls.map(Tls::read).transpose()?;
        let library = Library::read(&folders)?;
        let folder = Arc::new(DataDir::open(&data)?);
        let engine = match database {
            Some(_) => "postgres",
            None => "sqlite",
        };
        let blobs = Blobs::open(blobs.as_ref(), &folder)?;
        let postgres = match database {
            Some(url) => Some(PostgresSource::parse(&url).map_err(StartError::DatabaseUrl)?),
            None => None,
        };
        let (database, set_aside) = match &postgres {
            Some(source) => (open_postgres(source, clock.now())?, None),
            None => open_sqlite(&folder, on_damage, clock.now())?,
        };
        Ok(Self {
            shared: Arc::new(Shared {
                metrics: Metrics::new(engine, database.measured()),
                database,
                blobs,
                uploads: Uploads::new(),
                rescues: Arc::new(Semaphore::new(RESCUES_AT_ONCE)),
                visitors: Visitors::new(),
                renditions: Renditions::new(Arc::clone(&folder)),
                comparing: Comparing::default(),
                passwords: Passwords::new()?,
                attempts: Attempts::default(),
                live: Live::new(postgres.is_some()),
                postgres,
                limits: Limits::new(rates),
                drain,
                draining: AtomicBool::new(false),
                disk_free_min,
                tls,
                proxies: Proxies::new(trusted_proxies),
                folders,
                library: watch::Sender::new(library),
                clock,
                stopping: CancellationToken::new(),
                tasks: TaskTracker::new(),
                set_aside,
                folder,
            }),
        })
    }

    /// Says where a damaged database was moved to at the start.
    pub fn set_aside(&self) -> Option<&std::path::Path> {
        self.shared.set_aside.as_deref()
    }

    pub(crate) fn now(&self) -> UnixMillis {
        self.shared.clock.now()
    }

    pub(crate) fn database(&self) -> &Database {
        &self.shared.database
    }

    pub(crate) fn visitors(&self) -> &Visitors {
        &self.shared.visitors
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.shared.blobs
    }

    pub(crate) fn uploads(&self) -> &Uploads {
        &self.shared.uploads
    }

    /// Places for rescue files that come in over the network.
    pub(crate) fn rescues(&self) -> &Arc<Semaphore> {
        &self.shared.rescues
    }

    pub(crate) fn renditions(&self) -> &Renditions {
        &self.shared.renditions
    }

    pub(crate) fn comparing(&self) -> &Comparing {
        &self.shared.comparing
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.shared.passwords
    }

    /// Wrong passwords, as they were counted.
    pub(crate) fn attempts(&self) -> &Attempts {
        &self.shared.attempts
    }

    pub(crate) fn live(&self) -> &Live {
        &self.shared.live
    }

    /// Where the database is that other servers may share.
    pub(crate) fn postgres(&self) -> Option<&PostgresSource> {
        self.shared.postgres.as_ref()
    }

    /// The criteria that districts choose from, as they were read last.
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.shared.library.borrow().catalogue)
    }

    /// The codes of urban management, as they were read last.
    pub(crate) fn dictionary(&self) -> Arc<Dictionary> {
        Arc::clone(&self.shared.library.borrow().dictionary)
    }

    /// Reads criteria and codes again. What is published stays in force either way.
    ///
    /// # Errors
    /// [`StartError`] where something does not read; what was there before stays in use.
    pub fn read_again(&self) -> Result<(), StartError> {
        let library = Library::read(&self.shared.folders)?;
        self.shared.library.send_replace(library);
        Ok(())
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// How long others have to notice that this server stops.
    pub(crate) fn drain(&self) -> Duration {
        self.shared.drain
    }

    /// From now on it says that it stops.
    pub(crate) fn begin_draining(&self) {
        self.shared.draining.store(true, Ordering::Release);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.shared.draining.load(Ordering::Acquire)
    }

    pub(crate) fn disk_free_min(&self) -> u64 {
        self.shared.disk_free_min
    }

    /// Whether connections are encrypted by this server.
    pub fn speaks_tls(&self) -> bool {
        self.shared.tls.is_some()
    }

    /// Reads certificate and key again, where there are any.
    ///
    /// # Errors
    /// [`StartError`] where they do not fit; those that were read before stay in use.
    pub fn read_certificate_again(&self) -> Result<(), StartError> {
        match &self.shared.tls {
            Some(tls) => tls.read_again(),
            None => Ok(()),
        }
    }

    pub(crate) fn tls(&self) -> Option<&Tls> {
        self.shared.tls.as_ref()
    }

    /// The proxies that are believed.
    pub(crate) fn proxies(&self) -> &Proxies {
        &self.shared.proxies
    }

    pub(crate) fn folder(&self) -> &DataDir {
        &self.shared.folder
    }

    /// Is cancelled when the server stops; what would run for ever ends with it.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.shared.stopping
    }

    /// Work that a stopping server waits for, although its request went away.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.shared.tasks
    }
}

/// Opens the database in the folder, and says where a damaged one was moved to.
fn open_sqlite(
    folder: &DataDir,
    on_damage: OnDamage,
    now: UnixMillis,
) -> Result<(Database, Option<PathBuf>), StartError> {
    let path = folder.database();
    // What a killed server had committed and not synced is answered as known from now on.
    settle(&path.with_extension("db-wal"))?;
    let unusable = |error| cannot_open(path.clone(), error);
    let set_aside = match (store::examine(&path).map_err(unusable)?, on_damage) {
        (Condition::Usable, _) => None,
        (Condition::Newer { found, known }, _) => {
            return Err(StartError::NewerSchema {
                database: path.display().to_string(),
                found,
                known,
            });
        }
        (Condition::Damaged { what }, OnDamage::Refuse) => {
            return Err(StartError::Damaged { path, what });
        }
        (Condition::Damaged { .. }, OnDamage::SetAside) => Some(folder.set_database_aside(now)?),
    };
    let database = Database::open(&Source::Sqlite(path.clone()), now).map_err(unusable)?;
    Ok((database, set_aside))
}

fn open_postgres(source: &PostgresSource, now: UnixMillis) -> Result<Database, StartError> {
    Database::open(&Source::Postgres(Box::new(source.clone())), now).map_err(|error| match error {
        StoreError::Newer { found, known } => StartError::NewerSchema {
            database: "of DATABASE_URL".to_owned(),
            found,
            known,
        },
        source => StartError::Postgres { source },
    })
}

fn cannot_open(path: PathBuf, error: StoreError) -> StartError {
    match error.fault() {
        StoreFault::Damaged => StartError::Damaged {
            path,
            what: error.to_string(),
        },
        StoreFault::ReadOnly => StartError::ReadOnly { path },
        StoreFault::Crowded
        | StoreFault::Full
        | StoreFault::Unstorable
        | StoreFault::Refused
        | StoreFault::Failed => StartError::Database {
            path,
            source: error,
        },
    }
}
