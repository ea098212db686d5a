use geo::{GeodesicArea, LineString, Polygon};
use proptest::prelude::*;

use super::*;
use crate::UnixMillis;

fn fix(place: Wgs84, accuracy_m: f64) -> Fix {
    Fix {
        place,
        accuracy_m,
        provider: "gps".into(),
        taken_at: UnixMillis::new(0),
        mock: false,
    }
}

fn place(lat: f64, lng: f64) -> Wgs84 {
    Wgs84::new(lat, lng).unwrap()
}

fn circle(center: Wgs84, radius_m: f64) -> Zone {
    Zone {
        center,
        shape: ZoneShape::Circle { radius_m },
    }
}

/// A polygon whose corners lie at the given directions and distances from its point.
fn star(center: Wgs84, corners: &[(f64, f64)], turned: f64) -> Zone {
    Zone {
        center,
        shape: ZoneShape::Polygon {
            corners: corners
                .iter()
                .map(|(bearing, distance_m)| center.towards(bearing + turned, *distance_m))
                .collect(),
        },
    }
}

fn side(zone: &Zone, at: Wgs84) -> Side {
    zone.standing(&fix(at, 0.0)).side
}

#[test]
fn a_fix_nearer_the_edge_than_its_accuracy_is_unsure() {
    let zone = circle(place(33.48, 117.88), 500.0);
    // 0.0045 degrees of latitude are 499.1 m here.
    for (lat, accuracy_m, side) in [
        (33.48, 10.0, Side::Inside),
        (33.4845, 0.5, Side::Inside),
        (33.4845, 10.0, Side::Unsure),
        (33.4846, 1.0, Side::Outside),
        (33.5, 30.0, Side::Outside),
    ] {
        let standing = zone.standing(&fix(place(lat, 117.88), accuracy_m));
        assert_eq!(standing.side, side, "{lat} ±{accuracy_m}: {standing:?}");
    }
}

#[test]
fn a_polygon_is_left_across_its_nearest_edge() {
    // A street block of 200 by 100 m with its point in the south-west corner.
    let center = place(33.48, 117.88);
    let east = |m: f64| center.towards(90.0, m);
    let zone = Zone {
        center,
        shape: ZoneShape::Polygon {
            corners: vec![
                center,
                east(200.0),
                east(200.0).towards(0.0, 100.0),
                center.towards(0.0, 100.0),
            ],
        },
    };
    assert_eq!(zone.check(), Ok(()));
    assert!(
        (zone.area_m2() - 20_000.0).abs() < 1.0,
        "{}",
        zone.area_m2()
    );
    let inside = zone.standing(&fix(east(100.0).towards(0.0, 20.0), 5.0));
    assert_eq!(inside.side, Side::Inside);
    assert!((inside.to_edge_m - 20.0).abs() < 0.01, "{inside:?}");
    let outside = zone.standing(&fix(east(230.0).towards(0.0, 50.0), 5.0));
    assert_eq!(outside.side, Side::Outside);
    assert!((outside.to_edge_m + 30.0).abs() < 0.01, "{outside:?}");
}

#[test]
fn shapes_that_are_no_zone_are_refused_with_the_reason() {
    let center = place(33.48, 117.88);
    let at = |bearing: f64, m: f64| center.towards(bearing, m);
    let polygon = |corners: Vec<Wgs84>| Zone {
        center,
        shape: ZoneShape::Polygon { corners },
    };
    for radius_m in [9.9, 5_001.0, f64::NAN, -500.0] {
        assert!(
            matches!(
                circle(center, radius_m).check(),
                Err(ZoneError::Distance { .. })
            ),
            "{radius_m}"
        );
    }
    assert_eq!(
        polygon(vec![at(0.0, 100.0), at(90.0, 100.0)]).check(),
        Err(ZoneError::Corners { count: 2 })
    );
    assert_eq!(
        polygon(vec![at(0.0, 100.0), at(90.0, 100.0), at(180.0, 6_000.0)]).check(),
        Err(ZoneError::FarCorner { corner: 2 })
    );
    // A bow tie.
    assert_eq!(
        polygon(vec![
            at(45.0, 100.0),
            at(225.0, 100.0),
            at(135.0, 100.0),
            at(315.0, 100.0)
        ])
        .check(),
        Err(ZoneError::Crossing {
            first: 0,
            second: 2
        })
    );
    assert_eq!(
        polygon(vec![at(0.0, 100.0), at(0.0, 50.0), at(0.0, 20.0)]).check(),
        Err(ZoneError::Flat)
    );
}

