use rust_xlsxwriter::{ExcelDateTime, Workbook, Worksheet};
use uuid::Uuid;
use xunfang_domain::{
    Against, Cell, Datum, DistrictId, ImportRow, Point, PointField, PointId, PointType, RowFate,
    Wgs84, plan_import,
};

use super::*;

fn kind(text: &str) -> Option<PointType> {
    match text {
        "农贸市场" => Some(PointType::FarmersMarket),
        "学校" => Some(PointType::School),
        _ => None,
    }
}

fn kind_name(kind: PointType) -> String {
    match kind {
        PointType::School => "学校".to_owned(),
        _ => "农贸市场".to_owned(),
    }
}

fn points() -> Vec<Point> {
    (1..=20_u32)
        .map(|number| Point {
            id: PointId::from_uuid(Uuid::from_u128(number.into())),
            district: DistrictId::from_uuid(Uuid::from_u128(99)),
            number: if number % 3 == 0 {
                String::new()
            } else {
                format!("0{number}")
            },
            name: format!("第{number}市场（东）, \"甲\""),
            unit: "城管局；一分局".into(),
            kind: if number % 2 == 0 {
                PointType::School
            } else {
                PointType::FarmersMarket
            },
            place: Wgs84::new(33.4 + f64::from(number) * 0.01, 117.8).unwrap(),
            radius_m: if number == 5 { 321.0 } else { 500.0 },
            shape: None,
            unit_id: None,
            own_zone: number == 5,
            sample: false,
            retired: false,
        })
        .collect()
}

fn fates(rows: &[ImportRow], points: &[Point], datum: Datum) -> Vec<RowFate> {
    let against = Against {
        points,
        bounds: None,
        datum,
        radius_m: 500.0,
        kind: &kind,
    };
    let plan = plan_import(rows, against);
    plan.rows.into_iter().map(|row| row.fate).collect()
}

#[test]
fn what_is_written_is_read_back_unchanged() {
    let points = points();
    for format in [Format::Xlsx, Format::Csv, Format::GeoJson] {
        for datum in [Datum::Wgs84, Datum::Cgcs2000, Datum::Gcj02, Datum::Bd09] {
            let file = write_points(format, &points, datum, kind_name).unwrap();
            let table = read_points(format, &file).unwrap();
            assert_eq!(table.rows.len(), points.len(), "{format:?}");
            // The file's own column says which system it is in, whatever is declared.
            for declared in [datum, Datum::Wgs84] {
                let fates = fates(&table.rows, &points, declared);
                let same = fates.iter().all(|fate| *fate == RowFate::Unchanged);
                assert!(same, "{format:?} {datum:?}: {fates:?}");
            }
        }
    }
}

#[test]
fn text_is_read_in_the_encodings_that_are_about() {
    let text = "点位编号,点位名称,类型,经度,纬度,责任单位\n1,东关市场,农贸市场,117.8,33.4,城管局\n";
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let marked = ["\u{feff}", text].concat();
    let semicolons = text.replace(',', ";");
    let dos = text.replace('\n', "\r\n");
    for bytes in [
        text.as_bytes(),
        &gbk,
        marked.as_bytes(),
        semicolons.as_bytes(),
        dos.as_bytes(),
    ] {
        let table = read_points(Format::Csv, bytes).unwrap();
        assert_eq!(table.rows.len(), 1);
        assert_eq!(table.rows[0].name, Cell::Text("东关市场".into()));
        assert_eq!(table.rows[0].line, 2);
    }
    let neither = [text.as_bytes(), b"\xff\xff"].concat();
    assert!(matches!(
        read_points(Format::Csv, &neither),
        Err(ReadError::Encoding)
    ));
}

