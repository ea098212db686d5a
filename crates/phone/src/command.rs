//! The closed list of what a screen can ask of the phone's core.
//!
//! The window and the developer's preview both take a [`Command`] as JSON; what does not parse
//! as one is refused before anything runs. Photo bytes travel beside it, raw, by
//! [`crate::Phone::stage_photo`].

use serde::{Deserialize, Serialize};
use xunfang_domain::{
    AnswerValue, DrawnShape, FindingId, InspectionId, PointId, PointType, RecordError, Sha256Hex,
};
use xunfang_photo::PhotoError;
use xunfang_store::{StoreError, StoreFault};

use crate::surroundings::Surroundings;
use crate::view::{FindingFilter, Settings};

/// One request of a screen. The doc comment of each names its answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(tag = "cmd", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Answers [`crate::view::StartView`].
    Start,
    /// The first list of points is on the screen; answers null and logs how long it took.
    Usable,
    /// Signs in at a server; answers [`crate::view::StartView`].
    SignIn {
        /// Its address, `https://…`, or `http://` on this machine only.
        server: String,
        /// Account name.
        account: String,
        /// Password.
        password: String,
    },
    /// Signs out; answers [`crate::view::StartView`]. Unsent findings stay and are sent at the next sign-in.
    SignOut,
    /// Answers [`crate::view::PointPage`].
    Points {
        /// Part of a name, or its pinyin; empty for all.
        query: String,
        /// One type, or all.
        kind: Option<PointType>,
        /// How many rows to pass over.
        offset: u32,
        /// How many rows to answer, at most 200.
        limit: u32,
    },
    /// Answers [`crate::view::PointDetail`].
    Point {
        /// Which.
        id: PointId,
    },
    /// Keeps what was typed so far; answers [`crate::view::DraftView`].
    SaveDraft {
        /// At which point.
        point: PointId,
        /// Code of the chosen criterion, or empty.
        criterion: String,
        /// The note.
        note: String,
    },
    /// Takes a photo out of the draft; answers [`crate::view::DraftView`].
    RemoveDraftPhoto {
        /// At which point.
        point: PointId,
        /// Which photo.
        sha256: Sha256Hex,
    },
    /// Notes what the camera is about to be opened for, so that the photo is found again should the
    /// app be ended meanwhile; answers null.
    ExpectPhoto {
        /// At which point.
        point: PointId,
        /// Code of the item of the inspection that is open there; null: the draft of a finding.
        item: Option<String>,
    },
    /// Forgets what the camera was opened for: it was closed without a photo; answers null.
    EndCapture,
    /// Takes in what the camera took while the app was gone; answers
    /// [`crate::view::CaptureView`], or null where the camera was not open.
    RecoverCapture,
    /// Draws on a copy of a photo that is not submitted yet, in place of what was drawn before;
    /// answers [`crate::view::PhotoView`].
    Annotate {
        /// At which point.
        point: PointId,
        /// Code of the item of the inspection that is open there; null: the draft of a finding.
        item: Option<String>,
        /// Which photo.
        sha256: Sha256Hex,
        /// Everything that is drawn on it from now on; empty: nothing is.
        shapes: Vec<DrawnShape>,
    },
    /// Begins an inspection at a point, or goes on with the open one; answers
    /// [`crate::view::InspectionView`].
    BeginInspection {
        /// At which point.
        point: PointId,
    },
    /// Answers [`crate::view::InspectionView`].
    Inspection {
        /// Which.
        id: InspectionId,
    },
    /// Answers [`crate::view::AnswerView`].
    InspectionItem {
        /// Which inspection.
        id: InspectionId,
        /// Code of the item's criterion.
        criterion: String,
    },
    /// Keeps an answer as it is typed; answers [`crate::view::AnswerView`] once it is durable. One
    /// that cannot be true is kept all the same, and the answer says what is wrong with it.
    SaveAnswer {
        /// In which inspection.
        id: InspectionId,
        /// Code of the item's criterion.
        criterion: String,
        /// The answer; null takes it back. Taking back an excuse gives again what was answered
        /// before it. A street is not saved but walked.
        value: Option<AnswerValue>,
    },
    /// Keeps the note at an item as it is typed; answers [`crate::view::AnswerView`] once it is
    /// durable.
    SaveAnswerNote {
        /// In which inspection.
        id: InspectionId,
        /// Code of the item's criterion.
        criterion: String,
        /// The note.
        note: String,
    },
    /// Walks along a street for an item that is counted along one; answers
    /// [`crate::view::AnswerView`].
    WalkLine {
        /// In which inspection.
        id: InspectionId,
        /// Code of the item's criterion.
        criterion: String,
        /// What happens now.
        step: LineStep,
    },
    /// Takes a photo off an item; answers [`crate::view::AnswerView`].
    RemoveAnswerPhoto {
        /// In which inspection.
        id: InspectionId,
        /// Code of the item's criterion.
        criterion: String,
        /// Which photo.
        sha256: Sha256Hex,
    },
    /// Takes back an inspection that was begun by mistake, with its answers; answers the id of its
    /// point. Findings that were saved meanwhile stay.
    DiscardInspection {
        /// Which.
        id: InspectionId,
    },
    /// Ends an inspection where nothing is missing; answers [`crate::view::InspectionView`] once
    /// it is durable.
    SubmitInspection {
        /// Which.
        id: InspectionId,
    },
    /// Saves the draft as a finding; answers [`crate::view::SavedFinding`] once it is durable.
    SaveFinding {
        /// At which point.
        point: PointId,
        /// Code of the criterion that is not met.
        criterion: String,
        /// The note.
        note: String,
    },
    /// Begins to revise a finding that was sent back, as the draft of its point, or goes on with
    /// it; answers the id of its point.
    ReviseFinding {
        /// Which.
        id: FindingId,
    },
    /// Gives up the revision that is being written at a point; the finding stays sent back. Answers
    /// [`crate::view::DraftView`].
    GiveUpRevision {
        /// At which point.
        point: PointId,
    },
    /// Chooses between one's own revision of a finding and what the server has; answers
    /// [`crate::view::FindingView`].
    SettleConflict {
        /// Which finding.
        id: FindingId,
        /// What stays.
        keep: Keep,
        /// Number of the review that the person has seen beside it; 0 where there was none.
        rev: u64,
    },
    /// Answers [`crate::view::FindingPageView`].
    Findings {
        /// Which.
        filter: FindingFilter,
        /// How many rows to pass over.
        offset: u32,
        /// How many rows to answer, at most 200.
        limit: u32,
    },
    /// Answers [`crate::view::FindingView`].
    Finding {
        /// Which.
        id: FindingId,
    },
    /// Answers [`crate::view::SyncView`].
    Sync,
    /// Tries the server at once; answers [`crate::view::SyncView`].
    SyncNow,
    /// Sends the originals that wait, over whatever network there is; answers
    /// [`crate::view::SyncView`].
    SendOriginals,
    /// Counts what a rescue file would hold; answers [`crate::view::RescueView`].
    Rescue,
    /// Tells what the window knows of the world around the phone; answers null.
    Surroundings {
        /// All of it.
        now: Surroundings,
    },
    /// Keeps the settings; answers [`Settings`].
    SaveSettings {
        /// All of them.
        settings: Settings,
    },
    /// Marks a notice as read; answers the remaining [`crate::view::Notice`] list.
    DismissNotice {
        /// Its number.
        id: i64,
    },
    /// Answers [`xunfang_domain::PositionEvidence`].
    Position,
    /// Moves the simulated receiver of a developer's machine; answers [`xunfang_domain::PositionEvidence`].
    SimulatePosition {
        /// Latitude in degrees, WGS-84.
        lat: f64,
        /// Longitude in degrees, WGS-84.
        lng: f64,
        /// Accuracy in metres.
        accuracy_m: f64,
    },
}