#[test]
fn what_is_in_sight_depends_on_the_walk() {
    let center = place(27.75, 115.38);
    let zone = Zone {
        center,
        shape: ZoneShape::WalkVisible {
            walk_m: 400.0,
            sight_m: 50.0,
        },
    };
    // 600 m due east, a fix every 20 m.
    let track: Vec<Wgs84> = (0..=30)
        .map(|step| center.towards(90.0, f64::from(step) * 20.0))
        .collect();
    let seen = |at: Wgs84| zone.walked_standing(&fix(at, 1.0), &track).side;
    assert_eq!(
        seen(center.towards(90.0, 390.0).towards(0.0, 40.0)),
        Side::Inside
    );
    assert_eq!(
        seen(center.towards(90.0, 390.0).towards(0.0, 60.0)),
        Side::Outside
    );
    assert_eq!(seen(center.towards(90.0, 440.0)), Side::Inside);
    // The walk went on, but not within 400 m.
    assert_eq!(seen(center.towards(90.0, 460.0)), Side::Outside);
    // Where nobody walked, it may be in reach and is not in sight.
    let west = center.towards(270.0, 300.0);
    assert_eq!(side(&zone, west), Side::Inside);
    assert_eq!(seen(west), Side::Outside);
    assert_eq!(
        zone.walked_standing(&fix(west, 1.0), &[]).side,
        Side::Outside
    );
}

#[test]
fn a_walk_sees_a_band_and_the_rest_is_left_nearest_first() {
    let center = place(33.48, 117.88);
    let zone = circle(center, 300.0);
    assert_eq!(zone.coverage(&[], 30.0).seen, 0);
    let track: Vec<Wgs84> = (-15..=15)
        .map(|step| center.towards(90.0, f64::from(step) * 20.0))
        .collect();
    let coverage = zone.coverage(&track, 30.0);
    // 600 m of band, 60 m wide, out of a circle of 300 m.
    let expected = 600.0 * 60.0 / (std::f64::consts::PI * 300.0 * 300.0);
    assert!(
        (coverage.share() - expected).abs() < 0.02,
        "{coverage:?}, {expected}"
    );
    let left = zone.left_to_visit(&track, 30.0);
    assert_eq!(
        u32::try_from(left.len()).unwrap(),
        coverage.cells - coverage.seen
    );
    let last = *track.last().unwrap();
    for pair in left.windows(2) {
        assert!(last.distance_m(pair[0]) <= last.distance_m(pair[1]) + 1.0);
    }
    for cell in left {
        let off = center.distance_m(cell);
        assert!(off <= 300.1, "{off}");
    }
}

#[test]
fn two_fixes_far_apart_are_not_joined_by_a_walk_that_nobody_saw() {
    let center = place(33.48, 117.88);
    let zone = circle(center, 300.0);
    let [west, east] = [270.0, 90.0].map(|bearing| center.towards(bearing, 250.0));
    let jumped = zone.coverage(&[west, east], 30.0);
    let apart = zone.coverage(&[west], 30.0).seen + zone.coverage(&[east], 30.0).seen;
    assert_eq!(jumped.seen, apart);
}

