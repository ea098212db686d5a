//! Points into a file, in the columns that are read back.

use rust_xlsxwriter::{Format as CellFormat, Workbook, XlsxError};
use serde_json::{Value, json};
use xunfang_domain::{Datum, Point, PointType};

use crate::Format;
use crate::columns::{Column, datum_name};

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The spreadsheet.
    #[error("the spreadsheet could not be made: {0}")]
    Xlsx(#[from] XlsxError),
    /// The text.
    #[error("the text could not be made: {0}")]
    Csv(String),
    /// GeoJSON.
    #[error("the GeoJSON could not be made: {0}")]
    GeoJson(#[from] serde_json::Error),
}

/// A value of a column.
enum Written {
    Text(String),
    Number(f64),
    Nothing,
}

/// Writes points in a coordinate system. `kind` names a kind of point in words that are read back.
///
/// # Errors
/// [`WriteError`] where the library that writes the form fails.
pub fn write_points(
    format: Format,
    points: &[Point],
    datum: Datum,
    kind: impl Fn(PointType) -> String,
) -> Result<Vec<u8>, WriteError> {
    let value = |point: &Point, column: Column| -> Written {
        let (lat, lng) = datum.from_wgs84(point.place);
        match column {
            Column::Number => Written::Text(point.number.clone()),
            Column::Name => Written::Text(point.name.clone()),
            Column::Kind => Written::Text(kind(point.kind)),
            Column::Lat => Written::Number(rounded(lat)),
            Column::Lng => Written::Number(rounded(lng)),
            Column::Unit => Written::Text(point.unit.clone()),
            // A point without a zone of its own follows the district's.
            Column::Radius if point.own_zone => Written::Number(point.radius_m),
            Column::Radius => Written::Nothing,
            Column::Datum => Written::Text(datum_name(datum).to_owned()),
        }
    };
    match format {
        Format::Xlsx => xlsx(points, value),
        Format::Csv => csv_text(points, value),
        Format::GeoJson => geojson(points, value),
    }
}

/// Eight digits are a millimetre.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e8).round() / 1e8
}

fn xlsx(
    points: &[Point],
    value: impl Fn(&Point, Column) -> Written,
) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = CellFormat::new().set_bold();
    for (place, column) in (0_u16..).zip(Column::ALL) {
        sheet.write_with_format(0, place, column.title(), &bold)?;
        let width = match column {
            Column::Name | Column::Unit => 28.0,
            Column::Lat | Column::Lng => 15.0,
            _ => 12.0,
        };
        sheet.set_column_width(place, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, point) in (1_u32..).zip(points) {
        for (place, column) in (0_u16..).zip(Column::ALL) {
            match value(point, column) {
                Written::Text(text) if text.is_empty() => {}
                Written::Text(text) => {
                    sheet.write_string(row, place, text)?;
                }
                Written::Number(number) => {
                    sheet.write_number(row, place, number)?;
                }
                Written::Nothing => {}
            }
        }
    }
    Ok(book.save_to_buffer()?)
}

fn csv_text(
    points: &[Point],
    value: impl Fn(&Point, Column) -> Written,
) -> Result<Vec<u8>, WriteError> {
    let failed = |error: &dyn std::fmt::Display| WriteError::Csv(error.to_string());
    // With its mark, without which a spreadsheet takes it for GBK.
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    writer
        .write_record(Column::ALL.map(Column::title))
        .map_err(|error| failed(&error))?;
    for point in points {
        let cells = Column::ALL.map(|column| match value(point, column) {
            Written::Text(text) => text,
            Written::Number(number) => number.to_string(),
            Written::Nothing => String::new(),
        });
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}

fn geojson(
    points: &[Point],
    value: impl Fn(&Point, Column) -> Written,
) -> Result<Vec<u8>, WriteError> {
    let as_json = |written: Written| match written {
        Written::Text(text) => Value::String(text),
        Written::Number(number) => json!(number),
        Written::Nothing => Value::Null,
    };
    let features: Vec<Value> = points
        .iter()
        .map(|point| {
            let place = [Column::Lng, Column::Lat].map(|column| as_json(value(point, column)));
            let properties: serde_json::Map<String, Value> = Column::ALL
                .into_iter()
                .filter(|column| !matches!(column, Column::Lat | Column::Lng))
                .map(|column| (column.title().to_owned(), as_json(value(point, column))))
                .collect();
            json!({
                "type": "Feature",
                "geometry": { "type": "Point", "coordinates": place },
                "properties": properties,
            })
        })
        .collect();
    let root = json!({ "type": "FeatureCollection", "features": features });
    Ok(serde_json::to_vec(&root)?)
}
