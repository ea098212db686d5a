//! What a backup is: the file that it is known by, in JSON.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex, UnixMillis};
use xunfang_durable::{DiskError, Incoming};

use super::BackupError;
use crate::store::migrate;

/// The newest format that this build knows.
pub(super) const FORMAT: u32 = 1;
const NAME: &str = "manifest.json";

/// A backup of one state of a database, and of its photos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Version of everything that is said here.
    pub(super) format: u32,
    /// Version of the database's schema.
    pub(super) schema: usize,
    /// Identity of the database's history.
    pub(super) epoch: Uuid,
    /// When the database was as it is here.
    pub(super) taken_at: UnixMillis,
    /// Every table.
    pub(super) tables: Vec<TableFile>,
    /// The photos that have rows.
    pub(super) photos: PhotoCount,
    /// Those of them that are not in the backup. A backup is whole where there are none.
    pub(super) faulty: Vec<FaultyPhoto>,
}

/// A table and its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableFile {
    pub(super) name: String,
    /// In the order in which a row has them.
    pub(super) columns: Vec<String>,
    pub(super) rows: u64,
    /// Length of the file.
    pub(super) bytes: u64,
    /// Hash of the file.
    pub(super) sha256: Sha256Hex,
}

/// How many photos, and how long they are together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PhotoCount {
    pub(super) count: u64,
    pub(super) bytes: u64,
}

/// A photo that has a row and could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultyPhoto {
    /// Whose it is.
    pub district: DistrictId,
    /// Its name.
    pub sha256: Sha256Hex,
    /// What is wrong with it.
    pub fault: String,
}

impl std::fmt::Display for FaultyPhoto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            district,
            sha256,
            fault,
        } = self;
        write!(f, "photo {sha256} of district {district}: {fault}")
    }
}

/// What is read of any manifest, also of one whose format is not known.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl Manifest {
    /// Writes it into a backup's folder and syncs it.
    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let (path, part) = (folder.join(NAME), folder.join("manifest.part"));
        let text = serde_json::to_vec_pretty(self).map_err(|error| damaged(&path, &error))?;
        let mut file = Incoming::open(&part)?;
        file.write(&text)?;
        Ok(file.keep(&path)?)
    }

    /// Reads that of a backup's folder, and refuses what this build does not know.
    pub(super) fn read(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(NAME);
        let text = fs::read(&path).map_err(DiskError::at("read", &path))?;
        let head: Head = serde_json::from_slice(&text).map_err(|error| damaged(&path, &error))?;
        let newer = |what, found: u64, known: u64| {
            if found > known {
                return Err(BackupError::Newer {
                    path: path.clone(),
                    what,
                    found,
                    known,
                });
            }
            Ok(())
        };
        newer("format", head.format.into(), FORMAT.into())?;
        let read: Self = serde_json::from_slice(&text).map_err(|error| damaged(&path, &error))?;
        newer("schema", read.schema as u64, migrate::NEWEST as u64)?;
        for table in &read.tables {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if table.name.is_empty() || !table.name.chars().all(plain) {
                return Err(damaged(&path, &"a table has no name of ours"));
            }
        }
        Ok(read)
    }

    /// Finds a table.
    pub(super) fn table(&self, name: &str) -> Option<&TableFile> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// Says what is wrong with a file of a backup.
pub(super) fn damaged(path: &Path, why: &dyn std::fmt::Display) -> BackupError {
    BackupError::Damaged {
        path: path.to_owned(),
        why: why.to_string(),
    }
}
