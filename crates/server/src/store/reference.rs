//! Districts, points and standards: what flows down to phones.

use xunfang_domain::{District, DistrictId, Point, PointId, Standard, StandardId};

use super::db::{Db, params, statement};
use super::{StoreError, units, values};

/// Finds a district.
pub(crate) fn district(db: &Db, id: DistrictId) -> Result<Option<District>, StoreError> {
    let body: Option<String> = db.one(
        statement!("reference/district.sql"),
        params! { ":district_id": id.uuid() },
        |row| row.get("body"),
    )?;
    body.map(|body| values::from_json("district", &body))
        .transpose()
}

/// Lists every district, for an administrator of the machine; no request asks this.
pub(crate) fn districts(db: &Db) -> Result<Vec<District>, StoreError> {
    db.all(statement!("reference/districts.sql"), params! {}, |row| {
        let body: String = row.get("body")?;
        values::from_json("district", &body)
    })
}

/// Stores a district and says whether that changed anything.
pub(crate) fn put_district(db: &Db, district: &District) -> Result<bool, StoreError> {
    let changed = db.execute(
        statement!("reference/put_district.sql"),
        params! {
            ":district_id": district.id.uuid(),
            ":body": values::to_json("district", district)?,
        },
    )?;
    Ok(changed > 0)
}

/// Lists the points of a district by name.
pub(crate) fn points(db: &Db, district: DistrictId) -> Result<Vec<Point>, StoreError> {
    let points = db.all(
        statement!("reference/points.sql"),
        params! { ":district_id": district.uuid() },
        |row| {
            let body: String = row.get("body")?;
            values::from_json("point", &body)
        },
    )?;
    Ok(points)
}

/// Finds a point of a district.
pub(crate) fn point(
    db: &Db,
    district: DistrictId,
    point: PointId,
) -> Result<Option<Point>, StoreError> {
    let body: Option<String> = db.one(
        statement!("reference/point.sql"),
        params! { ":district_id": district.uuid(), ":point_id": point.uuid() },
        |row| row.get("body"),
    )?;
    body.map(|body| values::from_json("point", &body))
        .transpose()
}

/// Stores points of a district, and returns those by which that changed anything.
pub(crate) fn put_points(
    db: &Db,
    district: DistrictId,
    points: Vec<Point>,
) -> Result<Vec<Point>, StoreError> {
    let district_id = district.uuid();
    let bodies = points
        .iter()
        .map(|point| Ok((point.id.uuid(), values::to_json("point", point)?)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    let rows = points.iter().zip(&bodies).map(|(point, (id, body))| {
        params! {
            ":district_id": district_id,
            ":point_id": *id,
            ":name": point.name,
            ":body": *body,
        }
        .to_vec()
    });
    let changed = db.execute_each(statement!("reference/put_point.sql"), rows)?;
    let points = points.into_iter().zip(changed);
    let points = points.filter(|(_, changed)| *changed > 0);
    let points: Vec<Point> = points.map(|(point, _)| point).collect();
    units::put_points(db, district, &points)?;
    Ok(points)
}

/// Finds one version of a standard.
pub(crate) fn standard(
    db: &Db,
    district: DistrictId,
    standard: StandardId,
    version: u32,
) -> Result<Option<Standard>, StoreError> {
    let body: Option<String> = db.one(
        statement!("reference/standard.sql"),
        params! {
            ":district_id": district.uuid(),
            ":standard_id": standard.uuid(),
            ":version": version,
        },
        |row| row.get("body"),
    )?;
    body.map(|body| values::from_json("standard", &body))
        .transpose()
}

/// Publishes a version of a standard and says whether it is new; a published one never changes.
pub(crate) fn publish_standard(
    db: &Db,
    district: DistrictId,
    standard: &Standard,
) -> Result<bool, StoreError> {
    let changed = db.execute(
        statement!("reference/publish_standard.sql"),
        params! {
            ":district_id": district.uuid(),
            ":standard_id": standard.id.uuid(),
            ":version": standard.version,
            ":body": values::to_json("standard", standard)?,
        },
    )?;
    Ok(changed > 0)
}
