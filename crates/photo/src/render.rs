//! Copies for people to look at: upright, small, without the camera's notes.

use fast_image_resize::images::Image as ResizeImage;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

use crate::{PhotoError, PhotoInfo, decode};

/// Long side of the working copy, in pixels.
pub const WORKING_PX: u32 = 1920;
/// Long side of the thumbnail, in pixels.
pub const THUMB_PX: u32 = 320;
const JPEG_QUALITY: i32 = 85;

/// One upright JPEG copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The file. It holds no EXIF, so a copy that is passed on tells nothing but the picture.
    pub jpeg: Vec<u8>,
}

/// Makes one copy per entry of `long_sides`, all from one decode. Small photos are not enlarged.
///
/// # Errors
/// [`PhotoError::Damaged`] where the photo breaks off or makes no sense.
pub fn render(
    bytes: &[u8],
    info: &PhotoInfo,
    long_sides: &[u32],
) -> Result<Vec<Rendition>, PhotoError> {
    let longest = long_sides.iter().copied().max().unwrap_or(0);
    // Turning the scaled-down picture is cheaper than turning the decoded one.
    let decoded = decode::decode(info, bytes, longest)?;
    let mut largest: Option<RgbImage> = None;
    let mut order: Vec<_> = long_sides.iter().copied().enumerate().collect();
    order.sort_by_key(|&(_, long_side)| std::cmp::Reverse(long_side));
    let mut made = Vec::with_capacity(order.len());
    for (index, long_side) in order {
        let source = largest.as_ref().unwrap_or(&decoded);
        let scaled = scale(source, long_side)?;
        let upright = info.orientation.apply(scaled.clone());
        made.push((index, encode(&upright)?));
        largest = Some(scaled);
    }
    made.sort_by_key(|&(index, _)| index);
    Ok(made.into_iter().map(|(_, rendition)| rendition).collect())
}

fn scale(picture: &RgbImage, long_side: u32) -> Result<RgbImage, PhotoError> {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= long_side {
        return Ok(picture.clone());
    }
    let shrink = |side: u32| {
        let scaled = u64::from(side) * u64::from(long_side) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(long_side).max(1)
    };
    let encode_error = |source: &dyn std::fmt::Display| PhotoError::Encode(source.to_string());
    let source =
        fast_image_resize::images::ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3)
            .map_err(|e| encode_error(&e))?;
    let mut target = ResizeImage::new(shrink(width), shrink(height), PixelType::U8x3);
    Resizer::new()
        .resize(
            &source,
            &mut target,
            &ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom)),
        )
        .map_err(|e| encode_error(&e))?;
    RgbImage::from_raw(shrink(width), shrink(height), target.into_vec())
        .ok_or_else(|| encode_error(&"its size does not match its pixels"))
}

fn encode(picture: &RgbImage) -> Result<Rendition, PhotoError> {
    let (width, height) = picture.dimensions();
    let view = turbojpeg::Image {
        pixels: picture.as_raw().as_slice(),
        width: width as usize,
        pitch: width as usize * 3,
        height: height as usize,
        format: turbojpeg::PixelFormat::RGB,
    };
    let jpeg = turbojpeg::compress(view, JPEG_QUALITY, turbojpeg::Subsamp::Sub2x2)
        .map_err(|source| PhotoError::Encode(source.to_string()))?;
    Ok(Rendition {
        width,
        height,
        jpeg: jpeg.to_vec(),
    })
}
