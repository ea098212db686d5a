//! Places on Earth, one type per coordinate system, so that mixing two does not compile.
//!
//! A phone's receiver measures WGS-84, and that is what is stored and computed with. The other
//! systems exist where data comes in or goes out:
//!
//! - CGCS2000 is the national system. Its ellipsoid differs from WGS-84 by less than 0.2 mm, so a
//!   conversion changes the type and not the numbers.
//! - GCJ-02 shifts places inside China by some 500 m; nearly every Chinese map shows it.
//! - BD-09 shifts GCJ-02 by a further 900 m; Baidu's maps show it.
//!
//! Both shifts are known by the formulas that circulate, which agree with the vendors' own
//! results to 0.7 m. Outside the rectangle around China that those formulas use, all systems
//! have the same numbers.
//!
//! ```compile_fail
//! use xunfang_domain::{Gcj02, Wgs84};
//! let measured = Wgs84::new(33.48, 117.88).unwrap();
//! let from_a_map = Gcj02::new(33.478, 117.885).unwrap();
//! measured.distance_m(from_a_map); // a place of another system: convert it first
//! ```

use serde::{Deserialize, Serialize};

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

macro_rules! coordinate_types {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        ///
        /// Latitude lies in -90..=90 and longitude in -180..=180 degrees; both are finite.
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
        #[serde(try_from = "Degrees", into = "Degrees")]
        pub struct $name {
            lat: f64,
            lng: f64,
        }

        impl $name {
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

            /// Returns a place near a valid one, brought back onto the globe.
            pub(crate) fn wrapped(lat: f64, lng: f64) -> Self {
                Self { lat: lat.clamp(-90.0, 90.0), lng: wrap_degrees(lng) }
            }
        }

        impl TryFrom<Degrees> for $name {
            type Error = CoordinateError;

            fn try_from(degrees: Degrees) -> Result<Self, Self::Error> {
                Self::new(degrees.lat, degrees.lng)
            }
        }

        impl From<$name> for Degrees {
            fn from(place: $name) -> Self {
                Self { lat: place.lat, lng: place.lng }
            }
        }
    )+};
}

coordinate_types! {
    /// A place as a receiver measured it, in WGS-84: what this product stores.
    Wgs84,
    /// A place in CGCS2000, the national system of surveys and registers.
    Cgcs2000,
    /// A place in GCJ-02, as most Chinese maps give it.
    Gcj02,
    /// A place in BD-09, as Baidu's maps give it.
    Bd09,
}

/// Brings a longitude back to -180..=180.
fn wrap_degrees(lng: f64) -> f64 {
    if (-180.0..=180.0).contains(&lng) {
        lng
    } else {
        (lng + 180.0).rem_euclid(360.0) - 180.0
    }
}

/// Which system a file's coordinates are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Datum {
    /// What receivers measure.
    Wgs84,
    /// The national system.
    Cgcs2000,
    /// Most Chinese maps.
    Gcj02,
    /// Baidu's maps.
    Bd09,
}

impl Datum {
    /// Reads two numbers that are declared to be in this system.
    ///
    /// # Errors
    /// [`CoordinateError`] where they are no place on Earth.
    pub fn to_wgs84(self, lat: f64, lng: f64) -> Result<Wgs84, CoordinateError> {
        Ok(match self {
            Self::Wgs84 => Wgs84::new(lat, lng)?,
            Self::Cgcs2000 => Cgcs2000::new(lat, lng)?.into(),
            Self::Gcj02 => Gcj02::new(lat, lng)?.into(),
            Self::Bd09 => Bd09::new(lat, lng)?.into(),
        })
    }

    /// Writes a place as latitude and longitude of this system.
    pub fn from_wgs84(self, place: Wgs84) -> (f64, f64) {
        match self {
            Self::Wgs84 => (place.lat, place.lng),
            Self::Cgcs2000 => (place.lat, place.lng),
            Self::Gcj02 => {
                let shifted = Gcj02::from(place);
                (shifted.lat, shifted.lng)
            }
            Self::Bd09 => {
                let shifted = Bd09::from(Gcj02::from(place));
                (shifted.lat, shifted.lng)
            }
        }
    }
}

/// The rectangle in which the shifts apply, as the widest-used implementations have it: rough at
/// the borders.
const CHINA_LAT: std::ops::RangeInclusive<f64> = 0.8293..=55.8271;
const CHINA_LNG: std::ops::RangeInclusive<f64> = 72.004..=137.8347;

/// Semi-major axis of the ellipsoid in the formulas (Krassovsky 1940), metres.
const AXIS_M: f64 = 6_378_245.0;
/// Its first eccentricity squared.
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;
/// The constant of Baidu's formula. Taking plain pi instead, a known mistake, is 31 m off.
const BAIDU_PI: f64 = std::f64::consts::PI * 3000.0 / 180.0;

