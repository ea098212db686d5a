//! Units, and which point belongs to which.

use uuid::Uuid;
use xunfang_domain::{DistrictId, Place, Point, PointId, Unit, UnitId, UnitLevel};

use super::StoreError;
use super::db::{Db, params, statement};

/// Lists the units of a district by name.
pub(crate) fn list(db: &Db, district: DistrictId) -> Result<Vec<Unit>, StoreError> {
    db.all(
        statement!("units/list.sql"),
        params! { ":district_id": district.uuid() },
        |row| {
            let level: String = row.get("level")?;
            Ok(Unit {
                id: UnitId::from_uuid(row.get("unit_id")?),
                parent: row.get::<Option<Uuid>>("parent_id")?.map(UnitId::from_uuid),
                level: UnitLevel::named(&level).ok_or_else(|| StoreError::Value {
                    what: "level of a unit",
                    reason: format!("{level} is none"),
                })?,
                name: row.get("name")?,
            })
        },
    )
}

/// Adds a unit, or changes it.
pub(crate) fn put(db: &Db, district: DistrictId, unit: &Unit) -> Result<(), StoreError> {
    db.execute(
        statement!("units/put.sql"),
        params! {
            ":district_id": district.uuid(),
            ":unit_id": unit.id.uuid(),
            ":parent_id": unit.parent.map(UnitId::uuid),
            ":level": *unit.level.word(),
            ":name": unit.name,
        },
    )?;
    Ok(())
}

/// Says whether a unit is one of the district.
pub(crate) fn is_one(db: &Db, district: DistrictId, unit: UnitId) -> Result<bool, StoreError> {
    db.only(
        statement!("units/is_one.sql"),
        params! { ":district_id": district.uuid(), ":unit_id": unit.uuid() },
        |row| row.get("known"),
    )
}

/// Notes which units points belong to, as the points themselves say.
pub(crate) fn put_points(
    db: &Db,
    district: DistrictId,
    points: &[Point],
) -> Result<(), StoreError> {
    let district_id = district.uuid();
    let ids: Vec<(Uuid, Option<Uuid>)> = points
        .iter()
        .map(|point| (point.id.uuid(), point.unit_id.map(UnitId::uuid)))
        .collect();
    let belonging = ids.iter().filter(|(_, unit)| unit.is_some());
    let rows = belonging.map(|(point, unit)| {
        params! { ":district_id": district_id, ":point_id": *point, ":unit_id": *unit }.to_vec()
    });
    db.execute_each(statement!("units/put_point.sql"), rows)?;
    let free = ids.iter().filter(|(_, unit)| unit.is_none());
    let rows = free
        .map(|(point, _)| params! { ":district_id": district_id, ":point_id": *point }.to_vec());
    db.execute_each(statement!("units/take_point.sql"), rows)?;
    Ok(())
}

/// Says where a point's records belong.
pub(crate) fn place(db: &Db, district: DistrictId, point: PointId) -> Result<Place, StoreError> {
    let units = db.all(
        statement!("units/above_point.sql"),
        params! { ":district_id": district.uuid(), ":point_id": point.uuid() },
        |row| Ok(UnitId::from_uuid(row.get("unit_id")?)),
    )?;
    Ok(Place { point, units })
}
