//! WGS-84 coordinates and the distance between them.

use geo::{Distance, Geodesic, Point as GeoPoint};
use serde::{Deserialize, Serialize};

/// A place as the phone's receiver measured it, in WGS-84 degrees.
///
/// Latitude lies in -90..=90 and longitude in -180..=180; both are finite. Other datums are not
/// representable here and are converted where data comes in or goes out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(try_from = "Degrees", into = "Degrees")]
pub struct Wgs84 {
    lat: f64,
    lng: f64,
}

#[derive(Serialize, Deserialize)]
struct Degrees {
    lat: f64,
    lng: f64,
}

/// A pair of numbers that is no place on Earth.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("latitude {lat} and longitude {lng} are outside -90..=90 and -180..=180")]
pub struct CoordinateError {
    lat: f64,
    lng: f64,
}

impl Wgs84 {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`CoordinateError`] where a number is out of range or not finite.
    pub fn new(lat: f64, lng: f64) -> Result<Self, CoordinateError> {
        // A NaN is in no range, so the two tests refuse it as well.
        if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lng) {
            Ok(Self { lat, lng })
        } else {
            Err(CoordinateError { lat, lng })
        }
    }

    /// Returns the latitude in degrees, north positive.
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Returns the longitude in degrees, east positive.
    pub const fn lng(self) -> f64 {
        self.lng
    }

    /// Measures the geodesic distance to another place, in metres, by Karney's method.
    pub fn distance_m(self, other: Self) -> f64 {
        Geodesic.distance(
            GeoPoint::new(self.lng, self.lat),
            GeoPoint::new(other.lng, other.lat),
        )
    }

    /// Returns a number that orders places near `self` by their distance from it.
    ///
    /// Squared metres on the plane that touches the Earth at `self`. It costs a few
    /// multiplications where [`Self::distance_m`] iterates, and over 100 km the order it gives
    /// differs from the geodesic one only between places whose distances agree to 0.5 %.
    pub fn nearness(self, other: Self) -> f64 {
        const METRES_PER_DEGREE: f64 = 111_320.0;
        let mut d_lng = (other.lng - self.lng).abs();
        if d_lng > 180.0 {
            d_lng = 360.0 - d_lng;
        }
        let mid = ((self.lat + other.lat) / 2.0).to_radians();
        let x = d_lng * METRES_PER_DEGREE * mid.cos();
        let y = (other.lat - self.lat) * METRES_PER_DEGREE;
        x.mul_add(x, y * y)
    }
}

impl TryFrom<Degrees> for Wgs84 {
    type Error = CoordinateError;

    fn try_from(degrees: Degrees) -> Result<Self, Self::Error> {
        Self::new(degrees.lat, degrees.lng)
    }
}

impl From<Wgs84> for Degrees {
    fn from(place: Wgs84) -> Self {
        Self {
            lat: place.lat,
            lng: place.lng,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_degree_of_latitude_at_the_equator_is_110_574_m() {
        let a = Wgs84::new(0.0, 117.0).unwrap();
        let b = Wgs84::new(1.0, 117.0).unwrap();
        assert!(
            (a.distance_m(b) - 110_574.39).abs() < 0.01,
            "{}",
            a.distance_m(b)
        );
    }

    #[test]
    fn places_off_the_globe_are_refused() {
        for (lat, lng) in [
            (90.1, 0.0),
            (0.0, -180.5),
            (f64::NAN, 0.0),
            (0.0, f64::INFINITY),
        ] {
            assert!(Wgs84::new(lat, lng).is_err(), "{lat} {lng}");
        }
        assert!(serde_json::from_str::<Wgs84>(r#"{"lat": 91, "lng": 0}"#).is_err());
    }

    proptest! {
        #[test]
        fn nearness_is_the_squared_distance_to_one_percent(
            lat in -60.0..60.0f64, lng in -180.0..180.0f64,
            d_lat in -0.4..0.4f64, d_lng in -0.4..0.4f64,
        ) {
            let a = Wgs84::new(lat, lng).unwrap();
            let b = Wgs84::new(lat + d_lat, (lng + d_lng).clamp(-180.0, 180.0)).unwrap();
            let exact = a.distance_m(b);
            prop_assert!((a.nearness(b).sqrt() - exact).abs() <= 0.01 * exact + 0.001);
        }
    }
}
