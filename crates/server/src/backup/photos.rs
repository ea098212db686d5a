//! Photos on their way into a backup and out of it, a few at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex};
use xunfang_durable::{Incoming, keep_all};

use super::manifest::{FaultyPhoto, PhotoCount};
use super::{BackupError, Step, Tell};
use crate::blobs::{Blobs, name};
use crate::error::ApiError;

/// Photos that are worked on at a time.
const AT_ONCE: usize = 4;
/// Photos that are synced together.
const TOGETHER: usize = 32;
/// A photo of up to so many bytes is read at once.
const WHOLE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A photo that has a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Photo {
    pub(super) district: DistrictId,
    pub(super) sha256: Sha256Hex,
    pub(super) bytes: u64,
}

/// What takes photos one by one.
pub(super) type Take<'a> = dyn FnMut(Photo) -> Result<(), BackupError> + 'a;

/// What became of photos.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Those that are as they should be.
    pub(super) sound: PhotoCount,
    /// Those of them that were not there before.
    pub(super) new: PhotoCount,
    pub(super) faulty: Vec<FaultyPhoto>,
}

/// Where photos come from, and who is told.
pub(super) struct Photos {
    pub(super) handle: Handle,
    pub(super) from: Blobs,
    pub(super) all: PhotoCount,
    pub(super) tell: Tell,
}

/// Whether a photo was there before.
enum Had {
    Before,
    Now,
}

