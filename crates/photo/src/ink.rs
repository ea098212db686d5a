//! Drawing on a picture: a shape says how much of each pixel it covers, and a tone is laid on.

use tiny_skia::{FillRule, Path, Transform};

use crate::Picture;
use crate::picture::{NEUTRAL, Plane};

/// A colour as luminance and two chrominances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tone {
    luma: u8,
    chroma: [u8; 2],
}

impl Tone {
    pub(crate) const WHITE: Self = Self::grey(255);
    pub(crate) const BLACK: Self = Self::grey(0);

    /// Takes a colour of a screen, as JPEG turns it into luminance and chrominance.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0..=255"
    )]
    pub(crate) const fn rgb([red, green, blue]: [u8; 3]) -> Self {
        let (red, green, blue) = (red as i32, green as i32, blue as i32);
        Self {
            luma: ((77 * red + 150 * green + 29 * blue) / 256) as u8,
            chroma: [
                (128 + (128 * blue - 43 * red - 85 * green) / 256) as u8,
                (128 + (128 * red - 107 * green - 21 * blue) / 256) as u8,
            ],
        }
    }

    pub(crate) const fn grey(luma: u8) -> Self {
        Self {
            luma,
            chroma: [NEUTRAL; 2],
        }
    }
}

/// How much of each pixel of a rectangle is covered, 0 to 255.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    left: i32,
    top: i32,
    width: usize,
    cover: Vec<u8>,
}

impl Shape {
    /// An empty shape over a rectangle, to be drawn into.
    pub(crate) fn empty(left: i32, top: i32, width: u32, height: u32) -> Self {
        Self {
            left,
            top,
            width: width as usize,
            cover: vec![0; width as usize * height as usize],
        }
    }

    /// Fills a path; none where it covers nothing of a picture of this size.
    pub(crate) fn filled(path: &Path, (width, height): (u32, u32)) -> Option<Self> {
        let bounds = path.bounds();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "casting saturates, and the result is cut to the picture"
        )]
        let side = |start: f32, end: f32, most: u32| {
            let most = i32::try_from(most).unwrap_or(i32::MAX);
            let start = (start.floor() as i32 - 1).clamp(0, most);
            let end = (end.ceil() as i32 + 1).clamp(0, most);
            u32::try_from(end - start)
                .ok()
                .filter(|length| *length > 0)
                .map(|length| (start, length))
        };
        let (left, width) = side(bounds.left(), bounds.right(), width)?;
        let (top, height) = side(bounds.top(), bounds.bottom(), height)?;
        let mut mask = tiny_skia::Mask::new(width, height)?;
        #[expect(clippy::cast_precision_loss, reason = "pixels of a picture")]
        let shift = Transform::from_translate(-(left as f32), -(top as f32));
        mask.fill_path(path, FillRule::Winding, true, shift);
        Some(Self {
            left,
            top,
            width: width as usize,
            cover: mask.data().to_vec(),
        })
    }

    /// Adds to the cover of one pixel, by its place in the picture.
    pub(crate) fn add(&mut self, x: i32, y: i32, cover: u8) {
        let (Ok(column), Ok(row)) = (
            usize::try_from(x - self.left),
            usize::try_from(y - self.top),
        ) else {
            return;
        };
        if column < self.width
            && let Some(sample) = self.cover.get_mut(row * self.width + column)
        {
            *sample = sample.saturating_add(cover);
        }
    }
}

/// Lays a tone on a picture where the shape covers it; `strength` of 255 hides what was there.
pub(crate) fn paint(picture: &mut Picture, shape: &Shape, tone: Tone, strength: u8) {
    let strength = u32::from(strength);
    let rows = || {
        shape
            .cover
            .chunks_exact(shape.width.max(1))
            .zip(shape.top..)
    };
    for (row, y) in rows() {
        blend_row(
            &mut picture.luma,
            shape.left,
            y,
            row.iter().copied(),
            tone.luma,
            strength,
        );
    }
    let covers: Vec<_> = rows().collect();
    // Chrominance samples stand for two by two pixels, which begin at even places.
    let first_row = shape.top.div_euclid(2);
    let last_row = covers.last().map_or(first_row, |(_, y)| y.div_euclid(2));
    let first = shape.left.div_euclid(2);
    let count = (shape.width + 1).div_ceil(2) + 1;
    let mut sums = vec![0_u16; count];
    for y in first_row..=last_row {
        sums.fill(0);
        for &(row, at) in &covers {
            if at.div_euclid(2) != y {
                continue;
            }
            for (&cover, x) in row.iter().zip(shape.left..) {
                let place = usize::try_from(x.div_euclid(2) - first).unwrap_or(usize::MAX);
                if let Some(sum) = sums.get_mut(place) {
                    *sum += u16::from(cover);
                }
            }
        }
        let means = || {
            sums.iter()
                .map(|sum| u8::try_from(sum / 4).unwrap_or(u8::MAX))
        };
        for (plane, tone) in picture.chroma.iter_mut().zip(tone.chroma) {
            blend_row(plane, first, y, means(), tone, strength);
        }
    }
}

fn blend_row(
    plane: &mut Plane,
    left: i32,
    y: i32,
    cover: impl Iterator<Item = u8>,
    tone: u8,
    strength: u32,
) {
    let Ok(row) = usize::try_from(y) else { return };
    let Some(samples) = plane.samples.chunks_exact_mut(plane.width.max(1)).nth(row) else {
        return;
    };
    let skipped = usize::try_from(-left).unwrap_or(0);
    let start = usize::try_from(left).unwrap_or(0);
    let under = samples.iter_mut().skip(start);
    for (sample, cover) in under.zip(cover.skip(skipped)) {
        if cover > 0 {
            let share = u32::from(cover) * strength;
            let mixed = u32::from(*sample) * (65_025 - share) + u32::from(tone) * share;
            *sample = u8::try_from((mixed + 32_512) / 65_025).unwrap_or(u8::MAX);
        }
    }
}

/// Counts pixels as a length to draw with.
#[expect(
    clippy::cast_precision_loss,
    reason = "sides of a picture are below 2^24"
)]
pub(crate) fn pixels(count: u32) -> f32 {
    count as f32
}
