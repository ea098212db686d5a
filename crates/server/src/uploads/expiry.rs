//! Parts that nobody goes on with.
//!
//! A phone that lost its photo, or its person who took the photo back, never finishes an upload.
//! What arrived of it is of no use to anybody, and would fill the disk in the end. A phone that comes
//! back later than this begins the photo anew: it has kept it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::sleep;
use xunfang_durable::DiskError;

use super::blocking;
use super::bundle::BUNDLED;
use super::part::{Part, remove};
use crate::App;
use crate::error::ApiError;

/// A part that was not written to for so long is dropped: 7 days, in milliseconds.
pub(crate) const EXPIRES_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How often they are looked for.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Drops abandoned parts for as long as the server runs.
pub(crate) async fn run(app: &App) {
    loop {
        app.drop_abandoned_uploads().await;
        sleep(EVERY).await;
    }
}

impl App {
    /// Drops uploads that nobody went on with for a week, and returns how many; none where they
    /// could not be looked for, which is logged. A server does it once an hour.
    pub async fn drop_abandoned_uploads(&self) -> Option<u32> {
        let dropped = drop_abandoned(self).await;
        match &dropped {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "abandoned uploads were dropped"),
            Err(error) => tracing::warn!(%error, "abandoned uploads were not looked for"),
        }
        dropped.ok()
    }
}

async fn drop_abandoned(app: &App) -> Result<u32, ApiError> {
    let root = app.folder().all_parts();
    let now = app.now();
    // By the server's own clock, which a test may set.
    let now = SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_millis(now.get().unsigned_abs()))
        .unwrap_or(SystemTime::UNIX_EPOCH);
    let abandoned = blocking(move || abandoned(&root, now)).await?;
    let mut count = 0;
    for part in abandoned {
        // Whoever is writing to it is not disturbed, and it is looked at again in their turn.
        let _turn = app.uploads().turn(&part).await?;
        count += u32::from(blocking(move || drop_where(&part, now)).await?);
    }
    Ok(count)
}

fn is_abandoned(path: &Path, now: SystemTime) -> Result<bool, DiskError> {
    let written = fs::metadata(path)
        .and_then(|file| file.modified())
        .map_err(DiskError::at("look at", path))?;
    let longest = Duration::from_millis(EXPIRES_MS.unsigned_abs());
    // One of the future, by a clock that was wrong, waits until its time has come.
    Ok(now.duration_since(written).is_ok_and(|age| age > longest))
}

fn drop_where(part: &Part, now: SystemTime) -> Result<bool, DiskError> {
    if !part.path().exists() || !is_abandoned(part.path(), now)? {
        return Ok(false);
    }
    part.discard()?;
    Ok(true)
}

/// Lists the parts below `root`, which has a folder per district and owner.
fn abandoned(root: &Path, now: SystemTime) -> Result<Vec<Part>, DiskError> {
    let mut found = Vec::new();
    for district in list(root)? {
        for owner in list(&district)? {
            for path in list(&owner)? {
                let name = path.file_name().and_then(|name| name.to_str());
                let of_bundle = name.is_some_and(|name| name.ends_with(BUNDLED));
                if of_bundle && is_abandoned(&path, now)? {
                    // Left by a bundle that broke off; nobody goes on with it.
                    remove(&path)?;
                    continue;
                }
                let sha256 = name.and_then(|name| name.parse().ok());
                if let Some(sha256) = sha256
                    && is_abandoned(&path, now)?
                {
                    found.push(Part::new(owner.clone(), &sha256));
                }
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
