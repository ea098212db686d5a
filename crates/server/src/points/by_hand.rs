//! One point, written down or changed by hand.

use crate::store::db::Db;
use uuid::Uuid;
use xunfang_domain::{Against, Bounds, Datum, DistrictId, Point, PointId, RowRefusal, write_point};
use xunfang_protocol::PointSave;

use super::import::BEYOND_POINTS_KM;
use super::put;
use crate::error::ApiError;
use crate::standards::district_zone;
use crate::store::{reference, units};

/// Changes a point, or makes a new one where no `id` is given. Nothing changes where somebody
/// else changed it since the administrator looked.
pub(crate) fn save(
    db: &Db,
    district: DistrictId,
    id: Option<PointId>,
    save: &PointSave,
) -> Result<Point, ApiError> {
    let stored = reference::district(db, district)?.ok_or(ApiError::NotFound)?;
    let existing = match id {
        Some(id) => Some(reference::point(db, district, id)?.ok_or(ApiError::NotFound)?),
        None => None,
    };
    let points = reference::points(db, district)?;
    let zone = district_zone(db, &stored)?;
    let new = (district, PointId::from_uuid(Uuid::now_v7()));
    let against = Against {
        points: &points,
        bounds: Bounds::around(points.iter().map(|point| point.place), BEYOND_POINTS_KM),
        datum: Datum::Wgs84,
        radius_m: stored.zone_radius_m,
        kind: &|_| None,
    };
    let point = write_point(&save.point, existing.as_ref(), new, &zone, against);
    if existing != save.seen {
        // The answer to this very save may have been lost on its way; it is given again.
        return match (point, existing) {
            (Ok(point), Some(existing)) if point == existing => Ok(existing),
            _ => Err(ApiError::PointMovedOn),
        };
    }
    let mut reasons = point.as_ref().err().cloned().unwrap_or_default();
    if let Some(unit) = save.point.unit_id
        && !units::is_one(db, district, unit)?
    {
        reasons.push(RowRefusal::UnitUnknown);
    }
    let point = match point {
        Ok(point) if reasons.is_empty() => point,
        _ => return Err(ApiError::PointInvalid(reasons)),
    };
    put(db, point.district, vec![point.clone()])?;
    Ok(point)
}
