//! Finds photos that were used before.
//!
//! Every photo that comes in is looked at once, after its record is stored and apart from any
//! request: what it shows is compared with all that its district has, and codes of watermarks that
//! can be read in it are looked up. What that found is kept, so that whoever opens the record
//! later waits for nothing. A photo that waits to be looked at is a row of the database, so that a
//! server which stops in between goes on where it was.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::store::db::Db;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use xunfang_domain::{
    Actor, DistrictId, Object, PersonId, PhotoCode, PhotoRef, PhotoSubject, PointId, Sha256Hex,
    UnixMillis, Verb, allows,
};
use xunfang_photo::{Likeness, PhotoError, WORKING_PX, develop, inspect};
use xunfang_protocol::{CheckOutcome, EarlierUse, PhotoReport, ShownIn};

use crate::App;
use crate::error::ApiError;
use crate::evidence::Shown;
use crate::renditions::Copy;
use crate::store::jobs::{self, Job, JobKind};
use crate::store::likeness::{self, EarlierRecord, Looked};
use crate::store::{StoreError, blobs, evidence, findings, inspections};
use crate::verify::codes_in;

/// Photos looked at before what was found is committed.
const BATCH: u32 = 8;
/// Pause after the disk or the database failed.
const RETRY_AFTER: Duration = Duration::from_secs(30);
const RETRY_AFTER_MS: i64 = 30_000;
/// Pause where nothing waits, unless something comes in.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Earlier records that are told.
const TOLD_MAX: usize = 3;
/// Photos that one person takes at one point within so long are of one visit: that they look alike,
/// or that one shows two things, is nothing to tell.
const VISIT_MS: i64 = 30 * 60_000;

/// By what the comparing is woken.
#[derive(Debug, Default)]
pub(crate) struct Comparing {
    wake: Notify,
}

