//! Points, nearest first.
//!
//! Names and places of all points are held in memory: 10,000 of them are 1 MB, and ordering them
//! costs less than asking the database to.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};
use xunfang_domain::{
    DistrictId, PersonId, Point, PointId, PointType, UnixMillis, Wgs84, ZoneShape, spelled_like,
};

use crate::store::id;
use crate::{Store, StoreError};

/// The points of all districts on this device, as the list needs them.
#[derive(Debug, Default)]
pub(crate) struct PointIndex {
    points: Vec<Point>,
}

/// Which points to list.
#[derive(Debug, Clone)]
pub struct PointQuery<'a> {
    /// Of which district.
    pub district: DistrictId,
    /// Whose findings to count.
    pub person: PersonId,
    /// Part of a name, or its pinyin; empty for all.
    pub text: &'a str,
    /// One type, or all.
    pub kind: Option<PointType>,
    /// Order by distance from here; by name where it is unknown.
    pub from: Option<Wgs84>,
    /// Rows to pass over.
    pub offset: usize,
    /// Rows to answer.
    pub limit: usize,
}

/// A page of points.
#[derive(Debug, Clone, PartialEq)]
pub struct PointsFound {
    /// The rows.
    pub hits: Vec<PointHit>,
    /// How many match in all.
    pub total: usize,
    /// How many points there are of each type, whatever was asked for.
    pub types: Vec<(PointType, usize)>,
}

/// One point of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PointHit {
    /// The point.
    pub point: Point,
    /// When the person last recorded a finding there.
    pub last_finding_at: Option<UnixMillis>,
    /// Their findings there that no supervisor has accepted.
    pub open_findings: u32,
}

impl Store {
    /// Reads all points into memory before anybody asks for them.
    ///
    /// # Errors
    /// [`StoreError`] of the database; the next [`Store::points`] tries again.
    pub fn warm_points(&self) -> Result<(), StoreError> {
        self.point_index().map(drop)
    }

    /// Lists points.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn points(&self, query: &PointQuery<'_>) -> Result<PointsFound, StoreError> {
        let index = self.point_index()?;
        let mut types = std::collections::BTreeMap::new();
        let mut matching: Vec<&Point> = Vec::new();
        for point in &index.points {
            if point.district != query.district || point.retired {
                continue;
            }
            *types.entry(point.kind).or_insert(0) += 1;
            let kind_fits = query.kind.is_none_or(|kind| kind == point.kind);
            if kind_fits && spelled_like(&point.name, query.text) {
                matching.push(point);
            }
        }
        let total = matching.len();
        match query.from {
            Some(from) => {
                matching.sort_by_cached_key(|point| Ordered(from.nearness(point.place)));
            }
            None => matching.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id))),
        }
        let page = matching.into_iter().skip(query.offset).take(query.limit);
        let hits = self.read(|db| {
            page.map(|point| {
                let (last_finding_at, open_findings) = findings_at(db, query.person, point.id)?;
                Ok(PointHit {
                    point: point.clone(),
                    last_finding_at,
                    open_findings,
                })
            })
            .collect::<Result<_, StoreError>>()
        })?;
        Ok(PointsFound {
            hits,
            total,
            types: types.into_iter().collect(),
        })
    }

    /// Returns one point.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or one of the database.
    pub fn point(&self, point: PointId) -> Result<Point, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT id, district, name, kind, lat, lng, radius_m, sample, retired, shape,
                        number, unit
                 FROM point WHERE id = ?1",
            )
            .and_then(|mut find| {
                find.query_row(params![point.to_string()], read_point)
                    .optional()
            })
            .map_err(StoreError::sql("read a point"))?
            .ok_or(StoreError::NotFound("point"))
        })
    }

    fn point_index(&self) -> Result<Arc<PointIndex>, StoreError> {
        if let Some(index) = self
            .points
            .read()
            .map_err(|_| StoreError::Poisoned)?
            .as_ref()
        {
            return Ok(Arc::clone(index));
        }
        // Held while reading, so that a change of points waits and then clears what was read.
        let mut slot = self.points.write().map_err(|_| StoreError::Poisoned)?;
        let points = self.read(|db| {
            let read = || {
                db.prepare(
                    "SELECT id, district, name, kind, lat, lng, radius_m, sample, retired, shape,
                        number, unit
                     FROM point",
                )?
                .query_map([], read_point)?
                .collect::<rusqlite::Result<_>>()
            };
            read().map_err(StoreError::sql("read the points"))
        })?;
        let index = Arc::new(PointIndex { points });
        *slot = Some(Arc::clone(&index));
        Ok(index)
    }
}

/// A distance as a sort key.
#[derive(PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

fn findings_at(
    db: &Connection,
    person: PersonId,
    point: PointId,
) -> Result<(Option<UnixMillis>, u32), StoreError> {
    let read = || {
        db.prepare_cached(
            "SELECT max(found_at) AS last,
                    count(*) FILTER (WHERE review_state <> 'accepted') AS open
             FROM finding WHERE person = ?1 AND point = ?2",
        )?
        .query_row(params![person.to_string(), point.to_string()], |row| {
            let last: Option<i64> = row.get("last")?;
            Ok((last.map(UnixMillis::new), row.get("open")?))
        })
    };
    read().map_err(StoreError::sql("count the findings of a point"))
}

fn read_shape(text: &str) -> rusqlite::Result<ZoneShape> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(9, rusqlite::types::Type::Text, Box::new(error))
    })
}

fn read_point(row: &Row<'_>) -> rusqlite::Result<Point> {
    let point_id: String = row.get("id")?;
    let district: String = row.get("district")?;
    let kind: String = row.get("kind")?;
    let place = Wgs84::new(row.get("lat")?, row.get("lng")?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Real, Box::new(error))
    })?;
    let shape: Option<String> = row.get("shape")?;
    Ok(Point {
        id: id(0, &point_id)?,
        district: id(1, &district)?,
        name: row.get("name")?,
        // A kind that is written by a newer version reads as `Other`.
        kind: serde_json::from_value(serde_json::Value::String(kind)).unwrap_or(PointType::Other),
        place,
        radius_m: row.get("radius_m")?,
        shape: shape.as_deref().map(read_shape).transpose()?,
        // What the zone follows is the server's business.
        unit_id: None,
        own_zone: false,
        number: row.get("number")?,
        unit: row.get("unit")?,
        sample: row.get("sample")?,
        retired: row.get("retired")?,
    })
}