/// Rounds of an inverse at most; six suffice everywhere in China.
const ROUNDS_MAX: usize = 12;
/// A round that moves less than this, in degrees, is the last one (0.1 micrometres).
const SETTLED_DEGREES: f64 = 1e-12;

fn in_china(lat: f64, lng: f64) -> bool {
    CHINA_LAT.contains(&lat) && CHINA_LNG.contains(&lng)
}

/// How far GCJ-02 is shifted at a WGS-84 place, in degrees of latitude and longitude.
fn gcj02_shift(lat: f64, lng: f64) -> (f64, f64) {
    use std::f64::consts::PI;
    let (x, y) = (lng - 105.0, lat - 35.0);
    let root = x.abs().sqrt();
    let fine = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let wave = |v: f64, short: f64| 20.0 * (v * PI).sin() + short * (v / 3.0 * PI).sin();
    let north_m = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + fine
        + wave(y, 40.0) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east_m = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + fine
        + wave(x, 40.0) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let (sin, cos) = lat.to_radians().sin_cos();
    let flattened = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
    let meridian_m = AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (flattened * flattened.sqrt());
    let parallel_m = AXIS_M / flattened.sqrt() * cos;
    (
        (north_m / meridian_m).to_degrees(),
        (east_m / parallel_m).to_degrees(),
    )
}

/// How far BD-09 is shifted at a GCJ-02 place, in degrees of latitude and longitude.
fn bd09_shift(lat: f64, lng: f64) -> (f64, f64) {
    let radius = lng.hypot(lat) + 0.000_02 * (lat * BAIDU_PI).sin();
    let angle = lat.atan2(lng) + 0.000_003 * (lng * BAIDU_PI).cos();
    (
        radius * angle.sin() + 0.006 - lat,
        radius * angle.cos() + 0.0065 - lng,
    )
}

/// Undoes a shift: looks for the place that it moves to `lat`, `lng`.
fn unshift(shift: impl Fn(f64, f64) -> (f64, f64), lat: f64, lng: f64) -> (f64, f64) {
    let (mut from_lat, mut from_lng) = (lat, lng);
    for _ in 0..ROUNDS_MAX {
        let (d_lat, d_lng) = shift(from_lat, from_lng);
        let (next_lat, next_lng) = (lat - d_lat, lng - d_lng);
        let moved = (next_lat - from_lat).abs().max((next_lng - from_lng).abs());
        (from_lat, from_lng) = (next_lat, next_lng);
        if moved < SETTLED_DEGREES {
            break;
        }
    }
    (from_lat, from_lng)
}

impl From<Wgs84> for Cgcs2000 {
    fn from(place: Wgs84) -> Self {
        Self::wrapped(place.lat, place.lng)
    }
}

impl From<Cgcs2000> for Wgs84 {
    fn from(place: Cgcs2000) -> Self {
        Self::wrapped(place.lat, place.lng)
    }
}

impl From<Wgs84> for Gcj02 {
    fn from(Wgs84 { lat, lng }: Wgs84) -> Self {
        if !in_china(lat, lng) {
            return Self { lat, lng };
        }
        let (d_lat, d_lng) = gcj02_shift(lat, lng);
        Self::wrapped(lat + d_lat, lng + d_lng)
    }
}

impl From<Gcj02> for Wgs84 {
    /// By iteration, to less than a millimetre. Within 700 m of the rectangle's edge a place
    /// outside may be read as one inside, because both have the same GCJ-02 numbers.
    fn from(Gcj02 { lat, lng }: Gcj02) -> Self {
        let (from_lat, from_lng) = unshift(gcj02_shift, lat, lng);
        if in_china(from_lat, from_lng) {
            Self::wrapped(from_lat, from_lng)
        } else {
            Self { lat, lng }
        }
    }
}

impl From<Gcj02> for Bd09 {
    fn from(Gcj02 { lat, lng }: Gcj02) -> Self {
        if !in_china(lat, lng) {
            return Self { lat, lng };
        }
        let (d_lat, d_lng) = bd09_shift(lat, lng);
        Self::wrapped(lat + d_lat, lng + d_lng)
    }
}

impl From<Bd09> for Gcj02 {
    /// By iteration, as from GCJ-02 to WGS-84.
    fn from(Bd09 { lat, lng }: Bd09) -> Self {
        let (from_lat, from_lng) = unshift(bd09_shift, lat, lng);
        if in_china(from_lat, from_lng) {
            Self::wrapped(from_lat, from_lng)
        } else {
            Self { lat, lng }
        }
    }
}

impl From<Bd09> for Wgs84 {
    fn from(place: Bd09) -> Self {
        Gcj02::from(place).into()
    }
}

impl From<Wgs84> for Bd09 {
    fn from(place: Wgs84) -> Self {
        Gcj02::from(place).into()
    }
}

#[cfg(test)]
#[path = "coordinate/coordinate_tests.rs"]
mod tests;
