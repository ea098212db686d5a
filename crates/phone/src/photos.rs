//! Taking in photos and showing them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use xunfang_domain::{
    CaptureSource, CivilTime, Clocks, CopyRef, DeviceId, EVIDENCE_VERSION, ExifClaims, FindingId,
    OriginalRef, PersonId, PhotoAnnotation, PhotoCopies, PhotoEvidence, PhotoMark, PhotoSubject,
    PointId, PositionEvidence, Sha256Hex, ShotBefore, photo_marks,
};
use xunfang_evidence::{CodeBasis, DeviceSigner, chain_start, digest, photo_code, seal};
use xunfang_photo::{Copies, CopyFile, THUMB_PX, WORKING_PX, make_copies, take_in};
use xunfang_protocol::{SessionView, UPLOAD_PHOTO_BYTES_MAX};
use xunfang_store::{
    ChainRecord, DraftPhoto, NamedBytes, PhotoFacts, PhotoFile, PhotoSize, Store, StoreError,
    StoreFault,
};
use xunfang_sync::Clock;

use crate::caption::{self, Scene};
use crate::clock::WallClock;
use crate::phone::internal;
use crate::position::PositionSource;
use crate::view::{PhotoState, PhotoView};
use crate::{CommandError, ErrorCode};

/// What a photo is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoPlace {
    /// At which point.
    pub point: PointId,
    /// Code of the item of the inspection that is open there; none: the draft of a finding.
    pub item: Option<String>,
}

impl PhotoPlace {
    /// Names the draft of a point.
    pub const fn draft(point: PointId) -> Self {
        Self { point, item: None }
    }
}

/// One photo on its way in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shot<'a> {
    pub(crate) session: &'a SessionView,
    /// Address of the server, for the watermark's square code.
    pub(crate) server: &'a str,
    /// Language of the watermark.
    pub(crate) language: &'a str,
    pub(crate) place: &'a PhotoPlace,
    pub(crate) source: CaptureSource,
    /// How long ago the file was written, in milliseconds, where the app was gone meanwhile.
    pub(crate) found_after_ms: Option<u64>,
    pub(crate) bytes: &'a [u8],
}

/// Where photos become evidence: one at a time, so that memory stays small and the records of the
/// chain follow each other.
pub(crate) struct Darkroom {
    device: DeviceId,
    signer: Arc<dyn DeviceSigner>,
    busy: Mutex<()>,
}

impl Darkroom {
    pub(crate) fn new(device: DeviceId, signer: Arc<dyn DeviceSigner>) -> Self {
        Self {
            device,
            signer,
            busy: Mutex::new(()),
        }
    }

    /// Waits until no other photo is being worked on.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        // A panic in another shot leaves nothing half done here: the lock guards no data.
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what signs for this device.
    pub(crate) fn signer(&self) -> &dyn DeviceSigner {
        self.signer.as_ref()
    }

    /// Looks at the bytes, makes the copies, signs the record, makes the files durable and adds
    /// the photo to what it is taken for. Durable when it returns.
    ///
    /// The picture is decoded before anything is written, so that what cannot be shown later is
    /// refused now, while the person can still take it again.
    pub(crate) fn take_in(
        &self,
        store: &Store,
        position: &dyn PositionSource,
        shot: Shot<'_>,
    ) -> Result<PhotoView, CommandError> {
        let length = shot.bytes.len() as u64;
        if length > UPLOAD_PHOTO_BYTES_MAX {
            let message = format!("{length} bytes are more than {UPLOAD_PHOTO_BYTES_MAX}");
            return Err(CommandError::new(ErrorCode::PhotoTooManyBytes, &message));
        }
        // The shutter was a moment ago, however long other photos take.
        let (clocks, position) = (WallClock.all(), position.current());
        let person = shot.session.person.id;
        let subject = subject(store, person, shot.place)?;
        let _turn = self.turn();
        let before = store.last_record()?;
        let developed = self.develop(store, shot, &subject, &clocks, position, before.as_ref())?;
        let Developed {
            photo,
            copies:
                Copies {
                    working,
                    marked,
                    thumb,
                    ..
                },
        } = developed;
        let kept = [&working, &marked, &thumb].map(|copy| NamedBytes {
            sha256: &copy.sha256,
            bytes: &copy.jpeg,
        });
        let original = NamedBytes {
            sha256: &photo.facts.sha256,
            bytes: shot.bytes,
        };
        let added = store
            .keep_photo_files(original, &kept)
            .and_then(|()| match &subject {
                PhotoSubject::Finding { .. } => {
                    store.add_draft_photo(person, shot.place.point, &photo)
                }
                PhotoSubject::Answer {
                    inspection,
                    criterion,
                } => store.add_answer_photo(person, *inspection, criterion, &photo),
            });
        if matches!(added, Ok(true)) {
            return Ok(draft_view(photo));
        }
        // What is not kept must not take the person's room: the whole photo where it failed, the
        // new copies where the same photo was there already, with a record and copies of its own.
        let copies = kept.map(|copy| copy.sha256);
        store.drop_unclaimed_photo(&photo.facts.sha256, &copies)?;
        added?;
        let there = there(store, person, shot.place.point, &subject)?.into_iter();
        there
            .map(draft_view)
            .find(|known| known.sha256 == photo.facts.sha256)
            .ok_or_else(|| internal(&"a photo that was there is gone"))
    }

