//! Opening the database: pragmas, migrations, and what happens to one that cannot be used.
//!
//! A damaged database may hold the only copy of somebody's work. It is moved, with its log, into
//! `set-aside/<time>/`, the app starts with an empty one and a notice tells the person. The same
//! happens to a file that refuses to be written while its folder does not. A database of a newer
//! app is neither: it is left alone and the app says so.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use xunfang_domain::UnixMillis;
use xunfang_durable::{DiskError, make_folder, settle, sync_folder};

use crate::store::READERS;
use crate::{Store, StoreError, StoreFault};

const DATABASE: &str = "device.sqlite";
/// Left by a running app that met damage, so that the next start sets the database aside.
const DAMAGE_MARK: &str = "device.sqlite.damaged";

/// Numbered steps; the place in this list is the schema version, and a step never changes.
const MIGRATIONS: [&str; 7] = [
    include_str!("../../../migrations/device/0001_init.sql"),
    include_str!("../../../migrations/device/0002_fewer_pages_a_save.sql"),
    include_str!("../../../migrations/device/0003_inspections.sql"),
    include_str!("../../../migrations/device/0004_evidence.sql"),
    include_str!("../../../migrations/device/0005_originals_later.sql"),
    include_str!("../../../migrations/device/0006_annotations.sql"),
    include_str!("../../../migrations/device/0007_captures.sql"),
];

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
}

/// Opens or makes the database in `folder`.
pub(crate) fn open(folder: &Path, now: UnixMillis) -> Result<Opened, StoreError> {
    make_folder(folder)?;
    let database = folder.join(DATABASE);
    let mark = folder.join(DAMAGE_MARK);
    // What a killed app had committed and not synced is read as if it were safe, and the person is
    // shown it: from then on it has to stay.
    settle(&folder.join(format!("{DATABASE}-wal")))?;
    let reason = if mark.exists() {
        "damage was met while the app was running".to_owned()
    } else {
        match prepare(&database) {
            Ok(writer) => return finish(folder, writer, None),
            Err(error) => match error.fault() {
                StoreFault::Damaged | StoreFault::ReadOnly => error.to_string(),
                _ => return Err(error),
            },
        }
    };
    let set_aside = set_aside(folder, now, reason)?;
    if mark.exists() {
        fs::remove_file(&mark).map_err(DiskError::at("remove", &mark))?;
    }
    finish(folder, prepare(&database)?, Some(set_aside))
}

fn finish(
    folder: &Path,
    writer: Connection,
    set_aside: Option<SetAside>,
) -> Result<Opened, StoreError> {
    let database = folder.join(DATABASE);
    let [first, second, third] = std::array::from_fn(|_| connect_reader(&database));
    let readers: [Connection; READERS] = [first?, second?, third?];
    let housekeeper = connect(&database)?;
    let store = Store::new(folder, writer, readers, housekeeper)?;
    Ok(Opened { store, set_aside })
}

/// Opens the writing connection and brings the schema up to date.
fn prepare(database: &Path) -> Result<Connection, StoreError> {
    let mut writer = connect(database)?;
    migrate(&mut writer)?;
    Ok(writer)
}

fn connect(database: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(database).map_err(StoreError::sql("open the database"))?;
    let set = |name: &str, value: &str| connection.pragma_update(None, name, value);
    let pragmas = || {
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

fn connect_reader(database: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(database, flags)
        .map_err(StoreError::sql("open the database for reading"))?;
    let pragmas = || {
        reader.pragma_update(None, "query_only", "on")?;
        reader.pragma_update(None, "busy_timeout", "5000")?;
        reader.set_prepared_statement_cache_capacity(64);
        Ok(())
    };
    pragmas().map_err(StoreError::sql("configure reading"))?;
    Ok(reader)
}

/// Applies the steps that are missing, each in one transaction with its version number.
fn migrate(writer: &mut Connection) -> Result<(), StoreError> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found: u32 = writer
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(StoreError::sql("read the schema version"))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (version, step) in (1_u32..)
        .zip(MIGRATIONS)
        .filter(|&(version, _)| version > found)
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
fn set_aside(folder: &Path, now: UnixMillis, reason: String) -> Result<SetAside, StoreError> {
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
    Ok(SetAside {
        folder: target,
        reason,
    })
}

/// Notes that the database must be set aside at the next start.
pub(crate) fn mark_damaged(folder: &Path) {
    let mark = folder.join(DAMAGE_MARK);
    if let Err(error) = fs::write(&mark, b"").and_then(|()| fs::File::open(&mark)?.sync_all()) {
        tracing::error!(%error, "could not note the damage for the next start");
    }
}
