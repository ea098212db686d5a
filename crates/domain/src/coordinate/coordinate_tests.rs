//! The vectors are results that open-source libraries publish in their own tests, and pairs of
//! ten cities; see `vectors.json` beside this file.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Vectors {
    pairs: Vec<Pair>,
}

/// The same place in two systems, with what the two may differ by.
#[derive(Deserialize)]
struct Pair {
    from: Datum,
    to: Datum,
    /// Latitude and longitude.
    place: (f64, f64),
    expected: (f64, f64),
    within_m: f64,
}

fn convert(from: Datum, to: Datum, (lat, lng): (f64, f64)) -> (f64, f64) {
    to.from_wgs84(from.to_wgs84(lat, lng).unwrap())
}

/// Metres between two pairs of numbers of one system.
fn apart_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let place = |(lat, lng)| Wgs84::new(lat, lng).unwrap();
    place(a).distance_m(place(b))
}

#[test]
fn published_vectors_are_met_both_ways() {
    let vectors: Vectors = serde_json::from_str(include_str!("vectors.json")).unwrap();
    assert!(vectors.pairs.len() >= 30, "{}", vectors.pairs.len());
    for pair in vectors.pairs {
        for (from, to, place, expected) in [
            (pair.from, pair.to, pair.place, pair.expected),
            (pair.to, pair.from, pair.expected, pair.place),
        ] {
            let off = apart_m(convert(from, to, place), expected);
            assert!(
                off <= pair.within_m,
                "{from:?} {place:?} to {to:?}: {off} m from {expected:?}"
            );
        }
    }
}

#[test]
fn outside_china_nothing_is_shifted() {
    for place in [
        (35.68, 139.69),  // Tokyo
        (1.35, 71.9),     // west of the rectangle
        (48.85, 2.35),    // Paris
        (-33.87, 151.21), // Sydney
        (40.71, -74.0),   // New York
        (0.0, 180.0),
        (90.0, -180.0),
    ] {
        for to in [Datum::Cgcs2000, Datum::Gcj02, Datum::Bd09] {
            assert_eq!(convert(Datum::Wgs84, to, place), place);
            assert_eq!(convert(to, Datum::Wgs84, place), place);
        }
    }
}

#[test]
fn plain_pi_in_the_formula_of_baidu_would_be_noticed() {
    let place = Gcj02::new(39.915, 116.404).unwrap();
    let right = Bd09::from(place);
    let radius = 116.404_f64.hypot(39.915) + 0.000_02 * (39.915 * std::f64::consts::PI).sin();
    let angle = 39.915_f64.atan2(116.404) + 0.000_003 * (116.404 * std::f64::consts::PI).cos();
    let wrong = (radius * angle.sin() + 0.006, radius * angle.cos() + 0.0065);
    let off = apart_m(wrong, (right.lat(), right.lng()));
    assert!(off > 10.0, "{off} m");
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
        for datum in [Datum::Wgs84, Datum::Cgcs2000, Datum::Gcj02, Datum::Bd09] {
            assert!(datum.to_wgs84(lat, lng).is_err(), "{datum:?} {lat} {lng}");
        }
    }
    assert!(serde_json::from_str::<Wgs84>(r#"{"lat": 91, "lng": 0}"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_round_trip_inside_china_comes_back_to_a_millimetre(
        lat in 0.84..55.82f64, lng in 72.02..137.82f64,
    ) {
        for datum in [Datum::Cgcs2000, Datum::Gcj02, Datum::Bd09] {
            let there = convert(Datum::Wgs84, datum, (lat, lng));
            let back = convert(datum, Datum::Wgs84, there);
            prop_assert!(apart_m(back, (lat, lng)) <= 0.001, "{datum:?} {back:?}");
        }
    }

    #[test]
    fn a_place_well_outside_china_stays_where_it_is(
        lat in -90.0..90.0f64, lng in -180.0..180.0f64,
    ) {
        // 0.02 degrees are 2 km, more than any shift.
        prop_assume!(
            !(0.8093..=55.8471).contains(&lat) || !(71.984..=137.8547).contains(&lng)
        );
        for datum in [Datum::Gcj02, Datum::Bd09] {
            prop_assert_eq!(convert(Datum::Wgs84, datum, (lat, lng)), (lat, lng));
            prop_assert_eq!(convert(datum, Datum::Wgs84, (lat, lng)), (lat, lng));
        }
    }

    #[test]
    fn a_shift_in_china_is_of_the_known_size(lat in 18.0..53.0f64, lng in 75.0..134.0f64) {
        let gcj = convert(Datum::Wgs84, Datum::Gcj02, (lat, lng));
        prop_assert!(apart_m(gcj, (lat, lng)) < 1200.0);
        let bd = convert(Datum::Gcj02, Datum::Bd09, gcj);
        prop_assert!((500.0..1300.0).contains(&apart_m(bd, gcj)), "{}", apart_m(bd, gcj));
    }
}
