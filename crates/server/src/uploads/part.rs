//! A photo on its way, wherever the photos of this server lie.

use xunfang_durable::Incoming;

use super::UploadKey;
use super::file_part::FilePart;
use super::put_part::{PutPart, Putting};
use crate::App;
use crate::blobs::{Blobs, blocking};
use crate::error::ApiError;
use crate::store::blobs::Blob;

/// What has arrived of a photo.
#[derive(Clone)]
pub(super) enum Part {
    /// A file that grows.
    File(FilePart),
    /// Objects, one per piece.
    Put(PutPart),
}

impl Part {
    pub(super) fn new(app: &App, key: &UploadKey) -> Self {
        match app.blobs() {
            Blobs::Files(files) => Self::File(FilePart::new(files, key)),
            Blobs::Bucket(bucket) => Self::Put(PutPart::new(app, bucket, key)),
        }
    }

    /// Remembers the announced length durably and returns how many bytes are here.
    pub(super) async fn announce(&self, length: u64) -> Result<u64, ApiError> {
        match self {
            Self::File(part) => {
                let part = part.clone();
                blocking(move || part.announce(length)).await
            }
            Self::Put(part) => part.announce(length).await,
        }
    }

    /// Returns the bytes held durably and the announced length, where one was announced.
    pub(super) async fn held(&self) -> Result<Option<(u64, u64)>, ApiError> {
        match self {
            Self::File(part) => {
                let part = part.clone();
                blocking(move || part.held()).await
            }
            Self::Put(part) => part.held().await,
        }
    }

    /// Goes on after the bytes that are held, of which there are `offset`.
    pub(super) async fn go_on(&self, offset: u64) -> Result<Growing, ApiError> {
        Ok(match self {
            Self::File(part) => {
                let part = part.clone();
                Growing::File(blocking(move || part.go_on()).await?)
            }
            Self::Put(part) => Growing::Put(part.go_on(offset)),
        })
    }

    /// Drops what arrived, and the announcement.
    pub(super) async fn discard(&self) -> Result<(), ApiError> {
        match self {
            Self::File(part) => {
                let part = part.clone();
                blocking(move || part.discard()).await
            }
            Self::Put(part) => part.discard().await,
        }
    }

    /// Checks a full part and gives it its lasting place; drops it where it is not that photo.
    pub(super) async fn settle(&self, length: u64) -> Result<Blob, ApiError> {
        match self {
            Self::File(part) => {
                let part = part.clone();
                tokio::task::spawn_blocking(move || part.settle(length)).await?
            }
            Self::Put(part) => part.settle(length).await,
        }
    }

    /// Forgets the announcement of a photo whose row is committed.
    pub(super) async fn forget(&self) -> Result<(), ApiError> {
        match self {
            Self::File(part) => {
                let part = part.clone();
                blocking(move || part.forget_length()).await
            }
            Self::Put(part) => part.discard().await,
        }
    }
}

/// A part that bytes are added to.
pub(super) enum Growing {
    File(Incoming),
    Put(Putting),
}

impl Growing {
    /// Adds bytes, which are not durable yet.
    pub(super) async fn write(self, bytes: Vec<u8>) -> Result<Self, ApiError> {
        Ok(match self {
            Self::File(mut file) => {
                Self::File(blocking(move || file.write(&bytes).map(|()| file)).await?)
            }
            Self::Put(putting) => Self::Put(putting.write(bytes).await?),
        })
    }

    /// Makes what was added durable: from here on it counts.
    pub(super) async fn sync(self) -> Result<(), ApiError> {
        match self {
            Self::File(file) => blocking(move || file.sync()).await,
            Self::Put(putting) => putting.sync().await,
        }
    }

    /// Takes back what was added after the first `offset` bytes.
    pub(super) async fn cut(self, offset: u64) -> Result<(), ApiError> {
        match self {
            Self::File(file) => blocking(move || file.cut(offset)).await,
            // Nothing of it was noted; its objects are swept.
            Self::Put(_) => Ok(()),
        }
    }
}
