//! What the web console asks and gets.

use serde::{Deserialize, Serialize};
use xunfang_domain::{
    Decision, FindingId, FindingRecord, InspectionId, InspectionRecord, Point, Review, ReviewState,
    UnixMillis,
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

/// Data of one server-sent event of `GET /api/v1/live`; a reason to ask again, not the change.
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
}

/// `GET /api/v1/inspections?before=&limit=`: newest first. Tracks are left out; one inspection
/// asked for by its id has its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct InspectionPage {
    /// At most `limit` rows.
    pub rows: Vec<InspectionRow>,
    /// Pass as `before` for the next page; null at the end.
    pub next_before: Option<u64>,
}
