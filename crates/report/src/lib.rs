//! Tables and maps in and out: XLSX, CSV and GeoJSON.
//!
//! Reading gives cells with the line that a person sees, and knows nothing of whether they make
//! sense; that is `domain::plan_import`'s. This crate must not know how anything is stored or sent.

mod columns;
mod read;
mod sheet;
mod write;

pub use read::{ReadError, Table, read_points};
pub use write::{WriteError, write_points};

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A spreadsheet; the first sheet counts.
    Xlsx,
    /// Text in columns: UTF-8 with or without a mark, or GBK.
    Csv,
    /// A feature for each point.
    GeoJson,
}

impl Format {
    /// Tells a file's form by the end of its name.
    pub fn of(name: &str) -> Option<Self> {
        let end = name.rsplit_once('.')?.1.to_lowercase();
        match end.as_str() {
            "xlsx" => Some(Self::Xlsx),
            "csv" => Some(Self::Csv),
            "geojson" | "json" => Some(Self::GeoJson),
            _ => None,
        }
    }

    /// Returns the end of such a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::GeoJson => "geojson",
        }
    }

    /// Returns its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::GeoJson => "application/geo+json",
        }
    }
}

#[cfg(test)]
mod tests;
