//! Reads a backup, and restores one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::runtime::Handle;
use uuid::Uuid;
use xunfang_domain::DistrictId;
use xunfang_durable::{DiskError, make_folder, rename, settle};

use super::manifest::{FaultyPhoto, Manifest, TableFile, damaged};
use super::photos::{Photo, Photos, Take};
use super::table::{self, TableReader};
use super::{BackupError, BackupFolder, Step, TOLD_ROWS, Tell};
use crate::app::AppConfig;
use crate::blobs::Blobs;
use crate::data_dir::DataDir;
use crate::store::StoreError;
use crate::store::copy::{self, Cell, Loading, Table};
use crate::store::db::Source;

/// One backup, or what will be one.
pub(super) struct Snapshot<'a> {
    pub(super) folder: &'a Path,
    pub(super) manifest: &'a Manifest,
}

impl<'a> Snapshot<'a> {
    pub(super) fn of(folder: &'a Path, manifest: &'a Manifest) -> Self {
        Self { folder, manifest }
    }

    /// Hands over what some columns of a table hold, row by row.
    pub(super) fn each<const N: usize>(
        &self,
        name: &str,
        columns: [&str; N],
        mut take: impl FnMut([&Cell; N]) -> Result<(), BackupError>,
    ) -> Result<(), BackupError> {
        let path = table::path(self.folder, name);
        let lacking = || damaged(&path, &"its manifest lacks the table, or columns of it");
        let table = self.manifest.table(name).ok_or_else(lacking)?;
        let places = columns.map(|wanted| table.columns.iter().position(|name| name == wanted));
        let mut rows = TableReader::open(self.folder, table)?;
        while let Some(row) = rows.next()? {
            let cells = places.map(|place| place.and_then(|place| row.get(place)));
            if cells.contains(&None) {
                return Err(lacking());
            }
            take(cells.map(|cell| cell.unwrap_or(&Cell::Null)))?;
        }
        Ok(())
    }

    /// Hands over the photos that have rows.
    pub(super) fn photos(&self, take: &mut Take<'_>) -> Result<(), BackupError> {
        let path = table::path(self.folder, "blob");
        self.each("blob", ["district_id", "sha256", "bytes"], |row| {
            take(photo(row).ok_or_else(|| damaged(&path, &"a row names no photo"))?)
        })
    }
}

/// Reads the row of a photo: its district, its name, its length.
pub(super) fn photo([district, sha256, bytes]: [&Cell; 3]) -> Option<Photo> {
    Some(Photo {
        district: DistrictId::from_uuid(district.id()?),
        sha256: sha256.text()?.parse().ok()?,
        bytes: u64::try_from(bytes.integer()?).ok()?,
    })
}

/// A backup that was restored.
#[derive(Debug)]
pub struct Restored {
    /// The backup's folder.
    pub snapshot: PathBuf,
    /// Rows that it held.
    pub rows: u64,
    /// Photos that are there now.
    pub photos: u64,
    /// Photos that have a row, and are not in the backup or damaged there.
    pub faulty: Vec<FaultyPhoto>,
}

/// Restores a backup to where nothing is: that of a time, or the newest one.
///
/// # Errors
/// [`BackupError`]; then there is still nothing that a server would take for a database.
pub async fn restore(
    config: AppConfig,
    from: PathBuf,
    time: Option<String>,
    tell: Tell,
) -> Result<Restored, BackupError> {
    super::blocking(move |handle| run(&config, &from, time.as_deref(), handle, &tell)).await
}

fn run(
    config: &AppConfig,
    from: &Path,
    time: Option<&str>,
    handle: Handle,
    tell: &Tell,
) -> Result<Restored, BackupError> {
    let backups = BackupFolder::new(from);
    let folder = backups.find(time)?;
    let manifest = Manifest::read(&folder)?;
    let place = DataDir::unlocked(&config.data);
    let source = super::source(config)?;
    demand_empty(&place, &source)?;
    for table in &manifest.tables {
        table::check(&folder, table)?;
    }
    let place = DataDir::open(&config.data)?;
    // Nobody has begun a server here meanwhile.
    demand_empty(&place, &source)?;
    let spool = place.restoring();
    remove_folder(&spool)?;
    make_folder(&spool)?;
    let restored = Restoring {
        snapshot: Snapshot::of(&folder, &manifest),
        place: &place,
        spool: &spool,
        tell,
    }
    .run(&backups, &source, config, handle);
    let removed = remove_folder(&spool);
    let restored = restored?;
    removed?;
    Ok(restored)
}

