//! Takes photos in, piece by piece, and says "whole" only when that is true for good.
//!
//! A photo grows as a *part*, a file of its own per district, owner and hash, so that nobody can
//! spoil another's upload. Every request first takes its *turn* at the part. A piece is answered
//! after the part was synced. With the last byte the part is *settled*: its hash and its header
//! are checked, it is synced, renamed into place, the folder is synced and the row is committed.
//!
//! What can go wrong, and what is left:
//! - The connection breaks inside a piece: what arrived is synced and counts.
//! - The disk is full: what was written counts, nothing is acknowledged, and the next request
//!   goes on from there.
//! - The server dies before settling: the next request finds a full part and settles it first. A
//!   full part is never told as an offset, because its hash has not been looked at.
//! - The server dies between the rename and the commit: the next request finds the file without
//!   its row, checks it and commits the row.
//! - The bytes are another file or no photo: the part is dropped, and the upload begins again.
//!
//! A body is written as it comes, 64 KiB at a time. Checking reads the photo once, at most two
//! photos at a time. This module must not know headers or status codes.

mod bundle;
mod expiry;
mod part;
mod turns;

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::BodyDataStream;
use bytes::Bytes;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex};
use xunfang_durable::{DiskError, Incoming};

pub(crate) use self::bundle::{take_bundle, take_whole};
pub(crate) use self::expiry::{EXPIRES_MS, run as drop_abandoned};
use self::part::Part;
use self::turns::{Turn, Turns};
use crate::App;
use crate::body::IDLE_MAX;
use crate::data_dir::DataDir;
use crate::error::ApiError;
use crate::store::blobs;

/// Bytes gathered before they are handed to the disk.
const WRITE_BYTES: usize = 64 * 1024;
/// Photos checked at a time; each is in memory while it is.
const SETTLED_AT_ONCE: usize = 2;
/// Longest time for one piece; what arrived until then counts.
const PIECE_MAX: Duration = Duration::from_secs(600);
/// How long a request goes on waiting for bytes once another one asks for the same part. A phone
/// whose network changed comes back long before the server notices that the old connection died.
const OVERTAKEN_IDLE_MAX: Duration = Duration::from_secs(1);

/// Whose upload of which photo.
#[derive(Debug, Clone)]
pub(crate) struct UploadKey {
    pub(crate) district: DistrictId,
    /// The device, or the person where a browser uploads.
    pub(crate) owner: Uuid,
    pub(crate) sha256: Sha256Hex,
}

/// How much of a photo is here, durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// Nothing was announced.
    Nothing,
    /// The first `offset` bytes of `length`.
    Part { offset: u64, length: u64 },
    /// All of it, checked and committed.
    Whole { bytes: u64 },
}

/// What the uploads of one server share.
#[derive(Debug)]
pub(crate) struct Uploads {
    folder: Arc<DataDir>,
    turns: Arc<Turns>,
    settling: Arc<Semaphore>,
}

impl Uploads {
    pub(crate) fn new(folder: Arc<DataDir>) -> Self {
        let settling = Arc::new(Semaphore::new(SETTLED_AT_ONCE));
        Self {
            folder,
            turns: Arc::default(),
            settling,
        }
    }

    fn part(&self, key: &UploadKey) -> Part {
        let folder = self.folder.parts(key.district, key.owner);
        Part::new(folder, &key.sha256)
    }

    fn whole(&self, key: &UploadKey) -> PathBuf {
        self.folder.blob(key.district, &key.sha256)
    }

    async fn turn(&self, part: &Part) -> Result<Turn, ApiError> {
        self.turns.take(part.path().to_owned()).await
    }
}

/// Says how much of a photo is here.
pub(crate) async fn held(app: &App, key: &UploadKey) -> Result<Held, ApiError> {
    let part = app.uploads().part(key);
    let _turn = app.uploads().turn(&part).await?;
    look(app, key, &part).await
}

