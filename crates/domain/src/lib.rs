//! Vocabulary and rules of field inspection.
//!
//! Everything here is a value or a pure function. This crate must not know SQL, sockets, files,
//! the clock or random numbers: a time is handed in as [`UnixMillis`], an id is minted elsewhere.

mod annotation;
mod answer;
#[cfg(feature = "catalogue")]
pub mod catalogue;
mod codes;
mod coordinate;
mod date;
mod evidence;
mod finding;
mod geodesy;
mod glossary;
mod id;
mod import;
mod inspection;
mod nearby;
mod password;
mod person;
mod photo_code;
mod photo_marks;
mod photo_policy;
mod plane;
mod point;
mod policy;
mod position;
mod spelling;
mod standard;
mod time;
mod unit;
mod verdict;
mod zone;

pub use annotation::{
    ANNOTATION_VERSION, DrawingError, DrawnShape, InkColour, LABEL_CHARS_MAX, PATH_SPOTS_MAX,
    PhotoAnnotation, SHAPES_MAX, SPOT_MAX, SPOTS_MAX, Spot, check_drawing,
};
pub use answer::{
    AnswerError, AnswerFault, AnswerField, AnswerValue, COUNT_MAX, Control, Counting, ENTRIES_MAX,
    Marker, PartAnswer, REMARK_CHARS_MAX, STREET_PLACES_MAX,
};
#[cfg(feature = "catalogue")]
pub use codes::{CodeEdition, CodeEntry, CodeStatus, Dictionary, DictionaryError};
pub use codes::{CodeError, CodeKind, CodeRef};
pub use coordinate::{Bd09, Cgcs2000, CoordinateError, Datum, Gcj02, Wgs84};
pub use date::{CivilDate, DateError, Deadline};
pub use evidence::{
    Beacon, CivilTime, Clocks, CopyRef, EVIDENCE_VERSION, ExifClaims, HeldBeacon, OriginalRef,
    PhotoCopies, PhotoEvidence, PhotoSubject, Receipt, Sealed,
};
pub use finding::{
    CaptureSource, Decision, DecisionError, FindingRecord, NOTE_CHARS_MAX, PHOTOS_PER_FINDING_MAX,
    PhotoRef, REASON_CHARS_MAX, REVIEW_REV_MAX, RecordError, Review, ReviewState, RevisionError,
    Sha256Hex, Sha256HexError,
};
pub use glossary::{GLOSSARY, Term};
pub use id::{
    BatchId, DeviceId, DistrictId, FindingId, InspectionId, OpId, PersonId, PointId, SessionId,
    StandardId, UnitId,
};
pub use import::{
    Against, Bounds, Cell, DUPLICATE_WITHIN_M, Draft, FateTally, ImportPlan, ImportRow, PlaceEdit,
    PlannedPoint, PointEdit, PointField, RowFate, RowRefusal, plan_import, write_point,
};
pub use inspection::{
    ANSWER_NOTE_CHARS_MAX, ANSWERS_MAX, Answer, Answered, InspectionError, InspectionRecord, Lack,
    OutcomeTally, TRACK_FIXES_MAX, TrackFix, day, lacks,
};
pub use nearby::Nearby;
pub use password::{
    PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PASSWORDS_REMEMBERED, PasswordFault, PasswordProfile,
};
pub use person::{GRANTS_MAX, Grant, Grants, GrantsError, Person, Role, Scope};
pub use photo_code::{PhotoCode, PhotoCodeError};
pub use photo_marks::{
    FIX_AGE_MS_MAX, Look, PLACE_DIFFERS_M, PhotoMark, SPEED_M_S_MAX, ShotBefore, TIME_DIFFERS_MS,
    photo_marks,
};
pub use photo_policy::{
    OriginalsGo, PhotoPolicy, WORKING_PX_MAX, WORKING_PX_MIN, WatermarkLayout, WatermarkPerson,
};
pub use point::{Point, PointType};
pub use policy::{Actor, Object, ObjectKind, Reach, Verb, allows, permits};
pub use position::{Fix, PositionEvidence, PositionMissing};
pub use spelling::{spelled_like, spelling_order};
pub use standard::{
    Category, Comparator, Criterion, CriterionKind, CriterionScope, District, Edited, Evidence,
    Excuse, ExcuseMode, LimitError, LimitValue, MeasureUnit, Need, Part, PhotosWhen, ProfileHead,
    Provenance, Shot, Standard, StandardChange, StandardRef, Threshold, compare,
};
pub use time::UnixMillis;
pub use unit::{Place, UNIT_NAME_CHARS_MAX, Unit, UnitError, UnitLevel};
pub use verdict::{CONFIDENCE, Day, Interval, Outcome, Sampled, Verdict, Why, interval, judge};
pub use zone::{CELL_M, Coverage, Side, Standing, ZONE_CORNERS_MAX, Zone, ZoneError, ZoneShape};
