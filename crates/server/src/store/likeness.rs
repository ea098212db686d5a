//! Fingerprints of what photos show, and what comparing them found.

use uuid::Uuid;
use xunfang_domain::{DistrictId, FindingId, InspectionId, PhotoCode, Sha256Hex, UnixMillis};
use xunfang_photo::Likeness;
use xunfang_protocol::{Resemblance, ShownIn};

use super::db::{Db, Row, params, statement};
use super::jobs::{self, Job, JobKind};
use super::{StoreError, evidence, values};

/// Earlier records that are looked at; those of the same visit are left out afterwards.
const USES_MAX: u32 = 24;

/// What one look at a photo found.
#[derive(Debug, Clone)]
pub(crate) struct Looked {
    pub(crate) district: DistrictId,
    pub(crate) photo: Sha256Hex,
    /// None where there is too little in it, or no file to look at.
    pub(crate) likeness: Option<Likeness>,
    /// Codes in watermarks that it shows.
    pub(crate) codes: Vec<PhotoCode>,
}

/// The job of comparing a photo.
pub(crate) fn job(district: DistrictId, photo: &Sha256Hex) -> Job {
    Job {
        district,
        kind: JobKind::Compare,
        subject: photo.to_string(),
    }
}

/// The photo that a job is about.
pub(crate) fn subject(job: &Job) -> Result<Sha256Hex, StoreError> {
    values::hash(&job.subject)
}

/// Notes that a photo has to be compared with the others, unless that is done.
pub(crate) fn add_due(
    db: &Db,
    district: DistrictId,
    photo: &Sha256Hex,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let known = db.one(
        statement!("likeness/is_known.sql"),
        params! { ":district_id": district.uuid(), ":sha256": photo.as_str() },
        |_| Ok(()),
    )?;
    if known.is_none() {
        jobs::add(db, &job(district, photo), now)?;
    }
    Ok(())
}

/// Compares a photo with all that were looked at before, and keeps what that says.
pub(crate) fn keep(db: &Db, looked: &Looked) -> Result<(), StoreError> {
    let Looked {
        district, photo, ..
    } = looked;
    let district_id = district.uuid();
    if !jobs::end(db, &job(*district, photo))? {
        return Ok(());
    }
    for original in copied(db, looked)? {
        if original != *photo {
            add_pair(db, *district, photo, &original, Resemblance::Copy)?;
        }
    }
    let seq: i64 = db.only(
        statement!("likeness/add.sql"),
        params! {
            ":district_id": district_id,
            ":sha256": photo.as_str(),
            ":bits": looked.likeness.as_ref().map(Likeness::bytes),
        },
        |row| row.get("seq"),
    )?;
    let Some(likeness) = &looked.likeness else {
        return Ok(());
    };
    for other in alike(db, *district, likeness)? {
        add_pair(db, *district, photo, &other, Resemblance::Alike)?;
        add_pair(db, *district, &other, photo, Resemblance::Alike)?;
    }
    for band in likeness.bands() {
        db.execute(
            statement!("likeness/add_band.sql"),
            params! {
                ":district_id": district_id, ":band": band, ":seq": seq
            },
        )?;
    }
    Ok(())
}

/// Lists the photos of which this one is a copy, by its bytes or by the code that it shows.
fn copied(db: &Db, looked: &Looked) -> Result<Vec<Sha256Hex>, StoreError> {
    let district_id = looked.district.uuid();
    let by_bytes = evidence::copied_from(db, looked.district, &looked.photo)?;
    let mut originals: Vec<Sha256Hex> =
        by_bytes.into_iter().map(|(original, _)| original).collect();
    for code in &looked.codes {
        originals.extend(db.all(
            statement!("likeness/by_code.sql"),
            params! { ":district_id": district_id, ":code": code.to_string() },
            |row| hash(row, "original"),
        )?);
    }
    Ok(originals)
}

