//! Files for the camera.

use image::{ImageFormat, Rgb, RgbImage};

fn picture(width: u32, height: u32, seed: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503) ^ seed).to_le_bytes();
        Rgb([noise[3], noise[2], noise[0]])
    })
}

/// A JPEG that no other seed gives.
pub(crate) fn jpeg(seed: u32) -> Vec<u8> {
    encoded(320, 240, seed, ImageFormat::Jpeg)
}

pub(crate) fn encoded(width: u32, height: u32, seed: u32, format: ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture(width, height, seed)
        .write_to(&mut file, format)
        .unwrap();
    file.into_inner()
}

/// A JPEG whose header claims 30,000 x 30,000 pixels.
pub(crate) fn bomb() -> Vec<u8> {
    let mut file = jpeg(0);
    let header = file
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    file[header + 5..header + 9].copy_from_slice(&[0x75, 0x30, 0x75, 0x30]);
    file
}