/// Which of two records of a finding stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// One's own, with the photos of both; it is submitted once more.
    Mine,
    /// The one that the server has.
    Theirs,
}

/// A step of counting things along a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LineStep {
    /// The street begins here; what was walked before is forgotten.
    Start,
    /// One of the things stands here.
    Mark,
    /// The last mark was a mistake.
    Undo,
    /// The street ends here.
    End,
}

/// A failed command, for a screen.
///
/// Screens branch on `code` and have their own words for it; `message` is for the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct CommandError {
    /// Stable name.
    pub code: ErrorCode,
    /// What happened, in English, without personal data.
    pub message: String,
}

/// Every reason for which a command can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request does not parse.
    BadCommand,
    /// Nobody is signed in.
    SignedOut,
    /// Account and password do not match.
    WrongPassword,
    /// Too many wrong passwords; the right one is refused as well for a while.
    Locked,
    /// Nobody may sign in on this phone any more; what is on it stays.
    DeviceRevoked,
    /// The address is none, or is not encrypted.
    BadServerAddress,
    /// The server does not answer.
    ServerUnreachable,
    /// The server answered, but not as this app understands.
    ServerBroken,
    /// Whoever is signed in only looks here: inspectors record.
    NotForThisRole,
    /// There is no such point, photo or finding here.
    NotFound,
    /// The file holds no bytes.
    PhotoEmpty,
    /// The file is no photo that can be read.
    PhotoUnreadable,
    /// The file is a HEIC or AVIF; the camera can be set to JPEG.
    PhotoHeic,
    /// The file is a photo of a kind that is not read.
    PhotoUnsupported,
    /// The file breaks off or is damaged.
    PhotoDamaged,
    /// The file has more bytes than a photo may have.
    PhotoTooManyBytes,
    /// The photo has more pixels than can be handled.
    PhotoTooManyPixels,
    /// The finding has no photo.
    PhotoMissing,
    /// The finding has too many photos.
    PhotoTooMany,
    /// No criterion was chosen.
    CriterionMissing,
    /// The standard asks nothing of this kind of point.
    ChecklistEmpty,
    /// There is no fix, and this needs one.
    PositionMissing,
    /// There is more to a drawing than a photo takes, or it lies outside.
    DrawingInvalid,
    /// Something is missing before the inspection can be submitted.
    InspectionIncomplete,
    /// The note is too long.
    NoteTooLong,
    /// Another finding is begun at the point, and would be lost.
    DraftInUse,
    /// The finding has been decided on or revised meanwhile: look at it again.
    FindingMovedOn,
    /// The phone's storage is full: this was not saved, everything before is safe.
    DiskFull,
    /// The phone's storage refuses to be written.
    DiskReadOnly,
    /// The phone's storage fails.
    DiskFailed,
    /// The phone's database is damaged; it is set aside at the next start.
    DatabaseDamaged,
    /// Nothing waits that a rescue file could carry.
    RescueEmpty,
    /// The server has not told yet to which address a rescue file is sealed.
    RescueAddressUnknown,
    /// The rescue file could not be written where it was to go; nothing is lost.
    RescueNotWritten,
    /// The key of the phone's storage cannot be had just now; nothing was touched.
    KeysUnavailable,
    /// Something that this app did not foresee.
    Internal,
}

