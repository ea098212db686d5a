//! Districts, points and standards: what flows down to phones.

use rusqlite::{Connection, OptionalExtension, named_params};
use xunfang_domain::{District, DistrictId, Point, PointId, Standard, StandardId};

use super::{StoreError, values};

/// Finds a district.
pub(crate) fn district(db: &Connection, id: DistrictId) -> Result<Option<District>, StoreError> {
    let body: Option<String> = db
        .prepare_cached("SELECT body FROM district WHERE district_id = :district_id")?
        .query_row(named_params! { ":district_id": id.uuid() }, |row| {
            row.get("body")
        })
        .optional()?;
    body.map(|body| values::from_json("district", &body))
        .transpose()
}

/// Lists every district, for an administrator of the machine; no request asks this.
pub(crate) fn districts(db: &Connection) -> Result<Vec<District>, StoreError> {
    let mut statement = db.prepare_cached("SELECT body FROM district ORDER BY district_id")?;
    let mut rows = statement.query([])?;
    let mut districts = Vec::new();
    while let Some(row) = rows.next()? {
        let body: String = row.get("body")?;
        districts.push(values::from_json("district", &body)?);
    }
    Ok(districts)
}

/// Stores a district and says whether that changed anything.
pub(crate) fn put_district(db: &Connection, district: &District) -> Result<bool, StoreError> {
    let changed = db
        .prepare_cached(include_str!("reference/put_district.sql"))?
        .execute(named_params! {
            ":district_id": district.id.uuid(),
            ":body": values::to_json("district", district)?,
        })?;
    Ok(changed > 0)
}

/// Lists the points of a district by name.
pub(crate) fn points(db: &Connection, district: DistrictId) -> Result<Vec<Point>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("reference/points.sql"))?;
    let mut rows = statement.query(named_params! { ":district_id": district.uuid() })?;
    let mut points = Vec::new();
    while let Some(row) = rows.next()? {
        let body: String = row.get("body")?;
        points.push(values::from_json("point", &body)?);
    }
    Ok(points)
}

/// Finds a point of a district.
pub(crate) fn point(
    db: &Connection,
    district: DistrictId,
    point: PointId,
) -> Result<Option<Point>, StoreError> {
    let body: Option<String> = db
        .prepare_cached(include_str!("reference/point.sql"))?
        .query_row(
            named_params! { ":district_id": district.uuid(), ":point_id": point.uuid() },
            |row| row.get("body"),
        )
        .optional()?;
    body.map(|body| values::from_json("point", &body))
        .transpose()
}

/// Stores a point and says whether that changed anything.
pub(crate) fn put_point(db: &Connection, point: &Point) -> Result<bool, StoreError> {
    let changed = db
        .prepare_cached(include_str!("reference/put_point.sql"))?
        .execute(named_params! {
            ":district_id": point.district.uuid(),
            ":point_id": point.id.uuid(),
            ":name": point.name,
            ":body": values::to_json("point", point)?,
        })?;
    Ok(changed > 0)
}

/// Finds one version of a standard.
pub(crate) fn standard(
    db: &Connection,
    district: DistrictId,
    standard: StandardId,
    version: u32,
) -> Result<Option<Standard>, StoreError> {
    let body: Option<String> = db
        .prepare_cached(include_str!("reference/standard.sql"))?
        .query_row(
            named_params! {
                ":district_id": district.uuid(),
                ":standard_id": standard.uuid(),
                ":version": version,
            },
            |row| row.get("body"),
        )
        .optional()?;
    body.map(|body| values::from_json("standard", &body))
        .transpose()
}

/// Publishes a version of a standard and says whether it is new; a published one never changes.
pub(crate) fn publish_standard(
    db: &Connection,
    district: DistrictId,
    standard: &Standard,
) -> Result<bool, StoreError> {
    let changed = db
        .prepare_cached(include_str!("reference/publish_standard.sql"))?
        .execute(named_params! {
            ":district_id": district.uuid(),
            ":standard_id": standard.id.uuid(),
            ":version": standard.version,
            ":body": values::to_json("standard", standard)?,
        })?;
    Ok(changed > 0)
}
