//! Where a person stood, and how well that is known.

use serde::{Deserialize, Serialize};

use crate::{UnixMillis, Wgs84};

/// One answer of the phone's receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Fix {
    /// The place as measured.
    pub place: Wgs84,
    /// Radius in metres within which the receiver believes the true place lies (68 %).
    pub accuracy_m: f64,
    /// What gave the fix: `gps`, `network`, `fused`, or `simulated` on a developer's machine.
    pub provider: String,
    /// When the fix was taken, by the device's wall clock.
    pub taken_at: UnixMillis,
    /// Whether the operating system says that another app made the position up.
    pub mock: bool,
}

/// Why there is no fix. It is recorded, and never stops the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PositionMissing {
    /// The person did not allow it.
    Denied,
    /// The receiver gave nothing in time.
    NoFix,
    /// Location is switched off or the device has none.
    Unavailable,
}

/// What is known of the position at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PositionEvidence {
    /// The receiver answered.
    Measured {
        /// Its answer.
        fix: Fix,
    },
    /// It did not.
    Missing {
        /// Why not.
        why: PositionMissing,
    },
}

impl PositionEvidence {
    /// Returns the fix, where there is one.
    pub const fn fix(&self) -> Option<&Fix> {
        match self {
            Self::Measured { fix } => Some(fix),
            Self::Missing { .. } => None,
        }
    }
}
