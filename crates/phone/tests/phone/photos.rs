//! Files for the camera.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

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

/// A picture in which every seed lays out other things.
pub(crate) fn scene(seed: u32) -> RgbImage {
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |bound: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from(state % u64::from(bound)).unwrap()
    };
    let mut picture = RgbImage::from_pixel(1_200, 900, Rgb([170, 180, 190]));
    for _ in 0..60 {
        let (left, top) = (below(1_100), below(800));
        let (width, height) = (40 + below(300), 40 + below(300));
        let tone = u8::try_from(below(256)).unwrap();
        for y in top..(top + height).min(900) {
            for x in left..(left + width).min(1_200) {
                picture.put_pixel(x, y, Rgb([tone, tone / 2 + 60, 255 - tone]));
            }
        }
    }
    picture
}

/// A picture as a JPEG file.
pub(crate) fn file_of(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, quality);
    picture.write_with_encoder(encoder).unwrap();
    file.into_inner()
}

/// Reads a JPEG file as any reader does.
pub(crate) fn opened(file: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(file, ImageFormat::Jpeg)
        .map(DynamicImage::into_rgb8)
        .unwrap()
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
