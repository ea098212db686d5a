//! How a district wants its photos.

use serde::{Deserialize, Serialize};

/// How the watermark lies on a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WatermarkLayout {
    /// A panel in the lower left corner.
    #[default]
    Panel,
    /// A strip along the lower edge.
    Strip,
    /// A small panel with what matters most.
    Compact,
    /// Below the photo, so that nothing of it is covered.
    Footer,
}

impl WatermarkLayout {
    /// Every layout.
    pub const ALL: [Self; 4] = [Self::Panel, Self::Strip, Self::Compact, Self::Footer];
}

/// Whom a watermark names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WatermarkPerson {
    /// By the name shown beside their records.
    #[default]
    Name,
    /// By six letters and digits, which only the district can trace back.
    Number,
}

/// How a district wants its photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(default)]
pub struct PhotoPolicy {
    /// Longer side of the working copy in pixels, [`WORKING_PX_MIN`] to [`WORKING_PX_MAX`].
    pub working_px: u32,
    /// How the watermark lies on a photo.
    pub layout: WatermarkLayout,
    /// Whom it names.
    pub person: WatermarkPerson,
    /// When originals are sent. The small copies always go first and at once.
    pub originals: OriginalsGo,
}

/// Over which networks a phone sends originals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OriginalsGo {
    /// Where the phone does not know of a fee for each byte: Wi-Fi, a cable.
    #[default]
    Unmetered,
    /// Over every network.
    Always,
}

/// Smallest working copy of a district, in pixels.
pub const WORKING_PX_MIN: u32 = 1_280;
/// Largest working copy of a district, in pixels.
pub const WORKING_PX_MAX: u32 = 4_096;

impl Default for PhotoPolicy {
    fn default() -> Self {
        Self {
            working_px: 1_920,
            layout: WatermarkLayout::default(),
            person: WatermarkPerson::default(),
            originals: OriginalsGo::default(),
        }
    }
}

impl PhotoPolicy {
    /// Returns the working copy's size within its range, whatever was configured.
    pub fn working_px(&self) -> u32 {
        self.working_px.clamp(WORKING_PX_MIN, WORKING_PX_MAX)
    }
}