    fn develop(
        &self,
        store: &Store,
        shot: Shot<'_>,
        subject: &PhotoSubject,
        clocks: &Clocks,
        position: PositionEvidence,
        before: Option<&ChainRecord>,
    ) -> Result<Developed, CommandError> {
        let point = store.point(shot.place.point)?;
        let standing = position.fix().map(|fix| point.zone().standing(fix));
        let policy = shot.session.district.photos;
        let info = xunfang_photo::inspect(shot.bytes)?;
        let negative = take_in(shot.bytes, &info, policy.working_px())?;
        let code = photo_code(CodeBasis {
            original: &negative.sha256,
            device: self.device,
            person: shot.session.person.id,
            point: point.id,
            subject,
            clocks,
            position: &position,
        })
        .map_err(|error| internal(&error))?;
        let watermark = caption::watermark(Scene {
            language: shot.language,
            session: shot.session,
            server: shot.server,
            point: &point,
            source: shot.source,
            clocks,
            position: &position,
            standing: standing.as_ref(),
            found_after_s: shot.found_after_ms.map(|after_ms| after_ms / 1_000),
            code,
        })?;
        let known = known(shot, clocks, &position, &negative.claims);
        let copies = make_copies(&negative.picture, &known, &watermark)?;
        let mut marks = Vec::new();
        if let Some(after_ms) = shot.found_after_ms {
            let seconds = after_ms / 1_000;
            marks.push(PhotoMark::FoundLater { seconds });
        }
        let last = before.map(ChainRecord::evidence).transpose()?;
        let shot_before = last.map(|last| ShotBefore {
            position: last.position,
            clocks: last.clocks,
        });
        marks.extend(photo_marks(
            shot.source,
            clocks,
            &position,
            &negative.claims,
            copies.look,
            shot_before.as_ref(),
        ));
        let evidence = PhotoEvidence {
            version: EVIDENCE_VERSION,
            device: self.device,
            seq: before.map_or(1, |before| before.seq + 1),
            prev: before.map_or_else(chain_start, |before| before.digest.clone()),
            original: OriginalRef {
                sha256: negative.sha256.clone(),
                bytes: shot.bytes.len() as u64,
            },
            code,
            copies: PhotoCopies {
                working: copy_ref(&copies.working),
                marked: copy_ref(&copies.marked),
                thumb: copy_ref(&copies.thumb),
            },
            person: shot.session.person.id,
            point: point.id,
            subject: subject.clone(),
            source: shot.source,
            marks,
            fix_age_ms: position
                .fix()
                .map(|fix| u64::try_from(clocks.wall.since(fix.taken_at)).unwrap_or(0)),
            clocks: clocks.clone(),
            standing,
            position: position.clone(),
            exif: negative.claims,
            beacon: store.beacon()?,
        };
        let sealed = seal(&evidence, self.signer.as_ref()).map_err(|error| internal(&error))?;
        let (shown_width, shown_height) = info.upright();
        let photo = DraftPhoto {
            facts: PhotoFacts {
                sha256: negative.sha256,
                bytes: shot.bytes.len() as u64,
                media_type: info.format.media_type().to_owned(),
                width: info.width,
                height: info.height,
                shown_width,
                shown_height,
            },
            source: shot.source,
            taken_at: clocks.wall,
            position,
            record: Some(ChainRecord {
                seq: evidence.seq,
                digest: digest(sealed.text.as_bytes()),
                sealed,
            }),
            annotation: None,
        };
        Ok(Developed { photo, copies })
    }
}

struct Developed {
    photo: DraftPhoto,
    copies: Copies,
}

