//! Photos: originals that are never changed, and the copies that their records name.

use std::fs;
use std::str::FromStr;

use rusqlite::{OptionalExtension, Row, Transaction, params};
use xunfang_domain::Sha256Hex;
use xunfang_durable::DiskError;

use crate::evidence::{CopyKind, put_record};
use crate::photo_files::PhotoReader;
use crate::{DraftPhoto, QueuedPhoto, Store, StoreError, StoreFault};

/// What is known of a photo's file before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFacts {
    /// Hash of the original.
    pub sha256: Sha256Hex,
    /// Length of the original in bytes.
    pub bytes: u64,
    /// Media type of the original.
    pub media_type: String,
    /// Width as stored, in pixels.
    pub width: u32,
    /// Height as stored, in pixels.
    pub height: u32,
    /// Width as shown, in pixels.
    pub shown_width: u32,
    /// Height as shown, in pixels.
    pub shown_height: u32,
}

/// Which copy of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoSize {
    /// A few hundred pixels, for lists.
    Thumb,
    /// Scaled to a screen.
    Working,
    /// The same with the watermark.
    Marked,
    /// The watermarked one that was drawn on.
    Annotated,
    /// The unchanged file.
    Original,
}

/// A text that names no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a photo is shown as thumb, working, marked, annotated or original")]
pub struct PhotoSizeError;

impl FromStr for PhotoSize {
    type Err = PhotoSizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "thumb" => Ok(Self::Thumb),
            "working" => Ok(Self::Working),
            "marked" => Ok(Self::Marked),
            "annotated" => Ok(Self::Annotated),
            "original" => Ok(Self::Original),
            _ => Err(PhotoSizeError),
        }
    }
}

/// A photo's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFile {
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A file that is to be kept under its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedBytes<'a> {
    /// The hash of the bytes.
    pub sha256: &'a Sha256Hex,
    /// The file.
    pub bytes: &'a [u8],
}

impl Store {
    /// Makes a photo's file and its copies durable and returns only then. The rows are written by
    /// [`Store::add_draft_photo`] or [`Store::add_answer_photo`], after this.
    ///
    /// # Errors
    /// [`StoreError::Disk`]; whatever has its name by then is whole.
    pub fn keep_photo_files(
        &self,
        original: NamedBytes<'_>,
        copies: &[NamedBytes<'_>],
    ) -> Result<(), StoreError> {
        let mut files = vec![(original, self.photos.original(original.sha256))];
        files.extend(copies.iter().map(|copy| {
            let name = self.photos.copy(original.sha256, copy.sha256);
            (*copy, name)
        }));
        Ok(self.photos.keep(&files)?)
    }

    /// Removes the files of a photo that no row names, after adding the rows has failed.
    ///
    /// # Errors
    /// [`StoreError`] of the database or the disk; the files stay then.
    pub fn drop_unclaimed_photo(
        &self,
        original: &Sha256Hex,
        copies: &[&Sha256Hex],
    ) -> Result<(), StoreError> {
        let mut unclaimed = Vec::new();
        if let Err(error) = self.photo_facts(original) {
            if error.fault() != StoreFault::NotFound {
                return Err(error);
            }
            unclaimed.push(self.photos.original(original));
        }
        for copy in copies {
            if !self.is_copy(original, copy)? {
                unclaimed.push(self.photos.copy(original, copy));
            }
        }
        for path in unclaimed.iter().filter(|path| path.exists()) {
            fs::remove_file(path).map_err(DiskError::at("remove", path))?;
        }
        Ok(())
    }

    /// Reads one copy of a photo, as the newest record of it names them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where this device does not have it, or one of the disk.
    pub fn photo_file(&self, sha256: &Sha256Hex, size: PhotoSize) -> Result<PhotoFile, StoreError> {
        let original = |media_type: String| (self.photos.original(sha256), media_type);
        let copy = |kind: CopyKind| -> Result<_, StoreError> {
            let copy = self.copy_of(sha256, kind)?;
            Ok((self.photos.copy(sha256, &copy), "image/jpeg".to_owned()))
        };
        let (path, media_type) = match size {
            PhotoSize::Thumb => copy(CopyKind::Thumb)?,
            PhotoSize::Working => copy(CopyKind::Working)?,
            PhotoSize::Marked => copy(CopyKind::Marked)?,
            PhotoSize::Annotated => copy(CopyKind::Annotated)?,
            PhotoSize::Original => original(self.photo_facts(sha256)?.media_type),
        };
        let bytes = self.photos.read(&path)?.read_all()?;
        Ok(PhotoFile { media_type, bytes })
    }

    /// Opens a file that waits to be sent, to be read in pieces.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it is gone, or one of the disk.
    pub fn open_queued(&self, photo: &QueuedPhoto) -> Result<PhotoReader, StoreError> {
        let path = if photo.is_original() {
            self.photos.original(&photo.sha256)
        } else {
            self.photos.copy(&photo.of, &photo.sha256)
        };
        self.photos.read(&path)
    }

    /// Reads what is known of a photo.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or one of the database.
    pub fn photo_facts(&self, sha256: &Sha256Hex) -> Result<PhotoFacts, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT bytes, media_type, width, height, shown_width, shown_height
                 FROM photo WHERE sha256 = ?1",
            )
            .and_then(|mut find| {
                find.query_row(params![sha256.as_str()], |row| {
                    read_facts(row, sha256.clone())
                })
                .optional()
            })
            .map_err(StoreError::sql("read a photo"))?
            .ok_or(StoreError::NotFound("photo"))
        })
    }
}

/// Reads the columns of a photo's row.
pub(crate) fn read_facts(row: &Row<'_>, sha256: Sha256Hex) -> rusqlite::Result<PhotoFacts> {
    Ok(PhotoFacts {
        sha256,
        bytes: row.get("bytes")?,
        media_type: row.get("media_type")?,
        width: row.get("width")?,
        height: row.get("height")?,
        shown_width: row.get("shown_width")?,
        shown_height: row.get("shown_height")?,
    })
}

/// Writes the rows of a photo whose files are durable: its facts and its record.
pub(crate) fn put_photo(tx: &Transaction<'_>, photo: &DraftPhoto) -> Result<(), StoreError> {
    let facts = &photo.facts;
    tx.prepare_cached(
        "INSERT INTO photo
           (sha256, bytes, media_type, width, height, shown_width, shown_height)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (sha256) DO UPDATE SET freed = 0",
    )
    .and_then(|mut put| {
        put.execute(params![
            facts.sha256.as_str(),
            facts.bytes,
            facts.media_type,
            facts.width,
            facts.height,
            facts.shown_width,
            facts.shown_height,
        ])
    })
    .map_err(StoreError::sql("keep a photo"))?;
    photo
        .record
        .as_ref()
        .map_or(Ok(()), |record| put_record(tx, record))
}
