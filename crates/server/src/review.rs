//! A supervisor's decision on a finding.

use crate::store::db::Db;
use xunfang_domain::{Actor, Decision, FindingId, Review, UnixMillis, Verb, allows};
use xunfang_protocol::{EventBody, FeedScope, ReviewRequest};

use crate::error::ApiError;
use crate::store::feed::{self, NewEvent};
use crate::store::{findings, people};

/// Decides, where nobody decided since the revision that the supervisor was looking at.
///
/// The decision, its place in the history and the event for the finding's author commit together.
pub(crate) fn decide(
    transaction: &Db,
    actor: &Actor,
    finding: FindingId,
    request: ReviewRequest,
    now: UnixMillis,
) -> Result<Review, ApiError> {
    let district = actor.district;
    let stored = findings::find(transaction, district, finding)?.ok_or(ApiError::NotFound)?;
    let object = stored.object(transaction, district)?;
    if !allows(actor, Verb::Review, &object) {
        let visible = allows(actor, Verb::Read, &object);
        return Err(if visible {
            ApiError::Forbidden
        } else {
            ApiError::NotFound
        });
    }
    request.decision.check()?;
    let moved_on = ApiError::ReviewMovedOn {
        rev: stored.review.rev,
    };
    if request.rev != stored.review.rev {
        return Err(moved_on);
    }
    let supervisor = people::person(transaction, district, actor.person)?;
    let review = Review {
        finding,
        state: request.decision.state(),
        reason: match request.decision {
            Decision::Accept => String::new(),
            Decision::Return { reason } => reason.trim().to_owned(),
        },
        rev: request.rev + 1,
        decided_at: Some(now),
        decided_by: supervisor.map(|person| person.display_name),
    };
    // The statement compares once more, for a database with several writers.
    if !findings::decide(transaction, district, &review, actor.person, now)? {
        return Err(moved_on);
    }
    let scope = FeedScope::Person(stored.author).to_string();
    let event = NewEvent::new(scope, &EventBody::Review(review.clone()))?;
    feed::append(transaction, district, &[event])?;
    Ok(review)
}
