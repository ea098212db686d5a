//! Writes a JPEG with detail everywhere, for tests and benchmarks.
//!
//! `generate_photo FILE WIDTH HEIGHT`: the same arguments give the same bytes.

use std::error::Error;

use image::{Rgb, RgbImage};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || {
        arguments
            .next()
            .ok_or("usage: generate_photo FILE WIDTH HEIGHT")
    };
    let (file, width, height) = (next()?, next()?.parse()?, next()?.parse()?);
    let picture = RgbImage::from_fn(width, height, |x, y| {
        // Shapes with sharp edges and a little grain compress about as a street does.
        let wave = f64::from(x) / 97.0 + (f64::from(y) / 131.0).sin() * 3.0;
        let wave = (wave * 2.0).floor() / 2.0;
        let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 28;
        let tone = |phase: f64| {
            let light = (wave + phase).sin().mul_add(90.0, 128.0) + f64::from(grain);
            light.clamp(0.0, 255.0).round()
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0..=255"
        )]
        let pixel = [tone(0.0) as u8, tone(1.1) as u8, tone(2.3) as u8];
        Rgb(pixel)
    });
    picture.save_with_format(file, image::ImageFormat::Jpeg)?;
    Ok(())
}
