//! What is known of a phone that is not here itself.

use rusqlite::{Connection, named_params};
use xunfang_domain::{DeviceId, DistrictId, PersonId};

use super::StoreError;

/// Whether a person has worked with a device: has or had a session on it that is not forgotten,
/// sent a record from it, or brought its key.
pub(crate) fn is_used_by(
    db: &Connection,
    district: DistrictId,
    device: DeviceId,
    person: PersonId,
) -> Result<bool, StoreError> {
    let known = db
        .prepare_cached(include_str!("devices/is_used_by.sql"))?
        .query_row(
            named_params! {
                ":district_id": district.uuid(),
                ":device_id": device.uuid(),
                ":person_id": person.uuid(),
            },
            |row| row.get(0),
        )?;
    Ok(known)
}

/// Lists the public keys of a device as they are written.
pub(crate) fn keys(
    db: &Connection,
    district: DistrictId,
    device: DeviceId,
) -> Result<Vec<String>, StoreError> {
    let keys = db
        .prepare_cached(include_str!("devices/keys.sql"))?
        .query_map(
            named_params! { ":district_id": district.uuid(), ":device_id": device.uuid() },
            |row| row.get("public_key"),
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(keys)
}
