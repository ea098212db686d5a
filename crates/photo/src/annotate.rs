//! Draws on a picture what somebody wants to be seen, and hides what nobody needs to see.
//!
//! The screen on which it is drawn uses the same measures, so that the copy looks as it did there:
//! see `ui/phone/src/annotate/measures.ts`.

use tiny_skia::{LineCap, LineJoin, Path, PathBuilder, Rect, Stroke};
use xunfang_domain::{DrawnShape, InkColour, SPOT_MAX, Spot};

use crate::Picture;
use crate::ink::{Shape, Tone, paint, pixels};
use crate::picture::Plane;
use crate::watermark::fill_rounded;
use crate::watermark::text::Lettering;

// All in ten-thousandths of the longer side.

/// Width of a line.
const LINE: f32 = 70.0;
/// What is dark around it, on each side, so that it shows on every ground.
const RIM: f32 = 25.0;
/// Length of an arrow's head, and of half of its base.
const HEAD: (f32, f32) = (420.0, 210.0);
/// Share of a short arrow that its head takes at most.
const HEAD_SHARE: f32 = 0.6;
/// Size of a letter.
const LETTER: f32 = 420.0;
/// Share of the photo's width that a text takes at most.
const LABEL_SHARE: f32 = 0.94;
/// Room around a text, by the size of its letters.
const LABEL_PAD: f32 = 0.25;
/// Side of a square of a mosaic: an eye, or a character of a plate at two metres.
const SQUARE: f32 = 250.0;

/// Draws shapes on a picture, mosaics first, for they hide the photo and not what is drawn on it.
#[must_use]
pub fn draw(mut picture: Picture, shapes: &[DrawnShape]) -> Picture {
    let scale = Scale::of(&picture);
    for shape in shapes {
        if let DrawnShape::Mosaic { from, to } = shape {
            scale.hide(&mut picture, *from, *to);
        }
    }
    for shape in shapes {
        match shape {
            DrawnShape::Arrow { from, to, colour } => {
                scale.arrow(&mut picture, *from, *to, tone(*colour));
            }
            DrawnShape::Ellipse { from, to, colour } => {
                let (left, top, right, bottom) = scale.corners(*from, *to);
                let path =
                    Rect::from_ltrb(left, top, right, bottom).and_then(PathBuilder::from_oval);
                scale.line(&mut picture, path, tone(*colour));
            }
            DrawnShape::Line { path, colour } => {
                scale.line(&mut picture, scale.through(path), tone(*colour));
            }
            DrawnShape::Label { at, text, colour } => {
                scale.label(&mut picture, *at, text, tone(*colour));
            }
            DrawnShape::Mosaic { .. } => {}
        }
    }
    picture
}

const fn tone(colour: InkColour) -> Tone {
    match colour {
        InkColour::Red => Tone::rgb([235, 46, 42]),
        InkColour::Yellow => Tone::rgb([255, 214, 0]),
        InkColour::Blue => Tone::rgb([38, 132, 255]),
        InkColour::White => Tone::WHITE,
    }
}

/// Pixels of a picture in a ten-thousandth of its longer side.
#[derive(Debug, Clone, Copy)]
struct Scale {
    pixels: f32,
    width: f32,
}

impl Scale {
    fn of(picture: &Picture) -> Self {
        let (width, height) = (pixels(picture.width()), pixels(picture.height()));
        Self {
            pixels: width.max(height) / f32::from(SPOT_MAX),
            width,
        }
    }

    fn place(self, spot: Spot) -> (f32, f32) {
        (
            f32::from(spot.x) * self.pixels,
            f32::from(spot.y) * self.pixels,
        )
    }

    /// Returns left, top, right and bottom.
    fn corners(self, from: Spot, to: Spot) -> (f32, f32, f32, f32) {
        let ((x1, y1), (x2, y2)) = (self.place(from), self.place(to));
        (x1.min(x2), y1.min(y2), x1.max(x2), y1.max(y2))
    }

    fn through(self, path: &[Spot]) -> Option<Path> {
        let mut drawn = PathBuilder::new();
        for (number, spot) in path.iter().enumerate() {
            let (x, y) = self.place(*spot);
            if number == 0 {
                drawn.move_to(x, y);
            } else {
                drawn.line_to(x, y);
            }
        }
        drawn.finish()
    }

    /// Draws along a path; none where everything lies on one spot, and there is nothing to see.
    fn line(self, picture: &mut Picture, path: Option<Path>, tone: Tone) {
        let Some(path) = path else { return };
        for (width, tone) in [(LINE + 2.0 * RIM, Tone::BLACK), (LINE, tone)] {
            let stroke = Stroke {
                width: (width * self.pixels).max(1.0),
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                ..Stroke::default()
            };
            fill(picture, path.stroke(&stroke, 1.0), tone);
        }
    }