/// Announces a photo, and says whether that was new.
pub(crate) async fn announce(
    app: &App,
    key: &UploadKey,
    length: u64,
) -> Result<(Held, bool), ApiError> {
    let part = app.uploads().part(key);
    let _turn = app.uploads().turn(&part).await?;
    match look(app, key, &part).await? {
        Held::Nothing => {
            let offset = blocking(move || part.announce(length)).await?;
            Ok((Held::Part { offset, length }, true))
        }
        known => Ok((known, false)),
    }
}

/// A piece of a photo, as its sender describes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    /// Where it begins.
    pub(crate) offset: u64,
    /// How long it is, where that was told.
    pub(crate) length: Option<u64>,
    /// SHA-256 of it, where that was told.
    pub(crate) checksum: Option<[u8; 32]>,
}

/// Appends a piece and returns the offset after it.
///
/// It runs as a task of its own: when the connection breaks, the request is gone, but what
/// arrived still has to be written and synced.
pub(crate) async fn append(
    app: &App,
    key: UploadKey,
    piece: Piece,
    body: BodyDataStream,
) -> Result<u64, ApiError> {
    let receiving = receive(app.clone(), key, piece, body);
    app.tasks().spawn(receiving).await?
}

/// Drops a part, and says whether there was one.
pub(crate) async fn discard(app: &App, key: &UploadKey) -> Result<bool, ApiError> {
    let part = app.uploads().part(key);
    let _turn = app.uploads().turn(&part).await?;
    match look(app, key, &part).await? {
        Held::Nothing => Ok(false),
        Held::Whole { .. } => Err(ApiError::Forbidden),
        Held::Part { .. } => blocking(move || part.discard()).await.map(|()| true),
    }
}

async fn receive(
    app: App,
    key: UploadKey,
    piece: Piece,
    mut body: BodyDataStream,
) -> Result<u64, ApiError> {
    let offset = piece.offset;
    let part = app.uploads().part(&key);
    let turn = app.uploads().turn(&part).await?;
    let length = match look(&app, &key, &part).await? {
        Held::Nothing => return Err(ApiError::NotFound),
        Held::Whole { bytes } if bytes == offset => return Ok(bytes),
        Held::Part {
            offset: held,
            length,
        } if held == offset => length,
        Held::Whole { bytes: held } | Held::Part { offset: held, .. } => {
            return Err(ApiError::OffsetMismatch { offset: held });
        }
    };
    let too_large = || ApiError::TooLarge {
        most: length,
        unit: "bytes",
    };
    if piece.length.is_some_and(|piece| piece > length - offset) {
        return Err(too_large());
    }
    let path = part.path().to_owned();
    let mut incoming = blocking(move || Incoming::open(&path)).await?;
    let mut gathered = Vec::new();
    let mut arrived = offset;
    let mut hash = Sha256::new();
    let deadline = Instant::now() + PIECE_MAX;
    let end = loop {
        let chunk = match next_chunk(&mut body, &turn, deadline).await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        if chunk.len() as u64 > length - arrived {
            break Err(too_large());
        }
        arrived += chunk.len() as u64;
        if piece.checksum.is_some() {
            hash.update(&chunk);
        }
        gathered.extend_from_slice(&chunk);
        if gathered.len() >= WRITE_BYTES {
            incoming = write(incoming, std::mem::take(&mut gathered)).await?;
        }
    };
    let incoming = write(incoming, gathered).await?;
    // A piece that broke off cannot be held against its hash; the whole will be.
    let damaged = piece
        .checksum
        .filter(|_| end.is_ok())
        .is_some_and(|checksum| checksum != <[u8; 32]>::from(hash.finalize()));
    if damaged {
        blocking(move || incoming.cut(offset)).await?;
        return Err(ApiError::PieceDamaged);
    }
    blocking(move || incoming.sync()).await?;
    end?;
    if arrived == length {
        settle(&app, &key, &part, length).await?;
    }
    Ok(arrived)
}

