use super::*;
use crate::{DistrictId, PointId, ZoneShape};

#[path = "by_hand_tests.rs"]
mod by_hand;

fn kind(text: &str) -> Option<PointType> {
    match text {
        "农贸市场" => Some(PointType::FarmersMarket),
        "学校" => Some(PointType::School),
        _ => None,
    }
}

fn place(lat: f64, lng: f64) -> Wgs84 {
    Wgs84::new(lat, lng).unwrap()
}

fn point(number: u128, name: &str, at: Wgs84) -> Point {
    Point {
        id: PointId::from_uuid(uuid::Uuid::from_u128(number)),
        district: DistrictId::from_uuid(uuid::Uuid::from_u128(9)),
        number: format!("P{number}"),
        name: name.into(),
        unit: "城管局".into(),
        kind: PointType::FarmersMarket,
        place: at,
        radius_m: 500.0,
        shape: None,
        unit_id: None,
        own_zone: false,
        sample: false,
        retired: false,
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn row(line: u32, name: &str, lat: f64, lng: f64) -> ImportRow {
    ImportRow {
        line,
        name: text(name),
        kind: text("农贸市场"),
        lat: Cell::Number(lat),
        lng: Cell::Number(lng),
        unit: text("城管局"),
        ..ImportRow::default()
    }
}

fn plan(rows: &[ImportRow], points: &[Point], datum: Datum) -> ImportPlan {
    let bounds = Bounds::around([place(33.4, 117.8), place(33.6, 118.0)], 20.0);
    plan_import(
        rows,
        Against {
            points,
            bounds,
            datum,
            radius_m: 500.0,
            kind: &kind,
        },
    )
}

fn reasons(row: ImportRow) -> Vec<RowRefusal> {
    let planned = plan(
        &[row],
        &[point(1, "东关农贸市场", place(33.5, 117.9))],
        Datum::Wgs84,
    );
    match &planned.rows[0].fate {
        RowFate::Refused { reasons } => reasons.clone(),
        _ => vec![],
    }
}

#[test]
fn every_row_has_its_fate() {
    let points = [
        point(1, "东关农贸市场", place(33.50, 117.90)),
        point(2, "西关农贸市场", place(33.51, 117.91)),
    ];
    let mut moved = row(3, "西关农贸市场", 33.511, 117.91);
    moved.number = text("P2");
    let mut same = row(2, "东关农贸市场", 33.50, 117.90);
    same.number = text("P1");
    let planned = plan(
        &[same, moved, row(4, "南关农贸市场", 33.52, 117.92)],
        &points,
        Datum::Wgs84,
    );
    let fates: Vec<&RowFate> = planned.rows.iter().map(|row| &row.fate).collect();
    assert_eq!(
        fates,
        [
            &RowFate::Unchanged,
            &RowFate::Changed {
                fields: vec![PointField::Place]
            },
            &RowFate::New
        ]
    );
    let tally = planned.tally();
    assert_eq!(
        (tally.new, tally.changed, tally.unchanged, tally.refused),
        (1, 1, 1, 0)
    );
    assert_eq!(
        planned.rows[1].point.as_ref().unwrap().existing,
        Some(points[1].id)
    );
}

#[test]
fn a_register_in_another_system_gives_the_same_places() {
    let at = place(33.5, 117.9);
    for datum in [Datum::Gcj02, Datum::Bd09, Datum::Cgcs2000] {
        let (lat, lng) = datum.from_wgs84(at);
        let planned = plan(
            &[row(2, "东关农贸市场", lat, lng)],
            &[point(1, "东关农贸市场", at)],
            datum,
        );
        assert_eq!(planned.rows[0].fate, RowFate::Unchanged, "{datum:?}");
        let kept = &planned.rows[0].point.as_ref().unwrap().number;
        assert_eq!(kept, "P1", "a register without numbers takes none away");
        let there = planned.rows[0].point.as_ref().unwrap().place;
        assert!(there.distance_m(at) < 0.01, "{datum:?}");
        // A column names the system of its row, over that of the file.
        let mut own = row(2, "东关农贸市场", lat, lng);
        own.datum = text(match datum {
            Datum::Gcj02 => "GCJ-02",
            Datum::Bd09 => "ＢＤ－０９",
            _ => "cgcs2000",
        });
        let planned = plan(&[own], &[], Datum::Wgs84);
        assert!(planned.rows[0].point.as_ref().unwrap().place.distance_m(at) < 0.01);
    }
}

#[test]
fn what_is_wrong_is_said_in_all_its_reasons() {
    let good = || row(2, "新村农贸市场", 33.45, 117.85);
    assert_eq!(reasons(good()), []);
    let with = |change: &dyn Fn(&mut ImportRow)| {
        let mut row = good();
        change(&mut row);
        reasons(row)
    };
    use PointField as F;
    use RowRefusal as R;
    assert_eq!(
        with(&|row| {
            row.unit = Cell::Empty;
            row.name = text("　 ");
        }),
        [R::Missing { field: F::Name }, R::Missing { field: F::Unit }]
    );
    assert_eq!(
        with(&|row| row.kind = text("火箭场")),
        [R::KindUnknown {
            text: "火箭场".into()
        }]
    );
    assert_eq!(
        with(&|row| (row.lat, row.lng) = (Cell::Number(117.85), Cell::Number(33.45))),
        [R::Swapped]
    );
    assert!(matches!(
        with(&|row| row.lat = Cell::Number(31.2))[..],
        [R::OutOfDistrict { km }] if (200.0..260.0).contains(&km)
    ));
    assert_eq!(
        with(&|row| (row.lat, row.lng) = (Cell::Number(0.0), Cell::Number(0.0))),
        [R::NoPlace]
    );
    assert_eq!(
        with(&|row| row.lat = text("北纬33度")),
        [R::NoNumber {
            field: F::Place,
            text: "北纬33度".into()
        }]
    );
    assert_eq!(
        with(&|row| row.lng = Cell::Number(f64::NAN)),
        [R::NoNumber {
            field: F::Place,
            text: "NaN".into()
        }]
    );
    assert_eq!(
        with(&|row| row.name = Cell::Date("2026-03-01".into())),
        [R::Missing { field: F::Name }]
            .into_iter()
            .skip(1)
            .chain([R::DateInstead {
                field: F::Name,
                text: "2026-03-01".into()
            }])
            .collect::<Vec<_>>()
    );
    assert_eq!(
        with(&|row| row.unit = Cell::Error("#REF!".into())),
        [R::FormulaError {
            field: F::Unit,
            text: "#REF!".into()
        }]
    );
    assert_eq!(with(&|row| row.merged = true), [R::Merged]);
    assert_eq!(
        with(&|row| row.radius = Cell::Number(6.0)),
        [R::Radius { value: 6.0 }]
    );
    assert_eq!(
        with(&|row| row.datum = text("北京54")),
        [R::DatumUnknown {
            text: "北京54".into()
        }]
    );
    assert_eq!(
        with(&|row| row.name = text(&"长".repeat(101))),
        [R::TooLong { field: F::Name }]
    );
    // Full-width digits are read as what they mean.
    assert_eq!(with(&|row| row.lat = text("３３．４５")), []);
    assert_eq!(with(&|row| row.number = Cell::Number(12.0)), []);
}

#[test]
fn the_same_place_twice_is_refused_with_the_other_one() {
    let there = point(1, "东关农贸市场", place(33.5, 117.9));
    let near = place(33.5, 117.9).towards(90.0, 20.0);
    let far = place(33.5, 117.9).towards(90.0, 40.0);
    let of = |name: &str, at: Wgs84| {
        plan(
            &[row(2, name, at.lat(), at.lng())],
            std::slice::from_ref(&there),
            Datum::Wgs84,
        )
        .rows
        .remove(0)
        .fate
    };
    assert!(matches!(
        &of("东关市场", near),
        RowFate::Refused { reasons } if matches!(&reasons[..],
            [RowRefusal::Duplicate { name, line: None, distance_m }]
                if name == "东关农贸市场" && (19.0..21.0).contains(distance_m))
    ));
    assert_eq!(of("东关市场", far), RowFate::New);
    assert_eq!(of("实验小学", near), RowFate::New);
    // And among the rows of one file.
    let rows = [
        row(2, "南关农贸市场", 33.52, 117.92),
        row(3, "南关农贸市场东区", 33.520_1, 117.92),
    ];
    let planned = plan(&rows, &[], Datum::Wgs84);
    assert!(matches!(
        &planned.rows[1].fate,
        RowFate::Refused { reasons } if matches!(&reasons[..], [RowRefusal::Duplicate { line: Some(2), .. }])
    ));
    // A number that two rows have belongs to neither for certain.
    let mut twice = [row(2, "甲", 33.52, 117.92), row(3, "乙", 33.53, 117.93)];
    for row in &mut twice {
        row.number = text("K1");
    }
    let planned = plan(&twice, &[], Datum::Wgs84);
    assert_eq!(
        planned.rows[1].fate,
        RowFate::Refused {
            reasons: vec![RowRefusal::NumberTwice { line: 2 }]
        }
    );
}

#[test]
fn a_first_register_says_where_its_district_lies() {
    let mut rows: Vec<ImportRow> = (0..8_u32)
        .map(|n| {
            row(
                n + 2,
                &format!("第{n}农贸市场"),
                33.4 + f64::from(n) * 0.01,
                117.9,
            )
        })
        .collect();
    rows[3].lng = Cell::Number(179.95);
    rows[5].lat = Cell::Number(117.9);
    rows[5].lng = Cell::Number(33.45);
    let against = Against {
        points: &[],
        bounds: None,
        datum: Datum::Wgs84,
        radius_m: 500.0,
        kind: &kind,
    };
    let planned = plan_import(&rows, against);
    assert_eq!(planned.tally().new, 6);
    assert!(matches!(
        &planned.rows[3].fate,
        RowFate::Refused { reasons } if matches!(&reasons[..], [RowRefusal::OutOfDistrict { km }] if *km > 5_000.0)
    ));
    assert!(matches!(
        &planned.rows[5].fate,
        RowFate::Refused { reasons } if reasons[..] == [RowRefusal::Swapped]
    ));
    // One that lies at the antimeridian all the same leaves the others to be imported.
    let there = [place(33.45, 117.9), place(33.45, 179.95)];
    let bounds = Bounds::around(there, 20.0).unwrap();
    assert_eq!(bounds.beyond_m(place(33.5, 118.0)), 0.0);
    assert!(bounds.beyond_m(place(34.5, 118.0)) > 50_000.0);
}

#[test]
fn thousands_of_rows_at_one_place_are_told_at_once() {
    let rows: Vec<ImportRow> = (0..20_000_u32)
        .map(|n| {
            let name: String = [0x4e00 + n, 0x4e00 + (n * 7) % 20_000]
                .into_iter()
                .filter_map(char::from_u32)
                .collect();
            row(n + 2, &name, 33.5, 117.9)
        })
        .collect();
    let began = std::time::Instant::now();
    let planned = plan(&rows, &[], Datum::Wgs84);
    assert!(
        began.elapsed() < std::time::Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert!(matches!(
        &planned.rows[19_999].fate,
        RowFate::Refused { reasons } if reasons.contains(&RowRefusal::Crowded { points: 50 })
    ));
}

#[test]
fn a_zone_of_its_own_stays_where_the_register_says_nothing_of_it() {
    let at = place(33.5, 117.9);
    let with = |shape: ZoneShape| {
        let district = ZoneShape::Circle { radius_m: 500.0 };
        point(1, "东关农贸市场", at).with_zone(Some(shape), &district)
    };
    let fate = |point: &Point, row: ImportRow| {
        let mut row = row;
        row.number = text("P1");
        let planned = plan(&[row], std::slice::from_ref(point), Datum::Wgs84);
        planned.rows[0].fate.clone()
    };
    let same = || row(2, "东关农贸市场", 33.5, 117.9);
    let no_column = || ImportRow {
        radius: Cell::NoColumn,
        ..same()
    };
    let circle = with(ZoneShape::Circle { radius_m: 321.0 });
    assert_eq!(fate(&circle, no_column()), RowFate::Unchanged);
    let reset = RowFate::Changed {
        fields: vec![PointField::Radius],
    };
    assert_eq!(
        fate(&circle, same()),
        reset,
        "an empty cell is the district's radius"
    );

    let drawn = with(ZoneShape::Polygon {
        corners: [0.0, 120.0, 240.0]
            .map(|bearing| at.towards(bearing, 200.0))
            .to_vec(),
    });
    assert_eq!(fate(&drawn, no_column()), RowFate::Unchanged);
    assert_eq!(fate(&drawn, same()), RowFate::Unchanged);
    // Its point moves away from under it.
    let away = at.towards(0.0, 6_000.0);
    let moved = row(2, "东关农贸市场", away.lat(), away.lng());
    assert!(matches!(
        fate(&drawn, moved),
        RowFate::Refused { reasons } if matches!(&reasons[..], [RowRefusal::Zone { .. }])
    ));
}

#[test]
fn a_row_that_brings_a_point_back_says_so() {
    let retired = Point {
        retired: true,
        ..point(1, "东关农贸市场", place(33.5, 117.9))
    };
    let mut same = row(2, "东关农贸市场", 33.5, 117.9);
    same.number = text("P1");
    let planned = plan(&[same], &[retired], Datum::Wgs84);
    let back = RowFate::Changed {
        fields: vec![PointField::InUse],
    };
    assert_eq!(planned.rows[0].fate, back);
}

/// A point without a number.
fn unnumbered(number: u128, name: &str, at: Wgs84) -> Point {
    Point {
        number: String::new(),
        ..point(number, name, at)
    }
}

#[test]
fn rows_of_one_name_mean_the_points_that_they_lie_at() {
    let at = place(33.5, 117.9);
    let away = |m: f64| at.towards(90.0, m);
    let points = [
        unnumbered(1, "公厕", at),
        unnumbered(2, "公厕", away(700.0)),
    ];
    let rows: Vec<ImportRow> = [0.0, 700.0, 1_400.0]
        .iter()
        .zip(2..)
        .map(|(m, line)| row(line, "公厕", away(*m).lat(), away(*m).lng()))
        .collect();
    let means = |rows: &[ImportRow], points: &[Point]| -> Vec<(Option<PointId>, RowFate)> {
        plan(rows, points, Datum::Wgs84)
            .rows
            .into_iter()
            .map(|row| (row.point.and_then(|point| point.existing), row.fate))
            .collect()
    };
    let there = [
        (Some(points[0].id), RowFate::Unchanged),
        (Some(points[1].id), RowFate::Unchanged),
        (None, RowFate::New),
    ];
    assert_eq!(means(&rows, &points), there);
    // Whatever the order of the rows and of the points.
    let turned: Vec<ImportRow> = rows.iter().rev().cloned().collect();
    let mut backwards = there.clone();
    backwards.reverse();
    let [first, second] = points.clone();
    assert_eq!(means(&turned, &[second, first]), backwards);
    // One alone that lies within a kilometre was corrected; further off it is another one.
    for (m, known) in [(500.0, true), (1_200.0, false)] {
        let row = row(2, "公厕", away(m).lat(), away(m).lng());
        let found = means(&[row], &points[..1]);
        assert_eq!(found[0].0.is_some(), known, "{m} m");
    }
}

#[test]
fn another_number_is_another_point() {
    let numbered = point(1, "公厕", place(33.5, 117.9));
    let mut other = row(3, "公厕", 33.502, 117.9);
    other.number = text("P2");
    let mut same = row(2, "公厕", 33.5, 117.9);
    same.number = text("P1");
    let planned = plan(&[same, other], &[numbered], Datum::Wgs84);
    assert_eq!(planned.rows[0].fate, RowFate::Unchanged);
    assert_eq!(planned.rows[1].fate, RowFate::New);
}

#[test]
fn a_school_beside_a_market_of_its_name_is_no_duplicate() {
    let near = place(33.5, 117.9).towards(90.0, 10.0);
    let mut school = row(2, "东关学校", near.lat(), near.lng());
    school.kind = text("学校");
    let market = point(1, "东关学校农贸市场", place(33.5, 117.9));
    let planned = plan(&[school], std::slice::from_ref(&market), Datum::Wgs84);
    assert_eq!(planned.rows[0].fate, RowFate::New);
    // Two that stand side by side for long are not refused each time a register comes.
    let twin = point(2, "东关农贸市场", near);
    let mut rows = [
        row(2, "东关学校农贸市场", 33.5, 117.9),
        row(3, "东关农贸市场", near.lat(), near.lng()),
    ];
    rows[0].number = text("P1");
    rows[1].number = text("P2");
    let planned = plan(&rows, &[market, twin], Datum::Wgs84);
    assert_eq!(planned.tally().unchanged, 2);
}
