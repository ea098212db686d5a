//! Copies for people to look at: upright, small, without the camera's notes.

use crate::{PhotoError, PhotoInfo, Picture, decode};

/// Long side of the working copy, in pixels, where a district says nothing else.
pub const WORKING_PX: u32 = 1920;
/// Long side of the thumbnail, in pixels.
pub const THUMB_PX: u32 = 320;
/// Quality of every copy, 1 to 100. At 85 a street of 1920 px is half a megabyte.
pub(crate) const JPEG_QUALITY: u8 = 85;

/// One upright JPEG copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The file. It holds no EXIF, so a copy that is passed on tells nothing but the picture.
    pub jpeg: Vec<u8>,
}

/// Decodes a photo, no larger than `long_side` and upright. Small photos are not enlarged.
///
/// # Errors
/// [`PhotoError::Damaged`] where the photo breaks off or makes no sense.
pub fn develop(bytes: &[u8], info: &PhotoInfo, long_side: u32) -> Result<Picture, PhotoError> {
    let decoded = decode::decode(info, bytes, long_side)?;
    Picture::develop(decoded, info.orientation, long_side)
}

/// Makes one copy per entry of `long_sides`, all from one decode.
///
/// # Errors
/// [`PhotoError::Damaged`] where the photo breaks off or makes no sense.
pub fn render(
    bytes: &[u8],
    info: &PhotoInfo,
    long_sides: &[u32],
) -> Result<Vec<Rendition>, PhotoError> {
    let longest = long_sides.iter().copied().max().unwrap_or(0);
    let largest = develop(bytes, info, longest)?;
    long_sides
        .iter()
        .map(|&long_side| {
            let picture = largest.scaled(long_side)?;
            Ok(Rendition {
                width: picture.width(),
                height: picture.height(),
                jpeg: picture.encode(JPEG_QUALITY)?,
            })
        })
        .collect()
}
