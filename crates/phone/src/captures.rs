//! Photos that the camera took while the app was gone.
//!
//! A phone that is short of memory ends the app while the camera is in front. What the camera was
//! opened for is durable by then. The camera leaves the photo in a folder of the app, and at the
//! next start it is taken in from there. It is taken in later than it was shot, and says so.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use xunfang_domain::{CaptureSource, UnixMillis};
use xunfang_durable::DiskError;
use xunfang_protocol::{SessionView, UPLOAD_PHOTO_BYTES_MAX};
use xunfang_store::{Capture, Store, StoreError, StoreFault};

use crate::photos::{Darkroom, PhotoPlace, Shot};
use crate::position::PositionSource;
use crate::view::CaptureView;
use crate::{CommandError, ErrorCode};

/// Somebody who opened the camera no longer ago goes on in the form, also where no photo is found.
const GOES_ON_MS: i64 = 60 * 60 * 1000;
/// How much earlier than the camera was opened a file may claim to be written: clocks of files are
/// coarse.
const COARSE_MS: i64 = 2_000;
/// Photos of one visit to the camera.
const PHOTOS_MAX: usize = 10;

/// Lists what this person opened the camera for before `opened`, when the app was opened.
pub(crate) fn interrupted(
    store: &Store,
    session: Option<&SessionView>,
    opened: UnixMillis,
) -> Result<Vec<Capture>, StoreError> {
    let Some(session) = session else {
        return Ok(Vec::new());
    };
    let mut captures = store.expected_captures()?;
    captures.retain(|one| one.person == session.person.id && one.began_at < opened);
    Ok(captures)
}

/// What recovering needs to know.
#[derive(Clone, Copy)]
pub(crate) struct Recovery<'a> {
    pub(crate) store: &'a Store,
    pub(crate) darkroom: &'a Darkroom,
    pub(crate) position: &'a dyn PositionSource,
    /// Where the camera leaves its photos; none: it leaves none.
    pub(crate) camera: Option<&'a Path>,
    pub(crate) session: &'a SessionView,
    pub(crate) server: &'a str,
    pub(crate) language: &'a str,
    pub(crate) now: UnixMillis,
}

/// Takes in what the camera left each time, forgets what it was opened for, and says which form the
/// person was in last.
///
/// Where the disk fails, what could not be taken in is not forgotten, and the next start tries again;
/// what was taken in by then is not taken in twice.
pub(crate) fn recover(
    recovery: Recovery<'_>,
    captures: &[Capture],
) -> Result<Option<CaptureView>, CommandError> {
    let mut last: Option<CaptureView> = None;
    for (number, capture) in captures.iter().enumerate() {
        let coarse = if number == 0 { COARSE_MS } else { 0 };
        // What the camera wrote later was taken for the next one.
        let next = captures.get(number + 1);
        let until = next.map_or(UnixMillis::new(i64::MAX), |next| next.began_at);
        let written = capture.began_at.plus_ms(-coarse)..until;
        let found = one(recovery, capture, &written)?;
        recovery
            .store
            .end_captures(capture.began_at, capture.began_at.plus_ms(1))?;
        let goes_on = recovery.now.since(capture.began_at) <= GOES_ON_MS;
        if let Some(found) = found
            && (found.photos > 0 || goes_on)
        {
            let before = last.as_ref().map_or(0, |last| last.photos);
            last = Some(CaptureView {
                photos: before + found.photos,
                ..found
            });
        }
    }
    Ok(last)
}

/// Takes in what the camera left for one form; none where the form is gone: the inspection was
/// submitted or discarded, or the point is there no more. A file that is no photo is left alone.
fn one(
    recovery: Recovery<'_>,
    capture: &Capture,
    written: &Range<UnixMillis>,
) -> Result<Option<CaptureView>, CommandError> {
    let Recovery { store, session, .. } = recovery;
    let place = PhotoPlace {
        point: capture.point,
        item: capture.item.clone(),
    };
    let inspection = match &place.item {
        Some(_) => store.open_inspection(session.person.id, place.point)?,
        None => None,
    };
    match store.point(place.point) {
        Ok(_) if place.item.is_none() || inspection.is_some() => {}
        Err(error) if error.fault() != StoreFault::NotFound => return Err(error.into()),
        _ => return Ok(None),
    }
    let mut photos = 0;
    for (path, written) in left_behind(recovery.camera, written)? {
        let bytes = fs::read(&path).map_err(|source| disk(&path, source))?;
        let later = recovery.now.since(written);
        let shot = Shot {
            session,
            server: recovery.server,
            language: recovery.language,
            place: &place,
            source: CaptureSource::Camera,
            found_after_ms: Some(u64::try_from(later).unwrap_or(0)),
            bytes: &bytes,
        };
        match recovery.darkroom.take_in(store, recovery.position, shot) {
            Ok(_) => {
                photos += 1;
                clear(recovery.camera, &bytes);
            }
            Err(error) if error.code.is_of_photo() => {
                tracing::warn!(code = ?error.code, "a file beside the camera's photos is none");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Some(CaptureView {
        point: place.point,
        inspection,
        item: place.item,
        photos,
    }))
}

/// Lists what the camera wrote within a time, the first first, and when.
fn left_behind(
    camera: Option<&Path>,
    within: &Range<UnixMillis>,
) -> Result<Vec<(PathBuf, UnixMillis)>, CommandError> {
    let Some(folder) = camera.filter(|folder| folder.is_dir()) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|source| disk(folder, source))? {
        let entry = entry.map_err(|source| disk(folder, source))?;
        let about = entry
            .metadata()
            .map_err(|source| disk(&entry.path(), source))?;
        let written = about.modified().ok().and_then(unix_millis);
        // The camera's file is made empty before it opens.
        let is_photo = about.is_file() && (1..=UPLOAD_PHOTO_BYTES_MAX).contains(&about.len());
        if let Some(written) = written
            && is_photo
            && within.contains(&written)
        {
            found.push((entry.path(), written));
        }
    }
    found.sort_by_key(|(_, written)| *written);
    found.truncate(PHOTOS_MAX);
    Ok(found)
}

/// Removes the camera's file of a photo that is durable here: a second copy that nobody would ever
/// look at takes the person's room.
pub(crate) fn clear(camera: Option<&Path>, bytes: &[u8]) {
    let Some(folder) = camera else { return };
    let remove = || -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let about = path.metadata()?;
            if about.is_file() && about.len() == bytes.len() as u64 && fs::read(&path)? == bytes {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    };
    if let Err(error) = remove() {
        tracing::warn!(%error, "a file of the camera stays");
    }
}

fn unix_millis(time: SystemTime) -> Option<UnixMillis> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok().map(UnixMillis::new)
}

fn disk(path: &Path, source: std::io::Error) -> CommandError {
    let error = DiskError::at("read", path)(source);
    CommandError::new(ErrorCode::DiskFailed, &error.to_string())
}
