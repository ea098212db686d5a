//! A picture as luminance and two chrominance planes, which is how JPEG stores it.
//!
//! Scaling, turning and encoding work on the planes as they come out of the decoder. Going through
//! RGB would take twice the memory and convert every pixel twice: a 12-megapixel photo is 6 MB
//! here where RGB has 9 MB.

use std::thread;

use fast_image_resize::images::{Image as Resized, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use turbojpeg::{Compressor, Subsamp, YuvPlanesImage};

use crate::{Orientation, PhotoError};

/// One plane of samples, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) samples: Vec<u8>,
}

impl Plane {
    /// Scales part of a buffer whose rows are `stride` long.
    pub(crate) fn scaled_from(
        samples: &[u8],
        stride: usize,
        (from_width, from_height): (usize, usize),
        (width, height): (usize, usize),
    ) -> Result<Self, PhotoError> {
        if (from_width, from_height) == (width, height) {
            let rows = samples.chunks(stride.max(1)).take(height);
            let samples = rows.filter_map(|row| row.get(..width)).flatten().copied();
            return Self {
                width,
                height,
                samples: samples.collect(),
            }
            .whole();
        }
        let side = |pixels: usize| u32::try_from(pixels).map_err(|e| failed(&e));
        let samples = samples
            .get(..stride * from_height)
            .ok_or_else(|| failed(&"a plane is too short"))?;
        let source = ImageRef::new(side(stride)?, side(from_height)?, samples, PixelType::U8)
            .map_err(|e| failed(&e))?;
        let mut target = Resized::new(side(width)?, side(height)?, PixelType::U8);
        #[expect(clippy::cast_precision_loss, reason = "sides are below 2^15")]
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
            .crop(0.0, 0.0, from_width as f64, from_height as f64);
        Resizer::new()
            .resize(&source, &mut target, &options)
            .map_err(|e| failed(&e))?;
        Self {
            width,
            height,
            samples: target.into_vec(),
        }
        .whole()
    }

    fn whole(self) -> Result<Self, PhotoError> {
        if self.samples.len() == self.width * self.height && !self.samples.is_empty() {
            Ok(self)
        } else {
            Err(failed(&"a plane is too short"))
        }
    }

    fn scaled(&self, to: (usize, usize)) -> Result<Self, PhotoError> {
        Self::scaled_from(&self.samples, self.width, (self.width, self.height), to)
    }

    /// Turns the plane upright.
    fn turned(self, orientation: Orientation) -> Self {
        let turned = orientation.apply(&self.samples, self.width, self.height);
        match turned {
            None => self,
            Some(samples) if orientation.swaps_sides() => Self {
                width: self.height,
                height: self.width,
                samples,
            },
            Some(samples) => Self { samples, ..self },
        }
    }

    /// Repeats the last column and row until the plane has the asked size.
    fn padded(self, (width, height): (usize, usize)) -> Self {
        if (self.width, self.height) == (width, height) {
            return self;
        }
        let mut samples = Vec::with_capacity(width * height);
        let mut last_row = 0;
        for row in self.samples.chunks_exact(self.width.max(1)) {
            last_row = samples.len();
            let edge = row.last().copied().unwrap_or(0);
            samples.extend_from_slice(row);
            samples.extend(std::iter::repeat_n(edge, width - self.width));
        }
        for _ in self.height..height {
            samples.extend_from_within(last_row..last_row + width);
        }
        Self {
            width,
            height,
            samples,
        }
    }
}

/// What a decoder gave: luminance, and chrominance unless the picture is grey.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) samples: Vec<u8>,
    pub(crate) luma: Layout,
    pub(crate) chroma: Option<[Layout; 2]>,
}

/// Where a plane lies in a buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) start: usize,
    pub(crate) stride: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Decoded {
    fn plane(&self, layout: Layout, to: (usize, usize)) -> Result<Plane, PhotoError> {
        let samples = self
            .samples
            .get(layout.start..)
            .ok_or_else(|| failed(&"a plane is missing"))?;
        Plane::scaled_from(samples, layout.stride, (layout.width, layout.height), to)
    }
}

