//! Fingerprints of what photos show, and what comparing them found.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use uuid::Uuid;
use xunfang_domain::{DistrictId, FindingId, InspectionId, PhotoCode, Sha256Hex, UnixMillis};
use xunfang_photo::Likeness;
use xunfang_protocol::{Resemblance, ShownIn};

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

/// Notes that a photo has to be compared with the others, unless that is done.
pub(crate) fn add_due(
    db: &Connection,
    district: DistrictId,
    photo: &Sha256Hex,
) -> Result<(), StoreError> {
    db.prepare_cached(include_str!("likeness/add_due.sql"))?
        .execute(named_params! {
            ":district_id": district.uuid(), ":sha256": photo.as_str()
        })?;
    Ok(())
}

/// A photo that has to be compared.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    /// Its place in the queue.
    pub(crate) seq: i64,
    pub(crate) district: DistrictId,
    pub(crate) photo: Sha256Hex,
}

/// Lists photos that have to be compared, of whichever district, the last first; those below
/// `before`.
pub(crate) fn due(db: &Connection, before: i64, limit: u32) -> Result<Vec<Due>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("likeness/due.sql"))?;
    let mut rows = statement.query(named_params! { ":before": before, ":limit": limit })?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        due.push(Due {
            seq: row.get("seq")?,
            district: DistrictId::from_uuid(row.get("district_id")?),
            photo: hash(row, "sha256")?,
        });
    }
    Ok(due)
}

/// Compares a photo with all that were looked at before, and keeps what that says.
pub(crate) fn keep(db: &Connection, looked: &Looked) -> Result<(), StoreError> {
    let Looked {
        district, photo, ..
    } = looked;
    let district_id = district.uuid();
    let done = db
        .prepare_cached(include_str!("likeness/done.sql"))?
        .execute(named_params! { ":district_id": district_id, ":sha256": photo.as_str() })?;
    if done == 0 {
        return Ok(());
    }
    for original in copied(db, looked)? {
        if original != *photo {
            add_pair(db, *district, photo, &original, Resemblance::Copy)?;
        }
    }
    let seq: i64 = db
        .prepare_cached(include_str!("likeness/add.sql"))?
        .query_row(
            named_params! {
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
    let mut add = db.prepare_cached(include_str!("likeness/add_band.sql"))?;
    for band in likeness.bands() {
        add.execute(named_params! {
            ":district_id": district_id, ":band": band, ":seq": seq
        })?;
    }
    Ok(())
}

/// Lists the photos of which this one is a copy, by its bytes or by the code that it shows.
fn copied(db: &Connection, looked: &Looked) -> Result<Vec<Sha256Hex>, StoreError> {
    let district_id = looked.district.uuid();
    let by_bytes = evidence::copied_from(db, looked.district, &looked.photo)?;
    let mut originals: Vec<Sha256Hex> =
        by_bytes.into_iter().map(|(original, _)| original).collect();
    let mut by_code = db.prepare_cached(include_str!("likeness/by_code.sql"))?;
    for code in &looked.codes {
        let mut rows = by_code.query(named_params! {
            ":district_id": district_id, ":code": code.to_string()
        })?;
        while let Some(row) = rows.next()? {
            originals.push(hash(row, "original")?);
        }
    }
    Ok(originals)
}

/// Lists the photos that look the same, by the index.
fn alike(
    db: &Connection,
    district: DistrictId,
    likeness: &Likeness,
) -> Result<Vec<Sha256Hex>, StoreError> {
    let bands: Vec<u32> = likeness.near_bands().collect();
    let mut statement = db.prepare_cached(include_str!("likeness/candidates.sql"))?;
    let mut rows = statement.query(named_params! {
        ":district_id": district.uuid(), ":bands": values::to_json("bands", &bands)?
    })?;
    let mut alike = Vec::new();
    while let Some(row) = rows.next()? {
        let bits: [u8; 32] = row.get("bits")?;
        if likeness.is_near(&Likeness::from_bytes(bits)) {
            alike.push(hash(row, "sha256")?);
        }
    }
    Ok(alike)
}

fn add_pair(
    db: &Connection,
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
    db.prepare_cached(include_str!("likeness/add_pair.sql"))?
        .execute(named_params! {
            ":district_id": district.uuid(),
            ":sha256": photo.as_str(),
            ":other": other.as_str(),
            ":how": how,
        })?;
    Ok(())
}

/// Says whether a photo was compared with the others, and could be. None: not yet.
pub(crate) fn is_telling(
    db: &Connection,
    district: DistrictId,
    photo: &Sha256Hex,
) -> Result<Option<bool>, StoreError> {
    let telling = db
        .prepare_cached(include_str!("likeness/is_telling.sql"))?
        .query_row(
            named_params! { ":district_id": district.uuid(), ":sha256": photo.as_str() },
            |row| row.get("telling"),
        )
        .optional()?;
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
    db: &Connection,
    district: DistrictId,
    photo: &Sha256Hex,
    id: Uuid,
    received_at: UnixMillis,
) -> Result<Vec<EarlierRecord>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("likeness/uses.sql"))?;
    let mut rows = statement.query(named_params! {
        ":district_id": district.uuid(),
        ":sha256": photo.as_str(),
        ":id": id,
        ":received_at": received_at.get(),
        ":limit": USES_MAX,
    })?;
    let mut uses = Vec::new();
    while let Some(row) = rows.next()? {
        let id: Uuid = row.get("id")?;
        uses.push(EarlierRecord {
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
        });
    }
    Ok(uses)
}

fn hash(row: &Row<'_>, column: &str) -> Result<Sha256Hex, StoreError> {
    let text: String = row.get(column)?;
    values::hash(&text)
}
