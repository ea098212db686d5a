//! What the phone's screens are drawn from: one type per answer of a command.

use serde::{Deserialize, Serialize};
use xunfang_domain::{
    AnswerError, AnswerValue, CaptureSource, Category, Control, Coverage, Criterion, DrawnShape,
    FindingId, FindingRecord, InspectionId, Lack, OutcomeTally, PhotoCode, PhotoMark, Point,
    PointId, PointType, PositionEvidence, ProfileHead, Review, Sha256Hex, Standing, UnixMillis,
    Verdict,
};
use xunfang_protocol::SessionView;

/// Everything the first screen needs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct StartView {
    /// Who is signed in; null shows the sign-in page.
    pub session: Option<SessionView>,
    /// Server address to offer on the sign-in page.
    pub server: String,
    /// Settings of this installation.
    pub settings: Settings,
    /// How sync stands.
    pub sync: SyncView,
    /// What the person has to be told before they go on; usually empty.
    pub notices: Vec<Notice>,
    /// Whether positions are simulated here, so that the developer panel is shown.
    pub developer: bool,
    /// Whether the app was ended while the camera was open; `recover_capture` then goes on.
    pub interrupted: bool,
}

/// What the camera was opened for when the app was ended, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct CaptureView {
    /// At which point.
    pub point: PointId,
    /// The inspection that is open there, where it was for one of its items.
    pub inspection: Option<InspectionId>,
    /// Code of the item.
    pub item: Option<String>,
    /// Photos that were found and are durable now.
    pub photos: u32,
}

/// Settings of one installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Settings {
    /// `zh-CN` or `en`.
    pub language: String,
    /// 大字: larger text.
    pub large_text: bool,
    /// 强光: high contrast for sunlight.
    pub high_contrast: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "zh-CN".to_owned(),
            large_text: false,
            high_contrast: false,
        }
    }
}

/// Something that happened to the device's data and that the person must read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Notice {
    /// Its number, to dismiss it by.
    pub id: i64,
    /// Stable name: `database_set_aside`, `database_recovered`, `server_rejected` or
    /// `finding_conflict`.
    pub code: String,
    /// The folder of the set-aside database, or how many findings it is about.
    pub detail: String,
    /// When it happened, by the device's clock.
    pub at: UnixMillis,
}

/// The link to the server, as the chip shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// The last exchange succeeded.
    Online,
    /// An exchange is under way.
    Syncing,
    /// The server does not answer; it is tried again by itself.
    Offline,
    /// The session ended: everything works, sending waits for a new sign-in.
    SignedOut,
}

/// The queue chip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct SyncView {
    /// The link.
    pub link: LinkState,
    /// Findings that the server has not acknowledged yet.
    pub unsent: u32,
    /// Findings that the server refused for good.
    pub rejected: u32,
    /// Findings that somebody else has changed as well, where the person has to choose.
    pub conflicts: u32,
    /// Originals of photos that wait, of records that the server has.
    pub originals: u32,
    /// Whether originals wait for a network that costs nothing by the byte.
    pub originals_wait: bool,
    /// Code of the last failure while offline; null when there was none.
    pub last_error: Option<String>,
    /// When the last exchange succeeded, by the device's clock.
    pub last_success_at: Option<UnixMillis>,
}

/// What a rescue file would hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct RescueView {
    /// Findings and inspections that the server has not acknowledged, or has refused.
    pub records: u32,
    /// Photos of those, and of records that the server has while their originals wait.
    pub photos: u32,
    /// How large it would be, in bytes, within a few hundred.
    pub bytes: u64,
    /// Whether the server has told where it is sealed to.
    pub can_be_made: bool,
    /// How the file should be called.
    pub file_name: String,
}

/// One line of the list of points.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PointRow {
    /// The point.
    pub point: Point,
    /// How the phone lies to it; null without a fix.
    pub standing: Option<Standing>,
    /// When this phone last recorded a finding there.
    pub last_finding_at: Option<UnixMillis>,
    /// Findings of this phone there that are not accepted yet.
    pub open_findings: u32,
}

/// A page of points, nearest first; by name without a fix.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PointPage {
    /// At most `limit` rows.
    pub rows: Vec<PointRow>,
    /// How many points match in all.
    pub total: u32,
    /// The position that the order is by.
    pub position: PositionEvidence,
    /// How many points there are of each type, for the filter.
    pub types: Vec<PointTypeCount>,
}

