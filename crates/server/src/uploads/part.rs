//! The files of an upload: the part, and beside it the length that was announced.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use xunfang_domain::Sha256Hex;
use xunfang_durable::{DiskError, Incoming, make_folder, settle, sync_folder};

use crate::data_dir::DataDir;
use crate::error::ApiError;
use crate::store::blobs::Blob;

/// A photo on its way.
#[derive(Debug, Clone)]
pub(super) struct Part {
    folder: PathBuf,
    path: PathBuf,
    length: PathBuf,
}

impl Part {
    pub(super) fn new(folder: PathBuf, sha256: &Sha256Hex) -> Self {
        let path = folder.join(sha256.as_str());
        let length = folder.join(format!("{sha256}.length"));
        Self {
            folder,
            path,
            length,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
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
    pub(super) fn settle(
        &self,
        sha256: &Sha256Hex,
        length: u64,
        folders: &DataDir,
        whole: &Path,
    ) -> Result<Blob, ApiError> {
        let blob = match check(&self.path, sha256) {
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
        if let Some(folder) = whole.parent() {
            folders.ensure(folder)?;
        }
        Incoming::open(&self.path)?.keep(whole)?;
        Ok(blob)
    }
}

/// Reads a file and says what photo it is; refuses another file or no photo.
pub(super) fn check(path: &Path, sha256: &Sha256Hex) -> Result<Blob, ApiError> {
    check_bytes(
        &fs::read(path).map_err(DiskError::at("read", path))?,
        sha256,
    )
}

/// Says what photo some bytes are; refuses others or no photo.
pub(super) fn check_bytes(bytes: &[u8], sha256: &Sha256Hex) -> Result<Blob, ApiError> {
    if xunfang_photo::sha256(bytes) != *sha256 {
        return Err(ApiError::HashMismatch);
    }
    let info = xunfang_photo::inspect(bytes)?;
    Ok(Blob {
        bytes: bytes.len() as u64,
        media_type: info.format.media_type().to_owned(),
        width: info.width,
        height: info.height,
    })
}

/// Checks a file that has its lasting name, and makes sure that it keeps both.
///
/// Whoever renamed it may have been stopped before it synced the folder, or may just be about to.
pub(super) fn check_kept(
    folders: &DataDir,
    whole: &Path,
    sha256: &Sha256Hex,
) -> Result<Blob, ApiError> {
    let blob = check(whole, sha256)?;
    if let Some(folder) = whole.parent() {
        folders.ensure(folder)?;
    }
    settle(whole)?;
    Ok(blob)
}

/// Returns a file's length, or nothing where there is no file.
pub(super) fn length(path: &Path) -> Result<Option<u64>, DiskError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DiskError::at("measure", path)(error)),
    }
}

pub(super) fn remove(path: &Path) -> Result<(), DiskError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(DiskError::at("remove", path)(error))
        }
        _ => Ok(()),
    }
}
