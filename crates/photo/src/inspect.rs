//! The first look at a file: is it a photo, how large, which way up.

use sha2::{Digest, Sha256};
use xunfang_domain::Sha256Hex;

use crate::{Orientation, decode, exif};

/// Longest side of a photo, in pixels. Panoramas of today's phones stay below it.
pub const SIDE_PX_MAX: u32 = 20_000;
/// Most pixels of a photo. A JPEG is decoded at a fraction of its size, so this bounds the work of
/// reading it; 108-megapixel cameras stay below. What is unpacked whole is bounded by its bytes.
const PIXELS_MAX: u64 = 120_000_000;

/// A file format that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

impl Format {
    /// Returns the media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    fn sniff(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else {
            None
        }
    }
}

/// What a photo's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoInfo {
    /// Its format.
    pub format: Format,
    /// Width as stored, in pixels.
    pub width: u32,
    /// Height as stored, in pixels.
    pub height: u32,
    /// How it has to be turned.
    pub orientation: Orientation,
}

impl PhotoInfo {
    /// Returns width and height as people see them.
    pub const fn upright(&self) -> (u32, u32) {
        if self.orientation.swaps_sides() {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        }
    }
}

/// Why a file is not taken as a photo.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It is in no format that is taken.
    #[error("the file is no JPEG, PNG or WebP")]
    NotAPhoto,
    /// It is a HEIC or AVIF, which nothing here can read.
    #[error("the file is a HEIC or AVIF; the camera can be set to JPEG")]
    Heic,
    /// It is a photo of a kind that no camera here writes.
    #[error("the photo is {0}, which is not read")]
    Unsupported(&'static str),
    /// It has more pixels than may be decoded.
    #[error("the photo is {width} x {height} px, more than can be handled")]
    TooManyPixels {
        /// Width its header claims.
        width: u32,
        /// Height its header claims.
        height: u32,
    },
    /// It begins as a photo and then breaks off or makes no sense.
    #[error("the photo is damaged: {0}")]
    Damaged(String),
    /// A copy could not be encoded.
    #[error("could not encode a copy of the photo: {0}")]
    Encode(String),
}

/// Returns the SHA-256 of a file's bytes, which is its name.
pub fn sha256(bytes: &[u8]) -> Sha256Hex {
    // 64 lower-case hexadecimal digits are what the type asks for.
    #[expect(
        clippy::expect_used,
        reason = "hex::encode gives exactly what Sha256Hex takes"
    )]
    Sha256Hex::try_from(hex::encode(Sha256::digest(bytes))).expect("hexadecimal digits")
}

/// Reads a photo's header and refuses what cannot or must not be decoded.
///
/// # Errors
/// [`PhotoError`] for an empty file, another format, too many pixels or a damaged header. Damage
/// further in shows when the photo is rendered.
pub fn inspect(bytes: &[u8]) -> Result<PhotoInfo, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    if is_heic(bytes) {
        return Err(PhotoError::Heic);
    }
    let format = Format::sniff(bytes).ok_or(PhotoError::NotAPhoto)?;
    let (width, height) = decode::dimensions(format, bytes)?;
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > SIDE_PX_MAX || pixels > PIXELS_MAX {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    if pixels == 0 {
        return Err(PhotoError::Damaged("it has no pixels".to_owned()));
    }
    Ok(PhotoInfo {
        format,
        width,
        height,
        orientation: exif::orientation(bytes),
    })
}

/// Whether a file begins as an ISO base media file of one of the brands that hold still pictures.
fn is_heic(bytes: &[u8]) -> bool {
    let brands: [&[u8]; 8] = [
        b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif",
    ];
    bytes.get(4..8) == Some(b"ftyp")
        && bytes
            .get(8..12)
            .is_some_and(|brand| brands.contains(&brand))
}
