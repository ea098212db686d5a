//! The square code.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::PhotoError;
use crate::ink::Shape;

/// Empty modules on each side, as the standard asks for.
const QUIET: u32 = 4;

/// A square code, to be drawn in modules.
#[derive(Clone)]
pub(super) struct Qr(QrCode);

impl Qr {
    pub(super) fn of(text: &str) -> Result<Self, PhotoError> {
        // A fifth of it may be lost, which is what recompression by a chat takes away.
        QrCode::encode_text(text, QrCodeEcc::Medium)
            .map(Self)
            .map_err(|error| PhotoError::Encode(error.to_string()))
    }

    /// Modules on a side, with the empty ones around.
    pub(super) fn modules(&self) -> u32 {
        u32::try_from(self.0.size()).unwrap_or(0) + 2 * QUIET
    }

    pub(super) fn draw(&self, dark: &mut Shape, (left, top): (i32, i32), module: u32) {
        let module = i32::try_from(module).unwrap_or(1);
        let quiet = i32::try_from(QUIET).unwrap_or(0);
        for row in 0..self.0.size() {
            for column in 0..self.0.size() {
                if !self.0.get_module(column, row) {
                    continue;
                }
                for y in 0..module {
                    for x in 0..module {
                        dark.add(
                            left + (column + quiet) * module + x,
                            top + (row + quiet) * module + y,
                            255,
                        );
                    }
                }
            }
        }
    }
}
