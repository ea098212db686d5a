//! The watermark: who stood where and when, and a code by which the photo can be verified.
//!
//! It is printed on a copy only. What it says is decided elsewhere; here it gets a size that is
//! readable on this picture, and a place. The font is a subset of Noto Sans CJK SC (SIL Open Font
//! License, see `assets/watermark-sans.LICENSE`); a character that it lacks shows as an empty box.

mod qr;
pub(crate) mod text;

use std::iter::successors;

use tiny_skia::{PathBuilder, Rect};
use xunfang_domain::{PhotoCode, WatermarkLayout};

use self::qr::Qr;
use self::text::{Lettering, Line};
use crate::ink::{Shape, Tone, paint, pixels};
use crate::{PhotoError, Picture};

/// What a watermark says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    /// How it lies on the photo.
    pub layout: WatermarkLayout,
    /// The largest line: the point.
    pub title: String,
    /// The other lines, most important first.
    pub lines: Vec<String>,
    /// Printed below them, in groups of four.
    pub code: PhotoCode,
    /// What the square code says: an address that verifies the photo. In capitals it takes fewer
    /// and so larger squares.
    pub link: String,
}

/// Lines that the smallest layout shows beside title and code.
const COMPACT_LINES: usize = 2;
/// Smallest size of a letter, in pixels. Smaller ones cannot be read on a phone.
const LETTER_PX_MIN: f32 = 11.0;
/// Sizes that are tried, each a twentieth smaller: enough to get from the largest to the smallest.
const SIZES_TRIED: usize = 40;
/// Sizes that are tried for the sake of two columns: down to four fifths.
const SMALLER_FOR_COLUMNS: usize = 5;
/// How dark the panel is, of 255: white letters on it stand out from a white wall by 7 : 1.
const PANEL: u8 = 165;
/// Line height by letter size.
const LEADING: f32 = 1.42;
/// Size of the title by that of the other lines.
const TITLE: f32 = 1.22;

/// Prints a watermark on a picture.
///
/// # Errors
/// [`PhotoError::Encode`] where the link is too long for a square code.
pub fn print(mut picture: Picture, watermark: &Watermark) -> Result<Picture, PhotoError> {
    let qr = Qr::of(&watermark.link)?;
    let (width, height) = (pixels(picture.width()), pixels(picture.height()));
    // A letter is a fortieth of the shorter side; on a panorama the longer one has its say.
    let start = (width.min(height) / 40.0)
        .max(width.max(height) / 90.0)
        .clamp(LETTER_PX_MIN, 72.0);
    let room = match watermark.layout {
        WatermarkLayout::Panel => (width, height * 0.55),
        WatermarkLayout::Strip => (width, height * 0.45),
        WatermarkLayout::Compact => (width, height * 0.35),
        WatermarkLayout::Footer => (width, f32::MAX),
    };
    let sizes = || {
        let smaller = |size: &f32| Some((size * 0.95).max(LETTER_PX_MIN));
        successors(Some(start), smaller).take(SIZES_TRIED)
    };
    let blocks = || sizes().map(|size| Block::of(watermark, &qr, size, width));
    // A strip is half as high in two columns, which is worth slightly smaller letters.
    let in_columns = blocks()
        .take(SMALLER_FOR_COLUMNS)
        .find(|block| block.columns == 2);
    let fits = |block: &Block| block.width <= room.0 && block.height <= room.1;
    let block = in_columns
        .filter(fits)
        .or_else(|| blocks().find(fits))
        .unwrap_or_else(|| Block::of(watermark, &qr, LETTER_PX_MIN, width));
    let size = block.size;
    // On a picture too small for any panel nothing may be covered.
    let below = watermark.layout == WatermarkLayout::Footer || block.height > height * 0.7;
    if below {
        let rows = whole(block.height).next_multiple_of(2);
        let top = height;
        picture = picture.extended(rows, [255, 128, 128]);
        block.draw(&mut picture, (0.0, top), Tone::BLACK);
        return Ok(picture);
    }
    let margin = if watermark.layout == WatermarkLayout::Strip {
        0.0
    } else {
        (size * 0.6).min((width - block.width).max(0.0) / 2.0)
    };
    let (left, top) = (margin, height - block.height - margin);
    let wide = if watermark.layout == WatermarkLayout::Strip {
        width
    } else {
        block.width
    };
    let radius = if margin > 0.0 { size * 0.35 } else { 0.0 };
    fill_rounded(
        &mut picture,
        [left, top, wide, block.height],
        radius,
        Tone::BLACK,
        PANEL,
    );
    block.draw(&mut picture, (left, top), Tone::WHITE);
    Ok(picture)
}

/// Everything of a watermark with its place in it.
struct Block {
    size: f32,
    columns: u32,
    width: f32,
    height: f32,
    /// Left and baseline.
    lines: Vec<(f32, f32, Line)>,
    /// Left, top and side of one module, in whole pixels so that each is as wide as the next.
    code: (f32, f32, u32),
    qr: Qr,
}

