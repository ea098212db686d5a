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

/// A JPEG that is neither dark nor blurred, of a size at which a watermark lies on it.
pub(crate) fn street(seed: u32) -> Vec<u8> {
    let shapes = RgbImage::from_fn(1_200, 900, |x, y| {
        let tone = |step: u32| u8::try_from(((x + seed * 31) / step + y / 50) % 5 * 60).unwrap();
        Rgb([tone(40), tone(60), tone(90)])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    shapes.write_to(&mut file, ImageFormat::Jpeg).unwrap();
    file.into_inner()
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
