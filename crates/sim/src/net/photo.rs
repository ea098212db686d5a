//! Photos that are small, whole and each different.

use std::io::Cursor;

use anyhow::Context;
use image::{ImageFormat, RgbImage};

/// Marker and length of a comment.
const COMMENT_HEAD: usize = 4;
/// Longest comment with its head.
const COMMENT_MAX: usize = 65_537;
/// Shortest one that is written.
const COMMENT_MIN: usize = 16;

/// Makes a JPEG of `bytes` bytes, or a few hundred where that is too little, which no other seed
/// gives: a picture with comments.
pub(crate) fn jpeg(seed: u64, bytes: usize) -> anyhow::Result<Vec<u8>> {
    let mut picture = Cursor::new(Vec::new());
    RgbImage::new(16, 16).write_to(&mut picture, ImageFormat::Jpeg)?;
    let picture = picture.into_inner();
    let (begin, rest) = picture.split_at_checked(2).context("a JPEG")?;
    let mut file = begin.to_vec();
    let mut filler = fastrand::Rng::with_seed(seed);
    let mut left = bytes.saturating_sub(picture.len()).max(COMMENT_MIN);
    while left > 0 {
        // So that nothing is left that is too short for a comment of its own.
        let most = if left > COMMENT_MAX {
            left.min(COMMENT_MAX) - COMMENT_MIN
        } else {
            left
        };
        let length = most - COMMENT_HEAD;
        file.extend([0xff, 0xfe]);
        file.extend(u16::try_from(length + 2)?.to_be_bytes());
        file.extend(std::iter::repeat_with(|| filler.u8(..)).take(length));
        left -= most;
    }
    file.extend_from_slice(rest);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_has_the_length_that_was_asked_for_and_is_one() {
        for bytes in [2_000, 65_536, 65_537 + 700, 131_074, 200_000, 8 << 20] {
            let photo = jpeg(3, bytes).unwrap();
            assert_eq!(photo.len(), bytes);
            let read = image::load_from_memory(&photo).unwrap();
            assert_eq!((read.width(), read.height()), (16, 16));
        }
        assert_ne!(jpeg(1, 0).unwrap(), jpeg(2, 0).unwrap());
    }
}
