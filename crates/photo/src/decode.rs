//! Reading samples, as few as the largest copy needs.

use image::{ColorType, ImageDecoder, ImageFormat, ImageReader};
use turbojpeg::{Colorspace, Decompressor, PixelFormat, ScalingFactor, Subsamp};

use crate::jpeg::Frame;
use crate::picture::{Decoded, Layout};
use crate::{Format, PhotoError, PhotoInfo};

/// Most scans of a progressive JPEG. Cameras write ten; a thousand would only cost time.
const SCANS_MAX: u32 = 100;
/// Most bytes that a PNG or WebP may take, unpacked and beside it as planes.
const UNPACKED_BYTES_MAX: u64 = 184 * 1024 * 1024;
/// Most bytes that a decoder may unpack beside the picture.
const ASIDE_BYTES_MAX: u64 = 32 * 1024 * 1024;

fn damaged(source: impl std::fmt::Display) -> PhotoError {
    PhotoError::Damaged(source.to_string())
}

fn reader(format: Format, bytes: &[u8]) -> Result<Box<dyn ImageDecoder + '_>, PhotoError> {
    let format = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::WebP => ImageFormat::WebP,
    };
    let mut reader = ImageReader::with_format(std::io::Cursor::new(bytes), format);
    // For what a decoder unpacks beside the picture, such as a colour profile. The picture's own
    // size is checked below.
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(ASIDE_BYTES_MAX);
    reader.limits(limits);
    Ok(Box::new(reader.into_decoder().map_err(damaged)?))
}

/// Reads width and height from the header alone, and refuses what would take too much memory.
pub(crate) fn dimensions(format: Format, bytes: &[u8]) -> Result<(u32, u32), PhotoError> {
    if format == Format::Jpeg {
        let frame = Frame::read(bytes)?;
        frame.check_memory()?;
        return Ok((frame.width, frame.height));
    }
    let decoder = reader(format, bytes)?;
    let (width, height) = decoder.dimensions();
    // A WebP is unpacked to four channels beside the buffer that it is handed out in.
    let copies = if format == Format::WebP { 2 } else { 1 };
    let planes = u64::from(width) * u64::from(height) * 3 / 2;
    let needed = decoder
        .total_bytes()
        .saturating_mul(copies)
        .saturating_add(planes);
    if needed > UNPACKED_BYTES_MAX {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    Ok((width, height))
}

/// Decodes to planes, at least `long_side` samples long where the photo has them.
pub(crate) fn decode(
    info: &PhotoInfo,
    bytes: &[u8],
    long_side: u32,
) -> Result<Decoded, PhotoError> {
    match info.format {
        Format::Jpeg => decode_jpeg(bytes, long_side),
        Format::Png | Format::WebP => {
            let decoder = reader(info.format, bytes)?;
            let (width, height) = decoder.dimensions();
            let colour = decoder.color_type();
            let unpacked = usize::try_from(decoder.total_bytes()).map_err(damaged)?;
            let mut samples = vec![0; unpacked];
            decoder.read_image(&mut samples).map_err(damaged)?;
            let size = (width as usize, height as usize);
            let (channels, wide) = match colour {
                ColorType::L8 => (1, false),
                ColorType::La8 => (2, false),
                ColorType::Rgb8 => (3, false),
                ColorType::Rgba8 => (4, false),
                ColorType::L16 => (1, true),
                ColorType::La16 => (2, true),
                ColorType::Rgb16 => (3, true),
                ColorType::Rgba16 => (4, true),
                _ => return Err(PhotoError::Unsupported("a rare kind of samples")),
            };
            let step = if wide { channels * 2 } else { channels };
            let pixel = |pixel: &[u8]| {
                // Of two bytes the higher one is kept.
                let high = usize::from(wide && cfg!(target_endian = "little"));
                let sample = |n: usize| {
                    let place = if wide { n * 2 + high } else { n };
                    pixel.get(place).copied().unwrap_or(0)
                };
                match channels {
                    1 => [sample(0); 3],
                    2 => [over_white(sample(0), sample(1)); 3],
                    3 => [sample(0), sample(1), sample(2)],
                    _ => [0, 1, 2].map(|n| over_white(sample(n), sample(3))),
                }
            };
            Ok(planes(&samples, size, size.0 * step, step, pixel))
        }
    }
}

/// Shows what is transparent on white paper.
fn over_white(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample), u32::from(alpha));
    let shown = (sample * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(shown).unwrap_or(u8::MAX)
}

