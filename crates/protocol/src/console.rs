//! What the web console asks and gets.

use serde::{Deserialize, Serialize};
use xunfang_domain::{
    Decision, FindingId, FindingRecord, InspectionId, InspectionRecord, PhotoCode, PhotoMark,
    Point, Review, ReviewState, Sha256Hex, UnixMillis,
};

/// One line of the review queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct FindingRow {
    /// The record as the phone sent it.
    pub record: FindingRecord,
    /// Name of the point, so that a table needs no second request.
    pub point_name: String,
    /// Name of the criterion in Chinese; the code where the standard is unknown here.
    pub criterion_name_zh: String,
    /// Name of the criterion in English.
    pub criterion_name_en: String,
    /// Who recorded it, as a name to show.
    pub author_name: String,
    /// When it became durable on the server, by the server's clock.
    pub received_at: UnixMillis,
    /// How the review stands.
    pub review: Review,
    /// Position in the district's queue; pages continue below it.
    pub seq: u64,
}

/// `GET /api/v1/findings?state=&before=&limit=`: newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct FindingPage {
    /// At most `limit` rows.
    pub rows: Vec<FindingRow>,
    /// Pass as `before` for the next page; null at the end.
    pub next_before: Option<u64>,
    /// How many findings there are in each state.
    pub tally: ReviewTally,
}

/// How many findings a district has in each state of review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ReviewTally {
    /// Waiting.
    pub pending: u64,
    /// Standing.
    pub accepted: u64,
    /// Sent back.
    pub returned: u64,
}

/// `GET /api/v1/findings/{id}`: one finding with its point, to draw the ring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct FindingDetail {
    /// The same as in the list.
    pub row: FindingRow,
    /// The point it belongs to.
    pub point: Point,
    /// What each of its photos is worth, in their order.
    pub photos: Vec<PhotoReport>,
    /// What it said before each of its last 50 revisions, the oldest first; usually nothing.
    pub earlier: Vec<EarlierFinding>,
}

/// What a finding said until its author revised it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct EarlierFinding {
    /// The record.
    pub record: FindingRecord,
    /// When the server received it.
    pub received_at: UnixMillis,
    /// The review that the revision answered; none where nobody had decided.
    pub review: Option<Review>,
}

/// `POST /api/v1/findings/{id}/review`; the answer is the new [`Review`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ReviewRequest {
    /// The revision that the supervisor was looking at.
    pub rev: u64,
    /// What they decided.
    #[serde(flatten)]
    pub decision: Decision,
}

/// Data of the first server-sent event of `GET /api/v1/live`, which is called `begun`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct LiveBegun {
    /// Whether what changed since the last event that came follows; where not, whoever listens asks
    /// for everything once.
    pub resumed: bool,
}

/// Data of a server-sent event `notice` of `GET /api/v1/live`; a reason to ask again, not the change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LiveNotice {
    /// A finding arrived or its review changed.
    Finding {
        /// Which.
        id: FindingId,
        /// How it stands now.
        state: ReviewState,
    },
    /// An inspection arrived.
    Inspection {
        /// Which.
        id: InspectionId,
    },
}

/// An inspection as supervisors look through them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct InspectionRow {
    /// The record as the phone sent it.
    pub record: InspectionRecord,
    /// Name of the point.
    pub point_name: String,
    /// Who made it, as a name to show.
    pub author_name: String,
    /// When it became durable on the server, by the server's clock.
    pub received_at: UnixMillis,
    /// Codes of the items that the server judges otherwise than the phone did, or that lack what
    /// they need; usually none.
    pub differing: Vec<String>,
    /// Position in the district's queue of inspections; pages continue below it.
    pub seq: u64,
    /// What each photo of its answers is worth, in the order of the answers; left out of lists.
    #[serde(default)]
    pub photos: Vec<PhotoReport>,
}

/// `GET /api/v1/inspections?before=&limit=`: newest first. Tracks and what photos are worth are left
/// out; one inspection asked for by its id has its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct InspectionPage {
    /// At most `limit` rows.
    pub rows: Vec<InspectionRow>,
    /// Pass as `before` for the next page; null at the end.
    pub next_before: Option<u64>,
}

/// What is checked of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PhotoCheck {
    /// The original is here, and its bytes are the ones that were named.
    Original,
    /// The device's key signed the photo's record, and nothing of it was changed.
    Signature,
    /// The photo's record and the record that shows it say the same.
    Facts,
    /// It follows the photo that the device took before it.
    Chain,
    /// The phone's clock agrees with the server's.
    Clock,
    /// No record before this one shows the same.
    FirstUse,
    /// What was drawn on a copy is signed by the same device; the photo is as it was.
    Annotation,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// What is here does not tell.
    Unknown,
}

/// One check of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct EvidenceCheck {
    /// What was checked.
    pub what: PhotoCheck,
    /// What it came to.
    pub outcome: CheckOutcome,
}

/// Between which moments a photo was taken, whatever the phone's clock said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct TimeBracket {
    /// The server's last word that the photo's record quotes, by the server's clock.
    pub not_before: Option<UnixMillis>,
    /// That, and the time since by the clock that nobody can set.
    pub estimated: Option<UnixMillis>,
    /// When it was here, by the server's clock.
    pub not_after: UnixMillis,
    /// Milliseconds that the phone's clock was ahead of the estimate.
    pub clock_off_ms: Option<i64>,
}

/// How a photo is like another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resemblance {
    /// It is the same file.
    SameFile,
    /// It is a copy of the other: one of its files, or its watermark can be read in it.
    Copy,
    /// The two look the same.
    Alike,
}

/// A record that shows a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ShownIn {
    /// A finding.
    Finding {
        /// Which.
        id: FindingId,
    },
    /// An answer of an inspection.
    Inspection {
        /// Which.
        id: InspectionId,
    },
}

/// A record before this one that shows the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct EarlierUse {
    /// How its photo is like this one.
    pub how: Resemblance,
    /// Its photo.
    pub photo: Sha256Hex,
    /// The record.
    pub record: ShownIn,
    /// The point it is of.
    pub point_name: String,
    /// Who made it.
    pub author_name: String,
    /// When its photo was taken, by the phone's clock.
    pub taken_at: UnixMillis,
}

/// What is known of the worth of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PhotoReport {
    /// Which photo.
    pub sha256: Sha256Hex,
    /// The code in its watermark; null where the app signed no record.
    pub code: Option<PhotoCode>,
    /// What was checked. Where the app signed no record there is only the
    /// photo itself to check.
    pub checks: Vec<EvidenceCheck>,
    /// What deserves a second look.
    pub marks: Vec<PhotoMark>,
    /// The copy that somebody drew on; null where nobody did, or where that does not hold.
    pub annotated: Option<Sha256Hex>,
    /// Records before this one that show the same, the first first, at most three.
    pub used_before: Vec<EarlierUse>,
    /// When it was taken.
    pub time: TimeBracket,
}
