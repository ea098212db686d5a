//! Who is signed in.

use uuid::Uuid;
use xunfang_domain::{Actor, DeviceId, DistrictId, PersonId, UnixMillis};

use super::db::{Db, params, statement};
use super::{StoreError, values};

/// SHA-256 of a token; the token itself is stored nowhere.
pub(crate) type TokenHash = [u8; 32];

/// A session as it is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewSession {
    pub(crate) token_hash: TokenHash,
    pub(crate) district: DistrictId,
    pub(crate) person: PersonId,
    pub(crate) device: Option<DeviceId>,
    pub(crate) created_at: UnixMillis,
    pub(crate) expires_at: UnixMillis,
}

/// Adds a session, and forgets those of the same person that are over.
pub(crate) fn add(db: &Db, session: &NewSession) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/forget_expired.sql"),
        params! {
            ":district_id": session.district.uuid(),
            ":person_id": session.person.uuid(),
            ":now": session.created_at.get(),
        },
    )?;
    db.execute(
        statement!("sessions/add.sql"),
        params! {
            ":token_hash": session.token_hash.as_slice(),
            ":district_id": session.district.uuid(),
            ":person_id": session.person.uuid(),
            ":device_id": session.device.map(DeviceId::uuid),
            ":created_at": session.created_at.get(),
            ":expires_at": session.expires_at.get(),
        },
    )?;
    Ok(())
}

/// Finds whom a token belongs to; the one lookup of a session that knows no district yet.
///
/// The role is read with it, so that a change of role counts from the next request on.
pub(crate) fn find(
    db: &Db,
    token_hash: &TokenHash,
    now: UnixMillis,
) -> Result<Option<(Actor, Option<DeviceId>)>, StoreError> {
    let found: Option<(Uuid, Uuid, Option<Uuid>, String, bool)> = db.one(
        statement!("sessions/find.sql"),
        params! { ":token_hash": token_hash.as_slice(), ":now": now.get() },
        |row| {
            Ok((
                row.get("district_id")?,
                row.get("person_id")?,
                row.get("device_id")?,
                row.get("role")?,
                row.get("administrator")?,
            ))
        },
    )?;
    found
        .map(|(district, person, device, role, administrator)| {
            let actor = Actor {
                person: PersonId::from_uuid(person),
                district: DistrictId::from_uuid(district),
                role: values::role(&role, administrator)?,
            };
            Ok((actor, device.map(DeviceId::from_uuid)))
        })
        .transpose()
}

/// Revokes one session; the next request with its token is refused.
pub(crate) fn revoke(db: &Db, token_hash: &TokenHash) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/revoke.sql"),
        params! { ":token_hash": token_hash.as_slice() },
    )?;
    Ok(())
}

/// Revokes every session of a person, as a new password does.
pub(crate) fn revoke_all(
    db: &Db,
    district: DistrictId,
    person: PersonId,
) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/revoke_all.sql"),
        params! { ":district_id": district.uuid(), ":person_id": person.uuid() },
    )?;
    Ok(())
}