impl Comparing {
    /// Says that photos came in.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

/// Looks at photos as they come in, for ever.
pub(crate) async fn run(app: &App) {
    loop {
        let pause = match compare_some(app).await {
            Ok(Some(_)) => continue,
            // What other servers left, and what was put off, is looked for now and then.
            Ok(None) => LOOK_AGAIN,
            Err(error) => {
                tracing::warn!(%error, "photos are compared later");
                RETRY_AFTER
            }
        };
        tokio::select! {
            () = app.comparing().wake.notified() => {}
            () = sleep(pause) => {}
        }
    }
}

/// Looks at some of the photos that wait for it; returns how many, and nothing where none does.
async fn compare_some(app: &App) -> Result<Option<usize>, ApiError> {
    let now = app.now();
    let waiting = app
        .database()
        .read(move |db| jobs::waiting(db, JobKind::Compare, now, BATCH))
        .await?;
    if waiting.is_empty() {
        return Ok(None);
    }
    let mut by_district: BTreeMap<DistrictId, Vec<Job>> = BTreeMap::new();
    for job in waiting {
        by_district.entry(job.district).or_default().push(job);
    }
    let mut looked_at = 0;
    for (district, jobs) in by_district {
        looked_at += compare_of(app, district, jobs).await?;
    }
    Ok(Some(looked_at))
}

/// Looks at photos of one district, those that no other server is busy with.
async fn compare_of(app: &App, district: DistrictId, jobs: Vec<Job>) -> Result<usize, ApiError> {
    let now = app.now();
    let begun = app
        .database()
        .write(district, move |db| {
            let mut begun = Vec::new();
            for job in jobs {
                if jobs::begin(db, &job, now)? {
                    begun.push(Waiting::find(db, job)?);
                }
            }
            Ok::<_, StoreError>(begun)
        })
        .await?;
    let (mut looked, mut unread) = (Vec::new(), Vec::new());
    for photo in begun {
        match look_apart(app, district, photo.photo, &photo.files).await {
            Ok(found) => looked.push(found),
            // It waits, and no other photo waits for it.
            Err(error) => {
                tracing::warn!(%error, "a photo's file cannot be read");
                unread.push(photo.job);
            }
        }
    }
    let count = looked.len();
    let later = app.now().plus_ms(RETRY_AFTER_MS);
    app.database()
        .write(district, move |db| {
            for job in &unread {
                jobs::put_off(db, job, later)?;
            }
            looked.iter().try_for_each(|one| likeness::keep(db, one))
        })
        .await?;
    Ok(count)
}

/// A photo that was not looked at, and the files that show it, the handiest first.
struct Waiting {
    job: Job,
    photo: Sha256Hex,
    files: Vec<Sha256Hex>,
}

impl Waiting {
    fn find(db: &Db, job: Job) -> Result<Self, StoreError> {
        let photo = likeness::subject(&job)?;
        let mut files = Vec::new();
        let working = Copy::Working.name();
        files.extend(evidence::copy_here(db, job.district, &photo, working)?);
        if blobs::find(db, job.district, &photo)?.is_some() {
            files.push(photo.clone());
        }
        Ok(Self { job, photo, files })
    }
}

/// Looks at the first file of a photo that reads, on a thread of its own. One that breaks the reader
/// is settled as one that cannot be compared: it would break it again.
///
/// # Errors
/// Where a file cannot be had although its row says that it is here, and no other one reads: it is
/// tried again, as what failed may come back.
async fn look_apart(
    app: &App,
    district: DistrictId,
    photo: Sha256Hex,
    files: &[Sha256Hex],
) -> Result<Looked, ApiError> {
    let mut looked = Looked {
        district,
        photo,
        likeness: None,
        codes: Vec::new(),
    };
    let mut missing = false;
    for file in files {
        let Some(bytes) = app.blobs().read(district, file).await? else {
            missing = true;
            continue;
        };
        match spawn_blocking(move || seen(&bytes)).await {
            Ok(Ok(seen)) => {
                (looked.likeness, looked.codes) = seen;
                return Ok(looked);
            }
            Ok(Err(error)) => tracing::warn!(%error, "a photo's file cannot be compared"),
            Err(error) => {
                tracing::error!(photo = %looked.photo, %error, "a photo broke its reader");
                return Ok(looked);
            }
        }
    }
    if missing {
        return Err(ApiError::Broken("a photo is lost"));
    }
    tracing::warn!(photo = %looked.photo, "no file of a photo could be compared");
    Ok(looked)
}

/// What a photo shows, and the codes of watermarks in it.
type Seen = (Option<Likeness>, Vec<PhotoCode>);

fn seen(bytes: &[u8]) -> Result<Seen, PhotoError> {
    let picture = develop(bytes, &inspect(bytes)?, WORKING_PX)?;
    Ok((Likeness::of(&picture)?, codes_in(&picture)))
}

/// Says whether a photo was used before, and in what.
pub(crate) fn earlier(
    db: &Db,
    shown: &Shown<'_>,
) -> Result<(CheckOutcome, Vec<EarlierUse>), StoreError> {
    let own = match &shown.subject {
        PhotoSubject::Finding { id } => id.uuid(),
        PhotoSubject::Answer { inspection, .. } => inspection.uuid(),
    };
    let (district, photo) = (shown.district, &shown.photo.sha256);
    let mut told: Vec<EarlierUse> = Vec::new();
    for earlier in likeness::uses(db, district, photo, own, shown.received_at)? {
        let is_told = told.iter().any(|told| told.record == earlier.record);
        if is_told || told.len() == TOLD_MAX {
            continue;
        }
        if let Some(used) = Use::read(db, district, &earlier)?
            && !used.is_same_visit(shown)
        {
            told.push(used.told(earlier));
        }
    }
    let outcome = match likeness::is_telling(db, district, photo)? {
        _ if !told.is_empty() => CheckOutcome::Failed,
        Some(true) => CheckOutcome::Passed,
        Some(false) | None => CheckOutcome::Unknown,
    };
    Ok((outcome, told))
}

/// Takes out of a report what the reader may not see: earlier records are for those who look through
/// them, and of these the ones that they may read.
pub(crate) fn keep_readable(
    db: &Db,
    actor: &Actor,
    report: &mut PhotoReport,
) -> Result<(), StoreError> {
    let queue = Object::ReviewQueue {
        district: actor.district,
    };
    let looks_through = allows(actor, Verb::Read, &queue);
    let mut readable = Vec::new();
    for used in report.used_before.drain(..) {
        if looks_through && may_read(db, actor, used.record)? {
            readable.push(used);
        }
    }
    report.used_before = readable;
    Ok(())
}

/// Whether somebody may read a record that is here.
pub(crate) fn may_read(db: &Db, actor: &Actor, record: ShownIn) -> Result<bool, StoreError> {
    let district = actor.district;
    let object = match record {
        ShownIn::Finding { id } => findings::find(db, district, id)?
            .map(|found| found.object(db, district))
            .transpose()?,
        ShownIn::Inspection { id } => inspections::find(db, district, id)?
            .map(|found| found.object(db, district))
            .transpose()?,
    };
    Ok(object.is_some_and(|object| allows(actor, Verb::Read, &object)))
}

/// A photo in a record that was here before.
struct Use {
    author: PersonId,
    author_name: String,
    point: PointId,
    point_name: String,
    taken_at: UnixMillis,
}

impl Use {
    fn read(
        db: &Db,
        district: DistrictId,
        earlier: &EarlierRecord,
    ) -> Result<Option<Self>, StoreError> {
        let is_it = |shown: &&PhotoRef| shown.sha256 == earlier.photo;
        Ok(match earlier.record {
            ShownIn::Finding { id } => findings::find(db, district, id)?.and_then(|found| {
                let taken_at = found.record.photos.iter().find(is_it)?.taken_at;
                Some(Self {
                    author: found.author,
                    author_name: found.author_name,
                    point: found.record.point,
                    point_name: found.point_name,
                    taken_at,
                })
            }),
            ShownIn::Inspection { id } => inspections::find(db, district, id)?.and_then(|found| {
                let mut photos = found.record.answers.iter().flat_map(|one| &one.photos);
                let taken_at = photos.find(is_it)?.taken_at;
                Some(Self {
                    author: found.author,
                    author_name: found.author_name,
                    point: found.record.point,
                    point_name: found.point_name,
                    taken_at,
                })
            }),
        })
    }

    fn is_same_visit(&self, shown: &Shown<'_>) -> bool {
        self.author == shown.author
            && self.point == shown.point
            && self.taken_at.since(shown.photo.taken_at).abs() <= VISIT_MS
    }

    fn told(self, earlier: EarlierRecord) -> EarlierUse {
        EarlierUse {
            how: earlier.how,
            photo: earlier.photo,
            record: earlier.record,
            point_name: self.point_name,
            author_name: self.author_name,
            taken_at: self.taken_at,
        }
    }
}
