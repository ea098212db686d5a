//! Work that is done apart from any request.
//!
//! It waits in the database, so that a server which stops in between, or another one, goes on with
//! it. Whoever begins a job says so in a transaction of its own; nobody else begins it until it is
//! done, put off, or plainly given up by a server that died.

use xunfang_domain::{DistrictId, UnixMillis};

use super::StoreError;
use super::db::{Db, params, statement};

/// Longest time that a server may be busy with a job before another one begins it.
const BUSY_MAX_MS: i64 = 10 * 60_000;
/// Longest time that a job is put off.
const APART_MAX_MS: i64 = 60 * 60_000;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobKind {
    /// A photo, by its name, is compared with the others of its district.
    Compare,
    /// What nobody goes on with is removed from among a district's photos.
    Sweep,
}

impl JobKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Sweep => "sweep",
        }
    }
}

/// A job that waits.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) district: DistrictId,
    pub(crate) kind: JobKind,
    pub(crate) subject: String,
}

/// Notes that something has to be done; what is noted already is noted once.
pub(crate) fn add(db: &Db, job: &Job, now: UnixMillis) -> Result<(), StoreError> {
    db.execute(
        statement!("jobs/add.sql"),
        params! {
            ":district_id": job.district.uuid(),
            ":kind": job.kind.word(),
            ":subject": job.subject,
            ":noted_at": now.get(),
        },
    )?;
    Ok(())
}

/// Lists what can be begun, of whichever district, the last noted first.
pub(crate) fn waiting(
    db: &Db,
    kind: JobKind,
    now: UnixMillis,
    limit: u32,
) -> Result<Vec<Job>, StoreError> {
    db.all(
        statement!("jobs/waiting.sql"),
        params! {
            ":kind": kind.word(),
            ":now": now.get(),
            ":latest": now.plus_ms(2 * APART_MAX_MS).get(),
            ":limit": limit,
        },
        |row| {
            Ok(Job {
                district: DistrictId::from_uuid(row.get("district_id")?),
                kind,
                subject: row.get("subject")?,
            })
        },
    )
}

/// Counts what is noted, of every district.
pub(crate) fn count(db: &Db) -> Result<u64, StoreError> {
    db.only(statement!("jobs/count.sql"), params! {}, |row| {
        row.get("jobs")
    })
}

/// Says whether the job is begun by this: nobody else was faster.
pub(crate) fn begin(db: &Db, job: &Job, now: UnixMillis) -> Result<bool, StoreError> {
    let begun = db.execute(
        statement!("jobs/begin.sql"),
        params! {
            ":district_id": job.district.uuid(),
            ":kind": job.kind.word(),
            ":subject": job.subject,
            ":now": now.get(),
            ":latest": now.plus_ms(2 * APART_MAX_MS).get(),
            ":until": now.plus_ms(BUSY_MAX_MS).get(),
        },
    )?;
    Ok(begun > 0)
}

/// Lets a job wait until then, at most an hour.
pub(crate) fn put_off(db: &Db, job: &Job, until: UnixMillis) -> Result<(), StoreError> {
    db.execute(
        statement!("jobs/put_off.sql"),
        params! {
            ":district_id": job.district.uuid(),
            ":kind": job.kind.word(),
            ":subject": job.subject,
            ":until": until.get(),
        },
    )?;
    Ok(())
}

/// Forgets a job that is done; says no where another one had done it.
pub(crate) fn end(db: &Db, job: &Job) -> Result<bool, StoreError> {
    let ended = db.execute(
        statement!("jobs/end.sql"),
        params! {
            ":district_id": job.district.uuid(),
            ":kind": job.kind.word(),
            ":subject": job.subject,
        },
    )?;
    Ok(ended > 0)
}

/// Lists the districts whose photos nobody sweeps yet.
pub(crate) fn unswept(db: &Db) -> Result<Vec<DistrictId>, StoreError> {
    db.all(statement!("jobs/unswept.sql"), params! {}, |row| {
        Ok(DistrictId::from_uuid(row.get("district_id")?))
    })
}

/// Gives up what a server had begun that is not there any more, where there is only one.
pub(super) fn give_up_all(db: &Db) -> Result<(), StoreError> {
    db.execute(statement!("jobs/give_up_all.sql"), params! {})?;
    Ok(())
}
