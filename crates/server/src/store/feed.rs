//! The feeds that phones pull, and the counters that number them.
//!
//! A number is taken inside the transaction that uses it. Whoever sees an event has therefore
//! seen every earlier one of its scope, and a transaction that is rolled back leaves no gap.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sha2::{Digest, Sha256};
use xunfang_domain::DistrictId;
use xunfang_protocol::{Event, EventBody};

use super::db::{Db, params, statement};
use super::{StoreError, values};

/// Counts a district's findings in the order in which they were received.
pub(crate) const QUEUE: &str = "queue";

/// Most bytes of event bodies in one page of a scope; at least one event always goes out.
const PAGE_BYTES_MAX: usize = 1024 * 1024;

/// An event that is appended once everything else of its transaction is done.
#[derive(Debug, Clone)]
pub(crate) struct NewEvent {
    pub(crate) scope: String,
    pub(crate) kind: &'static str,
    /// JSON.
    pub(crate) body: String,
}

impl NewEvent {
    /// Makes an event from what this build knows.
    pub(crate) fn new(scope: String, body: &EventBody) -> Result<Self, StoreError> {
        let json = body.to_json().map_err(|error| StoreError::Value {
            what: body.kind(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            scope,
            kind: body.kind(),
            body: json,
        })
    }
}

/// Takes the next number of a scope.
pub(crate) fn next_seq(db: &Db, district: DistrictId, scope: &str) -> Result<u64, StoreError> {
    take(db, district, scope, 1).map(|(seq, _)| seq)
}

/// Takes so many numbers of a scope, at least one, and returns the last of them; with it comes what
/// the event before them carries.
fn take(
    db: &Db,
    district: DistrictId,
    scope: &str,
    count: u64,
) -> Result<(u64, Option<i64>), StoreError> {
    db.only(
        statement!("feed/next_seq.sql"),
        params! { ":district_id": district.uuid(), ":scope": scope, ":count": count },
        |row| Ok((row.get("last_seq")?, row.get("chain")?)),
    )
}

/// What all events of a scope come to, this one included: the first half of a hash over what the
/// one before it came to, its number, its kind and its body.
pub(crate) fn link(before: Option<i64>, seq: u64, kind: &str, body: &str) -> i64 {
    let mut hash = Sha256::new();
    hash.update(before.unwrap_or(0).to_be_bytes());
    hash.update(seq.to_be_bytes());
    hash.update((kind.len() as u64).to_be_bytes());
    hash.update(kind);
    hash.update(body);
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(hash.finalize());
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Returns what the events up to `seq` come to; none where they are older than this is kept.
pub(crate) fn chain_at(
    db: &Db,
    district: DistrictId,
    scope: &str,
    seq: u64,
) -> Result<Option<FeedChain>, StoreError> {
    let chain: Option<Option<i64>> = db.one(
        statement!("feed/chain_at.sql"),
        params! { ":district_id": district.uuid(), ":scope": scope, ":seq": seq },
        |row| row.get("chain"),
    )?;
    Ok(chain.flatten().map(FeedChain))
}

/// What the events of a scope come to; 16 hexadecimal digits on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FeedChain(i64);

impl std::fmt::Display for FeedChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Appends events, each to its scope, in their order.
pub(crate) fn append(db: &Db, district: DistrictId, events: &[NewEvent]) -> Result<(), StoreError> {
    let mut scopes: BTreeMap<&str, Vec<&NewEvent>> = BTreeMap::new();
    for event in events {
        scopes.entry(&event.scope).or_default().push(event);
    }
    let district_id = district.uuid();
    // Scopes in the order of their names: nobody waits for a counter of one who waits for theirs.
    for (scope, events) in scopes {
        let count = events.len() as u64;
        let (last, mut chain) = take(db, district, scope, count)?;
        let mut linked = Vec::with_capacity(events.len());
        for (seq, event) in (last - count + 1..).zip(events) {
            let link = link(chain, seq, event.kind, &event.body);
            chain = Some(link);
            linked.push((seq, event, link));
        }
        let rows = linked.iter().map(|(seq, event, link)| {
            params! {
                ":district_id": district_id,
                ":scope": event.scope,
                ":seq": *seq,
                ":kind": event.kind,
                ":body": event.body,
                ":chain": *link,
            }
            .to_vec()
        });
        db.execute_each(statement!("feed/append.sql"), rows)?;
        db.execute(
            statement!("feed/set_chain.sql"),
            params! { ":district_id": district.uuid(), ":scope": scope, ":chain": chain },
        )?;
    }
    Ok(())
}

/// Returns the number of a scope's last event; 0 where there is none.
pub(crate) fn last_seq(db: &Db, district: DistrictId, scope: &str) -> Result<u64, StoreError> {
    let last = db.one(
        statement!("feed/last_seq.sql"),
        params! { ":district_id": district.uuid(), ":scope": scope },
        |row| row.get("last_seq"),
    )?;
    Ok(last.unwrap_or(0))
}

/// Reads the events of a scope after `cursor`: at most `limit`, and not much over a megabyte.
pub(crate) fn after(
    db: &Db,
    district: DistrictId,
    scope: &str,
    cursor: u64,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    let mut bytes = 0;
    db.each(
        statement!("feed/after.sql"),
        params! {
            ":district_id": district.uuid(),
            ":scope": scope,
            ":cursor": cursor,
            ":limit": limit,
        },
        |row| {
            let body: String = row.get("body")?;
            bytes += body.len();
            events.push(Event {
                seq: row.get("seq")?,
                kind: row.get("kind")?,
                body: values::from_json("event", &body)?,
            });
            Ok(if bytes < PAGE_BYTES_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        },
    )?;
    Ok(events)
}
