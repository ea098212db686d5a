//! Photos that are whole on the disk. A row is written only after its file is synced.

use xunfang_domain::{DistrictId, Sha256Hex, UnixMillis};

use super::StoreError;
use super::db::{Db, params, statement};

/// What is known of a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blob {
    pub(crate) bytes: u64,
    pub(crate) media_type: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Finds a photo of a district.
pub(crate) fn find(
    db: &Db,
    district: DistrictId,
    sha256: &Sha256Hex,
) -> Result<Option<Blob>, StoreError> {
    let found = db.one(
        statement!("blobs/find.sql"),
        params! { ":district_id": district.uuid(), ":sha256": sha256.as_str() },
        |row| {
            Ok(Blob {
                bytes: row.get("bytes")?,
                media_type: row.get("media_type")?,
                width: row.get("width")?,
                height: row.get("height")?,
            })
        },
    )?;
    Ok(found)
}

/// Whether a photo was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Added {
    /// It is there, now or since before.
    Yes,
    /// It was swept a short time ago, so that what somebody saw of it may be gone.
    JustSwept,
}

/// Adds a photo that is durable; one that is there already stays as it is.
pub(crate) fn add(
    db: &Db,
    district: DistrictId,
    sha256: &Sha256Hex,
    blob: &Blob,
    now: UnixMillis,
) -> Result<Added, StoreError> {
    if is_swept(db, district, sha256)? {
        return Ok(Added::JustSwept);
    }
    db.execute(
        statement!("blobs/add.sql"),
        params! {
            ":district_id": district.uuid(),
            ":sha256": sha256.as_str(),
            ":bytes": blob.bytes,
            ":media_type": blob.media_type,
            ":width": blob.width,
            ":height": blob.height,
            ":received_at": now.get(),
        },
    )?;
    Ok(Added::Yes)
}

fn is_swept(db: &Db, district: DistrictId, sha256: &Sha256Hex) -> Result<bool, StoreError> {
    let found: i64 = db.only(
        statement!("blobs/is_swept.sql"),
        params! { ":district_id": district.uuid(), ":sha256": sha256.as_str() },
        |row| row.get("found"),
    )?;
    Ok(found > 0)
}

/// Notes that a photo is about to be removed, and says no where a row names it. From now on nobody commits a row for it, until this is forgotten.
pub(crate) fn sweep(
    db: &Db,
    district: DistrictId,
    sha256: &Sha256Hex,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    let noted = db.execute(
        statement!("blobs/sweep.sql"),
        params! {
            ":district_id": district.uuid(),
            ":sha256": sha256.as_str(),
            ":now": now.get(),
        },
    )?;
    Ok(noted > 0)
}

/// Forgets which photos of a district were swept before then, or after what is latest.
pub(crate) fn forget_swept(
    db: &Db,
    district: DistrictId,
    before: UnixMillis,
    latest: UnixMillis,
) -> Result<(), StoreError> {
    db.execute(
        statement!("blobs/forget_swept.sql"),
        params! {
            ":district_id": district.uuid(),
            ":before": before.get(),
            ":latest": latest.get(),
        },
    )?;
    Ok(())
}