impl Block {
    fn of(watermark: &Watermark, qr: &Qr, size: f32, room: f32) -> Self {
        let pad = size * 0.7;
        let shown = if watermark.layout == WatermarkLayout::Compact {
            COMPACT_LINES
        } else {
            watermark.lines.len()
        };
        let body = Lettering::of_size(size);
        let mut rows = vec![(Lettering::of_size(size * TITLE), watermark.title.clone())];
        let lines = watermark.lines.iter().take(shown);
        rows.extend(lines.map(|line| (body, line.clone())));
        rows.push((body, watermark.code.to_string()));
        let height_of = |rows: &[(Lettering, String)]| -> f32 {
            rows.iter()
                .map(|(lettering, _)| lettering.size() * LEADING)
                .sum()
        };
        // Two columns where the whole width is there and every line fits into half of it.
        let full = matches!(
            watermark.layout,
            WatermarkLayout::Strip | WatermarkLayout::Footer
        );
        let widest = rows
            .iter()
            .map(|(lettering, text)| lettering.line(text, f32::MAX).width())
            .fold(0.0, f32::max);
        let square = size * 0.2 * pixels(qr.modules());
        let halves = full && room - square - 2.0 * pad > 2.0 * (widest + pad);
        let columns: u32 = if halves { 2 } else { 1 };
        let first = rows.len().div_ceil(columns as usize);
        let tallest = height_of(rows.get(..first).unwrap_or(&rows));
        // About as high as the text beside it, and never too fine to survive being sent on.
        let module = tallest / pixels(qr.modules());
        let module = whole(module.clamp(size * 0.15, size * 0.2)).max(2);
        let side = pixels(qr.modules() * module);
        let height = tallest.max(side) + 2.0 * pad;
        let left = pad + side + pad;
        let text_room = (room - left - pad).max(size * 4.0);
        let column_room = (text_room - pad * pixels(columns - 1)) / pixels(columns);
        let mut placed = Vec::with_capacity(rows.len());
        let mut widest = 0.0_f32;
        for (number, column) in (0..).zip(rows.chunks(first)) {
            let x = left + pixels(number) * (column_room + pad);
            let mut y = (height - height_of(column)) / 2.0;
            for (lettering, text) in column {
                let line = lettering.line(text, column_room);
                widest = widest.max(x + line.width());
                y += lettering.size() * LEADING;
                // The baseline lies a little above the lower edge of its row.
                placed.push((x, y - lettering.size() * 0.38, line));
            }
        }
        Self {
            size,
            columns,
            width: if full { room } else { widest + pad },
            height,
            lines: placed,
            code: (pad, (height - side) / 2.0, module),
            qr: qr.clone(),
        }
    }

    fn draw(&self, picture: &mut Picture, (left, top): (f32, f32), tone: Tone) {
        let (x, y, module) = self.code;
        let (x, y) = ((left + x).round(), (top + y).round());
        let side = pixels(self.qr.modules() * module);
        fill_rounded(picture, [x, y, side, side], 0.0, Tone::WHITE, 255);
        let mut dark = Shape::empty(whole_place(x), whole_place(y), whole(side), whole(side));
        self.qr
            .draw(&mut dark, (whole_place(x), whole_place(y)), module);
        paint(picture, &dark, Tone::BLACK, 255);
        for (x, baseline, line) in &self.lines {
            if let Some(shape) = line.shape(left + x, top + baseline) {
                paint(picture, &shape, tone, 255);
            }
        }
    }
}

pub(crate) fn fill_rounded(
    picture: &mut Picture,
    [x, y, w, h]: [f32; 4],
    r: f32,
    tone: Tone,
    strength: u8,
) {
    let mut path = PathBuilder::new();
    if r <= 0.0 {
        if let Some(rect) = Rect::from_xywh(x, y, w, h) {
            path.push_rect(rect);
        }
    } else {
        path.move_to(x + r, y);
        path.line_to(x + w - r, y);
        path.quad_to(x + w, y, x + w, y + r);
        path.line_to(x + w, y + h - r);
        path.quad_to(x + w, y + h, x + w - r, y + h);
        path.line_to(x + r, y + h);
        path.quad_to(x, y + h, x, y + h - r);
        path.line_to(x, y + r);
        path.quad_to(x, y, x + r, y);
        path.close();
    }
    let size = (picture.width(), picture.height());
    if let Some(shape) = path.finish().and_then(|path| Shape::filled(&path, size)) {
        paint(picture, &shape, tone, strength);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casting saturates"
)]
fn whole(length: f32) -> u32 {
    length.ceil() as u32
}

#[expect(clippy::cast_possible_truncation, reason = "casting saturates")]
fn whole_place(place: f32) -> i32 {
    place.round() as i32
}
