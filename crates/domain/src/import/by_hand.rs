//! A point as an administrator writes it down by hand, under the rules of a register.

use serde::{Deserialize, Serialize};

use super::cells::{Reader, plain_name};
use super::{Against, Cell, Draft, PointField, RowRefusal, is_where, place, twin};
use crate::{Datum, DistrictId, Nearby, Point, PointId, PointType, UnitId, ZoneShape};

/// Where a point is, in a system that is said.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlaceEdit {
    /// The coordinate system.
    pub datum: Datum,
    /// Latitude in degrees.
    pub lat: f64,
    /// Longitude in degrees.
    pub lng: f64,
}

/// What can be set of a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PointEdit {
    /// 编号; may be empty.
    pub number: String,
    /// 名称
    pub name: String,
    /// 类型
    pub kind: PointType,
    /// 责任单位
    pub unit: String,
    /// The unit of the district's tree that it belongs to; null: none.
    #[serde(default)]
    pub unit_id: Option<UnitId>,
    /// Where it is; null: where it was.
    pub place: Option<PlaceEdit>,
    /// A zone of its own; null: the district's.
    pub zone: Option<ZoneShape>,
    /// Whether it is no longer inspected.
    pub retired: bool,
}

/// Makes a point of what was written: a changed one, or a new one under a new id.
///
/// # Errors
/// Every reason for which it cannot be taken.
pub fn write_point(
    edit: &PointEdit,
    existing: Option<&Point>,
    new: (DistrictId, PointId),
    district_zone: &ZoneShape,
    against: Against<'_>,
) -> Result<Point, Vec<RowRefusal>> {
    let mut reader = Reader::default();
    let mut text = |field, text: &str, needed| {
        let cell = match text.trim() {
            "" => Cell::Empty,
            text => Cell::Text(text.to_owned()),
        };
        reader.text(field, &cell, needed)
    };
    let number = text(PointField::Number, &edit.number, false);
    let name = plain_name(&text(PointField::Name, &edit.name, true));
    let unit = text(PointField::Unit, &edit.unit, true);
    let known_kind = edit.kind.is_place() && edit.kind != PointType::Other;
    if !known_kind && existing.is_none_or(|point| point.kind != edit.kind) {
        let field = PointField::Kind;
        reader.reasons.push(RowRefusal::Missing { field });
    }
    let at = match (edit.place, existing) {
        (Some(given), _) => place(
            given.lat,
            given.lng,
            given.datum,
            against.bounds,
            &mut reader,
        ),
        (None, Some(point)) => Some(point.place),
        (None, None) => {
            let field = PointField::Place;
            reader.reasons.push(RowRefusal::Missing { field });
            None
        }
    };
    let Reader { mut reasons } = reader;
    let id = existing.map_or(new.1, |point| point.id);
    let others = || against.points.iter().filter(|point| point.id != id);
    let taken = others().find(|point| !number.is_empty() && point.number == number);
    reasons.extend(taken.map(|point| RowRefusal::NumberTaken {
        name: point.name.clone(),
    }));
    let Some(at) = at else {
        return Err(reasons);
    };
    let draft = Draft {
        existing: Some(id),
        number,
        name,
        kind: edit.kind,
        place: at,
        unit,
        radius_m: None,
        keeps_zone: false,
    };
    // What was taken for another one when it came is not asked again for a change of its unit.
    let as_it_was = existing.is_some_and(|point| {
        is_where(point, at) && plain_name(&point.name) == draft.name && !point.retired
    });
    if !edit.retired && !as_it_was {
        let near = Nearby::new(others().map(|point| (point.place, point)));
        reasons.extend(twin(&near, &draft));
    }
    let point = Point {
        id,
        district: existing.map_or(new.0, |point| point.district),
        number: draft.number,
        name: draft.name,
        unit: draft.unit,
        unit_id: edit.unit_id,
        kind: draft.kind,
        place: at,
        radius_m: 0.0,
        shape: None,
        own_zone: false,
        sample: existing.is_some_and(|point| point.sample && is_where(point, at)),
        retired: edit.retired,
    }
    .with_zone(edit.zone.clone(), district_zone);
    if let Err(error) = point.zone().check() {
        reasons.push(RowRefusal::Zone { error });
    }
    if reasons.is_empty() {
        Ok(point)
    } else {
        Err(reasons)
    }
}
