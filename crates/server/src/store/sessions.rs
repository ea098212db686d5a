//! Who is signed in.

use uuid::Uuid;
use xunfang_domain::{Actor, DeviceId, DistrictId, PersonId, SessionId, UnixMillis};
use xunfang_protocol::SessionRow;

use super::db::{Db, params, statement};
use super::{StoreError, values};

/// SHA-256 of a token; the token itself is stored nowhere.
pub(crate) type TokenHash = [u8; 32];

/// A session as it is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewSession {
    pub(crate) token_hash: TokenHash,
    pub(crate) id: SessionId,
    pub(crate) district: DistrictId,
    pub(crate) person: PersonId,
    pub(crate) device: Option<DeviceId>,
    pub(crate) created_at: UnixMillis,
    pub(crate) expires_at: UnixMillis,
    /// Whether nothing can be done with it but change the password.
    pub(crate) must_change: bool,
}

/// What a token stands for.
#[derive(Debug, Clone)]
pub(crate) struct FoundSession {
    pub(crate) actor: Actor,
    pub(crate) id: SessionId,
    pub(crate) device: Option<DeviceId>,
    pub(crate) last_used_at: UnixMillis,
    /// Whether nothing can be done with it but change the password.
    pub(crate) must_change: bool,
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
            ":session_id": session.id.uuid(),
            ":district_id": session.district.uuid(),
            ":person_id": session.person.uuid(),
            ":device_id": session.device.map(DeviceId::uuid),
            ":created_at": session.created_at.get(),
            ":expires_at": session.expires_at.get(),
            ":must_change": session.must_change,
        },
    )?;
    Ok(())
}

/// Finds whom a token belongs to; the one lookup of a session that knows no district yet.
///
/// The grants are read with it, so that a change of theirs counts from the next request on.
pub(crate) fn find(
    db: &Db,
    token_hash: &TokenHash,
    now: UnixMillis,
) -> Result<Option<FoundSession>, StoreError> {
    let rows = db.all(
        statement!("sessions/find.sql"),
        params! { ":token_hash": token_hash.as_slice(), ":now": now.get() },
        |row| {
            let of = (
                DistrictId::from_uuid(row.get("district_id")?),
                PersonId::from_uuid(row.get("person_id")?),
                SessionId::from_uuid(row.get("session_id")?),
            );
            let device: Option<Uuid> = row.get("device_id")?;
            let last_used_at = UnixMillis::new(row.get("last_used_at")?);
            let must_change: bool = row.get("must_change")?;
            Ok((of, device, last_used_at, must_change, values::grant(row)?))
        },
    )?;
    let Some((of, device, last_used_at, must_change, _)) = rows.first().copied() else {
        return Ok(None);
    };
    let grants = rows.into_iter().map(|row| row.4).collect();
    let (district, person, id) = of;
    Ok(Some(FoundSession {
        actor: Actor {
            person,
            district,
            grants: values::grants(grants)?,
        },
        id,
        device: device.map(DeviceId::from_uuid),
        last_used_at,
        must_change,
    }))
}

/// Notes that a session was used.
pub(crate) fn note_use(
    db: &Db,
    district: DistrictId,
    token_hash: &TokenHash,
    now: UnixMillis,
) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/use.sql"),
        params! {
            ":district_id": district.uuid(),
            ":token_hash": token_hash.as_slice(),
            ":now": now.get(),
        },
    )?;
    Ok(())
}

/// Lists where a person is signed in, the last used first; `asking` is the session that asks.
pub(crate) fn list(
    db: &Db,
    district: DistrictId,
    person: PersonId,
    asking: SessionId,
    now: UnixMillis,
) -> Result<Vec<SessionRow>, StoreError> {
    db.all(
        statement!("sessions/list.sql"),
        params! {
            ":district_id": district.uuid(),
            ":person_id": person.uuid(),
            ":now": now.get(),
        },
        |row| {
            let id = SessionId::from_uuid(row.get("session_id")?);
            Ok(SessionRow {
                id,
                device: row
                    .get::<Option<Uuid>>("device_id")?
                    .map(DeviceId::from_uuid),
                created_at: UnixMillis::new(row.get("created_at")?),
                last_used_at: UnixMillis::new(row.get("last_used_at")?),
                expires_at: UnixMillis::new(row.get("expires_at")?),
                current: id == asking,
            })
        },
    )
}

/// Ends the session of a token; the next request with it is refused.
pub(crate) fn end_by_token(db: &Db, token_hash: &TokenHash) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/end_by_token.sql"),
        params! { ":token_hash": token_hash.as_slice() },
    )?;
    Ok(())
}

/// Ends one session of a person, and says whether there was one.
pub(crate) fn end(
    db: &Db,
    district: DistrictId,
    person: PersonId,
    session: SessionId,
) -> Result<bool, StoreError> {
    let ended = db.execute(
        statement!("sessions/end.sql"),
        params! {
            ":district_id": district.uuid(),
            ":person_id": person.uuid(),
            ":session_id": session.uuid(),
        },
    )?;
    Ok(ended > 0)
}

/// Ends every session of a person but one.
pub(crate) fn end_others(
    db: &Db,
    district: DistrictId,
    person: PersonId,
    kept: SessionId,
) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/end_others.sql"),
        params! {
            ":district_id": district.uuid(),
            ":person_id": person.uuid(),
            ":session_id": kept.uuid(),
        },
    )?;
    Ok(())
}

/// Notes that the password was changed in a session: everything can be done with it again, and the
/// person's other browsers are signed out. Phones are not: they may be far from any network.
pub(crate) fn password_changed(
    db: &Db,
    district: DistrictId,
    person: PersonId,
    session: SessionId,
) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/password_changed.sql"),
        params! { ":district_id": district.uuid(), ":session_id": session.uuid() },
    )?;
    db.execute(
        statement!("sessions/end_other_browsers.sql"),
        params! {
            ":district_id": district.uuid(),
            ":person_id": person.uuid(),
            ":session_id": session.uuid(),
        },
    )?;
    Ok(())
}

/// Ends every session on a device, whosever it is.
pub(crate) fn end_on_device(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/end_on_device.sql"),
        params! { ":district_id": district.uuid(), ":device_id": device.uuid() },
    )?;
    Ok(())
}

/// Ends the sessions of a person on a device.
pub(crate) fn end_own_on_device(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    person: PersonId,
) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/end_own_on_device.sql"),
        params! {
            ":district_id": district.uuid(),
            ":device_id": device.uuid(),
            ":person_id": person.uuid(),
        },
    )?;
    Ok(())
}

/// Ends every session of a person, as a new password does that somebody else set.
pub(crate) fn end_all(db: &Db, district: DistrictId, person: PersonId) -> Result<(), StoreError> {
    db.execute(
        statement!("sessions/end_all.sql"),
        params! { ":district_id": district.uuid(), ":person_id": person.uuid() },
    )?;
    Ok(())
}
