//! What somebody drew on a copy of a photo: where to look, and what nobody needs to see.
//!
//! Places are in ten-thousandths of the photo's longer side, from the upper left corner, so that a
//! drawing fits every size of the photo. The photo itself is never drawn on.

use serde::{Deserialize, Serialize};

use crate::{Clocks, CopyRef, PersonId, Sha256Hex};

/// Ten-thousandths in the longer side.
pub const SPOT_MAX: u16 = 10_000;
/// Shapes of one drawing.
pub const SHAPES_MAX: usize = 60;
/// Spots of one freehand line.
pub const PATH_SPOTS_MAX: usize = 200;
/// Spots of all freehand lines of one drawing: 15 KB, so that a record with many photos that are
/// drawn on still fits into one push.
pub const SPOTS_MAX: usize = 600;
/// Characters of one text.
pub const LABEL_CHARS_MAX: usize = 20;

/// Version of the statement that this build writes.
pub const ANNOTATION_VERSION: u16 = 1;

/// A place on a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Spot {
    /// From the left, 0..=10,000.
    pub x: u16,
    /// From the top, 0..=10,000.
    pub y: u16,
}

/// A colour that stands out from streets, walls and trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InkColour {
    /// Red.
    Red,
    /// Yellow.
    Yellow,
    /// Blue.
    Blue,
    /// White.
    White,
}

/// One thing that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum DrawnShape {
    /// Points at `to`.
    Arrow {
        /// Its tail.
        from: Spot,
        /// Its head.
        to: Spot,
        /// Its colour.
        colour: InkColour,
    },
    /// Goes round what lies in a rectangle.
    Ellipse {
        /// A corner of the rectangle.
        from: Spot,
        /// The opposite one.
        to: Spot,
        /// Its colour.
        colour: InkColour,
    },
    /// A freehand line.
    Line {
        /// From spot to spot, 2..=200.
        path: Vec<Spot>,
        /// Its colour.
        colour: InkColour,
    },
    /// A few words.
    Label {
        /// Their upper left corner.
        at: Spot,
        /// 1..=20 characters without line breaks.
        text: String,
        /// Their colour.
        colour: InkColour,
    },
    /// Makes what lies in a rectangle unrecognizable: a face, a number plate.
    Mosaic {
        /// A corner of the rectangle.
        from: Spot,
        /// The opposite one.
        to: Spot,
    },
}

/// Why a drawing is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DrawingError {
    /// More than [`SHAPES_MAX`].
    #[error("a drawing has at most 60 shapes")]
    TooManyShapes,
    /// A place outside any photo.
    #[error("a place on a photo is 0 to 10,000")]
    OutsidePhoto,
    /// A line of one spot, or of more than [`PATH_SPOTS_MAX`].
    #[error("a freehand line has 2 to 200 spots")]
    PathLength,
    /// Freehand lines of more than [`SPOTS_MAX`] together.
    #[error("the freehand lines of a drawing have at most 600 spots together")]
    TooManySpots,
    /// A text that is empty, longer than [`LABEL_CHARS_MAX`] or not on one line.
    #[error("a text on a photo has 1 to 20 characters on one line")]
    Label,
}

impl DrawnShape {
    /// Checks the ranges that the fields name.
    ///
    /// # Errors
    /// [`DrawingError`].
    pub fn check(&self) -> Result<(), DrawingError> {
        let inside = |spot: &Spot| spot.x <= SPOT_MAX && spot.y <= SPOT_MAX;
        let all_inside = match self {
            Self::Arrow { from, to, .. }
            | Self::Ellipse { from, to, .. }
            | Self::Mosaic { from, to } => inside(from) && inside(to),
            Self::Line { path, .. } => {
                if !(2..=PATH_SPOTS_MAX).contains(&path.len()) {
                    return Err(DrawingError::PathLength);
                }
                path.iter().all(inside)
            }
            Self::Label { at, text, .. } => {
                let length = text.chars().count();
                let one_line = !text.chars().any(char::is_control);
                if !(1..=LABEL_CHARS_MAX).contains(&length) || !one_line || text.trim().is_empty() {
                    return Err(DrawingError::Label);
                }
                inside(at)
            }
        };
        if all_inside {
            Ok(())
        } else {
            Err(DrawingError::OutsidePhoto)
        }
    }
}

/// Checks a whole drawing.
///
/// # Errors
/// The first [`DrawingError`].
pub fn check_drawing(shapes: &[DrawnShape]) -> Result<(), DrawingError> {
    if shapes.len() > SHAPES_MAX {
        return Err(DrawingError::TooManyShapes);
    }
    let spots: usize = shapes
        .iter()
        .map(|shape| match shape {
            DrawnShape::Line { path, .. } => path.len(),
            _ => 0,
        })
        .sum();
    if spots > SPOTS_MAX {
        return Err(DrawingError::TooManySpots);
    }
    shapes.iter().try_for_each(DrawnShape::check)
}

/// A drawing on a photo, as the device signs it. It is made between the photo and its submission,
/// and says nothing of the photo's own record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PhotoAnnotation {
    /// [`ANNOTATION_VERSION`] of the app that wrote it.
    pub version: u16,
    /// Hash of the text of the photo's record.
    pub evidence: Sha256Hex,
    /// Hash of the photo's original.
    pub original: Sha256Hex,
    /// The copy that was drawn on, with the watermark over it.
    pub copy: CopyRef,
    /// What was drawn, the first below.
    pub shapes: Vec<DrawnShape>,
    /// Who was signed in.
    pub person: PersonId,
    /// When.
    pub clocks: Clocks,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(x: u16, y: u16) -> Spot {
        Spot { x, y }
    }

    #[test]
    fn what_lies_outside_its_ranges_is_refused() {
        let label = |text: &str| DrawnShape::Label {
            at: spot(0, 0),
            text: text.to_owned(),
            colour: InkColour::Red,
        };
        let line = |spots: usize| DrawnShape::Line {
            path: vec![spot(1, 1); spots],
            colour: InkColour::Yellow,
        };
        let arrow = |x| DrawnShape::Arrow {
            from: spot(0, 0),
            to: spot(x, 10_000),
            colour: InkColour::White,
        };
        for (shape, told) in [
            (arrow(10_000), Ok(())),
            (arrow(10_001), Err(DrawingError::OutsidePhoto)),
            (line(2), Ok(())),
            (line(200), Ok(())),
            (line(1), Err(DrawingError::PathLength)),
            (line(201), Err(DrawingError::PathLength)),
            (label("井盖"), Ok(())),
            (label(&"长".repeat(20)), Ok(())),
            (label(&"长".repeat(21)), Err(DrawingError::Label)),
            (label(" "), Err(DrawingError::Label)),
            (label("a\nb"), Err(DrawingError::Label)),
        ] {
            assert_eq!(shape.check(), told, "{shape:?}");
            assert_eq!(check_drawing(&[arrow(1), shape]), told);
        }
        assert_eq!(check_drawing(&vec![line(200); 3]), Ok(()));
        assert_eq!(
            check_drawing(&vec![line(200); 4]),
            Err(DrawingError::TooManySpots)
        );
        assert_eq!(check_drawing(&vec![arrow(1); 60]), Ok(()));
        assert_eq!(
            check_drawing(&vec![arrow(1); 61]),
            Err(DrawingError::TooManyShapes)
        );
    }
}
