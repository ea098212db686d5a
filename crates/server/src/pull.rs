//! Answers what happened since a phone last asked.
//!
//! A cursor belongs to one history of the server, named by its epoch. Where the epoch is another
//! one, the cursor lies beyond the last event, or the events up to it come to something else than
//! the phone was told, the server came back older than the phone remembers: the cursor is void, and
//! the scope is read from its beginning.

use std::collections::BTreeMap;

use crate::store::db::Db;
use uuid::Uuid;
use xunfang_domain::Actor;
use xunfang_protocol::{FeedScope, PullRequest, ScopePage};

use crate::store::{StoreError, feed};

/// Most events of one page.
const EVENTS_MAX: u32 = 1000;
/// Most scopes that are said to be revoked in one answer; a phone has a few at most.
const REVOKED_MAX: usize = 16;

/// Reads one page of every scope that the actor may see; of others in the request it says that they
/// are revoked.
pub(crate) fn pages(
    db: &Db,
    actor: &Actor,
    epoch: Uuid,
    request: &PullRequest,
) -> Result<Vec<ScopePage>, StoreError> {
    let same_history = request.epoch == Some(epoch);
    let limit = request.limit.clamp(1, EVENTS_MAX);
    let allowed = [
        FeedScope::District(actor.district).to_string(),
        FeedScope::Person(actor.person).to_string(),
    ];
    let revoked = request
        .scopes
        .keys()
        .filter(|scope| !allowed.contains(scope))
        .take(REVOKED_MAX)
        .map(|scope| Ok(revoked(scope)));
    allowed
        .iter()
        .map(|scope| {
            let cursor = cursor(&request.scopes, scope);
            let same_history = same_history && same_events(db, actor, scope, cursor, request)?;
            page(db, actor, scope.clone(), cursor, same_history, limit)
        })
        .chain(revoked)
        .collect()
}

fn revoked(scope: &str) -> ScopePage {
    ScopePage {
        id: scope.to_owned(),
        reset: true,
        revoked: true,
        to: 0,
        chain: None,
        more: false,
        events: Vec::new(),
    }
}

fn cursor(scopes: &BTreeMap<String, u64>, scope: &str) -> u64 {
    scopes.get(scope).copied().unwrap_or(0)
}

/// Whether the events up to a cursor come to the same here as for the phone, as far as both know.
fn same_events(
    db: &Db,
    actor: &Actor,
    scope: &str,
    cursor: u64,
    request: &PullRequest,
) -> Result<bool, StoreError> {
    let Some(theirs) = request.chains.get(scope) else {
        return Ok(true);
    };
    let ours = feed::chain_at(db, actor.district, scope, cursor)?;
    Ok(ours.is_none_or(|ours| ours.to_string() == *theirs))
}

fn page(
    db: &Db,
    actor: &Actor,
    scope: String,
    cursor: u64,
    same_history: bool,
    limit: u32,
) -> Result<ScopePage, StoreError> {
    let last = feed::last_seq(db, actor.district, &scope)?;
    let reset = cursor > last || (cursor > 0 && !same_history);
    let from = if reset { 0 } else { cursor };
    let events = feed::after(db, actor.district, &scope, from, limit)?;
    let to = events.last().map_or(from, |event| event.seq);
    let chain = feed::chain_at(db, actor.district, &scope, to)?;
    Ok(ScopePage {
        chain: chain.map(|chain| chain.to_string()),
        id: scope,
        reset,
        revoked: false,
        to,
        more: to < last,
        events,
    })
}
