//! Units of a district.

use uuid::Uuid;
use xunfang_domain::{DistrictId, Unit, UnitId};
use xunfang_protocol::UnitSave;

use crate::error::ApiError;
use crate::store::db::Db;
use crate::store::units;

/// Adds a unit, or changes the one that is named.
pub(crate) fn save(
    db: &Db,
    district: DistrictId,
    id: Option<UnitId>,
    save: UnitSave,
) -> Result<Unit, ApiError> {
    let all = units::list(db, district)?;
    if let Some(id) = id
        && !all.iter().any(|unit| unit.id == id)
    {
        return Err(ApiError::NotFound);
    }
    let unit = Unit {
        id: id.unwrap_or_else(|| UnitId::from_uuid(Uuid::now_v7())),
        parent: save.parent,
        level: save.level,
        name: save.name.trim().to_owned(),
    };
    unit.check(&all)?;
    units::put(db, district, &unit)?;
    Ok(unit)
}
