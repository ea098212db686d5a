//! The feeds that phones pull, and the counters that number them.
//!
//! A number is taken inside the transaction that uses it. Whoever sees an event has therefore
//! seen every earlier one of its scope, and a transaction that is rolled back leaves no gap.

use rusqlite::{Connection, OptionalExtension, named_params};
use xunfang_domain::{DistrictId, PersonId};
use xunfang_protocol::{Event, EventBody};

use super::{StoreError, values};

/// Counts a district's findings in the order in which they were received.
pub(crate) const QUEUE: &str = "queue";

/// Most bytes of event bodies in one page of a scope; at least one event always goes out.
const PAGE_BYTES_MAX: usize = 1024 * 1024;

/// The scope that everybody of a district reads.
pub(crate) fn district_scope(district: DistrictId) -> String {
    format!("district:{district}")
}

/// The scope that only one person reads.
pub(crate) fn person_scope(person: PersonId) -> String {
    format!("person:{person}")
}

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
pub(crate) fn next_seq(
    db: &Connection,
    district: DistrictId,
    scope: &str,
) -> Result<u64, StoreError> {
    let seq = db
        .prepare_cached(include_str!("feed/next_seq.sql"))?
        .query_row(
            named_params! { ":district_id": district.uuid(), ":scope": scope },
            |row| row.get("last_seq"),
        )?;
    Ok(seq)
}

/// Appends an event.
pub(crate) fn append(
    db: &Connection,
    district: DistrictId,
    event: &NewEvent,
) -> Result<(), StoreError> {
    let seq = next_seq(db, district, &event.scope)?;
    db.prepare_cached(include_str!("feed/append.sql"))?
        .execute(named_params! {
            ":district_id": district.uuid(),
            ":scope": event.scope,
            ":seq": seq,
            ":kind": event.kind,
            ":body": event.body,
        })?;
    Ok(())
}

/// Returns the number of a scope's last event; 0 where there is none.
pub(crate) fn last_seq(
    db: &Connection,
    district: DistrictId,
    scope: &str,
) -> Result<u64, StoreError> {
    let last = db
        .prepare_cached(include_str!("feed/last_seq.sql"))?
        .query_row(
            named_params! { ":district_id": district.uuid(), ":scope": scope },
            |row| row.get("last_seq"),
        )
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// Reads the events of a scope after `cursor`: at most `limit`, and not much over a megabyte.
pub(crate) fn after(
    db: &Connection,
    district: DistrictId,
    scope: &str,
    cursor: u64,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("feed/after.sql"))?;
    let mut rows = statement.query(named_params! {
        ":district_id": district.uuid(),
        ":scope": scope,
        ":cursor": cursor,
        ":limit": limit,
    })?;
    let mut events = Vec::new();
    let mut bytes = 0;
    while bytes < PAGE_BYTES_MAX
        && let Some(row) = rows.next()?
    {
        let body: String = row.get("body")?;
        bytes += body.len();
        events.push(Event {
            seq: row.get("seq")?,
            kind: row.get("kind")?,
            body: values::from_json("event", &body)?,
        });
    }
    Ok(events)
}