fn decode_jpeg(bytes: &[u8], long_side: u32) -> Result<Decoded, PhotoError> {
    let mut decompressor = Decompressor::new().map_err(damaged)?;
    decompressor.set_scan_limit(SCANS_MAX).map_err(damaged)?;
    let header = decompressor.read_header(bytes).map_err(damaged)?;
    let stored = header.width.max(header.height);
    // A JPEG can be decoded straight from its DCT blocks at eighths of its size.
    let scale = (1..=8)
        .map(|eighths| ScalingFactor::new(eighths, 8))
        .find(|scale| scale.scale(stored) >= long_side as usize)
        .unwrap_or(ScalingFactor::ONE);
    decompressor.set_scaling_factor(scale).map_err(damaged)?;
    let size = (scale.scale(header.width), scale.scale(header.height));
    let as_stored = matches!(header.colorspace, Colorspace::YCbCr | Colorspace::Gray);
    if as_stored && header.subsamp != Subsamp::Unknown {
        return decode_planes(&mut decompressor, bytes, size, header.subsamp);
    }
    let inks = matches!(header.colorspace, Colorspace::CMYK | Colorspace::YCCK);
    let format = if inks {
        PixelFormat::CMYK
    } else {
        PixelFormat::RGB
    };
    let (step, inverted) = (format.size(), Frame::read(bytes)?.adobe);
    let mut samples = vec![0; size.0 * size.1 * step];
    let target = turbojpeg::Image {
        pixels: samples.as_mut_slice(),
        width: size.0,
        pitch: size.0 * step,
        height: size.1,
        format,
    };
    decompressor.decompress(bytes, target).map_err(damaged)?;
    Ok(planes(&samples, size, size.0 * step, step, |pixel| {
        match *pixel {
            [cyan, magenta, yellow, black] => [cyan, magenta, yellow].map(|ink| {
                // Adobe stores how much paper is left; others, how much ink there is.
                let left = |stored: u8| u32::from(if inverted { stored } else { 255 - stored });
                u8::try_from((left(ink) * left(black) + 127) / 255).unwrap_or(u8::MAX)
            }),
            [red, green, blue] => [red, green, blue],
            _ => [0; 3],
        }
    }))
}

fn decode_planes(
    decompressor: &mut Decompressor,
    bytes: &[u8],
    (width, height): (usize, usize),
    subsamp: Subsamp,
) -> Result<Decoded, PhotoError> {
    let length = turbojpeg::yuv_pixels_len(width, 1, height, subsamp).map_err(damaged)?;
    let mut samples = vec![0; length];
    let target = turbojpeg::YuvImage {
        pixels: samples.as_mut_slice(),
        width,
        align: 1,
        height,
        subsamp,
    };
    decompressor
        .decompress_to_yuv(bytes, target)
        .map_err(damaged)?;
    // The decoder pads the luminance so that it is a whole number of chrominance samples.
    let (across, down) = if subsamp == Subsamp::Gray {
        (1, 1)
    } else {
        subsamp.size()
    };
    let (stride, rows) = (
        width.next_multiple_of(across),
        height.next_multiple_of(down),
    );
    let luma = Layout {
        start: 0,
        stride,
        width,
        height,
    };
    let colour = |number: usize| Layout {
        start: stride * rows + number * (stride / across) * (rows / down),
        stride: stride / across,
        width: stride / across,
        height: rows / down,
    };
    let chroma = (subsamp != Subsamp::Gray).then(|| [colour(0), colour(1)]);
    Ok(Decoded {
        samples,
        luma,
        chroma,
    })
}

/// Converts pixels to planes as JPEG has them, two rows at a time; the chrominance is the mean of
/// four pixels.
fn planes(
    samples: &[u8],
    (width, height): (usize, usize),
    row_bytes: usize,
    step: usize,
    pixel: impl Fn(&[u8]) -> [u8; 3],
) -> Decoded {
    let (across, down) = (width.div_ceil(2), height.div_ceil(2));
    let mut luma = Vec::with_capacity(width * height + 2 * across * down);
    let mut chroma = [(); 2].map(|()| Vec::with_capacity(across * down));
    let mut sums = vec![[0_i32; 3]; across];
    for pair in samples.chunks(row_bytes.max(1) * 2).take(down) {
        sums.fill([0; 3]);
        for row in pair.chunks(row_bytes.max(1)) {
            for (place, stored) in row.chunks_exact(step).enumerate() {
                let [red, green, blue] = pixel(stored).map(i32::from);
                // JFIF's weights in 65,536ths.
                let light = (19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16;
                luma.push(u8::try_from(light).unwrap_or(u8::MAX));
                if let Some([blues, reds, count]) = sums.get_mut(place / 2) {
                    *blues += -11_059 * red - 21_709 * green + 32_768 * blue;
                    *reds += 32_768 * red - 27_439 * green - 5_329 * blue;
                    *count += 1;
                }
            }
        }
        for &[blues, reds, count] in &sums {
            for (plane, sum) in chroma.iter_mut().zip([blues, reds]) {
                let mean = (sum / count.max(1) + 32_768) >> 16;
                plane.push(u8::try_from((mean + 128).clamp(0, 255)).unwrap_or(u8::MAX));
            }
        }
    }
    let layout = |start: usize, width: usize, height: usize| Layout {
        start,
        stride: width,
        width,
        height,
    };
    let [blues, reds] = chroma;
    let (first, second) = (luma.len(), luma.len() + blues.len());
    luma.extend_from_slice(&blues);
    luma.extend_from_slice(&reds);
    Decoded {
        samples: luma,
        luma: layout(0, width, height),
        chroma: Some([layout(first, across, down), layout(second, across, down)]),
    }
}
