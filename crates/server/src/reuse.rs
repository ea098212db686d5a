//! Finds photos that were used before.
//!
//! Every photo that comes in is looked at once, after its record is stored and apart from any
//! request: what it shows is compared with all that its district has, and codes of watermarks that
//! can be read in it are looked up. What that found is kept, so that whoever opens the record
//! later waits for nothing. A photo that waits to be looked at is a row of the database, so that a
//! server which stops in between goes on where it was.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::store::db::Db;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use xunfang_domain::{
    DistrictId, PersonId, PhotoCode, PhotoRef, PhotoSubject, PointId, Sha256Hex, UnixMillis,
};
use xunfang_durable::DiskError;
use xunfang_photo::{Likeness, PhotoError, WORKING_PX, develop, inspect};
use xunfang_protocol::{CheckOutcome, EarlierUse, ShownIn};

use crate::App;
use crate::error::ApiError;
use crate::evidence::Shown;
use crate::renditions::Copy;
use crate::store::likeness::{self, Due, EarlierRecord, Looked};
use crate::store::{StoreError, blobs, evidence, findings, inspections};
use crate::verify::codes_in;

/// Photos looked at before what was found is committed.
const BATCH: u32 = 8;
/// Pause after the disk or the database failed.
const RETRY_AFTER: Duration = Duration::from_secs(30);
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
        match compare_all(app).await {
            Ok(0) => app.comparing().wake.notified().await,
            Ok(unread) => {
                tracing::warn!(unread, "photos are compared later");
                sleep(RETRY_AFTER).await;
            }
            Err(error) => {
                tracing::warn!(%error, "photos are compared later");
                sleep(RETRY_AFTER).await;
            }
        }
    }
}

/// Looks at every photo that waits for it; returns how many could not be read this time.
async fn compare_all(app: &App) -> Result<u64, ApiError> {
    let (mut before, mut unread) = (i64::MAX, 0);
    loop {
        let waiting = app
            .database()
            .read(move |db| {
                let due = likeness::due(db, before, BATCH)?.into_iter();
                due.map(|due| Waiting::find(db, due))
                    .collect::<Result<Vec<_>, StoreError>>()
            })
            .await?;
        let Some(last) = waiting.last() else {
            return Ok(unread);
        };
        before = last.due.seq;
        let mut looked: BTreeMap<DistrictId, Vec<Looked>> = BTreeMap::new();
        for photo in waiting {
            let blob = |file| app.folder().blob(photo.due.district, file);
            let files: Vec<PathBuf> = photo.files.iter().map(blob).collect();
            match look_apart(photo.due, files).await {
                Ok(found) => looked.entry(found.district).or_default().push(found),
                // It stays due, and no other photo waits for it.
                Err(error) => {
                    tracing::warn!(%error, "a photo's file cannot be read");
                    unread += 1;
                }
            }
        }
        for (district, looked) in looked {
            app.database()
                .write(district, move |db| {
                    looked.iter().try_for_each(|one| likeness::keep(db, one))
                })
                .await?;
        }
    }
}

/// A photo that was not looked at, and the files that show it, the handiest first.
struct Waiting {
    due: Due,
    files: Vec<Sha256Hex>,
}

impl Waiting {
    fn find(db: &Db, due: Due) -> Result<Self, StoreError> {
        let (district, photo) = (due.district, &due.photo);
        let mut files = Vec::new();
        files.extend(evidence::copy_here(
            db,
            district,
            photo,
            Copy::Working.name(),
        )?);
        if blobs::find(db, district, photo)?.is_some() {
            files.push(photo.clone());
        }
        Ok(Self { due, files })
    }
}

/// Looks at a photo on a thread of its own. One that breaks the reader is settled as one that cannot
/// be compared: it would break it again.
async fn look_apart(due: Due, files: Vec<PathBuf>) -> Result<Looked, DiskError> {
    let mut looked = Looked {
        district: due.district,
        photo: due.photo,
        likeness: None,
        codes: Vec::new(),
    };
    match spawn_blocking(move || look(&files)).await {
        Ok(seen) => (looked.likeness, looked.codes) = seen?,
        Err(error) => {
            tracing::error!(photo = %looked.photo, %error, "a photo broke its reader");
        }
    }
    Ok(looked)
}

/// Looks at the first file that reads. Where none does there is nothing to compare; only a disk that
/// fails is tried again.
fn look(files: &[PathBuf]) -> Result<Seen, DiskError> {
    for path in files {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(DiskError::at("read", path)(error)),
        };
        match seen(&bytes) {
            Ok(seen) => return Ok(seen),
            Err(error) => tracing::warn!(%error, "a photo's file cannot be compared"),
        }
    }
    tracing::warn!("no file of a photo could be compared");
    Ok((None, Vec::new()))
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
