//! What an operation carries: read, checked and stored.

use rusqlite::Connection;
use serde::Deserialize;
use uuid::Uuid;
use xunfang_domain::{
    DistrictId, FindingRecord, InspectionRecord, Object, PersonId, PhotoRef, PointId, ReviewState,
};
use xunfang_protocol::{LiveNotice, Op, OpKind};

use super::Push;
use crate::store::findings::{self, NewFinding};
use crate::store::inspections::{self, NewInspection};
use crate::store::{StoreError, feed, reference};

/// A record of a kind that this server knows.
pub(super) enum Record {
    Finding(Box<FindingRecord>),
    Inspection(Box<InspectionRecord>),
}

/// Why an operation's record is not taken.
pub(super) enum Unread {
    /// The kind is newer than this server.
    KindUnknown(String),
    /// It breaks a rule.
    Invalid(String),
}

impl Record {
    /// Reads the record of an operation, or says what is wrong with it.
    pub(super) fn read(op: &Op) -> Result<Self, Unread> {
        let invalid = |error: &dyn std::fmt::Display| Unread::Invalid(error.to_string());
        let record = match &op.kind {
            OpKind::FindingSubmitted => {
                let record =
                    FindingRecord::deserialize(&op.body).map_err(|error| invalid(&error))?;
                record.check().map_err(|error| invalid(&error))?;
                Self::Finding(Box::new(record))
            }
            OpKind::InspectionSubmitted => {
                let record =
                    InspectionRecord::deserialize(&op.body).map_err(|error| invalid(&error))?;
                record.check().map_err(|error| invalid(&error))?;
                Self::Inspection(Box::new(record))
            }
            OpKind::Unknown(kind) => return Err(Unread::KindUnknown(kind.clone())),
        };
        if record.id() != op.entity {
            let message = "the operation is about another record than the one it carries";
            return Err(Unread::Invalid(message.to_owned()));
        }
        Ok(record)
    }

    fn id(&self) -> Uuid {
        match self {
            Self::Finding(record) => record.id.uuid(),
            Self::Inspection(record) => record.id.uuid(),
        }
    }

    pub(super) fn point(&self) -> PointId {
        match self {
            Self::Finding(record) => record.point,
            Self::Inspection(record) => record.point,
        }
    }

    /// What the policy is asked about.
    pub(super) fn object(&self, district: DistrictId, author: PersonId) -> Object {
        match self {
            Self::Finding(_) => Object::Finding { district, author },
            Self::Inspection(_) => Object::Inspection { district, author },
        }
    }

    pub(super) fn photos(&self) -> Vec<&PhotoRef> {
        match self {
            Self::Finding(record) => record.photos.iter().collect(),
            Self::Inspection(record) => {
                let answers = record.answers.iter();
                answers.flat_map(|answer| &answer.photos).collect()
            }
        }
    }

    /// Says whether another operation submitted it before.
    pub(super) fn is_stored(
        &self,
        db: &Connection,
        district: DistrictId,
    ) -> Result<bool, StoreError> {
        match self {
            Self::Finding(record) => Ok(findings::author(db, district, record.id)?.is_some()),
            Self::Inspection(record) => inspections::exists(db, district, record.id),
        }
    }

    /// Says whether the district has the standard that the record is judged by. A finding names
    /// its criterion and is kept whatever the standard is.
    pub(super) fn standard_is_known(
        &self,
        db: &Connection,
        district: DistrictId,
    ) -> Result<bool, StoreError> {
        match self {
            Self::Finding(_) => Ok(true),
            Self::Inspection(record) => {
                let named = (record.standard, record.standard_version);
                Ok(reference::standard(db, district, named.0, named.1)?.is_some())
            }
        }
    }

    /// Stores the record as it came, with fields that a newer phone added, and returns its place
    /// in its queue.
    pub(super) fn store(&self, db: &Connection, push: Push, body: &str) -> Result<u64, StoreError> {
        let district = push.actor.district;
        match self {
            Self::Finding(record) => {
                let seq = feed::next_seq(db, district, feed::QUEUE)?;
                let new = NewFinding {
                    record,
                    body,
                    author: push.actor.person,
                    seq,
                    received_at: push.now,
                };
                findings::add(db, district, &new)?;
                Ok(seq)
            }
            Self::Inspection(record) => {
                let seq = feed::next_seq(db, district, inspections::QUEUE)?;
                let named = (record.standard, record.standard_version);
                let standard = reference::standard(db, district, named.0, named.1)?;
                let differing = standard
                    .map(|standard| record.in_question(&standard, push.now))
                    .unwrap_or_default();
                if !differing.is_empty() {
                    tracing::warn!(
                        inspection = %record.id,
                        items = differing.len(),
                        "items of an inspection are in question"
                    );
                }
                let new = NewInspection {
                    record,
                    body,
                    author: push.actor.person,
                    seq,
                    received_at: push.now,
                    differing: &differing,
                };
                inspections::add(db, district, &new)?;
                Ok(seq)
            }
        }
    }

    /// The event by which the author's other phones learn of it.
    pub(super) const fn event_kind(&self) -> &'static str {
        match self {
            Self::Finding(_) => "finding.received",
            Self::Inspection(_) => "inspection.received",
        }
    }

    pub(super) fn notice(&self) -> LiveNotice {
        match self {
            Self::Finding(record) => LiveNotice::Finding {
                id: record.id,
                state: ReviewState::Pending,
            },
            Self::Inspection(record) => LiveNotice::Inspection { id: record.id },
        }
    }
}
