//! Photo files: originals that are never changed, and thumbnails that can be made again.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Row, Transaction, params};
use xunfang_domain::Sha256Hex;
use xunfang_durable::{DiskError, Incoming, make_folder};

use crate::{Store, StoreError};

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
    /// The unchanged file.
    Original,
}

/// A photo's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFile {
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The folders in which photos lie.
#[derive(Debug)]
pub(crate) struct PhotoFolder {
    originals: PathBuf,
    incoming: PathBuf,
    thumbs: PathBuf,
}

impl PhotoFolder {
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let photos = Self {
            originals: folder.join("photos"),
            incoming: folder.join("incoming"),
            thumbs: folder.join("thumbs"),
        };
        for folder in [&photos.originals, &photos.incoming, &photos.thumbs] {
            make_folder(folder)?;
        }
        photos.clear_incoming()?;
        Ok(photos)
    }

    /// Removes what a killed app left half-written. It has no row, no name and was never shown as
    /// saved; the person's camera still has it.
    fn clear_incoming(&self) -> Result<(), DiskError> {
        let entries =
            fs::read_dir(&self.incoming).map_err(DiskError::at("list", &self.incoming))?;
        for entry in entries {
            let path = entry.map_err(DiskError::at("list", &self.incoming))?.path();
            fs::remove_file(&path).map_err(DiskError::at("remove", &path))?;
        }
        Ok(())
    }

    fn original(&self, sha256: &Sha256Hex) -> PathBuf {
        let name = sha256.as_str();
        // Two digits spread the files over 256 folders. The type holds 64 hexadecimal digits.
        self.originals
            .join(name.get(..2).unwrap_or("00"))
            .join(name)
    }

    fn thumb(&self, sha256: &Sha256Hex) -> PathBuf {
        self.thumbs.join(format!("{sha256}.jpg"))
    }

    /// Makes the original durable under its name; a second copy of the same bytes is the first.
    fn keep_original(&self, sha256: &Sha256Hex, bytes: &[u8]) -> Result<(), DiskError> {
        let name = self.original(sha256);
        let whole = |found: fs::Metadata| found.len() == bytes.len() as u64;
        if name.metadata().is_ok_and(whole) {
            return Ok(());
        }
        if let Some(folder) = name.parent() {
            make_folder(folder)?;
        }
        let part = self.incoming.join(sha256.as_str());
        let written = (|| {
            let mut incoming = Incoming::open(&part)?;
            incoming.write(bytes)?;
            incoming.keep(&name)
        })();
        if written.is_err() && part.exists() {
            // Give the room back at once; a full disk has little of it.
            fs::remove_file(&part).map_err(DiskError::at("remove", &part))?;
        }
        written
    }
}

impl Store {
    /// Makes a photo's file durable and returns only then. The row is written by
    /// [`Store::add_draft_photo`], after this.
    ///
    /// # Errors
    /// [`StoreError::Disk`]; nothing is left under the photo's name then.
    pub fn keep_photo_file(&self, sha256: &Sha256Hex, bytes: &[u8]) -> Result<(), StoreError> {
        Ok(self.photos.keep_original(sha256, bytes)?)
    }

    /// Removes a photo's file where no row names it, after adding the row has failed.
    ///
    /// # Errors
    /// [`StoreError`] of the database or the disk; the file stays then.
    pub fn drop_unclaimed_photo(&self, sha256: &Sha256Hex) -> Result<(), StoreError> {
        match self.photo_facts(sha256) {
            Ok(_) => Ok(()),
            Err(StoreError::NotFound(_)) => {
                let path = self.photos.original(sha256);
                fs::remove_file(&path).map_err(DiskError::at("remove", &path))?;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps a thumbnail. It is not synced: after a power cut it is made again.
    ///
    /// # Errors
    /// [`StoreError::Disk`] where it cannot be written.
    pub fn keep_thumb(&self, sha256: &Sha256Hex, jpeg: &[u8]) -> Result<(), StoreError> {
        let path = self.photos.thumb(sha256);
        let part = path.with_extension("part");
        fs::write(&part, jpeg).map_err(DiskError::at("write", &part))?;
        fs::rename(&part, &path).map_err(DiskError::at("rename", &part))?;
        Ok(())
    }

    /// Reads one copy of a photo.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where this device does not have it, or one of the disk.
    pub fn photo_file(&self, sha256: &Sha256Hex, size: PhotoSize) -> Result<PhotoFile, StoreError> {
        let media_type = self.photo_facts(sha256)?.media_type;
        let (path, media_type) = match size {
            PhotoSize::Thumb => (self.photos.thumb(sha256), "image/jpeg".to_owned()),
            PhotoSize::Original => (self.photos.original(sha256), media_type),
        };
        match fs::read(&path) {
            Ok(bytes) => Ok(PhotoFile { media_type, bytes }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(StoreError::NotFound("photo file"))
            }
            Err(error) => Err(DiskError::at("read", &path)(error).into()),
        }
    }

    /// Returns where the unchanged file of a photo lies, to be read in pieces.
    pub fn photo_path(&self, sha256: &Sha256Hex) -> PathBuf {
        self.photos.original(sha256)
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

/// Writes the row of a photo whose file is durable.
pub(crate) fn put_photo(tx: &Transaction<'_>, facts: &PhotoFacts) -> rusqlite::Result<usize> {
    tx.prepare_cached(
        "INSERT INTO photo
           (sha256, bytes, media_type, width, height, shown_width, shown_height)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (sha256) DO NOTHING",
    )?
    .execute(params![
        facts.sha256.as_str(),
        facts.bytes,
        facts.media_type,
        facts.width,
        facts.height,
        facts.shown_width,
        facts.shown_height,
    ])
}
