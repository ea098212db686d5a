//! Photos on their way into a store that several servers share: how much of each is there.
//!
//! A row says only what the store has taken: a piece is put first and noted then. Two servers that
//! take a piece of the same photo at the same place both put theirs, and one of them notes it.

use uuid::Uuid;
use xunfang_domain::{DistrictId, UnixMillis};

use super::db::{Db, params, statement};
use super::{StoreError, values};
use crate::uploads::UploadKey;

/// A piece that the store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PutPiece {
    /// By which it is named.
    pub(crate) id: Uuid,
    /// Where in the photo it begins.
    pub(crate) begins_at: u64,
    /// How long it is.
    pub(crate) bytes: u64,
}

/// How much of a photo is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) held: u64,
    pub(crate) length: u64,
    pub(crate) touched_at: UnixMillis,
}

/// Finds what was announced.
pub(crate) fn find(db: &Db, key: &UploadKey) -> Result<Option<Holding>, StoreError> {
    db.one(
        statement!("parts/find.sql"),
        params! {
            ":district_id": key.district.uuid(),
            ":owner_id": key.owner,
            ":sha256": key.sha256.as_str(),
        },
        |row| {
            Ok(Holding {
                held: row.get("held")?,
                length: row.get("length")?,
                touched_at: UnixMillis::new(row.get("touched_at")?),
            })
        },
    )
}

/// Notes that a photo of so many bytes is to come, and says what is held of it already.
pub(crate) fn announce(
    db: &Db,
    key: &UploadKey,
    length: u64,
    now: UnixMillis,
) -> Result<u64, StoreError> {
    match find(db, key)? {
        Some(found) if found.length == length => return Ok(found.held),
        // Announced with another length, so these bytes are of no use. Their objects are swept.
        Some(_) => {
            forget(db, key)?;
        }
        None => {}
    }
    db.execute(
        statement!("parts/announce.sql"),
        params! {
            ":district_id": key.district.uuid(),
            ":owner_id": key.owner,
            ":sha256": key.sha256.as_str(),
            ":length": length,
            ":now": now.get(),
        },
    )?;
    Ok(0)
}

/// Notes pieces that follow on what was held, and says no where somebody else was faster.
pub(crate) fn append(
    db: &Db,
    key: &UploadKey,
    held: u64,
    pieces: &[PutPiece],
    now: UnixMillis,
) -> Result<bool, StoreError> {
    let until = pieces
        .last()
        .map_or(held, |last| last.begins_at + last.bytes);
    let grown = db.execute(
        statement!("parts/grow.sql"),
        params! {
            ":district_id": key.district.uuid(),
            ":owner_id": key.owner,
            ":sha256": key.sha256.as_str(),
            ":held": held,
            ":until": until,
            ":now": now.get(),
        },
    )?;
    if grown == 0 {
        return Ok(false);
    }
    for piece in pieces {
        db.execute(
            statement!("parts/add_piece.sql"),
            params! {
                ":district_id": key.district.uuid(),
                ":owner_id": key.owner,
                ":sha256": key.sha256.as_str(),
                ":begins_at": piece.begins_at,
                ":bytes": piece.bytes,
                ":piece_id": piece.id,
            },
        )?;
    }
    Ok(true)
}

/// Lists the pieces of a photo in their order.
pub(crate) fn pieces(db: &Db, key: &UploadKey) -> Result<Vec<PutPiece>, StoreError> {
    db.all(
        statement!("parts/pieces.sql"),
        params! {
            ":district_id": key.district.uuid(),
            ":owner_id": key.owner,
            ":sha256": key.sha256.as_str(),
        },
        |row| {
            Ok(PutPiece {
                id: row.get("piece_id")?,
                begins_at: row.get("begins_at")?,
                bytes: row.get("bytes")?,
            })
        },
    )
}

/// Forgets a photo on its way, and says whether there was one. Its objects are the caller's to remove.
pub(crate) fn forget(db: &Db, key: &UploadKey) -> Result<bool, StoreError> {
    let mut dropped = 0;
    for statement in [
        statement!("parts/drop_pieces.sql"),
        statement!("parts/drop.sql"),
    ] {
        dropped = db.execute(
            statement,
            params! {
                ":district_id": key.district.uuid(),
                ":owner_id": key.owner,
                ":sha256": key.sha256.as_str(),
            },
        )?;
    }
    Ok(dropped > 0)
}

/// Lists the photos of a district that nobody went on with since then.
pub(crate) fn abandoned(
    db: &Db,
    district: DistrictId,
    before: UnixMillis,
) -> Result<Vec<UploadKey>, StoreError> {
    let found: Vec<(Uuid, String)> = db.all(
        statement!("parts/abandoned.sql"),
        params! { ":district_id": district.uuid(), ":before": before.get() },
        |row| Ok((row.get("owner_id")?, row.get("sha256")?)),
    )?;
    found
        .into_iter()
        .map(|(owner, sha256)| {
            let sha256 = values::hash(&sha256)?;
            Ok(UploadKey {
                district,
                owner,
                sha256,
            })
        })
        .collect()
}

/// Says whether a piece belongs to a photo on its way.
pub(crate) fn is_noted(db: &Db, district: DistrictId, piece: Uuid) -> Result<bool, StoreError> {
    let found: i64 = db.only(
        statement!("parts/is_piece.sql"),
        params! { ":district_id": district.uuid(), ":piece_id": piece },
        |row| row.get("found"),
    )?;
    Ok(found > 0)
}