/// Lists the photos that look the same, by the index.
fn alike(db: &Db, district: DistrictId, likeness: &Likeness) -> Result<Vec<Sha256Hex>, StoreError> {
    let bands: Vec<u32> = likeness.near_bands().collect();
    let mut alike = Vec::new();
    for [a, b, c, d, e, f, g, h] in bands.chunks(8).map(eight) {
        let candidates = db.all(
            statement!("likeness/candidates.sql"),
            params! {
                ":district_id": district.uuid(),
                ":a": a, ":b": b, ":c": c, ":d": d, ":e": e, ":f": f, ":g": g, ":h": h,
            },
            |row| Ok((row.get("bits")?, hash(row, "sha256")?)),
        )?;
        for (bits, photo) in candidates {
            if likeness.is_near(&Likeness::from_bytes(bits)) && !alike.contains(&photo) {
                alike.push(photo);
            }
        }
    }
    Ok(alike)
}

/// Fills up with the last of them what is no eight of bands.
fn eight(bands: &[u32]) -> [u32; 8] {
    let last = bands.last().copied().unwrap_or_default();
    std::array::from_fn(|at| bands.get(at).copied().unwrap_or(last))
}

fn add_pair(
    db: &Db,
    district: DistrictId,
    photo: &Sha256Hex,
    other: &Sha256Hex,
    how: Resemblance,
) -> Result<(), StoreError> {
    let how = match how {
        // A file is known by its name; there is nothing to keep.
        Resemblance::SameFile => return Ok(()),
        Resemblance::Copy => "copy",
        Resemblance::Alike => "alike",
    };
    db.execute(
        statement!("likeness/add_pair.sql"),
        params! {
            ":district_id": district.uuid(),
            ":sha256": photo.as_str(),
            ":other": other.as_str(),
            ":how": how,
        },
    )?;
    Ok(())
}

/// Says whether a photo was compared with the others, and could be. None: not yet.
pub(crate) fn is_telling(
    db: &Db,
    district: DistrictId,
    photo: &Sha256Hex,
) -> Result<Option<bool>, StoreError> {
    let telling = db.one(
        statement!("likeness/is_telling.sql"),
        params! { ":district_id": district.uuid(), ":sha256": photo.as_str() },
        |row| row.get("telling"),
    )?;
    Ok(telling)
}

/// A record that showed a photo, or one that resembles it.
#[derive(Debug, Clone)]
pub(crate) struct EarlierRecord {
    /// The photo that it shows.
    pub(crate) photo: Sha256Hex,
    pub(crate) how: Resemblance,
    pub(crate) record: ShownIn,
}

/// Lists what showed a photo, or one that resembles it, before the record `id` was received; the
/// first first.
pub(crate) fn uses(
    db: &Db,
    district: DistrictId,
    photo: &Sha256Hex,
    id: Uuid,
    received_at: UnixMillis,
) -> Result<Vec<EarlierRecord>, StoreError> {
    let uses = db.all(
        statement!("likeness/uses.sql"),
        params! {
            ":district_id": district.uuid(),
            ":sha256": photo.as_str(),
            ":id": id,
            ":received_at": received_at.get(),
            ":limit": USES_MAX,
        },
        |row| {
            let id: Uuid = row.get("id")?;
            Ok(EarlierRecord {
                photo: hash(row, "photo")?,
                how: match row.get("how")? {
                    0_u8 => Resemblance::SameFile,
                    1 => Resemblance::Copy,
                    _ => Resemblance::Alike,
                },
                record: if row.get("is_inspection")? {
                    let id = InspectionId::from_uuid(id);
                    ShownIn::Inspection { id }
                } else {
                    let id = FindingId::from_uuid(id);
                    ShownIn::Finding { id }
                },
            })
        },
    )?;
    Ok(uses)
}

fn hash(row: Row<'_>, column: &str) -> Result<Sha256Hex, StoreError> {
    let text: String = row.get(column)?;
    values::hash(&text)
}