/// Names what a photo is taken for, before it is taken in.
pub(crate) fn subject(
    store: &Store,
    person: PersonId,
    place: &PhotoPlace,
) -> Result<PhotoSubject, CommandError> {
    let point = place.point;
    store.point(point)?;
    let Some(criterion) = &place.item else {
        let fresh = FindingId::from_uuid(Uuid::now_v7());
        let id = store.name_draft(person, point, fresh)?;
        return Ok(PhotoSubject::Finding { id });
    };
    let open = store.open_inspection(person, point)?;
    Ok(PhotoSubject::Answer {
        inspection: open.ok_or(StoreError::NotFound("open inspection"))?,
        criterion: criterion.clone(),
    })
}

/// Lists the photos that were taken for the same before.
pub(crate) fn there(
    store: &Store,
    person: PersonId,
    point: PointId,
    subject: &PhotoSubject,
) -> Result<Vec<DraftPhoto>, CommandError> {
    Ok(match subject {
        PhotoSubject::Finding { .. } => store.draft(person, point)?.photos,
        PhotoSubject::Answer {
            inspection,
            criterion,
        } => {
            let mut answers = store.answers(*inspection)?;
            answers.remove(criterion).unwrap_or_default().photos
        }
    })
}

/// What the working copy's EXIF says: what was measured of a shot with the camera. Of a file that
/// was chosen, or found later, nothing was measured, so it keeps what it claims itself.
fn known(
    shot: Shot<'_>,
    clocks: &Clocks,
    position: &PositionEvidence,
    claims: &ExifClaims,
) -> ExifClaims {
    if shot.source == CaptureSource::File || shot.found_after_ms.is_some() {
        return claims.clone();
    }
    let fix = position.fix();
    ExifClaims {
        taken: Some(CivilTime {
            local: clocks.wall.plus_ms(i64::from(clocks.offset_min) * 60_000),
            offset_min: Some(clocks.offset_min),
        }),
        place: fix.map(|fix| fix.place),
        accuracy_m: fix.map(|fix| fix.accuracy_m),
        altitude_m: claims.altitude_m,
        direction_deg: claims.direction_deg,
        device: claims.device.clone(),
    }
}

pub(crate) fn copy_ref(copy: &CopyFile) -> CopyRef {
    CopyRef {
        sha256: copy.sha256.clone(),
        bytes: copy.jpeg.len() as u64,
        width: copy.width,
        height: copy.height,
    }
}

/// Shows a photo of a draft.
pub(crate) fn draft_view(photo: DraftPhoto) -> PhotoView {
    let evidence = photo.record.as_ref().map(ChainRecord::evidence);
    let (code, marks) = match evidence {
        Some(Ok(evidence)) => (Some(evidence.code), evidence.marks),
        // The photo is there and is sent as it is; only what its record says cannot be shown.
        Some(Err(error)) => {
            tracing::error!(%error, "the record of a photo does not parse");
            (None, Vec::new())
        }
        None => (None, Vec::new()),
    };
    let annotation = photo.annotation.as_ref().map(|sealed| {
        serde_json::from_str::<PhotoAnnotation>(&sealed.text)
            .inspect_err(|error| tracing::error!(%error, "a drawing does not parse"))
    });
    let (shapes, annotated) = match annotation {
        Some(Ok(annotation)) => (annotation.shapes, Some(annotation.copy.sha256)),
        Some(Err(_)) | None => (Vec::new(), None),
    };
    PhotoView {
        shapes,
        annotated,
        sha256: photo.facts.sha256,
        bytes: photo.facts.bytes,
        width: photo.facts.shown_width,
        height: photo.facts.shown_height,
        source: photo.source,
        taken_at: photo.taken_at,
        state: PhotoState::Draft,
        code,
        marks,
    }
}

/// Reads one copy of a photo. What an older app took in has no copies; they are made anew from
/// the original when they are shown, as is one that the disk lost.
pub(crate) fn file(
    store: &Store,
    sha256: &Sha256Hex,
    size: PhotoSize,
) -> Result<PhotoFile, CommandError> {
    let stored = store.photo_file(sha256, size);
    let long_side = match size {
        PhotoSize::Thumb => Some(THUMB_PX),
        PhotoSize::Working => Some(WORKING_PX),
        PhotoSize::Marked | PhotoSize::Annotated | PhotoSize::Original => None,
    };
    match (stored, long_side) {
        (Err(error), Some(long_side)) if error.fault() == StoreFault::NotFound => {
            let original = store.photo_file(sha256, PhotoSize::Original)?;
            let info = xunfang_photo::inspect(&original.bytes)?;
            let copies = xunfang_photo::render(&original.bytes, &info, &[long_side])?;
            let copy = copies.into_iter().next();
            let copy = copy.ok_or_else(|| internal(&"one size gave no copy"))?;
            Ok(PhotoFile {
                media_type: "image/jpeg".to_owned(),
                bytes: copy.jpeg,
            })
        }
        (stored, _) => Ok(stored?),
    }
}
