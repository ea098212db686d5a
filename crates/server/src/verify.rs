//! Tells anybody whether a photo is what it claims to be.
//!
//! A photo is known by its bytes; where they were changed, by the code in its watermark, and then
//! its picture is held against the one that came from the phone. Whoever has the photo or its code
//! learns what the watermark shows and no more; codes cannot be guessed.

use crate::store::db::Db;
use xunfang_domain::{
    CaptureSource, DistrictId, PhotoCode, PhotoEvidence, PhotoMark, Sha256Hex, WatermarkPerson,
};
use xunfang_evidence::digest;
use xunfang_photo::{Likeness, Picture, SIDE_PX_MAX, WORKING_PX, develop, inspect, read_codes};
use xunfang_protocol::{CheckOutcome, PublicRecord, VerifyReport, VerifyVerdict};

use crate::App;
use crate::error::ApiError;
use crate::evidence::signed;
use crate::store::evidence::{self, Kept, NamedFile};
use crate::store::{StoreError, blobs, people, reference};

/// A picture this size has a code that a screen can show; a second look takes the whole photo.
const FIRST_LOOK_PX: u32 = 2_560;

/// Reads the codes of photos in a picture.
pub(crate) fn codes_in(picture: &Picture) -> Vec<PhotoCode> {
    let texts = read_codes(picture);
    texts.iter().filter_map(|text| code_in(text)).collect()
}

/// A record that is told, with what is needed to compare its picture.
struct Found {
    district: DistrictId,
    evidence: PhotoEvidence,
    /// The copy that somebody drew on.
    annotated: Option<Sha256Hex>,
    public: PublicRecord,
}

/// Looks up a code.
pub(crate) async fn code(app: &App, code: PhotoCode) -> Result<VerifyReport, ApiError> {
    let found = app
        .database()
        .read(move |db| found(db, evidence::by_code(db, code)?))
        .await?;
    Ok(report(VerifyVerdict::Known, found))
}

/// Looks up a file.
///
/// # Errors
/// [`ApiError::NotAPhoto`] where it is none.
pub(crate) async fn photo(app: &App, bytes: Vec<u8>) -> Result<VerifyReport, ApiError> {
    // What is no photo is said at once, and what would take too much memory is not decoded.
    let info = inspect(&bytes)?;
    let name = xunfang_photo::sha256(&bytes);
    let by_bytes = app
        .database()
        .read(move |db| {
            let Some((kept, what)) = evidence::by_file(db, &name)? else {
                return Ok::<_, StoreError>(None);
            };
            Ok(found(db, Some(kept))?.map(|found| (found, what)))
        })
        .await?;
    if let Some((found, what)) = by_bytes {
        let verdict = match what {
            NamedFile::Original => VerifyVerdict::Original,
            NamedFile::Copy => VerifyVerdict::Copy,
            NamedFile::Annotated => VerifyVerdict::Annotated,
        };
        return Ok(report(verdict, Some(found)));
    }
    let (picture, codes) = tokio::task::spawn_blocking(move || -> Result<_, ApiError> {
        let picture = develop(&bytes, &info, FIRST_LOOK_PX)?;
        let mut codes = codes_in(&picture);
        if codes.is_empty() && info.width.max(info.height) > FIRST_LOOK_PX {
            codes = codes_in(&develop(&bytes, &info, SIDE_PX_MAX)?);
        }
        Ok((picture, codes))
    })
    .await??;
    let by_code = app
        .database()
        .read(move |db| {
            for code in codes {
                if let Some(found) = found(db, evidence::by_code(db, code)?)? {
                    return Ok::<_, StoreError>(Some(found));
                }
            }
            Ok(None)
        })
        .await?;
    let Some(found) = by_code else {
        return Ok(report(VerifyVerdict::Unknown, None));
    };
    let verdict = compare(app, &found, picture).await?;
    Ok(report(verdict, Some(found)))
}

fn report(verdict: VerifyVerdict, found: Option<Found>) -> VerifyReport {
    match found {
        Some(found) => VerifyReport {
            verdict,
            record: Some(found.public),
        },
        None => VerifyReport {
            verdict: VerifyVerdict::Unknown,
            record: None,
        },
    }
}

/// Reads the code out of what a square code says: the end of a link, or the code alone.
fn code_in(text: &str) -> Option<PhotoCode> {
    text.rsplit('/').next()?.parse().ok()
}

