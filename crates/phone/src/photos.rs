//! Taking in photos and showing them.

use std::str::FromStr;

use xunfang_domain::{CaptureSource, PersonId, PointId, Sha256Hex};
use xunfang_photo::{PhotoInfo, THUMB_PX, WORKING_PX};
use xunfang_protocol::UPLOAD_PHOTO_BYTES_MAX;
use xunfang_store::{DraftPhoto, PhotoFacts, Store, StoreError, StoreFault};
use xunfang_sync::Clock;

use crate::clock::WallClock;
use crate::position::PositionSource;
use crate::view::{PhotoState, PhotoView};
use crate::{CommandError, ErrorCode};

/// Which copy of a photo a screen wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoSize {
    /// 320 px, for lists.
    Thumb,
    /// 1920 px, for a full screen.
    Working,
    /// The unchanged file.
    Original,
}

/// A text that names no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a photo is shown as thumb, working or original")]
pub struct PhotoSizeError;

impl FromStr for PhotoSize {
    type Err = PhotoSizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "thumb" => Ok(Self::Thumb),
            "working" => Ok(Self::Working),
            "original" => Ok(Self::Original),
            _ => Err(PhotoSizeError),
        }
    }
}

/// A photo's bytes with their media type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFile {
    /// Media type.
    pub media_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

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

/// Looks at the bytes, makes the file durable and adds it to what it is taken for.
///
/// The picture is decoded before anything is written, so that what cannot be shown later is
/// refused now, while the person can still take it again.
pub(crate) fn stage(
    store: &Store,
    position: &dyn PositionSource,
    person: PersonId,
    place: &PhotoPlace,
    source: CaptureSource,
    bytes: &[u8],
) -> Result<PhotoView, CommandError> {
    if bytes.len() as u64 > UPLOAD_PHOTO_BYTES_MAX {
        return Err(CommandError::new(
            ErrorCode::PhotoTooManyBytes,
            &format!(
                "{} bytes are more than {UPLOAD_PHOTO_BYTES_MAX}",
                bytes.len()
            ),
        ));
    }
    let taken_at = WallClock.now();
    let evidence = position.current();
    let point = place.point;
    store.point(point)?;
    let inspection = match &place.item {
        None => None,
        Some(item) => {
            let open = store.open_inspection(person, point)?;
            let open = open.ok_or(StoreError::NotFound("open inspection"))?;
            Some((open, item))
        }
    };
    let sha256 = xunfang_photo::sha256(bytes);
    let info = xunfang_photo::inspect(bytes)?;
    let thumb = render_one(bytes, &info, THUMB_PX)?;
    let (shown_width, shown_height) = info.upright();
    let photo = DraftPhoto {
        facts: PhotoFacts {
            sha256,
            bytes: bytes.len() as u64,
            media_type: info.format.media_type().to_owned(),
            width: info.width,
            height: info.height,
            shown_width,
            shown_height,
        },
        source,
        taken_at,
        position: evidence,
    };
    store.keep_photo_file(&photo.facts.sha256, bytes)?;
    let added = match inspection {
        None => store.add_draft_photo(person, point, &photo),
        Some((open, item)) => store.add_answer_photo(person, open, item, &photo),
    };
    if let Err(error) = added {
        // The person is told that the photo was not kept, so it must not take their room.
        store.drop_unclaimed_photo(&photo.facts.sha256)?;
        return Err(error.into());
    }
    if let Err(error) = store.keep_thumb(&photo.facts.sha256, &thumb) {
        tracing::warn!(%error, "a thumbnail was not kept; it is made again when it is shown");
    }
    Ok(draft_view(photo))
}

/// Shows a photo of a draft.
pub(crate) fn draft_view(photo: DraftPhoto) -> PhotoView {
    PhotoView {
        sha256: photo.facts.sha256,
        bytes: photo.facts.bytes,
        width: photo.facts.shown_width,
        height: photo.facts.shown_height,
        source: photo.source,
        taken_at: photo.taken_at,
        state: PhotoState::Draft,
    }
}

/// Reads one copy of a photo; a thumbnail that a power cut took is made again.
pub(crate) fn file(
    store: &Store,
    sha256: &Sha256Hex,
    size: PhotoSize,
) -> Result<PhotoFile, CommandError> {
    let stored = match size {
        PhotoSize::Thumb => store.photo_file(sha256, xunfang_store::PhotoSize::Thumb),
        PhotoSize::Original => store.photo_file(sha256, xunfang_store::PhotoSize::Original),
        PhotoSize::Working => Err(StoreError::NotFound("working copy")),
    };
    match stored {
        Ok(file) => Ok(PhotoFile {
            media_type: file.media_type,
            bytes: file.bytes,
        }),
        Err(error) if error.fault() == StoreFault::NotFound && size != PhotoSize::Original => {
            let original = store.photo_file(sha256, xunfang_store::PhotoSize::Original)?;
            let info = xunfang_photo::inspect(&original.bytes)?;
            let thumb = size == PhotoSize::Thumb;
            let long_side = if thumb { THUMB_PX } else { WORKING_PX };
            let jpeg = render_one(&original.bytes, &info, long_side)?;
            if thumb {
                store.keep_thumb(sha256, &jpeg)?;
            }
            Ok(PhotoFile {
                media_type: "image/jpeg".to_owned(),
                bytes: jpeg,
            })
        }
        Err(error) => Err(error.into()),
    }
}

fn render_one(bytes: &[u8], info: &PhotoInfo, long_side: u32) -> Result<Vec<u8>, CommandError> {
    let copies = xunfang_photo::render(bytes, info, &[long_side])?;
    copies
        .into_iter()
        .next()
        .map(|copy| copy.jpeg)
        .ok_or_else(|| CommandError::new(ErrorCode::Internal, "one size gave no copy"))
}
