//! Sending files: in pieces, side by side, or many small ones in one request.

use futures_util::future::join_all;
use xunfang_protocol::{UPLOAD_CHUNK_BYTES, UPLOAD_SMALL_BYTES};
use xunfang_store::{PhotoReader, QueuedPhoto, StoreError};

use crate::engine::{Clock, Exchange, ExchangeError, Item};
use crate::plan::Upload;
use crate::transport::{Failure, Held, Transport};

/// Times that one upload may be told to go on elsewhere before it is put off.
const OFFSET_CORRECTIONS_MAX: u32 = 5;

impl<T: Transport + Sync> Exchange<'_, T> {
    /// Sends files side by side; each has its own outcome.
    pub(crate) async fn upload_all(
        &self,
        uploads: Vec<Upload>,
        clock: &dyn Clock,
    ) -> Vec<(Result<(), ExchangeError>, Item)> {
        let sending = uploads.into_iter().map(|Upload { op, photo }| async move {
            let sent = self.upload(&photo, clock, &|| Ok(false)).await;
            (sent, Item::Ops(vec![op]))
        });
        join_all(sending).await
    }

    /// Sends small files in one request; each has its own outcome, and where the request fails all
    /// share that.
    pub(crate) async fn send_bundle(
        &self,
        files: Vec<(QueuedPhoto, Item)>,
        clock: &dyn Clock,
    ) -> Vec<(Result<(), ExchangeError>, Item)> {
        let mut outcomes = Vec::new();
        let (mut contents, mut sent) = (Vec::new(), Vec::new());
        for (photo, item) in files {
            let read = self
                .open(&photo)
                .and_then(|mut file| file.read_at(0, UPLOAD_CHUNK_BYTES).map_err(file_failure));
            match read {
                Ok(bytes) => {
                    contents.push((photo.sha256.clone(), bytes));
                    sent.push((photo, item));
                }
                Err(error) => outcomes.push((Err(error), item)),
            }
        }
        if contents.is_empty() {
            return outcomes;
        }
        let codes = match self.transport.bundle(&contents).await {
            Ok(codes) => codes,
            Err(Failure::Permanent { code }) => {
                // An older server knows no bundles: the files go one by one.
                tracing::warn!(code, "a bundle is not taken");
                self.bundles.are_not_taken();
                return outcomes;
            }
            Err(failure) => {
                self.bundles.broke_off();
                let items = sent.into_iter().map(|(_, item)| item);
                let all = items.reduce(Item::join).unwrap_or(Item::Ops(Vec::new()));
                outcomes.push((Err(failure.into()), all));
                return outcomes;
            }
        };
        self.bundles.went_through();
        let mut stored = Vec::new();
        for ((photo, item), code) in sent.into_iter().zip(codes) {
            match code {
                None => stored.push(photo),
                Some(code) => outcomes.push((Err(Failure::Permanent { code }.into()), item)),
            }
        }
        if !stored.is_empty() {
            let kept = self.store.photos_stored(&stored, clock.now());
            outcomes.push((kept.map_err(ExchangeError::from), Item::Ops(Vec::new())));
        }
        outcomes
    }

    fn open(&self, photo: &QueuedPhoto) -> Result<PhotoReader, ExchangeError> {
        self.store.open_queued(photo).map_err(|error| match error {
            StoreError::NotFound(_) => Failure::Permanent {
                code: "photo_file_missing".to_owned(),
            }
            .into(),
            error => file_failure(error),
        })
    }

    /// Sends a file, in pieces, until it is whole or `overtaken` says to stop after a piece.
    pub(crate) async fn upload(
        &self,
        photo: &QueuedPhoto,
        clock: &dyn Clock,
        overtaken: &(dyn Fn() -> Result<bool, StoreError> + Send + Sync),
    ) -> Result<(), ExchangeError> {
        let QueuedPhoto { sha256, bytes, .. } = photo;
        let mut file = self.open(photo)?;
        let mut corrections = 0;
        let mut next = |offset: u64| {
            let chunk = file.read_at(offset, UPLOAD_CHUNK_BYTES);
            let chunk = chunk.map_err(file_failure)?;
            if chunk.is_empty() {
                let code = "photo_file_short".to_owned();
                return Err(ExchangeError::from(Failure::Permanent { code }));
            }
            Ok(chunk)
        };
        // What is small is sent without asking whether it is there.
        let held = if *bytes <= UPLOAD_SMALL_BYTES {
            Held::Nothing
        } else {
            self.transport.held(sha256).await?
        };
        let mut offset = match held {
            Held::Whole => *bytes,
            Held::Part(offset) => offset,
            Held::Nothing => self.transport.begin(sha256, *bytes, next(0)?).await?,
        };
        while offset < *bytes {
            let chunk = next(offset)?;
            match self.transport.append(sha256, offset, chunk).await {
                Ok(reached) if reached > offset => {
                    offset = reached;
                    if offset < *bytes && overtaken()? {
                        return Ok(());
                    }
                }
                Ok(_) => {
                    let detail = "an upload did not move on".to_owned();
                    return Err(Failure::Garbled { detail }.into());
                }
                Err(Failure::Offset) if corrections < OFFSET_CORRECTIONS_MAX => {
                    corrections += 1;
                    offset = match self.transport.held(sha256).await? {
                        Held::Whole => *bytes,
                        Held::Part(offset) => offset,
                        Held::Nothing => return Err(Failure::Offset.into()),
                    };
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        let stored = std::slice::from_ref(photo);
        self.store.photos_stored(stored, clock.now())?;
        Ok(())
    }
}

/// A file that cannot be read, because it was changed or the disk has lost it, is put off like any
/// item that cannot go, and blocks nobody.
fn file_failure(error: StoreError) -> ExchangeError {
    match error {
        StoreError::Unseal(_) | StoreError::Disk(_) => {
            tracing::error!(%error, "a photo's file cannot be read");
            Failure::Permanent {
                code: "photo_file_damaged".to_owned(),
            }
            .into()
        }
        error => error.into(),
    }
}
