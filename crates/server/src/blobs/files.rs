//! Photos as files of the server's folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::fs::File;
use tokio_util::io::ReaderStream;
use xunfang_domain::{DistrictId, Sha256Hex, UnixMillis};
use xunfang_durable::DiskError;

use super::{Listed, Outgoing, blocking};
use crate::data_dir::DataDir;
use crate::error::ApiError;

/// The folder's photos. How one gets its name is said in [`crate::uploads`]: it is written elsewhere
/// on the same disk, synced, renamed, and its folder is synced.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    folder: Arc<DataDir>,
}

impl Files {
    pub(super) fn new(folder: Arc<DataDir>) -> Self {
        Self { folder }
    }

    /// The server's folder.
    pub(crate) fn folder(&self) -> &Arc<DataDir> {
        &self.folder
    }

    /// Where a photo lies, or will.
    pub(crate) fn path(&self, district: DistrictId, sha256: &Sha256Hex) -> PathBuf {
        self.folder.blob(district, sha256)
    }

    pub(super) async fn length(
        &self,
        district: DistrictId,
        sha256: &Sha256Hex,
    ) -> Result<Option<u64>, ApiError> {
        let path = self.path(district, sha256);
        blocking(move || length(&path)).await
    }

    pub(super) async fn read(
        &self,
        district: DistrictId,
        sha256: &Sha256Hex,
    ) -> Result<Option<Bytes>, ApiError> {
        let path = self.path(district, sha256);
        let read = blocking(move || where_there(fs::read(&path), "read", &path)).await?;
        Ok(read.map(Bytes::from))
    }

    pub(super) async fn stream(
        &self,
        district: DistrictId,
        sha256: &Sha256Hex,
    ) -> Result<Option<Outgoing>, ApiError> {
        let path = self.path(district, sha256);
        let opened = blocking(move || {
            let opened = fs::File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
            where_there(opened, "open", &path)
        });
        Ok(opened.await?.map(|(bytes, file)| Outgoing {
            bytes,
            stream: ReaderStream::new(File::from_std(file)).boxed(),
        }))
    }

    pub(super) async fn list(
        &self,
        district: DistrictId,
        slice: u8,
    ) -> Result<Vec<Listed>, ApiError> {
        let folder = self.folder.blobs(district, slice);
        blocking(move || {
            let Some(entries) = where_there(fs::read_dir(&folder), "list", &folder)? else {
                return Ok(Vec::new());
            };
            let mut listed = Vec::new();
            for entry in entries {
                let entry = entry.map_err(DiskError::at("list", &folder))?;
                let name = entry.file_name();
                let Some(sha256) = name.to_str().and_then(|name| name.parse().ok()) else {
                    continue;
                };
                let path = entry.path();
                let written = entry.metadata().and_then(|file| file.modified());
                // It may have been removed since.
                if let Some(written) = where_there(written, "look at", &path)? {
                    let since = written.duration_since(UNIX_EPOCH).unwrap_or_default();
                    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
                    listed.push(Listed {
                        sha256,
                        written_at: UnixMillis::new(millis),
                    });
                }
            }
            Ok(listed)
        })
        .await
    }

    pub(super) async fn remove(
        &self,
        district: DistrictId,
        sha256: &Sha256Hex,
    ) -> Result<(), ApiError> {
        let path = self.path(district, sha256);
        blocking(move || where_there(fs::remove_file(&path), "remove", &path).map(|_| ())).await
    }
}

/// Returns a file's length, or nothing where there is no file.
pub(crate) fn length(path: &Path) -> Result<Option<u64>, DiskError> {
    let found = where_there(fs::metadata(path), "measure", path)?;
    Ok(found.map(|metadata| metadata.len()))
}

/// Takes "there is no such file" for an answer.
pub(crate) fn where_there<T>(
    answer: io::Result<T>,
    step: &'static str,
    path: &Path,
) -> Result<Option<T>, DiskError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DiskError::at(step, path)(error)),
    }
}
