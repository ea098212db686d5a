//! What is known of a phone that is not here itself.

use xunfang_domain::{DeviceId, DistrictId, PersonId};

use super::StoreError;
use super::db::{Db, params, statement};

/// Whether a person has worked with a device: has or had a session on it that is not forgotten,
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