/// How many points there are of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PointTypeCount {
    /// The type.
    pub kind: PointType,
    /// How many.
    pub count: u32,
}

/// A photo that is durable on the phone.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PhotoView {
    /// Hash of the original; `photo_url(sha256, "thumb")` shows it.
    pub sha256: Sha256Hex,
    /// Length of the original in bytes.
    pub bytes: u64,
    /// Width in pixels as shown, after orientation.
    pub width: u32,
    /// Height in pixels as shown, after orientation.
    pub height: u32,
    /// How it reached the app.
    pub source: CaptureSource,
    /// When the app received it.
    pub taken_at: UnixMillis,
    /// How far it has come.
    pub state: PhotoState,
    /// The code in its watermark; null for a photo that an older app took in.
    pub code: Option<PhotoCode>,
    /// What deserves a second look, so that it can be taken again at once.
    pub marks: Vec<PhotoMark>,
    /// What was drawn on a copy of it, the first below.
    pub shapes: Vec<DrawnShape>,
    /// Hash of that copy; null where nothing was drawn. `photo_url(sha256, "annotated")` shows it.
    pub annotated: Option<Sha256Hex>,
}

/// How far a photo has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PhotoState {
    /// It belongs to a draft.
    Draft,
    /// It waits to be sent.
    Queued,
    /// The server has its small copies; the original waits for a network that it may use.
    Shown,
    /// The server has verified and stored the original.
    Stored,
}

/// What an inspector has begun at a point and not saved yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct DraftView {
    /// Code of the chosen criterion; empty before the choice.
    pub criterion: String,
    /// The note so far.
    pub note: String,
    /// Photos so far.
    pub photos: Vec<PhotoView>,
    /// What it revises; null where it is a new finding.
    pub revises: Option<RevisedView>,
}

/// A finding that is being revised.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct RevisedView {
    /// Which.
    pub finding: FindingId,
    /// The review that sent it back; null where another has come meanwhile.
    pub review: Option<Review>,
    /// Its photos, which stay.
    pub photos: Vec<Sha256Hex>,
}

/// Everything on the page of a point.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PointDetail {
    /// The point.
    pub point: Point,
    /// Where the phone is.
    pub position: PositionEvidence,
    /// How that lies to the zone; null without a fix.
    pub standing: Option<Standing>,
    /// Name of the standard in Chinese.
    pub standard_name_zh: String,
    /// Name of the standard in English.
    pub standard_name_en: String,
    /// Its version.
    pub standard_version: u32,
    /// The district's profile, for the name of its edition; null for a standard without one.
    pub profile: Option<ProfileHead>,
    /// How many items its checklist has.
    pub checklist: u32,
    /// Whether its surroundings are inspected with it.
    pub key_place: bool,
    /// Inspections of this phone here, newest first, the open one among them; at most 20.
    pub inspections: Vec<InspectionSummary>,
    /// The criteria; those chosen most recently on this phone come first.
    pub criteria: Vec<Criterion>,
    /// What was begun here and not saved yet.
    pub draft: DraftView,
    /// Findings of this phone here, newest first, at most 50.
    pub findings: Vec<FindingView>,
}

/// How far an inspection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum InspectionStage {
    /// It takes answers.
    Open,
    /// Submitted, and durable on the phone.
    Saved,
    /// The server has it.
    Applied,
    /// The server refused it for good; it stays here with the reason.
    Rejected,
}

/// An inspection in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct InspectionSummary {
    /// Its id.
    pub id: InspectionId,
    /// When it was begun.
    pub started_at: UnixMillis,
    /// When it was submitted; null while it is open.
    pub submitted_at: Option<UnixMillis>,
    /// How far it has come.
    pub stage: InspectionStage,
    /// The version of the standard that it is judged by.
    pub standard_version: u32,
    /// How its items came out; all zero while it is open.
    pub tally: OutcomeTally,
    /// How many items are answered while it is open.
    pub answered: u32,
    /// How many items there are while it is open.
    pub items: u32,
}

/// A finding that was made during an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct RaisedView {
    /// Which.
    pub id: FindingId,
    /// How many photos it has.
    pub photos: u32,
}

