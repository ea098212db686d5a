//! Parts that nobody goes on with.
//!
//! A phone that lost its photo, or its person who took the photo back, never finishes an upload.
//! What arrived of it is of no use to anybody, and would fill the disk in the end. A phone that comes
//! back later than this begins the photo anew: it has kept it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex};
use xunfang_durable::DiskError;

use super::UploadKey;
use super::bundle::BUNDLED;
use super::file_part::{FilePart, remove};
use super::put_part::PutPart;
use crate::App;
use crate::blobs::{self, Blobs, Bucket, Files, blocking, where_there};
use crate::error::ApiError;
use crate::store::parts;

/// A part that was not written to for so long is dropped: 7 days, in milliseconds.
pub(crate) const EXPIRES_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Drops uploads of a district that nobody went on with for a week, and returns how many.
pub(crate) async fn drop_abandoned(app: &App, district: DistrictId) -> Result<u32, ApiError> {
    match app.blobs() {
        Blobs::Files(files) => drop_files(app, files, district).await,
        Blobs::Bucket(bucket) => drop_pieces(app, bucket, district).await,
    }
}

async fn drop_files(app: &App, files: &Files, district: DistrictId) -> Result<u32, ApiError> {
    let root = files.folder().all_parts(district);
    // By the server's own clock, which a test may set.
    let now = SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_millis(app.now().get().unsigned_abs()))
        .unwrap_or(SystemTime::UNIX_EPOCH);
    let abandoned = blocking(move || abandoned(&root, now)).await?;
    let mut count = 0;
    for (owner, sha256) in abandoned {
        let key = UploadKey {
            district,
            owner,
            sha256,
        };
        // Whoever is writing to it is not disturbed, and it is looked at again in their turn.
        let _turn = app.uploads().turn(&key).await?;
        let part = FilePart::new(files, &key);
        count += u32::from(blocking(move || drop_where(&part, now)).await?);
    }
    Ok(count)
}

fn is_abandoned(path: &Path, now: SystemTime) -> Result<bool, DiskError> {
    let written = fs::metadata(path).and_then(|file| file.modified());
    // One that is not there any more has just become a photo.
    let Some(written) = where_there(written, "look at", path)? else {
        return Ok(false);
    };
    let longest = Duration::from_millis(EXPIRES_MS.unsigned_abs());
    // One of the future, by a clock that was wrong, waits until its time has come.
    Ok(now.duration_since(written).is_ok_and(|age| age > longest))
}

fn drop_where(part: &FilePart, now: SystemTime) -> Result<bool, DiskError> {
    if !part.path().exists() || !is_abandoned(part.path(), now)? {
        return Ok(false);
    }
    part.discard()?;
    Ok(true)
}

/// Lists the parts below `root`, which has a folder per owner.
fn abandoned(root: &Path, now: SystemTime) -> Result<Vec<(Uuid, Sha256Hex)>, DiskError> {
    let mut found = Vec::new();
    for owner in list(root)? {
        for path in list(&owner)? {
            let name = path.file_name().and_then(|name| name.to_str());
            let of_bundle = name.is_some_and(|name| name.ends_with(BUNDLED));
            if of_bundle && is_abandoned(&path, now)? {
                // Left by a bundle that broke off; nobody goes on with it.
                remove(&path)?;
                continue;
            }
            let owner = owner.file_name().and_then(|name| name.to_str());
            let owner = owner.and_then(|name| name.parse().ok());
            let sha256 = name.and_then(|name| name.parse().ok());
            if let Some((owner, sha256)) = owner.zip(sha256)
                && is_abandoned(&path, now)?
            {
                found.push((owner, sha256));
            }
        }
    }
    Ok(found)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, DiskError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(DiskError::at("list", folder))
}

async fn drop_pieces(app: &App, bucket: &Bucket, district: DistrictId) -> Result<u32, ApiError> {
    let before = app.now().plus_ms(-EXPIRES_MS);
    let abandoned = app
        .database()
        .read(move |db| parts::abandoned(db, district, before))
        .await?;
    let mut count = 0;
    for key in abandoned {
        let _turn = app.uploads().turn(&key).await?;
        let part = PutPart::new(app, bucket, &key);
        // Somebody may have gone on with it since.
        count += u32::from(part.discard_since(before).await?);
    }
    Ok(count)
}

/// Removes pieces that were put and never noted, because their request or their server broke off.
pub(crate) async fn drop_strays(app: &App, district: DistrictId) -> Result<(), ApiError> {
    let Blobs::Bucket(bucket) = app.blobs() else {
        return Ok(());
    };
    let before = app.now().plus_ms(-EXPIRES_MS);
    for (name, written_at) in bucket.list(&blobs::pieces(district)).await? {
        if written_at >= before {
            continue;
        }
        let piece = name.rsplit('/').next().and_then(|id| id.parse().ok());
        let noted = match piece {
            Some(piece) => {
                let database = app.database();
                let noted = database.read(move |db| parts::is_noted(db, district, piece));
                noted.await?
            }
            None => false,
        };
        if !noted {
            bucket.remove(&name).await?;
        }
    }
    Ok(())
}
