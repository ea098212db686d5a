//! Keys of devices, and the records of photos that they signed.

use xunfang_domain::{
    DeviceId, DistrictId, PersonId, PhotoCode, PhotoEvidence, Sealed, Sha256Hex, UnixMillis,
};
use xunfang_evidence::PublicKey;

use super::db::{Db, Row, params, statement};
use super::{StoreError, values};

/// Whose key it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyOwner {
    pub(crate) district: DistrictId,
    pub(crate) device: DeviceId,
    pub(crate) person: PersonId,
}

/// Keeps a device's key as it is seen first.
pub(crate) fn add_key(
    db: &Db,
    owner: KeyOwner,
    key: &PublicKey,
    now: UnixMillis,
) -> Result<(), StoreError> {
    db.execute(
        statement!("evidence/add_key.sql"),
        params! {
            ":district_id": owner.district.uuid(),
            ":device_id": owner.device.uuid(),
            ":key_id": key.id().as_str(),
            ":public_key": key.to_string(),
            ":person_id": owner.person.uuid(),
            ":first_seen_at": now.get(),
        },
    )?;
    Ok(())
}

/// Finds a device's key by its name.
pub(crate) fn key(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    key_id: &Sha256Hex,
) -> Result<Option<PublicKey>, StoreError> {
    let text: Option<String> = db.one(
        statement!("evidence/key.sql"),
        params! {
            ":district_id": district.uuid(),
            ":device_id": device.uuid(),
            ":key_id": key_id.as_str(),
        },
        |row| row.get("public_key"),
    )?;
    text.map(|text| {
        text.parse()
            .map_err(|error: xunfang_evidence::SealError| StoreError::Value {
                what: "public key",
                reason: error.to_string(),
            })
    })
    .transpose()
}

/// Counts the keys that the device had before this one.
pub(crate) fn keys_before(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    key_id: &Sha256Hex,
) -> Result<u64, StoreError> {
    let count = db.only(
        statement!("evidence/keys_before.sql"),
        params! {
            ":district_id": district.uuid(),
            ":device_id": device.uuid(),
            ":key_id": key_id.as_str(),
        },
        |row| row.get("keys"),
    )?;
    Ok(count)
}

/// Keeps a record; one that is there already stays as it is.
pub(crate) fn add(
    db: &Db,
    district: DistrictId,
    digest: &Sha256Hex,
    evidence: &PhotoEvidence,
    sealed: &Sealed,
    now: UnixMillis,
) -> Result<(), StoreError> {
    db.execute(
        statement!("evidence/add.sql"),
        params! {
            ":district_id": district.uuid(),
            ":digest": digest.as_str(),
            ":device_id": evidence.device.uuid(),
            ":seq": evidence.seq,
            ":prev": evidence.prev.as_str(),
            ":original": evidence.original.sha256.as_str(),
            ":code": evidence.code.to_string(),
            ":body": values::to_json("evidence", sealed)?,
            ":received_at": now.get(),
        },
    )?;
    let copies = &evidence.copies;
    for (kind, sha256) in [
        ("original", &evidence.original.sha256),
        ("working", &copies.working.sha256),
        ("marked", &copies.marked.sha256),
        ("thumb", &copies.thumb.sha256),
    ] {
        db.execute(
            statement!("evidence/add_file.sql"),
            params! {
                ":sha256": sha256.as_str(),
                ":district_id": district.uuid(),
                ":digest": digest.as_str(),
                ":kind": kind,
            },
        )?;
    }
    Ok(())
}

/// Keeps that a file is the copy of a record's photo that somebody drew on. The first one stays the
/// only one: a record is not given another face later.
pub(crate) fn add_annotated(
    db: &Db,
    district: DistrictId,
    digest: &Sha256Hex,
    copy: &Sha256Hex,
) -> Result<(), StoreError> {
    db.execute(
        statement!("evidence/add_annotated.sql"),
        params! {
            ":sha256": copy.as_str(),
            ":district_id": district.uuid(),
            ":digest": digest.as_str(),
        },
    )?;
    Ok(())
}

/// Lists the photos of which a file is a copy, and as what their records name it.
pub(crate) fn copied_from(
    db: &Db,
    district: DistrictId,
    file: &Sha256Hex,
) -> Result<Vec<(Sha256Hex, NamedFile)>, StoreError> {
    let originals = db.all(
        statement!("evidence/copied_from.sql"),
        params! { ":district_id": district.uuid(), ":sha256": file.as_str() },
        |row| {
            let (text, kind): (String, String) = (row.get("original")?, row.get("kind")?);
            Ok((values::hash(&text)?, NamedFile::of(&kind)))
        },
    )?;
    Ok(originals)
}

