//! Operations that were applied.

use xunfang_domain::{DeviceId, DistrictId, OpId, PersonId, Sha256Hex, UnixMillis};
use xunfang_protocol::SeqRange;

use super::StoreError;
use super::db::{Db, params, statement};

/// SHA-256 over what makes an operation the same operation.
pub(crate) type OpDigest = [u8; 32];

/// An operation that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppliedOp {
    pub(crate) device: DeviceId,
    pub(crate) dev_seq: u64,
    pub(crate) author: PersonId,
    pub(crate) kind: String,
    pub(crate) digest: OpDigest,
    pub(crate) seq: u64,
}

/// A signature that held, and the name of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpSignature {
    pub(crate) signature: String,
    pub(crate) key: Sha256Hex,
}

/// Finds an operation by its id.
pub(crate) fn find(
    db: &Db,
    district: DistrictId,
    op: OpId,
) -> Result<Option<AppliedOp>, StoreError> {
    let found = db.one(
        statement!("ops/find.sql"),
        params! { ":district_id": district.uuid(), ":op_id": op.uuid() },
        |row| {
            Ok(AppliedOp {
                device: DeviceId::from_uuid(row.get("device_id")?),
                dev_seq: row.get("dev_seq")?,
                author: PersonId::from_uuid(row.get("author_id")?),
                kind: row.get("kind")?,
                digest: row.get("digest")?,
                seq: row.get("seq")?,
            })
        },
    )?;
    Ok(found)
}

/// Remembers an operation.
pub(crate) fn add(
    db: &Db,
    district: DistrictId,
    id: OpId,
    op: &AppliedOp,
    signature: Option<&OpSignature>,
    now: UnixMillis,
) -> Result<(), StoreError> {
    db.execute(
        statement!("ops/add.sql"),
        params! {
            ":district_id": district.uuid(),
            ":op_id": id.uuid(),
            ":device_id": op.device.uuid(),
            ":dev_seq": op.dev_seq,
            ":author_id": op.author.uuid(),
            ":kind": op.kind,
            ":digest": op.digest.as_slice(),
            ":seq": op.seq,
            ":applied_at": now.get(),
            ":signature": signature.map(|held| &held.signature),
            ":key_id": signature.map(|held| held.key.as_str()),
        },
    )?;
    Ok(())
}

/// Returns the highest `dev_seq` of a device; 0 where there is none.
pub(crate) fn last_dev_seq(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
) -> Result<u64, StoreError> {
    let last: Option<u64> = db.only(
        statement!("ops/last_dev_seq.sql"),
        params! { ":district_id": district.uuid(), ":device_id": device.uuid() },
        |row| row.get("last"),
    )?;
    Ok(last.unwrap_or(0))
}

/// Says which operations of a device and person are here, by their numbers on the device from
/// `since` on.
pub(crate) fn held_since(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    author: PersonId,
    since: u64,
) -> Result<Vec<SeqRange>, StoreError> {
    let numbers: Vec<u64> = db.all(
        statement!("ops/held_since.sql"),
        params! {
            ":district_id": district.uuid(),
            ":device_id": device.uuid(),
            ":author_id": author.uuid(),
            // Beyond what the database holds there is nothing.
            ":since": i64::try_from(since).unwrap_or(i64::MAX),
        },
        |row| row.get("dev_seq"),
    )?;
    let mut held: Vec<SeqRange> = Vec::new();
    for number in numbers {
        match held.last_mut() {
            Some(range) if range.last + 1 == number => range.last = number,
            _ => held.push(SeqRange {
                first: number,
                last: number,
            }),
        }
    }
    Ok(held)
}
