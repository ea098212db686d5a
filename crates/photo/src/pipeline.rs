//! From camera bytes to the copies that are kept: everything from one decode.
//!
//! The original is hashed while it is decoded. Between the two halves the caller learns the hash
//! and what the file claims, and decides what the watermark says. Then working copy, watermarked
//! copy and thumbnail are made side by side.

use std::thread;

use xunfang_domain::{DrawnShape, ExifClaims, Look, Sha256Hex};

use crate::render::{JPEG_QUALITY, develop};
use crate::{
    PhotoError, PhotoInfo, Picture, THUMB_PX, Watermark, claims, draw, exif, jpeg, look, print,
    sha256,
};

/// What came out of a photo's bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Negative {
    /// Hash of the bytes, which is the photo's name.
    pub sha256: Sha256Hex,
    /// What the file claims of itself.
    pub claims: ExifClaims,
    /// The picture, upright and no larger than the working copy.
    pub picture: Picture,
}

/// One copy, ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFile {
    /// Hash of the file.
    pub sha256: Sha256Hex,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The file.
    pub jpeg: Vec<u8>,
}

/// The copies of a photo and what they look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// With position and time in its EXIF.
    pub working: CopyFile,
    /// With the watermark, and without EXIF.
    pub marked: CopyFile,
    /// For lists.
    pub thumb: CopyFile,
    /// What the picture looks like.
    pub look: Look,
}

/// Hashes and decodes a photo.
///
/// # Errors
/// [`PhotoError::Damaged`] where the photo breaks off or makes no sense.
pub fn take_in(bytes: &[u8], info: &PhotoInfo, working_px: u32) -> Result<Negative, PhotoError> {
    thread::scope(|scope| {
        let hash = scope.spawn(|| (sha256(bytes), claims(bytes)));
        let picture = develop(bytes, info, working_px)?;
        let (sha256, claims) = hash.join().map_err(|_| stopped())?;
        Ok(Negative {
            sha256,
            claims,
            picture,
        })
    })
}

/// Makes the copies. `known` goes into the working copy's EXIF, with the watermark's code as its
/// description.
///
/// # Errors
/// [`PhotoError::Encode`] with the step that failed.
pub fn make_copies(
    picture: &Picture,
    known: &ExifClaims,
    watermark: &Watermark,
) -> Result<Copies, PhotoError> {
    let whole = picture;
    thread::scope(|scope| {
        let working = scope.spawn(|| {
            let block = exif::block(known, &watermark.code.to_string())?;
            let jpeg = jpeg::with_exif(&whole.encode(JPEG_QUALITY)?, &block)?;
            Ok::<_, PhotoError>((keep(whole, jpeg), look(whole)?))
        });
        let thumb = whole.scaled(THUMB_PX)?;
        let thumb = keep(&thumb, thumb.encode(JPEG_QUALITY)?);
        // Printed onto a copy, so that nothing waits: planes of 1920 px are 4 MB.
        let marked = print(whole.clone(), watermark)?;
        let marked = keep(&marked, marked.encode(JPEG_QUALITY)?);
        let (working, look) = working.join().map_err(|_| stopped())??;
        Ok(Copies {
            working,
            marked,
            thumb,
            look,
        })
    })
}

/// Makes the copy that was drawn on, with the watermark over the drawing and without EXIF.
///
/// # Errors
/// [`PhotoError::Encode`] with the step that failed.
pub fn annotated(
    picture: Picture,
    shapes: &[DrawnShape],
    watermark: &Watermark,
) -> Result<CopyFile, PhotoError> {
    let drawn = print(draw(picture, shapes), watermark)?;
    let jpeg = drawn.encode(JPEG_QUALITY)?;
    Ok(keep(&drawn, jpeg))
}

fn keep(picture: &Picture, jpeg: Vec<u8>) -> CopyFile {
    CopyFile {
        sha256: sha256(&jpeg),
        width: picture.width(),
        height: picture.height(),
        jpeg,
    }
}

fn stopped() -> PhotoError {
    PhotoError::Encode("a thread stopped early".to_owned())
}
