//! Photos on a phone without a screen: what the app makes of one when it is taken, and small ones
//! to take.

use std::collections::BTreeMap;

use anyhow::Context;
use turbojpeg::{PixelFormat, Subsamp};
use xunfang_domain::{
    CaptureSource, CivilTime, CopyRef, EVIDENCE_VERSION, ExifClaims, OriginalRef, PhotoCopies,
    PhotoEvidence, PhotoSubject, Sha256Hex, ShotBefore, WatermarkLayout, photo_marks,
};
use xunfang_evidence::{CodeBasis, chain_start, digest, photo_code, seal};
use xunfang_photo::{CopyFile, Watermark, inspect, make_copies, sha256, take_in};
use xunfang_store::{ChainRecord, DraftPhoto, NamedBytes, PhotoFacts, SaveFinding};

use crate::device::Numbers;
use crate::fieldwork::Visit;
use crate::handset::Handset;

/// What is kept of a photo beside its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// A signed record and the copies that it names, as by the app.
    Record,
    /// Nothing, as by an app that knew of no records.
    Nothing,
}

/// The files of photos that are sent, each once however many photos have it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files(BTreeMap<Sha256Hex, File>);

#[derive(Debug, Clone, Copy)]
struct File {
    bytes: u64,
    is_original: bool,
}

impl Files {
    /// The files as they were taken, in bytes.
    pub(crate) fn originals(&self) -> u64 {
        let files = self.0.values().filter(|file| file.is_original);
        files.map(|file| file.bytes).sum()
    }

    /// The copies that go before them, thumbnails and working copies, in bytes.
    pub(crate) fn copies(&self) -> u64 {
        self.bytes() - self.originals()
    }

    /// All of them, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.values().map(|file| file.bytes).sum()
    }

    pub(crate) fn add(&mut self, others: Self) {
        self.0.extend(others.0);
    }
}

/// A photo that the app has worked on.
struct Developed {
    record: ChainRecord,
    /// Working copy, the one with the watermark, thumbnail.
    copies: [CopyFile; 3],
}

impl Handset {
    /// Takes a photo in and saves its finding, each durable as by the app.
    pub(crate) fn record(
        &self,
        visit: &Visit,
        jpeg: &[u8],
        keeping: Keeping,
    ) -> anyhow::Result<Files> {
        let (store, person) = (&self.store, self.session.person.id);
        let point = visit.point.id;
        let id = store.name_draft(person, point, visit.finding)?;
        let developed = match keeping {
            Keeping::Record => Some(self.develop(visit, jpeg)?),
            Keeping::Nothing => None,
        };
        let (record, copies) = match developed {
            Some(Developed { record, copies }) => (Some(record), Vec::from(copies)),
            None => (None, Vec::new()),
        };
        let name = sha256(jpeg);
        let original = NamedBytes {
            sha256: &name,
            bytes: jpeg,
        };
        let kept: Vec<NamedBytes<'_>> = copies.iter().map(named).collect();
        store.keep_photo_files(original, &kept)?;
        let info = inspect(jpeg)?;
        let (shown_width, shown_height) = info.upright();
        let photo = DraftPhoto {
            facts: PhotoFacts {
                sha256: name.clone(),
                bytes: jpeg.len() as u64,
                media_type: info.format.media_type().to_owned(),
                width: info.width,
                height: info.height,
                shown_width,
                shown_height,
            },
            source: CaptureSource::Camera,
            taken_at: visit.taken_at,
            position: visit.taken_from.clone(),
            record,
            annotation: None,
        };
        store.add_draft_photo(person, point, &photo)?;
        let standard = self.standard()?;
        let fix = visit.saved_from.fix();
        store.save_finding(SaveFinding {
            id,
            op: visit.op,
            person,
            point,
            standard: standard.id,
            standard_version: standard.version,
            criterion: visit.criterion.clone(),
            note: visit.note.clone(),
            found_at: visit.saved_at,
            position: visit.saved_from.clone(),
            standing: fix.map(|fix| visit.point.zone().standing(fix)),
            inspection: None,
        })?;
        let mut files = Files::default();
        let mut sent = |sha256: &Sha256Hex, bytes: &[u8], is_original| {
            let bytes = bytes.len() as u64;
            files.0.insert(sha256.clone(), File { bytes, is_original });
        };
        sent(&name, jpeg, true);
        if let [working, _, thumb] = copies.as_slice() {
            sent(&working.sha256, &working.jpeg, false);
            sent(&thumb.sha256, &thumb.jpeg, false);
        }
        Ok(files)
    }

