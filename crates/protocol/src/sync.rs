//! Push: a device's operations up. Pull: the server's events down.
//!
//! An operation is applied once, whatever is sent twice. An event is applied together with the
//! cursor that passes it. Unknown kinds are kept as they came, so that an old app meets a new
//! server without losing its place.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xunfang_domain::{
    BatchId, DeviceId, District, DistrictId, FindingRecord, InspectionRecord, OpId, PersonId,
    Point, Review, Sealed, Sha256Hex, Standard, UnixMillis,
};

/// The protocol version of this build.
pub const PROTO: u16 = 1;
/// Most operations in one push.
pub const OPS_PER_PUSH_MAX: usize = 200;
/// How large a push grows by taking one more operation, in bytes.
pub const PUSH_BYTES_AIM: usize = 1024 * 1024;
/// Largest body of a push, in bytes. A single operation may be larger than the aim: an inspection
/// of a whole day with its way and three streets is under 2 MB.
pub const PUSH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What an operation does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS), ts(type = "string"))]
#[serde(from = "String", into = "String")]
pub enum OpKind {
    /// Submits a [`FindingRecord`].
    FindingSubmitted,
    /// Submits a [`FindingRecord`] in place of an earlier one, as an answer to the review that
    /// `base_rev` names.
    FindingRevised,
    /// Submits an [`InspectionRecord`].
    InspectionSubmitted,
    /// A kind that this build does not know, by its name.
    Unknown(String),
}

impl From<String> for OpKind {
    fn from(name: String) -> Self {
        match name.as_str() {
            "finding.submitted" => Self::FindingSubmitted,
            "finding.revised" => Self::FindingRevised,
            "inspection.submitted" => Self::InspectionSubmitted,
            _ => Self::Unknown(name),
        }
    }
}

impl From<OpKind> for String {
    fn from(kind: OpKind) -> Self {
        match kind {
            OpKind::FindingSubmitted => "finding.submitted".to_owned(),
            OpKind::FindingRevised => "finding.revised".to_owned(),
            OpKind::InspectionSubmitted => "inspection.submitted".to_owned(),
            OpKind::Unknown(name) => name,
        }
    }
}

/// One operation of a device's append-only log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Op {
    /// Its id, minted once; the server applies an id once.
    pub id: OpId,
    /// Counts up by one per device, without gaps.
    pub dev_seq: u64,
    /// What it does.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub kind: OpKind,
    /// The record it is about.
    pub entity: Uuid,
    /// Number of the review it answers; 0 for a new record.
    pub base_rev: u64,
    /// When it was made, by the device's wall clock: for display, never for a decision.
    pub made_at: UnixMillis,
    /// The record, kept as it came.
    #[cfg_attr(feature = "schema", ts(type = "unknown"), schema(value_type = Object))]
    pub body: serde_json::Value,
    /// The device's signature on it: 128 hexadecimal digits. An app that signs nothing leaves it
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sig: Option<String>,
}

/// `POST /api/v1/sync/push`, compressed with zstd where the client likes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PushRequest {
    /// Protocol version of the client.
    pub proto: u16,
    /// Schema version of the client's database, for logs.
    pub schema: u32,
    /// The installation that pushes.
    pub device: DeviceId,
    /// Names the request in logs.
    pub batch: BatchId,
    /// Public key with which the device signs its photos' records: 66 hexadecimal digits. An app
    /// that signs nothing leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// At most [`OPS_PER_PUSH_MAX`] operations in the order of `dev_seq`.
    pub ops: Vec<Op>,
}

/// What became of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OpStatus {
    /// It is durable now.
    Applied,
    /// It had been durable before.
    Duplicate,
    /// What it builds on has been changed by somebody else meanwhile, as the feed tells: nothing
    /// was changed by it, and a person has to choose.
    Conflict,
    /// It will never be applied; `code` says why.
    Rejected,
    /// It could not be applied yet; `code` says why, and the client sends it again.
    Retry,
}

/// The server's word on one operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct OpResult {
    /// Which operation.
    pub id: OpId,
    /// What became of it.
    pub status: OpStatus,
    /// Place in the district's feed of received records, where it was applied.
    pub seq: Option<u64>,
    /// Stable reason of a rejection or retry.
    pub code: Option<String>,
    /// The same for a log.
    pub message: Option<String>,
    /// Photos that have to come first.
    #[serde(default)]
    pub need_blobs: Vec<Sha256Hex>,
    /// The server's signed word on each record of a photo that came with it, a
    /// [`xunfang_domain::Receipt`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Sealed>,
}

/// The answer to a push: every operation of the request is named once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PushResponse {
    /// The server's clock.
    pub server_time: UnixMillis,
    /// Highest `dev_seq` of this device that the server holds durably.
    pub ack_dev_seq: u64,
    /// One result per operation.
    pub results: Vec<OpResult>,
}

/// `POST /api/v1/sync/pull`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PullRequest {
    /// Protocol version of the client.
    pub proto: u16,
    /// The server's epoch that the cursors belong to; null at first.
    pub epoch: Option<Uuid>,
    /// Last event seen in each scope; scopes not named start at the beginning.
    pub scopes: BTreeMap<String, u64>,
    /// What the events up to each cursor come to, as the server said with them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub chains: BTreeMap<String, String>,
    /// Most events wanted per scope, 1..=1000.
    pub limit: u32,
    /// The lowest `dev_seq` of the person's operations that this device remembers as acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
}