/// Finds the copy of a record's photo that somebody drew on, where it has come.
pub(crate) fn annotated_here(
    db: &Db,
    district: DistrictId,
    digest: &Sha256Hex,
) -> Result<Option<Sha256Hex>, StoreError> {
    let found: Option<String> = db.one(
        statement!("evidence/annotated_here.sql"),
        params! { ":district_id": district.uuid(), ":digest": digest.as_str() },
        |row| row.get("sha256"),
    )?;
    found.map(|text| values::hash(&text)).transpose()
}

/// Finds a copy of a photo that the phone has sent; `kind` is `working` or `thumb`.
pub(crate) fn copy_here(
    db: &Db,
    district: DistrictId,
    original: &Sha256Hex,
    kind: &'static str,
) -> Result<Option<Sha256Hex>, StoreError> {
    let found: Option<String> = db.one(
        statement!("evidence/copy_here.sql"),
        params! {
            ":district_id": district.uuid(),
            ":original": original.as_str(),
            ":kind": kind,
        },
        |row| row.get("sha256"),
    )?;
    found.map(|text| values::hash(&text)).transpose()
}

/// Says when a record came.
pub(crate) fn received_at(
    db: &Db,
    district: DistrictId,
    digest: &Sha256Hex,
) -> Result<Option<UnixMillis>, StoreError> {
    let found: Option<i64> = db.one(
        statement!("evidence/received_at.sql"),
        params! { ":district_id": district.uuid(), ":digest": digest.as_str() },
        |row| row.get("received_at"),
    )?;
    Ok(found.map(UnixMillis::new))
}

/// A record, of whichever district.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) district: DistrictId,
    pub(crate) sealed: Sealed,
}

fn kept(row: Row<'_>) -> Result<(DistrictId, String), StoreError> {
    let district = DistrictId::from_uuid(row.get("district_id")?);
    Ok((district, row.get("body")?))
}

/// Finds the record of a code; the one lookup of a record that knows no district yet, with
/// [`by_file`].
pub(crate) fn by_code(db: &Db, code: PhotoCode) -> Result<Option<Kept>, StoreError> {
    let found = db.one(
        statement!("evidence/by_code.sql"),
        params! { ":code": code.to_string() },
        kept,
    )?;
    let Some((district, body)) = found else {
        return Ok(None);
    };
    let sealed = values::from_json("evidence", &body)?;
    Ok(Some(Kept { district, sealed }))
}

/// As what a record names a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedFile {
    Original,
    /// Made when the photo was taken in.
    Copy,
    /// Drawn on later.
    Annotated,
}

impl NamedFile {
    fn of(kind: &str) -> Self {
        match kind {
            "original" => Self::Original,
            "annotated" => Self::Annotated,
            _ => Self::Copy,
        }
    }
}

/// Finds the first record that names a file, and says as what.
pub(crate) fn by_file(
    db: &Db,
    sha256: &Sha256Hex,
) -> Result<Option<(Kept, NamedFile)>, StoreError> {
    let found = db.one(
        statement!("evidence/by_file.sql"),
        params! { ":sha256": sha256.as_str() },
        |row| {
            let kind: String = row.get("kind")?;
            Ok((kept(row)?, NamedFile::of(&kind)))
        },
    )?;
    let Some(((district, body), what)) = found else {
        return Ok(None);
    };
    let sealed = values::from_json("evidence", &body)?;
    Ok(Some((Kept { district, sealed }, what)))
}

/// A record's place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) seq: u64,
    pub(crate) digest: String,
    pub(crate) prev: String,
}

/// Lists what is at a place of a device's chain, just before it and just behind it.
pub(crate) fn around(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    seq: u64,
) -> Result<Vec<Link>, StoreError> {
    let links = db.all(
        statement!("evidence/around.sql"),
        params! {
            ":district_id": district.uuid(),
            ":device_id": device.uuid(),
            ":seq": seq,
        },
        |row| {
            Ok(Link {
                seq: row.get("seq")?,
                digest: row.get("digest")?,
                prev: row.get("prev")?,
            })
        },
    )?;
    Ok(links)
}
