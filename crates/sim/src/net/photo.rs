//! Photos that are small, whole and each different.

use std::io::Cursor;

use anyhow::Context;
use image::{ImageFormat, RgbImage};

/// Longest comment that a JPEG takes, with its own length.
const COMMENT_MAX: usize = 65_533;

/// Makes a JPEG of at least `bytes` bytes that no other seed gives: a picture with comments.
pub(super) fn jpeg(seed: u64, bytes: usize) -> anyhow::Result<Vec<u8>> {
    let mut picture = Cursor::new(Vec::new());
    RgbImage::new(16, 16).write_to(&mut picture, ImageFormat::Jpeg)?;
    let picture = picture.into_inner();
    let (begin, rest) = picture.split_at_checked(2).context("a JPEG")?;
    let mut file = begin.to_vec();
    let mut filler = fastrand::Rng::with_seed(seed);
    let mut left = bytes.max(8);
    while left > 0 {
        let length = left.min(COMMENT_MAX - 2);
        file.extend([0xff, 0xfe]);
        file.extend(u16::try_from(length + 2)?.to_be_bytes());
        file.extend(std::iter::repeat_with(|| filler.u8(..)).take(length));
        left -= length;
    }
    file.extend_from_slice(rest);
    Ok(file)
}
