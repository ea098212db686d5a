//! Where photos lie that are whole: in files of the server's folder, or in an S3-compatible store.
//!
//! A photo lies under its district and its hash, so that the same photo is there once and no request
//! can name anything else. What [`Blobs::keep`] has returned for survives a power cut; only then is
//! its row committed. A photo without a row counts for nobody, and is swept after a week.
//!
//! This module must not know what a photo is of, nor who may see it.

mod bucket;
mod files;
mod source;
mod sweep;
#[cfg(test)]
mod tests;

use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex, UnixMillis};
use xunfang_durable::DiskError;

pub(crate) use self::bucket::{Bucket, name, piece, pieces};
pub(crate) use self::files::{Files, length, where_there};
pub use self::source::{BlobSource, BlobSourceError};
pub(crate) use self::sweep::run as sweep;
pub use self::sweep::{SweepError, Swept};
use crate::data_dir::DataDir;
use crate::error::ApiError;

/// The parts of a district's photos that are listed one at a time: by the first byte of the hash.
pub(crate) const SLICES: RangeInclusive<u8> = 0..=u8::MAX;

/// The object that names the history of the database that a store belongs to.
const OWNER: &str = "owner";

/// Something that the store beside the server did not do.
#[derive(Debug, thiserror::Error)]
#[error("could not {step} in the photo store: {source}")]
pub(crate) struct BucketError {
    /// What was attempted, as a verb.
    pub(crate) step: &'static str,
    /// What it said.
    pub(crate) source: object_store::Error,
}

impl BucketError {
    fn at(step: &'static str) -> impl FnOnce(object_store::Error) -> Self {
        move |source| Self { step, source }
    }
}

/// A photo on its way out, piece by piece.
pub(crate) struct Outgoing {
    /// Its length.
    pub(crate) bytes: u64,
    /// What it is made of.
    pub(crate) stream: BoxStream<'static, io::Result<Bytes>>,
}

/// A photo as the store lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) sha256: Sha256Hex,
    /// When it was written last, by the store's clock.
    pub(crate) written_at: UnixMillis,
}

/// All photos that are whole.
#[derive(Debug, Clone)]
pub(crate) enum Blobs {
    /// In the server's folder.
    Files(Files),
    /// In a store that several servers share.
    Bucket(Bucket),
}

impl Blobs {
    /// Opens the store that the source names, or else the folder's.
    pub(crate) fn open(
        source: Option<&BlobSource>,
        folder: &Arc<DataDir>,
    ) -> Result<Self, BlobSourceError> {
        Ok(match source {
            None => Self::in_folder(Arc::clone(folder)),
            Some(source) => Self::Bucket(source.open()?),
        })
    }

    /// The photos of a folder.
    pub(crate) fn in_folder(folder: Arc<DataDir>) -> Self {
        Self::Files(Files::new(folder))
    }

    /// Returns a photo's length in bytes, or nothing where it is not here.
    pub(crate) async fn length(
        &self,
        district: DistrictId,
        sha256: &Sha256Hex,
    ) -> Result<Option<u64>, ApiError> {
        match self {
            Self::Files(files) => files.length(district, sha256).await,
            Self::Bucket(bucket) => Ok(bucket.length(&name(district, sha256)).await?),
        }
    }

    /// Reads a whole photo, or says that it is not here. It is in memory for as long as it is held.
    pub(crate) async fn read(
        &self,
        district: DistrictId,
        sha256: &Sha256Hex,
    ) -> Result<Option<Bytes>, ApiError> {
        match self {
            Self::Files(files) => files.read(district, sha256).await,
            Self::Bucket(bucket) => Ok(bucket.read(&name(district, sha256)).await?),
        }
    }

    /// Reads a photo piece by piece, or says that it is not here.
    pub(crate) async fn stream(
        &self,
        district: DistrictId,
        sha256: &Sha256Hex,
    ) -> Result<Option<Outgoing>, ApiError> {
        match self {
            Self::Files(files) => files.stream(district, sha256).await,
            Self::Bucket(bucket) => Ok(bucket.stream(&name(district, sha256)).await?),
        }
    }

    /// Says whether the store is this database's, which its history names; one that is nobody's becomes
    /// so. A folder is its server's own.
    pub(crate) async fn belongs_to(&self, history: Uuid) -> Result<bool, ApiError> {
        let Self::Bucket(bucket) = self else {
            return Ok(true);
        };
        let own = history.to_string();
        if let Some(owner) = bucket.read(OWNER).await? {
            return Ok(owner == own.as_bytes());
        }
        bucket.put(OWNER, own.into()).await?;
        Ok(true)
    }

    /// Lists a slice of a district's photos, those of hashes that begin with the byte.
    pub(crate) async fn list(
        &self,
        district: DistrictId,
        slice: u8,
    ) -> Result<Vec<Listed>, ApiError> {
        match self {
            Self::Files(files) => files.list(district, slice).await,
            Self::Bucket(bucket) => {
                let folder = bucket::slice(district, slice);
                let listed = bucket.list(&folder).await?;
                let photo = |(name, written_at): (String, _)| {
                    let sha256 = name.rsplit('/').next()?.parse().ok()?;
                    Some(Listed { sha256, written_at })
                };
                Ok(listed.into_iter().filter_map(photo).collect())
            }
        }
    }

    /// Removes a photo; one that is not there counts as removed.
    pub(crate) async fn remove(
        &self,
        district: DistrictId,
        sha256: &Sha256Hex,
    ) -> Result<(), ApiError> {
        match self {
            Self::Files(files) => files.remove(district, sha256).await,
            Self::Bucket(bucket) => Ok(bucket.remove(&name(district, sha256)).await?),
        }
    }
}

/// Runs a step on the disk where it does not hold up other requests.
pub(crate) async fn blocking<T, F>(step: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, DiskError> + Send + 'static,
{
    Ok(tokio::task::spawn_blocking(step).await??)
}
