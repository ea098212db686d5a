//! The files of an upload: the part, and beside it the length that was announced.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xunfang_domain::{DistrictId, Sha256Hex};
use xunfang_durable::{DiskError, Incoming, make_folder, settle, sync_folder};

use super::UploadKey;
use super::check::check_bytes;
use crate::blobs::{Files, length};
use crate::data_dir::DataDir;
use crate::error::ApiError;
use crate::store::blobs::Blob;

/// A photo that is a file of its own until it is whole.
#[derive(Debug, Clone)]
pub(super) struct FilePart {
    data: Arc<DataDir>,
    key: UploadKey,
    /// Of this owner's parts.
    folder: PathBuf,
    path: PathBuf,
    length: PathBuf,
}

impl FilePart {
    pub(super) fn new(files: &Files, key: &UploadKey) -> Self {
        let folder = files.folder().parts(key.district, key.owner);
        let path = folder.join(key.sha256.as_str());
        let length = folder.join(format!("{}.length", key.sha256));
        Self {
            data: Arc::clone(files.folder()),
            key: key.clone(),
            folder,
            path,
            length,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the part to go on at its end.
    pub(super) fn go_on(&self) -> Result<Incoming, DiskError> {
        Incoming::open(&self.path)
    }

    /// Remembers the announced length durably and returns how many bytes are here.
    pub(super) fn announce(&self, length: u64) -> Result<u64, DiskError> {
        make_folder(&self.folder)?;
        let part = Incoming::open(&self.path)?;
        let new = self.length.with_extension("length.new");
        remove(&new)?;
        let mut file = Incoming::open(&new)?;
        file.write(length.to_string().as_bytes())?;
        // Syncs the folder, which holds the part's name as well.
        file.keep(&self.length)?;
        part.sync()?;
        let held = part.length()?;
        if held <= length {
            return Ok(held);
        }
        // Left from an upload with another length, so these bytes are of no use.
        drop(part);
        remove(&self.path)?;
        Incoming::open(&self.path)?;
        sync_folder(&self.folder)?;
        Ok(0)
    }

    /// Returns the bytes held durably and the announced length, where one was announced.
    pub(super) fn held(&self) -> Result<Option<(u64, u64)>, DiskError> {
        let announced = match fs::read_to_string(&self.length) {
            Ok(text) => text.parse().ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(DiskError::at("read", &self.length)(error)),
        };
        let Some(announced) = announced else {
            return Ok(None);
        };
        match length(&self.path)? {
            None => Ok(None),
            Some(held) if held > announced => Ok(None),
            Some(_) => {
                let part = Incoming::open(&self.path)?;
                // A server that was killed may have written more than it had synced.
                part.sync()?;
                Ok(Some((part.length()?, announced)))
            }
        }
    }

    /// Drops the part and the announcement.
    pub(super) fn discard(&self) -> Result<(), DiskError> {
        remove(&self.path)?;
        remove(&self.length)?;
        sync_folder(&self.folder)
    }

    /// Forgets the announcement of a photo that is whole now.
    pub(super) fn forget_length(&self) -> Result<(), DiskError> {
        remove(&self.length)
    }

    /// Checks a full part and gives it its lasting name; drops it where it is not that photo.
    pub(super) fn settle(&self, length: u64) -> Result<Blob, ApiError> {
        let blob = match check(&self.path, &self.key.sha256) {
            Ok(blob) if blob.bytes == length => blob,
            Ok(_) => {
                self.discard()?;
                return Err(ApiError::HashMismatch);
            }
            Err(error @ (ApiError::HashMismatch | ApiError::NotAPhoto(_))) => {
                self.discard()?;
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        let whole = self.data.blob(self.key.district, &self.key.sha256);
        if let Some(folder) = whole.parent() {
            self.data.ensure(folder)?;
        }
        Incoming::open(&self.path)?.keep(&whole)?;
        Ok(blob)
    }
}

/// Reads a file and says what photo it is; refuses another file or no photo.
fn check(path: &Path, sha256: &Sha256Hex) -> Result<Blob, ApiError> {
    check_bytes(
        &fs::read(path).map_err(DiskError::at("read", path))?,
        sha256,
    )
}

/// Makes sure that a photo which has its lasting name keeps it, and its bytes.
///
/// Whoever renamed it may have been stopped before it synced the folder, or may just be about to.
pub(super) fn hold(
    files: &Files,
    district: DistrictId,
    sha256: &Sha256Hex,
) -> Result<(), DiskError> {
    let whole = files.path(district, sha256);
    if let Some(folder) = whole.parent() {
        files.folder().ensure(folder)?;
    }
    settle(&whole)
}

pub(super) fn remove(path: &Path) -> Result<(), DiskError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(DiskError::at("remove", path)(error))
        }
        _ => Ok(()),
    }
}
