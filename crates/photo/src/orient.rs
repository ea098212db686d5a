//! The camera's note on how the picture has to be turned.

use image::RgbImage;
use image::imageops::{flip_horizontal, flip_vertical, rotate90, rotate180, rotate270};

/// EXIF orientation, 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation(u8);

impl Orientation {
    /// As stored.
    pub const UPRIGHT: Self = Self(1);

    /// Reads the tag from a file; what cannot be read counts as upright.
    ///
    /// A camera that writes a broken EXIF block has still taken a photo.
    pub fn read(bytes: &[u8]) -> Self {
        let reader = exif::Reader::new();
        let Ok(data) = reader.read_from_container(&mut std::io::Cursor::new(bytes)) else {
            return Self::UPRIGHT;
        };
        data.get_field(exif::Tag::Orientation, exif::In::PRIMARY)
            .and_then(|field| field.value.get_uint(0))
            .and_then(|value| u8::try_from(value).ok())
            .filter(|value| (1..=8).contains(value))
            .map_or(Self::UPRIGHT, Self)
    }

    /// Whether width and height change places.
    pub const fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// Turns a picture upright.
    pub(crate) fn apply(self, picture: RgbImage) -> RgbImage {
        match self.0 {
            2 => flip_horizontal(&picture),
            3 => rotate180(&picture),
            4 => flip_vertical(&picture),
            5 => flip_horizontal(&rotate90(&picture)),
            6 => rotate90(&picture),
            7 => flip_horizontal(&rotate270(&picture)),
            8 => rotate270(&picture),
            _ => picture,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// A 2 x 3 picture whose pixels are numbered row by row.
    fn numbered() -> RgbImage {
        RgbImage::from_fn(2, 3, |x, y| Rgb([u8::try_from(y * 2 + x).unwrap(), 0, 0]))
    }

    #[test]
    fn each_orientation_puts_the_first_row_and_column_where_exif_says() {
        // (orientation, width, red values row by row), worked out by hand from the EXIF table:
        // 5 is the transpose and 7 the transverse of what is stored.
        for (value, width, expected) in [
            (1, 2, [0, 1, 2, 3, 4, 5]),
            (2, 2, [1, 0, 3, 2, 5, 4]),
            (3, 2, [5, 4, 3, 2, 1, 0]),
            (4, 2, [4, 5, 2, 3, 0, 1]),
            (5, 3, [0, 2, 4, 1, 3, 5]),
            (6, 3, [4, 2, 0, 5, 3, 1]),
            (7, 3, [5, 3, 1, 4, 2, 0]),
            (8, 3, [1, 3, 5, 0, 2, 4]),
        ] {
            let turned = Orientation(value).apply(numbered());
            let reds: Vec<u8> = turned.pixels().map(|pixel| pixel.0[0]).collect();
            assert_eq!(
                (turned.width(), reds.as_slice()),
                (width, &expected[..]),
                "{value}"
            );
            assert_eq!(Orientation(value).swaps_sides(), width == 3);
        }
    }
}
