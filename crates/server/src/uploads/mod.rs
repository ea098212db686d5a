//! Takes photos in, piece by piece, and says "whole" only when that is true for good.
//!
//! A photo grows as a *part*, one per district, owner and hash, so that nobody can spoil another's
//! upload. Every request first takes its *turn* at the part. A piece is answered after it was made
//! durable. With the last byte the part is *settled*: its hash and its header are checked, it gets
//! its lasting place, and the row is committed.
//!
//! Where photos are files, a part is a file that grows; it is synced, renamed into place, and the
//! folder is synced. Where they are in a store that servers share, a part is an object per piece and
//! a row, and the photo is put as a whole in the end: any server can take any piece.
//!
//! What can go wrong, and what is left:
//! - The connection breaks inside a piece: what arrived is synced and counts.
//! - The disk is full: what was written counts, nothing is acknowledged, and the next request
//!   goes on from there.
//! - The server dies before settling: the next request finds a full part and settles it first. A
//!   full part is never told as an offset, because its hash has not been looked at.
//! - The server dies between that and the commit: the next request finds the photo without its row,
//!   checks it and commits the row.
//! - The bytes are another file or no photo: the part is dropped, and the upload begins again.
//!
//! A body is written as it comes, 64 KiB at a time. Checking reads the photo once, at most two
//! photos at a time. This module must not know headers or status codes.

mod abandoned;
mod bundle;
mod check;
mod file_part;
mod part;
mod put_part;
mod turns;

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

pub(crate) use self::abandoned::{EXPIRES_MS, drop_abandoned, drop_strays};
pub(crate) use self::bundle::{take_bundle, take_whole};
use self::check::check_bytes;
use self::part::{Growing, Part};
use self::turns::{Turn, Turns};
use crate::App;
use crate::blobs::{Blobs, blocking};
use crate::body::IDLE_MAX;
use crate::error::ApiError;
use crate::store::blobs::{self, Added, Blob};

/// Bytes gathered before they are handed to the disk.
const WRITE_BYTES: usize = 64 * 1024;
/// Photos checked at a time; each is in memory while it is.
const SETTLED_AT_ONCE: usize = 2;
/// What somebody is asked to wait whose photo was swept while it came.
const SWEPT_RETRY_AFTER_S: u32 = 600;
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
    turns: Arc<Turns>,
    settling: Arc<Semaphore>,
}

impl Uploads {
    pub(crate) fn new() -> Self {
        Self {
            turns: Arc::default(),
            settling: Arc::new(Semaphore::new(SETTLED_AT_ONCE)),
        }
    }

    async fn turn(&self, key: &UploadKey) -> Result<Turn, ApiError> {
        let UploadKey {
            district,
            owner,
            sha256,
        } = key;
        self.turns
            .take(format!("{district}/{owner}/{sha256}"))
            .await
    }

    /// One at a time of an owner takes whole files in.
    async fn turn_at_bundles(&self, district: DistrictId, owner: Uuid) -> Result<Turn, ApiError> {
        self.turns.take(format!("{district}/{owner}/bundle")).await
    }
}

/// Says how much of a photo is here.
pub(crate) async fn held(app: &App, key: &UploadKey) -> Result<Held, ApiError> {
    let part = Part::new(app, key);
    let _turn = app.uploads().turn(key).await?;
    look(app, key, &part).await
}

