//! What is known of a photo at the moment it was taken in.
//!
//! The record is written once, signed by the device and never changed.

use serde::{Deserialize, Serialize};

use crate::{
    CaptureSource, DeviceId, FindingId, InspectionId, PersonId, PhotoCode, PhotoMark, PointId,
    PositionEvidence, Sha256Hex, Standing, UnixMillis, Wgs84,
};

/// A wall-clock time with what is known of its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct CivilTime {
    /// The reading of the clock on the wall, counted as if it were UTC.
    pub local: UnixMillis,
    /// Minutes that this clock is ahead of UTC, -720..=840; none: the zone is not known.
    pub offset_min: Option<i16>,
}

impl CivilTime {
    /// Returns the moment, where the zone is known.
    pub fn utc(self) -> Option<UnixMillis> {
        let minutes = self.offset_min?;
        Some(self.local.plus_ms(-i64::from(minutes) * 60_000))
    }
}

/// What a photo's own notes claim. Anyone can write them, so they are compared and not believed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ExifClaims {
    /// When it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<CivilTime>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Wgs84>,
    /// Metres above the sea.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude_m: Option<f64>,
    /// How well the place is known, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
    /// Where the camera looked, in degrees from north, 0..=360.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction_deg: Option<f64>,
    /// Maker and model of the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// One copy of a photo, by the hash of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct CopyRef {
    /// Hash of the file.
    pub sha256: Sha256Hex,
    /// Its length in bytes.
    pub bytes: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// The copies that are made of every photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PhotoCopies {
    /// Upright, scaled, with position and time in its EXIF.
    pub working: CopyRef,
    /// The same with the watermark, and without EXIF: the one that is passed on.
    pub marked: CopyRef,
    /// For lists.
    pub thumb: CopyRef,
}

/// The original file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct OriginalRef {
    /// Hash of its bytes, taken before anything else was done with them.
    pub sha256: Sha256Hex,
    /// Its length in bytes.
    pub bytes: u64,
}

/// What a photo was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PhotoSubject {
    /// A finding that is being written.
    Finding {
        /// Which.
        id: FindingId,
    },
    /// An item of an inspection.
    Answer {
        /// Which inspection.
        inspection: InspectionId,
        /// Code of the item's criterion.
        criterion: String,
    },
}

/// The device's clocks at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Clocks {
    /// The wall clock, which a person can set.
    pub wall: UnixMillis,
    /// Minutes that the device's zone is ahead of UTC.
    pub offset_min: i16,
    /// Names the time since the device was last started; a clock of one run says nothing of
    /// another.
    pub boot: String,
    /// Milliseconds since then by the clock that nobody can set.
    pub since_boot_ms: u64,
}

impl Clocks {
    /// Returns the milliseconds from `earlier` to this moment by the clock that nobody can set;
    /// none where the device was started in between.
    pub fn elapsed_ms(&self, earlier: &Self) -> Option<u64> {
        if self.boot == earlier.boot {
            self.since_boot_ms.checked_sub(earlier.since_boot_ms)
        } else {
            None
        }
    }
}

/// A text signed by a device or a server. The text is kept letter for letter as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Sealed {
    /// The statement as JSON.
    pub text: String,
    /// Hash of the public key that signed it.
    pub key: Sha256Hex,
    /// P-256 ECDSA over the statement, 128 hexadecimal digits.
    pub signature: String,
}

/// A word of the server that a phone could not have had earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Beacon {
    /// When it was given, by the server's clock.
    pub at: UnixMillis,
    /// For which device.
    pub device: DeviceId,
    /// Random, so that nobody can prepare it.
    pub nonce: String,
}

/// A beacon as a phone holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct HeldBeacon {
    /// A [`Beacon`].
    pub beacon: Sealed,
    /// When it came, by the device's clocks.
    pub came: Clocks,
}

/// The server's word that it holds a photo's record for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Receipt {
    /// Hash of the evidence's text.
    pub evidence: Sha256Hex,
    /// Hash of the photo's original.
    pub original: Sha256Hex,
    /// When it was there, by the server's clock.
    pub at: UnixMillis,
}

/// Version of the record that this build writes.
pub const EVIDENCE_VERSION: u16 = 1;

/// Everything that is known of a photo when it is taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PhotoEvidence {
    /// [`EVIDENCE_VERSION`] of the app that wrote it.
    pub version: u16,
    /// The installation that took it in.
    pub device: DeviceId,
    /// Counts the records of the device, from 1 and without gaps.
    pub seq: u64,
    /// Hash of the text of the record before this one; 64 zeros in the first.
    pub prev: Sha256Hex,
    /// The file as it came.
    pub original: OriginalRef,
    /// Printed into the watermark.
    pub code: PhotoCode,
    /// What was made of it.
    pub copies: PhotoCopies,
    /// Who was signed in.
    pub person: PersonId,
    /// At which point.
    pub point: PointId,
    /// For what.
    pub subject: PhotoSubject,
    /// How it reached the app.
    pub source: CaptureSource,
    /// When.
    pub clocks: Clocks,
    /// Where the phone was.
    pub position: PositionEvidence,
    /// Age of that fix in milliseconds, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_age_ms: Option<u64>,
    /// How it lay to the point's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// What the file itself claims.
    #[serde(default)]
    pub exif: ExifClaims,
    /// What the phone found worth a second look.
    #[serde(default)]
    pub marks: Vec<PhotoMark>,
    /// The last word of the server before it, where there ever was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<HeldBeacon>,
}