proptest! {
    #[test]
    fn a_circle_has_the_area_of_a_circle(
        lat in -70.0..70.0f64, lng in -180.0..180.0f64, radius_m in 100.0..1_000.0f64,
    ) {
        let zone = circle(place(lat, lng), radius_m);
        let exact = std::f64::consts::PI * radius_m * radius_m;
        prop_assert!((zone.area_m2() - exact).abs() / exact < 1e-9);
        // Measured by somebody else, on the ellipsoid, from the outline that is drawn.
        let mut corners: Vec<(f64, f64)> =
            zone.outline().iter().map(|corner| (corner.lng(), corner.lat())).collect();
        // That one wants longitudes without a jump.
        for corner in &mut corners {
            if corner.0 - lng > 180.0 { corner.0 -= 360.0 }
            if corner.0 - lng < -180.0 { corner.0 += 360.0 }
        }
        // And the inside on the left.
        corners.reverse();
        let outline = Polygon::new(LineString::from(corners), vec![]);
        let drawn = outline.geodesic_area_unsigned();
        prop_assert!((drawn - exact).abs() / exact < 0.001, "{drawn} {exact}");
        // And by our own plane, as a polygon.
        let polygon = Zone {
            center: zone.center,
            shape: ZoneShape::Polygon { corners: zone.outline() },
        };
        prop_assert_eq!(polygon.check(), Ok(()));
        prop_assert!((polygon.area_m2() - drawn).abs() / drawn < 1e-5);
    }

    #[test]
    fn a_circle_is_the_same_in_every_direction(
        lat in -70.0..70.0f64, lng in -180.0..180.0f64,
        bearing in 0.0..360.0f64, distance_m in 1.0..1_000.0f64,
    ) {
        let zone = circle(place(lat, lng), 500.0);
        let standing = zone.standing(&fix(zone.center.towards(bearing, distance_m), 0.0));
        // Written down to the centimetre.
        prop_assert!((standing.distance_m - distance_m).abs() < 0.006);
        prop_assert!((standing.to_edge_m - (500.0 - distance_m)).abs() < 0.006);
    }

    #[test]
    fn turning_a_polygon_and_the_place_together_changes_nothing(
        lat in -60.0..60.0f64, lng in -180.0..180.0f64, turned in 0.0..360.0f64,
        reach in prop::collection::vec(100.0..600.0f64, 3..12),
        bearing in 0.0..360.0f64, distance_m in 0.0..700.0f64,
    ) {
        let center = place(lat, lng);
        let step = 360.0 / reach.len() as f64;
        let corners: Vec<(f64, f64)> =
            reach.iter().enumerate().map(|(at, m)| (at as f64 * step, *m)).collect();
        let (as_drawn, as_turned) = (star(center, &corners, 0.0), star(center, &corners, turned));
        prop_assert!(
            (as_drawn.area_m2() - as_turned.area_m2()).abs() / as_drawn.area_m2() < 1e-4
        );
        let before = as_drawn.standing(&fix(center.towards(bearing, distance_m), 0.0));
        let after = as_turned.standing(&fix(center.towards(bearing + turned, distance_m), 0.0));
        prop_assert!((before.to_edge_m - after.to_edge_m).abs() < 0.05, "{before:?} {after:?}");
    }

    #[test]
    fn the_antimeridian_is_no_edge(
        lat in -60.0..60.0f64, off in -0.004..0.004f64,
        bearing in 0.0..360.0f64, distance_m in 1.0..700.0f64,
        reach in prop::collection::vec(100.0..600.0f64, 3..12),
    ) {
        // The same zone here and at the antimeridian.
        let step = 360.0 / reach.len() as f64;
        let corners: Vec<(f64, f64)> =
            reach.iter().enumerate().map(|(at, m)| (at as f64 * step, *m)).collect();
        let wrapped = if off > 0.0 { off - 180.0 } else { 180.0 + off };
        let [here, there] = [100.0 + off, wrapped].map(|lng| place(lat, lng));
        let seen = |center: Wgs84| {
            let zone = star(center, &corners, 0.0);
            let at = center.towards(bearing, distance_m);
            let track: Vec<Wgs84> =
                (0..20).map(|step| center.towards(bearing, f64::from(step) * 20.0)).collect();
            (zone.standing(&fix(at, 0.0)), zone.area_m2(), zone.coverage(&track, 30.0))
        };
        let ((a, a_area, a_seen), (b, b_area, b_seen)) = (seen(here), seen(there));
        prop_assert!((a.to_edge_m - b.to_edge_m).abs() < 0.011, "{a:?} {b:?}");
        prop_assert!((a_area - b_area).abs() < 1.0);
        // A cell exactly at the edge may fall either way.
        prop_assert!(a_seen.cells.abs_diff(b_seen.cells) <= 2);
        prop_assert!(a_seen.seen.abs_diff(b_seen.seen) <= 2);
    }

    #[test]
    fn plane_and_globe_agree_to_a_centimetre(
        lat in -70.0..70.0f64, lng in -180.0..180.0f64,
        bearing in 0.0..360.0f64, distance_m in 0.0..1_000.0f64,
    ) {
        let center = place(lat, lng);
        let at = center.towards(bearing, distance_m);
        let plane = Plane::at(center);
        let spot = plane.spot(at);
        prop_assert!((spot.x.hypot(spot.y) - distance_m).abs() < 0.01, "{spot:?}");
        prop_assert!(plane.place(spot).distance_m(at) < 1e-3);
    }
}
