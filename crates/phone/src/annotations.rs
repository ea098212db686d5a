//! Drawing on a copy of a photo that is not submitted yet.
//!
//! The copy is made from the original each time, so that what is undone leaves no trace, and it
//! carries the same watermark as the one that was not drawn on.

use xunfang_domain::{
    ANNOTATION_VERSION, DrawnShape, PersonId, PhotoAnnotation, PhotoEvidence, PhotoMark,
    PhotoSubject, PointId, Sealed, Sha256Hex, check_drawing,
};
use xunfang_evidence::seal;
use xunfang_photo::{annotated, develop, inspect};
use xunfang_protocol::SessionView;
use xunfang_store::{Drawing, DrawnPhoto, NamedBytes, PhotoSize, Store, StoreError};
use xunfang_sync::Clock;

use crate::caption::{self, Scene};
use crate::clock::WallClock;
use crate::phone::internal;
use crate::photos::{Darkroom, PhotoPlace, copy_ref, draft_view, subject, there};
use crate::view::PhotoView;
use crate::{CommandError, ErrorCode};

/// A drawing on its way in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewDrawing<'a> {
    pub(crate) session: &'a SessionView,
    /// Address of the server, for the watermark's square code.
    pub(crate) server: &'a str,
    /// Language of the watermark.
    pub(crate) language: &'a str,
    pub(crate) place: &'a PhotoPlace,
    /// Which photo.
    pub(crate) original: &'a Sha256Hex,
    /// Everything that is drawn on it from now on; none: nothing is.
    pub(crate) shapes: &'a [DrawnShape],
}

/// Forgets what was drawn on a photo that is about to be taken out again: what was taken back is not
/// sent, should the same photo be taken in once more.
pub(crate) fn forget(
    store: &Store,
    person: PersonId,
    point: PointId,
    subject: &PhotoSubject,
    original: &Sha256Hex,
) -> Result<(), CommandError> {
    let photos = there(store, person, point, subject)?;
    let photo = photos.iter().find(|one| one.facts.sha256 == *original);
    let drawn = photo.filter(|photo| photo.annotation.is_some());
    if let Some(record) = drawn.and_then(|photo| photo.record.as_ref()) {
        let photo = DrawnPhoto {
            person,
            subject,
            seq: record.seq,
            original,
        };
        store.keep_annotation(photo, None, WallClock.now())?;
    }
    Ok(())
}

impl Darkroom {
    /// Makes the copy that is drawn on, signs what was drawn, and keeps both in place of what was
    /// drawn before. Durable when it returns.
    pub(crate) fn annotate(
        &self,
        store: &Store,
        new: NewDrawing<'_>,
    ) -> Result<PhotoView, CommandError> {
        check_drawing(new.shapes)
            .map_err(|error| CommandError::new(ErrorCode::DrawingInvalid, &error.to_string()))?;
        let person = new.session.person.id;
        let subject = subject(store, person, new.place)?;
        let find = || -> Result<_, CommandError> {
            let mut there = there(store, person, new.place.point, &subject)?.into_iter();
            let found = there.find(|photo| photo.facts.sha256 == *new.original);
            Ok(found.ok_or(StoreError::NotFound("photo"))?)
        };
        // What an older app took in has no record that a drawing could name.
        let record = find()?.record;
        let record = record.ok_or(StoreError::NotFound("record of a photo"))?;
        let photo = DrawnPhoto {
            person,
            subject: &subject,
            seq: record.seq,
            original: new.original,
        };
        let now = WallClock.now();
        if new.shapes.is_empty() {
            store.keep_annotation(photo, None, now)?;
            return Ok(draft_view(find()?));
        }
        let evidence = record.evidence()?;
        let (sealed, jpeg) = self.drawn(store, new, &evidence, &record.digest)?;
        let drawing = Drawing {
            sealed: &sealed,
            copy: NamedBytes {
                sha256: &jpeg.sha256,
                bytes: &jpeg.jpeg,
            },
        };
        store.keep_annotation(photo, Some(drawing), now)?;
        Ok(draft_view(find()?))
    }

    fn drawn(
        &self,
        store: &Store,
        new: NewDrawing<'_>,
        evidence: &PhotoEvidence,
        digest: &Sha256Hex,
    ) -> Result<(Sealed, xunfang_photo::CopyFile), CommandError> {
        let _turn = self.turn();
        let point = store.point(evidence.point)?;
        let watermark = caption::watermark(Scene {
            language: new.language,
            session: new.session,
            server: new.server,
            point: &point,
            source: evidence.source,
            clocks: &evidence.clocks,
            position: &evidence.position,
            standing: evidence.standing.as_ref(),
            found_after_s: evidence.marks.iter().find_map(|mark| match mark {
                PhotoMark::FoundLater { seconds } => Some(*seconds),
                _ => None,
            }),
            code: evidence.code,
        })?;
        let original = store.photo_file(new.original, PhotoSize::Original)?;
        let info = inspect(&original.bytes)?;
        let long_side = new.session.district.photos.working_px();
        let picture = develop(&original.bytes, &info, long_side)?;
        let copy = annotated(picture, new.shapes, &watermark)?;
        let statement = PhotoAnnotation {
            version: ANNOTATION_VERSION,
            evidence: digest.clone(),
            original: new.original.clone(),
            copy: copy_ref(&copy),
            shapes: new.shapes.to_vec(),
            person: new.session.person.id,
            clocks: WallClock.all(),
        };
        let sealed = seal(&statement, self.signer()).map_err(|error| internal(&error))?;
        Ok((sealed, copy))
    }
}
