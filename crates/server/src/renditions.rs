//! Small copies of photos, made when somebody first asks for them.
//!
//! A copy can be made again at any time, so it is written atomically but not synced, and a full
//! disk only means that the next request makes it again.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex};
use xunfang_durable::{DiskError, make_folder};
use xunfang_photo::{THUMB_PX, WORKING_PX};

use crate::App;
use crate::data_dir::DataDir;
use crate::error::ApiError;

/// Photos decoded at a time: each takes a core and up to 160 MB.
const RENDERED_AT_ONCE: usize = 2;
const WAIT_MAX: Duration = Duration::from_secs(10);
const RETRY_AFTER_S: u32 = 5;

/// A size that people look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copy {
    /// For lists.
    Thumb,
    /// For a screen.
    Working,
}

impl Copy {
    /// Returns its name in a photo's record.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Thumb => "thumb",
            Self::Working => "working",
        }
    }

    const fn file_name_end(self) -> &'static str {
        match self {
            Self::Thumb => "thumb.jpg",
            Self::Working => "working.jpg",
        }
    }

    const fn long_side_px(self) -> u32 {
        match self {
            Self::Thumb => THUMB_PX,
            Self::Working => WORKING_PX,
        }
    }
}

/// Makes and keeps copies.
#[derive(Debug)]
pub(crate) struct Renditions {
    folder: Arc<DataDir>,
    free: Arc<Semaphore>,
}

impl Renditions {
    pub(crate) fn new(folder: Arc<DataDir>) -> Self {
        Self {
            folder,
            free: Arc::new(Semaphore::new(RENDERED_AT_ONCE)),
        }
    }

    /// Returns a copy of a photo that is whole here, as a JPEG file.
    pub(crate) async fn get(
        &self,
        app: &App,
        district: DistrictId,
        sha256: &Sha256Hex,
        copy: Copy,
    ) -> Result<Bytes, ApiError> {
        let path = self
            .folder
            .rendition(district, sha256, copy.file_name_end());
        if let Ok(jpeg) = tokio::fs::read(&path).await {
            return Ok(jpeg.into());
        }
        let place = timeout(WAIT_MAX, Arc::clone(&self.free).acquire_owned())
            .await
            .map_err(|_| ApiError::Busy {
                retry_after_s: RETRY_AFTER_S,
            })?;
        // Whoever had the place before may have made the same copy.
        if let Ok(jpeg) = tokio::fs::read(&path).await {
            return Ok(jpeg.into());
        }
        let original = app.blobs().read(district, sha256).await?;
        let original = original.ok_or(ApiError::Broken("a photo is lost"))?;
        let rendered = spawn_blocking(move || {
            let _place = place;
            let jpeg = render(&original, copy)?;
            if let Err(error) = keep(&path, &jpeg) {
                tracing::warn!(%error, "a copy of a photo was made but not kept");
            }
            Ok(jpeg.into())
        });
        rendered.await?
    }
}

fn render(original: &[u8], copy: Copy) -> Result<Vec<u8>, ApiError> {
    let info = xunfang_photo::inspect(original)?;
    let copies = xunfang_photo::render(original, &info, &[copy.long_side_px()])?;
    let made = copies
        .into_iter()
        .next()
        .ok_or(ApiError::Broken("no copy was made"))?;
    Ok(made.jpeg)
}

fn keep(path: &Path, jpeg: &[u8]) -> Result<(), DiskError> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let new = path.with_extension(format!("{}.new", Uuid::new_v4()));
    let kept = fs::write(&new, jpeg)
        .map_err(DiskError::at("write", &new))
        .and_then(|()| fs::rename(&new, path).map_err(DiskError::at("rename", &new)));
    if kept.is_err() {
        // Half a copy is of no use; a leftover would only take room.
        drop(fs::remove_file(&new));
    }
    kept
}
