//! Photo upload: tus 1.0, addressed by the photo's SHA-256.
//!
//! `HEAD /api/v1/uploads/{sha256}` tells how many bytes the server holds durably (404: none yet).
//! `POST /api/v1/uploads/{sha256}` with `Upload-Length` announces the photo. `PATCH` appends at
//! `Upload-Offset`; its 204 comes after `fdatasync`. The last chunk's 204 comes after the hash was
//! verified, the file renamed into place, its folder synced and the row committed.

/// Header with the number of bytes held, or the place where a chunk begins.
pub const UPLOAD_OFFSET: &str = "upload-offset";
/// Media type of a chunk.
pub const UPLOAD_CONTENT_TYPE: &str = "application/offset+octet-stream";
/// Size of the chunks that a phone sends: what is sent again after a cut is at most this.
pub const UPLOAD_CHUNK_BYTES: usize = 512 * 1024;
/// Largest photo that phone and server take, in bytes.
pub const UPLOAD_PHOTO_BYTES_MAX: u64 = 64 * 1024 * 1024;