/// Puts together what a watermark shows.
fn found(db: &Db, kept: Option<Kept>) -> Result<Option<Found>, StoreError> {
    let Some(Kept { district, sealed }) = kept else {
        return Ok(None);
    };
    let read: PhotoEvidence = match serde_json::from_str(&sealed.text) {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(%error, "the record of a photo does not parse");
            return Ok(None);
        }
    };
    let named = (
        reference::district(db, district)?,
        reference::point(db, district, read.point)?,
        people::person(db, district, read.person)?,
    );
    let (Some(of), Some(point), Some(person)) = named else {
        return Ok(None);
    };
    let signature = match signed::<PhotoEvidence>(db, district, read.device, &sealed)? {
        Ok(_) => CheckOutcome::Passed,
        Err(_) => CheckOutcome::Failed,
    };
    let fix = read.position.fix();
    let public = PublicRecord {
        code: read.code,
        signature,
        taken_at: read.clocks.wall,
        offset_min: read.clocks.offset_min,
        from_file: read.source == CaptureSource::File,
        found_after_s: read.marks.iter().find_map(|mark| match mark {
            PhotoMark::FoundLater { seconds } => Some(*seconds),
            _ => None,
        }),
        district: of.name,
        point: point.name,
        kind: point.kind,
        person: match of.photos.person {
            WatermarkPerson::Name => person.display_name,
            WatermarkPerson::Number => person.number(),
        },
        place: fix.map(|fix| fix.place),
        accuracy_m: fix.map(|fix| fix.accuracy_m),
        distance_m: read.standing.as_ref().map(|standing| standing.distance_m),
    };
    let annotated = evidence::annotated_here(db, district, &digest(sealed.text.as_bytes()))?;
    Ok(Some(Found {
        district,
        evidence: read,
        annotated,
        public,
    }))
}

/// Holds a picture against the one that came from the phone.
async fn compare(app: &App, found: &Found, picture: Picture) -> Result<VerifyVerdict, ApiError> {
    let Found {
        district,
        evidence,
        annotated,
        ..
    } = found;
    let district = *district;
    let annotated = match annotated {
        Some(name) => app.blobs().read(district, name).await?,
        None => None,
    };
    let copies = &evidence.copies;
    // The layout below the photo makes the marked copy taller than the photo.
    let tall = (copies.working.height, copies.marked.height.max(1));
    let photo_of = move |picture: Picture| {
        let rows = u64::from(picture.height()) * u64::from(tall.0) / u64::from(tall.1);
        picture.top(u32::try_from(rows).unwrap_or(u32::MAX))
    };
    let (original, working) = (
        evidence.original.sha256.clone(),
        copies.working.sha256.clone(),
    );
    let here = app
        .database()
        .read(move |db| {
            for name in [working, original] {
                if blobs::find(db, district, &name)?.is_some() {
                    return Ok::<_, StoreError>(Some(name));
                }
            }
            Ok(None)
        })
        .await?;
    let Some(name) = here else {
        return Ok(VerifyVerdict::Unclear);
    };
    let kept = app.blobs().read(district, &name).await?;
    tokio::task::spawn_blocking(move || {
        let Some(shown) = Likeness::of(&photo_of(picture))? else {
            return Ok(VerifyVerdict::Unclear);
        };
        let mut pictures = Vec::new();
        if let Some(bytes) = kept {
            pictures.push((picture_of(&bytes)?, VerifyVerdict::Similar));
        }
        // What was drawn changes much of a picture, so the copy that was drawn on counts as well.
        if let Some(bytes) = annotated {
            let drawn = photo_of(picture_of(&bytes)?);
            pictures.push((drawn, VerifyVerdict::Annotated));
        }
        let mut nearest: Option<(u32, VerifyVerdict)> = None;
        for (kept, alike) in &pictures {
            // Where there is too little in it, it cannot be told from others.
            let apart = Likeness::of(kept)?.map(|kept| kept.distance(&shown));
            if let Some(apart) = apart
                && nearest.is_none_or(|(other, _)| apart < other)
            {
                nearest = Some((apart, *alike));
            }
        }
        Ok(match nearest {
            Some((apart, alike)) if apart <= Likeness::MARKED_BITS => alike,
            Some(_) => VerifyVerdict::Different,
            None => VerifyVerdict::Unclear,
        })
    })
    .await?
}

fn picture_of(bytes: &[u8]) -> Result<Picture, ApiError> {
    Ok(develop(bytes, &inspect(bytes)?, WORKING_PX)?)
}

/// Reads a code as people type it, and says what is wrong with it.
pub(crate) fn typed(text: &str) -> Result<PhotoCode, ApiError> {
    text.parse()
        .map_err(|error: xunfang_domain::PhotoCodeError| ApiError::BadRequest(error.to_string()))
}

/// Verifies a file for somebody at the server's own machine.
///
/// # Errors
/// What went wrong, in words.
pub async fn file(app: &App, bytes: Vec<u8>) -> Result<VerifyReport, VerifyError> {
    photo(app, bytes)
        .await
        .map_err(|error| VerifyError(error.to_string()))
}

/// Why a file could not be verified.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct VerifyError(String);