    fn arrow(self, picture: &mut Picture, from: Spot, to: Spot, tone: Tone) {
        let ((x1, y1), (x2, y2)) = (self.place(from), self.place(to));
        let far = (x2 - x1).hypot(y2 - y1);
        if far < 1.0 {
            return;
        }
        let (ux, uy) = ((x2 - x1) / far, (y2 - y1) / far);
        let head = (HEAD.0 * self.pixels).min(far * HEAD_SHARE);
        let half = head * HEAD.1 / HEAD.0;
        let (bx, by) = (x2 - ux * head, y2 - uy * head);
        let mut shaft = PathBuilder::new();
        shaft.move_to(x1, y1);
        shaft.line_to(bx, by);
        self.line(picture, shaft.finish(), tone);
        let mut triangle = PathBuilder::new();
        triangle.move_to(x2, y2);
        triangle.line_to(bx - uy * half, by + ux * half);
        triangle.line_to(bx + uy * half, by - ux * half);
        triangle.close();
        let Some(triangle) = triangle.finish() else {
            return;
        };
        let rim = Stroke {
            width: (2.0 * RIM * self.pixels).max(1.0),
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        fill(picture, triangle.stroke(&rim, 1.0), Tone::BLACK);
        fill(picture, Some(triangle), tone);
    }

    /// Writes a text on a dark panel. Near the edge it moves inwards, and a long one is smaller:
    /// every character is counted as wide as a Chinese one, so that the screen needs no measuring.
    fn label(self, picture: &mut Picture, at: Spot, text: &str, tone: Tone) {
        let count = f32::from(u16::try_from(text.chars().count()).unwrap_or(u16::MAX)).max(1.0);
        let room = self.width * LABEL_SHARE;
        let size = (LETTER * self.pixels).min(room / (count + 2.0 * LABEL_PAD));
        let pad = size * LABEL_PAD;
        let (x, y) = self.place(at);
        let line = Lettering::of_size(size).line(text, f32::MAX);
        let tall = size + 2.0 * pad;
        let left = x.min(self.width - size * count - 2.0 * pad).max(0.0);
        let top = y.min(pixels(picture.height()) - tall).max(0.0);
        let panel = [left, top, line.width() + 2.0 * pad, tall];
        fill_rounded(picture, panel, pad, Tone::BLACK, 190);
        // The baseline of a Chinese character lies an eighth above its lower edge.
        if let Some(letters) = line.shape(left + pad, top + pad + size * 0.88) {
            paint(picture, &letters, tone, 255);
        }
    }

    /// Replaces squares by their mean.
    fn hide(self, picture: &mut Picture, from: Spot, to: Spot) {
        let (left, top, right, bottom) = self.corners(from, to);
        // Chrominance has half as many samples, so the squares begin at even places.
        let even = |pixels: f32| whole(pixels) / 2 * 2;
        let (left, top) = (even(left), even(top));
        let (right, bottom) = (even(right) + 2, even(bottom) + 2);
        let side = even(SQUARE * self.pixels).max(4);
        average(&mut picture.luma, [left, top, right, bottom], side);
        for plane in &mut picture.chroma {
            let half = [left, top, right, bottom].map(|edge| edge / 2);
            average(plane, half, side / 2);
        }
    }
}

fn fill(picture: &mut Picture, path: Option<Path>, tone: Tone) {
    let size = (picture.width(), picture.height());
    if let Some(shape) = path.and_then(|path| Shape::filled(&path, size)) {
        paint(picture, &shape, tone, 255);
    }
}

/// Replaces the samples of each square of a rectangle by their mean.
fn average(plane: &mut Plane, [left, top, right, bottom]: [usize; 4], side: usize) {
    let (right, bottom) = (right.min(plane.width), bottom.min(plane.height));
    let width = plane.width;
    for row in (top..bottom).step_by(side) {
        for column in (left..right).step_by(side) {
            let (rows, end) = (row..(row + side).min(bottom), (column + side).min(right));
            let lines = || rows.clone().map(|y| y * width + column..y * width + end);
            let (mut sum, mut count) = (0_u64, 0_u64);
            for samples in lines().filter_map(|line| plane.samples.get(line)) {
                sum += samples.iter().copied().map(u64::from).sum::<u64>();
                count += samples.len() as u64;
            }
            let mean = u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX);
            for line in lines() {
                if let Some(samples) = plane.samples.get_mut(line) {
                    samples.fill(mean);
                }
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casting saturates"
)]
fn whole(pixels: f32) -> usize {
    pixels as usize
}
