//! Takes many small files in at once: each is checked as it comes, all are made durable together, and
//! their rows are committed together.
//!
//! Nothing of a bundle counts before all of it does: where it breaks off, its sender has sent at
//! most one piece in vain. Files that were written by then have no lasting name and are dropped like
//! any upload that nobody goes on with.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::BodyDataStream;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex};
use xunfang_durable::{Incoming, keep_all, make_folder};
use xunfang_protocol::{
    BUNDLE_FILES_MAX, BUNDLE_HEAD_BYTES, BundleError, BundleReader, BundledFile,
    UPLOAD_CHUNK_BYTES, UPLOAD_SMALL_BYTES,
};

use super::file_part::remove;
use super::{PIECE_MAX, UploadKey, check_bytes, commit_all, next_chunk};
use crate::App;
use crate::blobs::{self, Blobs, Files, blocking};
use crate::error::ApiError;
use crate::store::blobs::Blob;

/// Largest body: a piece, and what goes before its files.
pub(crate) const BUNDLE_BYTES_MAX: usize =
    UPLOAD_CHUNK_BYTES + BUNDLE_FILES_MAX * BUNDLE_HEAD_BYTES + UPLOAD_SMALL_BYTES as usize;

/// Files of a bundle that are put at a time.
const PUT_AT_ONCE: usize = 8;
/// How the name of a file on its way ends.
pub(super) const BUNDLED: &str = ".bundled";

/// A file that has come and is a photo.
struct Taken {
    sha256: Sha256Hex,
    blob: Blob,
    on_its_way: OnItsWay,
}

/// Where a file is until all of its bundle is there.
enum OnItsWay {
    /// In a file, under a name that no other request has. It is not kept open: a slow phone's bundle
    /// takes minutes, and there are many phones.
    File { path: PathBuf, whole: PathBuf },
    /// In memory, of which a bundle takes little more than a piece, until it is put.
    Bytes(Bytes),
}

/// Takes a bundle of one owner in, and says what became of each file.
///
/// It runs as a task of its own: when the connection breaks, the request is gone, but what it was
/// writing has to be over before the next one has its turn.
pub(crate) async fn take_bundle(
    app: &App,
    district: DistrictId,
    owner: Uuid,
    body: BodyDataStream,
) -> Result<Vec<BundledFile>, ApiError> {
    let receiving = receive(app.clone(), district, owner, body);
    app.tasks().spawn(receiving).await?
}

async fn receive(
    app: App,
    district: DistrictId,
    owner: Uuid,
    body: BodyDataStream,
) -> Result<Vec<BundledFile>, ApiError> {
    let mut taken = Vec::new();
    match gather(&app, district, owner, body, &mut taken).await {
        Ok(answer) => keep(&app, district, taken).await.map(|()| answer),
        Err(error) => {
            let left = taken.into_iter().filter_map(|one| match one.on_its_way {
                OnItsWay::File { path, .. } => Some(path),
                OnItsWay::Bytes(_) => None,
            });
            let left: Vec<PathBuf> = left.collect();
            // What stays all the same is dropped with the uploads that nobody goes on with.
            drop(blocking(move || left.iter().try_for_each(|path| remove(path))).await);
            Err(error)
        }
    }
}

/// Reads a bundle to its end; its files are written, and not durable yet.
async fn gather(
    app: &App,
    district: DistrictId,
    owner: Uuid,
    mut body: BodyDataStream,
    taken: &mut Vec<Taken>,
) -> Result<Vec<BundledFile>, ApiError> {
    // One at a time of an owner, and one that hears nothing more gives way to the next.
    let turn = app.uploads().turn_at_bundles(district, owner).await?;
    let aside = Aside::make(app, district, owner).await?;
    let deadline = Instant::now() + PIECE_MAX;
    let mut reader = BundleReader::default();
    let (mut answer, mut length) = (Vec::new(), 0);
    while let Some(chunk) = next_chunk(&mut body, &turn, deadline).await? {
        length += chunk.len();
        if length > BUNDLE_BYTES_MAX {
            return Err(ApiError::TooLarge {
                most: BUNDLE_BYTES_MAX as u64,
                unit: "bytes",
            });
        }
        reader.push(&chunk);
        let no_bundle = |error: BundleError| ApiError::BadRequest(error.to_string());
        while let Some((sha256, bytes)) = reader.next_file().map_err(no_bundle)? {
            let code = match aside.take(&sha256, bytes).await {
                Ok(file) => {
                    taken.push(file);
                    None
                }
                // The file itself is wrong, and stays so however often it is sent.
                Err(error @ (ApiError::HashMismatch | ApiError::NotAPhoto(_))) => {
                    Some(error.code().to_owned())
                }
                Err(error) => return Err(error),
            };
            answer.push(BundledFile { sha256, code });
        }
    }
    reader.finish().map_err(|_| ApiError::BodyBrokeOff)?;
    Ok(answer)
}

