//! One point written down by hand, by the rules of a row.

use super::*;
use crate::ZoneError;

fn edit() -> PointEdit {
    PointEdit {
        unit_id: None,
        number: " Ｐ９ ".into(),
        name: "北关农贸市场(东区)".into(),
        kind: PointType::FarmersMarket,
        unit: "城管局".into(),
        place: Some(PlaceEdit {
            datum: Datum::Wgs84,
            lat: 33.52,
            lng: 117.92,
        }),
        zone: None,
        retired: false,
    }
}

fn write(
    edit: &PointEdit,
    existing: Option<&Point>,
    points: &[Point],
) -> Result<Point, Vec<RowRefusal>> {
    let walk = ZoneShape::WalkVisible {
        walk_m: 400.0,
        sight_m: 50.0,
    };
    let new = point(77, "", place(1.0, 1.0));
    let against = Against {
        points,
        bounds: Bounds::around([place(33.4, 117.8), place(33.6, 118.0)], 20.0),
        datum: Datum::Wgs84,
        radius_m: 450.0,
        kind: &kind,
    };
    write_point(edit, existing, (new.district, new.id), &walk, against)
}

#[test]
fn a_new_point_is_read_as_a_row_would_be_and_follows_the_district() {
    let made = write(&edit(), None, &[]).unwrap();
    assert_eq!(
        (made.number.as_str(), made.name.as_str()),
        ("P9", "北关农贸市场（东区）")
    );
    assert_eq!((made.radius_m, made.own_zone), (450.0, false));
    assert!(matches!(made.shape, Some(ZoneShape::WalkVisible { .. })));
    let own = PointEdit {
        zone: Some(ZoneShape::Circle { radius_m: 300.0 }),
        ..edit()
    };
    let made = write(&own, None, &[]).unwrap();
    assert_eq!(
        (made.radius_m, made.own_zone, &made.shape),
        (300.0, true, &None)
    );
    assert_eq!(made.zone_of_its_own(), own.zone);
}

#[test]
fn what_is_wrong_is_said_field_by_field() {
    let there = point(1, "东关农贸市场", place(33.5, 117.9));
    let cases: [(PointEdit, RowRefusal); 8] = [
        (
            PointEdit {
                name: " ".into(),
                ..edit()
            },
            RowRefusal::Missing {
                field: PointField::Name,
            },
        ),
        (
            PointEdit {
                kind: PointType::Material,
                ..edit()
            },
            RowRefusal::Missing {
                field: PointField::Kind,
            },
        ),
        (
            PointEdit {
                place: None,
                ..edit()
            },
            RowRefusal::Missing {
                field: PointField::Place,
            },
        ),
        (
            PointEdit {
                place: Some(PlaceEdit {
                    datum: Datum::Wgs84,
                    lat: 117.92,
                    lng: 33.52,
                }),
                ..edit()
            },
            RowRefusal::Swapped,
        ),
        (
            PointEdit {
                place: Some(PlaceEdit {
                    datum: Datum::Gcj02,
                    lat: 0.0,
                    lng: 0.0,
                }),
                ..edit()
            },
            RowRefusal::NoPlace,
        ),
        (
            PointEdit {
                number: "P1".into(),
                ..edit()
            },
            RowRefusal::NumberTaken {
                name: there.name.clone(),
            },
        ),
        (
            PointEdit {
                zone: Some(ZoneShape::Circle { radius_m: 5.0 }),
                ..edit()
            },
            RowRefusal::Zone {
                error: ZoneError::Distance {
                    value: 5.0,
                    min: 10.0,
                    max: 5_000.0,
                },
            },
        ),
        (
            PointEdit {
                zone: Some(ZoneShape::Polygon {
                    corners: vec![place(33.52, 117.92)],
                }),
                ..edit()
            },
            RowRefusal::Zone {
                error: ZoneError::Corners { count: 1 },
            },
        ),
    ];
    for (edit, reason) in cases {
        assert_eq!(
            write(&edit, None, std::slice::from_ref(&there)),
            Err(vec![reason])
        );
    }
    let beside = PointEdit {
        name: "东关市场".into(),
        place: Some(PlaceEdit {
            datum: Datum::Wgs84,
            lat: 33.500_1,
            lng: 117.9,
        }),
        ..edit()
    };
    let refused = write(&beside, None, std::slice::from_ref(&there)).unwrap_err();
    assert!(matches!(
        &refused[..],
        [RowRefusal::Duplicate { line: None, .. }]
    ));
}

#[test]
fn a_change_keeps_what_it_does_not_name() {
    let there = Point {
        sample: true,
        ..point(1, "东关农贸市场", place(33.5, 117.9))
    };
    let twin = point(2, "东关市场", place(33.500_1, 117.9));
    let renamed = PointEdit {
        number: "P1".into(),
        name: there.name.clone(),
        unit: "市场监管局".into(),
        place: None,
        ..edit()
    };
    // The twin was there before; a change of the unit does not ask again.
    let made = write(&renamed, Some(&there), &[there.clone(), twin.clone()]).unwrap();
    assert_eq!(
        (made.id, made.place, made.sample),
        (there.id, there.place, true)
    );
    assert_eq!(made.unit, "市场监管局");
    let retired = PointEdit {
        retired: true,
        name: "东关菜市场".into(),
        ..renamed
    };
    assert!(
        write(&retired, Some(&there), &[there.clone(), twin.clone()])
            .unwrap()
            .retired
    );
    // To come back it is asked again.
    let back = PointEdit {
        retired: false,
        ..retired
    };
    let gone = Point {
        retired: true,
        ..there
    };
    assert!(write(&back, Some(&gone), &[gone.clone(), twin]).is_err());
}