/// Fails where something is that a restored backup would mix with.
fn demand_empty(place: &DataDir, source: &Source) -> Result<(), BackupError> {
    // A log without its database would be replayed over whatever is put beside it.
    let database = place.database();
    let beside = ["db-wal", "db-shm", "db-journal"].map(|ending| database.with_extension(ending));
    let named = [database, place.all_blobs()];
    for path in named.into_iter().chain(beside) {
        if path.exists() {
            return Err(BackupError::NotEmpty {
                what: path.display().to_string(),
            });
        }
    }
    copy::demand_empty(source).map_err(|error| match error {
        StoreError::NotEmpty { tables } => BackupError::NotEmpty {
            what: format!("A database with {tables} tables"),
        },
        other => other.into(),
    })
}

fn remove_folder(folder: &Path) -> Result<(), BackupError> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(DiskError::at("remove", folder))?;
    }
    Ok(())
}

/// A restore that is under way: all of it comes about in a folder of its own, or in a transaction,
/// and is moved to its place at the end. The database goes last.
struct Restoring<'a> {
    snapshot: Snapshot<'a>,
    place: &'a DataDir,
    spool: &'a Path,
    tell: &'a Tell,
}

impl Restoring<'_> {
    fn run(
        &self,
        backups: &BackupFolder,
        source: &Source,
        config: &AppConfig,
        handle: Handle,
    ) -> Result<Restored, BackupError> {
        let manifest = self.snapshot.manifest;
        let unpacked = Arc::new(DataDir::unlocked(self.spool));
        let to = Blobs::open(config.blobs.as_ref(), &unpacked)?;
        let photos = Photos {
            handle,
            from: backups.blobs(),
            all: manifest.photos,
            tell: Arc::clone(self.tell),
        };
        let copied = photos.copy(|take| self.snapshot.photos(take), &to, self.spool)?;
        let into = match source {
            Source::Sqlite(_) => Source::Sqlite(unpacked.database()),
            Source::Postgres(_) => source.clone(),
        };
        let loading = self.load(&into)?;
        let epoch = Uuid::new_v4();
        match source {
            Source::Sqlite(database) => {
                loading.end(epoch)?;
                settle(&unpacked.database())?;
                self.move_photos(&unpacked)?;
                rename(&unpacked.database(), database)?;
            }
            Source::Postgres(_) => {
                self.move_photos(&unpacked)?;
                loading.end(epoch)?;
            }
        }
        Ok(Restored {
            snapshot: self.snapshot.folder.to_owned(),
            rows: manifest.tables.iter().map(|table| table.rows).sum(),
            photos: copied.sound.count,
            faulty: copied.faulty,
        })
    }

    fn move_photos(&self, unpacked: &DataDir) -> Result<(), BackupError> {
        let photos = unpacked.all_blobs();
        if photos.exists() {
            rename(&photos, &self.place.all_blobs())?;
        }
        Ok(())
    }

    /// Fills a database that is none yet.
    fn load(&self, into: &Source) -> Result<Loading, BackupError> {
        let Snapshot { folder, manifest } = self.snapshot;
        let loading = Loading::begin(into, manifest.schema)?;
        let tables = loading.tables()?;
        let named = |name: &str, columns: &[String]| (name.to_owned(), columns.to_vec());
        let wanted: BTreeSet<_> = tables
            .iter()
            .map(|table| named(&table.name, &table.columns))
            .collect();
        let there: BTreeSet<_> = manifest
            .tables
            .iter()
            .map(|table| named(&table.name, &table.columns))
            .collect();
        if wanted != there {
            let why = "it names other tables or columns than its schema has";
            return Err(damaged(&folder.join("manifest.json"), &why));
        }
        for table in &tables {
            if let Some(file) = manifest.table(&table.name) {
                self.fill(&loading, table, file)?;
            }
        }
        Ok(loading)
    }

    fn fill(&self, loading: &Loading, table: &Table, file: &TableFile) -> Result<(), BackupError> {
        let mut rows = TableReader::open(self.snapshot.folder, file)?;
        let mut done = 0;
        let told = |rows| {
            (self.tell)(Step::Rows {
                table: &table.name,
                rows,
            });
        };
        loading.fill(table, &mut || {
            let row = rows.next()?;
            done += u64::from(row.is_some());
            if done.is_multiple_of(TOLD_ROWS) {
                told(done);
            }
            Ok::<_, BackupError>(row)
        })?;
        told(done);
        Ok(())
    }
}