async fn next_chunk(
    body: &mut BodyDataStream,
    turn: &Turn,
    deadline: Instant,
) -> Result<Option<Bytes>, ApiError> {
    let overtaken = async {
        turn.overtaken().await;
        sleep(OVERTAKEN_IDLE_MAX).await;
    };
    let mut overtaken = pin!(overtaken);
    tokio::select! {
        // Bytes that are here win over any reason to stop waiting for them.
        biased;
        chunk = body.next() => chunk.transpose().map_err(|_| ApiError::BodyBrokeOff),
        () = sleep(IDLE_MAX) => Err(ApiError::BodyBrokeOff),
        () = sleep_until(deadline) => Err(ApiError::BodyBrokeOff),
        () = &mut overtaken => Err(ApiError::BodyBrokeOff),
    }
}

/// Looks at what is here, and first finishes what a server that died left unfinished.
async fn look(app: &App, key: &UploadKey, part: &Part) -> Result<Held, ApiError> {
    let whole = app.uploads().whole(key);
    let on_disk = blocking(move || part::length(&whole)).await?;
    let (district, sha256) = (key.district, key.sha256.clone());
    let row = app
        .database()
        .read(move |db| blobs::find(db, district, &sha256))
        .await?;
    match (row, on_disk) {
        (Some(blob), Some(bytes)) if blob.bytes == bytes => return Ok(Held::Whole { bytes }),
        (None, Some(bytes)) if adopt(app, key).await? => return Ok(Held::Whole { bytes }),
        // A file that was lost or cut short is taken in again.
        _ => {}
    }
    let looked_at = part.clone();
    match blocking(move || looked_at.held()).await? {
        None => Ok(Held::Nothing),
        Some((offset, length)) if offset == length => match settle(app, key, part, length).await {
            Ok(()) => Ok(Held::Whole { bytes: length }),
            Err(ApiError::HashMismatch | ApiError::NotAPhoto(_)) => Ok(Held::Nothing),
            Err(error) => Err(error),
        },
        Some((offset, length)) => Ok(Held::Part { offset, length }),
    }
}

/// Checks a full part, gives it its name and commits its row.
async fn settle(app: &App, key: &UploadKey, part: &Part, length: u64) -> Result<(), ApiError> {
    let place = Arc::clone(&app.uploads().settling).acquire_owned().await;
    let (settled, whole, sha256) = (part.clone(), app.uploads().whole(key), key.sha256.clone());
    let folders = Arc::clone(&app.uploads().folder);
    let blob = spawn_blocking(move || {
        let _place = place;
        settled.settle(&sha256, length, &folders, &whole)
    });
    commit(app, key, blob.await??).await?;
    let settled = part.clone();
    blocking(move || settled.forget_length()).await
}

/// Commits the row of a file that has its name already; says no where it is not that photo.
async fn adopt(app: &App, key: &UploadKey) -> Result<bool, ApiError> {
    let place = Arc::clone(&app.uploads().settling).acquire_owned().await;
    let (whole, sha256) = (app.uploads().whole(key), key.sha256.clone());
    let folders = Arc::clone(&app.uploads().folder);
    let checked = spawn_blocking(move || {
        let _place = place;
        part::check_kept(&folders, &whole, &sha256)
    });
    match checked.await? {
        Ok(blob) => commit(app, key, blob).await.map(|()| true),
        // It never was acknowledged; a new upload takes its place.
        Err(ApiError::HashMismatch | ApiError::NotAPhoto(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn commit(app: &App, key: &UploadKey, blob: blobs::Blob) -> Result<(), ApiError> {
    let (district, sha256, now) = (key.district, key.sha256.clone(), app.now());
    app.database()
        .write(district, move |db| {
            blobs::add(db, district, &sha256, &blob, now)
        })
        .await?;
    Ok(())
}

async fn write(mut incoming: Incoming, bytes: Vec<u8>) -> Result<Incoming, ApiError> {
    blocking(move || incoming.write(&bytes).map(|()| incoming)).await
}

/// Runs a step on the disk where it does not hold up other requests.
async fn blocking<T, F>(step: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, DiskError> + Send + 'static,
{
    Ok(spawn_blocking(step).await??)
}
