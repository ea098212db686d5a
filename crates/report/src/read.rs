//! Points out of a file.

use std::collections::{HashMap, HashSet};

use calamine::XlsxError;
use encoding_rs::GBK;
use serde_json::Value;
use xunfang_domain::{Cell, ImportRow, PointField};

use crate::Format;
use crate::columns::Column;
use crate::sheet::{self, UNPACKED_MAX};

/// Most rows of a file.
const ROWS_MAX: usize = 200_000;
/// Rows that are looked through for the titles; above them a register often has its own name.
const TITLES_WITHIN: usize = 10;

/// The rows of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// One for each point, in the order of the file.
    pub rows: Vec<ImportRow>,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The spreadsheet is damaged or none.
    #[error("the spreadsheet cannot be read: {0}")]
    Xlsx(#[from] XlsxError),
    /// It holds no sheet.
    #[error("the spreadsheet has no sheet")]
    NoSheet,
    /// It is no archive, as a spreadsheet is one.
    #[error("the spreadsheet cannot be opened: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// Unpacked it is larger than any register.
    #[error("unpacked the spreadsheet is larger than {} MB", UNPACKED_MAX / 1_000_000)]
    TooLarge,
    /// Its rows do not follow each other.
    #[error("the rows of the spreadsheet are not in their order")]
    Order,
    /// The text is neither UTF-8 nor GBK.
    #[error("the text is neither UTF-8 nor GBK")]
    Encoding,
    /// The columns of a line do not part.
    #[error("line {line} cannot be read: {reason}")]
    Csv {
        /// Its number.
        line: u64,
        /// Why.
        reason: String,
    },
    /// It is no GeoJSON of points.
    #[error("this is no GeoJSON of points: {0}")]
    GeoJson(String),
    /// Titles are missing.
    #[error("no line has the titles of a register of points; missing: {missing:?}")]
    Titles {
        /// Fields without a column.
        missing: Vec<PointField>,
    },
    /// A title is there twice.
    #[error("the column {0} is there twice")]
    ColumnTwice(&'static str),
    /// More rows than are taken at once.
    #[error("at most {ROWS_MAX} rows are taken at once")]
    TooManyRows,
}

/// Reads the rows of a register of points.
///
/// # Errors
/// [`ReadError`] where the file as a whole is none. What is wrong in a row is for the plan.
pub fn read_points(format: Format, bytes: &[u8]) -> Result<Table, ReadError> {
    match format {
        Format::Xlsx => xlsx(bytes),
        Format::Csv => csv_text(bytes),
        Format::GeoJson => geojson(bytes),
    }
}

/// Which column stands where.
struct Titles(HashMap<Column, usize>);

impl Titles {
    /// Reads a line of titles; [`None`] where it is none.
    fn read(cells: &[String]) -> Result<Option<Self>, ReadError> {
        let mut places = HashMap::new();
        for (place, title) in cells.iter().enumerate() {
            let Some(column) = Column::named(title) else {
                continue;
            };
            if places.insert(column, place).is_some() {
                return Err(ReadError::ColumnTwice(column.title()));
            }
        }
        let found = Column::NEEDED
            .iter()
            .filter(|column| places.contains_key(column))
            .count();
        // Two of them may be words of a heading.
        Ok((found >= 3).then_some(Self(places)))
    }

    fn check(self) -> Result<Self, ReadError> {
        let missing: Vec<PointField> = Column::NEEDED
            .iter()
            .filter(|column| !self.0.contains_key(column))
            .map(|column| column.field())
            .collect();
        if missing.is_empty() {
            Ok(self)
        } else {
            Err(ReadError::Titles { missing })
        }
    }

    fn row(&self, line: u32, mut cell: impl FnMut(usize) -> Cell) -> ImportRow {
        let mut at = |column| {
            self.0
                .get(&column)
                .map_or(Cell::NoColumn, |place| cell(*place))
        };
        ImportRow {
            line,
            number: at(Column::Number),
            name: at(Column::Name),
            kind: at(Column::Kind),
            lat: at(Column::Lat),
            lng: at(Column::Lng),
            unit: at(Column::Unit),
            radius: at(Column::Radius),
            datum: at(Column::Datum),
            merged: false,
        }
    }
}

fn no_titles() -> ReadError {
    ReadError::Titles {
        missing: Column::NEEDED.iter().map(|column| column.field()).collect(),
    }
}

/// A row in which nobody wrote anything.
fn is_blank(row: &ImportRow) -> bool {
    let blank = |cell: &Cell| match cell {
        Cell::Empty | Cell::NoColumn => true,
        Cell::Text(text) => text.trim().is_empty(),
        Cell::Number(_) | Cell::Date(_) | Cell::Error(_) => false,
    };
    [
        &row.number,
        &row.name,
        &row.kind,
        &row.lat,
        &row.lng,
        &row.unit,
        &row.radius,
        &row.datum,
    ]
    .into_iter()
    .all(blank)
}

fn add(rows: &mut Vec<ImportRow>, row: ImportRow) -> Result<(), ReadError> {
    if is_blank(&row) && !row.merged {
        return Ok(());
    }
    if rows.len() >= ROWS_MAX {
        return Err(ReadError::TooManyRows);
    }
    rows.push(row);
    Ok(())
}

fn line_number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

fn xlsx(bytes: &[u8]) -> Result<Table, ReadError> {
    let mut rows = Vec::new();
    let mut titles: Option<Titles> = None;
    let mut first_row = None;
    sheet::read_rows(bytes, |row, merged, cells| {
        let first_row = *first_row.get_or_insert(row);
        let Some(known) = &titles else {
            if row - first_row >= TITLES_WITHIN {
                return Err(no_titles());
            }
            let words: Vec<String> = cells.iter().map(ToString::to_string).collect();
            titles = Titles::read(&words)?.map(Titles::check).transpose()?;
            return Ok(());
        };
        let mut read = known.row(line_number(row + 1), |place| {
            cells.get(place).map_or(Cell::Empty, sheet::cell)
        });
        read.merged = merged;
        add(&mut rows, read)
    })?;
    if titles.is_none() {
        return Err(no_titles());
    }
    Ok(Table { rows })
}

/// Reads UTF-8 with or without its mark, and GBK as older programs write it.
fn decode(bytes: &[u8]) -> Result<String, ReadError> {
    let unmarked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(unmarked) {
        return Ok(text.to_owned());
    }
    let (text, _, broken) = GBK.decode(bytes);
    if broken {
        return Err(ReadError::Encoding);
    }
    Ok(text.into_owned())
}

/// Counts the lines of a text up to places that only move on. The reader's own count is of where
/// the last record ended, which is a line too few where lines end in two characters.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    const fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// Returns the line of the record that begins at a byte, or after the line ends there.
    fn at(&mut self, byte: u64) -> u32 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(next) = self.text.get(self.at) {
            if self.at >= byte && !matches!(next, b'\r' | b'\n') {
                break;
            }
            self.line += u32::from(*next == b'\n');
            self.at += 1;
        }
        self.line
    }
}

