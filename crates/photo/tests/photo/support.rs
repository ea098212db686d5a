//! Pictures to test with.

use std::path::PathBuf;

use image::{ImageFormat, Rgb, RgbImage};
use xunfang_photo::{PhotoError, THUMB_PX, inspect, render};

/// A picture with detail, so that its JPEG has scan data worth cutting.
pub(crate) fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_le_bytes();
        Rgb([noise[3], noise[2], u8::try_from((x + y) % 256).unwrap()])
    })
}

pub(crate) fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture(width, height).write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A JPEG header that claims a size which the file does not hold.
pub(crate) fn claims(width: u16, height: u16) -> Vec<u8> {
    let mut file = encoded(64, 64, ImageFormat::Jpeg);
    let sof = file
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    file[sof + 5..sof + 7].copy_from_slice(&height.to_be_bytes());
    file[sof + 7..sof + 9].copy_from_slice(&width.to_be_bytes());
    file
}

pub(crate) fn refusal(bytes: &[u8]) -> PhotoError {
    let rendered = inspect(bytes).and_then(|info| render(bytes, &info, &[THUMB_PX]));
    rendered.map(|copies| copies.len()).unwrap_err()
}

/// The shared folder of real photos; a user's clone does not have it.
pub(crate) fn shared_photos() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/photos");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the folder of real photos is not here");
    None
}

/// The mean difference of two pictures of one size, in levels of 256.
pub(crate) fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.len() as f64
}

/// Puts an EXIF block with these fields into a JPEG.
pub(crate) fn with_fields(jpeg: &[u8], fields: &[exif::Field]) -> Vec<u8> {
    let mut writer = exif::experimental::Writer::new();
    for field in fields {
        writer.push_field(field);
    }
    let mut block = std::io::Cursor::new(Vec::new());
    writer.write(&mut block, true).unwrap();
    let block = block.into_inner();
    let length = u16::try_from(block.len() + 8).unwrap().to_be_bytes();
    [
        &[0xff, 0xd8, 0xff, 0xe1],
        &length[..],
        b"Exif\0\0",
        &block,
        &jpeg[2..],
    ]
    .concat()
}

/// Makes a field of the primary picture.
pub(crate) fn field(tag: exif::Tag, value: exif::Value) -> exif::Field {
    exif::Field {
        tag,
        ifd_num: exif::In::PRIMARY,
        value,
    }
}

/// Soft shapes of every colour, no two corners alike.
pub(crate) fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let tone =
            |phase: f64| ((x / 190.0 + phase).sin() * (y / 230.0 + phase).cos() + 1.0) * 90.0;
        let corner = if x < 300.0 && y < 200.0 { 60.0 } else { 0.0 };
        Rgb([tone(0.0) + corner, tone(1.3), tone(2.9)].map(|tone| tone as u8))
    })
}
