//! Wire types that phone, console and server share.
//!
//! Field names and values here are a contract with apps in the field: they are added to, never
//! renamed. This crate must not know how anything is stored, sent or shown.

mod accounts;
mod console;
mod error;
mod packing;
mod reference;
mod rescue;
mod rescue_report;
mod session;
mod sync;
mod upload;
mod verify;

pub use accounts::{
    DeviceRow, EnrolmentClaim, EnrolmentCode, EnrolmentRequest, NAME_CHARS_MAX, PasswordChange,
    PersonAdd, PersonChange, PersonFault, PersonPage, PersonRow, PersonWithPassword, SessionList,
    SessionRow, UnitSave,
};
pub use console::{
    CheckOutcome, EarlierFinding, EarlierUse, EvidenceCheck, FindingDetail, FindingPage,
    FindingRow, InspectionPage, InspectionRow, LiveBegun, LiveNotice, PhotoCheck, PhotoReport,
    Resemblance, ReviewRequest, ReviewTally, ShownIn, TimeBracket,
};
pub use error::{ErrorBody, codes};
pub use packing::{PACKING, pack, unpack};
pub use reference::{
    FileFault, ImportDone, ImportPreview, ImportPreviewRow, KindCount, LimitEdit, PointSave,
    PointTable, RowPoint, StandardEdit, StandardHead,
};
pub use rescue::{RESCUE_EXTENSION, RescueManifest, RescueSection, read_section, write_section};
pub use rescue_report::{RescueFault, RescueRefusal, RescueReport};
pub use session::{SessionView, SignInRequest, SignedIn};
pub use sync::{
    Event, EventBody, FeedScope, OPS_PER_PUSH_MAX, Op, OpKind, OpResult, OpStatus, PROTO,
    PUSH_BYTES_AIM, PUSH_BYTES_MAX, PullRequest, PullResponse, PushRequest, PushResponse,
    ScopePage, SeqRange, UnreadEvent,
};
pub use upload::{
    BUNDLE_BYTES_AIM, BUNDLE_CONTENT_TYPE, BUNDLE_FILES_MAX, BUNDLE_HEAD_BYTES, BundleAnswer,
    BundleError, BundleReader, BundledFile, UPLOAD_CHECKSUM, UPLOAD_CHUNK_BYTES,
    UPLOAD_CONTENT_TYPE, UPLOAD_OFFSET, UPLOAD_PHOTO_BYTES_MAX, UPLOAD_SMALL_BYTES, add_to_bundle,
};
pub use verify::{PublicRecord, VerifyReport, VerifyVerdict};
