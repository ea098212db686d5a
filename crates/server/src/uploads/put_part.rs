//! A photo on its way into a store that several servers share: an object per piece, and a row that
//! says how many bytes count.
//!
//! A piece is put first and noted then, and only by whoever finds as much held as when they began:
//! two servers that a phone has asked in turn cannot both go on from the same byte. What was put and
//! not noted belongs to nobody and is swept after a week.

use std::mem;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;
use xunfang_domain::UnixMillis;

use super::UploadKey;
use super::check::check_bytes;
use crate::App;
use crate::blobs::{self, Bucket};
use crate::error::ApiError;
use crate::store::blobs::Blob;
use crate::store::parts::{self, Holding, PutPiece};

/// Bytes that make an object, but for the last of a request. They are in memory until then.
const PIECE_BYTES: usize = 1024 * 1024;
/// Objects that are asked of the store at a time.
const AT_ONCE: usize = 4;

/// A photo whose pieces are objects.
#[derive(Clone)]
pub(super) struct PutPart {
    app: App,
    bucket: Bucket,
    key: UploadKey,
}

impl PutPart {
    pub(super) fn new(app: &App, bucket: &Bucket, key: &UploadKey) -> Self {
        Self {
            app: app.clone(),
            bucket: bucket.clone(),
            key: key.clone(),
        }
    }

    fn name(&self, piece: Uuid) -> String {
        blobs::piece(self.key.district, piece)
    }

    pub(super) async fn announce(&self, length: u64) -> Result<u64, ApiError> {
        let (key, now) = (self.key.clone(), self.app.now());
        let database = self.app.database();
        let noted = database.write(key.district, move |db| {
            parts::announce(db, &key, length, now)
        });
        Ok(noted.await?)
    }

    pub(super) async fn held(&self) -> Result<Option<(u64, u64)>, ApiError> {
        let key = self.key.clone();
        let found = self.app.database().read(move |db| parts::find(db, &key));
        Ok(found.await?.map(|found| (found.held, found.length)))
    }

    pub(super) fn go_on(&self, offset: u64) -> Putting {
        Putting {
            part: self.clone(),
            held: offset,
            put: Vec::new(),
            gathered: Vec::new(),
        }
    }

    /// Forgets the photo and removes its pieces. What stays where that breaks off is swept.
    pub(super) async fn discard(&self) -> Result<(), ApiError> {
        self.discard_where(|_| true).await.map(|_| ())
    }

    /// Forgets the photo where nobody went on with it since, and says whether it did.
    pub(super) async fn discard_since(&self, since: UnixMillis) -> Result<bool, ApiError> {
        self.discard_where(move |found| found.touched_at < since)
            .await
    }

    async fn discard_where(
        &self,
        is_meant: impl FnOnce(&Holding) -> bool + Send + 'static,
    ) -> Result<bool, ApiError> {
        let key = self.key.clone();
        let write = self.app.database().write(key.district, move |db| {
            if !parts::find(db, &key)?.is_some_and(|found| is_meant(&found)) {
                return Ok(None);
            }
            let pieces = parts::pieces(db, &key)?;
            parts::forget(db, &key)?;
            Ok::<_, ApiError>(Some(pieces))
        });
        let Some(pieces) = write.await? else {
            return Ok(false);
        };
        stream::iter(pieces)
            .map(|piece| async move { self.bucket.remove(&self.name(piece.id)).await })
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(true)
    }

    pub(super) async fn settle(&self, length: u64) -> Result<Blob, ApiError> {
        let Some(bytes) = self.gather(length).await? else {
            self.discard().await?;
            return Err(ApiError::HashMismatch);
        };
        let bytes = Bytes::from(bytes);
        let (checked, sha256) = (bytes.clone(), self.key.sha256.clone());
        let checking = tokio::task::spawn_blocking(move || check_bytes(&checked, &sha256));
        match checking.await? {
            Ok(blob) => {
                let name = blobs::name(self.key.district, &self.key.sha256);
                self.bucket.put(&name, bytes).await?;
                Ok(blob)
            }
            Err(error @ (ApiError::HashMismatch | ApiError::NotAPhoto(_))) => {
                self.discard().await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads all pieces; nothing where the store has lost one.
    async fn gather(&self, length: u64) -> Result<Option<Vec<u8>>, ApiError> {
        let key = self.key.clone();
        let pieces = self.app.database().read(move |db| parts::pieces(db, &key));
        let mut reading = stream::iter(pieces.await?)
            .map(|piece| async move { (piece, self.bucket.read(&self.name(piece.id)).await) })
            .buffered(AT_ONCE);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        while let Some((piece, read)) = reading.next().await {
            match read? {
                Some(read)
                    if piece.begins_at == bytes.len() as u64
                        && piece.bytes == read.len() as u64 =>
                {
                    bytes.extend_from_slice(&read);
                }
                _ => {
                    tracing::error!("the photo store lost a piece that it had taken");
                    return Ok(None);
                }
            }
        }
        Ok((bytes.len() as u64 == length).then_some(bytes))
    }
}

/// A photo that bytes are added to.
pub(super) struct Putting {
    part: PutPart,
    /// Bytes that were held when this began.
    held: u64,
    /// What was put since.
    put: Vec<PutPiece>,
    gathered: Vec<u8>,
}

impl Putting {
    pub(super) async fn write(mut self, bytes: Vec<u8>) -> Result<Self, ApiError> {
        self.gathered.extend_from_slice(&bytes);
        if self.gathered.len() >= PIECE_BYTES {
            self.put_gathered().await?;
        }
        Ok(self)
    }

    pub(super) async fn sync(mut self) -> Result<(), ApiError> {
        self.put_gathered().await?;
        if self.put.is_empty() {
            return Ok(());
        }
        let (held, put, now) = (self.held, self.put, self.part.app.now());
        let key = self.part.key.clone();
        let noted = self.part.app.database().write(key.district, move |db| {
            if parts::append(db, &key, held, &put, now)? {
                return Ok(None);
            }
            let found = parts::find(db, &key)?;
            Ok::<_, ApiError>(Some(found.ok_or(ApiError::NotFound)?.held))
        });
        match noted.await? {
            None => Ok(()),
            Some(offset) => Err(ApiError::OffsetMismatch { offset }),
        }
    }

    async fn put_gathered(&mut self) -> Result<(), ApiError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let bytes = mem::take(&mut self.gathered);
        let last = self.put.last();
        let piece = PutPiece {
            id: Uuid::now_v7(),
            begins_at: last.map_or(self.held, |last| last.begins_at + last.bytes),
            bytes: bytes.len() as u64,
        };
        let name = self.part.name(piece.id);
        self.part.bucket.put(&name, bytes.into()).await?;
        self.put.push(piece);
        Ok(())
    }
}
