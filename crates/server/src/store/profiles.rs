//! The districts' profiles, version by version.

use uuid::Uuid;
use xunfang_domain::catalogue::Profile;
use xunfang_domain::{DistrictId, PersonId, Standard, StandardId, StandardRef, UnixMillis};

use super::db::{Db, Row, params, statement};
use super::{StoreError, values};

/// A profile and what its version is published as.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredProfile {
    pub(crate) reference: StandardRef,
    pub(crate) profile: Profile,
    /// Null for one that came with the product.
    pub(crate) made_by: Option<PersonId>,
}

/// A version that is about to be stored.
#[derive(Debug)]
pub(crate) struct NewProfile<'a> {
    pub(crate) reference: StandardRef,
    pub(crate) profile: &'a Profile,
    pub(crate) made_by: Option<PersonId>,
    pub(crate) made_at: UnixMillis,
    pub(crate) note: &'a str,
}

/// Finds the version in force.
pub(crate) fn newest(db: &Db, district: DistrictId) -> Result<Option<StoredProfile>, StoreError> {
    db.one(
        statement!("profiles/newest.sql"),
        params! { ":district_id": district.uuid() },
        stored,
    )
}

/// Finds a version by its number.
pub(crate) fn at(
    db: &Db,
    district: DistrictId,
    version: u32,
) -> Result<Option<StoredProfile>, StoreError> {
    db.one(
        statement!("profiles/at.sql"),
        params! {
            ":district_id": district.uuid(),
            ":version": version,
        },
        stored,
    )
}

fn stored(row: Row<'_>) -> Result<StoredProfile, StoreError> {
    Ok(StoredProfile {
        reference: StandardRef {
            id: StandardId::from_uuid(row.get::<Uuid>("standard_id")?),
            version: row.get("version")?,
        },
        profile: values::from_json("profile", &row.get::<String>("body")?)?,
        made_by: row.get::<Option<Uuid>>("made_by")?.map(PersonId::from_uuid),
    })
}

/// Stores a version; its standard is there already.
pub(crate) fn add(db: &Db, district: DistrictId, new: &NewProfile<'_>) -> Result<(), StoreError> {
    db.execute(
        statement!("profiles/add.sql"),
        params! {
            ":district_id": district.uuid(),
            ":version": new.reference.version,
            ":standard_id": new.reference.id.uuid(),
            ":body": values::to_json("profile", new.profile)?,
            ":made_by": new.made_by.map(PersonId::uuid),
            ":made_at": new.made_at.get(),
            ":note": new.note,
        },
    )?;
    Ok(())
}

/// Lists the standards that a district's profiles resolved to, newest first.
pub(crate) fn standards(db: &Db, district: DistrictId) -> Result<Vec<Standard>, StoreError> {
    let standards = db.all(
        statement!("profiles/versions.sql"),
        params! { ":district_id": district.uuid() },
        |row| values::from_json("standard", &row.get::<String>("body")?),
    )?;
    Ok(standards)
}