impl ErrorCode {
    /// Whether it says that a file is no photo as the app takes them.
    pub(crate) const fn is_of_photo(self) -> bool {
        matches!(
            self,
            Self::PhotoEmpty
                | Self::PhotoUnreadable
                | Self::PhotoHeic
                | Self::PhotoUnsupported
                | Self::PhotoDamaged
                | Self::PhotoTooManyBytes
                | Self::PhotoTooManyPixels
                | Self::PhotoTooMany
        )
    }
}

impl CommandError {
    /// Makes an error with a message for the log.
    pub fn new(code: ErrorCode, message: &str) -> Self {
        Self {
            code,
            message: message.to_owned(),
        }
    }
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.code, self.message)
    }
}

impl std::error::Error for CommandError {}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let code = match error.fault() {
            StoreFault::DiskFull => ErrorCode::DiskFull,
            StoreFault::ReadOnly => ErrorCode::DiskReadOnly,
            StoreFault::Damaged => ErrorCode::DatabaseDamaged,
            StoreFault::DiskFailed => ErrorCode::DiskFailed,
            StoreFault::NotFound => ErrorCode::NotFound,
            StoreFault::DraftInUse => ErrorCode::DraftInUse,
            StoreFault::MovedOn => ErrorCode::FindingMovedOn,
            StoreFault::Record(rule) => match rule {
                RecordError::CriterionMissing => ErrorCode::CriterionMissing,
                RecordError::NoteTooLong => ErrorCode::NoteTooLong,
                RecordError::PhotoMissing => ErrorCode::PhotoMissing,
                RecordError::TooManyPhotos => ErrorCode::PhotoTooMany,
                RecordError::PhotoTwice => ErrorCode::Internal,
            },
            StoreFault::Internal => ErrorCode::Internal,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<PhotoError> for CommandError {
    fn from(error: PhotoError) -> Self {
        let code = match error {
            PhotoError::Empty => ErrorCode::PhotoEmpty,
            PhotoError::NotAPhoto => ErrorCode::PhotoUnreadable,
            PhotoError::Heic => ErrorCode::PhotoHeic,
            PhotoError::Unsupported(_) => ErrorCode::PhotoUnsupported,
            PhotoError::TooManyPixels { .. } => ErrorCode::PhotoTooManyPixels,
            PhotoError::Damaged(_) => ErrorCode::PhotoDamaged,
            PhotoError::Encode(_) => ErrorCode::Internal,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}
