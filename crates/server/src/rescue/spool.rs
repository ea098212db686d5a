//! Keeps a rescue file on the disk while it comes: it is read only once it is here.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, Write};
use std::path::PathBuf;
use std::time::Duration;

use axum::body::BodyDataStream;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;
use xunfang_durable::DiskError;

use crate::App;
use crate::body::next_chunk;
use crate::error::ApiError;

/// Largest rescue file that is taken over the network: 2 GiB. The command takes larger ones.
pub(crate) const RESCUE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Bytes gathered before they are handed to the disk.
const WRITE_BYTES: usize = 256 * 1024;
/// Longest time for the whole of it, which is some 5 Mbit/s for the largest.
const SPOOL_MAX: Duration = Duration::from_secs(60 * 60);

/// Writes a body into a file that goes when it is closed, and returns it to be read from its start.
///
/// # Errors
/// [`ApiError::TooLarge`], [`ApiError::BodyBrokeOff`], and the disk's.
pub(crate) async fn spool(app: &App, mut body: BodyDataStream) -> Result<File, ApiError> {
    let path = app.folder().spooled(Uuid::now_v7());
    let mut file = blocking({
        let path = path.clone();
        move || open(path)
    })
    .await?;
    let deadline = Instant::now() + SPOOL_MAX;
    let (mut gathered, mut length) = (Vec::new(), 0);
    loop {
        let next = timeout_at(deadline, next_chunk(&mut body)).await;
        let Some(chunk) = next.map_err(|_| ApiError::BodyBrokeOff)?? else {
            break;
        };
        length += chunk.len() as u64;
        if length > RESCUE_BYTES_MAX {
            return Err(too_large());
        }
        gathered.extend_from_slice(&chunk);
        if gathered.len() >= WRITE_BYTES {
            file = write(file, std::mem::take(&mut gathered), path.clone()).await?;
        }
    }
    let mut file = write(file, gathered, path.clone()).await?;
    blocking(move || {
        file.rewind().map_err(DiskError::at("go back in", &path))?;
        Ok(file)
    })
    .await
}

pub(crate) fn too_large() -> ApiError {
    ApiError::TooLarge {
        most: RESCUE_BYTES_MAX,
        unit: "bytes",
    }
}

/// Opens a file without a name: the system drops it when it is closed, also of a killed server.
fn open(path: PathBuf) -> Result<File, DiskError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(DiskError::at("make", &path))?;
    fs::remove_file(&path).map_err(DiskError::at("remove", &path))?;
    Ok(file)
}

async fn write(mut file: File, bytes: Vec<u8>, path: PathBuf) -> Result<File, ApiError> {
    blocking(move || {
        file.write_all(&bytes)
            .map_err(DiskError::at("write", &path))?;
        Ok(file)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    step: impl FnOnce() -> Result<T, DiskError> + Send + 'static,
) -> Result<T, ApiError> {
    Ok(spawn_blocking(step).await??)
}
