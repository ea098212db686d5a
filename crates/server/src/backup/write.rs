//! Makes a backup.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::runtime::Handle;
use xunfang_domain::UnixMillis;
use xunfang_durable::{DiskError, Folders, rename, sync_folder};

use super::manifest::{FORMAT, FaultyPhoto, Manifest, PhotoCount, TableFile};
use super::photos::{Photo, Photos};
use super::read::Snapshot;
use super::table::TableWriter;
use super::{BackupError, BackupFolder, Step, TOLD_ROWS, Tell, UNFINISHED, is_unfinished};
use crate::app::AppConfig;
use crate::blobs::Blobs;
use crate::data_dir::DataDir;
use crate::store::copy::Reading;

/// A backup that was made.
#[derive(Debug)]
pub struct Written {
    /// Its folder.
    pub snapshot: PathBuf,
    /// Rows in it.
    pub rows: u64,
    /// Photos in it, and those of them that were copied for it.
    pub photos: u64,
    /// See `photos`.
    pub photos_new: u64,
    /// Photos that could not be had. Everything else is in the backup.
    pub faulty: Vec<FaultyPhoto>,
}

/// Makes a backup into a folder of backups, while a server serves or while none does.
///
/// # Errors
/// [`BackupError`]; then there is no backup of this time, and those from before are as they were.
pub async fn back_up(config: AppConfig, to: PathBuf, tell: Tell) -> Result<Written, BackupError> {
    super::blocking(move |handle| write(&config, &to, handle, &tell)).await
}

fn write(
    config: &AppConfig,
    to: &Path,
    handle: Handle,
    tell: &Tell,
) -> Result<Written, BackupError> {
    let source = super::present(config)?;
    let from = Arc::new(DataDir::unlocked(&config.data));
    let from = Blobs::open(config.blobs.as_ref(), &from)?;
    let folder = BackupFolder::new(to);
    let _lock = folder.lock()?;
    remove_unfinished(&folder)?;
    let taken_at = config.clock.now();
    let time = named(taken_at);
    let part = folder.snapshots().join(format!("{UNFINISHED}{time}"));
    Folders::below(to).ensure(&part)?;
    let written = (|| {
        // The transaction ends with this: photos take long, and are safe without it.
        let mut manifest = read_tables(&Reading::begin(&source)?, &part, taken_at, tell)?;
        manifest.photos = count_photos(&part, &manifest)?;
        let photos = Photos {
            handle,
            from,
            all: manifest.photos,
            tell: Arc::clone(tell),
        };
        let list = Snapshot::of(&part, &manifest);
        let copied = photos.copy(|take| list.photos(take), &folder.blobs(), &part)?;
        manifest.faulty = copied.faulty;
        manifest.write(&part)?;
        sync_folder(&part)?;
        let snapshot = folder.snapshots().join(&time);
        rename(&part, &snapshot)?;
        Ok(Written {
            snapshot,
            rows: manifest.tables.iter().map(|table| table.rows).sum(),
            photos: copied.sound.count,
            photos_new: copied.new.count,
            faulty: manifest.faulty,
        })
    })();
    if written.is_err() {
        // It makes room; where it does not go, the next backup tries again.
        drop(fs::remove_dir_all(&part));
    }
    written
}

impl BackupFolder {
    /// Its photos.
    pub(super) fn blobs(&self) -> Blobs {
        Blobs::in_folder(self.photos())
    }
}

/// Removes what is left of backups that broke off.
fn remove_unfinished(folder: &BackupFolder) -> Result<(), BackupError> {
    let snapshots = folder.snapshots();
    let entries = fs::read_dir(&snapshots).map_err(DiskError::at("list", &snapshots))?;
    for entry in entries {
        let entry = entry.map_err(DiskError::at("list", &snapshots))?;
        if entry.file_name().to_str().is_some_and(is_unfinished) {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(DiskError::at("remove", &path))?;
        }
    }
    Ok(())
}

/// A name that sorts by time.
fn named(at: UnixMillis) -> String {
    // A clock that says something else than a date gives a backup all the same.
    let at = chrono::DateTime::from_timestamp_millis(at.get()).unwrap_or_default();
    at.format("%Y%m%dT%H%M%S%.3fZ").to_string()
}

fn read_tables(
    reading: &Reading,
    part: &Path,
    taken_at: UnixMillis,
    tell: &Tell,
) -> Result<Manifest, BackupError> {
    let mut tables: Vec<TableFile> = Vec::with_capacity(reading.tables.len());
    for table in &reading.tables {
        let mut file = TableWriter::create(part, &table.name)?;
        let told = |rows| {
            tell(Step::Rows {
                table: &table.name,
                rows,
            });
        };
        reading.each(table, |row| {
            file.add(row)?;
            if file.rows().is_multiple_of(TOLD_ROWS) {
                told(file.rows());
            }
            Ok::<_, BackupError>(())
        })?;
        told(file.rows());
        tables.push(file.end(table)?);
    }
    Ok(Manifest {
        format: FORMAT,
        schema: reading.schema,
        epoch: reading.epoch,
        taken_at,
        tables,
        photos: PhotoCount::default(),
        faulty: Vec::new(),
    })
}

fn count_photos(part: &Path, manifest: &Manifest) -> Result<PhotoCount, BackupError> {
    let mut all = PhotoCount::default();
    Snapshot::of(part, manifest).photos(&mut |Photo { bytes, .. }| {
        all.count += 1;
        all.bytes += bytes;
        Ok(())
    })?;
    Ok(all)
}
