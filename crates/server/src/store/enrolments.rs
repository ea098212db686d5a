//! Codes with which a device is let in, once.

use uuid::Uuid;
use xunfang_domain::{DeviceId, DistrictId, PersonId, SessionId, Sha256Hex, UnixMillis};

use super::db::{Db, params, statement};
use super::{StoreError, values};

/// A code that was given out.
#[derive(Debug, Clone)]
pub(crate) struct Enrolment {
    /// Whom it lets in.
    pub(crate) person: PersonId,
    pub(crate) expires_at: UnixMillis,
    /// Who has used it; none: nobody has yet.
    pub(crate) used: Option<Used>,
}

/// Who has used a code, and what it gave.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) device: DeviceId,
    pub(crate) key: Sha256Hex,
    pub(crate) session: SessionId,
}

/// Gives out a code, and forgets those of the district that are over.
pub(crate) fn add(
    db: &Db,
    district: DistrictId,
    code: &Sha256Hex,
    person: PersonId,
    now: UnixMillis,
    expires_at: UnixMillis,
) -> Result<(), StoreError> {
    db.execute(
        statement!("enrolments/forget_expired.sql"),
        params! { ":district_id": district.uuid(), ":now": now.get() },
    )?;
    db.execute(
        statement!("enrolments/add.sql"),
        params! {
            ":district_id": district.uuid(),
            ":code_hash": code.as_str(),
            ":person_id": person.uuid(),
            ":expires_at": expires_at.get(),
        },
    )?;
    Ok(())
}

/// Forgets all codes that were given out for a person, used or not.
pub(crate) fn forget(db: &Db, district: DistrictId, person: PersonId) -> Result<(), StoreError> {
    db.execute(
        statement!("enrolments/forget.sql"),
        params! { ":district_id": district.uuid(), ":person_id": person.uuid() },
    )?;
    Ok(())
}

/// Finds a code that was given out.
pub(crate) fn find(
    db: &Db,
    district: DistrictId,
    code: &Sha256Hex,
) -> Result<Option<Enrolment>, StoreError> {
    db.one(
        statement!("enrolments/find.sql"),
        params! { ":district_id": district.uuid(), ":code_hash": code.as_str() },
        |row| {
            let device: Option<Uuid> = row.get("used_device")?;
            let key: Option<String> = row.get("used_key")?;
            let session: Option<Uuid> = row.get("session_id")?;
            let used = match (device, key, session) {
                (Some(device), Some(key), Some(session)) => Some(Used {
                    device: DeviceId::from_uuid(device),
                    key: values::hash(&key)?,
                    session: SessionId::from_uuid(session),
                }),
                _ => None,
            };
            Ok(Enrolment {
                person: PersonId::from_uuid(row.get("person_id")?),
                expires_at: UnixMillis::new(row.get("expires_at")?),
                used,
            })
        },
    )
}

/// Notes who has used a code.
pub(crate) fn note_use(
    db: &Db,
    district: DistrictId,
    code: &Sha256Hex,
    used: &Used,
) -> Result<(), StoreError> {
    db.execute(
        statement!("enrolments/use.sql"),
        params! {
            ":district_id": district.uuid(),
            ":code_hash": code.as_str(),
            ":device_id": used.device.uuid(),
            ":key_id": used.key.as_str(),
            ":session_id": used.session.uuid(),
        },
    )?;
    Ok(())
}
