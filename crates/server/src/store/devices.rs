//! What is known of a phone that is not here itself.

use xunfang_domain::{DeviceId, DistrictId, PersonId, Sha256Hex, UnixMillis};
use xunfang_protocol::DeviceRow;

use super::StoreError;
use super::db::{Db, params, statement};

/// Whether a person has worked with a device: was the last to sign in on it, has a session on it,
/// sent a record from it, or brought its key.
pub(crate) fn is_used_by(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    person: PersonId,
) -> Result<bool, StoreError> {
    let known = db.only(
        statement!("devices/is_used_by.sql"),
        params! {
            ":district_id": district.uuid(),
            ":device_id": device.uuid(),
            ":person_id": person.uuid(),
        },
        |row| row.get("known"),
    )?;
    Ok(known)
}

/// Lists the public keys of a device as they are written.
pub(crate) fn keys(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
) -> Result<Vec<String>, StoreError> {
    let keys = db.all(
        statement!("devices/keys.sql"),
        params! { ":district_id": district.uuid(), ":device_id": device.uuid() },
        |row| row.get("public_key"),
    )?;
    Ok(keys)
}

/// Notes that a person signs in on a device, and says whether anybody may.
pub(crate) fn let_in(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    person: PersonId,
    name: &str,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    let noted = db.execute(
        statement!("devices/let_in.sql"),
        params! {
            ":district_id": district.uuid(),
            ":device_id": device.uuid(),
            ":person_id": person.uuid(),
            ":name": name,
            ":now": now.get(),
        },
    )?;
    Ok(noted > 0)
}

/// Lists the devices that a person has worked with, the newest first.
pub(crate) fn list(
    db: &Db,
    district: DistrictId,
    person: PersonId,
) -> Result<Vec<DeviceRow>, StoreError> {
    db.all(
        statement!("devices/list.sql"),
        params! { ":district_id": district.uuid(), ":person_id": person.uuid() },
        |row| {
            Ok(DeviceRow {
                id: DeviceId::from_uuid(row.get("device_id")?),
                name: row.get("name")?,
                enrolled_at: UnixMillis::new(row.get("enrolled_at")?),
                revoked_at: row.get::<Option<i64>>("revoked_at")?.map(UnixMillis::new),
            })
        },
    )
}

/// Whether somebody else has worked with a device too: has a session on it, sent a record from it, or
/// brought its key.
pub(crate) fn is_used_by_others(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    person: PersonId,
) -> Result<bool, StoreError> {
    db.only(
        statement!("devices/is_used_by_others.sql"),
        params! {
            ":district_id": district.uuid(),
            ":device_id": device.uuid(),
            ":person_id": person.uuid(),
        },
        |row| row.get("known"),
    )
}

/// Lets nobody sign in on a device any more, and says whether there is such a device.
pub(crate) fn revoke(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    let revoked = db.execute(
        statement!("devices/revoke.sql"),
        params! {
            ":district_id": district.uuid(),
            ":device_id": device.uuid(),
            ":now": now.get(),
        },
    )?;
    Ok(revoked > 0)
}

/// Says whether a key is that of a device on which nobody may sign in any more.
pub(crate) fn is_key_revoked(
    db: &Db,
    district: DistrictId,
    key: &Sha256Hex,
) -> Result<bool, StoreError> {
    db.only(
        statement!("devices/is_key_revoked.sql"),
        params! { ":district_id": district.uuid(), ":key_id": key.as_str() },
        |row| row.get("revoked"),
    )
}
