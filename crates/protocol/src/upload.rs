//! Photo upload: tus 1.0, addressed by the photo's SHA-256.
//!
//! `HEAD /api/v1/uploads/{sha256}` tells how many bytes the server holds durably (404: none yet).
//! `POST /api/v1/uploads/{sha256}` with `Upload-Length` announces the photo, and may bring its first
//! piece along. `PATCH` appends at `Upload-Offset`; its 204 comes after `fdatasync`. The last
//! piece's answer comes after the hash was verified, the file renamed into place, its folder synced
//! and the row committed.
//!
//! A piece may carry its hash in `Upload-Checksum`: one that arrives otherwise is dropped. Of one
//! that breaks off nothing can be verified, and what arrived counts all the same: the hash of the
//! whole decides in the end. A part that nobody goes on with for a week is dropped.
//!
//! `POST /api/v1/uploads` takes a *bundle* of small files at once, each with 36 bytes before it: its
//! SHA-256 and its length, highest byte first. The answer names each file in their order, and comes
//! after all of them are whole, durable and committed; of a bundle that breaks off nothing counts.

use serde::{Deserialize, Serialize};
use xunfang_domain::Sha256Hex;

/// Header with the number of bytes held, or the place where a piece begins.
pub const UPLOAD_OFFSET: &str = "upload-offset";
/// Header with the hash of a piece: `sha256` and the hash in base64.
pub const UPLOAD_CHECKSUM: &str = "upload-checksum";
/// Media type of a piece.
pub const UPLOAD_CONTENT_TYPE: &str = "application/offset+octet-stream";
/// Size of the pieces that a phone sends: what is sent again after a cut is at most this.
pub const UPLOAD_CHUNK_BYTES: usize = 512 * 1024;
/// Up to this length a file goes into bundles, and nobody asks what is held already: sending it costs
/// less.
pub const UPLOAD_SMALL_BYTES: u64 = 64 * 1024;
/// Media type of a bundle.
pub const BUNDLE_CONTENT_TYPE: &str = "application/vnd.xunfang.files";
/// Length to which a phone fills a bundle, in bytes: of one that is cut all is sent again.
pub const BUNDLE_BYTES_AIM: u64 = 256 * 1024;
/// Most files of a bundle.
pub const BUNDLE_FILES_MAX: usize = 64;
/// What goes before each file of a bundle, in bytes.
pub const BUNDLE_HEAD_BYTES: usize = 32 + 4;
/// Largest photo that phone and server take, in bytes.
pub const UPLOAD_PHOTO_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The answer to a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct BundleAnswer {
    /// One for each file, in their order.
    pub files: Vec<BundledFile>,
}

/// What became of a file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct BundledFile {
    /// Which.
    pub sha256: Sha256Hex,
    /// Why it will never be taken; null: it is whole and durable.
    pub code: Option<String>,
}

/// Appends a file to a bundle.
pub fn add_to_bundle(bundle: &mut Vec<u8>, sha256: &Sha256Hex, bytes: &[u8]) {
    // Files of a bundle are small by far.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    bundle.extend_from_slice(&sha256.to_bytes());
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(bytes);
}

/// Reads a bundle as it comes, holding one file at most.
#[derive(Debug, Default)]
pub struct BundleReader {
    pending: Vec<u8>,
    files: usize,
}

/// Why something is no bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// A file that is too long for a bundle.
    #[error("a file of {0} bytes is too long for a bundle")]
    FileTooLong(u32),
    /// Too many files.
    #[error("a bundle has at most {BUNDLE_FILES_MAX} files")]
    TooMany,
    /// It ends inside a file.
    #[error("the bundle ends inside a file")]
    CutShort,
}

impl BundleReader {
    /// Takes in what came; files are asked for with [`Self::next_file`] before more is.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// Returns the next file that is here as a whole.
    ///
    /// # Errors
    /// [`BundleError`] where this is no bundle, before anything of the file is waited for.
    pub fn next_file(&mut self) -> Result<Option<(Sha256Hex, Vec<u8>)>, BundleError> {
        let Some((head, rest)) = self.pending.split_first_chunk::<BUNDLE_HEAD_BYTES>() else {
            return Ok(None);
        };
        let (hash, length) = head.split_at(32);
        let length = length
            .iter()
            .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        if u64::from(length) > UPLOAD_SMALL_BYTES {
            return Err(BundleError::FileTooLong(length));
        }
        let Some(bytes) = rest.get(..length as usize) else {
            return Ok(None);
        };
        self.files += 1;
        if self.files > BUNDLE_FILES_MAX {
            return Err(BundleError::TooMany);
        }
        let mut whole = [0; 32];
        whole.copy_from_slice(hash);
        let file = (Sha256Hex::from_bytes(whole), bytes.to_vec());
        self.pending.drain(..BUNDLE_HEAD_BYTES + length as usize);
        Ok(Some(file))
    }

    /// Ends the bundle.
    ///
    /// # Errors
    /// [`BundleError::CutShort`] where something of a file is left.
    pub fn finish(self) -> Result<(), BundleError> {
        if self.pending.is_empty() {
            Ok(())
        } else {
            Err(BundleError::CutShort)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(byte: u8) -> Sha256Hex {
        Sha256Hex::from_bytes([byte; 32])
    }

    #[test]
    fn a_bundle_is_read_however_it_is_cut_into_pieces() {
        let mut bundle = Vec::new();
        let files = [
            (name(1), vec![7; 300]),
            (name(2), vec![]),
            (name(3), vec![9; 5]),
        ];
        for (sha256, bytes) in &files {
            add_to_bundle(&mut bundle, sha256, bytes);
        }
        for piece in [1, 7, 36, 37, 1_000] {
            let mut reader = BundleReader::default();
            let mut found = Vec::new();
            for bytes in bundle.chunks(piece) {
                reader.push(bytes);
                while let Some(file) = reader.next_file().unwrap() {
                    found.push(file);
                }
            }
            assert_eq!(found, files, "in pieces of {piece}");
            assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        let mut cut = Vec::new();
        add_to_bundle(&mut cut, &name(1), &[1; 100]);
        cut.pop();
        let mut reader = BundleReader::default();
        reader.push(&cut);
        assert_eq!(reader.next_file(), Ok(None));
        assert_eq!(reader.finish(), Err(BundleError::CutShort));

        let mut reader = BundleReader::default();
        reader.push(&[0xff; BUNDLE_HEAD_BYTES]);
        assert_eq!(reader.next_file(), Err(BundleError::FileTooLong(u32::MAX)));

        let mut many = Vec::new();
        for _ in 0..=BUNDLE_FILES_MAX {
            add_to_bundle(&mut many, &name(1), &[]);
        }
        let mut reader = BundleReader::default();
        reader.push(&many);
        for _ in 0..BUNDLE_FILES_MAX {
            assert!(reader.next_file().unwrap().is_some());
        }
        assert_eq!(reader.next_file(), Err(BundleError::TooMany));
    }
}
