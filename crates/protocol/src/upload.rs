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

/// Header with the number of bytes held, or the place where a piece begins.
pub const UPLOAD_OFFSET: &str = "upload-offset";
/// Header with the hash of a piece: `sha256` and the hash in base64.
pub const UPLOAD_CHECKSUM: &str = "upload-checksum";
/// Media type of a piece.
pub const UPLOAD_CONTENT_TYPE: &str = "application/offset+octet-stream";
/// Size of the pieces that a phone sends: what is sent again after a cut is at most this.
pub const UPLOAD_CHUNK_BYTES: usize = 512 * 1024;
/// Up to this length a phone does not ask what is held already: sending it costs less.
pub const UPLOAD_SMALL_BYTES: u64 = 32 * 1024;
/// Largest photo that phone and server take, in bytes.
pub const UPLOAD_PHOTO_BYTES_MAX: u64 = 64 * 1024 * 1024;
