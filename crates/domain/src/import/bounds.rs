//! Where a district lies, as far as its points or its first register say.

use serde::{Deserialize, Serialize};

use super::cells::Reader;
use super::{ImportRow, PointField};
use crate::Wgs84;

/// A first register says where its district lies from so many rows on.
const FIRST_ROWS_MIN: usize = 5;
/// How far from their middle the rows of a first register may lie, kilometres: the largest
/// districts are three hundred across.
const FIRST_KM: f64 = 150.0;

/// The rectangle that a district lies in, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Bounds {
    /// South-west corner.
    pub south_west: Wgs84,
    /// North-east corner.
    pub north_east: Wgs84,
}

impl Bounds {
    /// Returns the rectangle around places, widened by so many kilometres; none without a place.
    pub fn around(places: impl IntoIterator<Item = Wgs84>, km: f64) -> Option<Self> {
        let mut corners: Option<(f64, f64, f64, f64)> = None;
        for place in places {
            let (lat, lng) = (place.lat(), place.lng());
            corners = Some(match corners {
                None => (lat, lng, lat, lng),
                Some((south, west, north, east)) => {
                    (south.min(lat), west.min(lng), north.max(lat), east.max(lng))
                }
            });
        }
        let (south, west, north, east) = corners?;
        let north_km = 111.0;
        let east_km = north_km * f64::midpoint(south, north).to_radians().cos().max(0.01);
        // A rectangle ends at the antimeridian: no district lies on it.
        let corner =
            |lat: f64, lng: f64| Wgs84::new(lat.clamp(-90.0, 90.0), lng.clamp(-180.0, 180.0));
        Some(Self {
            south_west: corner(south - km / north_km, west - km / east_km).ok()?,
            north_east: corner(north + km / north_km, east + km / east_km).ok()?,
        })
    }

    /// Returns where the rows of a first register lie: around their middle, which a few slips of
    /// the pen do not move. None of fewer than five.
    pub(super) fn of_rows(rows: &[ImportRow]) -> Option<Self> {
        let (mut lats, mut lngs): (Vec<f64>, Vec<f64>) = rows
            .iter()
            .filter_map(|row| {
                let mut unheard = Reader::default();
                let lat = unheard.number(PointField::Place, &row.lat, true)?;
                let lng = unheard.number(PointField::Place, &row.lng, true)?;
                Wgs84::new(lat, lng).is_ok().then_some((lat, lng))
            })
            .unzip();
        if lats.len() < FIRST_ROWS_MIN {
            return None;
        }
        let middle = |values: &mut [f64]| -> Option<f64> {
            let half = values.len() / 2;
            Some(*values.select_nth_unstable_by(half, f64::total_cmp).1)
        };
        let place = Wgs84::new(middle(&mut lats)?, middle(&mut lngs)?).ok()?;
        Self::around([place], FIRST_KM)
    }

    /// Returns how far a place lies outside, metres; 0 inside.
    pub fn beyond_m(&self, place: Wgs84) -> f64 {
        let nearest = Wgs84::wrapped(
            place
                .lat()
                .clamp(self.south_west.lat(), self.north_east.lat()),
            place
                .lng()
                .clamp(self.south_west.lng(), self.north_east.lng()),
        );
        place.distance_m(nearest)
    }
}
