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

/// Adds a photo; one that is there already stays as it is.
pub(crate) fn add(
    db: &Db,
    district: DistrictId,
    sha256: &Sha256Hex,
    blob: &Blob,
    now: UnixMillis,
) -> Result<(), StoreError> {
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
    Ok(())
}
