//! Opening the database: its key, pragmas, migrations, and what happens to one that cannot be used.
//!
//! A damaged database may hold the only copy of somebody's work. It is moved, with its log, into
//! `set-aside/<time>/`, what can be read of it is copied into a new one and a notice tells the
//! person. The same happens to a file that refuses to be written while its folder does not. A
//! database of a newer app is neither: it is left alone and the app says so.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use xunfang_domain::UnixMillis;
use xunfang_durable::{DiskError, make_folder, settle, sync_folder};
use xunfang_vault::{FileSeal, Secret};

use crate::recover::{self, Recovered};
use crate::store::READERS;
use crate::{Store, StoreError, StoreFault, sealing};

pub(crate) const DATABASE: &str = "device.sqlite";
/// Left by a running app that met damage, so that the next start sets the database aside.
const DAMAGE_MARK: &str = "device.sqlite.damaged";

/// Numbered steps; the place in this list is the schema version, and a step never changes.
const MIGRATIONS: [&str; 12] = [
    include_str!("../../../migrations/device/0001_init.sql"),
    include_str!("../../../migrations/device/0002_fewer_pages_a_save.sql"),
    include_str!("../../../migrations/device/0003_inspections.sql"),
    include_str!("../../../migrations/device/0004_evidence.sql"),
    include_str!("../../../migrations/device/0005_originals_later.sql"),
    include_str!("../../../migrations/device/0006_annotations.sql"),
    include_str!("../../../migrations/device/0007_captures.sql"),
    include_str!("../../../migrations/device/0008_sealed.sql"),
    include_str!("../../../migrations/device/0009_acknowledged.sql"),
    include_str!("../../../migrations/device/0010_held.sql"),
    include_str!("../../../migrations/device/0011_rescue.sql"),
    include_str!("../../../migrations/device/0012_revisions.sql"),
];

/// What the database and the files are encrypted with.
#[derive(Debug, Clone)]
pub struct StorageKey {
    database: Secret,
    files: FileSeal,
}

impl StorageKey {
    /// Derives both from the installation's secret.
    pub fn new(secret: &Secret) -> Self {
        Self {
            database: secret.derive("database"),
            files: FileSeal::new(secret.derive("files")),
        }
    }

    /// Returns the seal of the photo files.
    pub const fn files(&self) -> &FileSeal {
        &self.files
    }

    /// Unlocks a connection that was just opened, before its first statement.
    ///
    /// # Errors
    /// SQLite's. A wrong key shows at the first statement, as `NotADatabase`.
    pub fn unlock(&self, db: &Connection) -> rusqlite::Result<()> {
        // The key itself and no passphrase: nothing has to be stretched at each start.
        db.pragma_update(None, "key", self.literal())?;
        // It would write loose lines between those of the app's log; each failure is told anyway.
        db.pragma_update(None, "cipher_log_level", "NONE")
    }

    /// The key as SQLCipher reads it.
    pub(crate) fn literal(&self) -> String {
        format!("x'{}'", *self.database.to_hex())
    }
}

/// An opened store.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// Where an unusable database was put, if there was one.
    pub set_aside: Option<SetAside>,
}

/// A database that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The folder that holds it now.
    pub folder: PathBuf,
    /// What was wrong with it, for the log.
    pub reason: String,
    /// What of it is in the new database.
    pub recovered: Recovered,
}

/// Opens or makes the database in `folder`.
pub(crate) fn open(folder: &Path, key: &StorageKey, now: UnixMillis) -> Result<Opened, StoreError> {
    make_folder(folder)?;
    let database = folder.join(DATABASE);
    let mark = folder.join(DAMAGE_MARK);
    // What a killed app had committed and not synced is read as if it were safe, and the person is
    // shown it: from then on it has to stay.
    settle(&folder.join(format!("{DATABASE}-wal")))?;
    let reason = if mark.exists() {
        "damage was met while the app was running".to_owned()
    } else {
        match prepare(&database, key) {
            Ok(writer) => return finish(folder, key, writer, None),
            Err(error) => match error.fault() {
                StoreFault::Damaged | StoreFault::ReadOnly => error.to_string(),
                _ => return Err(error),
            },
        }
    };
    let target = set_aside(folder, now, &reason)?;
    // Whatever comes of it, the database itself is kept: what is missing can be looked for later.
    let recovered = recover::recover(&target, &database, key).unwrap_or_else(|error| {
        tracing::error!(%error, "nothing of the database could be recovered");
        Recovered::default()
    });
    if mark.exists() {
        fs::remove_file(&mark).map_err(DiskError::at("remove", &mark))?;
    }
    let set_aside = SetAside {
        folder: target,
        reason,
        recovered,
    };
    finish(folder, key, prepare(&database, key)?, Some(set_aside))
}