fn csv_text(bytes: &[u8]) -> Result<Table, ReadError> {
    let text = decode(bytes)?;
    // Some programs part columns by semicolons or tabulators.
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let parted_by = |mark: char| first.matches(mark).count();
    let delimiter = [',', ';', '\t']
        .into_iter()
        .max_by_key(|mark| parted_by(*mark))
        .unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut titles: Option<Titles> = None;
    let mut lines = Lines::new(&text);
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(|error| ReadError::Csv {
            line: error.position().map_or(0, csv::Position::line),
            reason: error.to_string(),
        })?;
        let line = lines.at(record.position().map_or(0, csv::Position::byte));
        let Some(known) = &titles else {
            if number >= TITLES_WITHIN {
                return Err(no_titles());
            }
            let words: Vec<String> = record.iter().map(str::to_owned).collect();
            titles = Titles::read(&words)?.map(Titles::check).transpose()?;
            continue;
        };
        let read = known.row(line, |place| match record.get(place) {
            None | Some("") => Cell::Empty,
            Some(text) => Cell::Text(text.to_owned()),
        });
        add(&mut rows, read)?;
    }
    if titles.is_none() {
        return Err(no_titles());
    }
    Ok(Table { rows })
}

fn geojson(bytes: &[u8]) -> Result<Table, ReadError> {
    let broken = |reason: &str| ReadError::GeoJson(reason.to_owned());
    let text = decode(bytes)?;
    let root: Value =
        serde_json::from_str(&text).map_err(|error| ReadError::GeoJson(error.to_string()))?;
    let features = root
        .get("features")
        .and_then(Value::as_array)
        .ok_or_else(|| broken("there are no features"))?;
    let mut rows = Vec::new();
    for (place, feature) in features.iter().enumerate() {
        let geometry = feature.get("geometry");
        let shape = geometry.and_then(|geometry| geometry.get("type"));
        let at = geometry
            .and_then(|geometry| geometry.get("coordinates"))
            .and_then(Value::as_array);
        let number = |index: usize| -> Cell {
            let known = (shape.and_then(Value::as_str) == Some("Point"))
                .then_some(at)
                .flatten()
                .and_then(|at| at.get(index));
            known.map_or(Cell::Empty, json_cell)
        };
        let properties = feature.get("properties").and_then(Value::as_object);
        let mut named: HashMap<Column, Cell> = HashMap::new();
        let mut twice = HashSet::new();
        for (title, value) in properties.into_iter().flatten() {
            if let Some(column) = Column::named(title)
                && named.insert(column, json_cell(value)).is_some()
            {
                twice.insert(column);
            }
        }
        if let Some(column) = twice.into_iter().next() {
            return Err(ReadError::ColumnTwice(column.title()));
        }
        let mut take = |column| named.remove(&column).unwrap_or(Cell::NoColumn);
        let row = ImportRow {
            line: line_number(place + 1),
            number: take(Column::Number),
            name: take(Column::Name),
            kind: take(Column::Kind),
            // Longitude first, as the format has it.
            lng: number(0),
            lat: number(1),
            unit: take(Column::Unit),
            radius: take(Column::Radius),
            datum: take(Column::Datum),
            merged: false,
        };
        add(&mut rows, row)?;
    }
    Ok(Table { rows })
}

fn json_cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Empty,
        Value::String(text) => Cell::Text(text.clone()),
        Value::Number(number) => number.as_f64().map_or(Cell::Empty, Cell::Number),
        other => Cell::Text(other.to_string()),
    }
}
