//! The camera's note on how the picture has to be turned.

/// EXIF orientation, 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation(u8);

/// Side of the squares in which planes are turned, so that rows and columns both stay in the
/// nearest cache.
const BLOCK: usize = 32;

impl Orientation {
    /// As stored.
    pub const UPRIGHT: Self = Self(1);

    /// Takes the tag's value; one that EXIF does not know counts as upright.
    ///
    /// A camera that writes a broken EXIF block has still taken a photo.
    pub(crate) fn of(value: u32) -> Self {
        match u8::try_from(value) {
            Ok(value @ 1..=8) => Self(value),
            _ => Self::UPRIGHT,
        }
    }

    /// Whether width and height change places.
    pub const fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// Turns a plane of samples upright; none: it is already.
    #[expect(
        clippy::indexing_slicing,
        reason = "both indices are below width x height, which is the length of both buffers"
    )]
    pub(crate) fn apply(self, from: &[u8], width: usize, height: usize) -> Option<Vec<u8>> {
        if self == Self::UPRIGHT || from.len() != width * height {
            return None;
        }
        let mut turned = vec![0; from.len()];
        // Where the sample at column x and row y goes.
        let place = |x: usize, y: usize| {
            let (right, below) = (width - 1 - x, height - 1 - y);
            match self.0 {
                2 => y * width + right,
                3 => below * width + right,
                4 => below * width + x,
                5 => x * height + y,
                6 => x * height + below,
                7 => right * height + below,
                8 => right * height + y,
                _ => y * width + x,
            }
        };
        for top in (0..height).step_by(BLOCK) {
            for left in (0..width).step_by(BLOCK) {
                for y in top..height.min(top + BLOCK) {
                    for x in left..width.min(left + BLOCK) {
                        turned[place(x, y)] = from[y * width + x];
                    }
                }
            }
        }
        Some(turned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_orientation_puts_the_first_row_and_column_where_exif_says() {
        // (orientation, samples of a plane 2 wide and 3 high), worked out by hand from the EXIF
        // table: 5 is the transpose and 7 the transverse of what is stored.
        for (value, expected) in [
            (1, [0, 1, 2, 3, 4, 5]),
            (2, [1, 0, 3, 2, 5, 4]),
            (3, [5, 4, 3, 2, 1, 0]),
            (4, [4, 5, 2, 3, 0, 1]),
            (5, [0, 2, 4, 1, 3, 5]),
            (6, [4, 2, 0, 5, 3, 1]),
            (7, [5, 3, 1, 4, 2, 0]),
            (8, [1, 3, 5, 0, 2, 4]),
        ] {
            let stored = [0, 1, 2, 3, 4, 5];
            let orientation = Orientation::of(value);
            let turned = orientation.apply(&stored, 2, 3);
            assert_eq!(turned.as_deref().unwrap_or(&stored), expected, "{value}");
            assert_eq!(orientation.swaps_sides(), value >= 5);
        }
        for unknown in [0, 9, 300] {
            assert_eq!(Orientation::of(unknown), Orientation::UPRIGHT);
        }
    }
}
