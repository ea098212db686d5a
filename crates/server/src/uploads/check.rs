//! Whether bytes are the photo that they are named for.

use xunfang_domain::Sha256Hex;

use crate::error::ApiError;
use crate::store::blobs::Blob;

/// Says what photo some bytes are; refuses others or no photo.
pub(super) fn check_bytes(bytes: &[u8], sha256: &Sha256Hex) -> Result<Blob, ApiError> {
    if xunfang_photo::sha256(bytes) != *sha256 {
        return Err(ApiError::HashMismatch);
    }
    let info = xunfang_photo::inspect(bytes)?;
    Ok(Blob {
        bytes: bytes.len() as u64,
        media_type: info.format.media_type().to_owned(),
        width: info.width,
        height: info.height,
    })
}