/// A sheet with a heading above the titles, and one row.
fn sheet(fill: impl Fn(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let titles = [
        "编号",
        "点位名称",
        "类型",
        "经度",
        "纬度",
        "责任单位",
        "备注",
    ];
    sheet.write(0, 0, "泗县点位台账").unwrap();
    for (place, title) in (0_u16..).zip(titles) {
        sheet.write(1, place, title).unwrap();
    }
    for (place, text) in [(1_u16, "东关市场"), (2, "农贸市场"), (5, "城管局")] {
        sheet.write(2, place, text).unwrap();
    }
    sheet.write(2, 3, 117.8).unwrap();
    sheet.write(2, 4, 33.4).unwrap();
    fill(sheet);
    book.save_to_buffer().unwrap()
}

#[test]
fn a_spreadsheet_tells_dates_errors_and_merged_cells_apart() {
    let plain = read_points(Format::Xlsx, &sheet(|_| {})).unwrap();
    assert_eq!(plain.rows[0].line, 3);
    assert_eq!(fates(&plain.rows, &[], Datum::Wgs84), [RowFate::New]);

    let dated = sheet(|sheet| {
        let date = ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
        let as_date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(2, 1, &date, &as_date).unwrap();
    });
    let table = read_points(Format::Xlsx, &dated).unwrap();
    assert!(
        matches!(table.rows[0].name, Cell::Date(_)),
        "{:?}",
        table.rows[0]
    );

    let merged = sheet(|sheet| {
        let format = rust_xlsxwriter::Format::new();
        sheet.merge_range(2, 5, 3, 5, "城管局", &format).unwrap();
        sheet.write(3, 1, "西关市场").unwrap();
    });
    let table = read_points(Format::Xlsx, &merged).unwrap();
    assert_eq!(
        table.rows.iter().map(|row| row.merged).collect::<Vec<_>>(),
        [true, true]
    );

    // Merged across its own row only, as the heading is.
    let heading = sheet(|sheet| {
        let format = rust_xlsxwriter::Format::new();
        sheet
            .merge_range(0, 0, 0, 5, "泗县点位台账", &format)
            .unwrap();
    });
    assert!(!read_points(Format::Xlsx, &heading).unwrap().rows[0].merged);
}

#[test]
fn a_spreadsheet_takes_no_more_memory_than_its_rows() {
    // A stray cell in the last corner: as a table that would be 17 thousand million cells.
    let stray = sheet(|sheet| {
        sheet.write(1_048_575, 16_383, "x").unwrap();
    });
    assert_eq!(read_points(Format::Xlsx, &stray).unwrap().rows.len(), 1);
}

#[test]
fn a_column_that_counts_rows_names_no_points() {
    let text = "序号,编号,名称,类型,经度,纬度,责任单位\n1,A7,东关,学校,117.8,33.4,教育局\n";
    let table = read_points(Format::Csv, text.as_bytes()).unwrap();
    assert_eq!(table.rows[0].number, Cell::Text("A7".into()));
}

#[test]
fn a_file_that_is_none_says_what_is_missing() {
    let without_unit = "名称,类型,经度,纬度\n东关,农贸市场,117.8,33.4\n";
    assert!(matches!(
        read_points(Format::Csv, without_unit.as_bytes()),
        Err(ReadError::Titles { missing }) if missing == [PointField::Unit]
    ));
    assert!(matches!(
        read_points(Format::Csv, b""),
        Err(ReadError::Titles { missing }) if missing.len() == 5
    ));
    let twice = "名称,点位名称,类型,经度,纬度,责任单位\n";
    assert!(matches!(
        read_points(Format::Csv, twice.as_bytes()),
        Err(ReadError::ColumnTwice("名称"))
    ));
    for bytes in [&b"PK\x03\x04 cut off"[..], b"", b"\x00\x01"] {
        assert!(matches!(
            read_points(Format::Xlsx, bytes),
            Err(ReadError::Archive(_))
        ));
    }
    for text in ["", "{", "[]", r#"{"type":"FeatureCollection"}"#] {
        assert!(matches!(
            read_points(Format::GeoJson, text.as_bytes()),
            Err(ReadError::GeoJson(_))
        ));
    }
    // What is no point has no place, which the plan says of its row.
    let area = r#"{"features":[{"geometry":{"type":"Polygon","coordinates":[[[0,0]]]},"properties":{"名称":"甲"}}]}"#;
    let table = read_points(Format::GeoJson, area.as_bytes()).unwrap();
    assert_eq!(
        (&table.rows[0].lat, &table.rows[0].lng),
        (&Cell::Empty, &Cell::Empty)
    );
}

#[test]
fn a_form_is_told_by_the_end_of_the_name() {
    for (name, format) in [
        ("a.xlsx", Some(Format::Xlsx)),
        ("点位.CSV", Some(Format::Csv)),
        ("a.geojson", Some(Format::GeoJson)),
        ("a.xls", None),
        ("xlsx", None),
    ] {
        assert_eq!(Format::of(name), format, "{name}");
    }
}