/// Whose feed it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedScope {
    /// What everybody of a district reads.
    District(DistrictId),
    /// What only one person reads.
    Person(PersonId),
}

impl std::fmt::Display for FeedScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::District(id) => write!(f, "district:{id}"),
            Self::Person(id) => write!(f, "person:{id}"),
        }
    }
}

/// One scope's next events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ScopePage {
    /// A [`FeedScope`].
    pub id: String,
    /// Whether the cursor that was sent is void: forget it and begin at 0.
    pub reset: bool,
    /// Whether this session may not read the scope, and what came with it has to go. Comes with
    /// `reset`, so that an app which does not know the word takes it for an empty scope.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
    /// The cursor after these events.
    pub to: u64,
    /// What all events up to there come to; a phone sends it back with the cursor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
    /// Whether more are waiting.
    pub more: bool,
    /// Events in order.
    pub events: Vec<Event>,
}

/// The answer to a pull: every scope this session may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PullResponse {
    /// Identity of the server's history; it changes when a backup is restored.
    pub epoch: Uuid,
    /// The server's clock.
    pub server_time: UnixMillis,
    /// One page per scope.
    pub scopes: Vec<ScopePage>,
    /// The server's word for this device, which its next photos quote: a
    /// [`xunfang_domain::Beacon`]. A browser gets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<Sealed>,
    /// Where a rescue file has to be sealed to, a letter's address: 66 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescue: Option<String>,
    /// Which operations of this device and person the server holds from `since` on: it came back from
    /// a backup where one that it has acknowledged is not among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Vec<SeqRange>>,
    /// How many operations of this device and person the server holds from `since` on: fewer than
    /// it has acknowledged where it came back from a backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_ops: Option<u64>,
}

/// Numbers that follow each other without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct SeqRange {
    /// The lowest.
    pub first: u64,
    /// The highest.
    pub last: u64,
}

impl SeqRange {
    /// Counts what is in ranges that do not overlap.
    pub fn count(ranges: &[Self]) -> u64 {
        ranges
            .iter()
            .map(|range| range.last - range.first + 1)
            .sum()
    }
}

/// One event of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Event {
    /// Its number in the scope, counting up from 1 without gaps.
    pub seq: u64,
    /// What it says; see [`EventBody`].
    pub kind: String,
    /// The new state of what it is about.
    #[cfg_attr(feature = "schema", ts(type = "unknown"), schema(value_type = Object))]
    pub body: serde_json::Value,
}

/// An event that this build understands.
#[derive(Debug, Clone, PartialEq)]
pub enum EventBody {
    /// `district.changed`
    District(District),
    /// `point.changed`
    Point(Point),
    /// `standard.published`
    Standard(Standard),
    /// `finding.reviewed`
    Review(Review),
    /// `finding.received`: one's own record as it stands now, so that a reinstalled phone has it
    /// again, and another phone of the same person a revision.
    Finding(FindingRecord),
    /// `inspection.received`: likewise.
    Inspection(Box<InspectionRecord>),
}

/// Why an event was not understood; it is kept, and the cursor passes it.
#[derive(Debug, thiserror::Error)]
pub enum UnreadEvent {
    /// The kind is newer than this build.
    #[error("event kind {0} is not known to this build")]
    KindUnknown(String),
    /// The body does not parse.
    #[error("event of kind {kind} does not parse")]
    Malformed {
        /// Its kind.
        kind: String,
        /// Why.
        source: serde_json::Error,
    },
}

impl EventBody {
    /// Reads an event.
    ///
    /// # Errors
    /// [`UnreadEvent`] where the kind is unknown or the body does not parse.
    pub fn read(event: &Event) -> Result<Self, UnreadEvent> {
        fn body<T: serde::de::DeserializeOwned>(event: &Event) -> Result<T, UnreadEvent> {
            T::deserialize(&event.body).map_err(|source| UnreadEvent::Malformed {
                kind: event.kind.clone(),
                source,
            })
        }
        match event.kind.as_str() {
            "district.changed" => body(event).map(Self::District),
            "point.changed" => body(event).map(Self::Point),
            "standard.published" => body(event).map(Self::Standard),
            "finding.reviewed" => body(event).map(Self::Review),
            "finding.received" => body(event).map(Self::Finding),
            "inspection.received" => body(event).map(Self::Inspection),
            _ => Err(UnreadEvent::KindUnknown(event.kind.clone())),
        }
    }

    /// Returns the kind's name on the wire.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::District(_) => "district.changed",
            Self::Point(_) => "point.changed",
            Self::Standard(_) => "standard.published",
            Self::Review(_) => "finding.reviewed",
            Self::Finding(_) => "finding.received",
            Self::Inspection(_) => "inspection.received",
        }
    }

    /// Writes the body for the wire.
    ///
    /// # Errors
    /// The serializer's, which these types do not cause.
    pub fn to_json(&self) -> serde_json::Result<String> {
        match self {
            Self::District(body) => serde_json::to_string(body),
            Self::Point(body) => serde_json::to_string(body),
            Self::Standard(body) => serde_json::to_string(body),
            Self::Review(body) => serde_json::to_string(body),
            Self::Finding(body) => serde_json::to_string(body),
            Self::Inspection(body) => serde_json::to_string(body),
        }
    }
}