    /// Makes the copies of a photo and signs its record, with everything in it that the app writes.
    fn develop(&self, visit: &Visit, jpeg: &[u8]) -> anyhow::Result<Developed> {
        let person = self.session.person.id;
        let clocks = self.clocks(visit.taken_at);
        let position = visit.taken_from.clone();
        let fix = position
            .fix()
            .context("work is done where there is a fix")?;
        let standing = visit.point.zone().standing(fix);
        let subject = PhotoSubject::Finding { id: visit.finding };
        let info = inspect(jpeg)?;
        let negative = take_in(jpeg, &info, self.session.district.photos.working_px())?;
        let code = photo_code(CodeBasis {
            original: &negative.sha256,
            device: self.device,
            person,
            point: visit.point.id,
            subject: &subject,
            clocks: &clocks,
            position: &position,
        })?;
        let known = ExifClaims {
            taken: Some(CivilTime {
                local: clocks.wall.plus_ms(i64::from(clocks.offset_min) * 60_000),
                offset_min: Some(clocks.offset_min),
            }),
            place: Some(fix.place),
            accuracy_m: Some(fix.accuracy_m),
            ..negative.claims.clone()
        };
        let watermark = Watermark {
            layout: WatermarkLayout::Panel,
            title: visit.point.name.clone(),
            lines: vec![
                format!("距点位 {:.0} 米", standing.distance_m),
                format!("北纬 {:.6}° 东经 {:.6}°", fix.place.lat(), fix.place.lng()),
                self.session.person.display_name.clone(),
            ],
            code,
            link: format!("HTTPS://XUNFANG.EXAMPLE/V/{code}").replace('-', ""),
        };
        let copies = make_copies(&negative.picture, &known, &watermark)?;
        let before = self.store.last_record()?;
        let last = before.as_ref().map(ChainRecord::evidence).transpose()?;
        let shot_before = last.map(|last| ShotBefore {
            position: last.position,
            clocks: last.clocks,
        });
        let marks = photo_marks(
            CaptureSource::Camera,
            &clocks,
            &position,
            &negative.claims,
            copies.look,
            shot_before.as_ref(),
        );
        let fix_age = visit.taken_at.since(fix.taken_at);
        let evidence = PhotoEvidence {
            version: EVIDENCE_VERSION,
            device: self.device,
            seq: before.as_ref().map_or(1, |before| before.seq + 1),
            prev: before.map_or_else(chain_start, |before| before.digest),
            original: OriginalRef {
                sha256: negative.sha256,
                bytes: jpeg.len() as u64,
            },
            code,
            copies: PhotoCopies {
                working: copy_ref(&copies.working),
                marked: copy_ref(&copies.marked),
                thumb: copy_ref(&copies.thumb),
            },
            person,
            point: visit.point.id,
            subject,
            source: CaptureSource::Camera,
            fix_age_ms: Some(u64::try_from(fix_age)?),
            standing: Some(standing),
            exif: negative.claims,
            marks,
            beacon: self.store.beacon()?,
            clocks,
            position,
        };
        let sealed = seal(&evidence, &self.signer)?;
        Ok(Developed {
            record: ChainRecord {
                seq: evidence.seq,
                digest: digest(sealed.text.as_bytes()),
                sealed,
            },
            copies: [copies.working, copies.marked, copies.thumb],
        })
    }
}

