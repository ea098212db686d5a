//! Takes many small files in at once: each is checked as it comes, all are made durable together, and
//! their rows are committed together.
//!
//! Nothing of a bundle counts before all of it does: where it breaks off, its sender has sent at
//! most one piece in vain. Files that were written by then have no lasting name and are dropped like
//! any upload that nobody goes on with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::BodyDataStream;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex};
use xunfang_durable::{Incoming, keep_all, make_folder};
use xunfang_protocol::{
    BUNDLE_FILES_MAX, BUNDLE_HEAD_BYTES, BundleError, BundleReader, BundledFile,
    UPLOAD_CHUNK_BYTES, UPLOAD_SMALL_BYTES,
};

use super::{PIECE_MAX, UploadKey, blocking, next_chunk, part};
use crate::App;
use crate::error::ApiError;
use crate::store::blobs::{self, Blob};

/// Largest body: a piece, and what goes before its files.
pub(crate) const BUNDLE_BYTES_MAX: usize =
    UPLOAD_CHUNK_BYTES + BUNDLE_FILES_MAX * BUNDLE_HEAD_BYTES + UPLOAD_SMALL_BYTES as usize;

/// How the name of a file on its way ends.
pub(super) const BUNDLED: &str = ".bundled";

/// A file that has come and is a photo.
struct Taken {
    sha256: Sha256Hex,
    blob: Blob,
    /// Under a name that no other request has. It is not kept open: a slow phone's bundle takes
    /// minutes, and there are many phones.
    on_its_way: PathBuf,
    whole: PathBuf,
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
    let folder = app.folder().parts(district, owner);
    let mut taken = Vec::new();
    let received = gather(&app, district, &folder, body, &mut taken).await;
    match received {
        Ok(answer) => keep(&app, district, taken).await.map(|()| answer),
        Err(error) => {
            let left = taken.into_iter().map(|one| one.on_its_way);
            let left: Vec<PathBuf> = left.collect();
            // What stays all the same is dropped with the uploads that nobody goes on with.
            drop(blocking(move || left.iter().try_for_each(|path| part::remove(path))).await);
            Err(error)
        }
    }
}

/// Reads a bundle to its end; its files are written, and not durable yet.
async fn gather(
    app: &App,
    district: DistrictId,
    folder: &Path,
    mut body: BodyDataStream,
    taken: &mut Vec<Taken>,
) -> Result<Vec<BundledFile>, ApiError> {
    // One at a time of an owner, and one that hears nothing more gives way to the next.
    let turn = app.uploads().turns.take(folder.join("bundle")).await?;
    let made = folder.to_owned();
    blocking(move || make_folder(&made)).await?;
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
            let code = match write(app, district, folder, &sha256, bytes).await {
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
    let folder = app.folder().parts(key.district, key.owner);
    let _turn = app.uploads().turns.take(folder.join("bundle")).await?;
    let made = folder.clone();
    blocking(move || make_folder(&made)).await?;
    // As with those that have come by pieces, few are looked through at a time.
    let _place = Arc::clone(&app.uploads().settling).acquire_owned().await;
    let taken = write(app, key.district, &folder, &key.sha256, bytes).await?;
    keep(app, key.district, vec![taken]).await
}

/// Checks a file and writes it beside its owner's uploads, not durably yet.
async fn write(
    app: &App,
    district: DistrictId,
    folder: &Path,
    sha256: &Sha256Hex,
    bytes: Vec<u8>,
) -> Result<Taken, ApiError> {
    let on_its_way = folder.join(format!("{sha256}.{}{BUNDLED}", Uuid::now_v7()));
    let whole = app.folder().blob(district, sha256);
    let name = sha256.clone();
    spawn_blocking(move || take(&name, &bytes, on_its_way, whole)).await?
}

/// Checks a file and writes it, not durably yet.
fn take(
    sha256: &Sha256Hex,
    bytes: &[u8],
    on_its_way: PathBuf,
    whole: PathBuf,
) -> Result<Taken, ApiError> {
    let blob = part::check_bytes(bytes, sha256)?;
    Incoming::open(&on_its_way)?.write(bytes)?;
    Ok(Taken {
        sha256: sha256.clone(),
        blob,
        on_its_way,
        whole,
    })
}

/// Makes all of them durable, gives them their names and commits their rows.
async fn keep(app: &App, district: DistrictId, taken: Vec<Taken>) -> Result<(), ApiError> {
    let folders = app.uploads().folder.clone();
    let taken = blocking(move || {
        let mut files = Vec::with_capacity(taken.len());
        for one in &taken {
            if let Some(folder) = one.whole.parent() {
                folders.ensure(folder)?;
            }
            // The same file twice takes its name twice, which is as good as once.
            files.push((Incoming::open(&one.on_its_way)?, one.whole.clone()));
        }
        keep_all(files, &[])?;
        Ok(taken)
    })
    .await?;
    let now = app.now();
    app.database()
        .write(district, move |db| {
            taken
                .iter()
                .try_for_each(|one| blobs::add(db, district, &one.sha256, &one.blob, now))
        })
        .await?;
    Ok(())
}