/// An upright picture. Its luminance has an even number of rows and columns; where the picture
/// has an odd one, the last is there twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pub(crate) luma: Plane,
    pub(crate) chroma: [Plane; 2],
}

/// Grey, as a chrominance.
pub(crate) const NEUTRAL: u8 = 128;

impl Picture {
    /// Scales what was decoded so that its longer side has at most `long_side` pixels, and turns
    /// it upright. Luminance and chrominance go side by side.
    pub(crate) fn develop(
        decoded: Decoded,
        orientation: Orientation,
        long_side: u32,
    ) -> Result<Self, PhotoError> {
        let (width, height) = fit(decoded.luma.width, decoded.luma.height, long_side);
        let half = (width.div_ceil(2), height.div_ceil(2));
        let colour = |layout: Layout| decoded.plane(layout, half).map(|p| p.turned(orientation));
        let grey = || {
            let samples = vec![NEUTRAL; half.0 * half.1];
            Plane {
                width: half.0,
                height: half.1,
                samples,
            }
            .turned(orientation)
        };
        let (luma, chroma) = thread::scope(|scope| {
            let chroma = scope.spawn(|| match decoded.chroma {
                Some([blue, red]) => Ok([colour(blue)?, colour(red)?]),
                None => Ok([grey(), grey()]),
            });
            let luma = decoded.plane(decoded.luma, (width, height));
            (luma.map(|p| p.turned(orientation)), chroma.join())
        });
        let chroma = chroma.map_err(|_| failed(&"scaling the colours"))?;
        Self::of(luma?, chroma?)
    }

    /// Puts planes together; those of the chrominance are half as wide and high, rounded up.
    pub(crate) fn of(luma: Plane, chroma: [Plane; 2]) -> Result<Self, PhotoError> {
        let side = |pixels: usize| u32::try_from(pixels).map_err(|e| failed(&e));
        let (width, height) = (side(luma.width)?, side(luma.height)?);
        let [blue, red] = &chroma;
        let half = (luma.width.div_ceil(2), luma.height.div_ceil(2));
        if (blue.width, blue.height) != half || (red.width, red.height) != half {
            return Err(failed(&"the planes do not fit together"));
        }
        Ok(Self {
            width,
            height,
            luma: luma.padded((half.0 * 2, half.1 * 2)),
            chroma,
        })
    }

    /// Width in pixels.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Makes a smaller picture; one that is small enough stays as it is.
    ///
    /// # Errors
    /// [`PhotoError::Encode`] where the planes do not fit, which would be a fault of this crate.
    pub fn scaled(&self, long_side: u32) -> Result<Self, PhotoError> {
        let (width, height) = fit(self.width as usize, self.height as usize, long_side);
        if (width, height) == (self.width as usize, self.height as usize) {
            return Ok(self.clone());
        }
        let half = (width.div_ceil(2), height.div_ceil(2));
        let luma = self.luma_scaled(long_side)?;
        let [blue, red] = &self.chroma;
        Self::of(luma, [blue.scaled(half)?, red.scaled(half)?])
    }

    /// Returns the luminance of a smaller picture.
    pub(crate) fn luma_scaled(&self, long_side: u32) -> Result<Plane, PhotoError> {
        let size = (self.width as usize, self.height as usize);
        let to = fit(size.0, size.1, long_side);
        Plane::scaled_from(&self.luma.samples, self.luma.width, size, to)
    }

    /// Returns the luminance squeezed into a square, row by row.
    pub(crate) fn luma_square(&self, side: usize) -> Result<Vec<u8>, PhotoError> {
        let size = (self.width as usize, self.height as usize);
        let square = Plane::scaled_from(&self.luma.samples, self.luma.width, size, (side, side))?;
        Ok(square.samples)
    }

