//! Removes what nobody goes on with: uploads that were given up, and photos without a row.
//!
//! A photo without a row was put by a server that died before its commit. It counts for nobody, and
//! its phone has long sent it again. After a week it goes. So that no row is committed for a photo
//! that is just going, it is noted in the database first, where nothing names it, and whoever would
//! commit a row for it within the next hour is asked to come back: a put or a check that overlapped
//! with the removal is over by then.
//!
//! A store knows whose it is: a database that was restored from a backup, or a copy for a trial, lacks
//! the rows of photos that another one names, and sweeps nothing.
//!
//! Each district is swept once an hour by one of the servers: its uploads, and one of 256 slices of
//! its photos, so that a look at all of them is spread over eleven days.

use std::ops::AddAssign;
use std::time::Duration;

use tokio::time::sleep;
use xunfang_domain::{DistrictId, Sha256Hex};

use super::SLICES;
use crate::App;
use crate::error::ApiError;
use crate::store::blobs;
use crate::store::jobs::{self, Job, JobKind};
use crate::uploads::{self, EXPIRES_MS};

/// Districts that are asked for at a time.
const BATCH: u32 = 8;
/// How often a server looks whether a district is due, and after which time one is due again.
const LOOK_AGAIN: Duration = Duration::from_secs(5 * 60);
const EVERY_MS: i64 = 60 * 60_000;
/// How long nobody commits a row for a photo that was removed.
const KEPT_APART_MS: i64 = 60 * 60_000;
const SUBJECT: &str = "photos";

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Uploads that nobody went on with.
    pub uploads: u32,
    /// Photos without a row.
    pub photos: u32,
}

impl AddAssign for Swept {
    fn add_assign(&mut self, other: Self) {
        self.uploads += other.uploads;
        self.photos += other.photos;
    }
}

/// Why a sweep broke off. What it removed until then was of use to nobody.
#[derive(Debug, thiserror::Error)]
#[error("the sweep broke off: {0}. What is kept is safe. Run it again.")]
pub struct SweepError(String);

impl App {
    /// Removes at once whatever is due in every district, in all slices.
    ///
    /// # Errors
    /// [`SweepError`] where the database or the photo store failed.
    pub async fn sweep(&self) -> Result<Swept, SweepError> {
        let everything = async {
            let districts = self.database().read(crate::store::reference::districts);
            let mut swept = Swept::default();
            for district in districts.await? {
                swept += sweep_district(self, district.id, SLICES).await?;
            }
            Ok::<_, ApiError>(swept)
        };
        everything.await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            SweepError(cause.unwrap_or_else(|| error.to_string()))
        })
    }
}

/// Sweeps what is due for as long as the server runs.
pub(crate) async fn run(app: &App) {
    loop {
        if let Err(error) = sweep_some(app).await {
            tracing::warn!(%error, "nothing was swept; it is tried again");
        }
        sleep(LOOK_AGAIN).await;
    }
}

async fn sweep_some(app: &App) -> Result<(), ApiError> {
    let now = app.now();
    for district in app.database().read(jobs::unswept).await? {
        let job = Job {
            district,
            kind: JobKind::Sweep,
            subject: SUBJECT.to_owned(),
        };
        let noted = app
            .database()
            .write(district, move |db| jobs::add(db, &job, now));
        noted.await?;
    }
    loop {
        let now = app.now();
        let due = app
            .database()
            .read(move |db| jobs::waiting(db, JobKind::Sweep, now, BATCH))
            .await?;
        if due.is_empty() {
            return Ok(());
        }
        for job in due {
            sweep_as(app, job).await?;
        }
    }
}

/// Sweeps a district unless another server is at it.
async fn sweep_as(app: &App, job: Job) -> Result<(), ApiError> {
    let (district, now) = (job.district, app.now());
    let begun = {
        let job = job.clone();
        let write = app
            .database()
            .write(district, move |db| jobs::begin(db, &job, now));
        write.await?
    };
    if !begun {
        return Ok(());
    }
    let hour = now.get().div_euclid(EVERY_MS).rem_euclid(256);
    let slice = u8::try_from(hour).unwrap_or_default();
    match sweep_district(app, district, slice..=slice).await {
        Ok(swept) if swept == Swept::default() => {}
        Ok(Swept { uploads, photos }) => tracing::info!(%district, uploads, photos, "swept"),
        // It is due again in an hour, and no other district waits for this one.
        Err(error) => tracing::warn!(%district, %error, "a district was not swept to its end"),
    }
    let until = app.now().plus_ms(EVERY_MS);
    let put_off = app
        .database()
        .write(district, move |db| jobs::put_off(db, &job, until));
    put_off.await?;
    Ok(())
}

async fn sweep_district(
    app: &App,
    district: DistrictId,
    slices: std::ops::RangeInclusive<u8>,
) -> Result<Swept, ApiError> {
    let mut swept = Swept {
        uploads: uploads::drop_abandoned(app, district).await?,
        photos: 0,
    };
    if !app.blobs().belongs_to(app.database().epoch()).await? {
        tracing::warn!(
            "the photo store belongs to another database; nothing of it is swept. Where that database \
             is no more, remove the object `owner` of the store"
        );
        return Ok(swept);
    }
    uploads::drop_strays(app, district).await?;
    let now = app.now();
    let (before, latest) = (now.plus_ms(-KEPT_APART_MS), now.plus_ms(KEPT_APART_MS));
    app.database()
        .write(district, move |db| {
            blobs::forget_swept(db, district, before, latest)
        })
        .await?;
    for slice in slices {
        let before = app.now().plus_ms(-EXPIRES_MS);
        for listed in app.blobs().list(district, slice).await? {
            if listed.written_at < before {
                swept.photos += u32::from(remove_without_row(app, district, listed.sha256).await?);
            }
        }
    }
    Ok(swept)
}

/// Removes a photo where no row names it.
async fn remove_without_row(
    app: &App,
    district: DistrictId,
    sha256: Sha256Hex,
) -> Result<bool, ApiError> {
    let (named, now) = (sha256.clone(), app.now());
    let known = app
        .database()
        .read(move |db| blobs::find(db, district, &named))
        .await?;
    if known.is_some() {
        return Ok(false);
    }
    let noted = sha256.clone();
    let write = app
        .database()
        .write(district, move |db| blobs::sweep(db, district, &noted, now));
    if !write.await? {
        return Ok(false);
    }
    app.blobs().remove(district, &sha256).await?;
    Ok(true)
}