/// One item of a checklist as far as it is answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct InspectionItem {
    /// What is asked.
    pub criterion: Criterion,
    /// Which control answers it.
    pub control: Control,
    /// Whether it is about the surroundings rather than the point itself.
    pub around: bool,
    /// The answer so far.
    pub value: Option<AnswerValue>,
    /// What is wrong with the answer, if it cannot be true.
    pub error: Option<AnswerError>,
    /// The note beside it.
    pub note: String,
    /// What the answer comes to.
    pub verdict: Verdict,
    /// Photos of the item itself.
    pub photos: Vec<PhotoView>,
    /// How many photos the item wants after this verdict, those of its findings included.
    pub photos_wanted: u32,
    /// Findings that were raised from it.
    pub findings: Vec<RaisedView>,
}

/// An inspection with everything on its page.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct InspectionView {
    /// Its id.
    pub id: InspectionId,
    /// Its point.
    pub point: Point,
    /// Name of the standard in Chinese.
    pub standard_name_zh: String,
    /// Name of the standard in English.
    pub standard_name_en: String,
    /// Its version, the one that was in force when the inspection was begun.
    pub standard_version: u32,
    /// The profile it is judged by.
    pub profile: Option<ProfileHead>,
    /// When it was begun.
    pub started_at: UnixMillis,
    /// When it was submitted; null while it is open.
    pub submitted_at: Option<UnixMillis>,
    /// How far it has come.
    pub stage: InspectionStage,
    /// Code of the last failure to send it; null when there was none.
    pub stuck: Option<String>,
    /// Whether there was a fix when it was begun.
    pub position_known: bool,
    /// How the phone lay to the zone then; null without a fix.
    pub start_standing: Option<Standing>,
    /// Headings of the items, in order.
    pub categories: Vec<Category>,
    /// The items, in the order of the checklist.
    pub items: Vec<InspectionItem>,
    /// What is missing before it can be submitted.
    pub lacks: Vec<Lack>,
    /// How the items came out.
    pub tally: OutcomeTally,
    /// How much of the zone came into sight; null without a track.
    pub coverage: Option<Coverage>,
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct AnswerView {
    /// The item.
    pub item: InspectionItem,
    /// What is missing before the inspection can be submitted.
    pub lacks: Vec<Lack>,
    /// How the items came out.
    pub tally: OutcomeTally,
}

/// How far a finding has come; each is shown with its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FindingStage {
    /// Durable on the phone.
    Saved,
    /// On its way.
    Sending,
    /// All its photos are verified on the server; the record follows.
    PhotosStored,
    /// The server has it.
    Applied,
    /// Somebody else has changed it as well; both are here until the person has chosen.
    Conflict,
    /// The server refused it for good; it stays here with the reason.
    Rejected,
    /// A supervisor accepted it.
    Accepted,
    /// A supervisor sent it back with a reason.
    Returned,
}

/// A finding of this phone.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct FindingView {
    /// The record.
    pub record: FindingRecord,
    /// Name of its point.
    pub point_name: String,
    /// Name of the criterion in Chinese.
    pub criterion_name_zh: String,
    /// Name of the criterion in English.
    pub criterion_name_en: String,
    /// How far it has come.
    pub stage: FindingStage,
    /// Code of the last failure to send it; null when there was none.
    pub stuck: Option<String>,
    /// Whether the stage is that of a revision, of a record that the server has.
    pub revises: bool,
    /// What the server has, where the person has to choose; null otherwise.
    pub theirs: Option<RivalView>,
    /// How far each photo of the record has come.
    pub photos: Vec<PhotoState>,
    /// The review; null until somebody decided. Pending again where it was revised since.
    pub review: Option<Review>,
}

/// What the server has of a finding that says something else here.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct RivalView {
    /// The record.
    pub record: FindingRecord,
    /// Name of its criterion in Chinese.
    pub criterion_name_zh: String,
    /// Name of its criterion in English.
    pub criterion_name_en: String,
}

/// The person's own findings, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct FindingPageView {
    /// At most `limit` rows.
    pub rows: Vec<FindingView>,
    /// How many there are in all, under the same filter.
    pub total: u32,
}

/// Which findings to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FindingFilter {
    /// All of them.
    #[default]
    All,
    /// Not yet acknowledged by the server, or refused by it.
    Unsent,
    /// Sent back by a supervisor.
    Returned,
}

/// What a save made durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct SavedFinding {
    /// Its id.
    pub id: FindingId,
    /// Which point.
    pub point: PointId,
}

/// Tells a screen what to ask again; carries no data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The chip.
    Sync,
    /// Points, standards or the district.
    Reference,
    /// Findings or their reviews, and inspections.
    Findings,
    /// The phone moved.
    Position,
}
