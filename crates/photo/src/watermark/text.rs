//! Letters as shapes.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, GlyphId, Point, ScaleFont};

use crate::ink::Shape;

static FONT: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| {
    let file = include_bytes!("../../assets/watermark-sans.otf");
    FontRef::try_from_slice(file).ok()
});

/// Stands for a character that the font lacks.
const UNKNOWN: char = '□';

/// Letters of one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lettering {
    size: f32,
}

/// One line of text, set from x = 0 on the baseline y = 0.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    glyphs: Vec<Glyph>,
    width: f32,
}

impl Lettering {
    /// Takes the height of a Chinese character, in pixels.
    pub(crate) const fn of_size(size: f32) -> Self {
        Self { size }
    }

    pub(crate) const fn size(self) -> f32 {
        self.size
    }

    /// Sets a text in at most `room` pixels; what does not fit ends in an ellipsis.
    pub(crate) fn line(self, text: &str, room: f32) -> Line {
        let Some(font) = FONT.as_ref() else {
            return Line {
                glyphs: Vec::new(),
                width: 0.0,
            };
        };
        let known = |letter: char| match font.glyph_id(letter) {
            GlyphId(0) => font.glyph_id(UNKNOWN),
            id => id,
        };
        let units = font.units_per_em().unwrap_or(1_000.0);
        let advance = |id: GlyphId| font.h_advance_unscaled(id) * self.size / units;
        let ellipsis = known('…');
        let whole: f32 = text.chars().map(|letter| advance(known(letter))).sum();
        let room = if whole > room {
            room - advance(ellipsis)
        } else {
            f32::MAX
        };
        // The font's height of a line is what a scale means; the letters' size is what we mean.
        let scale = self.size * font.height_unscaled() / units;
        let scaled = font.as_scaled(scale);
        let mut glyphs = Vec::with_capacity(text.len());
        let mut x = 0.0;
        let mut put = |id: GlyphId, x: &mut f32| {
            let position = Point { x: *x, y: 0.0 };
            glyphs.push(id.with_scale_and_position(scaled.scale(), position));
            *x += advance(id);
        };
        for id in text.chars().map(known) {
            if x + advance(id) > room {
                put(ellipsis, &mut x);
                break;
            }
            put(id, &mut x);
        }
        Line { glyphs, width: x }
    }
}

impl Line {
    pub(crate) const fn width(&self) -> f32 {
        self.width
    }

    /// Returns the line as a shape with its baseline at y; none where it shows nothing.
    pub(crate) fn shape(&self, x: f32, y: f32) -> Option<Shape> {
        let font = FONT.as_ref()?;
        let outlines: Vec<_> = self
            .glyphs
            .iter()
            .filter_map(|glyph| {
                let mut glyph = glyph.clone();
                glyph.position.x += x;
                glyph.position.y += y;
                font.outline_glyph(glyph)
            })
            .collect();
        let bounds = outlines
            .iter()
            .map(ab_glyph::OutlinedGlyph::px_bounds)
            .reduce(|mut all, one| {
                all.min.x = all.min.x.min(one.min.x);
                all.min.y = all.min.y.min(one.min.y);
                all.max.x = all.max.x.max(one.max.x);
                all.max.y = all.max.y.max(one.max.y);
                all
            })?;
        let mut shape = Shape::empty(
            place(bounds.min.x),
            place(bounds.min.y),
            length(bounds.width()),
            length(bounds.height()),
        );
        for outline in &outlines {
            let corner = outline.px_bounds().min;
            let (left, top) = (place(corner.x), place(corner.y));
            outline.draw(|x, y, cover| {
                let (x, y) = (i32::try_from(x), i32::try_from(y));
                if let (Ok(x), Ok(y)) = (x, y) {
                    shape.add(left + x, top + y, share(cover));
                }
            });
        }
        Some(shape)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "casting saturates")]
fn place(pixels: f32) -> i32 {
    pixels.floor() as i32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casting saturates"
)]
fn length(pixels: f32) -> u32 {
    pixels.ceil() as u32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0..=255"
)]
fn share(cover: f32) -> u8 {
    (cover.clamp(0.0, 1.0) * 255.0).round() as u8
}