fn finish(
    folder: &Path,
    key: &StorageKey,
    writer: Connection,
    set_aside: Option<SetAside>,
) -> Result<Opened, StoreError> {
    let database = folder.join(DATABASE);
    let [first, second, third] = std::array::from_fn(|_| connect_reader(&database, key));
    let readers: [Connection; READERS] = [first?, second?, third?];
    let housekeeper = connect(&database, key)?;
    let store = Store::new(folder, key.files(), writer, readers, housekeeper)?;
    Ok(Opened { store, set_aside })
}

/// Opens the writing connection and brings the schema up to date.
fn prepare(database: &Path, key: &StorageKey) -> Result<Connection, StoreError> {
    sealing::seal_database(database, key)?;
    let mut writer = connect(database, key)?;
    migrate(&mut writer, newest())?;
    Ok(writer)
}

pub(crate) fn connect(database: &Path, key: &StorageKey) -> Result<Connection, StoreError> {
    let connection = Connection::open(database).map_err(StoreError::sql("open the database"))?;
    let set = |name: &str, value: &str| connection.pragma_update(None, name, value);
    let pragmas = || {
        key.unlock(&connection)?;
        // SQLite opens what it may not write for reading, and would say so only at the first save.
        if connection.is_readonly(rusqlite::MAIN_DB)? {
            let read_only = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY);
            return Err(rusqlite::Error::SqliteFailure(read_only, None));
        }
        // The log is appended to and synced once per commit; readers never wait for the writer.
        set("journal_mode", "wal")?;
        // "Saved" is shown after the commit, so the commit has to be on the disk.
        set("synchronous", "full")?;
        // Apple's fsync returns before the drive has the bytes; this asks the drive. Elsewhere
        // it does nothing.
        set("fullfsync", "on")?;
        set("checkpoint_fullfsync", "on")?;
        set("foreign_keys", "on")?;
        // Checkpoints run from `Store::tidy`, off the path on which a person waits.
        set("wal_autocheckpoint", "0")?;
        set("busy_timeout", "5000")?;
        // Prepared statements of all commands stay; the default of 16 does not hold them.
        connection.set_prepared_statement_cache_capacity(64);
        Ok(())
    };
    pragmas().map_err(StoreError::sql("configure the database"))?;
    Ok(connection)
}

fn connect_reader(database: &Path, key: &StorageKey) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(database, flags)
        .map_err(StoreError::sql("open the database for reading"))?;
    let pragmas = || {
        key.unlock(&reader)?;
        reader.pragma_update(None, "query_only", "on")?;
        reader.pragma_update(None, "busy_timeout", "5000")?;
        reader.set_prepared_statement_cache_capacity(64);
        Ok(())
    };
    pragmas().map_err(StoreError::sql("configure reading"))?;
    Ok(reader)
}

/// The schema that this build writes.
pub(crate) fn newest() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

pub(crate) fn schema_of(db: &Connection) -> Result<u32, StoreError> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(StoreError::sql("read the schema version"))
}

/// Applies the steps that are missing up to `wanted`, each in one transaction with its version
/// number.
pub(crate) fn migrate(writer: &mut Connection, wanted: u32) -> Result<(), StoreError> {
    let found = schema_of(writer)?;
    if found > wanted {
        return Err(StoreError::TooNew {
            found,
            known: wanted,
        });
    }
    for (version, step) in (1_u32..)
        .zip(MIGRATIONS)
        .filter(|&(version, _)| version > found && version <= wanted)
    {
        let upgrade = |writer: &mut Connection| {
            let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            tx.execute_batch(step)?;
            tx.pragma_update(None, "user_version", version)?;
            tx.commit()
        };
        upgrade(writer).map_err(StoreError::sql("upgrade the database"))?;
    }
    Ok(())
}

/// Moves the database and its log out of the way.
fn set_aside(folder: &Path, now: UnixMillis, reason: &str) -> Result<PathBuf, StoreError> {
    let target = folder.join("set-aside").join(now.get().to_string());
    make_folder(&target)?;
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("{DATABASE}{suffix}");
        let from = folder.join(&name);
        if from.exists() {
            fs::rename(&from, target.join(&name)).map_err(DiskError::at("set aside", &from))?;
        }
    }
    sync_folder(&target)?;
    sync_folder(folder)?;
    tracing::error!(folder = %target.display(), reason, "the database was set aside");
    Ok(target)
}

/// Notes that the database must be set aside at the next start.
pub(crate) fn mark_damaged(folder: &Path) {
    let mark = folder.join(DAMAGE_MARK);
    if let Err(error) = fs::write(&mark, b"").and_then(|()| fs::File::open(&mark)?.sync_all()) {
        tracing::error!(%error, "could not note the damage for the next start");
    }
}
