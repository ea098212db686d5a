//! What was stored while a console was away.

use xunfang_domain::{DistrictId, UnixMillis};
use xunfang_protocol::LiveNotice;

use crate::store::StoreError;
use crate::store::db::Db;
use crate::store::{findings, inspections};

/// Most changes of a kind that are told one by one.
const TOLD_MAX: usize = 256;
/// How much earlier than what was heard last one begins: servers' clocks differ, and a change is
/// dated before its commit. What is told twice does no harm.
const OVERLAP_MS: i64 = 2 * 60_000;

/// Lists what changed in a district since then; nothing where there is too much to tell.
pub(crate) fn since(
    db: &Db,
    district: DistrictId,
    heard: UnixMillis,
) -> Result<Option<Vec<LiveNotice>>, StoreError> {
    let from = heard.plus_ms(-OVERLAP_MS);
    let one_more = u32::try_from(TOLD_MAX + 1).unwrap_or(u32::MAX);
    let received = findings::received_since(db, district, from, one_more)?;
    let decided = findings::decided_since(db, district, from, one_more)?;
    let inspected = inspections::received_since(db, district, from, one_more)?;
    let lengths = [received.len(), decided.len(), inspected.len()];
    if lengths.iter().any(|length| *length > TOLD_MAX) {
        return Ok(None);
    }
    let findings = received.into_iter().chain(decided);
    let findings = findings.map(|(id, state)| LiveNotice::Finding { id, state });
    let inspections = inspected.into_iter();
    let inspections = inspections.map(|id| LiveNotice::Inspection { id });
    Ok(Some(findings.chain(inspections).collect()))
}
