//! Drafts with one photo each, up to the moment in which the person presses save.

use std::io::Cursor;

use anyhow::{Context, anyhow};
use image::{ImageFormat, Rgb, RgbImage};
use sha2::{Digest, Sha256};
use xunfang_domain::{CaptureSource, OpId, Sha256Hex};
use xunfang_phone::{Command, Phone, PhotoPlace};
use xunfang_store::{DraftPhoto, NamedBytes, PhotoFacts, SaveDraft, SaveFinding, Store};

use crate::device::{self, Device};

/// Takes in the photo of a draft and keeps what was typed, as the screens do before the save.
///
/// The photo's few bytes are no picture: its file is durable before the save and not read by it.
pub(crate) fn begin(store: &Store, device: &Device, point: u32, number: u32) -> anyhow::Result<()> {
    let bytes = format!("photo {number}").into_bytes();
    let taken_at = device::made_at(number);
    let photo = DraftPhoto {
        annotation: None,
        facts: PhotoFacts {
            sha256: sha256(&bytes)?,
            bytes: bytes.len() as u64,
            media_type: "image/jpeg".to_owned(),
            width: 4_032,
            height: 3_024,
            shown_width: 3_024,
            shown_height: 4_032,
        },
        source: CaptureSource::Camera,
        taken_at,
        position: device::fix(taken_at)?,
        record: None,
    };
    let (person, point) = (device.person, device::point_id(point));
    let original = NamedBytes {
        sha256: &photo.facts.sha256,
        bytes: &bytes,
    };
    store.keep_photo_files(original, &[])?;
    store.add_draft_photo(person, point, &photo)?;
    store.save_draft(SaveDraft {
        person,
        point,
        criterion: &criterion(device)?,
        note: &device::note(number),
    })?;
    Ok(())
}

/// The same through the phone's core, which looks at the picture.
pub(crate) async fn begin_by_command(
    phone: &Phone,
    device: &Device,
    point: u32,
    number: u32,
) -> anyhow::Result<()> {
    let [red, green, blue, _] = number.to_le_bytes();
    let mut png = Cursor::new(Vec::new());
    RgbImage::from_pixel(8, 8, Rgb([red, green, blue])).write_to(&mut png, ImageFormat::Png)?;
    phone
        .stage_photo(
            PhotoPlace::draft(device::point_id(point)),
            CaptureSource::Camera,
            png.into_inner(),
        )
        .await
        .map_err(|error| anyhow!("stage a photo: {error}"))?;
    let draft = Command::SaveDraft {
        point: device::point_id(point),
        criterion: criterion(device)?,
        note: device::note(number),
    };
    phone
        .run(draft)
        .await
        .map_err(|error| anyhow!("keep a draft: {error}"))?;
    Ok(())
}

/// What the save of a draft hands to the storage.
pub(crate) fn finish(device: &Device, point: u32, number: u32) -> anyhow::Result<SaveFinding> {
    let found_at = device::made_at(number);
    let position = device::fix(found_at)?;
    Ok(SaveFinding {
        inspection: None,
        id: device::finding_id(number),
        op: OpId::from_uuid(device::op_id(number)),
        person: device.person,
        point: device::point_id(point),
        standard: device.standard.id,
        standard_version: device.standard.version,
        criterion: criterion(device)?,
        note: device::note(number),
        found_at,
        position,
        standing: None,
    })
}

/// What the same save is as a command of a screen.
pub(crate) fn command(device: &Device, point: u32, number: u32) -> anyhow::Result<Command> {
    Ok(Command::SaveFinding {
        point: device::point_id(point),
        criterion: criterion(device)?,
        note: device::note(number),
    })
}

fn criterion(device: &Device) -> anyhow::Result<String> {
    let first = device.standard.criteria.first();
    Ok(first.context("the standard has criteria")?.code.clone())
}

pub(crate) fn sha256(bytes: &[u8]) -> anyhow::Result<Sha256Hex> {
    Ok(hex::encode(Sha256::digest(bytes)).parse()?)
}
