//! What administrators ask of standards and points, and get.

use serde::{Deserialize, Serialize};
use xunfang_domain::{
    Edited, FateTally, Point, PointEdit, PointField, PointType, RowFate, StandardRef, Threshold,
    Wgs84, ZoneShape,
};

/// One line of `GET /api/v1/standards`, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct StandardHead {
    /// Which version.
    pub reference: StandardRef,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// Name of the profile in Chinese.
    pub profile_name_zh: String,
    /// Name of the profile in English.
    pub profile_name_en: String,
    /// How many criteria it has.
    pub criteria: u32,
    /// Who made it; null for one that came with the product.
    pub edited: Option<Edited>,
}

/// Another limit for a criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct LimitEdit {
    /// Its code in the standard.
    pub code: String,
    /// The limit.
    pub limit: Threshold,
}

/// `POST /api/v1/standards`: makes the next version; the answer is the new standard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StandardEdit {
    /// The version that the administrator was looking at.
    pub base: u32,
    /// Limits that change.
    #[serde(default)]
    pub limits: Vec<LimitEdit>,
    /// Ids of criteria of the catalogue that the district begins to use.
    #[serde(default)]
    pub adopt: Vec<String>,
    /// Codes of criteria that it no longer uses.
    #[serde(default)]
    pub drop: Vec<String>,
    /// The titles that it holds; left out: as before.
    #[serde(default)]
    pub titles: Option<Vec<String>>,
    /// The zone of points without their own; left out: as before.
    #[serde(default)]
    pub zone: Option<ZoneShape>,
    /// Why, in words for others; may be empty.
    #[serde(default)]
    pub note: String,
}

/// What would become of one row of a register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ImportPreviewRow {
    /// Its number in the file.
    pub line: u32,
    /// What it calls itself.
    pub name: String,
    /// What it says, as it was understood; null for a refused one.
    pub point: Option<RowPoint>,
    /// What becomes of it.
    #[serde(flatten)]
    pub fate: RowFate,
}

/// What a row of a register says of its point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct RowPoint {
    /// 编号; may be empty.
    pub number: String,
    /// 类型
    pub kind: PointType,
    /// 责任单位
    pub unit: String,
    /// Where it lies.
    pub place: Wgs84,
    /// Radius of a zone of its own in metres; null where it follows the district or says nothing.
    pub radius_m: Option<f64>,
}

/// Why a file as a whole is no register; `details.fault` of the code `file_unreadable`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FileFault {
    /// It is no spreadsheet, or a damaged one.
    Spreadsheet,
    /// The text is neither UTF-8 nor GBK.
    Encoding,
    /// A line does not part into columns.
    Line {
        /// Its number, counting from 1.
        line: u64,
    },
    /// It is no GeoJSON of points.
    Geojson,
    /// No line has the titles of a register.
    Titles {
        /// Fields without a column.
        missing: Vec<PointField>,
    },
    /// A title is there twice.
    ColumnTwice {
        /// The title.
        title: String,
    },
    /// It holds more than is taken at once.
    TooLarge,
}

/// `POST /api/v1/points/import`: nothing is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ImportPreview {
    /// Names the file and the points as they are now; a commit repeats it.
    pub digest: String,
    /// How many rows have which fate.
    pub tally: FateTally,
    /// Every row.
    pub rows: Vec<ImportPreviewRow>,
}

/// `POST /api/v1/points/import/commit`: all of it is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ImportDone {
    /// How many rows had which fate.
    pub tally: FateTally,
}

/// `POST /api/v1/points` and `PUT /api/v1/points/{id}`; the answer is the point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PointSave {
    /// The point as the administrator was looking at it; null for a new one.
    pub seen: Option<Point>,
    /// What it is to be.
    pub point: PointEdit,
}

/// How many points of a kind a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct KindCount {
    /// The kind.
    pub kind: PointType,
    /// How many.
    pub points: u32,
}

/// `GET /api/v1/points/table`: one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PointTable {
    /// At most `limit` rows.
    pub rows: Vec<Point>,
    /// How many rows all pages have.
    pub total: u32,
    /// How many points the district has, whatever is searched.
    pub all: u32,
    /// The kinds among those that match the search, whatever kind is asked for.
    pub kinds: Vec<KindCount>,
}
