//! What anybody may learn of a photo: no more than its watermark shows, and whether it holds.

use serde::{Deserialize, Serialize};
use xunfang_domain::{PhotoCode, PointType, UnixMillis, Wgs84};

use crate::CheckOutcome;

/// What became of looking up a photo or its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VerifyVerdict {
    /// No record has this code, or names this file or the code in it.
    Unknown,
    /// The code is that of the record. No file was given.
    Known,
    /// The file is the original, byte by byte.
    Original,
    /// The file is a copy that the app made, byte by byte.
    Copy,
    /// The file is a copy that somebody drew on before the photo was submitted, or looks like it.
    Annotated,
    /// The file shows the same scene as the record's photo and carries its code, but it is none of its
    /// files: it was recompressed, or edited somewhere.
    Similar,
    /// The file carries the code of a record whose photo shows something else.
    Different,
    /// The file carries the code of a record whose photo is not here to compare with.
    Unclear,
}

/// A record, as far as a watermark tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PublicRecord {
    /// The code.
    pub code: PhotoCode,
    /// Whether the signature of the phone holds.
    pub signature: CheckOutcome,
    /// When it was taken, by the phone's clock.
    pub taken_at: UnixMillis,
    /// Minutes that this clock was ahead of UTC.
    pub offset_min: i16,
    /// Whether it was chosen from files instead of taken with the camera.
    pub from_file: bool,
    /// How long after the shot the app found it, in seconds, where the app had been ended meanwhile;
    /// time and place are of then.
    pub found_after_s: Option<u64>,
    /// Name of the district.
    pub district: String,
    /// Name of the point.
    pub point: String,
    /// What kind of point it is.
    pub kind: PointType,
    /// Who took it: by name or by number, as the district's watermarks say it.
    pub person: String,
    /// Where the phone was, as measured; null where it did not know.
    pub place: Option<Wgs84>,
    /// Radius of the circle around it, metres.
    pub accuracy_m: Option<f64>,
    /// How far from the point, metres.
    pub distance_m: Option<f64>,
}

/// The answer to a photo or a code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct VerifyReport {
    /// What became of it.
    pub verdict: VerifyVerdict,
    /// The record that it belongs to, or claims to; null where there is none.
    pub record: Option<PublicRecord>,
}
