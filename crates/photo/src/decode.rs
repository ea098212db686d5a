//! Reading pixels, as few as the largest copy needs.

use image::{ImageDecoder, ImageFormat, ImageReader, RgbImage};
use turbojpeg::{Decompressor, PixelFormat, ScalingFactor};

use crate::{Format, PhotoError, PhotoInfo};

/// Scales at which a JPEG can be decoded straight from its DCT blocks, smallest first.
const SCALES: [ScalingFactor; 4] = [
    ScalingFactor::ONE_EIGHTH,
    ScalingFactor::ONE_QUARTER,
    ScalingFactor::ONE_HALF,
    ScalingFactor::ONE,
];

fn damaged(source: impl std::fmt::Display) -> PhotoError {
    PhotoError::Damaged(source.to_string())
}

fn image_format(format: Format) -> ImageFormat {
    match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::WebP => ImageFormat::WebP,
    }
}

/// Reads width and height from the header alone.
pub(crate) fn dimensions(format: Format, bytes: &[u8]) -> Result<(u32, u32), PhotoError> {
    if format == Format::Jpeg {
        let header = turbojpeg::read_header(bytes).map_err(damaged)?;
        let side = |pixels: usize| u32::try_from(pixels).map_err(damaged);
        return Ok((side(header.width)?, side(header.height)?));
    }
    ImageReader::with_format(std::io::Cursor::new(bytes), image_format(format))
        .into_dimensions()
        .map_err(damaged)
}

/// Decodes to RGB, at least `long_side` pixels long where the photo has them.
pub(crate) fn decode(
    info: &PhotoInfo,
    bytes: &[u8],
    long_side: u32,
) -> Result<RgbImage, PhotoError> {
    match info.format {
        Format::Jpeg => decode_jpeg(info, bytes, long_side),
        Format::Png | Format::WebP => {
            let mut reader =
                ImageReader::with_format(std::io::Cursor::new(bytes), image_format(info.format));
            reader.no_limits(); // `inspect` has bounded the pixels.
            let decoder = reader.into_decoder().map_err(damaged)?;
            let (width, height) = decoder.dimensions();
            let picture = image::DynamicImage::from_decoder(decoder).map_err(damaged)?;
            debug_assert_eq!((width, height), (info.width, info.height));
            Ok(picture.into_rgb8())
        }
    }
}

fn decode_jpeg(info: &PhotoInfo, bytes: &[u8], long_side: u32) -> Result<RgbImage, PhotoError> {
    let mut decompressor = Decompressor::new().map_err(damaged)?;
    let stored = info.width.max(info.height) as usize;
    let scale = SCALES
        .into_iter()
        .find(|scale| scale.scale(stored) >= long_side as usize)
        .unwrap_or(ScalingFactor::ONE);
    decompressor.set_scaling_factor(scale).map_err(damaged)?;
    let (width, height) = (
        scale.scale(info.width as usize),
        scale.scale(info.height as usize),
    );
    let mut pixels = vec![0; width * height * 3];
    decompressor
        .decompress(
            bytes,
            turbojpeg::Image {
                pixels: pixels.as_mut_slice(),
                width,
                pitch: width * 3,
                height,
                format: PixelFormat::RGB,
            },
        )
        .map_err(damaged)?;
    let side = |pixels: usize| u32::try_from(pixels).map_err(damaged);
    RgbImage::from_raw(side(width)?, side(height)?, pixels)
        .ok_or_else(|| damaged("its size does not match its pixels"))
}