fn named(copy: &CopyFile) -> NamedBytes<'_> {
    NamedBytes {
        sha256: &copy.sha256,
        bytes: &copy.jpeg,
    }
}

fn copy_ref(copy: &CopyFile) -> CopyRef {
    CopyRef {
        sha256: copy.sha256.clone(),
        bytes: copy.jpeg.len() as u64,
        width: copy.width,
        height: copy.height,
    }
}

/// Most bytes of a small photo.
pub(crate) const SMALL_BYTES_MAX: usize = 40_000;
/// Widths of small photos, in pixels, by steps of sixteen; they are three quarters as high.
const SMALL_WIDTH_PX: usize = 240;
const WIDTH_STEPS: u64 = 26;
/// How much the grain changes a pixel at most, of 255.
const GRAIN_MAX: u64 = 8;
/// Things in the picture.
const PATCHES: usize = 12;
/// Qualities that are tried until a photo is small enough.
const QUALITIES: [i32; 6] = [85, 75, 60, 45, 30, 15];

/// A thing in a picture: an even rectangle.
struct Patch {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
    colour: [u8; 3],
}

impl Patch {
    fn somewhere(width: usize, height: usize, numbers: &mut Numbers) -> anyhow::Result<Self> {
        let mut below = |end: usize| usize::try_from(numbers.below(end as u64));
        let (left, top) = (below(width)?, below(height)?);
        let right = left + width / 8 + below(width / 2)?;
        let bottom = top + height / 8 + below(height / 2)?;
        let [red, green, blue, ..] = numbers.next().to_be_bytes();
        Ok(Self {
            left,
            top,
            right,
            bottom,
            colour: [red, green, blue],
        })
    }

    fn covers(&self, x: usize, y: usize) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }
}

/// Makes the `number`th small photo: a few to [`SMALL_BYTES_MAX`] bytes, unlike all others.
pub(crate) fn small_photo(number: u32) -> anyhow::Result<Vec<u8>> {
    let mut numbers = Numbers::new(u64::from(number) << 8 | 9);
    let width = SMALL_WIDTH_PX + 16 * usize::try_from(numbers.below(WIDTH_STEPS))?;
    let height = width * 3 / 4;
    let grain = 1 + numbers.below(GRAIN_MAX);
    let patches = (0..PATCHES)
        .map(|_| Patch::somewhere(width, height, &mut numbers))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        // The sky is lighter than the ground.
        let background = u8::try_from(200 - 120 * y / height)?;
        for x in 0..width {
            let patch = patches.iter().find(|patch| patch.covers(x, y));
            let colour = patch.map_or([background; 3], |patch| patch.colour);
            let grain = u8::try_from(numbers.below(grain))?;
            pixels.extend(colour.map(|tone| tone.saturating_add(grain)));
        }
    }
    for quality in QUALITIES {
        let view = turbojpeg::Image {
            pixels: pixels.as_slice(),
            width,
            pitch: width * 3,
            height,
            format: PixelFormat::RGB,
        };
        let jpeg = turbojpeg::compress(view, quality, Subsamp::Sub2x2)?;
        if jpeg.len() <= SMALL_BYTES_MAX {
            return Ok(jpeg.to_vec());
        }
    }
    anyhow::bail!("a small photo of {width} px does not get small enough")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_photos_have_a_few_to_forty_kilobytes_and_are_unlike_each_other() {
        let photos: Vec<Vec<u8>> = (0..12).map(|number| small_photo(number).unwrap()).collect();
        let lengths: Vec<usize> = photos.iter().map(Vec::len).collect();
        assert!(
            lengths
                .iter()
                .all(|bytes| (1_000..=SMALL_BYTES_MAX).contains(bytes)),
            "{lengths:?}"
        );
        let (least, most) = (lengths.iter().min().unwrap(), lengths.iter().max().unwrap());
        assert!(most > &(least * 2), "{lengths:?}");
        let names: std::collections::HashSet<_> =
            photos.iter().map(|photo| sha256(photo)).collect();
        assert_eq!(names.len(), photos.len());
    }
}
