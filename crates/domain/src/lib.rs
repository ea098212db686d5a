//! Vocabulary and rules of field inspection.
//!
//! Everything here is a value or a pure function. This crate must not know SQL, sockets, files,
//! the clock or random numbers: a time is handed in as [`UnixMillis`], an id is minted elsewhere.

mod coordinate;
mod finding;
mod geodesy;
mod glossary;
mod id;
mod person;
mod point;
mod position;
mod standard;
mod time;

pub use coordinate::{Bd09, Cgcs2000, CoordinateError, Datum, Gcj02, Wgs84};
pub use finding::{
    CaptureSource, Decision, DecisionError, FindingRecord, NOTE_CHARS_MAX, PHOTOS_PER_FINDING_MAX,
    PhotoRef, REASON_CHARS_MAX, RecordError, Review, ReviewState, Sha256Hex, Sha256HexError,
};
pub use glossary::{GLOSSARY, Term};
pub use id::{
    BatchId, DeviceId, DistrictId, FindingId, OpId, PersonId, PointId, StandardId, UnitId,
};
pub use person::{Actor, Object, Person, Role, Verb, allows};
pub use point::{KEY_POINT_TYPES, Point, PointType};
pub use position::{Fix, PositionEvidence, PositionMissing, Side, Standing, Zone};
pub use standard::{
    Comparator, Criterion, CriterionKind, District, Provenance, Standard, Threshold,
};
pub use time::UnixMillis;