    /// Keeps the upper `rows` of the picture, rounded down to an even number; all of it where it has
    /// no more.
    #[must_use]
    pub fn top(mut self, rows: u32) -> Self {
        let rows = rows / 2 * 2;
        if rows == 0 || rows >= self.height {
            return self;
        }
        self.height = rows;
        let (tall, half) = (rows as usize, rows as usize / 2);
        self.luma.height = tall;
        self.luma.samples.truncate(self.luma.width * tall);
        for plane in &mut self.chroma {
            plane.height = half;
            plane.samples.truncate(plane.width * half);
        }
        self
    }

    /// Adds empty rows of one colour below the picture.
    pub(crate) fn extended(mut self, rows: u32, [luma, blue, red]: [u8; 3]) -> Self {
        // An even number of rows keeps the planes aligned; the doubled last row goes first.
        let height = self.height as usize;
        self.luma.samples.truncate(self.luma.width * height);
        self.height += rows;
        let tall = (self.height as usize).next_multiple_of(2);
        self.luma.samples.resize(self.luma.width * tall, luma);
        self.luma.height = tall;
        for (plane, tone) in self.chroma.iter_mut().zip([blue, red]) {
            plane.height = tall / 2;
            plane.samples.resize(plane.width * plane.height, tone);
        }
        self
    }

    /// Encodes the picture as JPEG.
    ///
    /// # Errors
    /// [`PhotoError::Encode`] with the encoder's reason.
    pub fn encode(&self, quality: u8) -> Result<Vec<u8>, PhotoError> {
        let [blue, red] = &self.chroma;
        let view = YuvPlanesImage {
            y_plane: self.luma.samples.as_slice(),
            u_plane: blue.samples.as_slice(),
            v_plane: red.samples.as_slice(),
            width: self.width as usize,
            height: self.height as usize,
            y_stride: self.luma.width,
            u_stride: blue.width,
            v_stride: red.width,
            subsamp: Subsamp::Sub2x2,
        };
        let encode = || {
            let mut compressor = Compressor::new()?;
            compressor.set_quality(quality.into())?;
            compressor.compress_yuv_planes_to_vec(&view)
        };
        encode().map_err(|e| failed(&e))
    }
}

/// Returns the size that fits into a square of `long_side`, in the same proportions.
fn fit(width: usize, height: usize, long_side: u32) -> (usize, usize) {
    let (longest, side) = (width.max(height), long_side as usize);
    if longest <= side {
        return (width, height);
    }
    let shrink = |pixels: usize| ((pixels * side + longest / 2) / longest).max(1);
    (shrink(width), shrink(height))
}

pub(crate) fn failed(source: &dyn std::fmt::Display) -> PhotoError {
    PhotoError::Encode(source.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize) -> Plane {
        let samples = (0..width * height).map(|n| u8::try_from(n % 251).unwrap());
        Plane {
            width,
            height,
            samples: samples.collect(),
        }
    }

    #[test]
    fn every_size_down_to_one_pixel_can_be_encoded_scaled_and_extended() {
        for (width, height) in [
            (1_usize, 1_usize),
            (2, 1),
            (1, 2),
            (3, 5),
            (17, 16),
            (64, 33),
        ] {
            let (across, down) = (width.div_ceil(2), height.div_ceil(2));
            let half = || plane(across, down);
            let picture = Picture::of(plane(width, height), [half(), half()]).unwrap();
            for shown in [
                picture.clone(),
                picture.scaled(7).unwrap(),
                picture.extended(3, [255, NEUTRAL, NEUTRAL]),
            ] {
                let jpeg = shown.encode(85).unwrap();
                let read = turbojpeg::read_header(&jpeg).unwrap();
                let size = (shown.width() as usize, shown.height() as usize);
                assert_eq!((read.width, read.height), size);
            }
        }
    }

    #[test]
    fn a_copy_fits_into_its_square_and_keeps_its_proportions() {
        for (from, to) in [
            ((4032, 3024), (1920, 1440)),
            ((3024, 4032), (1440, 1920)),
            ((8000, 1000), (1920, 240)),
            ((1920, 1), (1920, 1)),
            ((40_000, 2), (1920, 1)),
            ((100, 50), (100, 50)),
        ] {
            assert_eq!(fit(from.0, from.1, 1920), to, "{from:?}");
        }
    }
}