/// Takes in one file that is here whole, of any length that a photo may have. It is in memory for
/// as long as that takes.
///
/// # Errors
/// [`ApiError::HashMismatch`] and [`ApiError::NotAPhoto`] where the bytes are not that photo, and
/// those of the disk and the database.
pub(crate) async fn take_whole(app: &App, key: &UploadKey, bytes: Vec<u8>) -> Result<(), ApiError> {
    let (district, owner) = (key.district, key.owner);
    let _turn = app.uploads().turn_at_bundles(district, owner).await?;
    let aside = Aside::make(app, district, owner).await?;
    // As with those that have come by pieces, few are looked through at a time.
    let _place = Arc::clone(&app.uploads().settling).acquire_owned().await;
    let taken = aside.take(&key.sha256, bytes).await?;
    keep(app, district, vec![taken]).await
}

/// Where an owner's files wait for the rest of their bundle.
enum Aside {
    /// In a folder on the disk that the photos lie on.
    Folder {
        folder: PathBuf,
        files: Files,
        district: DistrictId,
    },
    Memory,
}

impl Aside {
    async fn make(app: &App, district: DistrictId, owner: Uuid) -> Result<Self, ApiError> {
        Ok(match app.blobs() {
            Blobs::Files(files) => {
                let folder = files.folder().parts(district, owner);
                let made = folder.clone();
                blocking(move || make_folder(&made)).await?;
                Self::Folder {
                    folder,
                    files: files.clone(),
                    district,
                }
            }
            Blobs::Bucket(_) => Self::Memory,
        })
    }

    /// Checks a file and lays it aside, not durably yet.
    async fn take(&self, sha256: &Sha256Hex, bytes: Vec<u8>) -> Result<Taken, ApiError> {
        let name = sha256.clone();
        let place = match self {
            Self::Folder {
                folder,
                files,
                district,
            } => Some((
                folder.join(format!("{sha256}.{}{BUNDLED}", Uuid::now_v7())),
                files.path(*district, sha256),
            )),
            Self::Memory => None,
        };
        let taking = spawn_blocking(move || {
            let blob = check_bytes(&bytes, &name)?;
            let on_its_way = match place {
                Some((path, whole)) => {
                    Incoming::open(&path)?.write(&bytes)?;
                    OnItsWay::File { path, whole }
                }
                None => OnItsWay::Bytes(bytes.into()),
            };
            Ok(Taken {
                sha256: name,
                blob,
                on_its_way,
            })
        });
        taking.await?
    }
}

/// Makes all of them durable, gives them their lasting places and commits their rows.
async fn keep(app: &App, district: DistrictId, taken: Vec<Taken>) -> Result<(), ApiError> {
    let (mut files, mut objects, mut photos) = (Vec::new(), Vec::new(), Vec::new());
    for one in taken {
        match one.on_its_way {
            OnItsWay::File { path, whole } => files.push((path, whole)),
            OnItsWay::Bytes(bytes) => objects.push((blobs::name(district, &one.sha256), bytes)),
        }
        photos.push((one.sha256, one.blob));
    }
    match app.blobs() {
        Blobs::Files(place) => {
            let folder = Arc::clone(place.folder());
            blocking(move || {
                let mut opened = Vec::with_capacity(files.len());
                for (path, whole) in files {
                    if let Some(above) = whole.parent() {
                        folder.ensure(above)?;
                    }
                    // The same file twice takes its name twice, which is as good as once.
                    opened.push((Incoming::open(&path)?, whole));
                }
                keep_all(opened, &[])
            })
            .await?;
        }
        Blobs::Bucket(bucket) => {
            stream::iter(objects)
                .map(|(name, bytes)| async move { bucket.put(&name, bytes).await })
                .buffer_unordered(PUT_AT_ONCE)
                .try_collect::<()>()
                .await?;
        }
    }
    commit_all(app, district, photos).await
}