impl Photos {
    /// Copies photos to where they are not yet. Files are written into `spool` first, which is on the
    /// disk where they are to be.
    pub(super) fn copy(
        &self,
        list: impl FnOnce(&mut Take<'_>) -> Result<(), BackupError>,
        to: &Blobs,
        spool: &Path,
    ) -> Result<Outcome, BackupError> {
        let found = Mutex::new(Outcome::default());
        self.each(list, &|photos| {
            let mut incoming = Vec::new();
            let mut had = Vec::with_capacity(photos.len());
            for photo in photos {
                let taken = self.take_over(&photo, to, spool, &mut incoming)?;
                had.push((photo, taken));
            }
            keep_all(incoming, &[])?;
            for (photo, taken) in had {
                self.note(&mut lock(&found), photo, taken);
            }
            Ok(())
        })?;
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads photos and holds them against their names.
    pub(super) fn look(
        &self,
        list: impl FnOnce(&mut Take<'_>) -> Result<(), BackupError>,
    ) -> Result<Outcome, BackupError> {
        let found = Mutex::new(Outcome::default());
        self.each(list, &|photos| {
            for photo in photos {
                let read = self.fetch(&photo, |_| Ok(()))?;
                self.note(&mut lock(&found), photo, read.map(|()| Had::Before));
            }
            Ok(())
        })?;
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, found: &mut Outcome, photo: Photo, taken: Result<Had, String>) {
        let add = |count: &mut PhotoCount| {
            count.count += 1;
            count.bytes += photo.bytes;
        };
        match taken {
            Ok(had) => {
                add(&mut found.sound);
                if matches!(had, Had::Now) {
                    add(&mut found.new);
                }
            }
            Err(fault) => found.faulty.push(FaultyPhoto {
                district: photo.district,
                sha256: photo.sha256,
                fault,
            }),
        }
        (self.tell)(Step::Photos {
            done: found.sound.count + found.faulty.len() as u64,
            of: self.all.count,
            bytes: found.sound.bytes,
            of_bytes: self.all.bytes,
        });
    }

    /// Puts a photo where it is not, or says what is wrong with it.
    fn take_over(
        &self,
        photo: &Photo,
        to: &Blobs,
        spool: &Path,
        incoming: &mut Vec<(Incoming, PathBuf)>,
    ) -> Result<Result<Had, String>, BackupError> {
        let (district, sha256) = (photo.district, &photo.sha256);
        let there = self.handle.block_on(to.length(district, sha256))?;
        if there == Some(photo.bytes) {
            return Ok(Ok(Had::Before));
        }
        match to {
            Blobs::Files(files) => {
                let part = spool.join(Uuid::new_v4().to_string());
                let path = files.path(district, sha256);
                let mut file = Incoming::open(&part)?;
                let fetched = self.fetch(photo, |piece| Ok(file.write(&piece)?))?;
                if let Err(fault) = fetched {
                    fs::remove_file(&part)
                        .map_err(xunfang_durable::DiskError::at("remove", &part))?;
                    return Ok(Err(fault));
                }
                if let Some(folder) = path.parent() {
                    files.folder().ensure(folder)?;
                }
                incoming.push((file, path));
            }
            Blobs::Bucket(bucket) => {
                let mut whole = BytesMut::new();
                let fetched = self.fetch(photo, |piece| {
                    whole.extend_from_slice(&piece);
                    Ok(())
                })?;
                if let Err(fault) = fetched {
                    return Ok(Err(fault));
                }
                let name = name(district, sha256);
                let put = self.handle.block_on(bucket.put(&name, whole.freeze()));
                put.map_err(|error| BackupError::Photos(error.to_string()))?;
            }
        }
        Ok(Ok(Had::Now))
    }

    /// Reads a photo, and says what is wrong with it.
    fn fetch(
        &self,
        photo: &Photo,
        mut take: impl FnMut(Bytes) -> Result<(), BackupError>,
    ) -> Result<Result<(), String>, BackupError> {
        let (district, sha256) = (photo.district, &photo.sha256);
        let mut hash = Sha256::new();
        let mut pieces = if photo.bytes <= WHOLE_BYTES_MAX {
            match self.handle.block_on(self.from.read(district, sha256)) {
                Ok(read) => read.map(|whole| futures_util::stream::iter([Ok(whole)]).boxed()),
                Err(error) => return unread(error),
            }
        } else {
            match self.handle.block_on(self.from.stream(district, sha256)) {
                Ok(opened) => opened.map(|outgoing| outgoing.stream),
                Err(error) => return unread(error),
            }
        };
        let Some(pieces) = &mut pieces else {
            return Ok(Err("it is missing".to_owned()));
        };
        while let Some(piece) = self.handle.block_on(pieces.next()) {
            match piece {
                Ok(piece) => {
                    hash.update(&piece);
                    take(piece)?;
                }
                Err(error) => return Ok(Err(format!("it cannot be read: {error}"))),
            }
        }
        if hex::encode(hash.finalize()) != sha256.as_str() {
            return Ok(Err(
                "it is damaged: its bytes are not those of its name".to_owned()
            ));
        }
        Ok(Ok(()))
    }

    /// Works on photos as they are listed, on a few threads.
    fn each(
        &self,
        list: impl FnOnce(&mut Take<'_>) -> Result<(), BackupError>,
        work: &(dyn Fn(Vec<Photo>) -> Result<(), BackupError> + Sync),
    ) -> Result<(), BackupError> {
        let failed = AtomicBool::new(false);
        let (send, receive) = sync_channel::<Vec<Photo>>(AT_ONCE);
        let receive = Mutex::new(receive);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..AT_ONCE)
                .map(|_| {
                    scope.spawn(|| {
                        let mut end = Ok(());
                        while let Some(photos) = next(&receive) {
                            // After a failure what is still listed is only taken out of the way.
                            if failed.load(Ordering::Relaxed) {
                                continue;
                            }
                            end = work(photos);
                            failed.fetch_or(end.is_err(), Ordering::Relaxed);
                        }
                        end
                    })
                })
                .collect();
            let mut together = Vec::with_capacity(TOGETHER);
            let listed = list(&mut |photo| {
                together.push(photo);
                if together.len() == TOGETHER {
                    // Where all workers broke; that is passed on below.
                    drop(send.send(std::mem::take(&mut together)));
                }
                Ok(())
            });
            drop(send.send(together));
            drop(send);
            let ended: Vec<_> = workers
                .into_iter()
                .map(thread::ScopedJoinHandle::join)
                .collect();
            listed?;
            for end in ended {
                end.unwrap_or_else(|broken| std::panic::resume_unwind(broken))?;
            }
            Ok(())
        })
    }
}

/// Waits for the next photos; none where that was all.
fn next(receive: &Mutex<Receiver<Vec<Photo>>>) -> Option<Vec<Photo>> {
    lock(receive).recv().ok()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere ends the work as a whole.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that the disk does not give is the photo's fault and stops no other; a store that is away
/// stops all of them.
fn unread(error: ApiError) -> Result<Result<(), String>, BackupError> {
    match error {
        ApiError::Disk(error) => Ok(Err(format!("it cannot be read: {error}"))),
        error => Err(error.into()),
    }
}
