//! What an operation carries: read, checked and stored.

use crate::store::db::Db;
use serde::Deserialize;
use uuid::Uuid;
use xunfang_domain::{
    DistrictId, FindingRecord, InspectionRecord, Object, PersonId, PhotoRef, PointId,
    REVIEW_REV_MAX, Review, ReviewState, RevisionError,
};
use xunfang_protocol::{EventBody, FeedScope, LiveNotice, Op, OpKind};

use super::Push;
use crate::store::feed::{self, NewEvent};
use crate::store::findings::{self, NewFinding};
use crate::store::inspections::{self, NewInspection};
use crate::store::{StoreError, reference};

/// A record of a kind that this server knows.
pub(super) enum Record {
    Finding(Box<FindingRecord>),
    /// A finding in place of what it said before.
    Revision {
        record: Box<FindingRecord>,
        /// Number of the review that it answers.
        base_rev: u64,
    },
    Inspection(Box<InspectionRecord>),
}

/// What a record meets that is stored already.
pub(super) enum Meets {
    /// Nothing that stands against it.
    Nothing,
    /// The record itself, as another operation of its author has submitted it.
    Itself {
        /// Its place in its queue.
        seq: u64,
    },
    /// Another record of its name.
    Namesake,
    /// The finding that is to be revised is not here.
    Unknown,
    /// The finding has been decided on, or revised, since.
    MovedOn,
    /// The finding is another person's.
    OfAnother,
    /// What is here is another thing than what is revised.
    Other(RevisionError),
}

/// What storing a record came to.
pub(super) struct Stored {
    /// Its place in its queue.
    pub(super) seq: u64,
    /// By which its author's phones learn of it.
    pub(super) events: Vec<NewEvent>,
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
            OpKind::FindingSubmitted | OpKind::FindingRevised => {
                let record =
                    FindingRecord::deserialize(&op.body).map_err(|error| invalid(&error))?;
                record.check().map_err(|error| invalid(&error))?;
                let record = Box::new(record);
                match op.kind {
                    OpKind::FindingRevised if op.base_rev >= REVIEW_REV_MAX => {
                        return Err(Unread::Invalid("base_rev is out of range".to_owned()));
                    }
                    OpKind::FindingRevised => Self::Revision {
                        record,
                        base_rev: op.base_rev,
                    },
                    _ => Self::Finding(record),
                }
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
            Self::Finding(record) | Self::Revision { record, .. } => record.id.uuid(),
            Self::Inspection(record) => record.id.uuid(),
        }
    }

    pub(super) fn point(&self) -> PointId {
        match self {
            Self::Finding(record) | Self::Revision { record, .. } => record.point,
            Self::Inspection(record) => record.point,
        }
    }

    /// What the policy is asked about. Who submits is not asked where it was.
    pub(super) fn object(&self, district: DistrictId, author: PersonId) -> Object {
        let place = None;
        match self {
            Self::Finding(_) | Self::Revision { .. } => Object::Finding {
                district,
                author,
                place,
            },
            Self::Inspection(_) => Object::Inspection {
                district,
                author,
                place,
            },
        }
    }

    pub(super) fn photos(&self) -> Vec<&PhotoRef> {
        match self {
            Self::Finding(record) | Self::Revision { record, .. } => record.photos.iter().collect(),
            Self::Inspection(record) => {
                let answers = record.answers.iter();
                answers.flat_map(|answer| &answer.photos).collect()
            }
        }
    }

    /// Says what the record meets.
    pub(super) fn meets(&self, db: &Db, push: &Push) -> Result<Meets, StoreError> {
        let district = push.actor.district;
        match self {
            Self::Finding(record) => {
                let Some(known) = findings::find(db, district, record.id)? else {
                    return Ok(Meets::Nothing);
                };
                let earlier = findings::earlier(db, district, record.id, u32::MAX)?;
                let mut said = earlier.iter().map(|text| &text.record);
                let is_said = known.record == **record || said.any(|said| *said == **record);
                // A phone that has lost the operation, and not the record, sends it under another
                // id.
                Ok(if is_said && known.author == push.actor.person {
                    Meets::Itself { seq: known.seq }
                } else {
                    Meets::Namesake
                })
            }
            Self::Revision { record, base_rev } => {
                let Some(known) = findings::find(db, district, record.id)? else {
                    return Ok(Meets::Unknown);
                };
                if known.author != push.actor.person {
                    return Ok(Meets::OfAnother);
                }
                Ok(match record.check_revision(&known.record) {
                    Err(error @ RevisionError::OtherFinding) => Meets::Other(error),
                    Ok(()) if known.review.rev == *base_rev => Meets::Nothing,
                    // A server that came back from a backup counts less than was seen of it; what
                    // was accepted since then stands all the same.
                    Ok(())
                        if known.review.rev < *base_rev
                            && known.review.state != ReviewState::Accepted =>
                    {
                        Meets::Nothing
                    }
                    Ok(()) | Err(RevisionError::PhotoMissing) => Meets::MovedOn,
                })
            }
            Self::Inspection(record) => Ok(match inspections::find(db, district, record.id)? {
                None => Meets::Nothing,
                Some(known) if known.record == **record && known.author == push.actor.person => {
                    Meets::Itself { seq: known.seq }
                }
                Some(_) => Meets::Namesake,
            }),
        }
    }

    /// Says whether the district has the standard that the record is judged by. A finding names
    /// its criterion and is kept whatever the standard is.
    pub(super) fn standard_is_known(
        &self,
        db: &Db,
        district: DistrictId,
    ) -> Result<bool, StoreError> {
        match self {
            Self::Finding(_) | Self::Revision { .. } => Ok(true),
            Self::Inspection(record) => {
                let named = (record.standard, record.standard_version);
                Ok(reference::standard(db, district, named.0, named.1)?.is_some())
            }
        }
    }

    /// Stores the record as it came, with fields that a newer phone added; none where what it
    /// revises has moved on.
    pub(super) fn store(
        &self,
        db: &Db,
        push: &Push,
        body: &str,
    ) -> Result<Option<Stored>, StoreError> {
        let district = push.actor.district;
        let scope = FeedScope::Person(push.actor.person).to_string();
        let mut events = vec![NewEvent {
            scope: scope.clone(),
            kind: self.event_kind(),
            body: body.to_owned(),
        }];
        let seq = match self {
            Self::Finding(record) | Self::Revision { record, .. } => {
                let seq = feed::next_seq(db, district, feed::QUEUE)?;
                let new = NewFinding {
                    record,
                    body,
                    author: push.actor.person,
                    seq,
                    received_at: push.now,
                };
                if let Self::Revision { base_rev, .. } = self {
                    // Further than anything that was seen of it, here or by the phone.
                    let rev = base_rev + 1;
                    if !findings::revise(db, district, &new, rev)? {
                        return Ok(None);
                    }
                    let review = Review::pending(record.id, rev);
                    events.push(NewEvent::new(scope, &EventBody::Review(review))?);
                } else {
                    findings::add(db, district, &new)?;
                }
                seq
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
                seq
            }
        };
        Ok(Some(Stored { seq, events }))
    }

    const fn event_kind(&self) -> &'static str {
        match self {
            Self::Finding(_) | Self::Revision { .. } => "finding.received",
            Self::Inspection(_) => "inspection.received",
        }
    }

    pub(super) fn notice(&self) -> LiveNotice {
        match self {
            Self::Finding(record) | Self::Revision { record, .. } => LiveNotice::Finding {
                id: record.id,
                state: ReviewState::Pending,
            },
            Self::Inspection(record) => LiveNotice::Inspection { id: record.id },
        }
    }
}