/// Announces a photo, and says whether that was new.
pub(crate) async fn announce(
    app: &App,
    key: &UploadKey,
    length: u64,
) -> Result<(Held, bool), ApiError> {
    let part = Part::new(app, key);
    let _turn = app.uploads().turn(key).await?;
    match look(app, key, &part).await? {
        Held::Nothing => {
            let offset = part.announce(length).await?;
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
    let part = Part::new(app, key);
    let _turn = app.uploads().turn(key).await?;
    match look(app, key, &part).await? {
        Held::Nothing => Ok(false),
        Held::Whole { .. } => Err(ApiError::Forbidden),
        Held::Part { .. } => part.discard().await.map(|()| true),
    }
}

async fn receive(
    app: App,
    key: UploadKey,
    piece: Piece,
    mut body: BodyDataStream,
) -> Result<u64, ApiError> {
    let offset = piece.offset;
    let part = Part::new(&app, &key);
    let turn = app.uploads().turn(&key).await?;
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
    let mut growing: Growing = part.go_on(offset).await?;
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
            growing = growing.write(std::mem::take(&mut gathered)).await?;
        }
    };
    let growing = growing.write(gathered).await?;
    // A piece that broke off cannot be held against its hash; the whole will be.
    let damaged = piece
        .checksum
        .filter(|_| end.is_ok())
        .is_some_and(|checksum| checksum != <[u8; 32]>::from(hash.finalize()));
    if damaged {
        growing.cut(offset).await?;
        return Err(ApiError::PieceDamaged);
    }
    growing.sync().await?;
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
    let (district, sha256) = (key.district, key.sha256.clone());
    let stored = app.blobs().length(district, &sha256).await?;
    let row = app
        .database()
        .read(move |db| blobs::find(db, district, &sha256))
        .await?;
    match (row, stored) {
        (Some(blob), Some(bytes)) if blob.bytes == bytes => return Ok(Held::Whole { bytes }),
        (None, Some(bytes)) if adopt(app, key).await? => return Ok(Held::Whole { bytes }),
        // A photo that was lost or cut short is taken in again.
        _ => {}
    }
    match part.held().await? {
        None => Ok(Held::Nothing),
        Some((offset, length)) if offset == length => match settle(app, key, part, length).await {
            Ok(()) => Ok(Held::Whole { bytes: length }),
            Err(ApiError::HashMismatch | ApiError::NotAPhoto(_)) => Ok(Held::Nothing),
            Err(error) => Err(error),
        },
        Some((offset, length)) => Ok(Held::Part { offset, length }),
    }
}

/// Checks a full part, gives it its lasting place and commits its row.
async fn settle(app: &App, key: &UploadKey, part: &Part, length: u64) -> Result<(), ApiError> {
    let place = Arc::clone(&app.uploads().settling).acquire_owned().await;
    let blob = part.settle(length).await?;
    drop(place);
    commit(app, key, blob).await?;
    part.forget().await
}

/// Commits the row of a photo that has its lasting place already; says no where it is not that photo.
async fn adopt(app: &App, key: &UploadKey) -> Result<bool, ApiError> {
    let _place = Arc::clone(&app.uploads().settling).acquire_owned().await;
    let (district, sha256) = (key.district, key.sha256.clone());
    let Some(bytes) = app.blobs().read(district, &sha256).await? else {
        return Ok(false);
    };
    let checked = spawn_blocking(move || check_bytes(&bytes, &sha256)).await?;
    if let Blobs::Files(files) = app.blobs() {
        let (files, sha256) = (files.clone(), key.sha256.clone());
        blocking(move || file_part::hold(&files, district, &sha256)).await?;
    }
    match checked {
        Ok(blob) => commit(app, key, blob).await.map(|()| true),
        // It never was acknowledged; a new upload takes its place.
        Err(ApiError::HashMismatch | ApiError::NotAPhoto(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn commit(app: &App, key: &UploadKey, blob: Blob) -> Result<(), ApiError> {
    commit_all(app, key.district, vec![(key.sha256.clone(), blob)]).await
}

/// Commits the rows of photos that are durable.
async fn commit_all(
    app: &App,
    district: DistrictId,
    photos: Vec<(Sha256Hex, Blob)>,
) -> Result<(), ApiError> {
    let now = app.now();
    app.database()
        .write(district, move |db| {
            for (sha256, blob) in &photos {
                match blobs::add(db, district, sha256, blob, now)? {
                    Added::Yes => {}
                    // What was put a moment ago may be gone with it. It is safe on the phone.
                    Added::JustSwept => {
                        return Err(ApiError::Busy {
                            retry_after_s: SWEPT_RETRY_AFTER_S,
                        });
                    }
                }
            }
            Ok(())
        })
        .await
}
